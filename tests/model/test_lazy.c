/*
 * test_lazy.c - lazy callbacks: who puts them off, and all that flushes them (rcu-behaviour.md 6.3, 6.4, 6.6, 6.8, 6.11).
 *
 * Machines without costs, HZ 250, J is jiffy 10; timelines are written as timeline.h says. Ten seconds are 2500 jiffies;
 * a timer of that distance is rounded up to the next multiple of 64: armed in J it fires in jiffy 2560, J+2550.
 */
#include "machine/timer.h"
#include "model/machine.h"
#include "model/timeline.h"

#define J_NS MS(40)

/* Two CPUs, CPU 1 offloaded; @rcu: more of that section. */
static TestMachine *lazy_new(const char *rcu)
{
	return test_machine_new_free(RCUSIM_FLAG_REFERENCE,
				     "'duration': '60s', 'machine': {'cpus': 2, 'hz': 250}, "
				     "'rcu': {'rcu_nocbs': '1', 'enable_rcu_lazy': true%s}",
				     rcu);
}

/* A group of CPUs 0 and 1; all kthreads run on CPU 2. */
static TestMachine *group_new(void)
{
	return test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'duration': '60s', 'machine': {'cpus': 3, 'hz': 250, 'housekeeping': '2'}, "
		"'rcu': {'rcu_nocbs': '0-1', 'rcu_nocb_gp_stride': 2, 'enable_rcu_lazy': true}");
}

/* What @tm traces from jiffy 10 to T(J + @jiffies) must be @expected; takes @tm. */
static void check_timeline(TestMachine *tm, int64_t jiffies, const char *expected)
{
	struct timeline line;

	test_machine_trace(tm);
	test_run_until(tm, J_NS + jiffies * tm->m->tick_ns);
	line = timeline_of(tm, 10, true);
	assert_timeline(&line, expected);
	timeline_clear(&line);
	test_machine_free(tm);
}

#define FIRST_LAZY               \
	"J+0 nocb FirstBQ\n"     \
	"J+0 nocb FirstBQwake\n" \
	"J+0 nocb WakeLazy\n"

/* rcuog wakes in jiffy @j, labels what it finds, and has it invoked two jiffies later, in @j2: @n callbacks. */
#define WOKEN_PASS(j, j2, n)                                                               \
	j " nocb EndSleep\n" j " nocb Check\n" j " gp newreq 0\n" j " nocb NeedWaitGP\n" j \
	  " gp start 1\n" j2 " gp fqsstart 1\n" j2 " gp end 1\n" j2 " nocb Check\n" j2     \
	  " nocb Sleep\n" j2 " batch_start CBs=" n " bl=10\n" j2 " batch_end " n "\n" j2   \
	  " nocb CBSleep\n"

#define TIMER(j) j " nocb Timer\n" j " nocb DoWake\n" j " nocb DeferredWake\n"

/* --- what flushes them --- */

/* Nobody: the timer. The second call of the same CPU is silent. */
static void test_they_wait_for_the_timer(void)
{
	TestMachine *tm = lazy_new("");

	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEP(CALL_RCU, 0), STEP(SLEEP, MS(400)),
		    STEP(CALL_RCU, 0));
	check_timeline(tm, 2600, FIRST_LAZY TIMER("J+2550") WOKEN_PASS("J+2550", "J+2552", "2"));
}

/*
 * The CPU's next call after the timeout: not in jiffy J + 2500, but in J + 2501, before the late timer. A lazy one goes
 * with what it flushes, and as the list was empty rcuog is woken now.
 */
static void test_the_next_call_after_the_timeout_flushes(void)
{
	TestMachine *early = lazy_new(""), *late = lazy_new("");

	TEST_SCRIPT(early, "caller", 1, false, J_NS + US(100), STEP(CALL_RCU, 0),
		    STEP(SLEEP, MS(10000)), STEP(CALL_RCU, 0));
	TEST_SCRIPT(late, "caller", 1, false, J_NS + US(100), STEP(CALL_RCU, 0),
		    STEP(SLEEP, MS(10004)), STEP(CALL_RCU, 0));
	check_timeline(early, 2600, FIRST_LAZY TIMER("J+2550") WOKEN_PASS("J+2550", "J+2552", "2"));
	check_timeline(late, 2600,
		       FIRST_LAZY "J+2501 nocb DoWake\n"
				  "J+2501 nocb WakeEmpty\n" WOKEN_PASS("J+2501", "J+2503", "2"));
}

/* A call that hurries, at a low rate: it goes directly, and takes all of the bypass along; the timer is off. */
static void test_a_direct_call_flushes(void)
{
	TestMachine *tm = lazy_new("");

	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEPS(CALL_RCU, 0, 3),
		    STEP(SLEEP, MS(100)), STEP(HURRY, 0));
	check_timeline(tm, 2600,
		       FIRST_LAZY "J+25 nocb FirstQ\n"
				  "J+25 nocb DoWake\n"
				  "J+25 nocb WakeEmpty\n" WOKEN_PASS("J+25", "J+27", "4"));
}

/* One that hurries onto an old bypass of lazy ones: it is no longer lazy, and rcuog flushes it at once. */
static void test_a_hurry_on_the_bypass_wakes(void)
{
	TestMachine *tm = lazy_new(", 'nocb_nobypass_lim_per_jiffy': 0");

	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEP(CALL_RCU, 0), STEP(SLEEP, MS(100)),
		    STEP(HURRY, 0));
	check_timeline(tm, 2600,
		       FIRST_LAZY "J+25 nocb FirstBQwake\n"
				  "J+25 nocb DoWake\n"
				  "J+25 nocb WakeEmpty\n" WOKEN_PASS("J+25", "J+27", "2"));
}

/* In the same jiffy: the rule of two jiffies holds now. */
static void test_a_hurry_on_a_young_bypass_waits_two_jiffies(void)
{
	TestMachine *tm = lazy_new(", 'nocb_nobypass_lim_per_jiffy': 0");

	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEP(CALL_RCU, 0), STEP(KERNEL, US(10)),
		    STEP(HURRY, 0));
	check_timeline(tm, 2600,
		       FIRST_LAZY "J+0 nocb FirstBQwake\n"
				  "J+0 nocb DoWake\n"
				  "J+0 nocb WakeEmpty\n"
				  "J+0 nocb EndSleep\n"
				  "J+0 nocb Check\n"
				  "J+0 nocb Bypass\n"
				  "J+0 nocb WakeBypassIsDeferred\n"
				  "J+0 nocb Sleep\n" TIMER("J+3") WOKEN_PASS("J+3", "J+5", "2"));
}

/* While something is pending rcuog need not hear of it. */
static void test_a_hurry_behind_pending_ones_wakes_nobody(void)
{
	g_autoptr(TestMachine) tm = lazy_new(", 'nocb_nobypass_lim_per_jiffy': 1");

	test_machine_trace(tm);
	/* one direct call; a lazy one; the second that hurries is beyond the limit of its jiffy */
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEP(HURRY, 0), STEP(KERNEL, US(10)),
		    STEP(CALL_RCU, 0), STEP(HURRY, 0));
	test_run_until(tm, J_NS + MS(1));
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "FirstBQ"), ==, 1);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "FirstBQwake"), ==, 0);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "FirstBQnoWake"), ==, 2);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "WakeLazy"), ==, 0);
	g_assert_cmpint(test_rdp(tm, 1)->nocb_bypass.n, ==, 2);
	g_assert_cmpint(test_rdp(tm, 1)->lazy_len, ==, 1);
}

/* A bypass of qhimark: the call that finds it so flushes it, itself included. */
static void test_a_long_bypass_is_flushed(void)
{
	TestMachine *tm = lazy_new(", 'qhimark': 20, 'qlowmark': 10");

	tm->m->costs.idle_wake = US(20); /* rcuog runs after them */
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEPS(CALL_RCU, 0, 21));
	check_timeline(tm, 2600,
		       FIRST_LAZY "J+0 nocb DoWake\n"
				  "J+0 nocb WakeEmpty\n" WOKEN_PASS("J+0", "J+2", "21"));
}

static void test_a_bypass_below_qhimark_is_not(void)
{
	TestMachine *tm = lazy_new(", 'qhimark': 20, 'qlowmark': 10");

	tm->m->costs.idle_wake = US(20);
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEPS(CALL_RCU, 0, 20));
	check_timeline(tm, 2600, FIRST_LAZY TIMER("J+2550") WOKEN_PASS("J+2550", "J+2552", "20"));
}

static void set_qhimark(TestMachine *tm, void *ctx)
{
	tm->rcu->config.qhimark = *(const int64_t *)ctx;
}

/* rcuog's own limit is twice that; no CPU lets it come so far, so qhimark shrinks under ten lazy ones here. */
static void test_rcuog_flushes_more_than_twice_qhimark(void)
{
	static const int64_t qhimarks[] = { 4, 5 };

	for (size_t i = 0; i < G_N_ELEMENTS(qhimarks); i++) {
		g_autoptr(TestMachine) tm = group_new();

		TEST_SCRIPT(tm, "lazy", 1, false, J_NS + US(100), STEPS(CALL_RCU, 0, 10));
		test_at(tm, J_NS + MS(12), SIM_RANK_ARRIVAL, set_qhimark, (void *)&qhimarks[i]);
		TEST_SCRIPT(tm, "other", 0, false, J_NS + MS(20) + US(100), STEP(HURRY, 0));
		test_run_until(tm, J_NS + MS(21));
		g_assert_cmpint(test_rdp(tm, 1)->nocb_bypass.n, ==, 10 > 2 * qhimarks[i] ? 0 : 10);
		g_assert_cmpint(test_rdp(tm, 1)->lazy_len, ==, test_rdp(tm, 1)->nocb_bypass.n);
	}
}

/*
 * A grace period of somebody else of the group does not: rcuog sees them in each of its passes, and puts off its wakeup
 * anew, the last time in J+7: 17 + 2500 is rounded up to 2560, too.
 */
static void test_a_grace_period_does_not_flush(void)
{
	TestMachine *tm = group_new();

	TEST_SCRIPT(tm, "lazy", 1, false, J_NS + US(100), STEP(CALL_RCU, 0));
	TEST_SCRIPT(tm, "other", 0, false, J_NS + MS(20) + US(100), STEP(HURRY, 0));
	check_timeline(tm, 2600,
		       FIRST_LAZY
		       "J+5 nocb FirstQ\n"
		       "J+5 nocb DoWake\n"
		       "J+5 nocb WakeEmpty\n"
		       "J+5 nocb EndSleep\n"
		       "J+5 nocb Check\n"
		       "J+5 gp newreq 0\n"
		       "J+5 nocb NeedWaitGP\n"
		       "J+5 nocb Check\n"
		       "J+5 nocb Lazy\n"
		       "J+5 nocb WakeLazyIsDeferred\n"
		       "J+5 gp start 1\n"
		       "J+7 gp fqsstart 1\n"
		       "J+7 gp end 1\n"
		       "J+7 nocb Check\n"
		       "J+7 nocb Check\n"
		       "J+7 nocb Lazy\n"
		       "J+7 nocb WakeLazyIsDeferred\n"
		       "J+7 nocb Sleep\n"
		       "J+7 batch_start CBs=1 bl=10\n"
		       "J+7 batch_end 1\n"
		       "J+7 nocb CBSleep\n" TIMER("J+2550") "J+2550 nocb EndSleep\n"
							    "J+2550 nocb Check\n"
							    "J+2550 nocb Check\n"
							    "J+2550 gp newreq 4\n"
							    "J+2550 nocb NeedWaitGP\n"
							    "J+2550 gp start 5\n"
							    "J+2552 gp fqsstart 5\n"
							    "J+2552 gp end 5\n"
							    "J+2552 nocb Check\n"
							    "J+2552 nocb Check\n"
							    "J+2552 nocb Sleep\n"
							    "J+2552 batch_start CBs=1 bl=10\n"
							    "J+2552 batch_end 1\n"
							    "J+2552 nocb CBSleep\n");
}

/* --- the corner of 6.6 --- */

/*
 * A second CPU of the group puts off a lazy wakeup while one is put off already: the timer is cut down to a jiffy (armed in
 * J+5 it fires in J+7), rcuog finds neither bypass due, and puts it off again.
 */
static void test_a_second_request_shortens_the_timer(void)
{
	TestMachine *tm = group_new();

	TEST_SCRIPT(tm, "first", 0, false, J_NS + US(100), STEP(CALL_RCU, 0));
	TEST_SCRIPT(tm, "second", 1, false, J_NS + MS(20) + US(100), STEP(CALL_RCU, 0));
	check_timeline(tm, 2551,
		       FIRST_LAZY
		       "J+5 nocb FirstBQ\n"
		       "J+5 nocb FirstBQwake\n"
		       "J+5 nocb WakeLazy\n" TIMER(
			       "J+7") "J+7 nocb EndSleep\n"
				      "J+7 nocb Check\n"
				      "J+7 nocb Lazy\n"
				      "J+7 nocb Check\n"
				      "J+7 nocb Lazy\n"
				      "J+7 nocb WakeLazyIsDeferred\n"
				      "J+7 nocb Sleep\n" TIMER("J+2550") "J+2550 nocb EndSleep\n"
									 "J+2550 nocb Check\n"
									 "J+2550 gp newreq 0\n"
									 "J+2550 nocb NeedWaitGP\n"
									 "J+2550 nocb Check\n"
									 "J+2550 nocb NeedWaitGP\n"
									 "J+2550 gp start 1\n");
}

/* --- the shrinker --- */

/* Memory reclaim in J+10: five callbacks are flushed, and rcuog woken; the memory is back two jiffies later. */
static void test_the_shrinker_flushes(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'duration': '60s', 'machine': {'cpus': 2, 'hz': 250}, "
		"'rcu': {'rcu_nocbs': '1', 'enable_rcu_lazy': true}, "
		"'workload': [{'id': 'r', 'kind': 'reclaim', 'cpus': '0', 'arrive': {'from': '80100us'}}]");
	struct timeline line;

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 1, false, J_NS + US(100), STEPS(CALL_RCU, 0, 5));
	test_run_until(tm, MS(80));
	g_assert_cmpint(lazy_rcu_shrink_count(tm->rcu), ==, 5);
	test_run_until(tm, MS(81));
	g_assert_cmpint(lazy_rcu_shrink_count(tm->rcu), ==, 0);
	test_run_until(tm, MS(20000));
	line = timeline_of(tm, 10, true);
	assert_timeline(&line, FIRST_LAZY "J+10 nocb DoWake\n" WOKEN_PASS("J+10", "J+12", "5"));
	timeline_clear(&line);
	g_assert_cmpint(test_metric(tm, "callbacks_lazy"), ==, 5);
	g_assert_cmpint(test_metric(tm, "callbacks_shrunk"), ==, 5);
}

/* It only tries: while the CPU is at its bypass nothing is flushed, but rcuog is woken; it finds them not due. */
static void test_the_shrinker_only_tries(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'duration': '60s', 'machine': {'cpus': 2, 'hz': 250}, "
		"'rcu': {'rcu_nocbs': '1', 'enable_rcu_lazy': true}, "
		"'workload': [{'id': 'r', 'kind': 'reclaim', 'cpus': '0', 'arrive': {'from': '80100us'}}]");
	struct timeline line;

	test_machine_trace(tm);
	TEST_SCRIPT(
		tm, "caller", 1, false, J_NS + US(100), STEPS(CALL_RCU, 0, 5),
		STEP(SLEEP, US(39950)),
		{ .act = TEST_LOCKED, .ns = US(500), .lock = &test_rdp(tm, 1)->nocb_bypass_lock });
	test_run_until(tm, MS(200));
	line = timeline_of(tm, 10, true);
	assert_timeline(&line, FIRST_LAZY "J+10 nocb DoWake\n"
					  "J+10 nocb EndSleep\n"
					  "J+10 nocb Check\n"
					  "J+10 nocb Lazy\n"
					  "J+10 nocb WakeLazyIsDeferred\n"
					  "J+10 nocb Sleep\n");
	timeline_clear(&line);
	g_assert_cmpint(test_metric(tm, "callbacks_shrunk"), ==, 0);
	g_assert_cmpint(lazy_rcu_shrink_count(tm->rcu), ==, 5);
}

/* As often as the workload says, and at no other time. */
static void test_reclaim_comes_back(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'duration': '10s', 'machine': {'cpus': 2, 'hz': 250}, "
		"'rcu': {'rcu_nocbs': '1', 'enable_rcu_lazy': true}, "
		"'workload': [{'id': 'c', 'kind': 'call-rcu', 'cpus': '1', 'calls': 35, 'pause': '100ms', "
		"'arrive': {'from': '50ms'}}, "
		"{'id': 'r', 'kind': 'reclaim', 'cpus': '0', 'calls': 3, 'pause': '1s', 'arrive': {'from': '1s'}}]");

	/* ten by 950 ms, twenty by 1950 ms, thirty by 2950 ms */
	test_run_until(tm, MS(9000));
	g_assert_cmpint(test_metric(tm, "callbacks_lazy"), ==, 35);
	g_assert_cmpint(test_metric(tm, "callbacks_shrunk"), ==, 30);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 5);
}

/* --- who is lazy --- */

static char *metrics_of(RcuSimFlags flags, const char *rcu, const char *nocbs, const char *load)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		flags,
		"'duration': '30s', 'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'rcu_nocbs': '%s'%s}, "
		"'workload': [{'id': 'w', 'cpus': '1', %s}]",
		nocbs, rcu, load);

	test_run_until(tm, MS(30000));
	return test_metrics(tm, NULL);
}

#define LAZY       ", 'enable_rcu_lazy': true"
#define BY_CALL    "'kind': 'free-loop', 'method': 'per-object', 'objects': 5000"
#define BY_HURRY   "'kind': 'free-loop', 'method': 'hurry', 'objects': 5000"
#define AT_A_PACE  "'kind': 'call-rcu', 'calls': 300, 'pause': '1ms'"
#define IN_A_HURRY "'kind': 'call-rcu', 'calls': 300, 'pause': '1ms', 'hurry': true"

static void assert_equal_runs(const char *rcu_a, const char *load_a, const char *rcu_b,
			      const char *load_b, const char *nocbs)
{
	g_autofree char *a = metrics_of(RCUSIM_FLAG_NONE, rcu_a, nocbs, load_a);
	g_autofree char *b = metrics_of(RCUSIM_FLAG_NONE, rcu_b, nocbs, load_b);

	g_assert_cmpstr(a, ==, b);
}

/* queue_rcu_work() hurries: kfree_rcu() has its own batches, of five seconds, and no more than that. */
static void test_kfree_rcu_is_not_lazy(void)
{
	static const char *const load =
		"'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': 5000";

	assert_equal_runs(LAZY, load, "", load, "1");
}

static void test_laziness_is_for_offloaded_cpus(void)
{
	g_autofree char *lazy = metrics_of(RCUSIM_FLAG_NONE, LAZY, "1", BY_CALL);
	g_autofree char *not_lazy = metrics_of(RCUSIM_FLAG_NONE, "", "1", BY_CALL);

	g_assert_cmpstr(lazy, !=, not_lazy);
	assert_equal_runs(LAZY, BY_CALL, "", BY_CALL, "");
	assert_equal_runs(LAZY, AT_A_PACE, "", AT_A_PACE, "");
}

static void test_a_hurry_is_a_call_that_is_not_lazy(void)
{
	assert_equal_runs("", BY_HURRY, "", BY_CALL, "1");
	assert_equal_runs(LAZY, BY_HURRY, "", BY_CALL, "1");
	assert_equal_runs(LAZY, IN_A_HURRY, "", AT_A_PACE, "1");
	assert_equal_runs(LAZY, BY_HURRY, "", BY_CALL, "");
}

/* A flood of lazy ones is a run, jiffy by jiffy, and of those that hurry behind lazy ones, too. */
static void test_floods_are_runs(void)
{
	static const char *const loads[] = { BY_CALL, BY_HURRY };

	for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
		uint64_t n_events[2];
		char *metrics[2];

		for (int mode = 0; mode < 2; mode++) {
			g_autoptr(TestMachine) tm = test_machine_new(
				mode == 0 ? RCUSIM_FLAG_NONE : RCUSIM_FLAG_REFERENCE,
				"'duration': '30s', 'machine': {'cpus': 2, 'hz': 250}, "
				"'rcu': {'rcu_nocbs': '1', 'enable_rcu_lazy': true}, 'workload': ["
				"{'id': 'w', 'cpus': '1', %s, 'arrive': {'from': '1ms'}}, "
				"{'id': 'one', 'cpus': '1', 'kind': 'call-rcu'}]",
				loads[i]);

			test_run_until(tm, MS(29000));
			metrics[mode] = test_metrics(tm, NULL);
			n_events[mode] = rcusim_n_events(tm->sim);
		}
		g_assert_cmpstr(metrics[0], ==, metrics[1]);
		g_assert_cmpuint(n_events[0] * 10, <, n_events[1]);
		g_free(metrics[0]);
		g_free(metrics[1]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lazy/they-wait-for-the-timer", test_they_wait_for_the_timer);
	g_test_add_func("/lazy/the-next-call-after-the-timeout-flushes",
			test_the_next_call_after_the_timeout_flushes);
	g_test_add_func("/lazy/a-direct-call-flushes", test_a_direct_call_flushes);
	g_test_add_func("/lazy/a-hurry-on-the-bypass-wakes", test_a_hurry_on_the_bypass_wakes);
	g_test_add_func("/lazy/a-hurry-on-a-young-bypass-waits-two-jiffies",
			test_a_hurry_on_a_young_bypass_waits_two_jiffies);
	g_test_add_func("/lazy/a-hurry-behind-pending-ones-wakes-nobody",
			test_a_hurry_behind_pending_ones_wakes_nobody);
	g_test_add_func("/lazy/a-long-bypass-is-flushed", test_a_long_bypass_is_flushed);
	g_test_add_func("/lazy/a-bypass-below-qhimark-is-not", test_a_bypass_below_qhimark_is_not);
	g_test_add_func("/lazy/rcuog-flushes-more-than-twice-qhimark",
			test_rcuog_flushes_more_than_twice_qhimark);
	g_test_add_func("/lazy/a-grace-period-does-not-flush", test_a_grace_period_does_not_flush);
	g_test_add_func("/lazy/a-second-request-shortens-the-timer",
			test_a_second_request_shortens_the_timer);
	g_test_add_func("/lazy/shrinker/flushes", test_the_shrinker_flushes);
	g_test_add_func("/lazy/shrinker/only-tries", test_the_shrinker_only_tries);
	g_test_add_func("/lazy/shrinker/comes-back", test_reclaim_comes_back);
	g_test_add_func("/lazy/laziness-is-for-offloaded-cpus",
			test_laziness_is_for_offloaded_cpus);
	g_test_add_func("/lazy/kfree-rcu-is-not-lazy", test_kfree_rcu_is_not_lazy);
	g_test_add_func("/lazy/a-hurry-is-a-call-that-is-not-lazy",
			test_a_hurry_is_a_call_that_is_not_lazy);
	g_test_add_func("/lazy/floods-are-runs", test_floods_are_runs);
	return g_test_run();
}
