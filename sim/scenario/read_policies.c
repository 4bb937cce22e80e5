/* read_policies.c - "policies": a label, the policy behind it, its parameters. */
#include <string.h>

#include "base/edit.h"
#include "policy/registry.h"
#include "scenario/read.h"

const char **policy_names(void)
{
	GPtrArray *names = g_ptr_array_new();

	for (int i = 0; vma_policies[i] != NULL; i++)
		g_ptr_array_add(names, (void *)vma_policies[i]->name);
	g_ptr_array_add(names, NULL);
	return (const char **)g_ptr_array_free(names, FALSE);
}

/* The policy that @json, labelled so, stands for: its "policy", else its label. */
static const struct vma_policy_ops *policy_find(struct param_reader *reader,
						const struct json *json)
{
	const struct json *named = json_find(json, "policy");
	const char *name = named == NULL ? json->key : named->text;
	const struct vma_policy_ops *ops;
	g_autofree const char **names = policy_names();
	g_autofree char *hint = NULL;
	g_autofree char *found = NULL;

	if (named != NULL && named->type != JSON_STRING) {
		json_refuse(reader, named, "the name of a policy");
		return NULL;
	}
	ops = vma_policy_find(name);
	if (ops != NULL)
		return ops;
	hint = json_hint(reader, named ? named->place : json->key_place, name, names);
	found = diag_quote(name);
	if (named != NULL)
		json_problem(reader, named, "unknown policy %s%s", found, hint);
	else
		json_key_problem(reader, json,
				 "the label %s is no policy, and there is no key \"policy\"%s",
				 found, hint);
	return NULL;
}

static void policy_read(struct param_reader *reader, const struct json *json,
			struct scenario_policy *ret)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *prefix = g_strconcat("policies.", json->key, NULL);

	ret->label = g_strdup(json->key);
	if (!id_is_valid(json->key) || strcmp(json->key, "all") == 0)
		json_key_problem(reader, json,
				 "not a label of a policy; expected " ID_EXPECTED
				 ", and not \"all\"");
	if (json->type != JSON_OBJECT) {
		json_refuse(reader, json, "an object with the policy's parameters");
		return;
	}
	ret->ops = policy_find(reader, json);
	if (ret->ops == NULL)
		return;
	ret->params = g_malloc0(MAX(ret->ops->params_size, 1));
	params_set_defaults(ret->ops->params, ret->params, reader->n_cpus);
	g_ptr_array_add(names, (void *)"policy");
	names_add(names, ret->ops->params);
	g_ptr_array_add(names, NULL);
	json_refuse_unknown(reader, json, (const char *const *)names->pdata);
	params_read(reader, ret->ops->params, json, prefix, ret->params);
}

void policies_read(struct param_reader *reader, const struct json *root, struct scenario *contents)
{
	const struct json *json = json_find(root, "policies");

	if (json == NULL) {
		json_missing(reader, root, "policies", "an object like {\"per-vma\": {}}");
		return;
	}
	if (json->type != JSON_OBJECT) {
		json_refuse(reader, json, "an object like {\"per-vma\": {}}");
		return;
	}
	contents->policies = g_new0(struct scenario_policy, (gsize)json->n + 1);
	for (const struct json *child = json->first; child != NULL; child = child->next)
		if (strcmp(child->key, "comment") != 0)
			policy_read(reader, child, &contents->policies[contents->n_policies++]);
	if (contents->n_policies == 0)
		json_problem(reader, json,
			     "no policy; expected at least one, like {\"per-vma\": {}}");
}
