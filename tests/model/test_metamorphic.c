/*
 * test_metamorphic.c - what must not change, or must change in one direction, when a scenario is changed: the
 * relations MR2 to MR19 of reliability.md 2.7 that concern the model.
 */
#include <string.h>

#include <glib.h>

#include "model/machine.h"

/* Every metric at @t_ns but those in @except. */
static char *metrics_of(const char *const *except, int64_t t_ns, const char *members, ...)
	G_GNUC_PRINTF(3, 4);

static char *metrics_of(const char *const *except, int64_t t_ns, const char *members, ...)
{
	g_autoptr(TestMachine) tm = NULL;
	g_autofree char *text = NULL;
	va_list ap;

	va_start(ap, members);
	text = g_strdup_vprintf(members, ap);
	va_end(ap);
	tm = test_machine_new(RCUSIM_FLAG_NONE, "%s", text);
	test_run_until(tm, t_ns);
	return test_metrics(tm, except);
}

static void assert_same(const char *a, const char *b)
{
	if (strcmp(a, b) != 0)
		g_error("these should be the same:\n%s\n%s", a, b);
}

/* A bit of everything on a machine of which half is offloaded. */
#define STORM                                                                                               \
	"'machine': {'cpus': 4}, 'rcu': {'rcu_nocbs': '2-3'},"                                              \
	"'workload': [{'id': 'x', 'kind': 'exit', 'count': 12, 'vmas': 700, 'arrive': {'spread': '30ms'}}," \
	"{'id': 'm', 'kind': 'munmap', 'count': 2, 'cpus': '1,3', 'vmas': 9, 'calls': 50,"                  \
	"'pause': '200us'},"                                                                                \
	"{'id': 'r', 'kind': 'reader', 'rate_per_s': 2000, 'hold': '100us', 'until': '80ms'}]"

static const char *const lists_cost_nothing = "'costs_ns': {'list_push': 0, 'list_drain': 0}";

/* --- MR2: the ends of list-batched are the other two policies --- */

static void test_a_list_of_one_is_per_vma(void)
{
	g_autofree char *per_vma = metrics_of(
		NULL, MS(200), STORM ", %s, 'policies': {'per-vma': {}}", lists_cost_nothing);
	g_autofree char *list = metrics_of(
		NULL, MS(200),
		STORM ", %s, 'policies': {'list-batched': {'list_limit': 1, 'exact': true}}",
		lists_cost_nothing);

	assert_same(per_vma, list);
}

/* Exits only: a list that never fills is drained at the exit's end, not at the loop's. */
static void test_a_list_of_all_is_whole_list(void)
{
	static const char *const except[] = { "freeing_loop_mean_ns",
					      "freeing_loop_p50_ns",
					      "freeing_loop_p99_ns",
					      "freeing_loop_max_ns",
					      "freeing_loop_total_ns",
					      "freeing_loop_call_rcu_ns",
					      "freeing_loop_call_rcu_permille",
					      NULL };
	static const char exits[] =
		"'machine': {'cpus': 4}, 'rcu': {'rcu_nocbs': '2-3'}, 'workload': [{'id': 'x',"
		"'kind': 'exit', 'count': 12, 'vmas': 700, 'arrive': {'spread': '30ms'}}]";
	static const int limits[] = { 700, 701, 5000, 1000000 };
	g_autofree char *whole =
		metrics_of(except, MS(200), "%s, 'policies': {'whole-list': {}}", exits);

	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
		g_autofree char *list = metrics_of(
			except, MS(200), "%s, 'policies': {'list-batched': {'list_limit': %d}}",
			exits, limits[i]);

		assert_same(whole, list);
	}
}

/* B = V - 1, V, V + 1 at the limit. */
static void test_around_the_limit(void)
{
	static const struct {
		int vmas, limit, calls;
	} table[] = { { 32, 31, 1 }, { 32, 32, 1 }, { 32, 33, 1 }, { 33, 32, 1 }, { 34, 32, 2 },
		      { 65, 32, 2 }, { 66, 32, 2 }, { 67, 32, 3 }, { 33, 31, 2 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE,
			"'policies': {'list-batched': {'list_limit': %d}}, 'workload':"
			"[{'id': 'x', 'kind': 'exit', 'vmas': %d}]",
			table[i].limit, table[i].vmas);

		test_run_until(tm, MS(50));
		g_assert_cmpint(test_metric(tm, "callbacks"), ==, table[i].calls);
	}
}

/* --- MR3: without costs and readers an exit takes no time, and calls what it calls --- */

static void test_without_costs_exits_take_no_time(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'rcu': {'rcu_nocbs': '2-3'}, 'workload': [{'id': 'x', 'kind': 'exit',"
		"'count': 8, 'vmas': 700, 'arrive': {'spread': '30ms'}}]");

	test_run_until(tm, MS(200));
	g_assert_cmpint(test_metric(tm, "exits"), ==, 8);
	g_assert_cmpint(test_metric(tm, "exit_latency_max_ns"), ==, 0);
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, 8 * 700);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(test_metric(tm, "idle_cpu_ns"), ==, 4 * MS(200));
}

/* --- MR4: ten times slower in everything --- */

static TestMachine *scaled_new(int scale)
{
	g_autoptr(GString) costs = g_string_new("");

	for (const struct param *p = cost_params; p->type != PARAM_END; p++)
		g_string_append_printf(costs, "%s'%s': %" G_GINT64_FORMAT,
				       p == cost_params ? "" : ", ", p->name, p->dflt * scale);
	/* what follows from HZ is given, but for rates that scale with it */
	return test_machine_new(
		RCUSIM_FLAG_NONE,
		"'duration': '10s', 'machine': {'cpus': 2, 'hz': %d, 'base_slice_ns': %d},"
		"'rcu': {'rcu_nocbs': '1', 'jiffies_till_first_fqs': 1, 'jiffies_till_next_fqs': 1,"
		"'jiffies_till_sched_qs': 25, 'nocb_nobypass_lim_per_jiffy': 64, 'rcu_resched_ns': %d},"
		"'costs_ns': {%s}, 'workload': [{'id': 'x', 'kind': 'exit', 'count': 2, 'vmas': 9000,"
		"'arrive': {'from': '%dus'}}, {'id': 'c', 'kind': 'call-rcu', 'cpus': '1', 'calls': 100,"
		"'pause': '%dus'}]",
		250 / scale, 700000 * scale, 3000000 * scale, costs->str, 1100 * scale,
		170 * scale);
}

static void test_time_scales(void)
{
	static const char *const times[] = { "exit_latency_max_ns",
					     "freeing_loop_total_ns",
					     "freeing_loop_call_rcu_ns",
					     "callback_latency_max_ns",
					     "callback_first_ns",
					     "free_last_ns",
					     "grace_period_max_ns",
					     "rcuog_cpu_ns",
					     "rcuop_cpu_ns",
					     "gp_kthread_cpu_ns",
					     "ksoftirqd_cpu_ns",
					     "workload_cpu_ns",
					     "softirq_cpu_ns",
					     "hardirq_cpu_ns",
					     "idle_cpu_ns",
					     "lock_wait_ns",
					     "unfreed_object_us",
					     NULL };
	static const char *const counts[] = { "callbacks",
					      "callbacks_bypass",
					      "batches",
					      "batch_callbacks_max",
					      "grace_periods",
					      "fqs_scans",
					      "wakeups",
					      "context_switches",
					      "objects_freed",
					      "nocb_lock_acquisitions",
					      NULL };
	g_autoptr(TestMachine) one = scaled_new(1);
	g_autoptr(TestMachine) ten = scaled_new(10);

	test_run_until(one, MS(100));
	test_run_until(ten, MS(1000));
	for (int i = 0; counts[i] != NULL; i++)
		g_assert_cmpint(test_metric(ten, counts[i]), ==, test_metric(one, counts[i]));
	for (int i = 0; times[i] != NULL; i++) {
		/* an integral in us is rounded down after it is scaled */
		const int64_t slack = strcmp(times[i], "unfreed_object_us") == 0 ? 9 : 0;

		g_assert_cmpint(test_metric(ten, times[i]) - 10 * test_metric(one, times[i]), >=,
				0);
		g_assert_cmpint(test_metric(ten, times[i]) - 10 * test_metric(one, times[i]), <=,
				slack);
	}
}

/* --- MR6: later by whole jiffies --- */

static TestMachine *shifted_new(int jiffies, const char *nocbs)
{
	return test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 3}, 'rcu': {'rcu_nocbs': '%s'}, 'policies': {'list-batched': {}},"
		"'workload': [{'id': 'x', 'kind': 'exit', 'count': 9, 'vmas': 3000,"
		"'arrive': {'from': '%dms', 'spread': '20ms'}}, {'id': 'm', 'kind': 'munmap', 'vmas': 20,"
		"'calls': 100, 'pause': '100us', 'arrive': {'from': '%dms'}}]",
		nocbs, 1 + 4 * jiffies, 2 + 4 * jiffies);
}

static void test_a_shift_by_jiffies_shifts_all(void)
{
	static const char *const except[] = { "callback_first_ns", "free_last_ns", "idle_cpu_ns",
					      NULL };
	static const char *const nocbs[] = { "", "1-2", "all" };

	for (size_t k = 0; k < G_N_ELEMENTS(nocbs); k++) {
		g_autoptr(TestMachine) first = shifted_new(0, nocbs[k]);
		g_autofree char *expected = NULL;

		test_run_until(first, MS(150));
		expected = test_metrics(first, except);
		for (int jiffies = 1; jiffies < 130; jiffies += 9) {
			g_autoptr(TestMachine) tm = shifted_new(jiffies, nocbs[k]);
			g_autofree char *metrics = NULL;
			const int64_t shift_ns = MS(4) * jiffies;

			test_run_until(tm, MS(150) + shift_ns);
			metrics = test_metrics(tm, except);
			assert_same(expected, metrics);
			g_assert_cmpint(test_metric(tm, "callback_first_ns"), ==,
					test_metric(first, "callback_first_ns") + shift_ns);
			g_assert_cmpint(test_metric(tm, "free_last_ns"), ==,
					test_metric(first, "free_last_ns") + shift_ns);
			g_assert_cmpint(test_metric(tm, "idle_cpu_ns"), ==,
					test_metric(first, "idle_cpu_ns") + 3 * shift_ns);
		}
	}
}

/* --- MR9: looking changes nothing --- */

/*
 * Peaks are defined at observation instants, of which a sample is one (architecture.md 4, rule 12): they may be
 * found higher. Nothing else may differ.
 */
static void test_sampling_changes_nothing(void)
{
	static const char *const except[] = { "unfreed_objects_peak", "unfreed_bytes_peak", NULL };
	static const char *const records[] = { "'sample_every': '100us'", "'sample_every': '7us'",
					       "'sample_every': '4ms', 'batches': true",
					       "'batches': true" };
	g_autoptr(TestMachine) plain = test_machine_new(RCUSIM_FLAG_NONE, STORM);
	g_autofree char *expected = NULL;

	test_run_until(plain, MS(150));
	expected = test_metrics(plain, except);
	for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
		g_autoptr(TestMachine) tm =
			test_machine_new(RCUSIM_FLAG_NONE, STORM ", 'record': {%s}", records[i]);
		g_autofree char *metrics = NULL;

		test_run_until(tm, MS(150));
		metrics = test_metrics(tm, except);
		assert_same(expected, metrics);
		g_assert_cmpint(test_metric(tm, "unfreed_objects_peak"), >=,
				test_metric(plain, "unfreed_objects_peak"));
	}
}

static void test_tracing_changes_nothing(void)
{
	static const RcuSimFlags modes[] = { RCUSIM_FLAG_NONE, RCUSIM_FLAG_REFERENCE };
	g_autofree char *expected = metrics_of(NULL, MS(150), STORM);

	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autoptr(TestMachine) tm = test_machine_new(modes[i], STORM);
		g_autofree char *metrics = NULL;

		test_machine_trace(tm);
		test_run_until(tm, MS(150));
		metrics = test_metrics(tm, NULL);
		assert_same(expected, metrics);
		g_assert_cmpint(tm->trace->len, >, 500);
	}
}

/* --- MR11: a longer reader --- */

/* The first grace period that waits for it is not shorter. */
static void test_a_longer_reader_is_waited_for(void)
{
	int64_t last_ns = 0;

	for (int hold = 0; hold < 60; hold++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}, 'rcu': {'rcu_nocbs': 'all'}");
		const struct record_grace_period *gp;

		TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
			    STEP(READ_UNLOCK, MS(1) * hold), STEP(KERNEL, MS(200)));
		TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
		test_run_until(tm, MS(150));
		g_assert_cmpint(tm->sim->grace_periods->len, >=, 1);
		gp = &g_array_index(tm->sim->grace_periods, struct record_grace_period, 0);
		g_assert_cmpint(gp->end_ns - gp->start_ns, >=, last_ns);
		last_ns = gp->end_ns - gp->start_ns;
		g_assert_cmpint(gp->end_ns, >=, US(100) + MS(1) * hold);
	}
	g_assert_cmpint(last_ns, >, MS(55));
}

/* --- MR13, MR14: fewer callbacks --- */

static int64_t calls_of(const char *policy, const char *workload)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE, "'rcu': {'rcu_nocbs': '2-3'}, 'policies': {%s}, 'workload': [%s]",
		policy, workload);

	test_run_until(tm, MS(200));
	return test_metric(tm, "callbacks");
}

static void test_policies_are_ordered_by_their_calls(void)
{
	static const char *const workloads[] = {
		"{'id': 'x', 'kind': 'exit', 'count': 5, 'vmas': 1000}",
		"{'id': 'x', 'kind': 'exit', 'count': 5, 'vmas': {'dist': 'uniform', 'min': 1, 'max': 100}}",
		"{'id': 'x', 'kind': 'exit', 'count': 5, 'vmas': 1}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(workloads); i++) {
		const int64_t direct = calls_of("'direct-on-exit': {}", workloads[i]);
		const int64_t whole = calls_of("'whole-list': {}", workloads[i]);
		int64_t last = calls_of("'per-vma': {}", workloads[i]);

		for (int limit = 1; limit <= 64; limit *= 2) {
			g_autofree char *policy =
				g_strdup_printf("'list-batched': {'list_limit': %d}", limit);
			const int64_t list = calls_of(policy, workloads[i]);

			g_assert_cmpint(list, <=, last);
			g_assert_cmpint(list, >=, whole);
			last = list;
		}
		g_assert_cmpint(direct, ==, 0);
		g_assert_cmpint(whole, ==, 5);
	}
}

/* --- MR17: a longer run has the shorter one in it --- */

static void test_the_horizon_changes_nothing_before_it(void)
{
	for (int duration = 100; duration <= 400; duration += 50) {
		g_autoptr(TestMachine) tm =
			test_machine_new(RCUSIM_FLAG_NONE, STORM ", 'duration': '%dms'", duration);
		g_autofree char *metrics = NULL, *expected = metrics_of(NULL, MS(50), STORM);

		test_run_until(tm, MS(50));
		metrics = test_metrics(tm, NULL);
		assert_same(expected, metrics);
	}
}

/* In one go, or in steps that end anywhere. */
static void test_steps_change_nothing(void)
{
	g_autofree char *expected = metrics_of(NULL, MS(150), STORM);

	for (int round = 0; round < 5; round++) {
		g_autoptr(TestMachine) tm = test_machine_new(RCUSIM_FLAG_NONE, STORM);
		g_autofree char *metrics = NULL;

		while (rcusim_now_ns(tm->sim) < MS(150)) {
			const int64_t t_ns =
				rcusim_now_ns(tm->sim) + g_test_rand_int_range(0, 200000);

			test_run_until(tm, MIN(t_ns, MS(150)));
			g_free(test_metrics(tm, NULL)); /* reading them, too */
		}
		metrics = test_metrics(tm, NULL);
		assert_same(expected, metrics);
	}
}

/* --- MR19: seeds --- */

static void test_a_seed_changes_only_what_is_drawn(void)
{
	static const char fixed[] =
		"'rcu': {'rcu_nocbs': '2-3'}, 'workload': [{'id': 'x', 'kind': 'exit', 'count': 5,"
		"'vmas': 1000, 'arrive': {'from': '1ms'}}, {'id': 'm', 'kind': 'munmap', 'calls': 50,"
		"'pause': '100us'}, {'id': 'l', 'kind': 'free-loop', 'objects': 3000}]";
	g_autofree char *one = metrics_of(NULL, MS(100), "%s, 'seed': 1", fixed);
	g_autofree char *two = metrics_of(NULL, MS(100), "%s, 'seed': 2", fixed);
	g_autofree char *storm_one = metrics_of(NULL, MS(100), STORM ", 'seed': 1");
	g_autofree char *storm_two = metrics_of(NULL, MS(100), STORM ", 'seed': 2");
	g_autofree char *storm_again = metrics_of(NULL, MS(100), STORM ", 'seed': 1");

	assert_same(one, two);
	assert_same(storm_one, storm_again);
	g_assert_cmpstr(storm_one, !=, storm_two);
}

/* Common random numbers: another policy meets the same arrivals. */
static void test_a_policy_changes_no_draw(void)
{
	static const char *const policies[] = { "per-vma", "whole-list", "direct-on-exit",
						"list-batched" };
	int64_t objects = -1;

	for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE,
			"'policies': {'%s': {}}, 'workload': [{'id': 'x', 'kind': 'exit', 'count': 50,"
			"'vmas': {'dist': 'uniform', 'min': 1, 'max': 1000},"
			"'arrive': {'from': '1ms', 'spread': '50ms'}}, {'id': 'r', 'kind': 'reader',"
			"'rate_per_s': 1000, 'hold': '10us', 'until': '80ms'}]",
			policies[i]);

		test_run_until(tm, MS(200));
		g_assert_cmpint(test_metric(tm, "exits"), ==, 50);
		if (objects < 0)
			objects = test_metric(tm, "objects_freed") * 1000 +
				  test_metric(tm, "readers");
		g_assert_cmpint(test_metric(tm, "objects_freed") * 1000 +
					test_metric(tm, "readers"),
				==, objects);
	}
}

/* A workload beside it changes none of its draws either, nor does its place in the file. */
static void test_a_neighbour_changes_no_draw(void)
{
	static const char exits[] =
		"{'id': 'x', 'kind': 'exit', 'count': 50, 'vmas':"
		"{'dist': 'uniform', 'min': 1, 'max': 1000}, 'arrive': {'spread': '50ms'}}";
	static const char none[] = "{'id': 'n', 'kind': 'exit', 'count': 0}";
	g_autofree char *alone = metrics_of(NULL, MS(200), "'workload': [%s]", exits);
	g_autofree char *after = metrics_of(NULL, MS(200), "'workload': [%s, %s]", none, exits);

	assert_same(alone, after);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mr2/a-list-of-one-is-per-vma", test_a_list_of_one_is_per_vma);
	g_test_add_func("/mr2/a-list-of-all-is-whole-list", test_a_list_of_all_is_whole_list);
	g_test_add_func("/mr2/around-the-limit", test_around_the_limit);
	g_test_add_func("/mr3/without-costs-exits-take-no-time",
			test_without_costs_exits_take_no_time);
	g_test_add_func("/mr4/time-scales", test_time_scales);
	g_test_add_func("/mr6/a-shift-by-jiffies-shifts-all", test_a_shift_by_jiffies_shifts_all);
	g_test_add_func("/mr9/sampling-changes-nothing", test_sampling_changes_nothing);
	g_test_add_func("/mr9/tracing-changes-nothing", test_tracing_changes_nothing);
	g_test_add_func("/mr11/a-longer-reader-is-waited-for", test_a_longer_reader_is_waited_for);
	g_test_add_func("/mr14/policies-are-ordered-by-their-calls",
			test_policies_are_ordered_by_their_calls);
	g_test_add_func("/mr17/the-horizon-changes-nothing-before-it",
			test_the_horizon_changes_nothing_before_it);
	g_test_add_func("/mr17/steps-change-nothing", test_steps_change_nothing);
	g_test_add_func("/mr19/a-seed-changes-only-what-is-drawn",
			test_a_seed_changes_only_what_is_drawn);
	g_test_add_func("/mr19/a-policy-changes-no-draw", test_a_policy_changes_no_draw);
	g_test_add_func("/mr19/a-neighbour-changes-no-draw", test_a_neighbour_changes_no_draw);
	return g_test_run();
}
