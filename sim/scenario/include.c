#include "scenario/include.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/source.h"

struct include_link {
	char *real_path; /* all links followed, so that a cycle is seen under any spelling */
	const char *file;
};

static void include_link_free(void *data)
{
	struct include_link *link = data;

	free(link->real_path);
	g_free(link);
}

void includer_init(struct includer *includer, struct diag *diag, const char *scenario_dir)
{
	memset(includer, 0, sizeof(*includer));
	includer->diag = diag;
	includer->scenario_dir = scenario_dir;
	includer->values_left = JSON_MAX_VALUES;
	includer->files = g_ptr_array_new_with_free_func(g_free);
	includer->chain = g_ptr_array_new_with_free_func(include_link_free);
}

void includer_clear(struct includer *includer)
{
	g_ptr_array_unref(includer->files);
	g_ptr_array_unref(includer->chain);
}

struct json *include_parse(struct includer *includer, const char *text, size_t len,
			   const char *file)
{
	includer->n_bytes += len;
	return json_parse_within(text, len, file, &includer->values_left, includer->diag);
}

/* Members by key. */
static GTree *member_index(const struct json *object)
{
	GTree *index = g_tree_new_full(name_order, NULL, NULL, NULL);

	for (struct json *child = object->first; child != NULL; child = child->next)
		g_tree_insert(index, child->key, child);
	return index;
}

void json_merge(struct json *base, struct json *over, struct diag *diag)
{
	/* @over's keys are different from each other: what it adds need not be looked up */
	g_autoptr(GTree) index = member_index(base);

	while (over->first != NULL) {
		struct json *member, *old;

		member = json_take(over->first);
		old = g_tree_lookup(index, member->key);
		if (old == NULL && base->n >= JSON_MAX_MEMBERS) {
			diag_add(
				diag, member->key_place, NULL,
				"the object is too large with its includes; at most %d members are accepted",
				JSON_MAX_MEMBERS);
			json_free(member);
			break;
		}
		if (old == NULL)
			json_add(base, member->key, member);
		else if (old->type == JSON_OBJECT && member->type == JSON_OBJECT &&
			 json_find(member, "dist") == NULL)
			json_merge(old, member, diag);
		else
			json_replace(old, member);
	}
	base->place = over->place;
	json_free(over);
}

/* "a.json -> b.json -> c.json" */
static char *include_chain_text(const struct includer *includer, const char *file)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < includer->chain->len; i++) {
		const struct include_link *link = g_ptr_array_index(includer->chain, i);

		g_string_append_printf(text, "%s -> ", link->file);
	}
	g_string_append(text, file);
	return g_string_free(text, FALSE);
}

static void include_problem(struct includer *includer, const struct json *name, const char *file,
			    const char *why)
{
	g_autofree char *path = json_path(name);
	g_autofree char *chain = include_chain_text(includer, file);
	g_autofree char *shown = diag_escape(chain);
	g_autofree char *quoted = json_describe(name);

	diag_add(includer->diag, name->place, path, "%s: %s; included as %s", quoted, why, shown);
}

static bool include_is_in_chain(const struct includer *includer, const char *path)
{
	char *real_path = realpath(path, NULL);
	bool found = false;

	for (guint i = 0; real_path != NULL && i < includer->chain->len; i++) {
		const struct include_link *link = g_ptr_array_index(includer->chain, i);

		found |= link->real_path != NULL && strcmp(link->real_path, real_path) == 0;
	}
	free(real_path);
	return found;
}

/* The tree of the file that @name includes, itself resolved; NULL after a problem. */
static struct json *include_load(struct includer *includer, const struct json *name)
{
	g_autofree char *why = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	bool missing;
	size_t len;
	struct json *root;
	char *path = source_include(name->text, includer->scenario_dir, &why, &missing);

	if (path == NULL) {
		includer->unreadable |= missing;
		include_problem(includer, name, name->text, why);
		return NULL;
	}
	g_ptr_array_add(includer->files, path);
	if (include_is_in_chain(includer, path))
		include_problem(includer, name, path, "includes itself");
	else if (includer->chain->len > INCLUDE_MAX_DEPTH)
		include_problem(includer, name, path,
				"includes are nested too deeply; at most " G_STRINGIFY(
					INCLUDE_MAX_DEPTH) " levels are accepted");
	else if (++includer->n_files > INCLUDE_MAX_FILES)
		include_problem(includer, name, path,
				"too many includes; at most " G_STRINGIFY(
					INCLUDE_MAX_FILES) " files are accepted");
	else if (!source_read(path, JSON_MAX_BYTES, true, &text, &len, &error)) {
		includer->unreadable = true;
		include_problem(includer, name, path, error->message);
	} else if (includer->n_bytes + len > INCLUDE_MAX_BYTES) {
		include_problem(includer, name, path,
				"too much text; at most 32 MiB are accepted, scenario and includes "
				"together");
	} else {
		root = include_parse(includer, text, len, path);
		g_clear_pointer(&text, g_free); /* not kept while what it includes is read */
		return root ? include_resolve(includer, root, path) : NULL;
	}
	return NULL;
}

static struct json *include_all(struct includer *includer, const struct json *include)
{
	struct json *base = NULL;

	for (const struct json *name = include->first; name != NULL; name = name->next) {
		struct json *loaded;

		if (name->type != JSON_STRING) {
			g_autofree char *path = json_path(name);
			g_autofree char *found = json_describe(name);

			diag_add(includer->diag, name->place, path,
				 "expected a path like \"machines/server-16.json\", found %s",
				 found);
			continue;
		}
		loaded = include_load(includer, name);
		if (base == NULL)
			base = loaded;
		else if (loaded != NULL)
			json_merge(base, loaded, includer->diag);
	}
	return base;
}

static bool include_check_root(struct includer *includer, const struct json *root)
{
	g_autofree char *found = NULL;

	if (root->type == JSON_OBJECT)
		return true;
	found = json_describe(root);
	diag_add(includer->diag, root->place, "$", "expected an object, found %s", found);
	return false;
}

/* What a file says of itself is not handed down: comments, its version (checked where it stands). */
static void include_drop_own(struct includer *includer, struct json *root)
{
	static const char *const own[] = { "comment", "$schema", "schema_version" };
	const struct json *version = json_find(root, "schema_version");

	if (version != NULL && (version->type != JSON_NUMBER || strcmp(version->text, "1") != 0)) {
		g_autofree char *path = json_path(version);
		g_autofree char *found = json_describe(version);

		diag_add(includer->diag, version->place, path, "expected 1, found %s", found);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
		struct json *member = json_find(root, own[i]);

		if (member != NULL)
			json_free(json_take(member));
	}
}

struct json *include_resolve(struct includer *includer, struct json *root, const char *file)
{
	struct include_link *link;
	struct json *include, *base = NULL;

	if (!include_check_root(includer, root)) {
		json_free(root);
		return NULL;
	}
	if (includer->chain->len > 0)
		include_drop_own(includer, root);
	include = json_find(root, "include");
	if (include == NULL)
		return root;
	link = g_new0(struct include_link, 1);
	link->real_path = realpath(file, NULL);
	link->file = file;
	g_ptr_array_add(includer->chain, link);
	if (include->type == JSON_ARRAY) {
		base = include_all(includer, include);
	} else {
		g_autofree char *path = json_path(include);
		g_autofree char *found = json_describe(include);

		diag_add(includer->diag, include->place, path,
			 "expected an array of paths, found %s", found);
	}
	g_ptr_array_set_size(includer->chain, (int)includer->chain->len - 1);
	json_free(json_take(include));
	if (base == NULL)
		return root;
	json_merge(base, root, includer->diag);
	return base;
}
