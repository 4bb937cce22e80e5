/* select.c - replace a scenario's policies by those that a command asks for. */
#include "scenario/select.h"

#include <string.h>

#include "policy/registry.h"
#include "scenario/load.h"
#include "scenario/param_json.h"
#include "scenario/read.h"

static const struct scenario_policy *policy_by_label(const struct scenario *contents,
						     const char *label)
{
	for (int i = 0; i < contents->n_policies; i++)
		if (strcmp(contents->policies[i].label, label) == 0)
			return &contents->policies[i];
	return NULL;
}

static bool policy_is_used(const struct scenario *contents, const struct vma_policy_ops *ops)
{
	for (int i = 0; i < contents->n_policies; i++)
		if (contents->policies[i].ops == ops)
			return true;
	return false;
}

/* @policy with its own copy of everything. */
static void select_copy(GArray *selected, const struct scenario_policy *policy)
{
	struct scenario_policy copy = { .label = g_strdup(policy->label), .ops = policy->ops };
	const size_t size = MAX(policy->ops->params_size, 1);

	copy.params = g_malloc0(size);
	memcpy(copy.params, policy->params, policy->ops->params_size);
	params_detach(policy->ops->params, copy.params);
	g_array_append_val(selected, copy);
}

static void select_default(GArray *selected, const struct vma_policy_ops *ops, int n_cpus)
{
	struct scenario_policy policy = { .label = g_strdup(ops->name), .ops = ops };

	policy.params = g_malloc0(MAX(ops->params_size, 1));
	params_set_defaults(ops->params, policy.params, n_cpus);
	g_array_append_val(selected, policy);
}

static bool select_refuse(const struct scenario *contents, const char *name, GError **error)
{
	g_autoptr(GPtrArray) accepted = g_ptr_array_new();
	g_autofree char *found = diag_quote(name);
	g_autofree char *hint = NULL;

	for (int i = 0; i < contents->n_policies; i++)
		g_ptr_array_add(accepted, contents->policies[i].label);
	for (int i = 0; vma_policies[i] != NULL; i++)
		if (policy_by_label(contents, vma_policies[i]->name) == NULL)
			g_ptr_array_add(accepted, (void *)vma_policies[i]->name);
	g_ptr_array_add(accepted, (void *)"all");
	g_ptr_array_add(accepted, NULL);
	hint = names_hint(name, (const char *const *)accepted->pdata);
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE, "no policy %s%s", found, hint);
	return false;
}

static bool select_one(GArray *selected, const struct scenario *contents, const char *name,
		       GError **error)
{
	const struct scenario_policy *own = policy_by_label(contents, name);
	const struct vma_policy_ops *ops = vma_policy_find(name);

	for (guint i = 0; i < selected->len; i++)
		if (strcmp(g_array_index(selected, struct scenario_policy, i).label, name) == 0) {
			g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
				    "the policy \"%s\" is listed twice", name);
			return false;
		}
	if (own != NULL)
		select_copy(selected, own);
	else if (ops != NULL)
		select_default(selected, ops, (int)contents->machine.cpus);
	else
		return select_refuse(contents, name, error);
	return true;
}

bool policies_select(const struct scenario *contents, const char *list, GArray *selected,
		     GError **error)
{
	g_auto(GStrv) names = g_strsplit(list, ",", -1);
	const char *const none[] = { "", NULL };

	if (strcmp(list, "all") == 0) {
		for (int i = 0; i < contents->n_policies; i++)
			select_copy(selected, &contents->policies[i]);
		for (int i = 0; vma_policies[i] != NULL; i++)
			if (!policy_is_used(contents, vma_policies[i]))
				select_default(selected, vma_policies[i],
					       (int)contents->machine.cpus);
		return true;
	}
	for (const char *const *name = names[0] ? (const char *const *)names : none; *name != NULL;
	     name++)
		if (!select_one(selected, contents, *name, error))
			return false;
	return true;
}

static bool policies_have_param(const struct scenario *contents, const char *label,
				const char *name)
{
	for (int i = 0; i < contents->n_policies; i++) {
		const struct scenario_policy *policy = &contents->policies[i];

		if ((label == NULL || strcmp(policy->label, label) == 0) &&
		    param_find(policy->ops->params, name) != NULL)
			return true;
	}
	return false;
}

/* Whether @path leads nowhere now: policy.NAME or policies.LABEL.NAME that no policy has. */
static bool path_is_absent(const struct scenario *contents, const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, ".", -1);

	if (strcmp(parts[0], "policy") == 0)
		return !policies_have_param(contents, NULL, parts[1]);
	if (strcmp(parts[0], "policies") == 0)
		return !policies_have_param(contents, parts[1], parts[2]);
	return false;
}

void policies_forget_absent(struct scenario *contents)
{
	int n = 0;

	for (int i = 0; i < contents->n_expects; i++) {
		struct scenario_expect *expect = &contents->expects[i];

		if (expect->policy == NULL || policy_by_label(contents, expect->policy) != NULL) {
			contents->expects[n++] = *expect;
			continue;
		}
		g_free(expect->metric);
		g_free(expect->policy);
	}
	contents->n_expects = n;
	n = 0;
	for (int i = 0; i < contents->n_vary; i++) {
		struct scenario_vary *vary = &contents->vary[i];

		if (!path_is_absent(contents, vary->path)) {
			contents->vary[n++] = *vary;
			continue;
		}
		scenario_vary_clear(vary);
	}
	contents->n_vary = n;
}
