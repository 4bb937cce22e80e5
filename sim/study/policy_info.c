/* policy_info.c - the registry of policies, as the public API shows it. */
#include <string.h>

#include <rcusim/policy.h>

#include "policy/registry.h"
#include "scenario/param_json.h"

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

static const char *type_name(enum param_type type)
{
	switch (type) {
	case PARAM_INT:
		return "integer";
	case PARAM_BOOL:
		return "boolean";
	case PARAM_DURATION:
		return "duration";
	case PARAM_SIZE:
		return "size";
	case PARAM_ENUM:
		return "choice";
	case PARAM_STRING:
		return "text";
	case PARAM_CPULIST:
		return "CPU list";
	case PARAM_COUNT_DIST:
		return "distribution of counts";
	case PARAM_DURATION_DIST:
		return "distribution of durations";
	case PARAM_END:
	default:
		return "";
	}
}

/* The default as a scenario would spell it, without the quotation marks. */
static char *default_text(const struct vma_policy_ops *ops, const struct param *param)
{
	g_autofree void *params = g_malloc0(MAX(ops->params_size, 1));
	g_autoptr(GString) json = g_string_new(NULL);

	params_set_defaults(ops->params, params, 1);
	param_write(json, param, params);
	params_clear(ops->params, params);
	if (json->len >= 2 && json->str[0] == '"')
		return g_strndup(json->str + 1, json->len - 2);
	return g_strdup(json->str);
}

static const char *or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

RcuSimParam *rcusim_policy_param(int policy, int i)
{
	const struct vma_policy_ops *ops = policy_at(policy);
	const struct param *param;
	RcuSimParam *info;

	if (ops == NULL)
		return NULL;
	for (param = ops->params; param->type != PARAM_END && i > 0; i--)
		param++;
	if (param->type == PARAM_END)
		return NULL;
	info = g_new0(RcuSimParam, 1);
	info->name = param->name;
	info->type = type_name(param->type);
	info->unit = or_empty(param->unit);
	info->special = or_empty(param->special);
	info->help = or_empty(param->help);
	info->source = or_empty(param->source);
	info->dflt = default_text(ops, param);
	info->range = param_range(param);
	return info;
}

void rcusim_param_free(RcuSimParam *param)
{
	if (param == NULL)
		return;
	g_free(param->dflt);
	g_free(param->range);
	g_free(param);
}
