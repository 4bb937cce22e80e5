/*
 * test_overload.c - callback overload: rcu-behaviour.md 9.3, and what it changes in 2.6 and 2.8.
 */
#include <glib.h>

#include "model/machine.h"

/* Instants of @text of rcu_grace_period, in ns. */
static GArray *instants(const TestMachine *tm, const char *text)
{
	GArray *out = g_array_new(false, false, sizeof(int64_t));

	for (int i = -1; (i = test_trace_find(tm, i + 1, TRACE_RCU_GRACE_PERIOD, -1, text)) >= 0;)
		g_array_append_val(out, test_trace_at(tm, i)->t_ns);
	return out;
}

static void check_instants(const TestMachine *tm, const char *text, const int64_t *ms, guint n)
{
	g_autoptr(GArray) got = instants(tm, text);

	for (guint i = 0; i < n; i++) {
		g_assert_cmpint(i, <, got->len);
		g_assert_cmpint(g_array_index(got, int64_t, i), ==, MS(ms[i]));
	}
}

static uint64_t overload_mask(TestMachine *tm)
{
	return test_rdp(tm, 0)->mynode->cbovldmask;
}

/*
 * HZ=1000, so that jiffies_till_first_fqs and _next_fqs are 3; two CPUs without costs. A reader is in the kernel of
 * CPU 1 from 0.5 to 62.5 ms, CPU 0 calls 60 times from 1 ms on, 10 us apart, and sleeps.
 */
static TestMachine *held_new(const char *rcu)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'hz': 1000, 'housekeeping': '0'}, 'rcu': {'blimit': 10%s}",
		rcu);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "reader", 1, false, US(500), STEP(READ_LOCK, 0), STEP(KERNEL, MS(62)),
		    STEP(READ_UNLOCK, 0), STEP(KERNEL, MS(100)));
	TEST_SCRIPT(tm, "flood", 0, false, MS(1), STEPS(CALL_RCU, US(10), 60));
	return tm;
}

/*
 * The tick at 2 ms asks for a grace period, a timer of 3 jiffies takes 4: scans at 6, 10, 14 ... With an overload the
 * first scan sees the mark, the second puts it in force, and from then on a wait is (3 + 2) / 3 = 1 jiffy, which
 * takes 2. The holdout is urgent and heavy at the second scan, not 100 and 200 ms later.
 */
static void test_it_acts_one_scan_late(void)
{
	static const int64_t plain[] = { 6, 10, 14, 18, 22 }, hurried[] = { 6, 10, 12, 14, 16 };
	g_autoptr(TestMachine) without = held_new(", 'qovld': 0");
	g_autoptr(TestMachine) with = held_new(", 'qovld': 50");

	test_run_until(without, MS(30));
	check_instants(without, "fqsstart", plain, G_N_ELEMENTS(plain));
	g_assert_false(without->rcu->cbovld);
	g_assert_false(test_rdp(without, 1)->rcu_need_heavy_qs);

	test_run_until(with, MS(6));
	g_assert_true(with->rcu->cbovldnext);
	g_assert_false(with->rcu->cbovld);
	g_assert_false(test_rdp(with, 1)->rcu_need_heavy_qs);
	test_run_until(with, MS(10));
	g_assert_true(with->rcu->cbovld);
	g_assert_true(test_rdp(with, 1)->rcu_need_heavy_qs);
	test_run_until(with, MS(30));
	check_instants(with, "fqsstart", hurried, G_N_ELEMENTS(hurried));
}

static void call_once_more(TestMachine *tm, void *ctx)
{
	const struct rcu_cb cb = mm_cb(tm->mm, &mm_cb_object, 1, 100);
	const struct op_times now = { .first_end_ns = machine_now_ns(tm->m), .period = 1 };

	(void)ctx;
	unfreed_unlink(tm->mm, 1, cb.bytes, &now);
	call_rcu(test_rdp(tm, 0), &cb, NULL, false);
}

/*
 * The next grace period, asked for during the first, begins with two scans at once, of which the second is a recheck;
 * then it waits for one jiffy at a time.
 */
static void test_the_next_grace_period_starts_with_two_scans(void)
{
	g_autoptr(TestMachine) tm = held_new(", 'qovld': 50");
	g_autoptr(GArray) starts = NULL, scans = NULL;
	guint i = 0, at_start = 0;

	/* another 60 in the middle, which need a grace period of their own */
	TEST_SCRIPT(tm, "flood", 0, false, MS(20), STEPS(CALL_RCU, US(10), 60));
	test_run_until(tm, MS(80));
	starts = instants(tm, "start");
	scans = instants(tm, "fqsstart");
	g_assert_cmpint(starts->len, >=, 2);
	for (; i < scans->len; i++)
		at_start += g_array_index(scans, int64_t, i) == g_array_index(starts, int64_t, 1);
	g_assert_cmpint(at_start, ==, 2);
}

/* The call that finds qovld callbacks queued marks the CPU: the 51st of 50, on the list or on the bypass. */
static void check_mark(const char *rcu, int n_calls, uint64_t mask)
{
	for (int reference = 0; reference < 2; reference++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			reference ? RCUSIM_FLAG_REFERENCE : RCUSIM_FLAG_NONE,
			"'machine': {'cpus': 1, 'hz': 24}, 'rcu': {%s}, 'workload': [{'id': 'f',"
			"'kind': 'free-loop', 'cpus': '0', 'objects': %d, 'arrive': {'from': '1ms'}}]",
			rcu, n_calls);

		test_run_until(tm, MS(5));
		g_assert_cmpint(test_rdp(tm, 0)->cblist.len, ==, n_calls);
		g_assert_cmpint(overload_mask(tm), ==, mask);
	}
}

static void test_the_call_that_finds_qovld_marks(void)
{
	check_mark("'qovld': 50", 50, 0);
	check_mark("'qovld': 50", 51, 1);
	check_mark("'qovld': 0", 500, 0);
	check_mark("'qhimark': 200, 'qovld': -1", 400, 0);
	check_mark("'qhimark': 200, 'qovld': -1", 401, 1);
	/* "changing qhimark alone does not move qovld" */
	check_mark("'qhimark': 200", 1000, 0);
	/* every one on the bypass */
	check_mark("'rcu_nocbs': '0', 'nocb_nobypass_lim_per_jiffy': 0, 'qovld': 50", 50, 0);
	check_mark("'rcu_nocbs': '0', 'nocb_nobypass_lim_per_jiffy': 0, 'qovld': 50", 51, 1);
}

static void test_the_default_is_20000(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");

	g_assert_cmpint(tm->rcu->qovld_calc, ==, 20000);
}

/* A call that finds fewer again takes the mark away; so does the end of a grace period. */
static void test_the_mark_goes(void)
{
	g_autoptr(TestMachine) tm = held_new(", 'qovld': 50");

	test_run_until(tm, MS(62));
	g_assert_cmpint(overload_mask(tm), ==, 1);
	test_run_until(tm, MS(80));
	g_assert_cmpint(test_rdp(tm, 0)->cblist.len, ==, 0);
	g_assert_cmpint(overload_mask(tm), ==, 1); /* nobody has looked */
	test_at(tm, MS(81), SIM_RANK_ARRIVAL, call_once_more, NULL);
	test_run_until(tm, MS(81));
	g_assert_cmpint(overload_mask(tm), ==, 0);
}

/* Two floods: the end of the second grace period finds the first one's callbacks gone. */
static void test_cleanup_takes_the_mark_away(void)
{
	g_autoptr(TestMachine) tm = held_new(", 'qovld': 50");

	TEST_SCRIPT(tm, "late", 0, false, MS(20), STEPS(CALL_RCU, US(10), 10));
	test_run_until(tm, MS(62));
	g_assert_cmpint(overload_mask(tm), ==, 1);
	test_run_until(tm, MS(90));
	g_assert_cmpint(tm->rcu->stats.n_grace_periods, ==, 2);
	g_assert_cmpint(overload_mask(tm), ==, 0);
}

/* "It does not change batch limits." */
static void test_batch_limits_stay(void)
{
	g_autoptr(TestMachine) tm = held_new(", 'qovld': 50");

	test_run_until(tm, MS(40));
	g_assert_true(tm->rcu->cbovld);
	g_assert_cmpint(test_rdp(tm, 0)->blimit, ==, 10);
}

/*
 * A flood of 60000 on one of two CPUs, not offloaded (9.3, seen in i2_off b_pervma60k_light): scan 1 of grace period k
 * sees the mask, scan 1 of k + 1 puts it in force and is followed at once by a second one, k + 2 starts with two.
 */
static void test_a_flood_of_60000(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2}, 'costs_ns': {'profile': 'icount-6.12'}, 'workload': [{'id': 'f',"
		"'kind': 'free-loop', 'cpus': '0', 'objects': 60000, 'arrive': {'from': '1ms'}}]");
	g_autoptr(GArray) starts = NULL, scans = NULL;
	int64_t in_force_ns = -1;
	guint n = 0;

	test_machine_trace(tm);
	for (int64_t t_ns = MS(1); t_ns < MS(60) && in_force_ns < 0; t_ns += US(5)) {
		test_run_until(tm, t_ns);
		if (tm->rcu->cbovld)
			in_force_ns = t_ns;
	}
	g_assert_cmpint(in_force_ns, >, 0);
	test_run_until(tm, MS(60));
	starts = instants(tm, "start");
	scans = instants(tm, "fqsstart");
	/* the scan that put it in force is the first of its grace period, and another one follows in 15 us */
	for (n = 0; n < scans->len && g_array_index(scans, int64_t, n) < in_force_ns - US(10); n++)
		;
	g_assert_cmpint(n + 1, <, scans->len);
	g_assert_cmpint(g_array_index(scans, int64_t, n + 1) - g_array_index(scans, int64_t, n), <,
			US(15));
	/* and the next grace period has two within 15 us of its start */
	for (guint k = 0; k < starts->len; k++) {
		const int64_t start_ns = g_array_index(starts, int64_t, k);
		int at_start = 0;

		if (start_ns < in_force_ns)
			continue;
		for (guint i = 0; i < scans->len; i++) {
			const int64_t after_ns = g_array_index(scans, int64_t, i) - start_ns;

			at_start += after_ns >= 0 && after_ns < US(15);
		}
		g_assert_cmpint(at_start, ==, 2);
		break;
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/trap/22/an-overload-acts-one-scan-late", test_it_acts_one_scan_late);
	g_test_add_func("/overload/next-grace-period-starts-with-two-scans",
			test_the_next_grace_period_starts_with_two_scans);
	g_test_add_func("/overload/the-call-that-finds-qovld-marks",
			test_the_call_that_finds_qovld_marks);
	g_test_add_func("/overload/default-is-20000", test_the_default_is_20000);
	g_test_add_func("/overload/the-mark-goes", test_the_mark_goes);
	g_test_add_func("/overload/cleanup-takes-the-mark-away", test_cleanup_takes_the_mark_away);
	g_test_add_func("/overload/batch-limits-stay", test_batch_limits_stay);
	g_test_add_func("/overload/a-flood-of-60000", test_a_flood_of_60000);
	return g_test_run();
}
