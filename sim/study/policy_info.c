/* policy_info.c - the registry of policies, as the public API shows it. */
#include <string.h>

#include <rcusim/policy.h>

#include "policy/registry.h"
#include "scenario/param_info.h"

static const struct vma_policy_ops *policy_at(int policy)
{
	for (int i = 0; vma_policies[i] != NULL; i++)
		if (i == policy)
			return vma_policies[i];
	return NULL;
}

const char *rcusim_policy_name(int i)
{
	const struct vma_policy_ops *ops = policy_at(i);

	return ops == NULL ? NULL : ops->name;
}

const char *rcusim_policy_summary(int i)
{
	const struct vma_policy_ops *ops = policy_at(i);

	return ops == NULL ? NULL : ops->summary;
}

const char *rcusim_policy_about(int i)
{
	const struct vma_policy_ops *ops = policy_at(i);

	return ops == NULL ? NULL : ops->about;
}

int rcusim_policy_find(const char *name)
{
	for (int i = 0; vma_policies[i] != NULL; i++)
		if (strcmp(vma_policies[i]->name, name) == 0)
			return i;
	return -1;
}

RcuSimParam *rcusim_policy_param(int policy, int i)
{
	const struct vma_policy_ops *ops = policy_at(policy);
	const struct param *param;
	g_autofree char *group = NULL;

	if (ops == NULL)
		return NULL;
	for (param = ops->params; param->type != PARAM_END && i > 0; i--)
		param++;
	if (param->type == PARAM_END)
		return NULL;
	group = g_strconcat("policy ", ops->name, NULL);
	return param_info_new(param, group, "policy.");
}
