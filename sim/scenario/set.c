/* set.c - "path=value" overrides: the value goes into the tree, checked there with all the rest. */
#include <string.h>

#include "base/decimal.h"
#include "policy/registry.h"
#include "scenario/cmdline.h"
#include "scenario/path.h"

/* An override that begins with this makes room for policies. */
#define POLICY_ORIGIN "--policy "

static void set_places(struct json *json, struct diag_place place)
{
	json->place = json->key_place = place;
	for (struct json *child = json->first; child != NULL; child = child->next)
		set_places(child, place);
}

static bool set_is_number(const char *text)
{
	int64_t value;

	return decimal_int64(text, &value) != DECIMAL_NOT_A_NUMBER;
}

/* JSON where it looks like JSON; else the text itself, as a number or a word, whatever @param takes. */
static struct json *set_value(const char *text, const struct param *param, struct diag_place place,
			      struct diag *diag)
{
	const bool words = param->type == PARAM_STRING || param->type == PARAM_CPULIST ||
			   param->type == PARAM_ENUM;
	struct diag *syntax;
	struct json *json;

	if (*text == '\0' || strchr("{[\"", *text) == NULL) {
		if (!words && set_is_number(text))
			return json_new(JSON_NUMBER, text, place);
		json = json_new(JSON_STRING, text, place);
		if (param->type == PARAM_BOOL &&
		    (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
			json->type = JSON_BOOL;
			json->truth = *text == 't';
		}
		return json;
	}
	syntax = diag_new();
	json = json_parse(text, strlen(text), place.file, syntax);
	if (diag_n(syntax) > 0) {
		g_autofree char *path = g_strdup(param->name);

		diag_add(diag, place, NULL, "the value of \"%s\" is not valid JSON", path);
		g_clear_pointer(&json, json_free);
	}
	diag_free(syntax);
	if (json != NULL)
		set_places(json, place);
	return json;
}

static void set_put(const struct path_target *target, struct json *value)
{
	struct json *object = target->parent;
	struct json *old;

	if (target->section != NULL) {
		old = json_find(object, target->section);
		if (old == NULL) {
			old = json_new(JSON_OBJECT, NULL, value->place);
			json_add(object, target->section, old);
		}
		object = old;
	}
	if (object->type != JSON_OBJECT) {
		json_free(value); /* told when the section is read */
		return;
	}
	old = json_find(object, target->key);
	if (old != NULL)
		json_replace(old, value);
	else
		json_add(object, target->key, value);
}

/* @origin: (transfer none): what messages and `show` call the override */
static void set_apply_as(const char *set, const char *origin, struct json *root, struct diag *diag)
{
	const struct diag_place place = { origin, 0, 0 };
	const char *equals = strchr(set, '=');
	g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(struct path_target));
	g_autofree char *path = g_strndup(set, equals ? (gsize)(equals - set) : strlen(set));
	g_autofree char *why = NULL;

	if (equals == NULL) {
		diag_add(diag, place, NULL, "no value; expected PATH=VALUE, like rcu.qhimark=2000");
		return;
	}
	if (!g_utf8_validate(set, -1, NULL)) {
		diag_add(diag, place, NULL, "not UTF-8");
		return;
	}
	if (!path_resolve(root, path, targets, &why)) {
		diag_add(diag, place, NULL, "%s", why);
		return;
	}
	for (guint i = 0; i < targets->len; i++) {
		const struct path_target *target = &g_array_index(targets, struct path_target, i);
		struct json *value = set_value(equals + 1, &target->param, place, diag);

		if (value == NULL)
			return;
		set_put(target, value);
	}
}

static void set_apply(const char *set, struct json *root, GPtrArray *files, struct diag *diag)
{
	const bool is_cmdline = g_str_has_prefix(set, CMDLINE_ORIGIN);
	char *origin = is_cmdline ? g_strdup(set) : g_strconcat("--set ", set, NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *translated = NULL;

	g_ptr_array_add(files, origin);
	if (!is_cmdline)
		set_apply_as(set, origin, root, diag);
	else if (!cmdline_word(set + strlen(CMDLINE_ORIGIN), &translated, &error))
		diag_add(diag, (struct diag_place){ origin, 0, 0 }, NULL, "%s", error->message);
	else if (translated != NULL)
		set_apply_as(translated, origin, root, diag);
}

/*
 * "--policy NAME,...": a policy that is to run by its own name gets an entry, as the scenario could have had,
 * so that overrides find its parameters.
 */
static void set_add_policies(const char *set, struct json *root, GPtrArray *files)
{
	char *origin = g_strdup(set);
	const struct diag_place place = { origin, 0, 0 };
	g_auto(GStrv) names = g_strsplit(set + strlen(POLICY_ORIGIN), ",", -1);
	struct json *policies = json_find(root, "policies");

	g_ptr_array_add(files, origin);
	if (policies == NULL || policies->type != JSON_OBJECT)
		return; /* told when it is read */
	for (int i = 0; names[i] != NULL; i++)
		if (vma_policy_find(names[i]) != NULL && json_find(policies, names[i]) == NULL)
			json_add(policies, names[i], json_new(JSON_OBJECT, NULL, place));
}

void sets_apply(const char *const *sets, struct json *root, GPtrArray *files, struct diag *diag)
{
	for (; sets != NULL && *sets != NULL; sets++)
		if (g_str_has_prefix(*sets, POLICY_ORIGIN))
			set_add_policies(*sets, root, files);
		else
			set_apply(*sets, root, files, diag);
}
