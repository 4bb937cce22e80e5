/* read_profile.c - "costs_ns": a profile by its name, or a file that `rcusim calibrate` wrote, and single figures over it. */
#include <string.h>

#include "base/assert.h"
#include "scenario/read.h"
#include "scenario/source.h"

#define PROFILE_MAX_BYTES (1024 * 1024)

static bool names_a_file(const struct json *json)
{
	return json->type == JSON_STRING && g_str_has_suffix(json->text, ".json");
}

static void profile_problem(struct param_reader *reader, const struct json *json, const char *why)
{
	g_autofree char *path = json_path(json);
	g_autofree char *quoted = json_describe(json);

	diag_add(reader->diag, json->place, path, "%s: %s", quoted, why);
}

/* What --set names is the user's own, by its path from here; what a scenario names is below it, or shipped. */
static char *profile_find(struct param_reader *reader, const struct json *json)
{
	g_autofree char *why = NULL;
	bool missing;
	char *path;

	if (json->place.line == 0 && g_file_test(json->text, G_FILE_TEST_EXISTS))
		return g_strdup(json->text);
	path = source_include(json->text, reader->dir, &why, &missing);
	if (path != NULL)
		return path;
	reader->unreadable |= missing;
	profile_problem(reader, json, why);
	return NULL;
}

/* One figure: { "value": N, "source": "..." }. */
static void figure_read(struct param_reader *reader, const struct param *param,
			const struct json *figure, struct scenario *contents)
{
	const struct json *value = json_find(figure, "value");
	const struct json *source = json_find(figure, "source");

	if (value == NULL || source == NULL || source->type != JSON_STRING) {
		json_refuse(reader, figure, "an object with value and source");
		return;
	}
	param_read(reader, param, value, &contents->costs);
	g_tree_insert(contents->cost_sources, g_strdup(param->name), g_strdup(source->text));
}

/* Figures that the file does not have, of a version before them, stay those of the default profile. */
static void figures_read(struct param_reader *reader, const struct json *root,
			 struct scenario *contents)
{
	const struct json *figures = json_find(root, "figures");

	if (root->type != JSON_OBJECT || figures == NULL || figures->type != JSON_OBJECT) {
		json_refuse(reader, root,
			    "a profile of `rcusim calibrate`, an object with figures");
		return;
	}
	for (const struct json *figure = figures->first; figure != NULL; figure = figure->next) {
		const struct param *param = param_find(cost_params, figure->key);

		if (param == NULL)
			profile_problem(reader, figure, "there is no such figure");
		else
			figure_read(reader, param, figure, contents);
	}
}

static void file_read(struct param_reader *reader, const struct json *json,
		      struct scenario *contents)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	char *path = profile_find(reader, json);
	struct json *root;
	size_t len;

	if (path == NULL)
		return;
	g_ptr_array_add(reader->files, path);
	if (!source_read(path, PROFILE_MAX_BYTES, true, &text, &len, &error)) {
		reader->unreadable = true;
		profile_problem(reader, json, error->message);
		return;
	}
	if (len > PROFILE_MAX_BYTES) {
		profile_problem(reader, json, "too much text; at most 1 MiB is a profile");
		return;
	}
	root = json_parse(text, len, path, reader->diag);
	if (root == NULL)
		return;
	contents->cost_sources = g_tree_new_full(name_order, NULL, g_free, g_free);
	figures_read(reader, root, contents);
	json_free(root);
}

void costs_profile_read(struct param_reader *reader, const struct json *costs,
			struct scenario *contents)
{
	const struct json *json = json_find(costs, "profile");
	const struct param profile = { .name = "profile",
				       .type = PARAM_ENUM,
				       .choices = cost_profile_names };
	const bool is_file = json != NULL && names_a_file(json);
	int index = 0;

	if (json != NULL && (is_file || param_read(reader, &profile, json, &index)))
		param_note_origin(reader, "costs_ns", "profile", json);
	sim_assert(strcmp(cost_profiles[index].name, cost_profile_names[index]) == 0);
	g_free(contents->cost_profile);
	contents->cost_profile = g_strdup(is_file ? json->text : cost_profiles[index].name);
	contents->costs = cost_profiles[index].costs;
	if (is_file)
		file_read(reader, json, contents);
}
