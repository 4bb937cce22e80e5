#include "unit/scenario_text.h"

#include <string.h>

const char scenario_storm[] =
	"{\n"
	"  \"schema_version\": 1,\n"
	"  \"name\": \"exit-storm\",\n"
	"  \"question\": \"What does a storm of exits cost when half of the CPUs are offloaded?\",\n"
	"  \"include\": [\"machines/server-16.json\"],\n"
	"  \"seed\": 1,\n"
	"  \"duration\": \"500ms\",\n"
	"  \"machine\": { \"cpus\": 16, \"hz\": 250, \"preempt\": \"voluntary\", \"housekeeping\": \"0-3\",\n"
	"               \"nohz_full\": \"\" },\n"
	"  \"rcu\": { \"kernel\": \"6.12\", \"rcu_nocbs\": \"8-15\", \"blimit\": 10, \"qhimark\": 10000,\n"
	"           \"rcu_nocb_gp_stride\": -1 },\n"
	"  \"costs_ns\": { \"profile\": \"server-default\", \"call_rcu_bypass\": 30 },\n"
	"  \"vma\": { \"maple\": \"always\" },\n"
	"  \"policies\": {\n"
	"    \"per-vma\": {}, \"direct-on-exit\": {},\n"
	"    \"list-32\": { \"policy\": \"list-batched\", \"list_limit\": 32 }\n"
	"  },\n"
	"  \"workload\": [\n"
	"    { \"id\": \"storm\", \"kind\": \"exit\", \"cpus\": \"8-15\", \"count\": 64,\n"
	"      \"arrive\": { \"from\": \"10ms\", \"spread\": \"20ms\" },\n"
	"      \"vmas\": { \"dist\": \"lognormal\", \"median\": 400, \"sigma_permille\": 600, \"max\": 65530 } },\n"
	"    { \"id\": \"faults\", \"kind\": \"fault\", \"cpus\": \"0-15\", \"rate_per_s\": 50000,\n"
	"      \"hold\": { \"dist\": \"exponential\", \"mean\": \"3us\" } }\n"
	"  ],\n"
	"  \"vary\": { \"policy.list_limit\": [1, 8, 32, 128], \"machine.hz\": [250, 1000] },\n"
	"  \"record\": { \"sample_every\": \"100us\", \"batches\": false },\n"
	"  \"objectives\": [ { \"metric\": \"exit_latency_p99_ns\", \"goal\": \"min\", "
	"\"indifference\": \"2%\" } ],\n"
	"  \"expect\": [ { \"metric\": \"exit_latency_p99_ns\", \"policy\": \"direct-on-exit\", "
	"\"at_most\": \"12ms\" },\n"
	"              { \"metric\": \"callbacks_left\", \"equals\": 0 } ]\n"
	"}\n";

char *scenario_text(const char *members)
{
	return g_strdup_printf(
		"{\"schema_version\": 1, \"name\": \"t\", \"duration\": \"100ms\",\n"
		"%s%s%s%s}",
		strstr(members, "\"policies\"") ? "" : "\"policies\": {\"per-vma\": {}}, ",
		strstr(members, "\"workload\"") ? "" : "\"workload\": [] ",
		strstr(members, "\"workload\"") || *members == '\0' ? "" : ",\n", members);
}

char *scenario_message(const char *text, const char *const *sets)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) scenario =
		rcusim_scenario_parse(text, strlen(text), "t.json", sets, &error);

	g_assert_true((scenario == NULL) == (error != NULL));
	return error ? g_strdup(error->message) : NULL;
}

RcuSimScenario *scenario_accept(const char *text, const char *const *sets)
{
	g_autoptr(GError) error = NULL;
	RcuSimScenario *scenario =
		rcusim_scenario_parse(text, strlen(text), "t.json", sets, &error);

	if (scenario == NULL)
		g_error("refused: %s\nmessage: %s", text, error->message);
	return scenario;
}

void scenario_refuse(const char *text, const char *const *sets, RcuSimError code,
		     const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) scenario =
		rcusim_scenario_parse(text, strlen(text), "t.json", sets, &error);

	if (scenario != NULL)
		g_error("accepted: %s", text);
	if (strstr(error->message, expected) == NULL ||
	    !g_error_matches(error, RCUSIM_ERROR, (int)code))
		g_error("for: %s\ncode: %d\nmessage: %s\nlacks: %s", text, error->code,
			error->message, expected);
}
