/*
 * test_stall.c - stalled grace periods and what is said of them: rcu-behaviour.md 9.1.
 */
#include <string.h>

#include <glib.h>

#include "model/machine.h"

/*
 * Two CPUs without costs, HZ=100. A reader is in the kernel of CPU 1 from 5 ms on, for @seconds. One callback on CPU 0 at
 * 15 ms: the tick at 20 ms (jiffy 2) asks for a grace period, which starts there and then. With a timeout of 3 s its
 * deadline is jiffy 302.
 */
static TestMachine *stall_new(int64_t seconds, const char *rcu)
{
	TestMachine *tm = test_machine_new_free(RCUSIM_FLAG_NONE,
						"'duration': '400s', 'machine': {'cpus': 2,"
						"'hz': 100, 'housekeeping': '0'}, 'rcu': {%s}",
						rcu);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "reader", 1, false, MS(5), STEP(READ_LOCK, 0),
		    STEP(KERNEL, MS(1000) * seconds), STEP(READ_UNLOCK, 0));
	TEST_SCRIPT(tm, "call", 0, false, MS(15), STEP(CALL_RCU, 0));
	return tm;
}

#define JIFFY(n) MS(10 * (int64_t)(n))

/* The CPU that is waited for reports in the tick of the deadline; the next report comes 3 * 300 + 3 jiffies later. */
static void test_the_cpu_itself_reports(void)
{
	g_autoptr(TestMachine) tm = stall_new(15, "'rcu_cpu_stall_timeout': 3");
	int i;

	test_run_until(tm, MS(20000));
	g_assert_cmpint(test_metric(tm, "stall_warnings"), ==, 2);
	i = test_trace_find(tm, 0, TRACE_RCU_STALL_WARNING, 1, "SelfDetected");
	g_assert_cmpint(i, >=, 0);
	g_assert_cmpint(test_trace_at(tm, i)->t_ns, ==, JIFFY(302));
	i = test_trace_find(tm, i + 1, TRACE_RCU_STALL_WARNING, -1, NULL);
	g_assert_cmpint(i, >=, 0);
	g_assert_cmpint(test_trace_at(tm, i)->t_ns, ==, JIFFY(302 + 903));
	g_assert_nonnull(strstr(tm->sim->stalls->str,
				"[    3.020000] rcu: INFO: rcu_preempt self-detected stall on CPU\n"
				"\t1-....: ("));
	/* 300 jiffies old; the callback is queued still */
	g_assert_nonnull(
		strstr(tm->sim->stalls->str, "rcu: \t(t=300 jiffies g=-1199 q=1 ncpus=2)\n"));
}

static void check_first(const char *rcu, int64_t first_ns)
{
	g_autoptr(TestMachine) tm = stall_new(350, rcu);

	if (first_ns < 0) {
		test_run_until(tm, MS(100000));
		g_assert_cmpint(test_metric(tm, "stall_warnings"), ==, 0);
		return;
	}
	test_run_until(tm, first_ns - 1);
	g_assert_cmpint(test_metric(tm, "stall_warnings"), ==, 0);
	test_run_until(tm, first_ns);
	g_assert_cmpint(test_metric(tm, "stall_warnings"), ==, 1);
}

/* 21 s by default, 3 ... 300 s whatever is asked for, never if suppressed. */
static void test_the_timeout(void)
{
	check_first("", JIFFY(2) + MS(21000));
	check_first("'rcu_cpu_stall_timeout': 10", JIFFY(2) + MS(10000));
	check_first("'rcu_cpu_stall_timeout': 1", JIFFY(2) + MS(3000));
	check_first("'rcu_cpu_stall_timeout': 1000", JIFFY(2) + MS(300000));
	check_first("'rcu_cpu_stall_timeout': 3, 'rcu_cpu_stall_suppress': true", -1);
	/* the kick needs the check, and with it comes the report */
	check_first(
		"'rcu_cpu_stall_timeout': 3, 'rcu_cpu_stall_suppress': true, 'rcu_kick_kthreads': true",
		JIFFY(2) + MS(3000));
}

/* Half the timeout makes the holdout urgent, whatever jiffies_till_sched_qs says. */
static void test_half_the_timeout_urges(void)
{
	g_autoptr(TestMachine) tm =
		stall_new(15, "'rcu_cpu_stall_timeout': 3, 'jiffies_till_sched_qs': 100000");

	test_run_until(tm, JIFFY(2 + 150));
	g_assert_false(test_rdp(tm, 1)->rcu_need_heavy_qs);
	test_run_until(tm, JIFFY(2 + 155));
	g_assert_true(test_rdp(tm, 1)->rcu_need_heavy_qs);
}

/*
 * The CPU that is waited for has its interrupts off: another one, whose tick runs, reports, two jiffies after the deadline,
 * and forces a scan.
 */
static void test_another_cpu_reports(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'duration': '100s', 'machine': {'cpus': 2, 'hz': 100,"
				  "'housekeeping': '0'}, 'rcu': {'rcu_cpu_stall_timeout': 3}");
	int64_t n_force_qs;

	test_machine_trace(tm);
	/* first, so that it is the one that advances jiffies */
	TEST_SCRIPT(tm, "call", 0, false, MS(1), STEPS(RESCHED, US(100), 140), STEP(CALL_RCU, 0),
		    STEPS(RESCHED, US(100), 90000));
	TEST_SCRIPT(tm, "closed", 1, false, MS(5), STEP(CLOSED, MS(10000)));
	test_run_until(tm, JIFFY(303));
	g_assert_cmpint(test_metric(tm, "stall_warnings"), ==, 0);
	n_force_qs = tm->rcu->n_force_qs;
	test_run_until(tm, JIFFY(304) + US(500));
	g_assert_cmpint(test_metric(tm, "stall_warnings"), ==, 1);
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_STALL_WARNING, 0, "StallDetected"), ==,
			JIFFY(304));
	g_assert_nonnull(
		strstr(tm->sim->stalls->str,
		       "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n\t1-....: ("));
	g_assert_nonnull(strstr(tm->sim->stalls->str,
				"rcu: \t(detected by 0, t=302 jiffies, g=-1199, q=1 ncpus=2)\n"));
	g_assert_cmpint(tm->rcu->n_force_qs, >=, n_force_qs);
	g_assert_true(tm->rcu->gp_flags & RCU_GP_FLAG_FQS || tm->rcu->n_force_qs > n_force_qs);
}

/* Who reports itself asks its own task to leave. */
static void test_a_report_asks_for_a_reschedule(void)
{
	g_autoptr(TestMachine) tm = stall_new(15, "'rcu_cpu_stall_timeout': 3");

	test_run_until(tm, JIFFY(302));
	g_assert_true(tm->m->cpus[1].need_resched);
}

/* rcu_preempt waits for the only CPU behind a loop that never leaves it: it starves, and the report says so. */
static void test_a_starved_kthread_is_named(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'duration': '100s', 'machine': {'cpus': 2, 'hz': 100,"
				  "'housekeeping': '0'}, 'rcu': {'rcu_cpu_stall_timeout': 3}");

	TEST_SCRIPT(tm, "reader", 1, false, MS(5), STEP(READ_LOCK, 0), STEP(KERNEL, MS(10000)),
		    STEP(READ_UNLOCK, 0));
	TEST_SCRIPT(tm, "call", 0, false, MS(15), STEP(CALL_RCU, 0));
	TEST_SCRIPT(tm, "loop", 0, false, MS(25), STEP(KERNEL, MS(9000)));
	test_run_until(tm, JIFFY(310));
	/* last seen in jiffy 2, at the start; 300 jiffies old at the report */
	g_assert_nonnull(strstr(tm->sim->stalls->str,
				"rcu: \trcu_preempt kthread starved for 300 jiffies!"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/stall/the-cpu-itself-reports", test_the_cpu_itself_reports);
	g_test_add_func("/stall/timeout", test_the_timeout);
	g_test_add_func("/stall/half-the-timeout-urges", test_half_the_timeout_urges);
	g_test_add_func("/stall/another-cpu-reports", test_another_cpu_reports);
	g_test_add_func("/stall/a-report-asks-for-a-reschedule",
			test_a_report_asks_for_a_reschedule);
	g_test_add_func("/stall/a-starved-kthread-is-named", test_a_starved_kthread_is_named);
	return g_test_run();
}
