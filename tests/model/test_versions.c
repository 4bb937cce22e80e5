/*
 * test_versions.c - the switches of rcu-behaviour.md 0.2, one by one: the smallest machine on which Linux 6.1, 6.12 and
 * 7.0 differ by them, and what the reference derives for each.
 *
 *   switch  column of rcu/version.c                       test that shows the difference
 *   V1      has_lazy                                      here; "not in 6.1" is refused: unit/test_scenario.c
 *   V2      -  values of the levels; what is asked for is their order, /trap/10 (6.1 has no LAZY between them)
 *   V3      wake_after_flush                              here
 *   V4      wake_ends_gp_wait                             here; /trap/11; /timeline/16.2/flood-6.1-*
 *   V5      overload_wakes, overload_tests_leaders_timer  here
 *   V6      lazy_asks_leader                              here, by the switch alone: it is 6.2 to 6.11
 *   V7      only_online_wakes                             here
 *   V8      batch_limit_counts_all                        here, /trap/14
 *   V9      rcuc_time_limit                               here
 *   V10     fqs_resched_under_lock                        test_nohz_full.c, /version/v10
 *   V11     fqs_needs_gp                                  here
 *   V12     sr_normal, sr_normal_auto                     test_synchronize.c, /synchronize/v12
 *   V13     barrier_wakes_rcuog                           test_barrier.c, /barrier/v13
 *   V14     toggles_offline_cpus                          test_offload.c; the refusal of 6.1: unit/test_scenario.c
 *   V15     nohz_full_patience_delay                      test_nohz_full.c, /pending/patience/v15
 *   V16     exp_kthread_worker                            test_expedited.c, /expedited/v16
 *   V17     -  equal: from about 7.3 only. That callbacks are not released: /trap/16
 *   V18     -  where it lives; what differs between the three are kvfree_*, double_check_cb_time: test_kvfree.c,
 *              test_batches.c. Sheaves (6.18) are not modelled
 *   V19     -  a name: neither event is emitted; both are read and printed, unit/test_ftrace.c
 *   V20     -  how rcu_nocb_poll is parsed; the word alone turns polling on in all: unit/test_set.c
 *   V21     -  equal but under PREEMPT_LAZY, which is no choice of machine.preempt
 *
 * Machines without costs, J is jiffy 10; timelines are written as timeline.h says.
 */
#include <string.h>

#include "model/machine.h"
#include "model/timeline.h"

static const char *const kernels[] = { "6.12", "6.1", "7.0" };

/* What @tm traces from jiffy 10 on must be @expected; takes @tm. */
static void check_timeline(TestMachine *tm, const char *expected)
{
	struct timeline line;

	test_machine_trace(tm);
	test_run_until(tm, 60 * tm->m->tick_ns);
	line = timeline_of(tm, 10, true);
	assert_timeline(&line, expected);
	timeline_clear(&line);
	test_machine_free(tm);
}

/* --- where they do not differ --- */

/* 16.1 uses no switch: one call, and nobody wakes rcuog meanwhile. */
static void test_one_call_is_the_same(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kernels); i++) {
		TestMachine *tm = test_machine_new_free(
			RCUSIM_FLAG_REFERENCE,
			"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '%s', 'rcu_nocbs': '1'}",
			kernels[i]);

		TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
		check_timeline(tm, "J+0 nocb FirstQ\n"
				   "J+0 nocb DoWake\n"
				   "J+0 nocb WakeEmpty\n"
				   "J+0 nocb EndSleep\n"
				   "J+0 nocb Check\n"
				   "J+0 gp newreq 0\n"
				   "J+0 nocb NeedWaitGP\n"
				   "J+0 gp start 1\n"
				   "J+2 gp fqsstart 1\n"
				   "J+2 gp end 1\n"
				   "J+2 nocb Check\n"
				   "J+2 nocb Sleep\n"
				   "J+2 batch_start CBs=1 bl=10\n"
				   "J+2 batch_end 1\n"
				   "J+2 nocb CBSleep\n");
	}
}

/* --- V1 --- */

/* The same call, with enable_rcu_lazy: 6.12 and 7.0 put it off. 6.1 has no such parameter: tests/unit/test_scenario.c. */
static void test_lazy_callbacks_came_with_6_2(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kernels); i++) {
		const bool has_lazy = strcmp(kernels[i], "6.1") != 0;
		TestMachine *tm = test_machine_new_free(
			RCUSIM_FLAG_REFERENCE,
			"'machine': {'cpus': 2, 'hz': 250}, "
			"'rcu': {'kernel': '%s', 'rcu_nocbs': '1', 'enable_rcu_lazy': %s}",
			kernels[i], has_lazy ? "true" : "false");

		g_assert_true(tm->rcu->version->has_lazy == has_lazy);
		g_assert_true(tm->rcu->lazy == has_lazy);
		TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
		if (has_lazy)
			check_timeline(tm, "J+0 nocb FirstBQ\n"
					   "J+0 nocb FirstBQwake\n"
					   "J+0 nocb WakeLazy\n");
		else
			test_machine_free(tm);
	}
}

/* --- V3 --- */

/*
 * Every call goes to the bypass, one in J and one in J+1. The first is too young for the pass that it wakes, which arms
 * the timer for T(J+3) and sleeps with nothing pending. The second flushes the first onto the empty list.
 */
static TestMachine *flush_new(const char *kernel)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '%s', 'rcu_nocbs': '1', "
		"'nocb_nobypass_lim_per_jiffy': 0}",
		kernel);

	TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0), STEP(SLEEP, MS(4)),
		    STEP(CALL_RCU, 0));
	return tm;
}

#define FLUSH_START                       \
	"J+0 nocb FirstBQ\n"              \
	"J+0 nocb FirstBQwake\n"          \
	"J+0 nocb DoWake\n"               \
	"J+0 nocb WakeEmpty\n"            \
	"J+0 nocb EndSleep\n"             \
	"J+0 nocb Check\n"                \
	"J+0 nocb Bypass\n"               \
	"J+0 nocb WakeBypassIsDeferred\n" \
	"J+0 nocb Sleep\n"

/* 6.12: the wake decision finds the list was empty, and wakes rcuog: g1 starts in J+1, g2 carries the second call. */
static void check_flush_wakes_rcuog(const char *kernel)
{
	check_timeline(flush_new(kernel), FLUSH_START "J+1 nocb DoWake\n"
						      "J+1 nocb WakeEmpty\n"
						      "J+1 nocb EndSleep\n"
						      "J+1 nocb Check\n"
						      "J+1 nocb Bypass\n"
						      "J+1 gp newreq 0\n"
						      "J+1 nocb NeedWaitGP\n"
						      "J+1 nocb WakeBypassIsDeferred\n"
						      "J+1 gp start 1\n"
						      "J+3 gp fqsstart 1\n"
						      "J+3 gp end 1\n"
						      "J+3 nocb Check\n" /* two jiffies old */
						      "J+3 gp newreq 4\n"
						      "J+3 nocb NeedWaitGP\n"
						      "J+3 gp start 5\n"
						      "J+3 batch_start CBs=2 bl=10\n"
						      "J+3 batch_end 1\n"
						      "J+3 nocb CBSleep\n"
						      "J+5 gp fqsstart 5\n"
						      "J+5 gp end 5\n"
						      "J+5 nocb Check\n"
						      "J+5 nocb Sleep\n"
						      "J+5 batch_start CBs=1 bl=10\n"
						      "J+5 batch_end 1\n"
						      "J+5 nocb CBSleep\n");
}

static void test_a_flush_wakes_rcuog_since_6_2(void)
{
	check_flush_wakes_rcuog("6.12");
	check_flush_wakes_rcuog("7.0");
}

/* 6.1: nobody hears of it before the timer; by then the second call is old enough, too, and both ride on g1. */
static void test_a_flush_wakes_nobody_in_6_1(void)
{
	check_timeline(flush_new("6.1"), FLUSH_START "J+3 nocb Timer\n"
						     "J+3 nocb DoWake\n"
						     "J+3 nocb DeferredWake\n"
						     "J+3 nocb EndSleep\n"
						     "J+3 nocb Check\n"
						     "J+3 gp newreq 0\n"
						     "J+3 nocb NeedWaitGP\n"
						     "J+3 gp start 1\n"
						     "J+5 gp fqsstart 1\n"
						     "J+5 gp end 1\n"
						     "J+5 nocb Check\n"
						     "J+5 nocb Sleep\n"
						     "J+5 batch_start CBs=2 bl=10\n"
						     "J+5 batch_end 2\n"
						     "J+5 nocb CBSleep\n");
}

/* --- V4 --- */

/*
 * 16.2 with two calls instead of 10000: one goes directly, one to the bypass, before rcuog runs (an idle CPU takes 20 us
 * to wake). At HZ=1000 the first scan is at T(J+4), and the timer at T(J+3) falls into the wait for g1.
 */
static TestMachine *timer_new(const char *kernel)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 1000}, 'rcu': {'kernel': '%s', 'rcu_nocbs': '1', "
		"'nocb_nobypass_lim_per_jiffy': 1}",
		kernel);

	tm->m->costs.idle_wake = US(20);
	return tm;
}

static TestMachine *two_calls_new(const char *kernel)
{
	TestMachine *tm = timer_new(kernel);

	TEST_SCRIPT(tm, "caller", 1, false, MS(10) + US(100), STEPS(CALL_RCU, 0, 2));
	return tm;
}

#define TWO_CALLS_START                   \
	"J+0 nocb FirstQ\n"               \
	"J+0 nocb DoWake\n"               \
	"J+0 nocb WakeEmpty\n"            \
	"J+0 nocb FirstBQ\n"              \
	"J+0 nocb FirstBQnoWake\n"        \
	"J+0 nocb EndSleep\n"             \
	"J+0 nocb Check\n"                \
	"J+0 nocb Bypass\n"               \
	"J+0 gp newreq 0\n"               \
	"J+0 nocb NeedWaitGP\n"           \
	"J+0 nocb WakeBypassIsDeferred\n" \
	"J+0 gp start 1\n"                \
	"J+3 nocb Timer\n"                \
	"J+3 nocb DoWake\n"               \
	"J+3 nocb DeferredWake\n"

/* 6.12: the wait goes on; rcuog flushes at the end of g1, and asks for g2 then. */
static void check_wait_outlasts_a_wakeup(const char *kernel)
{
	check_timeline(two_calls_new(kernel), TWO_CALLS_START "J+4 gp fqsstart 1\n"
							      "J+4 gp end 1\n"
							      "J+4 nocb Check\n"
							      "J+4 gp newreq 4\n"
							      "J+4 nocb NeedWaitGP\n"
							      "J+4 gp start 5\n"
							      "J+4 batch_start CBs=2 bl=10\n"
							      "J+4 batch_end 1\n"
							      "J+4 nocb CBSleep\n"
							      "J+8 gp fqsstart 5\n"
							      "J+8 gp end 5\n"
							      "J+8 nocb Check\n"
							      "J+8 nocb Sleep\n"
							      "J+8 batch_start CBs=1 bl=10\n"
							      "J+8 batch_end 1\n"
							      "J+8 nocb CBSleep\n");
}

static void test_a_wait_outlasts_a_wakeup_since_6_12(void)
{
	check_wait_outlasts_a_wakeup("6.12");
	check_wait_outlasts_a_wakeup("7.0");
}

/*
 * 6.1: the wait ends; the pass flushes (J+3 is two jiffies later), labels the second call with g2 and waits for g1 again.
 * rcuog has taken CPU 0 out of idle, which is a quiescent state (3.3): CPU 0 reports it at T(J+4). The kthread, whose
 * timeout is the same tick, runs 20 us later, and g1 ends without a scan (2.6, the same-tick race). It finds the
 * request for g2, and restarts before rcuog is there.
 */
static void test_a_wakeup_ends_a_wait_in_6_1(void)
{
	check_timeline(two_calls_new("6.1"), TWO_CALLS_START "J+3 nocb Check\n"
							     "J+3 nocb NeedWaitGP\n"
							     "J+4 gp end 1\n"
							     "J+4 gp newreq 4\n"
							     "J+4 gp start 5\n"
							     "J+4 nocb Check\n"
							     "J+4 nocb NeedWaitGP\n"
							     "J+4 batch_start CBs=2 bl=10\n"
							     "J+4 batch_end 1\n"
							     "J+4 nocb CBSleep\n"
							     "J+8 gp fqsstart 5\n"
							     "J+8 gp end 5\n"
							     "J+8 nocb Check\n"
							     "J+8 nocb Sleep\n"
							     "J+8 batch_start CBs=1 bl=10\n"
							     "J+8 batch_end 1\n"
							     "J+8 nocb CBSleep\n");
}

/* Grace periods that end before the second batch of CPU 1 begins. */
static int n_ends_before_second_batch(const TestMachine *tm)
{
	int batch = test_trace_find(tm, 0, TRACE_RCU_BATCH_START, 1, NULL), n = 0;

	batch = test_trace_find(tm, batch + 1, TRACE_RCU_BATCH_START, 1, NULL);
	g_assert_cmpint(batch, >, 0);
	for (int i = -1; (i = test_trace_find(tm, i + 1, TRACE_RCU_GRACE_PERIOD, -1, "end")) >= 0;)
		n += i < batch;
	return n;
}

/*
 * The same with a request by CPU 0, which is not offloaded: its call in J+1 is labelled with g2 when it reports its
 * quiescent state, and the kthread restarts at once in either kernel. A reader on CPU 1 makes g1 last until the timer has
 * fired. 6.12: rcuog comes too late for g2, and the second call takes g3 ("if the GP kthread had already restarted
 * for others: g3"). 6.1: it was labelled with g2 at T(J+3).
 */
static void test_a_wait_that_goes_on_misses_a_grace_period(void)
{
	static const int expected[] = { 3, 2, 3 };

	for (size_t i = 0; i < G_N_ELEMENTS(kernels); i++) {
		g_autoptr(TestMachine) tm = timer_new(kernels[i]);

		test_machine_trace(tm);
		TEST_SCRIPT(tm, "caller", 1, false, MS(10) + US(100), STEPS(CALL_RCU, 0, 2),
			    STEP(READ_LOCK, 0), STEP(READ_UNLOCK, MS(6)));
		TEST_SCRIPT(tm, "other", 0, false, MS(11) + US(100), STEP(CALL_RCU, 0));
		test_run_until(tm, MS(60));
		g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
		g_assert_cmpint(n_ends_before_second_batch(tm), ==, expected[i]);
	}
}

/*
 * The wakeup may be that of a CPU of the group whose list was empty. CPU 1's call of J waits for g1, which lasts until
 * T(J+2); CPU 0's call of J+1 wakes rcuog. 6.12: it stays in NEXT until the end of g1. 6.1: a pass over both CPUs labels it
 * at once, with nothing before it in its list.
 */
static void test_another_cpus_call_ends_a_wait(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kernels); i++) {
		const bool ends = i == 1;
		g_autoptr(TestMachine) tm = test_machine_new_free(
			RCUSIM_FLAG_REFERENCE,
			"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '%s', "
			"'rcu_nocbs': '0-1', 'rcu_nocb_gp_stride': 2}",
			kernels[i]);
		const struct rcu_segcblist *cblist = &test_rdp(tm, 0)->cblist;

		test_machine_trace(tm);
		TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
		TEST_SCRIPT(tm, "other", 0, false, MS(44) + US(100), STEP(CALL_RCU, 0));
		test_run_until(tm, MS(46));
		g_assert_true(rcu_gp_in_progress(tm->rcu));
		g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, -1, "DoWake"), ==, 2);
		g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, -1, "Check"), ==,
				ends ? 4 : 2);
		g_assert_cmpint(cblist->seg[RCU_NEXT_TAIL].n, ==, ends ? 0 : 1);
		g_assert_cmpint(cblist->seg[RCU_WAIT_TAIL].n, ==, ends ? 1 : 0);
	}
}

/* --- V5 --- */

/*
 * Seven calls at one instant, all direct, before rcuog runs; qhimark is 2. Call 1 wakes rcuog and notes a length of 1;
 * call 4 (4 > 1 + 2) finds no timer pending, arms the leader's and notes 4; call 7 (7 > 4 + 2) finds that one. Of 6.1's
 * CPUs only the leader, CPU 0, looks at it: CPU 1 looks at its own, which is never armed.
 */
static void check_overload(const char *kernel, int cpu, int n_deferred)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '%s', 'rcu_nocbs': '0-1', "
		"'nocb_nobypass_lim_per_jiffy': 100, 'qhimark': 2, 'qlowmark': 0, 'rcu_nocb_gp_stride': 2}",
		kernel);

	tm->m->costs.idle_wake = US(20);
	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", cpu, false, MS(40) + US(100), STEPS(CALL_RCU, 0, 7));
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, cpu, "WakeEmpty"), ==, 1);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, cpu, "WakeOvfIsDeferred"), ==,
			n_deferred);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, cpu, "WakeNot"), ==,
			6 - n_deferred);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
}

static void test_the_overload_wakeup_looks_at_a_timer(void)
{
	check_overload("6.12", 0, 1);
	check_overload("6.12", 1, 1);
	check_overload("6.1", 0, 1);
	check_overload("6.1", 1, 2);
}

static void test_a_long_queue_wakes_nobody_in_7_0(void)
{
	check_overload("7.0", 0, 0);
	check_overload("7.0", 1, 0);
}

/* So that direct calls are a run however long the queue is, where the others look at each flood of qhimark. */
static void test_a_long_queue_is_a_run_in_7_0(void)
{
	uint64_t n_events[2];

	for (int mode = 0; mode < 2; mode++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			mode == 0 ? RCUSIM_FLAG_NONE : RCUSIM_FLAG_REFERENCE,
			"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '7.0', 'rcu_nocbs': '1', "
			"'nocb_nobypass_lim_per_jiffy': 1000000, 'qhimark': 2, 'qlowmark': 0}, "
			"'workload': [{'id': 'c', 'kind': 'call-rcu', 'cpus': '1', 'calls': 5000, "
			"'arrive': {'from': '40100us'}}]");

		test_run_until(tm, MS(100));
		g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
		n_events[mode] = rcusim_n_events(tm->sim);
	}
	g_assert_cmpuint(n_events[0] * 10, <, n_events[1]);
}

/* --- V6 --- */

/*
 * test_lazy.c's corner of 6.6: CPU 0, the leader, puts off a lazy wakeup in J, CPU 1 another in J+5. Since 6.12 the second
 * finds the first, and cuts the timer down to T(J+7). From 6.2 to 6.11 it looks at CPU 1's own level, which is never set: the
 * long timeout again. No kernel here is so; their switch is tried by itself.
 */
static void check_second_lazy_request(const char *kernel, bool asks_leader, int64_t timer_jiffy)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'duration': '60s', 'machine': {'cpus': 3, 'hz': 250, 'housekeeping': '2'}, "
		"'rcu': {'kernel': '%s', 'rcu_nocbs': '0-1', 'rcu_nocb_gp_stride': 2, "
		"'enable_rcu_lazy': true}",
		kernel);
	struct rcu_version version = *tm->rcu->version;

	g_assert_true(version.lazy_asks_leader);
	version.lazy_asks_leader = asks_leader;
	tm->rcu->version = &version;
	test_machine_trace(tm);
	TEST_SCRIPT(tm, "first", 0, false, MS(40) + US(100), STEP(CALL_RCU, 0));
	TEST_SCRIPT(tm, "second", 1, false, MS(60) + US(100), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(20000));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_NOCB_WAKE, 0, "Timer"), ==,
			timer_jiffy * MS(4));
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, -1, "WakeLazy"), ==, 2);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
}

static void test_a_second_lazy_request_asks_the_leader(void)
{
	check_second_lazy_request("6.12", true, 17);
	check_second_lazy_request("7.0", true, 17);
	check_second_lazy_request("6.12", false, 2560); /* 15 + 2500, rounded up */
}

/* --- V7 --- */

static void set_online(TestMachine *tm, void *ctx)
{
	struct rcu_data *rdp = test_rdp(tm, 1);

	if (ctx == NULL)
		rdp->mynode->qsmaskinitnext &= ~rdp->grpmask;
	else
		rdp->mynode->qsmaskinitnext |= rdp->grpmask;
}

/* A call while its CPU counts as offline: 6.12 puts the wakeup off, as if interrupts were disabled; the idle loop has it done. */
static void test_an_offline_cpu_puts_the_wakeup_off(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kernels); i++) {
		const bool is_put_off = i == 0;
		g_autoptr(TestMachine) tm = test_machine_new_free(
			RCUSIM_FLAG_REFERENCE,
			"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '%s', 'rcu_nocbs': '1'}",
			kernels[i]);

		test_machine_trace(tm);
		test_at(tm, MS(40) + US(90), SIM_RANK_ARRIVAL, set_online, NULL);
		TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0),
			    STEP(KERNEL, US(20)));
		test_at(tm, MS(40) + US(110), SIM_RANK_ARRIVAL, set_online, tm);
		test_run_until(tm, MS(60));
		g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "WakeEmptyIsDeferred"),
				==, is_put_off);
		g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, -1, "DeferredWake"), ==,
				is_put_off);
		g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "WakeEmpty"), ==,
				!is_put_off);
		/* nobody waits for the timer */
		g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_NOCB_WAKE, -1, "DoWake"), ==,
				MS(40) + US(is_put_off ? 120 : 100));
		g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	}
}

/* --- V8 --- */

/*
 * Eight calls of busy CPU 1 in J are labelled at T(J+1); eight more follow in that grace period, and are not ready when the
 * first are invoked. With blimit 1 and rcu_divisor 1 a batch is half of what waits: of the 8 ready ones 4, 2, 1, 1 in
 * 6.12; of all 16 in 6.1, that is all 8 ready ones. The others then wait alone, and both kernels count the same.
 */
static void check_limits(const char *kernel, const int *bl, size_t n_bl)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_REFERENCE,
				      "'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0'}, "
				      "'rcu': {'kernel': '%s', 'blimit': 1, 'rcu_divisor': 1}",
				      kernel);
	int i = -1;

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "busy", 1, false, MS(40) + US(100), STEPS(CALL_RCU, 0, 8),
		    STEPS(RESCHED, US(100), 60), STEPS(CALL_RCU, 0, 8),
		    STEPS(RESCHED, US(100), 400));
	test_run_until(tm, MS(80));
	for (size_t k = 0; k < n_bl; k++) {
		i = test_trace_find(tm, i + 1, TRACE_RCU_BATCH_START, 1, NULL);
		g_assert_cmpint(test_trace_at(tm, i)->arg[1], ==, bl[k]);
		i = test_trace_find(tm, i + 1, TRACE_RCU_BATCH_END, 1, NULL);
		g_assert_cmpint(test_trace_at(tm, i)->arg[0], ==, bl[k]);
	}
	g_assert_cmpint(test_trace_find(tm, i + 1, TRACE_RCU_BATCH_START, 1, NULL), ==, -1);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
}

static void test_the_batch_limit_counts_what_waits(void)
{
	static const int of_ready[] = { 4, 2, 1, 1, 4, 2, 1, 1 };
	static const int of_all[] = { 8, 4, 2, 1, 1 };

	check_limits("6.12", of_ready, G_N_ELEMENTS(of_ready));
	check_limits("7.0", of_ready, G_N_ELEMENTS(of_ready));
	check_limits("6.1", of_all, G_N_ELEMENTS(of_all));
}

/*
 * rcuop prints a limit that it never applies: the first batch of 16.2 has 64 of 10000 callbacks. 64 >> 7 is below blimit,
 * 10000 >> 7 is 78; with runs, 6.1 must know how long the bypass is.
 */
static void check_printed_limit(const char *kernel, RcuSimFlags flags, int64_t bl)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		flags,
		"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '%s', 'rcu_nocbs': '1'}, "
		"'record': {'batches': true}, 'workload': [{'id': 'c', 'kind': 'call-rcu', "
		"'cpus': '1', 'calls': 10000, 'arrive': {'from': '40100us'}}]",
		kernel);
	const struct record_batch *first;

	tm->m->costs.call_rcu_bypass = 50;
	tm->m->costs.idle_wake = US(20);
	test_run_until(tm, MS(100));
	first = &g_array_index(tm->sim->batches, struct record_batch, 0);
	g_assert_cmpint(first->n_callbacks, ==, 64);
	g_assert_cmpint(first->blimit, ==, bl);
}

static void test_rcuop_prints_the_limit(void)
{
	check_printed_limit("6.12", RCUSIM_FLAG_NONE, 10);
	check_printed_limit("6.12", RCUSIM_FLAG_REFERENCE, 10);
	check_printed_limit("7.0", RCUSIM_FLAG_NONE, 10);
	check_printed_limit("6.1", RCUSIM_FLAG_NONE, 78);
	check_printed_limit("6.1", RCUSIM_FLAG_REFERENCE, 78);
}

/* --- V9 --- */

/*
 * 10000 callbacks of 1 us, ready together, rcuc, and a limit of 101, which asks for a time limit of 3 ms: looked at after
 * each 32nd callback it stops batches after 94 * 32. 6.1 invokes all that is ready in one.
 */
static void check_rcuc_batches(const char *kernel, const int *sizes, size_t n)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'housekeeping': '0'}, 'rcu': {'kernel': '%s', 'use_softirq': false, "
		"'blimit': 101}, 'workload': [{'id': 'f', 'kind': 'free-loop', 'cpus': '1', "
		"'objects': 10000, 'arrive': {'from': '100us'}}]",
		kernel);
	int place = -1;

	test_machine_trace(tm);
	tm->m->costs.callback_invoke = US(1);
	test_run_until(tm, MS(100));
	for (size_t i = 0; i < n; i++) {
		place = test_trace_find(tm, place + 1, TRACE_RCU_BATCH_END, 1, NULL);
		g_assert_cmpint(test_trace_at(tm, place)->arg[0], ==, sizes[i]);
	}
	g_assert_cmpint(test_trace_find(tm, place + 1, TRACE_RCU_BATCH_END, 1, NULL), ==, -1);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
}

static void test_rcuc_has_a_time_limit(void)
{
	static const int limited[] = { 3008, 3008, 3008, 976 };
	static const int all[] = { 10000 };

	check_rcuc_batches("6.12", limited, G_N_ELEMENTS(limited));
	check_rcuc_batches("7.0", limited, G_N_ELEMENTS(limited));
	check_rcuc_batches("6.1", all, G_N_ELEMENTS(all));
}

/* --- V11 --- */

static void force(TestMachine *tm, void *ctx)
{
	rcu_force_quiescent_state(tm->rcu, NULL);
}

/*
 * Without a grace period 6.12 returns; 6.1 sets the flag and wakes the kthread, which finds nothing to start. The next
 * grace period's start clears all flags: it has no scan before its time. (call_rcu() never gets there, see fidelity.md.)
 */
static void test_forcing_without_a_grace_period(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kernels); i++) {
		g_autoptr(TestMachine) tm = test_machine_new_free(
			RCUSIM_FLAG_REFERENCE,
			"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '%s', 'rcu_nocbs': '1'}",
			kernels[i]);
		int64_t n_wakeups;

		test_machine_trace(tm);
		test_at(tm, MS(20), SIM_RANK_ARRIVAL, force, NULL);
		TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
		test_run_until(tm, MS(19));
		n_wakeups = tm->rcu->gp_kthread->n_wakeups;
		test_run_until(tm, MS(30));
		g_assert_cmpint(tm->rcu->gp_flags, ==, i == 1 ? RCU_GP_FLAG_FQS : 0);
		g_assert_cmpint(tm->rcu->gp_kthread->n_wakeups - n_wakeups, ==, i == 1 ? 1 : 0);
		g_assert_false(rcu_gp_in_progress(tm->rcu));
		test_run_until(tm, MS(60));
		g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "fqsstart"), ==,
				MS(48)); /* T(J+2) */
		g_assert_cmpint(tm->rcu->gp_flags, ==, 0);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/versions/one-call-is-the-same", test_one_call_is_the_same);
	g_test_add_func("/versions/V1/lazy-callbacks-came-with-6.2",
			test_lazy_callbacks_came_with_6_2);
	g_test_add_func("/versions/V3/a-flush-wakes-rcuog-since-6.2",
			test_a_flush_wakes_rcuog_since_6_2);
	g_test_add_func("/versions/V3/a-flush-wakes-nobody-in-6.1",
			test_a_flush_wakes_nobody_in_6_1);
	g_test_add_func("/versions/V4/a-wait-outlasts-a-wakeup-since-6.12",
			test_a_wait_outlasts_a_wakeup_since_6_12);
	g_test_add_func("/versions/V4/a-wakeup-ends-a-wait-in-6.1",
			test_a_wakeup_ends_a_wait_in_6_1);
	g_test_add_func("/trap/17/V4/a-wait-that-goes-on-misses-a-grace-period",
			test_a_wait_that_goes_on_misses_a_grace_period);
	g_test_add_func("/versions/V4/another-cpus-call-ends-a-wait",
			test_another_cpus_call_ends_a_wait);
	g_test_add_func("/versions/V5/the-overload-wakeup-looks-at-a-timer",
			test_the_overload_wakeup_looks_at_a_timer);
	g_test_add_func("/versions/V5/a-long-queue-wakes-nobody-in-7.0",
			test_a_long_queue_wakes_nobody_in_7_0);
	g_test_add_func("/versions/V5/a-long-queue-is-a-run-in-7.0",
			test_a_long_queue_is_a_run_in_7_0);
	g_test_add_func("/versions/V6/a-second-lazy-request-asks-the-leader",
			test_a_second_lazy_request_asks_the_leader);
	g_test_add_func("/versions/V7/an-offline-cpu-puts-the-wakeup-off",
			test_an_offline_cpu_puts_the_wakeup_off);
	g_test_add_func("/trap/14/V8/the-batch-limit-counts-what-waits",
			test_the_batch_limit_counts_what_waits);
	g_test_add_func("/versions/V8/rcuop-prints-the-limit", test_rcuop_prints_the_limit);
	g_test_add_func("/versions/V9/rcuc-has-a-time-limit", test_rcuc_has_a_time_limit);
	g_test_add_func("/versions/V11/forcing-without-a-grace-period",
			test_forcing_without_a_grace_period);
	return g_test_run();
}
