/*
 * test_traps.c - what naive models get wrong (rcu-behaviour.md 15.2): a test for each, by its number there.
 *
 * Machines without costs, HZ 250, J is jiffy 10.
 */
#include "machine/cpu.h"
#include "machine/timer.h"
#include "model/machine.h"

#define J_NS MS(40)

/* Two CPUs, CPU 1 offloaded, kthreads on CPU 0; @rcu: more of that section. */
static TestMachine *offloaded_new(const char *rcu)
{
	TestMachine *tm =
		test_machine_new_free(RCUSIM_FLAG_REFERENCE,
				      "'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0'}, "
				      "'rcu': {'rcu_nocbs': '1'%s}",
				      rcu);

	test_machine_trace(tm);
	return tm;
}

static int count(const TestMachine *tm, const char *reason)
{
	return test_trace_count(tm, TRACE_RCU_NOCB_WAKE, -1, reason);
}

static int n_direct(const TestMachine *tm)
{
	return test_trace_count(tm, TRACE_RCU_CALLBACK, 1, NULL);
}

/* --- 7: the bypass decision is per jiffy, with a sticky counter --- */

/*
 * With a limit of 10, @n calls in J and @later in one jiffy a second after it: how many of the later ones go directly. The
 * counter is n - 1 after J; the later jiffy starts with n - 1 - 10, at most 10, and 0 if n - 1 was below 10.
 */
static int direct_after_flood(int n, int later)
{
	g_autoptr(TestMachine) tm = offloaded_new(", 'nocb_nobypass_lim_per_jiffy': 10");
	int before;

	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEPS(CALL_RCU, 0, n),
		    STEP(SLEEP, MS(800)), STEPS(CALL_RCU, 0, later));
	test_run_until(tm, MS(500));
	before = n_direct(tm);
	g_assert_cmpint(before, ==, MIN(n, 10));
	test_run_until(tm, MS(960));
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, n + later);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	return n_direct(tm) - before;
}

static void test_trap_7(void)
{
	g_assert_cmpint(direct_after_flood(10, 20), ==, 10); /* no flood: starts with 0 */
	g_assert_cmpint(direct_after_flood(11, 20), ==, 10); /* 0 */
	g_assert_cmpint(direct_after_flood(15, 20), ==, 6);  /* 4: 2 * 10 - 15 + 1 are left */
	g_assert_cmpint(direct_after_flood(20, 20), ==, 1);
	g_assert_cmpint(direct_after_flood(21, 20), ==,
			0); /* 10: the first call goes to the bypass */
	g_assert_cmpint(direct_after_flood(200, 20), ==,
			0); /* 10 again, however long the flood was */
}

/* --- 8: rcuog waits two jiffies, the CPU one --- */

/* One call on the bypass in J; rcuog looks when somebody wakes it in J + @jiffies: is it flushed? */
static bool rcuog_flushes(int jiffies)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 3, 'hz': 250, 'housekeeping': '2'}, 'rcu': {'rcu_nocbs': '0-1', "
		"'rcu_nocb_gp_stride': 2, 'nocb_nobypass_lim_per_jiffy': 0}");

	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEP(CALL_RCU, 0));
	TEST_SCRIPT(tm, "other", 0, false, J_NS + MS(4) * jiffies + US(200), STEP(CALL_RCU, 0));
	test_run_until(tm, J_NS + MS(4) * jiffies + US(300));
	return test_rdp(tm, 1)->nocb_bypass.n == 0;
}

static void test_trap_8(void)
{
	g_autoptr(TestMachine) tm = offloaded_new(", 'nocb_nobypass_lim_per_jiffy': 0");

	g_assert_false(rcuog_flushes(0));
	g_assert_false(rcuog_flushes(1));
	g_assert_true(rcuog_flushes(2));
	/* the CPU's own call of the next jiffy has the first one labelled */
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEP(CALL_RCU, 0), STEP(SLEEP, MS(4)),
		    STEP(CALL_RCU, 0));
	test_run_until(tm, J_NS + MS(4));
	g_assert_cmpint(test_rdp(tm, 1)->nocb_bypass.n, ==, 1);
	test_run_until(tm, J_NS + MS(5));
	g_assert_cmpint(test_rdp(tm, 1)->cblist.seg[RCU_WAIT_TAIL].n, ==, 1);
}

/* --- 9: who flushes heads the next bypass --- */

static void test_trap_9(void)
{
	g_autoptr(TestMachine) tm = offloaded_new(", 'nocb_nobypass_lim_per_jiffy': 0");
	struct rcu_data *rdp = test_rdp(tm, 1);

	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEPS(CALL_RCU, 0, 5),
		    STEP(SLEEP, MS(4)), STEP(CALL_RCU, 0), STEP(KERNEL, US(10)),
		    STEPS(CALL_RCU, 0, 2));
	test_run_until(tm, J_NS + MS(4) + US(105));
	g_assert_cmpint(rdp->nocb_bypass.n, ==, 1);
	g_assert_cmpint(cb_list_newest_ns(&rdp->nocb_bypass), ==, J_NS + MS(4) + US(100));
	g_assert_cmpint(rdp->nocb_bypass_first, ==, 11);
	g_assert_cmpint(rdp->cblist.len, ==, 6);
	test_run_until(tm, J_NS + MS(4) + US(115));
	g_assert_cmpint(rdp->nocb_bypass.n, ==, 3); /* the others follow it */
}

/* --- 10: a BYPASS deferral takes the place of a WAKE deferral --- */

static void defer(TestMachine *tm, void *ctx)
{
	wake_nocb_gp_defer(test_rdp(tm, 1), *(const int *)ctx, "", &tm->m->cpus[0]);
}

/* Levels asked for one after the other in J: the level that is left, and the jiffy of the timer. */
static void check_levels(int first, int second, int level, int64_t timer)
{
	g_autoptr(TestMachine) tm = offloaded_new("");
	const struct nocb_group *group = test_rdp(tm, 1)->group;

	TEST_SCRIPT(tm, "busy", 1, false, J_NS, STEP(KERNEL, MS(20)));
	test_at(tm, J_NS + US(100), SIM_RANK_ARRIVAL, defer, &first);
	test_at(tm, J_NS + US(101), SIM_RANK_ARRIVAL, defer, &second);
	test_run_until(tm, J_NS + US(102));
	g_assert_cmpint(group->nocb_defer_wakeup, ==, level);
	g_assert_true(timer_is_pending(&group->nocb_timer));
	g_assert_cmpint(group->nocb_timer.expires, ==, timer);
}

static void test_trap_10(void)
{
	check_levels(RCU_NOCB_WAKE, RCU_NOCB_WAKE_BYPASS, RCU_NOCB_WAKE_BYPASS, 13);
	check_levels(RCU_NOCB_WAKE_FORCE, RCU_NOCB_WAKE_BYPASS, RCU_NOCB_WAKE_BYPASS, 13);
	/* the other way round it is raised, and comes sooner */
	check_levels(RCU_NOCB_WAKE_BYPASS, RCU_NOCB_WAKE, RCU_NOCB_WAKE, 12);
	check_levels(RCU_NOCB_WAKE, RCU_NOCB_WAKE_FORCE, RCU_NOCB_WAKE_FORCE, 12);
	check_levels(RCU_NOCB_WAKE_FORCE, RCU_NOCB_WAKE, RCU_NOCB_WAKE_FORCE, 12);
}

/* --- 11: waking rcuog does not shorten its wait, since 6.12 --- */

/* A reader holds the grace period that CPU 1's call of J waits for; CPU 0's call of J + 5 wakes rcuog. Its passes by J + 6. */
static int n_passes_during_a_wait(const char *kernel)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 3, 'hz': 250, 'housekeeping': '2'}, "
		"'rcu': {'kernel': '%s', 'rcu_nocbs': '0-1', 'rcu_nocb_gp_stride': 2}",
		kernel);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEP(READ_LOCK, 0), STEP(CALL_RCU, 0),
		    STEP(READ_UNLOCK, MS(100)));
	TEST_SCRIPT(tm, "other", 0, false, J_NS + MS(20) + US(100), STEP(CALL_RCU, 0));
	test_run_until(tm, J_NS + MS(24));
	g_assert_cmpint(count(tm, "DoWake"), ==, 2);
	g_assert_true(rcu_gp_in_progress(tm->rcu));
	return test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "Check");
}

static void test_trap_11(void)
{
	g_assert_cmpint(n_passes_during_a_wait("6.12"), ==, 1);
	g_assert_cmpint(n_passes_during_a_wait("7.0"), ==, 1);
	g_assert_cmpint(n_passes_during_a_wait("6.1"), ==, 2);
}

/* --- 19: callers with interrupts disabled put the wakeup off --- */

static void call_from_hardirq(TestMachine *tm, void *ctx)
{
	struct sim_cpu *cpu = &tm->m->cpus[1];
	const struct rcu_cb cb = mm_cb(tm->mm, &mm_cb_object, 0, 0);

	cpu->in_irq = true;
	call_rcu(&tm->rcu->rdp[1], &cb, cpu->curr != NULL ? &cpu->curr->frame : NULL, true);
	cpu_irq_exit(cpu);
}

/* When rcuog is woken for a call from an interrupt in J, CPU 1 being busy until @busy_ns after J. */
static int64_t woken_ns(int64_t busy_ns, int *ret_n_timer)
{
	g_autoptr(TestMachine) tm = offloaded_new("");

	TEST_SCRIPT(tm, "busy", 1, false, J_NS, STEP(KERNEL, busy_ns));
	test_at(tm, J_NS + US(100), SIM_RANK_ARRIVAL, call_from_hardirq, NULL);
	test_run_until(tm, MS(100));
	g_assert_cmpint(count(tm, "WakeEmptyIsDeferred"), ==, 1);
	g_assert_cmpint(count(tm, "WakeEmpty"), ==, 0);
	g_assert_cmpint(count(tm, "DeferredWake"), ==, 1);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	*ret_n_timer = count(tm, "Timer");
	return test_trace_ns(tm, TRACE_RCU_NOCB_WAKE, -1, "DoWake");
}

static void test_trap_19(void)
{
	int n_timer;

	/* not through the idle loop before its timer, which is set for J + 1: T(J + 2) */
	g_assert_cmpint(woken_ns(MS(20), &n_timer), ==, J_NS + MS(8));
	g_assert_cmpint(n_timer, ==, 1);
	/* the idle loop is there first */
	g_assert_cmpint(woken_ns(MS(3), &n_timer), ==, J_NS + MS(3));
	g_assert_cmpint(n_timer, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/trap/7/the-bypass-decision-has-a-sticky-counter", test_trap_7);
	g_test_add_func("/trap/8/rcuog-waits-two-jiffies-the-cpu-one", test_trap_8);
	g_test_add_func("/trap/9/who-flushes-heads-the-next-bypass", test_trap_9);
	g_test_add_func("/trap/10/a-bypass-deferral-takes-the-place-of-a-wake", test_trap_10);
	g_test_add_func("/trap/11/a-wakeup-does-not-shorten-a-wait", test_trap_11);
	g_test_add_func("/trap/19/irqs-disabled-put-the-wakeup-off", test_trap_19);
	return g_test_run();
}
