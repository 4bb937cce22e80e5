/*
 * param_info.c - every parameter there is, as text: for manual, completion and lists.
 *
 * Written from the tables that load a scenario, so that none is forgotten and none is wrong.
 */
#include "scenario/param_info.h"

#include <string.h>

#include <rcusim/scenario.h>

#include "engine/dist.h"
#include "policy/registry.h"
#include "scenario/param_json.h"
#include "scenario/root.h"
#include "scenario/scenario.h"

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
static char *default_text(const struct param *param)
{
	struct param alone[] = { *param, { .type = PARAM_END } };
	int64_t field = 0; /* what has no text for its default is no larger */
	g_autoptr(GString) json = NULL;

	if (param->required || param->dflt_text != NULL)
		return g_strdup(param->required ? "" : param->dflt_text);
	if (param->type == PARAM_STRING || param->type == PARAM_CPULIST ||
	    param->type == PARAM_COUNT_DIST || param->type == PARAM_DURATION_DIST)
		return g_strdup("");
	alone[0].offset = 0;
	json = g_string_new(NULL);
	params_set_defaults(alone, &field, 1);
	param_write(json, alone, &field);
	if (json->len >= 2 && json->str[0] == '"')
		return g_strndup(json->str + 1, json->len - 2);
	return g_strdup(json->str);
}

static const char *or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static char *range_text(const struct param *param)
{
	if (param->type == PARAM_ENUM)
		return g_strjoinv(", ", (char **)(void *)param->choices);
	if (param->type == PARAM_STRING)
		return param->max == 0 ? g_strdup("a-z, 0-9 and -, up to 64 characters")
				       : g_strdup_printf("%d ... %d characters", (int)param->min,
							 (int)param->max);
	return param->type == PARAM_CPULIST ? g_strdup("CPUs of the machine") : param_range(param);
}

static char **choices_of(const struct param *param)
{
	static const char *const truths[] = { "true", "false", NULL };

	if (param->type == PARAM_BOOL)
		return g_strdupv((char **)(void *)truths);
	return param->type == PARAM_ENUM ? g_strdupv((char **)(void *)param->choices) : NULL;
}

RcuSimParam *param_info_new(const struct param *param, const char *group, const char *prefix)
{
	RcuSimParam *info = g_new0(RcuSimParam, 1);

	info->name = param->name;
	info->type = type_name(param->type);
	info->unit = or_empty(param->unit);
	info->special = or_empty(param->special);
	info->help = or_empty(param->help);
	info->source = or_empty(param->source);
	info->group = g_strdup(group);
	info->path = g_strconcat(prefix, param->name, NULL);
	info->dflt = default_text(param);
	info->range = range_text(param);
	info->choices = choices_of(param);
	return info;
}

void rcusim_param_free(RcuSimParam *param)
{
	if (param == NULL)
		return;
	g_free(param->group);
	g_free(param->path);
	g_free(param->dflt);
	g_free(param->range);
	g_strfreev(param->choices);
	g_free(param);
}

static void add_table(GPtrArray *infos, const struct param *params, const char *group,
		      const char *prefix)
{
	for (; params->type != PARAM_END; params++)
		g_ptr_array_add(infos, param_info_new(params, group, prefix));
}

/* A seed is wider than any integer of the tables. */
static RcuSimParam *seed_info(void)
{
	static const struct param seed = { .name = "seed",
					   .type = PARAM_INT,
					   .dflt = 1,
					   .help = "root of all chance; an integer or a string" };
	RcuSimParam *info = param_info_new(&seed, "", "");

	g_free(info->range);
	info->range = g_strdup_printf("0 ... %" G_GUINT64_FORMAT, G_MAXUINT64);
	return info;
}

static RcuSimParam *profile_info(void)
{
	const char *names[16] = { NULL };
	const struct param profile = { .name = "profile",
				       .type = PARAM_ENUM,
				       .choices = names,
				       .help = "figures to start from" };

	for (size_t i = 0; cost_profiles[i].name != NULL && i + 1 < G_N_ELEMENTS(names); i++)
		names[i] = cost_profiles[i].name;
	return param_info_new(&profile, "costs_ns", "costs_ns.");
}

static void add_workload(GPtrArray *infos)
{
	static const char prefix[] = "workload.ID.";

	for (const struct param *param = workload_common_params; param->type != PARAM_END; param++)
		g_ptr_array_add(infos, param_info_new(param, "workload", prefix));
	add_table(infos, workload_arrive_params, "workload", "workload.ID.arrive.");
	for (int kind = 0; kind < WORKLOAD_N_KINDS; kind++) {
		g_autofree char *group = g_strconcat("workload ", workload_kinds[kind].name, NULL);

		add_table(infos, workload_kinds[kind].params, group, prefix);
	}
}

GPtrArray *rcusim_scenario_params(void)
{
	GPtrArray *infos = g_ptr_array_new_with_free_func((GDestroyNotify)rcusim_param_free);

	add_table(infos, root_params, "", "");
	g_ptr_array_add(infos, seed_info());
	for (const struct section *section = sections; section->name != NULL; section++) {
		g_autofree char *prefix = g_strconcat(section->name, ".", NULL);

		if (section->params == cost_params)
			g_ptr_array_add(infos, profile_info());
		add_table(infos, section->params, section->name, prefix);
	}
	add_workload(infos);
	for (int i = 0; vma_policies[i] != NULL; i++) {
		g_autofree char *group = g_strconcat("policy ", vma_policies[i]->name, NULL);

		add_table(infos, vma_policies[i]->params, group, "policy.");
	}
	return infos;
}

const char *rcusim_scenario_group_help(const char *group)
{
	const struct section *section = section_find(group);

	if (section != NULL)
		return section->help;
	for (int kind = 0; kind < WORKLOAD_N_KINDS; kind++)
		if (g_str_has_prefix(group, "workload ") &&
		    strcmp(workload_kinds[kind].name, group + strlen("workload ")) == 0)
			return workload_kinds[kind].help;
	if (strcmp(group, "workload") == 0)
		return "an array: each entry is one source of work, and has an \"id\"";
	return *group == '\0' ? "members of the file itself" : NULL;
}
