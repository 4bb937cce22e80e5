/*
 * test_synchronize.c - synchronize_rcu(): rcu-behaviour.md 8.1, 8.4, V12.
 *
 * Machines without costs at HZ 250 unless said otherwise.
 */
#include "model/machine.h"
#include "model/timeline.h"

#define WAITER(method, calls)                                                \
	"'workload': [{'id': 's', 'kind': 'synchronize', 'method': '" method \
	"', 'cpus': '0', 'calls': " calls ", 'arrive': {'from': '40100us'}}]"

/* From request to completion of the @i-th call, in turns of jiffies. */
static int64_t call_jiffies(const TestMachine *tm, int i)
{
	int from = -1, to = -1;

	for (int k = 0; k <= i; k++) {
		from = test_trace_find(tm, from + 1, TRACE_RCU_SR_NORMAL, -1, "request");
		to = test_trace_find(tm, to + 1, TRACE_RCU_SR_NORMAL, -1, "complete");
	}
	g_assert_cmpint(from, >=, 0);
	g_assert_cmpint(to, >=, 0);
	return test_trace_at(tm, to)->t_ns / tm->m->tick_ns -
	       test_trace_at(tm, from)->t_ns / tm->m->tick_ns;
}

/* Five calls back to back; each of them has to take @expected ticks. */
static void check_ticks(const char *rcu, int cpus, int64_t expected)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': %d, 'hz': 250}, 'rcu': {%s}, " WAITER("synchronize-rcu", "5"),
		cpus, rcu);

	test_machine_trace(tm);
	test_run_until(tm, MS(200));
	g_assert_cmpint(test_metric(tm, "synchronizes"), ==, 5);
	for (int i = 0; i < 5; i++)
		g_assert_cmpint(call_jiffies(tm, i), ==, expected);
}

/* micro.csv: 4.0 and 8.0 ms offloaded, 12.0 and 16.0 ms not, on one CPU and on two: as many ticks of 4 ms. */
static void test_ticks_of_the_lab(void)
{
	check_ticks("'rcu_nocbs': 'all'", 1, 1);
	check_ticks("'rcu_nocbs': 'all'", 2, 2);
	check_ticks("", 1, 3);
	check_ticks("", 2, 4);
}

/*
 * Woken by the grace-period kthread the call asks for its grace period at once, and does not wait for a softirq after
 * its end: what offloading gives, whether offloaded or not.
 */
static void test_direct_wake(void)
{
	check_ticks("'rcu_normal_wake_from_gp': 1", 1, 1);
	check_ticks("'rcu_normal_wake_from_gp': 1", 2, 2);
	check_ticks("'rcu_normal_wake_from_gp': 1, 'rcu_nocbs': 'all'", 2, 2);
	check_ticks("'rcu_normal_wake_from_gp': 0", 1, 3);
}

/* V12: 6.12 knows it and does not do it by itself; 6.1 does not know it, and has no trace event of it; 7.0 decides. */
static void test_v12_direct_wake(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 1, 'hz': 250}, 'rcu': {'kernel': '6.1', "
		"'rcu_normal_wake_from_gp': 1}, " WAITER("synchronize-rcu", "1"));

	test_machine_trace(tm);
	test_run_until(tm, MS(200));
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_SR_NORMAL, -1, NULL), ==, 0);
	/* from 40.1 ms to T(J+3) */
	g_assert_cmpint(test_metric(tm, "synchronize_latency_max_ns"), ==, MS(52) - US(40100));
	check_ticks("", 1, 3);
	/* 7.0 does it by itself on up to 16 CPUs */
	check_ticks("'kernel': '7.0'", 1, 1);
	check_ticks("'kernel': '7.0'", 16, 2);
	check_ticks("'kernel': '7.0'", 17, 4);
	check_ticks("'kernel': '7.0', 'rcu_normal_wake_from_gp': 0", 1, 3);
}

/*
 * Eight callers share a grace period. Its end completes five, the newest first; a kworker does the other three, and
 * the first caller is the last.
 */
static void test_five_by_the_kthread_the_rest_by_a_kworker(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 1, 'hz': 250}, 'rcu': {'rcu_normal_wake_from_gp': 1}, 'workload': ["
		"{'id': 's', 'kind': 'synchronize', 'cpus': '0', 'count': 8, 'arrive': {'from': '40100us'}}]");

	test_machine_trace(tm);
	test_run_until(tm, MS(200));
	g_assert_cmpint(test_metric(tm, "synchronizes"), ==, 8);
	g_assert_cmpint(test_metric(tm, "kworker_wakeups"), ==, 1);
	g_assert_cmpint(test_metric(tm, "synchronize_latency_max_ns"), <, MS(8));
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, 0);
}

static void test_five_need_no_kworker(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 1, 'hz': 250}, 'rcu': {'rcu_normal_wake_from_gp': 1}, 'workload': ["
		"{'id': 's', 'kind': 'synchronize', 'cpus': '0', 'count': 5, 'arrive': {'from': '40100us'}}]");

	test_run_until(tm, MS(200));
	g_assert_cmpint(test_metric(tm, "synchronizes"), ==, 5);
	g_assert_cmpint(test_metric(tm, "kworker_wakeups"), ==, 0);
}

/* Behind a flood of the caller's CPU the callback waits for its turn in the batches; the direct way does not. */
static void test_direct_wake_passes_by_callbacks(void)
{
	int64_t latency_ns[2];

	for (int direct = 0; direct <= 1; direct++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE,
			"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'rcu_nocbs': '0', "
			"'rcu_normal_wake_from_gp': %d}, 'costs_ns': {'kmem_cache_free': 10000}, " WAITER(
				"synchronize-rcu", "1"),
			direct);

		TEST_SCRIPT(tm, "flood", 0, false, MS(40), STEPS(CALL_RCU, 10, 1000));
		test_run_until(tm, MS(200));
		g_assert_cmpint(test_metric(tm, "synchronizes"), ==, 1);
		latency_ns[direct] = test_metric(tm, "synchronize_latency_max_ns");
	}
	/* the flood's first grace period is in progress until T(J+2); the one after it ends at T(J+4), 56 ms */
	g_assert_cmpint(latency_ns[1] / US(100), ==, 159);
	/* more than nine hundred callbacks of 10 us were before it */
	g_assert_cmpint(latency_ns[0] - latency_ns[1], >, MS(9));
}

/* 8.4: what each flag makes of each call, as normal and expedited grace periods. */
static void check_flags(const char *flags, const char *method, int normal, int expedited)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {%s}, 'workload': [{'id': 's', "
		"'kind': 'synchronize', 'method': '%s', 'cpus': '0', 'arrive': {'from': '40100us'}}]",
		flags, method);

	test_run_until(tm, MS(200));
	g_assert_cmpint(test_metric(tm, "grace_periods"), ==, normal);
	g_assert_cmpint(test_metric(tm, "expedited_grace_periods"), ==, expedited);
}

static void test_flags(void)
{
	check_flags("", "synchronize-rcu", 1, 0);
	check_flags("", "expedited", 0, 1);
	check_flags("'rcu_expedited': true", "synchronize-rcu", 0, 1);
	check_flags("'rcu_normal': true", "expedited", 1, 0);
	check_flags("'rcu_normal_after_boot': true", "expedited", 1, 0);
	check_flags("'rcu_expedited': true, 'rcu_normal': true", "synchronize-rcu", 1, 0);
	check_flags("'rcu_expedited': true, 'rcu_normal': true", "expedited", 1, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/synchronize/lab/ticks", test_ticks_of_the_lab);
	g_test_add_func("/synchronize/direct-wake", test_direct_wake);
	g_test_add_func("/synchronize/v12/direct-wake", test_v12_direct_wake);
	g_test_add_func("/synchronize/direct-wake/five-by-the-kthread",
			test_five_by_the_kthread_the_rest_by_a_kworker);
	g_test_add_func("/synchronize/direct-wake/five-need-no-kworker", test_five_need_no_kworker);
	g_test_add_func("/synchronize/direct-wake/passes-by-callbacks",
			test_direct_wake_passes_by_callbacks);
	g_test_add_func("/synchronize/flags", test_flags);
	return g_test_run();
}
