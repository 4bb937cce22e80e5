/* test_bad_types.c - every parameter of every table, with a value of every JSON type that it does not take. */
#include <string.h>

#include <glib.h>

#include "machine/costs.h"
#include "policy/registry.h"
#include "scenario/root.h"
#include "scenario/scenario.h"
#include "unit/scenario_text.h"

enum given { NIL, BOOL, INTEGER, REAL, STRING, ARRAY, OBJECT, N_GIVEN };

static const struct {
	const char *text, *found; /* as JSON, and as a message calls it */
} given[N_GIVEN] = {
	[NIL] = { "null", "found null" },       [BOOL] = { "true", "found true" },
	[INTEGER] = { "3", "found 3" },         [REAL] = { "1.5", "found 1.5" },
	[STRING] = { "\"x y\"", "\"x y\"" },    [ARRAY] = { "[1]", "found an array" },
	[OBJECT] = { "{}", "found an object" },
};

static bool is_taken(const struct param *param, enum given type)
{
	switch (param->type) {
	case PARAM_INT:
	case PARAM_SIZE:
		return type == INTEGER;
	case PARAM_BOOL:
		return type == BOOL;
	case PARAM_DURATION:
		return type == INTEGER && g_str_has_suffix(param->name, "_ns");
	case PARAM_STRING:
		return type == STRING;
	case PARAM_COUNT_DIST:
		return type == INTEGER;
	case PARAM_ENUM:
	case PARAM_CPULIST:
	case PARAM_DURATION_DIST:
	case PARAM_END:
		break;
	}
	return false;
}

/* A distribution is an object, too: what is wrong with an empty one is that it does not say which. */
static bool is_dist(const struct param *param)
{
	return param->type == PARAM_COUNT_DIST || param->type == PARAM_DURATION_DIST;
}

/* @format has a %s for the member; @path is that of the object. Returns how many values were refused. */
static int refuse_all(const struct param *params, const char *format, const char *path)
{
	int n = 0;

	for (; params->type != PARAM_END; params++)
		for (enum given type = NIL; type < N_GIVEN; type++) {
			const bool no_dist = type == OBJECT && is_dist(params);
			g_autofree char *member =
				g_strdup_printf("\"%s\": %s", params->name, given[type].text);
			g_auto(GStrv) parts = g_strsplit(format, "%s", 2);
			g_autofree char *text = g_strjoin(member, parts[0], parts[1], NULL);
			g_autofree char *place = g_strdup_printf(
				"error: %s.%s%s: ", path, params->name, no_dist ? ".dist" : "");
			g_autofree char *message = NULL;

			if (is_taken(params, type))
				continue;
			message = scenario_message(text, NULL);
			if (message == NULL || strstr(message, place) == NULL ||
			    (!no_dist && strstr(message, given[type].found) == NULL))
				g_error("for: %s\nmessage: %s\nlacks: %s %s", text,
					message ? message : "none", place, given[type].found);
			n++;
		}
	return n;
}

static void test_sections_refuse_wrong_types(void)
{
	int n = 0;

	for (const struct section *section = sections; section->name != NULL; section++) {
		g_autofree char *members = g_strdup_printf("\"%s\": {%%s}", section->name);
		g_autofree char *format = scenario_text(members);
		g_autofree char *path = g_strdup_printf("$.%s", section->name);

		n += refuse_all(section->params, format, path);
	}
	g_assert_cmpint(n, >, 300);
}

static void test_the_root_refuses_wrong_types(void)
{
	for (const struct param *param = root_params; param->type != PARAM_END; param++) {
		const struct param alone[] = { *param, { .type = PARAM_END } };
		g_autofree char *format = g_strdup_printf(
			"{\"schema_version\": 1, %s%s\"policies\": {\"per-vma\": {}}, \"workload\": [], %%s}",
			strcmp(param->name, "name") == 0 ? "" : "\"name\": \"t\", ",
			strcmp(param->name, "duration") == 0 ? "" : "\"duration\": \"1ms\", ");

		g_assert_cmpint(refuse_all(alone, format, "$"), >=, 5);
	}
}

static void test_policies_refuse_wrong_types(void)
{
	for (int i = 0; vma_policies[i] != NULL; i++) {
		g_autofree char *members =
			g_strdup_printf("\"policies\": {\"%s\": {%%s}}", vma_policies[i]->name);
		g_autofree char *format = scenario_text(members);
		g_autofree char *path = g_strdup_printf("$.policies.%s", vma_policies[i]->name);

		refuse_all(vma_policies[i]->params, format, path);
	}
}

static void test_workloads_refuse_wrong_types(void)
{
	for (int kind = 0; kind < WORKLOAD_N_KINDS; kind++) {
		g_autofree char *entry =
			g_strdup_printf("\"workload\": [{\"id\": \"a\", \"kind\": \"%s\", %%s}]",
					workload_kinds[kind].name);
		g_autofree char *format = scenario_text(entry);

		g_assert_cmpint(refuse_all(workload_kinds[kind].params, format, "$.workload[0]"),
				>=, 5);
	}
}

static void test_what_all_workloads_share_refuses_wrong_types(void)
{
	const struct param *common = workload_common_params;
	g_autofree char *arrive = scenario_text(
		"\"workload\": [{\"id\": \"a\", \"kind\": \"exit\", \"arrive\": {%s}}]");

	refuse_all(workload_arrive_params, arrive, "$.workload[0].arrive");
	for (; common->type != PARAM_END; common++) {
		const struct param alone[] = { *common, { .type = PARAM_END } };
		g_autofree char *entry = g_strdup_printf(
			"\"workload\": [{%s%s%%s}]",
			strcmp(common->name, "id") == 0 ? "" : "\"id\": \"a\", ",
			strcmp(common->name, "kind") == 0 ? "" : "\"kind\": \"exit\", ");
		g_autofree char *format = scenario_text(entry);

		g_assert_cmpint(refuse_all(alone, format, "$.workload[0]"), >=, 6);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bad-types/sections", test_sections_refuse_wrong_types);
	g_test_add_func("/bad-types/root", test_the_root_refuses_wrong_types);
	g_test_add_func("/bad-types/policies", test_policies_refuse_wrong_types);
	g_test_add_func("/bad-types/workloads", test_workloads_refuse_wrong_types);
	g_test_add_func("/bad-types/what-all-workloads-share",
			test_what_all_workloads_share_refuses_wrong_types);
	return g_test_run();
}
