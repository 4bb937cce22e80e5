/* read_vary.c - "vary": which parameters a sweep or a tuner may change, and to what. */
#include <inttypes.h>
#include <string.h>

#include "engine/dist.h"
#include "scenario/path.h"
#include "scenario/read.h"
#include "scenario/root.h"

/* Space for a value of any type. */
struct vary_value {
	struct cpumask cpus; /* the largest; the others need less and its alignment */
	struct dist dist;
};

static const char *vary_refused(const char *path)
{
	if (strcmp(path, "seed") == 0)
		return "the seed is not a parameter to vary; ask for replications instead";
	if (strcmp(path, "name") == 0 || strcmp(path, "question") == 0 ||
	    strcmp(path, "max_operations") == 0)
		return "it does not change what happens";
	return NULL;
}

/* The value as param_write() spells it, NULL after a problem. */
static char *vary_value_read(struct param_reader *reader, const struct param *param,
			     const struct json *json)
{
	const struct param alone[] = { *param, { .type = PARAM_END } };
	struct param_reader quiet = *reader;
	struct vary_value *value = g_new0(struct vary_value, 1);
	GString *text = g_string_new(NULL);
	bool valid;

	quiet.origins = NULL;
	valid = param_read(&quiet, param, json, value);
	if (valid)
		param_write(text, param, value);
	params_clear(alone, value);
	g_free(value);
	return g_string_free(text, !valid);
}

static void vary_read_values(struct param_reader *reader, const struct param *param,
			     const struct json *json, struct scenario_vary *ret)
{
	g_autoptr(GTree) seen = g_tree_new_full(name_order, NULL, NULL, NULL);

	if (json->type != JSON_ARRAY || json->n == 0) {
		json_refuse(reader, json, "an array of at least one value");
		return;
	}
	ret->values = g_new0(char *, (gsize)json->n + 1);
	for (const struct json *child = json->first; child != NULL; child = child->next) {
		char *text = vary_value_read(reader, param, child);

		if (text == NULL)
			continue;
		if (g_tree_lookup(seen, text) != NULL)
			json_problem(reader, child, "%s is listed twice", text);
		g_tree_insert(seen, text, text);
		ret->values[ret->n_values++] = text;
	}
}

static void vary_read_one(struct param_reader *reader, const struct json *root,
			  const struct json *json, struct scenario_vary *ret)
{
	g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(struct path_target));
	const char *refused = vary_refused(json->key);
	g_autofree char *why = NULL;

	ret->path = g_strdup(json->key);
	if (refused != NULL)
		json_key_problem(reader, json, "%s", refused);
	else if (!path_resolve(root, json->key, targets, &why))
		json_key_problem(reader, json, "%s", why);
	else
		vary_read_values(reader, &g_array_index(targets, struct path_target, 0).param, json,
				 ret);
}

void vary_read(struct param_reader *reader, const struct json *root, struct scenario *contents)
{
	const struct json *json = json_find(root, "vary");
	int64_t n_runs = contents->n_policies;

	if (json == NULL)
		return;
	if (json->type != JSON_OBJECT) {
		json_refuse(reader, json, "an object like {\"rcu.blimit\": [10, 20]}");
		return;
	}
	if (json->n > SCENARIO_MAX_VARY) {
		json_problem(reader, json, "%d parameters to vary; at most %d are accepted",
			     json->n, SCENARIO_MAX_VARY);
		return;
	}
	contents->vary = g_new0(struct scenario_vary, (gsize)json->n + 1);
	for (const struct json *child = json->first; child != NULL; child = child->next) {
		struct scenario_vary *vary = &contents->vary[contents->n_vary];

		if (strcmp(child->key, "comment") == 0)
			continue;
		contents->n_vary++;
		vary_read_one(reader, root, child, vary);
		if (__builtin_mul_overflow(n_runs, (int64_t)MAX(vary->n_values, 1), &n_runs))
			n_runs = INT64_MAX;
	}
	if (n_runs > SCENARIO_MAX_RUNS)
		json_problem(reader, json, "%" PRId64 " runs; at most %" PRId64 " are accepted",
			     n_runs, SCENARIO_MAX_RUNS);
}
