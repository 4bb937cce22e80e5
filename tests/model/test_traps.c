/*
 * test_traps.c - what naive models get wrong (rcu-behaviour.md 15.2): a test for each, by its number there.
 *
 * Machines without costs unless said otherwise, HZ 250, J is jiffy 10.
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

	cpu_irq_enter(cpu);
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

/* The first grace period's length when a callback is queued at 1 ms on CPU 0 of two. */
static int64_t first_grace_period_ns(int hz)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': %d}", hz);
	int64_t start_ns;

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "call", 0, false, MS(1), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(500));
	start_ns = test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "start");
	return test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end") - start_ns;
}

/* 5: "idle CPUs are reported only by FQS scans": first_fqs, as a timer of j jiffies takes j to j + 1, whatever the load. */
static void test_trap_5(void)
{
	g_assert_cmpint(first_grace_period_ns(100), ==, MS(20));
	g_assert_cmpint(first_grace_period_ns(250), ==, MS(8));
	g_assert_cmpint(first_grace_period_ns(1000), ==, MS(4));
}

/* Batches of a flood of @n on CPU 0 of one, which is busy afterwards or not. */
static TestMachine *batches_new(const char *rcu, int n, bool busy)
{
	TestMachine *tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'housekeeping': '1'}, 'rcu': {%s}, 'record': {'batches': true},"
		"'workload': [{'id': 'f', 'kind': 'free-loop', 'cpus': '0', 'objects': %d,"
		"'arrive': {'from': '100us'}}]",
		rcu, n);

	if (busy)
		TEST_SCRIPT(tm, "busy", 0, false, MS(1), STEPS(RESCHED, US(10), 1000000));
	test_run_until(tm, MS(900));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	return tm;
}

static int64_t largest_batch(const char *rcu, int n, bool busy)
{
	g_autoptr(TestMachine) tm = batches_new(rcu, n, busy);

	return test_metric(tm, "batch_callbacks_max");
}

/*
 * 12: "rcuop has no batch limit and no time limit; softirq has bl only if somebody else needs the CPU". 5000 callbacks: a
 * busy CPU takes 5000 >> 7 = 39, an idle one all; rcuop all but the at most 64 that ride
 * on the first grace period (HZ=250).
 */
static void test_trap_12(void)
{
	g_assert_cmpint(largest_batch("", 5000, true), ==, 39);
	g_assert_cmpint(largest_batch("", 5000, false), ==, 5000);
	g_assert_cmpint(largest_batch("'rcu_nocbs': '0'", 5000, true), >=, 5000 - 64);
	g_assert_cmpint(largest_batch("'rcu_nocbs': '0', 'rcu_resched_ns': 1", 5000, true), >=,
			5000 - 64);
}

/* ->blimit after @n calls in one jiffy, with a grace period in progress (or not) and interrupts enabled (or not). */
static int64_t blimit_after(int n, bool in_progress, bool irqs_disabled)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}, 'rcu': {'qhimark': 100}");
	const struct rcu_cb cb = mm_cb(tm->mm, &mm_cb_object, 1, 100);
	const struct op_times now = { .first_end_ns = MS(1), .period = 1 };

	test_run_until(tm, MS(1));
	if (in_progress)
		tm->rcu->gp_seq++;
	for (int i = 0; i < n; i++) {
		unfreed_unlink(tm->mm, 1, cb.bytes, &now);
		call_rcu(test_rdp(tm, 0), &cb, NULL, irqs_disabled);
	}
	return test_rdp(tm, 0)->blimit;
}

/* 13: "blimit is raised only if a GP is in progress, irqs enabled, and per qhimark callbacks beyond the last mark". */
static void test_trap_13(void)
{
	g_assert_cmpint(blimit_after(100, true, false), ==, 10);
	g_assert_cmpint(blimit_after(101, true, false), ==, 10000);
	g_assert_cmpint(blimit_after(500, true, true), ==, 10);
	g_assert_cmpint(blimit_after(101, false, false), ==, 10);
}

/* 21: "len includes bypass and in-flight callbacks; overload decisions use it". */
static void test_trap_21(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 1, 'hz': 24}, 'rcu': {'rcu_nocbs': '0', 'qovld': 50,"
		"'nocb_nobypass_lim_per_jiffy': 0}, 'workload': [{'id': 'f', 'kind': 'free-loop',"
		"'cpus': '0', 'objects': 60, 'arrive': {'from': '1ms'}}]");

	test_run_until(tm, MS(2));
	g_assert_cmpint(test_rdp(tm, 0)->nocb_bypass.n, ==, 60);
	g_assert_cmpint(test_rdp(tm, 0)->cblist.seg[RCU_NEXT_TAIL].n, ==, 0);
	g_assert_cmpint(test_rdp(tm, 0)->cblist.len, ==, 60);
	g_assert_cmpint(test_rdp(tm, 0)->mynode->cbovldmask, ==, 1);
}

/* 25: "the tick of a non-offloaded idle CPU with callbacks stays on"; an offloaded one's stops. */
static void test_trap_25(void)
{
	for (int offloaded = 0; offloaded < 2; offloaded++) {
		g_autoptr(TestMachine) tm = test_machine_new_free(
			RCUSIM_FLAG_NONE,
			"'machine': {'cpus': 2, 'housekeeping': '1'}, 'rcu': {'rcu_nocbs': '%s'}",
			offloaded ? "0" : "");

		/* a reader keeps the callback waiting */
		TEST_SCRIPT(tm, "reader", 1, false, US(500), STEP(READ_LOCK, 0),
			    STEP(KERNEL, MS(100)), STEP(READ_UNLOCK, 0));
		TEST_SCRIPT(tm, "call", 0, false, MS(1), STEP(CALL_RCU, 0));
		test_run_until(tm, MS(50));
		g_assert_cmpint(test_rdp(tm, 0)->cblist.len, ==, 1);
		g_assert_true(cpu_is_idle(&tm->m->cpus[0]));
		g_assert_cmpint(tm->m->cpus[0].tick_on, ==, !offloaded);
	}
}

/*
 * 23: "kfree_rcu is not call_rcu per object: 5 s or 507 objects batches". 506 objects wait for 5 s, and then
 * for one callback; a flood needs one per batch that a grace period takes.
 */
static TestMachine *loop_new(const char *method, int objects)
{
	return test_machine_new(
		RCUSIM_FLAG_NONE,
		"'duration': '20s', 'machine': {'cpus': 2}, 'workload': [{'id': 'f', 'kind': 'free-loop', "
		"'method': '%s', 'objects': %d, 'cpus': '0', 'arrive': {'from': '41ms'}}]",
		method, objects);
}

static void test_trap_23(void)
{
	g_autoptr(TestMachine) each = loop_new("per-object", 506);
	g_autoptr(TestMachine) few = loop_new("kfree-rcu", 506);
	g_autoptr(TestMachine) many = loop_new("kfree-rcu", 100000);

	test_run_until(each, MS(19000));
	g_assert_cmpint(test_metric(each, "callbacks"), ==, 506);
	g_assert_cmpint(test_metric(each, "free_last_ns"), <, MS(80));
	test_run_until(few, MS(5000));
	g_assert_cmpint(test_metric(few, "objects_freed"), ==, 0);
	test_run_until(few, MS(19000));
	g_assert_cmpint(test_metric(few, "callbacks"), ==, 1);
	g_assert_cmpint(test_metric(few, "objects_freed"), ==, 506);
	test_run_until(many, MS(19000));
	g_assert_cmpint(test_metric(many, "objects_freed"), ==, 100000);
	g_assert_cmpint(test_metric(many, "callbacks"), <=, 4);
	g_assert_cmpint(test_metric(many, "kfree_rcu_blocks"), >=, 100000 / 507);
	g_assert_cmpint(test_metric(many, "free_last_ns"), <, MS(200));
}

#define LITTLE US(60)

static void assert_soon_after(int64_t t_ns, int64_t cause_ns)
{
	g_assert_cmpint(t_ns, >=, cause_ns);
	g_assert_cmpint(t_ns, <=, cause_ns + LITTLE);
}

/* --- machines with costs; a little after an instant means: within what the kthreads need --- */

/*
 * 20: "nohz_full user CPUs are EQS, but plain user-mode CPUs are not: they need ticks". The first scan is at 24 ms, the
 * grace period from 1 ms on: a plain CPU reports by its ticks at 4 and 8 ms, an adaptive-tick one has none and waits
 * for the scan. Where the first scan comes first it is the other way round: without a tick the grace period ends at 8
 * ms, a plain CPU whose tick had interrupts disabled until 10 ms has to wait for another.
 */
static int64_t user_gp_end_ns(const char *nohz_full, int first_fqs, int64_t closed_ns)
{
	g_autoptr(TestMachine) tm =
		test_machine_new(RCUSIM_FLAG_REFERENCE,
				 "'machine': {'cpus': 2, 'housekeeping': '0', 'nohz_full': '%s'},"
				 "'rcu': {'rcu_nocbs': 'all', 'jiffies_till_first_fqs': %d}",
				 nohz_full, first_fqs);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(CLOSED, closed_ns), STEP(USER, MS(100)));
	test_run_until(tm, MS(50));
	return test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end");
}

static void test_trap_20(void)
{
	assert_soon_after(user_gp_end_ns("", 5, US(1)), MS(8));
	assert_soon_after(user_gp_end_ns("1", 5, US(1)), MS(24));
	assert_soon_after(user_gp_end_ns("", 1, MS(5)),
			  MS(8)); /* noticed at 5.1 ms, reported at 8 */
	assert_soon_after(user_gp_end_ns("1", 1, MS(7)), MS(8)); /* in user mode at the scan */
	assert_soon_after(user_gp_end_ns("", 1, MS(7)), MS(8));
	assert_soon_after(user_gp_end_ns("", 1, MS(9)),
			  MS(12)); /* notices at 9.1 ms, its next tick reports */
}

/*
 * 26: "on PREEMPT_RCU the tick of an idle CPU notices GPs but is never a QS". CPU 1 has a callback of its own, so that its tick
 * stays; five of them pass before the first scan.
 */
static void test_trap_26(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE, "'machine': {'cpus': 2, 'housekeeping': '0'},"
				       "'rcu': {'rcu_nocbs': '0', 'jiffies_till_first_fqs': 5}");

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	TEST_SCRIPT(tm, "other", 1, false, US(1500), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(23));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 5);
	assert_soon_after(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpustart"), MS(4));
	g_assert_cmpint(test_trace_find(tm, 0, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs"), ==, -1);
	test_run_until(tm, MS(30));
	assert_soon_after(test_trace_ns(tm, TRACE_RCU_FQS, 1, "dti"), MS(24));
	assert_soon_after(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end"), MS(24));
}

/*
 * 15: "rcu_barrier entrains behind existing callbacks; it does not need a new GP". T(J) is 40 ms. CPU 1's
 * callback waits for the grace period from J to T(J+2). A barrier called while that is in progress rides on it and returns at T(J+2); synchronize_rcu() called at the same time needs the next one, T(J+4).
 */
static void test_trap_15(void)
{
	static const struct {
		const char *method, *metric;
		int64_t end_ns;
		int grace_periods;
	} calls[] = { { "barrier", "barrier_latency_max_ns", MS(48), 1 },
		      { "synchronize-rcu", "synchronize_latency_max_ns", MS(56), 2 } };

	for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
		g_autoptr(TestMachine) tm = test_machine_new_free(
			RCUSIM_FLAG_NONE,
			"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'rcu_nocbs': 'all'}, 'workload': ["
			"{'id': 'w', 'kind': 'synchronize', 'method': '%s', 'cpus': '0', 'arrive': {'from': '42ms'}}]",
			calls[i].method);

		TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
		test_run_until(tm, MS(100));
		g_assert_cmpint(test_metric(tm, calls[i].metric), ==, calls[i].end_ns - MS(42));
		g_assert_cmpint(test_metric(tm, "grace_periods"), ==, calls[i].grace_periods);
	}
}

/*
 * 16, V17: "Expedited GPs do not help call_rcu". Expedited grace periods come and go every 100 us from the
 * call on: the callback is invoked when it would have been without them, at T(J+4).
 */
static void test_trap_16(void)
{
	static const char *const kernels[] = { "6.12", "6.1" };

	for (size_t i = 0; i < G_N_ELEMENTS(kernels); i++)
		for (int calls = 1; calls <= 100; calls += 99) {
			g_autoptr(TestMachine) tm = test_machine_new_free(
				RCUSIM_FLAG_NONE,
				"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '%s'}, 'workload': ["
				"{'id': 'e', 'kind': 'synchronize', 'method': 'expedited', 'cpus': '0', "
				"'arrive': {'from': '40200us'}, 'pause': '100us', 'calls': %d}]",
				kernels[i], calls);

			TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
			test_run_until(tm, MS(56) - 1);
			g_assert_cmpint(test_metric(tm, "expedited_grace_periods"), ==, calls);
			g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 1);
			test_run_until(tm, MS(57));
			g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
			g_assert_cmpint(test_metric(tm, "callback_first_ns"), ==, MS(56));
		}
}

/* --- 1: a grace period in progress never serves a new callback --- */

/*
 * CPU 0 has the first grace period started at T(11); a reader on CPU 1 holds it until 101 ms. CPU 2's call of 61 ms is
 * labelled at its tick of 64 ms with the end of the next one: 2.1, snap(4k + 1) is 4k + 8. The reader's CPU switches at
 * 101 ms and reports at T(26), 104 ms; the next one starts at once, its first scan is at T(28), and CPU 2 invokes at
 * the tick after that, 116 ms.
 */
static void test_trap_1_label(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_REFERENCE, "'machine': {'cpus': 3, 'hz': 250}");
	const struct rcu_segcblist *list = &test_rdp(tm, 2)->cblist;
	const int64_t idle_seq = tm->rcu->gp_seq;

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "reader", 1, false, MS(30), STEP(READ_LOCK, 0), STEP(READ_UNLOCK, MS(71)));
	TEST_SCRIPT(tm, "first", 0, false, MS(41), STEP(CALL_RCU, 0));
	TEST_SCRIPT(tm, "late", 2, false, MS(61), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(65));
	g_assert_cmpint(tm->rcu->gp_seq, ==, idle_seq + 1);
	g_assert_cmpint(list->seg[RCU_WAIT_TAIL].n, ==, 1);
	g_assert_cmpint(list->gp_seq[RCU_WAIT_TAIL], ==, idle_seq + 8);
	test_run_until(tm, MS(140));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end"), ==, MS(104));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_BATCH_START, 2, NULL), ==, MS(116));
}

/*
 * "So mean latency is about 1.5 GPs under continuous GPs". CPU 1 calls every millisecond, at half ones, and keeps its ticks: it
 * notices a grace period at its first tick, switches, and reports at the second; rcuog asks for the next at the end of
 * each. So they are of 8 ms, one after the other, and a call that comes x after a start waits 8 - x and 8: on average 12 ms.
 */
static void test_trap_1_mean(void)
{
	g_autoptr(TestMachine) tm = offloaded_new("");
	int call = -1, invoke = -1, n = 0;
	int64_t sum_ns = 0;

	TEST_SCRIPT(tm, "caller", 1, false, US(500), STEP(CALL_RCU, 0), STEP(SLEEP, MS(1)),
		    { .act = TEST_LOOP });
	test_run_until(tm, MS(220));
	while ((call = test_trace_find(tm, call + 1, TRACE_RCU_CALLBACK, 1, NULL)) >= 0) {
		const int64_t call_ns = test_trace_at(tm, call)->t_ns;

		invoke = test_trace_find(tm, invoke + 1, TRACE_RCU_INVOKE_CALLBACK, 1, NULL);
		if (call_ns < MS(100) || call_ns >= MS(180))
			continue;
		sum_ns += test_trace_at(tm, invoke)->t_ns - call_ns;
		n++;
	}
	g_assert_cmpint(n, ==, 80);
	g_assert_cmpint(sum_ns, ==, 80 * MS(12));
}

/* --- 2: labels come later than calls --- */

/*
 * Not offloaded, at the next tick. Offloaded, at rcuog's scan: the calls of J + 1 to J + 4, during the wait for the first
 * grace period, stay as they are until it ends, when the reader's CPU reports its switch at T(J + 5).
 */
static void test_trap_2(void)
{
	g_autoptr(TestMachine) plain =
		test_machine_new_free(RCUSIM_FLAG_REFERENCE, "'machine': {'cpus': 2, 'hz': 250}");
	g_autoptr(TestMachine) tm = offloaded_new("");
	const struct rcu_segcblist *list = &test_rdp(plain, 1)->cblist;
	const int64_t idle_seq = tm->rcu->gp_seq;

	TEST_SCRIPT(plain, "caller", 1, false, MS(41), STEP(CALL_RCU, 0));
	test_run_until(plain, MS(44) - 1);
	g_assert_cmpint(list->seg[RCU_NEXT_TAIL].n, ==, 1);
	test_run_until(plain, MS(45));
	g_assert_cmpint(list->seg[RCU_NEXT_TAIL].n, ==, 0);
	g_assert_cmpint(list->seg[RCU_WAIT_TAIL].n, ==, 1);

	list = &test_rdp(tm, 1)->cblist;
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEP(READ_LOCK, 0), STEP(CALL_RCU, 0),
		    STEPS(CALL_RCU, MS(4), 4), STEP(READ_UNLOCK, MS(2)));
	test_run_until(tm, J_NS + MS(20) - 1);
	g_assert_cmpint(list->seg[RCU_WAIT_TAIL].n, ==, 1);
	g_assert_cmpint(list->gp_seq[RCU_WAIT_TAIL], ==, idle_seq + 4);
	g_assert_cmpint(list->seg[RCU_NEXT_TAIL].n, ==, 4);
	test_run_until(tm, J_NS + MS(21));
	g_assert_cmpint(list->seg[RCU_WAIT_TAIL].n, ==, 4);
	g_assert_cmpint(list->gp_seq[RCU_WAIT_TAIL], ==, idle_seq + 8);
	g_assert_cmpint(list->seg[RCU_NEXT_TAIL].n, ==, 0);
}

/* --- 3: without offloading the tick starts a grace period, and the tick invokes --- */

/*
 * Two CPUs, idle but for one call of CPU 1 in J. Not offloaded (16.3): asked for at T(J + 1), first scan at T(J + 3), invoked
 * at T(J + 4). Offloaded (16.1): asked for at once, first scan at T(J + 2), invoked at once.
 */
static void check_start_and_batch(const char *nocbs, int64_t start_ns, int64_t end_ns,
				  int64_t batch_ns)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_REFERENCE,
				      "'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0'}, "
				      "'rcu': {'rcu_nocbs': '%s'}",
				      nocbs);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + MS(1), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "start"), ==,
			J_NS + start_ns);
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end"), ==, J_NS + end_ns);
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_BATCH_START, 1, NULL), ==, J_NS + batch_ns);
}

static void test_trap_3(void)
{
	check_start_and_batch("", MS(4), MS(12), MS(16));
	check_start_and_batch("1", MS(1), MS(8), MS(8));
}

/* --- 17: a request at the end costs nothing, a later one a wakeup --- */

/*
 * CPU 1's call of J has the first grace period end at T(J + 2), 48 ms. CPU 0, of another group, calls at @other_ns; CPU 1
 * again at 45.5 ms, if @again. Returns how often the kthread was woken from 47 ms until the second one had started.
 */
static TestMachine *restart_new(int64_t other_ns, bool again)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE, "'machine': {'cpus': 3, 'hz': 250, 'housekeeping': '2'}, "
				       "'rcu': {'rcu_nocbs': '0-1', 'rcu_nocb_gp_stride': 1}");

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEP(CALL_RCU, 0));
	if (other_ns >= 0)
		TEST_SCRIPT(tm, "other", 0, false, other_ns, STEP(CALL_RCU, 0));
	if (again)
		TEST_SCRIPT(tm, "again", 1, false, MS(45) + US(500), STEP(CALL_RCU, 0));
	return tm;
}

static int64_t n_wakeups_to_restart(int64_t other_ns, int64_t restart_ns)
{
	g_autoptr(TestMachine) tm = restart_new(other_ns, false);
	int64_t n_wakeups;
	int i;

	test_run_until(tm, MS(47));
	n_wakeups = tm->rcu->gp_kthread->n_wakeups;
	test_run_until(tm, MS(49));
	i = test_trace_find(tm, 0, TRACE_RCU_GRACE_PERIOD, -1, "start");
	i = test_trace_find(tm, i + 1, TRACE_RCU_GRACE_PERIOD, -1, "start");
	g_assert_cmpint(test_trace_at(tm, i)->t_ns, ==, restart_ns);
	return tm->rcu->gp_kthread->n_wakeups - n_wakeups;
}

/* When CPU 1's call of 45.5 ms is invoked. */
static int64_t again_invoked_ns(int64_t other_ns)
{
	g_autoptr(TestMachine) tm = restart_new(other_ns, true);
	int i;

	test_run_until(tm, MS(100));
	i = test_trace_find(tm, 0, TRACE_RCU_INVOKE_CALLBACK, 1, NULL);
	i = test_trace_find(tm, i + 1, TRACE_RCU_INVOKE_CALLBACK, 1, NULL);
	return test_trace_at(tm, i)->t_ns;
}

static void test_trap_17(void)
{
	/* asked for during the first: one wakeup, that of its scan */
	g_assert_cmpint(n_wakeups_to_restart(MS(45), MS(48)), ==, 1);
	/* 5 us after its end */
	g_assert_cmpint(n_wakeups_to_restart(MS(48) + US(5), MS(48) + US(5)), ==, 2);
	/* CPU 1's rcuog, woken by the end, asks for the second, of T(J + 2) to T(J + 4) ... */
	g_assert_cmpint(again_invoked_ns(-1), ==, MS(56));
	/* ... but is too late for it if it has started for CPU 0: the third */
	g_assert_cmpint(again_invoked_ns(MS(45)), ==, MS(64));
}

/* --- 18: one rcuog serves a group --- */

/* Groups of int_sqrt() CPUs; a call of one has all of its group looked at, and nobody else. */
static void test_trap_18(void)
{
	static const struct {
		int cpus, n_groups, stride;
	} table[] = { { 4, 2, 2 }, { 8, 2, 4 }, { 24, 4, 6 }, { 64, 8, 8 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		const int cpus = table[i].cpus, stride = table[i].stride;
		g_autoptr(TestMachine) tm = test_machine_new_free(
			RCUSIM_FLAG_REFERENCE,
			"'machine': {'cpus': %d, 'hz': 250}, 'rcu': {'rcu_nocbs': 'all'}", cpus);

		test_machine_trace(tm);
		TEST_SCRIPT(tm, "caller", cpus - 1, false, J_NS + US(100), STEP(CALL_RCU, 0));
		test_run_until(tm, J_NS + US(200));
		g_assert_cmpint(tm->rcu->n_groups, ==, table[i].n_groups);
		for (int cpu = 0; cpu < cpus; cpu++) {
			g_assert_cmpint(test_rdp(tm, cpu)->group->leader->cpu, ==,
					cpu / stride * stride);
			g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, cpu, "Check"), ==,
					cpu >= cpus - stride);
		}
	}
}

/* --- 24: try-locks turn contention into delays, not into waiting --- */

/* CPU 2 holds @lock for 200 us around tick @tick, with interrupts disabled; or not. */
static void hold(TestMachine *tm, bool held, struct sim_lock *lock, int tick)
{
	if (held)
		TEST_SCRIPT(tm, "rival", 2, false, MS(4) * tick - US(100),
			    { .act = TEST_LOCKED, .ns = US(200), .lock = lock });
}

/*
 * note_gp_changes(): CPU 1, in user mode, would notice at T(11) the grace period that CPU 0 has had started in J, and report at
 * T(12). If somebody has the leaf's lock at T(11) it notices at T(12) and reports at T(13): 3.2, "retried next tick". It has not
 * waited: its 50 ms of user mode take as long.
 */
static void check_notice(bool held, int64_t noticed_ns, int64_t end_ns)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE, "'machine': {'cpus': 3, 'hz': 250, 'housekeeping': '0'}, "
				       "'rcu': {'rcu_nocbs': 'all'}");
	struct test_script *app;

	test_machine_trace(tm);
	app = TEST_SCRIPT(tm, "app", 1, false, MS(10), STEP(USER, MS(50)));
	TEST_SCRIPT(tm, "caller", 0, false, J_NS + MS(1), STEP(CALL_RCU, 0));
	hold(tm, held, &test_rdp(tm, 1)->mynode->lock, 11);
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpustart"), ==, noticed_ns);
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end"), ==, end_ns);
	g_assert_cmpint(test_end_ns(app, 0), ==, MS(60));
}

/*
 * rcuog's flush: the bypass of CPU 1, of J, is due in the pass of its timer, T(J + 3). If its lock is taken then, nothing is flushed
 * (6.8 step 2b): "Bypass", and the timer again, for J + 5, which is T(J + 6). CPU 1 stays busy, so that it keeps the time: the rival's tick is late.
 */
static void check_flush(bool held, int64_t newreq_ns, int n_bypass)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 3, 'hz': 250, 'housekeeping': '0'}, "
		"'rcu': {'rcu_nocbs': '1', 'nocb_nobypass_lim_per_jiffy': 0}");

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + MS(1), STEP(CALL_RCU, 0), STEP(USER, MS(100)));
	hold(tm, held, &test_rdp(tm, 1)->nocb_bypass_lock, 13);
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "newreq"), ==, newreq_ns);
	g_assert_cmpint(count(tm, "Bypass"), ==, n_bypass);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
}

static void test_trap_24(void)
{
	check_notice(false, MS(44), MS(48));
	check_notice(true, MS(48), MS(52));
	check_flush(false, J_NS + MS(12), 1);
	check_flush(true, J_NS + MS(24), 2);
}

/* Once a jiffy the list may be advanced, during a grace period. */
static void advance(TestMachine *tm, void *ctx)
{
	rcu_nocb_advance_once_per_jiffy(test_rdp(tm, 1));
}

/* CPU 1's callback waits for the earlier grace period of CPU 0's, as if it had been queued with it, and nobody had looked since. */
static void backdate(TestMachine *tm, void *ctx)
{
	struct rcu_data *rdp = test_rdp(tm, 1);

	g_assert_cmpint(rdp->cblist.seg[RCU_WAIT_TAIL].n, ==, 1);
	rdp->cblist.seg[RCU_WAIT_TAIL].head->first_ns = MS(1);
	rdp->cblist.gp_seq[RCU_WAIT_TAIL] = rdp->mynode->gp_seq & ~(int64_t)RCU_SEQ_STATE_MASK;
}

/* Whether it is ready after the first of two advances in one jiffy, after the second, and after one in the next jiffy. */
static void check_advance(bool held, bool first, bool second)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 3, 'hz': 250, 'housekeeping': '0'}, 'rcu': {'rcu_nocbs': '1'}");
	const struct cb_list *done = &test_rdp(tm, 1)->cblist.seg[RCU_DONE_TAIL];
	const int64_t t_ns = J_NS + MS(20) + US(50); /* tick 15 */

	TEST_SCRIPT(tm, "early", 0, false, MS(1), STEP(CALL_RCU, 0));
	/* a reader holds the grace period */
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEP(READ_LOCK, 0), STEP(CALL_RCU, 0),
		    STEP(READ_UNLOCK, MS(100)));
	test_at(tm, t_ns - US(100), SIM_RANK_ARRIVAL, backdate, NULL);
	hold(tm, held, &test_rdp(tm, 1)->mynode->lock, 15);
	test_at(tm, t_ns, SIM_RANK_ARRIVAL, advance, NULL);
	test_at(tm, t_ns + US(100), SIM_RANK_ARRIVAL, advance, NULL);
	test_at(tm, t_ns + MS(4), SIM_RANK_ARRIVAL, advance, NULL);
	test_run_until(tm, t_ns + US(10));
	g_assert_true(rcu_gp_in_progress(tm->rcu));
	g_assert_cmpint(done->n, ==, first);
	test_run_until(tm, t_ns + US(150));
	g_assert_cmpint(done->n, ==, second);
	test_run_until(tm, t_ns + MS(4) + US(10));
	g_assert_cmpint(done->n, ==, 1);
	g_assert_cmpint(test_rdp(tm, 1)->mynode->lock.wait_ns, ==, 0);
}

static void test_trap_24_advance(void)
{
	check_advance(false, true, true);
	check_advance(true, false, false);
}

/* --- 28: a grace period starts late --- */

/* From the @nth "newreq" to the start that follows, at @ret_start_ns. */
static int64_t start_delay_ns(const TestMachine *tm, int nth, int64_t *ret_start_ns)
{
	int newreq = -1, start;

	for (int i = 0; i < nth; i++)
		newreq = test_trace_find(tm, newreq + 1, TRACE_RCU_GRACE_PERIOD, -1, "newreq");
	start = test_trace_find(tm, newreq, TRACE_RCU_GRACE_PERIOD, -1, "start");
	*ret_start_ns = test_trace_at(tm, start)->t_ns;
	return *ret_start_ns - test_trace_at(tm, newreq)->t_ns;
}

/*
 * Behind rcuop (3.10 item 6): @n calls in J ride on the first grace period, one of J + 1 on the second. At the end of the
 * first, at T(J + 2), one pass wakes rcuop and then the kthread, both on CPU 0. The batch takes 10 us per callback; the slice
 * is 1.4 ms. (The way out of idle, 20 us, is there for all calls of J to come before rcuog's pass.)
 */
static int64_t delay_behind_rcuop_ns(int n, int64_t *ret_start_ns)
{
	g_autoptr(TestMachine) tm = offloaded_new(", 'nocb_nobypass_lim_per_jiffy': 1000");

	tm->m->costs.idle_wake = US(20);
	tm->m->costs.callback_invoke = US(10);
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEPS(CALL_RCU, 0, n),
		    STEP(SLEEP, MS(4)), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(test_metric(tm, "batch_callbacks_max"), ==, n);
	return start_delay_ns(tm, 2, ret_start_ns);
}

/*
 * Behind the flooding loop (3.10 item 4), on the only CPU: the tick of J + 1 asks, and wakes the kthread, which takes the CPU
 * from the loop at its next cond_resched(), at most 10 us away, or after the next tick.
 */
static int64_t delay_behind_the_loop_ns(const char *wakeup_preempt, int64_t *ret_start_ns)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE, "'machine': {'cpus': 1, 'hz': 250, 'wakeup_preempt': '%s'}",
		wakeup_preempt);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "flood", 0, false, J_NS + US(100), STEPS(CALL_RCU, US(10), 2000));
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "newreq"), ==, J_NS + MS(4));
	return start_delay_ns(tm, 1, ret_start_ns);
}

static void test_trap_28(void)
{
	int64_t start_ns;

	g_assert_cmpint(delay_behind_rcuop_ns(1, &start_ns), ==, US(10));
	g_assert_cmpint(delay_behind_rcuop_ns(60, &start_ns), ==, US(600));
	/* a batch of 6 ms: the tick of J + 3 finds the slice used up, and the callback under way ends at most 10 us later */
	delay_behind_rcuop_ns(600, &start_ns);
	g_assert_cmpint(start_ns, >=, J_NS + MS(12));
	g_assert_cmpint(start_ns, <=, J_NS + MS(12) + US(10));

	g_assert_cmpint(delay_behind_the_loop_ns("always", &start_ns), <=, US(10));
	delay_behind_the_loop_ns("never", &start_ns);
	g_assert_cmpint(start_ns, >=, J_NS + MS(8));
	g_assert_cmpint(start_ns, <=, J_NS + MS(8) + US(10));
}

/* --- 29: jiffies seen in a tick handler can still be the old one --- */

/*
 * 0.4 item 6: CPU 1, busy in a reader, keeps the time, and with skew_tick ticks 1 ms after CPU 0, where the kthreads are.
 * Timers armed there in J then fire at T(J + 3) (the scan's, of 1 jiffy) and T(J + 4) (the bypass's, of 2) instead of T(J + 2)
 * and T(J + 3). (test_ticks.c has the timer alone.)
 */
static TestMachine *skewed_new(bool skewed, int lim)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0', 'skew_tick': %s, "
		"'wakeup_preempt': 'always'}, "
		"'rcu': {'rcu_nocbs': '1', 'nocb_nobypass_lim_per_jiffy': %d}",
		skewed ? "true" : "false", lim);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "reader", 1, false, US(500), STEP(KERNEL, MS(40)), STEP(READ_LOCK, 0),
		    STEP(CALL_RCU, MS(1) + US(500)), STEP(READ_UNLOCK, MS(100)));
	TEST_SCRIPT(tm, "busy", 0, false, MS(2), STEP(USER, MS(200)));
	test_run_until(tm, MS(80));
	return tm;
}

static void check_old_jiffy(bool skewed, int64_t scan_ns, int64_t bypass_ns)
{
	g_autoptr(TestMachine) direct = skewed_new(skewed, 64);
	g_autoptr(TestMachine) bypass = skewed_new(skewed, 0);

	/* both in J = 10, which begins at 41 ms when skewed */
	g_assert_cmpint(test_trace_ns(direct, TRACE_RCU_GRACE_PERIOD, -1, "start"), ==, MS(42));
	g_assert_cmpint(test_trace_ns(direct, TRACE_RCU_GRACE_PERIOD, -1, "fqsstart"), ==, scan_ns);
	g_assert_cmpint(test_trace_ns(bypass, TRACE_RCU_NOCB_WAKE, -1, "WakeBypassIsDeferred"), ==,
			MS(42));
	g_assert_cmpint(test_trace_ns(bypass, TRACE_RCU_NOCB_WAKE, -1, "Timer"), ==, bypass_ns);
}

static void test_trap_29(void)
{
	check_old_jiffy(false, MS(48), MS(52));
	check_old_jiffy(true, MS(52), MS(56));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/trap/1/a-running-grace-period-serves-nobody", test_trap_1_label);
	g_test_add_func("/trap/1/one-and-a-half-grace-periods", test_trap_1_mean);
	g_test_add_func("/trap/2/labels-come-later-than-calls", test_trap_2);
	g_test_add_func("/trap/3/the-tick-starts-and-the-tick-invokes", test_trap_3);
	g_test_add_func("/trap/17/late-by-microseconds-is-late-by-a-grace-period", test_trap_17);
	g_test_add_func("/trap/18/one-rcuog-serves-a-group", test_trap_18);
	g_test_add_func("/trap/24/a-try-lock-delays", test_trap_24);
	g_test_add_func("/trap/28/a-grace-period-starts-late", test_trap_28);
	g_test_add_func("/trap/29/a-tick-may-see-the-old-jiffy", test_trap_29);
	g_test_add_func("/trap/7/the-bypass-decision-has-a-sticky-counter", test_trap_7);
	g_test_add_func("/trap/8/rcuog-waits-two-jiffies-the-cpu-one", test_trap_8);
	g_test_add_func("/trap/9/who-flushes-heads-the-next-bypass", test_trap_9);
	g_test_add_func("/trap/10/a-bypass-deferral-takes-the-place-of-a-wake", test_trap_10);
	g_test_add_func("/trap/11/a-wakeup-does-not-shorten-a-wait", test_trap_11);
	g_test_add_func("/trap/19/irqs-disabled-put-the-wakeup-off", test_trap_19);
	g_test_add_func("/trap/24/an-advance-is-a-jiffy-later", test_trap_24_advance);
	g_test_add_func("/trap/5/idle-cpus-wait-for-the-scan", test_trap_5);
	g_test_add_func("/trap/12/who-has-a-batch-limit", test_trap_12);
	g_test_add_func("/trap/13/when-blimit-is-raised", test_trap_13);
	g_test_add_func("/trap/21/len-counts-everything", test_trap_21);
	g_test_add_func("/trap/25/own-callbacks-keep-the-tick", test_trap_25);
	g_test_add_func("/trap/15/a-barrier-needs-no-new-grace-period", test_trap_15);
	g_test_add_func("/trap/16/V17/expedited-ones-do-not-help", test_trap_16);
	g_test_add_func("/trap/23/kfree-rcu-is-not-call-rcu-per-object", test_trap_23);
	g_test_add_func("/trap/20/plain-user-mode-needs-ticks", test_trap_20);
	g_test_add_func("/trap/26/idle-ticks-only-notice", test_trap_26);
	return g_test_run();
}
