/*
 * test_nocb_poll.c - rcu_nocb_poll: rcuog looks by itself, and nobody wakes it (rcu-behaviour.md 6.9, 6.4 item 1).
 *
 * A timer of one jiffy armed in a tick fires at the next but one: passes are in even jiffies, from 2 on.
 * test_timelines.c has one call event by event.
 */
#include "machine/cpu.h"
#include "machine/timer.h"
#include "model/machine.h"
#include "model/timeline.h"

/* CPU 1 offloaded, kthreads on CPU 0; J is jiffy 10. @rcu: more of that section. */
static TestMachine *polling_new(const char *rcu)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'duration': '60s', 'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0'}, "
		"'rcu': {'rcu_nocbs': '1', 'rcu_nocb_poll': true%s}",
		rcu);

	test_machine_trace(tm);
	return tm;
}

static int count(const TestMachine *tm, const char *reason)
{
	return test_trace_count(tm, TRACE_RCU_NOCB_WAKE, -1, reason);
}

/* --- passes --- */

static void test_passes_are_two_jiffies_apart(void)
{
	g_autoptr(TestMachine) tm = polling_new("");
	int n = 0;

	test_run_until(tm, MS(400) + US(1)); /* just behind jiffy 100 */
	for (int i = -1; (i = test_trace_find(tm, i + 1, TRACE_RCU_NOCB_WAKE, -1, "Check")) >= 0;)
		g_assert_cmpint(test_trace_at(tm, i)->t_ns, ==, ++n * MS(8));
	g_assert_cmpint(n, ==, 50);
	g_assert_cmpint(count(tm, "Sleep"), ==, 0);
	g_assert_cmpint(count(tm, "Poll"), ==, 0);
}

/* A call in any jiffy is seen by the first pass after it: after one tick, or after two. */
static void test_a_call_is_seen_by_the_next_pass(void)
{
	for (int jiffy = 10; jiffy < 14; jiffy++) {
		g_autoptr(TestMachine) tm = polling_new("");

		TEST_SCRIPT(tm, "caller", 1, false, MS(4) * jiffy + US(100), STEP(CALL_RCU, 0));
		test_run_until(tm, MS(100));
		g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "newreq"), ==,
				MS(4) * (jiffy / 2 * 2 + 2));
		g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	}
}

/* --- nobody wakes it --- */

static void call_from_hardirq(TestMachine *tm, void *ctx)
{
	struct sim_cpu *cpu = &tm->m->cpus[1];
	const struct rcu_cb cb = mm_cb(tm->mm, &mm_cb_object, 0, 0);

	cpu_irq_enter(cpu);
	call_rcu(&tm->rcu->rdp[1], &cb, NULL, true);
	cpu_irq_exit(cpu);
}

/*
 * Direct calls, on an empty list and behind others; a queue longer than qhimark; the bypass, flushed by the CPU and by
 * rcuog; with interrupts disabled: each is told apart as ever, and nobody is woken or armed.
 */
static void test_nobody_wakes_rcuog(void)
{
	g_autoptr(TestMachine) tm = polling_new(", 'qhimark': 30, 'qlowmark': 10");
	static const char *const never[] = { "DoWake",
					     "WakeEmpty",
					     "WakeNot",
					     "WakeEmptyIsDeferred",
					     "WakeBypassIsDeferred",
					     "WakeOvfIsDeferred",
					     "Timer",
					     "DeferredWake",
					     "AlreadyAwake",
					     "Sleep",
					     "EndSleep" };

	TEST_SCRIPT(tm, "flood", 1, false, MS(40) + US(100), STEPS(CALL_RCU, 0, 200),
		    STEP(KERNEL, MS(4)), STEPS(CALL_RCU, 0, 3), STEP(KERNEL, US(50)));
	test_at(tm, MS(44) + US(110), SIM_RANK_ARRIVAL, call_from_hardirq, NULL);
	test_run_until(tm, MS(400));
	for (size_t i = 0; i < G_N_ELEMENTS(never); i++)
		g_assert_cmpint(count(tm, never[i]), ==, 0);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_FUTURE_GRACE_PERIOD, -1, "StartWait"), ==,
			0);
	/* 64 direct ones; four flushes of a bypass of 30, and that of the first call in J+1 */
	g_assert_cmpint(count(tm, "WakeNotPoll"), ==, 64 + 4 + 1);
	g_assert_cmpint(count(tm, "FirstQ"), ==, 1);
	g_assert_cmpint(count(tm, "FirstBQnoWake"), ==, 1);
	g_assert_cmpint(test_rdp(tm, 1)->group->nocb_defer_wakeup, ==, RCU_NOCB_WAKE_NOT);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	/* by its timer, each time: passes in jiffies 2, 4, ... 98, and the wakeup of jiffy 100 */
	g_assert_cmpint(tm->rcu->groups[0].nocb_gp_kthread->n_wakeups, ==, 50);
}

/* --- strings --- */

/* "Poll" is for a pass that has woken an rcuop. */
static void test_poll_says_that_rcuop_was_woken(void)
{
	g_autoptr(TestMachine) tm = polling_new("");

	TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0),
		    STEP(SLEEP, MS(200)), STEPS(CALL_RCU, 0, 5), STEP(SLEEP, MS(200)),
		    STEP(CALL_RCU, 0));
	test_run_until(tm, MS(800));
	g_assert_cmpint(count(tm, "Poll"), ==, 3);
	g_assert_cmpint(count(tm, "CBSleep"), ==, 3);
	g_assert_cmpint(test_rdp(tm, 1)->nocb_cb_kthread->n_wakeups, ==, 3);
}

/* --- the bypass --- */

/*
 * One call onto the bypass in jiffy @jiffy: flushed by the first pass at least two jiffies later, which is the second
 * pass (J+2 for a call in J) or, from an odd jiffy, the second, too (J+3).
 */
static void test_the_bypass_gets_two_jiffies_old(void)
{
	for (int jiffy = 10; jiffy < 12; jiffy++) {
		g_autoptr(TestMachine) tm = polling_new(", 'nocb_nobypass_lim_per_jiffy': 0");
		const int flushed = jiffy == 10 ? 12 : 14;

		TEST_SCRIPT(tm, "caller", 1, false, MS(4) * jiffy + US(100), STEP(CALL_RCU, 0));
		test_run_until(tm, MS(100));
		g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "newreq"), ==,
				MS(4) * flushed);
		g_assert_cmpint(count(tm, "Bypass"), ==, jiffy == 10 ? 0 : 1);
		g_assert_cmpint(count(tm, "FirstBQwake"), ==, 1);
		g_assert_cmpint(count(tm, "WakeNotPoll"), ==, 1);
	}
}

/* Lazy ones: by the first pass that is more than ten seconds later, without a timer. */
static void test_lazy_ones_get_ten_seconds_old(void)
{
	g_autoptr(TestMachine) tm = polling_new(", 'enable_rcu_lazy': true");

	TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(11000));
	/* first = 10: not in jiffy 2510, but in 2512 */
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "newreq"), ==, MS(4) * 2512);
	g_assert_cmpint(count(tm, "Lazy"), ==, 1250); /* passes in 12, 14, ... 2510 */
	g_assert_cmpint(count(tm, "WakeLazy"), ==, 0);
	g_assert_cmpint(count(tm, "WakeLazyIsDeferred"), ==, 0);
}

/* --- no CPU to look at --- */

static void leave(TestMachine *tm, void *ctx)
{
	tm->rcu->groups[0].head = NULL;
}

/* A group without an offloaded CPU: rcuog sleeps, and its CPU stops its tick. */
static void test_a_group_without_cpus_sleeps(void)
{
	g_autoptr(TestMachine) tm = polling_new("");

	test_at(tm, MS(41), SIM_RANK_ARRIVAL, leave, NULL);
	test_run_until(tm, MS(400));
	g_assert_cmpint(count(tm, "Check"), ==, 5); /* 2, 4, 6, 8, 10 */
	g_assert_cmpint(count(tm, "Sleep"), ==, 1);
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_NOCB_WAKE, 0, "Sleep"), ==, MS(48));
	g_assert_true(rcu_nocb_gp_is_asleep(&tm->rcu->groups[0]));
	g_assert_false(timer_is_pending(&tm->rcu->groups[0].poll_timer));
	g_assert_false(tm->m->cpus[0].tick_on);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/nocb-poll/passes-are-two-jiffies-apart",
			test_passes_are_two_jiffies_apart);
	g_test_add_func("/nocb-poll/a-call-is-seen-by-the-next-pass",
			test_a_call_is_seen_by_the_next_pass);
	g_test_add_func("/nocb-poll/nobody-wakes-rcuog", test_nobody_wakes_rcuog);
	g_test_add_func("/nocb-poll/poll-says-that-rcuop-was-woken",
			test_poll_says_that_rcuop_was_woken);
	g_test_add_func("/nocb-poll/the-bypass-gets-two-jiffies-old",
			test_the_bypass_gets_two_jiffies_old);
	g_test_add_func("/nocb-poll/lazy-ones-get-ten-seconds-old",
			test_lazy_ones_get_ten_seconds_old);
	g_test_add_func("/nocb-poll/a-group-without-cpus-sleeps", test_a_group_without_cpus_sleeps);
	return g_test_run();
}
