/* test_scenario.c - whole scenarios: what loads to what, what is refused with which words, what is hashed. */
#include <string.h>

#include <glib.h>

#include <rcusim/scenario.h>

#include "scenario/load.h"
#include "unit/scenario_text.h"

static void test_the_documented_example_loads(void)
{
	g_autoptr(RcuSimScenario) scenario = scenario_accept(scenario_storm, NULL);
	const struct scenario *contents = scenario_contents(scenario);
	const struct workload *storm = &contents->workloads[0];

	g_assert_cmpstr(rcusim_scenario_name(scenario), ==, "exit-storm");
	g_assert_cmpstr(rcusim_scenario_text(scenario), ==, scenario_storm);
	g_assert_cmpuint(rcusim_scenario_seed(scenario), ==, 1);
	g_assert_cmpint(rcusim_scenario_duration_ns(scenario), ==, 500000000);
	g_assert_cmpint(rcusim_scenario_n_policies(scenario), ==, 3);
	g_assert_cmpstr(rcusim_scenario_policy_label(scenario, 2), ==, "list-32");
	g_assert_cmpstr(rcusim_scenario_policy_name(scenario, 2), ==, "list-batched");
	g_assert_cmpstr(rcusim_scenario_policy_params(scenario, 2), ==,
			"{ \"policy\": \"list-batched\", \"list_limit\": 32, \"exact\": false }");
	g_assert_cmpint(contents->machine.cpus, ==, 16);
	g_assert_cmpint(cpumask_weight(&contents->machine.housekeeping), ==, 4);
	g_assert_cmpint(cpumask_weight(&contents->rcu.rcu_nocbs), ==, 8);
	g_assert_cmpint(contents->costs.call_rcu_bypass, ==, 30);
	g_assert_cmpint(contents->sample_every_ns, ==, 100000);
	g_assert_cmpint(contents->n_workloads, ==, 2);
	g_assert_cmpint(storm->kind, ==, WORKLOAD_EXIT);
	g_assert_cmpint(storm->arrive_spread_ns, ==, 20000000);
	g_assert_cmpint(storm->vmas.kind, ==, DIST_LOGNORMAL);
	g_assert_cmpint(storm->vmas.max, ==, 65530);
	g_assert_cmpint(contents->workloads[1].hold.value, ==, 3000);
	g_assert_cmpint(contents->n_vary, ==, 2);
	g_assert_cmpstr(contents->vary[0].values[3], ==, "128");
	g_assert_cmpint(contents->objectives[0].indifference_permyriad, ==, 200);
	g_assert_cmpint(contents->expects[0].value, ==, 12000000);
	g_assert_cmpint(contents->expects[1].relation, ==, EXPECT_EQUALS);
}

static void test_the_least_scenario_has_the_tables_defaults(void)
{
	g_autofree char *text = scenario_text("");
	g_autoptr(RcuSimScenario) scenario = scenario_accept(text, NULL);
	const struct scenario *contents = scenario_contents(scenario);

	g_assert_cmpuint(rcusim_scenario_seed(scenario), ==, 1);
	g_assert_cmpstr(rcusim_scenario_question(scenario), ==, "");
	g_assert_cmpint(contents->machine.cpus, ==, 4);
	g_assert_cmpint(cpumask_weight(&contents->machine.housekeeping), ==, 4);
	g_assert_cmpint(contents->rcu.qhimark, ==, 10000);
	g_assert_cmpstr(contents->cost_profile, ==, "server-default");
	g_assert_cmpint(contents->vma.max_map_count, ==, 65530);
	g_assert_cmpint(contents->sample_every_ns, ==, 0);
}

static const char *const good[] = {
	"\"comment\": \"why\"",
	"\"comment\": [\"two\", \"lines\"]",
	"\"$schema\": \"../scenario.schema.json\"",
	"\"machine\": {\"comment\": \"x\", \"cpus\": 1}",
	"\"machine\": {\"cpus\": 4096}",
	"\"machine\": {\"cpus\": 8, \"housekeeping\": \"N\"}",
	"\"machine\": {\"base_slice_ns\": \"3ms\"}",
	"\"seed\": 0",
	"\"seed\": 18446744073709551615",
	"\"seed\": \"0x5eed\"",
	"\"costs_ns\": {\"profile\": \"icount-6.12\", \"batch\": 0}",
	"\"workload\": [{\"id\": \"a\", \"kind\": \"exit\"}]",
	"\"workload\": [{\"id\": \"a\", \"kind\": \"exit\", \"count\": 0, \"vmas\": 65530}]",
	"\"workload\": [{\"id\": \"a\", \"kind\": \"munmap\", \"vmas\": 2, \"calls\": 9, \"pause\": \"1us\"}]",
	"\"workload\": [{\"id\": \"a\", \"kind\": \"call-rcu\", \"object_bytes\": \"1KiB\"}]",
	"\"workload\": [{\"id\": \"a\", \"kind\": \"reader\", \"until\": \"50ms\", \"hold\": \"1ms\"}]",
	"\"workload\": [{\"id\": \"a\", \"kind\": \"fault\", \"arrive\": {\"from\": \"100ms\"}}]",
	"\"workload\": [{\"id\": \"a\", \"kind\": \"free-loop\", \"method\": \"batch\", \"batch\": 8}]",
	"\"policies\": {\"comment\": \"x\", \"whole-list\": {\"comment\": \"y\"}}",
	"\"policies\": {\"per-vma\": {\"policy\": \"whole-list\"}}",
	"\"vary\": {\"rcu.blimit\": [10], \"duration\": [\"1ms\", \"2ms\"]}",
	"\"objectives\": []",
	"\"expect\": [{\"metric\": \"unfreed_bytes_peak\", \"at_most\": \"1MiB\"}]",
	"\"expect\": [{\"metric\": \"exit_latency_p50_ns\", \"at_least\": 3}]",
	"\"record\": {\"sample_every\": \"0ns\", \"batches\": true}",
};

static void test_accepts_what_is_documented(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autofree char *text = scenario_text(good[i]);
		g_autoptr(RcuSimScenario) scenario = scenario_accept(text, NULL);

		g_assert_nonnull(rcusim_scenario_hash(scenario));
	}
}

struct refusal {
	const char *members, *message;
};

#define ENTRY(members) "\"workload\": [{\"id\": \"a\", " members "}]"

static const struct refusal refused[] = {
	/* keys */
	{ "\"machin\": {}", "$.machin: unknown key; did you mean \"machine\"?" },
	{ "\"machine\": {\"cpu_s\": 4}", "$.machine.cpu_s: unknown key; did you mean \"cpus\"?" },
	{ "\"machine\": {\"CPUs\": 4}", "$.machine.CPUs: unknown key; did you mean \"cpus\"?" },
	{ "\"machine\": {\"colour\": 4}",
	  "$.machine.colour: unknown key; accepted: cpus, hz, preempt" },
	{ "\"machine\": []", "$.machine: expected an object, found an array" },
	{ "\"machine\": null", "$.machine: expected an object, found null" },
	{ "\"comment\": 5", "$.comment: expected a string or an array of strings, found 5" },
	{ "\"comment\": [5]", "$.comment: expected a string or an array of strings" },
	{ "\"$schema\": 5", "$.$schema: expected a string, found 5" },
	/* machine */
	{ "\"machine\": {\"cpus\": 0}", "$.machine.cpus: 0 is out of range, 1 ... 4096 CPUs" },
	{ "\"machine\": {\"cpus\": 4097}", "4097 is out of range" },
	{ "\"machine\": {\"cpus\": 4294967296}", "4294967296 is out of range" },
	{ "\"machine\": {\"cpus\": 9223372036854775808}", "9223372036854775808 is out of range" },
	{ "\"machine\": {\"nohz_full\": \"all\"}",
	  "$.machine.nohz_full: every CPU; expected one to be left, it keeps the time" },
	{ "\"machine\": {\"housekeeping\": \"\"}", "$.machine.housekeeping: no CPU" },
	{ "\"machine\": {\"housekeeping\": \"4\"}",
	  "refers to CPU 4; expected a CPU list within 0-3" },
	{ "\"machine\": {\"preempt\": \"voluntry\"}", "did you mean \"voluntary\"?" },
	{ "\"machine\": {\"preempt\": \"lazy\"}",
	  "expected one of \"voluntary\", \"full\", \"none\", found \"lazy\"" },
	/* rcu */
	{ "\"rcu\": {\"rcu_nocbs\": \"0-8\"}", "$.rcu.rcu_nocbs: \"0-8\" refers to CPU 8" },
	{ "\"rcu\": {\"blimit\": 0}", "0 is out of range, 1 ..." },
	{ "\"rcu\": {\"qlowmark\": 20000}", "$.rcu.qlowmark: 20000 is above rcu.qhimark 10000" },
	{ "\"machine\": {\"cpus\": 64}, \"rcu\": {\"rcu_fanout\": 2, \"rcu_fanout_leaf\": 2}",
	  "$.rcu.rcu_fanout_leaf: a tree of four levels with fanout 2 and leaves of 2 holds 16 CPUs" },
	{ "\"rcu\": {\"kernel\": \"6.1\", \"enable_rcu_lazy\": true}",
	  "$.rcu.enable_rcu_lazy: kernel 6.1 has no lazy callbacks, they came with 6.2; expected false" },
	{ "\"machine\": {\"preempt_dynamic\": false}, \"rcu\": {\"rcu_boost\": true}",
	  "$.rcu.rcu_boost: true: there is no CONFIG_RCU_BOOST without PREEMPT_RCU" },
	{ "\"rcu\": {\"rcu_boost_delay\": 3001}", "3001 is out of range, 0 ... 3000" },
	{ "\"rcu\": {\"kernel\": \"6.1\"}, " ENTRY(
		  "\"kind\": \"cpu-hotplug\", \"nocb\": \"toggle\""),
	  "$.workload[0].nocb: kernel 6.1 changes the offloading of online CPUs, which is not modelled; "
	  "expected \"keep\"" },
	{ ENTRY("\"kind\": \"cpu-hotplug\"}, {\"id\": \"b\", \"kind\": \"cpu-hotplug\""),
	  "$.workload[1]: a second entry of kind \"cpu-hotplug\"" },
	{ "\"rcu\": {\"kernel\": \"6.13\"}",
	  "expected one of \"6.12\", \"6.1\", \"7.0\", found \"6.13\"" },
	/* costs, seed, duration, name */
	{ "\"costs_ns\": {\"profile\": \"server\"}", "expected one of \"server-default\"" },
	{ "\"costs_ns\": {\"call_rcu\": \"5ns\"}", "expected an integer, found \"5ns\"" },
	{ "\"seed\": -1", "$.seed: expected an integer 0 ... 18446744073709551615" },
	{ "\"seed\": 1.5", "$.seed: expected an integer" },
	{ "\"seed\": 18446744073709551616", "$.seed: expected an integer" },
	{ "\"seed\": \"0xg\"", "$.seed: expected an integer" },
	{ "\"seed\": \" 1\"", "$.seed: expected an integer" },
	{ "\"question\": 3", "$.question: expected a string, found 3" },
	/* policies */
	{ "\"policies\": {}", "$.policies: no policy; expected at least one" },
	{ "\"policies\": {\"comment\": \"x\"}", "$.policies: no policy" },
	{ "\"policies\": [\"per-vma\"]", "$.policies: expected an object like {\"per-vma\": {}}" },
	{ "\"policies\": {\"per-vmaa\": {}}", "did you mean \"per-vma\"?" },
	{ "\"policies\": {\"mine\": {}}",
	  "the label \"mine\" is no policy, and there is no key \"policy\"" },
	{ "\"policies\": {\"x\": {\"policy\": \"per-vmaa\"}}",
	  "unknown policy \"per-vmaa\"; did you mean" },
	{ "\"policies\": {\"x\": {\"policy\": \"\"}}", "unknown policy \"\"; accepted: per-vma" },
	{ "\"policies\": {\"x\": {\"policy\": 3}}", "expected the name of a policy, found 3" },
	{ "\"policies\": {\"x\": 3}",
	  "$.policies.x: expected an object with the policy's parameters" },
	{ "\"policies\": {\"X y\": {\"policy\": \"per-vma\"}}",
	  "$.policies[\"X y\"]: not a label" },
	{ "\"policies\": {\"all\": {\"policy\": \"per-vma\"}}", "not \"all\"" },
	{ "\"policies\": {\"per-vma\": {\"list_limit\": 3}}",
	  "$.policies.per-vma.list_limit: unknown key" },
	{ "\"policies\": {\"list-batched\": {\"list_limt\": 3}}", "did you mean \"list_limit\"?" },
	{ "\"policies\": {\"list-batched\": {\"list_limit\": 0}}",
	  "0 is out of range, 1 ... 1000000 VMAs" },
	{ "\"policies\": {\"list-batched\": {\"list_limit\": 9223372036854775808}}",
	  "is out of range" },
	/* workload */
	{ "\"workload\": {}", "$.workload: expected an array of objects" },
	{ "\"workload\": [3]",
	  "$.workload[0]: expected an object with \"id\" and \"kind\", found 3" },
	{ "\"workload\": [{}]", "$.workload[0].id: missing; expected a string" },
	{ "\"workload\": [{}]", "$.workload[0].kind: missing; expected one of \"exit\"" },
	{ ENTRY("\"kind\": \"exti\""), "did you mean \"exit\"?" },
	{ ENTRY("\"kind\": \"exit\", \"rate_per_s\": 1"), "$.workload[0].rate_per_s: unknown key" },
	{ ENTRY("\"kind\": \"fault\", \"count\": 1"), "$.workload[0].count: unknown key" },
	{ ENTRY("\"kind\": \"fault\", \"arrive\": {\"spread\": \"1ms\"}"),
	  "$.workload[0].arrive.spread: unknown key; accepted: from" },
	{ ENTRY("\"kind\": \"exit\", \"arrive\": \"1ms\""),
	  "$.workload[0].arrive: expected an object" },
	{ ENTRY("\"kind\": \"exit\", \"cpus\": \"0-15\""), "refers to CPU 15" },
	{ ENTRY("\"kind\": \"exit\", \"cpus\": \"\""), "$.workload[0].cpus: no CPU" },
	{ ENTRY("\"kind\": \"exit\", \"vmas\": 65531"),
	  "65531 is out of range, 0 ... 65530 VMAs; vma.max_map_count is the limit" },
	{ ENTRY("\"kind\": \"exit\", \"vmas\": 1000000000000"), "1000000000000 is out of range" },
	{ ENTRY("\"kind\": \"exit\", \"vmas\": {\"dist\": \"geometric\", \"mean\": 9, \"max\": 70000}"),
	  "$.workload[0].vmas.max: 70000 is out of range" },
	{ ENTRY("\"kind\": \"exit\", \"arrive\": {\"from\": \"90ms\", \"spread\": \"20ms\"}"),
	  "$.workload[0].arrive: 110ms is after the end of the run; duration is 100ms" },
	{ ENTRY("\"kind\": \"reader\", \"sleeps\": true"),
	  "$.workload[0].sleeps: true: a reader sleeps with domain \"srcu\" only" },
	{ ENTRY("\"kind\": \"fault\", \"domain\": \"srcu\""), "$.workload[0].domain: unknown key" },
	{ ENTRY("\"kind\": \"free-loop\", \"barrier\": true"),
	  "$.workload[0].barrier: true: only loops of method \"kfree-rcu\" have a barrier" },
	{ "\"rcu\": {\"kernel\": \"6.1\"}, " ENTRY(
		  "\"kind\": \"free-loop\", \"method\": \"kfree-rcu\", \"barrier\": true"),
	  "$.workload[0].barrier: true: kernel \"6.1\" has no kvfree_rcu_barrier()" },
	{ ENTRY("\"kind\": \"reader\", \"until\": \"101ms\""),
	  "$.workload[0].until: 101ms is after the end of the run; duration is 100ms" },
	{ ENTRY("\"kind\": \"reader\", \"until\": \"1ms\", \"arrive\": {\"from\": \"2ms\"}"),
	  "$.workload[0].until: 1ms is before arrive.from 2ms" },
	{ "\"workload\": [{\"id\": \"A\", \"kind\": \"exit\"}]",
	  "$.workload[0].id: expected a name of a-z" },
	{ "\"workload\": [{\"id\": \"\", \"kind\": \"exit\"}]",
	  "$.workload[0].id: expected a name" },
	{ "\"workload\": [{\"id\": \"a.b\", \"kind\": \"exit\"}]",
	  "$.workload[0].id: expected a name" },
	{ "\"workload\": [{\"id\": \"a\", \"kind\": \"exit\"}, {\"id\": \"a\", \"kind\": \"exit\"}]",
	  "$.workload[1].id: the id \"a\" is taken by the entry at t.json:2:" },
	/* amounts */
	{ ENTRY("\"kind\": \"exit\", \"count\": 1000000, \"vmas\": 10000"),
	  "about 10001000000 operations in one run; at most 1000000000 are accepted" },
	{ ENTRY("\"kind\": \"munmap\", \"count\": 1000000, \"calls\": 1000000000, \"vmas\": 65530"),
	  "about 9223372036854775807 operations" },
	{ "\"record\": {\"sample_every\": \"1ns\"}",
	  "$.duration: about 100000000 samples in one run; at most 10000000 are accepted" },
	/* vary */
	{ "\"vary\": []", "$.vary: expected an object like" },
	{ "\"vary\": {\"rcu.blimits\": [1]}",
	  "$.vary[\"rcu.blimits\"]: no parameter \"rcu.blimits\"; did you mean \"rcu.blimit\"?" },
	{ "\"vary\": {\"blimit\": [1]}", "did you mean \"rcu.blimit\"?" },
	{ "\"vary\": {\"rcu\": [1]}",
	  "no parameter \"rcu\"; behind it is expected one of: kernel" },
	{ "\"vary\": {\"rcu.blimit.x\": [1]}", "it has a part too many" },
	{ "\"vary\": {\"rcu.blimit\": 5}", "expected an array of at least one value, found 5" },
	{ "\"vary\": {\"rcu.blimit\": []}", "expected an array of at least one value" },
	{ "\"vary\": {\"rcu.blimit\": [1, 0]}", "$.vary[\"rcu.blimit\"][1]: 0 is out of range" },
	{ "\"vary\": {\"rcu.blimit\": [1, \"2\"]}", "expected an integer, found \"2\"" },
	{ "\"vary\": {\"rcu.blimit\": [1, 2, 1]}", "$.vary[\"rcu.blimit\"][2]: 1 is listed twice" },
	{ "\"vary\": {\"duration\": [\"1ms\", \"1000us\"]}", "\"1ms\" is listed twice" },
	{ "\"vary\": {\"policy.list_limit\": [1]}", "no parameter \"policy.list_limit\"" },
	{ "\"vary\": {\"policies.x.list_limit\": [1]}", "no parameter \"policies.x.list_limit\"" },
	{ "\"vary\": {\"costs_ns.profile\": [\"fast\"]}",
	  "$.vary[\"costs_ns.profile\"][0]: expected one of \"server-default\"" },
	{ "\"vary\": {\"max_operations\": [1]}", "it does not change what happens" },
	{ "\"vary\": {\"seed\": [1]}", "ask for replications instead" },
	{ "\"vary\": {\"name\": [\"a\"]}", "it does not change what happens" },
	{ "\"vary\": {\"workload.a.count\": [1]}", "no parameter \"workload.a.count\"" },
	/* objectives and expectations */
	{ "\"objectives\": {}", "$.objectives: expected an array" },
	{ "\"objectives\": [{}]", "$.objectives[0].metric: missing" },
	{ "\"objectives\": [{\"metric\": \"exit_latency_p98_ns\", \"goal\": \"min\"}]",
	  "no metric \"exit_latency_p98_ns\"; did you mean" },
	{ "\"objectives\": [{\"metric\": \"callbacks\"}]", "$.objectives[0].goal: missing" },
	{ "\"objectives\": [{\"metric\": \"callbacks\", \"goal\": \"least\"}]",
	  "expected one of \"min\", \"max\"" },
	{ "\"objectives\": [{\"metric\": \"callbacks\", \"goal\": \"min\", \"indifference\": 2}]",
	  "expected a percentage like \"2%\"" },
	{ "\"objectives\": [{\"metric\": \"callbacks\", \"goal\": \"min\", \"indifference\": \"101%\"}]",
	  "expected a percentage" },
	{ "\"expect\": [{\"metric\": \"callbacks\"}]",
	  "$.expect[0]: no relation; expected one of at_most" },
	{ "\"expect\": [{\"metric\": \"callbacks\", \"at_most\": 1, \"equals\": 1}]",
	  "more than one relation" },
	{ "\"expect\": [{\"metric\": \"callbacks\", \"at_most\": \"1ms\"}]",
	  "expected an integer" },
	{ "\"expect\": [{\"metric\": \"callbacks\", \"at_most\": -1}]", "-1 is out of range" },
	{ "\"expect\": [{\"metric\": \"exit_latency_p50_ns\", \"at_most\": \"1 ms\"}]",
	  "unknown unit" },
	{ "\"expect\": [{\"metric\": \"callbacks\", \"policy\": \"whole-list\", \"equals\": 1}]",
	  "$.expect[0].policy: \"whole-list\" is no label of \"policies\"; accepted: per-vma" },
	{ "\"record\": {\"sample_every\": 5}", "expected a duration like \"10ms\", found 5" },
};

static void test_refusals_name_place_and_remedy(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autofree char *text = scenario_text(refused[i].members);

		scenario_refuse(text, NULL, RCUSIM_ERROR_INVALID, refused[i].message);
	}
}

static void test_roots_that_are_no_scenario(void)
{
	static const struct refusal roots[] = {
		{ "[]", "t.json:1:1: error: $: expected an object, found an array" },
		{ "\"x\"", "expected an object, found \"x\"" },
		{ "5", "expected an object, found 5" },
		{ "null", "expected an object, found null" },
		{ "{}", "$.schema_version: missing; expected 1" },
		{ "{}", "$.name: missing; expected a string" },
		{ "{}", "$.duration: missing; expected a duration like \"10ms\"" },
		{ "{}", "$.policies: missing" },
		{ "{}", "$.workload: missing" },
		{ "{\"schema_version\": 0}",
		  "$.schema_version: expected 1, the version that this program reads" },
		{ "{\"schema_version\": 2}", "$.schema_version: expected 1" },
		{ "{\"schema_version\": \"1\"}", "$.schema_version: expected 1" },
		{ "{\"name\": \"\"}", "$.name: 0 characters; expected 1 ... 255" },
		{ "{\"duration\": \"-1ms\"}", "\"-1ms\" is negative" },
		{ "{\"duration\": \"1000001s\"}", "is out of range, 0ns ... 1000000s" },
		{ "{\"duration\": 5}", "$.duration: expected a duration like \"10ms\", found 5" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(roots); i++)
		scenario_refuse(roots[i].members, NULL, RCUSIM_ERROR_INVALID, roots[i].message);
}

/* One look at the file finds all that is wrong with it, in the order of the file. */
static void test_all_problems_are_told_at_once(void)
{
	static const char text[] =
		"{\n"
		"  \"schema_version\": 1, \"name\": \"t\", \"duration\": \"1ms\",\n"
		"  \"machine\": { \"cpu\": 4,\n"
		"               \"hz\": 0 },\n"
		"  \"workload\": [ { \"id\": \"a\", \"kind\": \"exit\", \"vmas\": \"x\" } ],\n"
		"  \"rcu\": { \"blimit\": \"10\" },\n"
		"  \"policies\": { \"per-vma\": {} }\n"
		"}\n";
	g_autofree char *message = scenario_message(text, NULL);

	g_assert_cmpstr(
		message, ==,
		"t.json:3:16: error: $.machine.cpu: unknown key; did you mean \"cpus\"?\n"
		"t.json:4:22: error: $.machine.hz: 0 is out of range, 24 ... 10000 ticks/s\n"
		"t.json:5:54: error: $.workload[0].vmas: expected an integer or a distribution like "
		"{\"dist\": \"uniform\", \"min\": 1, \"max\": 9}, found \"x\"\n"
		"t.json:6:22: error: $.rcu.blimit: expected an integer, found \"10\"");
}

static void test_a_flood_of_problems_is_counted(void)
{
	g_autoptr(GString) members = g_string_new("\"machine\": {");
	g_autofree char *text = NULL;
	g_autofree char *message = NULL;
	int n_lines = 1;

	for (int i = 0; i < 300; i++)
		g_string_append_printf(members, "%s\"key-%d\": 1", i > 0 ? ", " : "", i);
	g_string_append(members, "}");
	text = scenario_text(members->str);
	message = scenario_message(text, NULL);
	for (const char *p = message; (p = strchr(p, '\n')) != NULL; p++)
		n_lines++;
	g_assert_cmpint(n_lines, ==, 21);
	g_assert_true(g_str_has_suffix(message, "\n... 280 more"));
	g_assert_nonnull(strstr(message, "$.machine.key-19: unknown key"));
	g_assert_null(strstr(message, "$.machine.key-20:"));
}

static char *hash_of(const char *members, const char *const *sets)
{
	g_autofree char *text = scenario_text(members);
	g_autoptr(RcuSimScenario) scenario = scenario_accept(text, sets);

	return g_strdup(rcusim_scenario_hash(scenario));
}

#define ENTRIES "\"workload\": [{\"id\": \"a\", \"kind\": \"exit\", \"vmas\": 400}]"

/* Pairs of scenarios that mean the same. */
static const char *const equal_pairs[][2] = {
	{ "", "\"seed\": 7" },
	{ "", "\"seed\": \"0xffffffffffffffff\"" },
	{ "", "\"comment\": \"x\", \"question\": \"why?\"" },
	{ "", "\"machine\": {\"cpus\": 4, \"hz\": 250}" },
	{ "", "\"machine\": {\"hz\": 2.5e2, \"cpus\": 4.0}" },
	{ "", "\"machine\": {\"housekeeping\": \"0-3\"}" },
	{ "", "\"machine\": {\"housekeeping\": \"3,2,0-1\"}" },
	{ "", "\"machine\": {\"base_slice_ns\": \"0.7ms\"}" },
	{ "", "\"costs_ns\": {\"profile\": \"server-default\", \"call_rcu\": 27}" },
	{ "", "\"policies\": {\"whole-list\": {}}" },
	{ "", "\"vary\": {\"rcu.blimit\": [1, 2]}" },
	{ "", "\"expect\": [{\"metric\": \"callbacks\", \"equals\": 0}]" },
	{ "", "\"objectives\": [{\"metric\": \"callbacks\", \"goal\": \"min\"}]" },
	{ ENTRIES,
	  "\"workload\": [{\"kind\": \"exit\", \"comment\": \"x\", \"id\": \"a\", \"cpus\": \"all\"}]" },
	{ ENTRIES,
	  "\"workload\": [{\"id\": \"a\", \"kind\": \"exit\", "
	  "\"vmas\": {\"dist\": \"fixed\", \"value\": 400}, \"arrive\": {\"from\": \"0s\"}}]" },
	{ "\"record\": {\"sample_every\": \"1ms\"}", "\"record\": {\"sample_every\": \"1000us\"}" },
	{ "\"vma\": {\"node_size_bytes\": \"1KiB\"}", "\"vma\": {\"node_size_bytes\": 1024}" },
};

/* Pairs that do not. */
static const char *const unequal_pairs[][2] = {
	{ "", "\"machine\": {\"hz\": 1000}" },
	{ "", "\"machine\": {\"housekeeping\": \"0-2\"}" },
	{ "", "\"rcu\": {\"rcu_nocbs\": \"3\"}" },
	{ "", "\"costs_ns\": {\"call_rcu\": 28}" },
	{ "", "\"costs_ns\": {\"profile\": \"icount-6.12\"}" },
	{ "", "\"vma\": {\"maple\": \"never\"}" },
	{ "", "\"record\": {\"batches\": true}" },
	{ "", ENTRIES },
	{ ENTRIES, "\"workload\": [{\"id\": \"b\", \"kind\": \"exit\", \"vmas\": 400}]" },
	{ ENTRIES, "\"workload\": [{\"id\": \"a\", \"kind\": \"exit\", \"vmas\": 401}]" },
	{ ENTRIES, "\"workload\": [{\"id\": \"a\", \"kind\": \"munmap\", \"vmas\": 400}]" },
};

static void test_the_hash_is_of_the_meaning(void)
{
	const char *const longer[] = { "duration=101ms", NULL };
	g_autofree char *plain = hash_of("", NULL);
	g_autofree char *later = hash_of("", longer);

	g_assert_cmpint(strlen(plain), ==, 64);
	g_assert_cmpstr(plain, !=, later);
	for (size_t i = 0; i < G_N_ELEMENTS(equal_pairs); i++) {
		g_autofree char *a = hash_of(equal_pairs[i][0], NULL);
		g_autofree char *b = hash_of(equal_pairs[i][1], NULL);

		if (strcmp(a, b) != 0)
			g_error("differ: %s", equal_pairs[i][1]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(unequal_pairs); i++) {
		g_autofree char *a = hash_of(unequal_pairs[i][0], NULL);
		g_autofree char *b = hash_of(unequal_pairs[i][1], NULL);

		if (strcmp(a, b) == 0)
			g_error("equal: %s", unequal_pairs[i][1]);
	}
}

static void assert_reloads(const char *text)
{
	g_autoptr(RcuSimScenario) scenario = scenario_accept(text, NULL);
	g_autoptr(RcuSimScenario) again = scenario_accept(rcusim_scenario_resolved(scenario), NULL);

	g_assert_cmpstr(rcusim_scenario_resolved(again), ==, rcusim_scenario_resolved(scenario));
	g_assert_cmpstr(rcusim_scenario_hash(again), ==, rcusim_scenario_hash(scenario));
	g_assert_cmpuint(rcusim_scenario_seed(again), ==, rcusim_scenario_seed(scenario));
}

static void test_the_resolved_form_is_a_scenario(void)
{
	assert_reloads(scenario_storm);
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autofree char *text = scenario_text(good[i]);

		assert_reloads(text);
	}
}

static void test_policies_can_be_selected(void)
{
	g_autoptr(RcuSimScenario) scenario = scenario_accept(scenario_storm, NULL);
	g_autoptr(GError) error = NULL;

	g_assert_true(rcusim_scenario_select_policies(scenario, "list-32,whole-list", NULL));
	g_assert_cmpint(rcusim_scenario_n_policies(scenario), ==, 2);
	g_assert_cmpstr(rcusim_scenario_policy_label(scenario, 1), ==, "whole-list");
	g_assert_cmpint(scenario_contents(scenario)->n_expects, ==,
			1); /* direct-on-exit's is gone */
	g_assert_cmpint(scenario_contents(scenario)->n_vary, ==, 2);
	assert_reloads(rcusim_scenario_resolved(scenario));
	g_assert_true(rcusim_scenario_select_policies(scenario, "all", NULL));
	g_assert_cmpint(rcusim_scenario_n_policies(scenario), >=, 4);
	g_assert_cmpstr(rcusim_scenario_policy_label(scenario, 0), ==, "list-32");
	g_assert_true(rcusim_scenario_select_policies(scenario, "per-vma", NULL));
	g_assert_cmpint(scenario_contents(scenario)->n_vary, ==, 1); /* no list_limit is left */
	assert_reloads(rcusim_scenario_resolved(scenario));
	g_assert_false(rcusim_scenario_select_policies(scenario, "per-vam", &error));
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE);
	g_assert_cmpstr(error->message, ==, "no policy \"per-vam\"; did you mean \"per-vma\"?");
	g_clear_error(&error);
	g_assert_false(rcusim_scenario_select_policies(scenario, "per-vma,per-vma", &error));
	g_assert_cmpstr(error->message, ==, "the policy \"per-vma\" is listed twice");
	g_clear_error(&error);
	g_assert_false(rcusim_scenario_select_policies(scenario, "", &error));
	g_assert_cmpint(rcusim_scenario_n_policies(scenario), ==, 1); /* as it was */
}

static void test_a_new_seed_is_all_that_changes(void)
{
	g_autoptr(RcuSimScenario) scenario = scenario_accept(scenario_storm, NULL);
	g_autofree char *hash = g_strdup(rcusim_scenario_hash(scenario));

	rcusim_scenario_set_seed(scenario, UINT64_MAX);
	g_assert_cmpuint(rcusim_scenario_seed(scenario), ==, UINT64_MAX);
	g_assert_cmpstr(rcusim_scenario_hash(scenario), ==, hash);
	g_assert_nonnull(
		strstr(rcusim_scenario_resolved(scenario), "\"seed\": \"18446744073709551615\""));
	assert_reloads(rcusim_scenario_resolved(scenario));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/scenario/the-documented-example-loads",
			test_the_documented_example_loads);
	g_test_add_func("/scenario/the-least-scenario-has-the-tables-defaults",
			test_the_least_scenario_has_the_tables_defaults);
	g_test_add_func("/scenario/accepts-what-is-documented", test_accepts_what_is_documented);
	g_test_add_func("/scenario/refusals-name-place-and-remedy",
			test_refusals_name_place_and_remedy);
	g_test_add_func("/scenario/roots-that-are-no-scenario", test_roots_that_are_no_scenario);
	g_test_add_func("/scenario/all-problems-are-told-at-once",
			test_all_problems_are_told_at_once);
	g_test_add_func("/scenario/a-flood-of-problems-is-counted",
			test_a_flood_of_problems_is_counted);
	g_test_add_func("/scenario/the-hash-is-of-the-meaning", test_the_hash_is_of_the_meaning);
	g_test_add_func("/scenario/the-resolved-form-is-a-scenario",
			test_the_resolved_form_is_a_scenario);
	g_test_add_func("/scenario/policies-can-be-selected", test_policies_can_be_selected);
	g_test_add_func("/scenario/a-new-seed-is-all-that-changes",
			test_a_new_seed_is_all_that_changes);
	return g_test_run();
}
