/*
 * test_batches.c - rcu_do_batch(): limits, time limit, who stops and who goes on: rcu-behaviour.md 5.4, 5.5, 0.4
 * item 4, and the sizes of 16.3.
 */
#include <glib.h>

#include "model/machine.h"

/* The batches of one CPU, a row each, in order. */
static GArray *batches_of(const TestMachine *tm, int cpu)
{
	GArray *out = g_array_new(false, true, sizeof(struct record_batch));

	for (guint i = 0; i < tm->sim->batches->len; i++) {
		struct record_batch row = g_array_index(tm->sim->batches, struct record_batch, i);

		if (row.cpu != cpu)
			continue;
		for (int64_t k = 0; k < row.n_batches; k++) {
			g_array_append_val(out, row);
			row.start_ns += row.stride_ns;
		}
	}
	return out;
}

static const struct record_batch *batch_at(const GArray *batches, guint i)
{
	g_assert_cmpint(i, <, batches->len);
	return &g_array_index(batches, struct record_batch, i);
}

/* bl = max(blimit, ready >> divisor): what is left of @ready after each batch that runs bl. */
static int64_t naive_bl(int64_t ready, int64_t blimit, int divisor)
{
	return MAX(blimit, ready >> divisor);
}

/* A flood of @n on CPU 1, whose callbacks all become ready together; kthreads stay on CPU 0. */
static TestMachine *flood_new(RcuSimFlags flags, int64_t n, const char *more, const char *nocbs)
{
	return test_machine_new(
		flags,
		"'machine': {'cpus': 2, 'housekeeping': '0'}, 'rcu': {'rcu_nocbs': '%s'},"
		"'record': {'batches': true}, 'workload': [{'id': 'f', 'kind': 'free-loop',"
		"'cpus': '1', 'objects': %" G_GINT64_FORMAT ", 'arrive': {'from': '100us'}}]"
		"%s",
		nocbs, n, more);
}

/* --- a busy CPU: bl, and bl again --- */

/* 16.3: 10000 ready on a busy CPU run as 78, 77, 76, 76, 75 ..., 396 batches in all. */
static void test_a_busy_cpu_stops_at_the_limit(void)
{
	g_autoptr(TestMachine) tm = flood_new(RCUSIM_FLAG_NONE, 10000, "", "");
	g_autoptr(GArray) batches = NULL;
	int64_t ready = 10000;
	guint n = 0;

	TEST_SCRIPT(tm, "busy", 1, false, MS(1), STEPS(RESCHED, US(10), 1000000));
	test_run_until(tm, MS(900));
	batches = batches_of(tm, 1);
	for (; ready > 0; n++) {
		const struct record_batch *batch = batch_at(batches, n);
		const int64_t bl = naive_bl(ready, 10, 7);

		g_assert_cmpint(batch->blimit, ==, bl);
		g_assert_cmpint(batch->n_callbacks, ==, MIN(bl, ready));
		ready -= batch->n_callbacks;
	}
	g_assert_cmpint(n, ==, 396);
	g_assert_cmpint(batches->len, ==, 396);
	g_assert_cmpint(batch_at(batches, 0)->n_callbacks, ==, 78);
	g_assert_cmpint(batch_at(batches, 1)->n_callbacks, ==, 77);
	g_assert_cmpint(batch_at(batches, 4)->n_callbacks, ==, 75);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
}

/* "Up to 10 rounds per softirq run (749 callbacks), then ksoftirqd." */
static GArray *run_busy(TestMachine *tm)
{
	TEST_SCRIPT(tm, "busy", 1, false, MS(1), STEPS(RESCHED, US(10), 1000000));
	test_run_until(tm, MS(900));
	return batches_of(tm, 1);
}

static void check_ten_rounds(const GArray *batches)
{
	int64_t n = 0;

	for (guint i = 0; i < 10; i++) {
		g_assert_cmpstr(batch_at(batches, i)->context, ==, "softirq");
		n += batch_at(batches, i)->n_callbacks;
	}
	g_assert_cmpint(n, ==, 749);
	g_assert_cmpint(batch_at(batches, 9)->start_ns - batch_at(batches, 0)->start_ns, <, US(60));
}

/* ksoftirqd is a task: it preempts a loop that has used up its slice, as any wakeup would. */
static void test_ten_rounds_then_ksoftirqd(void)
{
	g_autoptr(TestMachine) tm = flood_new(RCUSIM_FLAG_NONE, 10000, "", "");
	g_autoptr(GArray) batches = run_busy(tm);

	check_ten_rounds(batches);
	g_assert_cmpstr(batch_at(batches, 10)->context, ==, "ksoftirqd");
	g_assert_cmpint(batch_at(batches, 10)->start_ns - batch_at(batches, 9)->start_ns, <,
			US(50));
}

/*
 * If wakeups never preempt, ksoftirqd waits for the tick to end the loop's slice. That tick runs softirqs, too; with
 * need_resched set exactly one round of them.
 */
static void test_need_resched_allows_one_round(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'housekeeping': '0', 'wakeup_preempt': 'never'},"
		"'record': {'batches': true}, 'workload': [{'id': 'f', 'kind': 'free-loop',"
		"'cpus': '1', 'objects': 10000, 'arrive': {'from': '100us'}}]");
	g_autoptr(GArray) batches = run_busy(tm);
	const int64_t first_ns = batch_at(batches, 0)->start_ns;

	check_ten_rounds(batches);
	g_assert_cmpstr(batch_at(batches, 10)->context, ==, "softirq");
	g_assert_cmpint(batch_at(batches, 10)->start_ns - first_ns, >=, MS(4));
	g_assert_cmpint(batch_at(batches, 10)->start_ns - first_ns, <, MS(4) + US(5));
	g_assert_cmpstr(batch_at(batches, 11)->context, ==, "ksoftirqd");
	g_assert_cmpint(batch_at(batches, 11)->start_ns - first_ns, <, MS(4) + US(50));
}

/* "Only until the jiffy changes" at HZ=250, two jiffies at HZ=1000; rounds of 10 callbacks of 0.1 ms each. */
static void check_rounds_in_time(int hz, guint n_rounds)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'housekeeping': '0', 'hz': %d, 'wakeup_preempt': 'never'},"
		"'record': {'batches': true}, 'costs_ns': {'kmem_cache_free': 70000},"
		"'workload': [{'id': 'f', 'kind': 'free-loop', 'cpus': '1', 'objects': 1000}]",
		hz);
	g_autoptr(GArray) batches = run_busy(tm);

	for (guint i = 0; i < n_rounds; i++) {
		g_assert_cmpint(batch_at(batches, i)->n_callbacks, ==, 10);
		g_assert_cmpstr(batch_at(batches, i)->context, ==, "softirq");
		g_assert_cmpint(batch_at(batches, i)->start_ns - batch_at(batches, 0)->start_ns, <,
				US(710) * (i + 1));
	}
	/* the next one is another interrupt's, or ksoftirqd's */
	g_assert_cmpint(batch_at(batches, n_rounds)->start_ns -
				batch_at(batches, n_rounds - 1)->start_ns,
			>, US(720));
}

static void test_rounds_end_with_the_jiffy(void)
{
	check_rounds_in_time(250, 6);  /* the sixth ends after 4.2 ms */
	check_rounds_in_time(1000, 3); /* the third after 2.1 ms */
}

/* The divisor and blimit are what they say. */
static void test_the_limit_is_configured(void)
{
	static const struct {
		int blimit, divisor;
	} table[] = { { 10, 3 }, { 10, 0 }, { 1, 20 }, { 500, 7 }, { 33, 62 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE,
			"'machine': {'cpus': 2, 'housekeeping': '0'}, 'duration': '10s',"
			"'rcu': {'blimit': %d, 'rcu_divisor': %d},"
			"'record': {'batches': true}, 'workload': [{'id': 'f', 'kind': 'free-loop',"
			"'cpus': '1', 'objects': 1000}]",
			table[i].blimit, table[i].divisor);
		g_autoptr(GArray) batches = NULL;
		int64_t ready = 1000;

		TEST_SCRIPT(tm, "busy", 1, false, MS(1), STEPS(RESCHED, US(10), 1000000));
		test_run_until(tm, MS(3000));
		batches = batches_of(tm, 1);
		for (guint k = 0; k < batches->len; k++) {
			const int64_t bl = naive_bl(ready, table[i].blimit, table[i].divisor);

			g_assert_cmpint(batch_at(batches, k)->blimit, ==, bl);
			g_assert_cmpint(batch_at(batches, k)->n_callbacks, ==, MIN(bl, ready));
			ready -= batch_at(batches, k)->n_callbacks;
		}
		g_assert_cmpint(ready, ==, 0);
	}
}

/* --- an idle CPU --- */

/* As flood_new(), with qhimark out of reach, callbacks of 1.02 us each, and CPU 1 idle after its flood. */
static TestMachine *idle_flood_new(int64_t n, const char *rcu)
{
	return test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'housekeeping': '0'}, 'rcu': {'qhimark': 1000000 %s},"
		"'costs_ns': {'kmem_cache_free': 1000, 'callback_invoke': 20},"
		"'record': {'batches': true}, 'workload': [{'id': 'f', 'kind': 'free-loop',"
		"'cpus': '1', 'objects': %" G_GINT64_FORMAT "}]",
		rcu, n);
}

/* "An idle CPU drains everything in one batch, and with bl <= 100 without time limit": here for 13 ms. */
static void test_an_idle_cpu_drains_everything(void)
{
	g_autoptr(TestMachine) tm = idle_flood_new(12927, "");
	g_autoptr(GArray) batches = NULL;

	test_run_until(tm, MS(100));
	batches = batches_of(tm, 1);
	g_assert_cmpint(batches->len, ==, 1);
	g_assert_cmpint(batch_at(batches, 0)->n_callbacks, ==, 12927);
	g_assert_cmpint(batch_at(batches, 0)->blimit, ==, 100);
}

/* One more, and bl is 101: 3 ms, looked at every 32 callbacks; then the rest, without limit again. */
static void check_time_limit(const char *rcu, int64_t limit_ns)
{
	g_autoptr(TestMachine) tm = idle_flood_new(12928, rcu);
	g_autoptr(GArray) batches = NULL;
	int64_t n = 32;

	while (n * 1020 < limit_ns)
		n += 32;
	test_run_until(tm, MS(100));
	batches = batches_of(tm, 1);
	g_assert_cmpint(batch_at(batches, 0)->blimit, ==, 101);
	g_assert_cmpint(batch_at(batches, 0)->n_callbacks, ==, n);
	g_assert_cmpint(batch_at(batches, 1)->blimit, ==, (12928 - n) >> 7);
	g_assert_cmpint(batch_at(batches, 1)->n_callbacks, ==, 12928 - n);
	/* "next round at once" */
	g_assert_cmpint(batch_at(batches, 1)->start_ns - batch_at(batches, 0)->start_ns, <,
			n * 1020 + US(5));
	g_assert_cmpint(batches->len, ==, 2);
}

static void test_the_time_limit_counts_in_32s(void)
{
	check_time_limit("", MS(3));
	check_time_limit(", 'rcu_resched_ns': 2000000", MS(2));
	check_time_limit(", 'rcu_resched_ns': 1", MS(1)); /* at least 1 ms */
	check_time_limit(", 'rcu_resched_ns': 32640", MS(1));
	check_time_limit(", 'rcu_resched_ns': 1044480", 1044480); /* exactly 1024 callbacks */
	check_time_limit(", 'rcu_resched_ns': 1044481", 1044481); /* one ns more: 1056 */
}

/*
 * From idle with need_resched: the same rcu_core() has reported the last quiescent state and so woken rcu_preempt on
 * this CPU. The batch stops at bl, there is no second round, ksoftirqd goes on in steps of bl (5.4 notes).
 */
static void test_from_idle_with_need_resched(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 1, 'idle_wakeup_order': 'first-first'}, "
				  "'record': {'batches': true}");
	g_autoptr(GArray) batches = NULL;
	int64_t n = 0;

	/* the second group needs a second grace period, which is over when the first group is invoked */
	TEST_SCRIPT(tm, "flood", 0, false, US(100), STEPS(CALL_RCU, 20, 5511), STEP(SLEEP, MS(5)),
		    STEPS(CALL_RCU, 20, 60));
	test_run_until(tm, MS(100));
	batches = batches_of(tm, 0);
	g_assert_cmpint(batch_at(batches, 0)->n_callbacks, ==, 43);
	g_assert_cmpint(batch_at(batches, 0)->blimit, ==, 43);
	g_assert_cmpstr(batch_at(batches, 0)->context, ==, "softirq");
	for (guint i = 1; i < batches->len; i++) {
		g_assert_cmpstr(batch_at(batches, i)->context, ==, "ksoftirqd");
		if (i + 1 < batches->len)
			g_assert_cmpint(batch_at(batches, i)->n_callbacks, ==,
					batch_at(batches, i)->blimit);
		n += batch_at(batches, i)->n_callbacks;
	}
	g_assert_cmpint(n, ==, 5511 + 60 - 43);
}

/* --- floods: 5.2, 5.5 --- */

/* Without a grace period in progress call 10001 asks for one, now; the limit is not raised. */
static void test_call_10001_asks_for_a_grace_period(void)
{
	for (int n = 10000; n <= 10001; n++) {
		g_autoptr(TestMachine) tm = flood_new(RCUSIM_FLAG_NONE, n, "", "");

		test_run_until(tm, MS(2));
		g_assert_cmpint(test_metric(tm, "callbacks"), ==, n);
		g_assert_true(rcu_gp_in_progress(tm->rcu) == (n > 10000));
		g_assert_cmpint(test_rdp(tm, 1)->blimit, ==, 10);
		g_assert_cmpint(test_rdp(tm, 1)->qlen_last_fqs_check, ==, 0);
	}
}

/* A grace period in progress for CPU 0, so that a flood on CPU 1 finds it. */
static TestMachine *flood_during_gp_new(int64_t n, const char *rcu, const char *more)
{
	TestMachine *tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'housekeeping': '0'}, 'rcu': {'rcu_nocbs': '0' %s},"
		"'record': {'batches': true}, 'workload': [{'id': 'f', 'kind': 'free-loop',"
		"'cpus': '1', 'objects': %" G_GINT64_FORMAT ", 'arrive': {'from': '500us'}}] %s",
		rcu, n, more);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 0, false, US(100), STEP(CALL_RCU, 100));
	return tm;
}

/* During one it raises the limit, forces a scan, and notes the length; the next such step is 10001 later. */
static void test_a_flood_raises_the_limit(void)
{
	g_autoptr(TestMachine) none = flood_during_gp_new(10000, "", "");
	g_autoptr(TestMachine) once = flood_during_gp_new(10001, "", "");
	g_autoptr(TestMachine) twice = flood_during_gp_new(20002, "", "");

	test_run_until(none, MS(3));
	g_assert_cmpint(test_rdp(none, 1)->blimit, ==, 10);
	g_assert_cmpint(test_trace_count(none, TRACE_RCU_GRACE_PERIOD, -1, "fqsstart"), ==, 0);
	test_run_until(once, MS(3));
	g_assert_cmpint(test_rdp(once, 1)->blimit, ==, 10000);
	g_assert_cmpint(test_rdp(once, 1)->qlen_last_fqs_check, ==, 10001);
	/* long before the first scan's own time */
	g_assert_cmpint(test_trace_count(once, TRACE_RCU_GRACE_PERIOD, -1, "fqsstart"), ==, 1);
	g_assert_cmpint(test_trace_ns(once, TRACE_RCU_GRACE_PERIOD, -1, "fqsstart"), <, MS(2));
	/* "the step at #20002 does not force (n_force_qs has moved)" */
	test_run_until(twice, MS(3));
	g_assert_cmpint(test_rdp(twice, 1)->qlen_last_fqs_check, ==, 20002);
	g_assert_cmpint(test_trace_count(twice, TRACE_RCU_GRACE_PERIOD, -1, "fqsstart"), ==, 1);
	g_assert_cmpint(test_rdp(twice, 1)->n_force_qs_snap, ==, 1);
}

/* With the limit raised bl is 10000 and the time limit applies; at 100 or fewer left it is restored. */
static void test_the_raised_limit_is_restored(void)
{
	g_autoptr(TestMachine) tm =
		flood_during_gp_new(20000, "", ", 'costs_ns': {'kmem_cache_free': 1000}");
	g_autoptr(GArray) batches = NULL;
	int64_t n = 0;

	test_run_until(tm, MS(200));
	batches = batches_of(tm, 1);
	for (guint i = 0; i < batches->len; i++) {
		g_assert_cmpint(batch_at(batches, i)->blimit, ==, 10000);
		n += batch_at(batches, i)->n_callbacks;
		if (i + 1 < batches->len)
			g_assert_cmpint(batch_at(batches, i)->n_callbacks, ==, 2944); /* 92 * 32 */
	}
	g_assert_cmpint(n, ==, 20000);
	g_assert_cmpint(test_rdp(tm, 1)->blimit, ==, 10);
	g_assert_cmpint(test_rdp(tm, 1)->qlen_last_fqs_check, ==, 0);
}

/* qlowmark is what may be left: six batches leave 2336 of 20000. */
static void test_the_limit_is_restored_at_qlowmark(void)
{
	static const struct {
		int qlowmark;
		int64_t blimit;
	} table[] = { { 2335, 10000 }, { 2336, 2336 >> 7 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *rcu = g_strdup_printf(", 'qlowmark': %d", table[i].qlowmark);
		g_autoptr(TestMachine) tm =
			flood_during_gp_new(20000, rcu, ", 'costs_ns': {'kmem_cache_free': 1000}");
		g_autoptr(GArray) batches = NULL;

		test_run_until(tm, MS(200));
		batches = batches_of(tm, 1);
		g_assert_cmpint(batch_at(batches, 5)->blimit, ==, 10000);
		g_assert_cmpint(batch_at(batches, 6)->blimit, ==, table[i].blimit);
	}
}

/* --- rcuop --- */

/* No blimit, no time limit: whatever was extracted, here for 20 ms; the printed bl is max(10, n >> 7). */
static void test_rcuop_runs_all_it_extracted(void)
{
	g_autoptr(TestMachine) tm =
		flood_new(RCUSIM_FLAG_NONE, 20000, ", 'costs_ns': {'kmem_cache_free': 1000}", "1");
	g_autoptr(GArray) batches = NULL;
	int64_t n = 0, longest = 0;

	test_run_until(tm, MS(200));
	batches = batches_of(tm, 1);
	for (guint i = 0; i < batches->len; i++) {
		const struct record_batch *batch = batch_at(batches, i);

		g_assert_cmpstr(batch->context, ==, "rcuop");
		g_assert_cmpint(batch->blimit, ==, naive_bl(batch->n_callbacks, 10, 7));
		n += batch->n_callbacks;
		longest = MAX(longest, batch->n_callbacks);
	}
	g_assert_cmpint(n, ==, 20000);
	g_assert_cmpint(longest, >, 9000);
	g_assert_cmpint(longest, ==, test_metric(tm, "batch_callbacks_max"));
	g_assert_cmpint(batches->len, ==, test_metric(tm, "batches"));
}

/* 16.2: the direct ones first, the bypassed ones with the next grace period. */
static void test_rcuop_runs_64_then_9936(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 4, 'housekeeping': '0,2-3', 'wakeup_preempt': 'never'},"
		"'rcu': {'rcu_nocbs': '1'}, 'record': {'batches': true},"
		"'costs_ns': {'nocb_gp_cpu': 400000},"
		"'workload': [{'id': 'f', 'kind': 'free-loop', 'cpus': '1',"
		"'objects': 10000, 'arrive': {'from': '100us'}}]");
	g_autoptr(GArray) batches = NULL;

	test_run_until(tm, MS(200));
	batches = batches_of(tm, 1);
	g_assert_cmpint(batches->len, ==, 2);
	g_assert_cmpint(batch_at(batches, 0)->n_callbacks + batch_at(batches, 1)->n_callbacks, ==,
			10000);
	g_assert_cmpint(batch_at(batches, 1)->n_callbacks, >=, 9936);
	/* after T(J+2) and T(J+4) */
	g_assert_cmpint(batch_at(batches, 0)->start_ns, >=, MS(8));
	g_assert_cmpint(batch_at(batches, 0)->start_ns, <, MS(9));
	g_assert_cmpint(batch_at(batches, 1)->start_ns, >=, MS(16));
	g_assert_cmpint(batch_at(batches, 1)->start_ns, <, MS(17));
}

/*
 * CONFIG_RCU_DOUBLE_CHECK_CB_TIME: a batch of at most 100 has a time limit, too. 100 callbacks of 0.1 ms on an idle CPU
 * run in one batch without it; with it until a multiple of 32 finds 3 ms over, at the 32nd. 6.1 does not have it.
 */
static void test_short_batches_may_have_a_time_limit(void)
{
	static const struct {
		const char *rcu;
		int64_t first;
	} table[] = { { "'kernel': '6.12'", 100 },
		      { "'kernel': '6.12', 'rcu_double_check_cb_time': true", 32 },
		      { "'kernel': '6.1', 'rcu_double_check_cb_time': true", 100 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE,
			"'machine': {'cpus': 2, 'housekeeping': '1'}, 'rcu': {%s}, 'record':"
			"{'batches': true}, 'costs_ns': {'kmem_cache_free': 100000, 'callback_invoke': 0},"
			"'workload': [{'id': 'f', 'kind': 'free-loop', 'cpus': '0', 'objects': 100,"
			"'arrive': {'from': '100us'}}]",
			table[i].rcu);
		g_autoptr(GArray) batches = NULL;

		test_run_until(tm, MS(200));
		batches = batches_of(tm, 0);
		g_assert_cmpint(batch_at(batches, 0)->n_callbacks, ==, table[i].first);
		g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	}
}

/* A negative rcu_divisor is 7: 5000 >> 7 = 39. */
static void test_a_negative_divisor_is_7(void)
{
	g_autoptr(TestMachine) tm =
		flood_new(RCUSIM_FLAG_NONE, 5000, ", 'costs_ns': {'callback_invoke': 100}", "");
	g_autoptr(GArray) batches = NULL;

	tm->rcu->config.rcu_divisor = -1;
	batches = run_busy(tm);
	g_assert_cmpint(batch_at(batches, 0)->blimit, ==, 39);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/busy/stops-at-the-limit", test_a_busy_cpu_stops_at_the_limit);
	g_test_add_func("/busy/ten-rounds-then-ksoftirqd", test_ten_rounds_then_ksoftirqd);
	g_test_add_func("/busy/the-limit-is-configured", test_the_limit_is_configured);
	g_test_add_func("/busy/need-resched-allows-one-round", test_need_resched_allows_one_round);
	g_test_add_func("/busy/rounds-end-with-the-jiffy", test_rounds_end_with_the_jiffy);
	g_test_add_func("/idle/drains-everything", test_an_idle_cpu_drains_everything);
	g_test_add_func("/idle/the-time-limit-counts-in-32s", test_the_time_limit_counts_in_32s);
	g_test_add_func("/trap/27/idle-with-need-resched", test_from_idle_with_need_resched);
	g_test_add_func("/flood/call-10001-asks-for-a-grace-period",
			test_call_10001_asks_for_a_grace_period);
	g_test_add_func("/flood/raises-the-limit", test_a_flood_raises_the_limit);
	g_test_add_func("/flood/the-raised-limit-is-restored", test_the_raised_limit_is_restored);
	g_test_add_func("/flood/the-limit-is-restored-at-qlowmark",
			test_the_limit_is_restored_at_qlowmark);
	g_test_add_func("/rcuop/runs-all-it-extracted", test_rcuop_runs_all_it_extracted);
	g_test_add_func("/rcuop/runs-64-then-9936", test_rcuop_runs_64_then_9936);
	g_test_add_func("/limit/short-batches-may-have-a-time-limit",
			test_short_batches_may_have_a_time_limit);
	g_test_add_func("/limit/a-negative-divisor-is-7", test_a_negative_divisor_is_7);
	return g_test_run();
}
