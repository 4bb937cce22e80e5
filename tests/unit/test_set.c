/* test_set.c - "path=value" overrides, origins of values, kernel command lines. */
#include <string.h>

#include <glib.h>

#include "scenario/load.h"
#include "unit/scenario_text.h"

/* Value and origin of the parameter at @path, "VALUE from ORIGIN"; NULL if there is none. */
static char *value_at(const RcuSimScenario *scenario, const char *path)
{
	struct rcusim_scenario_value value;

	for (int i = 0; rcusim_scenario_value(scenario, i, &value); i++)
		if (strcmp(value.path, path) == 0)
			return g_strdup_printf("%s from %s", value.value, value.origin);
	return NULL;
}

struct set_case {
	const char *set, *path, *value;
};

static const struct set_case good[] = {
	{ "rcu.qhimark=2000", "rcu.qhimark", "2000" },
	{ "rcu.jiffies_till_first_fqs=-1", "rcu.jiffies_till_first_fqs", "-1" },
	{ "rcu.rcu_nocbs=8-15", "rcu.rcu_nocbs", "\"8-15\"" },
	{ "rcu.rcu_nocbs=3", "rcu.rcu_nocbs", "\"3\"" },
	{ "rcu.rcu_nocbs=", "rcu.rcu_nocbs", "\"\"" },
	{ "rcu.rcu_nocbs=\"0,2\"", "rcu.rcu_nocbs", "\"0,2\"" },
	{ "rcu.kernel=6.12", "rcu.kernel", "\"6.12\"" },
	{ "rcu.kernel=6.1", "rcu.kernel", "\"6.1\"" },
	{ "rcu.rcu_fanout_exact=true", "rcu.rcu_fanout_exact", "true" },
	{ "machine.hz=1000", "machine.hz", "1000" },
	{ "machine.hz=1e3", "machine.hz", "1000" },
	{ "machine.base_slice_ns=3ms", "machine.base_slice_ns", "3000000" },
	{ "machine.base_slice_ns=3000", "machine.base_slice_ns", "3000" },
	{ "vma.maple=never", "vma.maple", "\"never\"" },
	{ "vma.node_size_bytes=1KiB", "vma.node_size_bytes", "1024" },
	{ "costs_ns.call_rcu_bypass=99", "costs_ns.call_rcu_bypass", "99" },
	{ "costs_ns.profile=icount-6.12", "costs_ns.profile", "\"icount-6.12\"" },
	{ "record.sample_every=1ms", "record.sample_every", "\"1ms\"" },
	{ "record.batches=true", "record.batches", "true" },
	{ "duration=1s", "duration", "\"1s\"" },
	{ "name=other name = \"x\"", "name", "\"other name = \\\"x\\\"\"" },
	{ "seed=0x5eed", "seed", "24301" },
	{ "seed=18446744073709551615", "seed", "18446744073709551615" },
	{ "policies.list-32.list_limit=8", "policies.list-32.list_limit", "8" },
	{ "policy.list_limit=8", "policies.list-32.list_limit", "8" },
	{ "policy.exact=true", "policies.list-32.exact", "true" },
	{ "workload.storm.count=3", "workload.storm.count", "3" },
	{ "workload.storm.cpus=0-3", "workload.storm.cpus", "\"0-3\"" },
	{ "workload.storm.arrive.spread=1ms", "workload.storm.arrive.spread", "\"1ms\"" },
	{ "workload.faults.arrive.from=1ms", "workload.faults.arrive.from", "\"1ms\"" },
	{ "workload.faults.rate_per_s=7", "workload.faults.rate_per_s", "7" },
	{ "workload.storm.vmas=60000", "workload.storm.vmas", "60000" },
	{ "workload.faults.hold=7us", "workload.faults.hold", "\"7us\"" },
	{ "workload.storm.vmas={\"dist\":\"uniform\",\"min\":1,\"max\":2}", "workload.storm.vmas",
	  "{ \"dist\": \"uniform\", \"min\": 1, \"max\": 2 }" },
};

static void test_values_take_the_parameters_type(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		const char *const sets[] = { good[i].set, NULL };
		g_autoptr(RcuSimScenario) scenario = scenario_accept(scenario_storm, sets);
		g_autofree char *value = value_at(scenario, good[i].path);
		g_autofree char *expected =
			g_strdup_printf("%s from --set %s", good[i].value, good[i].set);

		g_assert_cmpstr(value, ==, expected);
	}
}

static void test_a_field_of_a_distribution_can_be_set(void)
{
	const char *const sets[] = { "workload.storm.vmas.median=777",
				     "workload.storm.vmas.max=888", NULL };
	g_autoptr(RcuSimScenario) scenario = scenario_accept(scenario_storm, sets);
	const struct dist *vmas = &scenario_contents(scenario)->workloads[0].vmas;

	g_assert_cmpint(vmas->value, ==, 777);
	g_assert_cmpint(vmas->max, ==, 888);
	g_assert_cmpint(vmas->sigma_permille, ==, 600);
}

static void test_later_overrides_win(void)
{
	const char *const sets[] = { "rcu.blimit=1", "rcu.blimit=2", NULL };
	g_autoptr(RcuSimScenario) scenario = scenario_accept(scenario_storm, sets);

	g_assert_cmpint(scenario_contents(scenario)->rcu.blimit, ==, 2);
}

static const struct set_case bad[] = {
	{ "rcu.qhimak=3", "",
	  "--set rcu.qhimak=3: error: no parameter \"rcu.qhimak\"; "
	  "did you mean \"rcu.qhimark\"?" },
	{ "qhimark=3", "", "did you mean \"rcu.qhimark\"?" },
	{ "rcs.qhimark=3", "", "did you mean \"rcu.qhimark\"?" },
	{ "zzz=3", "", "in place of \"zzz\" are accepted: machine, rcu, costs_ns" },
	{ "=3", "", "no parameter \"\"" },
	{ "", "", "no value; expected PATH=VALUE" },
	{ "rcu.blimit", "", "no value; expected PATH=VALUE" },
	{ "rcu=3", "", "behind it is expected one of: kernel" },
	{ "rcu.blimit.x=3", "", "it has a part too many" },
	{ "seed.x=3", "", "it has a part too many" },
	{ "rcu.blimit=", "",
	  "--set rcu.blimit=: error: $.rcu.blimit: expected an integer, found \"\"" },
	{ "rcu.blimit=abc", "", "expected an integer, found \"abc\"" },
	{ "rcu.blimit=0", "", "--set rcu.blimit=0: error: $.rcu.blimit: 0 is out of range" },
	{ "rcu.blimit=1.5", "", "expected an integer, found 1.5" },
	{ "rcu.blimit=010", "", "expected an integer, found \"010\"" },
	{ "rcu.blimit=[1", "", "the value of \"blimit\" is not valid JSON" },
	{ "rcu.blimit=[1]", "", "expected an integer, found an array" },
	{ "rcu.rcu_nocbs=8-16", "", "refers to CPU 16" },
	{ "record.batches=yes", "", "expected true or false, found \"yes\"" },
	{ "duration=5", "", "expected a duration like \"10ms\", found 5" },
	{ "duration=5 ms", "", "did you mean \"5ms\"?" },
	{ "seed=-1", "", "$.seed: expected an integer 0 ... 18446744073709551615" },
	{ "costs_ns.profile=server", "", "expected one of \"server-default\"" },
	{ "policy.list_limt=3", "", "did you mean \"policy.list_limit\"?" },
	{ "policy=3", "", "expected policy.NAME" },
	{ "policies.list-33.list_limit=3", "", "did you mean \"policies.list-32.list_limit\"?" },
	{ "policies.per-vma.list_limit=3", "", "are accepted: none" },
	{ "policies.list-32=3", "", "behind it is expected one of: list_limit, exact" },
	{ "workload.strm.count=3", "", "did you mean \"workload.storm.count\"?" },
	{ "workload.storm.cuont=3", "", "did you mean \"workload.storm.count\"?" },
	{ "workload.storm.id=x", "", "no parameter \"workload.storm.id\"" },
	{ "workload.faults.count=3", "", "no parameter \"workload.faults.count\"" },
	{ "workload.storm.arrive=3", "", "behind it is expected one of: from, spread" },
	{ "workload.storm.arrive.form=1ms", "", "did you mean \"workload.storm.arrive.from\"?" },
	{ "workload.storm.vmas.mdian=1", "", "did you mean \"workload.storm.vmas.median\"?" },
	{ "workload.storm.vmas.mean=1", "", "$.workload[0].vmas.mean: unknown key" },
	{ "workload.storm=1", "", "no parameter \"workload.storm\"" },
	{ "workload=1", "", "expected workload.ID.NAME" },
	{ "include=x", "", "no parameter \"include\"" },
	{ "schema_version=1", "", "no parameter \"schema_version\"" },
	{ "rcu.rcu_nocbs=\xff", "", "not UTF-8" },
	/* found by fuzzing: what is shown of a path acted on the terminal */
	{ "rcu.\x1b[31mlimit=3", "", "in place of \"\\u001b[31mlimit\" are accepted: kernel" },
	{ "rcu\x02.blimit=3", "", "did you mean \"rcu.blimit\"?" },
	{ "rc.\x02=3", "", "did you mean \"rcu.\\u0002\"?" },
};

static void test_refusals_name_the_override(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		const char *const sets[] = { bad[i].set, NULL };

		scenario_refuse(scenario_storm, sets, RCUSIM_ERROR_USAGE, bad[i].value);
	}
}

/* An override that contradicts the file is the pair's problem: told where the file says its part. */
static void test_overrides_are_checked_against_the_file(void)
{
	const char *const cpus[] = { "machine.cpus=8", NULL };
	const char *const map_count[] = { "vma.max_map_count=100", NULL };
	const char *const repeated[] = { "rcu.blimit=0", "rcu.qhimark=0", NULL };
	g_autofree char *message = NULL;

	scenario_refuse(scenario_storm, cpus, RCUSIM_ERROR_INVALID,
			"refers to CPU 8; expected a CPU list within 0-7");
	scenario_refuse(scenario_storm, map_count, RCUSIM_ERROR_INVALID,
			"400 is out of range, 1 ... 100 VMAs");
	message = scenario_message(scenario_storm, repeated);
	g_assert_nonnull(strstr(message, "--set rcu.blimit=0: error: "));
	g_assert_nonnull(strstr(message, "\n--set rcu.qhimark=0: error: "));
}

static void test_every_value_has_its_origin(void)
{
	const char *const sets[] = { "rcu.blimit=20", NULL };
	g_autoptr(RcuSimScenario) scenario = scenario_accept(scenario_storm, sets);
	g_autofree char *hz = value_at(scenario, "machine.hz");
	g_autofree char *skew = value_at(scenario, "machine.skew_tick");
	g_autofree char *profile = value_at(scenario, "costs_ns.profile");
	g_autofree char *median = value_at(scenario, "workload.storm.vmas");
	g_autofree char *limit = value_at(scenario, "policies.list-32.list_limit");
	g_autofree char *seed = NULL;

	g_assert_cmpstr(hz, ==, "250 from t.json:8");
	g_assert_cmpstr(skew, ==, "false from default");
	g_assert_cmpstr(profile, ==, "\"server-default\" from t.json:12");
	g_assert_true(g_str_has_suffix(median, " from t.json:21"));
	g_assert_cmpstr(limit, ==, "32 from t.json:16");
	rcusim_scenario_set_seed(scenario, 5);
	seed = value_at(scenario, "seed");
	g_assert_cmpstr(seed, ==, "5 from --seed");
}

static void test_a_kernel_command_line_becomes_overrides(void)
{
	g_auto(GStrv) sets = rcusim_scenario_sets_from_cmdline(
		"BOOT_IMAGE=/vmlinuz root=/dev/sda1 quiet rcu_nocbs=8-15 rcutree.blimit=20 "
		"rcutree.rcu-fanout-exact=1 skew_tick=0 preempt=none  nohz_full=12-15 rcutree.use_softirq=n",
		NULL);
	const char *const expected[] = { "--cmdline rcu_nocbs=8-15",
					 "--cmdline rcutree.blimit=20",
					 "--cmdline rcutree.rcu-fanout-exact=1",
					 "--cmdline skew_tick=0",
					 "--cmdline preempt=none",
					 "--cmdline nohz_full=12-15",
					 "--cmdline rcutree.use_softirq=n",
					 NULL };
	g_autoptr(RcuSimScenario) scenario = NULL;
	g_autofree char *blimit = NULL;

	g_assert_true(g_strv_equal((const char *const *)sets, expected));
	scenario = scenario_accept(scenario_storm, (const char *const *)sets);
	g_assert_cmpint(scenario_contents(scenario)->rcu.blimit, ==, 20);
	g_assert_true(scenario_contents(scenario)->rcu.rcu_fanout_exact);
	g_assert_false(scenario_contents(scenario)->rcu.use_softirq);
	g_assert_false(scenario_contents(scenario)->machine.skew_tick);
	g_assert_cmpint(scenario_contents(scenario)->machine.preempt, ==, MACHINE_PREEMPT_NONE);
	g_assert_true(cpumask_test_cpu(&scenario_contents(scenario)->machine.nohz_full, 12));
	blimit = value_at(scenario, "rcu.blimit");
	g_assert_cmpstr(blimit, ==, "20 from --cmdline rcutree.blimit=20");
}

/* SRCU's knobs have a prefix of their own; with RCU's they are not the kernel's. */
static void test_srcutree_is_a_prefix_of_its_own(void)
{
	g_auto(GStrv) sets = rcusim_scenario_sets_from_cmdline(
		"srcutree.exp_holdoff=7 srcutree.big_cpu_lim=9 rcutree.rcu_min_cached_objs=2",
		NULL);
	g_autoptr(RcuSimScenario) scenario = NULL;
	g_autoptr(GError) error = NULL;

	scenario = scenario_accept(scenario_storm, (const char *const *)sets);
	g_assert_cmpint(scenario_contents(scenario)->rcu.exp_holdoff, ==, 7);
	g_assert_cmpint(scenario_contents(scenario)->rcu.big_cpu_lim, ==, 9);
	g_assert_cmpint(scenario_contents(scenario)->rcu.rcu_min_cached_objs, ==, 2);
	g_assert_null(rcusim_scenario_sets_from_cmdline("rcutree.exp_holdoff=7", &error));
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE);
	g_clear_error(&error);
	g_assert_null(rcusim_scenario_sets_from_cmdline("srcutree.blimit=7", &error));
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE);
}

/* next_arg() of the kernel: double quotes hold blanks together, "--" ends what is the kernel's. */
static void test_a_kernel_command_line_has_quotes_and_an_end(void)
{
	g_auto(GStrv) sets = rcusim_scenario_sets_from_cmdline(
		"dyndbg=\"file a.c rcu_foo=1\" rcupdate.rcu_cpu_stall_timeout=60 \"rcutree.blimit=30\" rcutree.rcu_fanout_exact -- "
		"rcu_bar=2\n",
		NULL);
	const char *const expected[] = { "--cmdline rcupdate.rcu_cpu_stall_timeout=60",
					 "--cmdline rcutree.blimit=30",
					 "--cmdline rcutree.rcu_fanout_exact", NULL };

	g_assert_true(g_strv_equal((const char *const *)sets, expected));
}

/* V20: early_param in 6.1, __setup later; either way the word is enough, and nobody looks at a value. */
static void test_a_kernel_command_line_polls_and_is_lazy(void)
{
	static const char *const lines[] = { "rcu_nocb_poll", "rcu-nocb-poll", "rcu_nocb_poll=0" };

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree char *line =
			g_strconcat(lines[i], " rcutree.enable_rcu_lazy=1 rcu_nocbs=1", NULL);
		g_auto(GStrv) sets = rcusim_scenario_sets_from_cmdline(line, NULL);
		g_autoptr(RcuSimScenario) scenario =
			scenario_accept(scenario_storm, (const char *const *)sets);

		g_assert_true(scenario_contents(scenario)->rcu.rcu_nocb_poll);
		g_assert_true(scenario_contents(scenario)->rcu.enable_rcu_lazy);
	}
}

static void assert_cmdline_refused(const char *cmdline, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) sets = rcusim_scenario_sets_from_cmdline(cmdline, &error);

	g_assert_null(sets);
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE);
	g_assert_cmpstr(error->message, ==, expected);
}

/* The kernel prepares for offloading, and offloads nobody. */
static void test_rcu_nocbs_alone_offloads_nobody(void)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) sets = rcusim_scenario_sets_from_cmdline("rcu_nocbs", &error);
	g_autoptr(RcuSimScenario) scenario = NULL;

	g_assert_no_error(error);
	scenario = scenario_accept(scenario_storm, (const char *const *)sets);
	g_assert_cmpint(cpumask_weight(&scenario_contents(scenario)->rcu.rcu_nocbs), ==, 0);
}

static void test_what_a_kernel_would_heed_is_not_passed_over(void)
{
	assert_cmdline_refused("rcutree.blimt=20",
			       "kernel parameter \"rcutree.blimt=20\" is not modelled; "
			       "did you mean \"rcutree.blimit\"?");
	assert_cmdline_refused("rcupdate.rcu_self_test=1",
			       "kernel parameter \"rcupdate.rcu_self_test=1\" is not modelled");
	assert_cmdline_refused("rcutree.rcu_nocb_poll",
			       "kernel parameter \"rcutree.rcu_nocb_poll\" is not modelled");
	assert_cmdline_refused("rcutree.rcu_fanout=8",
			       "kernel parameter \"rcutree.rcu_fanout=8\" is not modelled");
	assert_cmdline_refused("nohz_full", "kernel parameter \"nohz_full\" has no value; expected "
					    "\"nohz_full=VALUE\"");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/set/values-take-the-parameters-type",
			test_values_take_the_parameters_type);
	g_test_add_func("/set/a-field-of-a-distribution-can-be-set",
			test_a_field_of_a_distribution_can_be_set);
	g_test_add_func("/set/later-overrides-win", test_later_overrides_win);
	g_test_add_func("/set/refusals-name-the-override", test_refusals_name_the_override);
	g_test_add_func("/set/overrides-are-checked-against-the-file",
			test_overrides_are_checked_against_the_file);
	g_test_add_func("/set/every-value-has-its-origin", test_every_value_has_its_origin);
	g_test_add_func("/set/rcu-nocbs-alone-offloads-nobody",
			test_rcu_nocbs_alone_offloads_nobody);
	g_test_add_func("/set/a-kernel-command-line-becomes-overrides",
			test_a_kernel_command_line_becomes_overrides);
	g_test_add_func("/set/srcutree-is-a-prefix-of-its-own",
			test_srcutree_is_a_prefix_of_its_own);
	g_test_add_func("/set/a-kernel-command-line-has-quotes-and-an-end",
			test_a_kernel_command_line_has_quotes_and_an_end);
	g_test_add_func("/set/a-kernel-command-line-polls-and-is-lazy",
			test_a_kernel_command_line_polls_and_is_lazy);
	g_test_add_func("/set/what-a-kernel-would-heed-is-not-passed-over",
			test_what_a_kernel_would_heed_is_not_passed_over);
	return g_test_run();
}
