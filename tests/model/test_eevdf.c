/*
 * test_eevdf.c - who runs when lags and deadlines decide (machine.wakeup_preempt "eevdf", rcu-behaviour.md 3.10).
 *
 * One CPU without costs, a slice of 700 us. A loop of operations of 100 us with cond_resched() after each begins at 1 ms; its
 * virtual time v counts from there, its first deadline is v = 700 us. Expected ends are worked out by hand.
 */
#include <glib.h>

#include "model/machine.h"

static TestMachine *eevdf_machine(int hz)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 1, 'hz': %d, 'wakeup_preempt': 'eevdf'}",
		hz);

	TEST_SCRIPT(tm, "loop", 0, false, MS(1), STEPS(RESCHED, US(100), 100));
	return tm;
}

/* Woken at 1.35 ms, v = 350 us, with lag 0: the loop is inside its slice and stays until a tick finds its deadline passed. */
static void test_a_wakeup_inside_the_slice_waits_for_the_tick(void)
{
	g_autoptr(TestMachine) tm = eevdf_machine(250);
	struct test_script *b =
		TEST_SCRIPT(tm, "b", 0, false, MS(1) + US(350), STEP(KERNEL, US(10)));

	test_run_until(tm, MS(10));
	g_assert_cmpint(test_end_ns(b, 0), ==,
			MS(4) + US(110)); /* the tick is in the operation that ends at 4.1 ms */
}

/* Woken at 1.95 ms, v = 950 us: the deadline is renewed, the wakee's is the same, and who waits goes first. */
static void test_a_wakeup_after_the_deadline_preempts(void)
{
	g_autoptr(TestMachine) tm = eevdf_machine(250);
	struct test_script *b =
		TEST_SCRIPT(tm, "b", 0, false, MS(1) + US(950), STEP(KERNEL, US(10)));

	test_run_until(tm, MS(10));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(2) + US(10));
}

/* The tick of 2 ms has renewed the deadline of the lone loop: a wakeup just after it finds it inside its slice again. */
static void test_a_tick_renews_the_deadline(void)
{
	g_autoptr(TestMachine) tm = eevdf_machine(1000);
	struct test_script *b =
		TEST_SCRIPT(tm, "b", 0, false, MS(2) + US(50), STEP(KERNEL, US(10)));

	test_run_until(tm, MS(10));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(3) + US(110));
}

/*
 * It runs at 2 ms for 10 us and sleeps with v = 960 us beside the loop's 1000: a lag of +20 us, which it still has when it
 * wakes 290 us later. The loop is inside its slice, but not eligible beside it.
 */
static void test_a_positive_lag_preempts(void)
{
	g_autoptr(TestMachine) tm = eevdf_machine(250);
	struct test_script *b =
		TEST_SCRIPT(tm, "b", 0, false, MS(1) + US(950), STEP(KERNEL, US(10)),
			    STEP(SLEEP, US(290)), STEP(KERNEL, US(10)));

	test_run_until(tm, MS(2) + US(15));
	g_assert_cmpint(b->task->vlag, ==, US(20));
	g_assert_false(b->task->delayed);
	test_run_until(tm, MS(10));
	g_assert_cmpint(test_end_ns(b, test_n_ends(b) - 1), ==, MS(2) + US(320));
}

/*
 * It runs for 200 us and sleeps with v = 1150 us beside the loop's 1000, a lag of -75 us: it stays in the competition. The
 * tick finds two, and asks the loop to leave; what is picked then is gone, with lag 0.
 */
static void test_who_sleeps_with_a_negative_lag_is_delayed(void)
{
	g_autoptr(TestMachine) tm = eevdf_machine(250);
	struct test_script *b = TEST_SCRIPT(tm, "b", 0, false, MS(1) + US(950),
					    STEP(KERNEL, US(200)), STEP(SLEEP, MS(10)));
	int64_t n_switches;

	test_run_until(tm, MS(2) + US(250));
	g_assert_true(b->task->delayed && b->task->on_rq);
	n_switches = tm->m->cpus[0].n_switches;
	test_run_until(tm, MS(4) + US(150));
	g_assert_false(b->task->delayed || b->task->on_rq);
	g_assert_cmpint(b->task->vlag, ==, 0);
	g_assert_cmpint(tm->m->cpus[0].n_switches, ==, n_switches); /* the loop was picked again */
}

/*
 * Woken at 2.6 ms while it is delayed: its lag is judged by the loop's v of its last update, 1000 us at 2.2 ms, and still
 * negative: it keeps its place, v = 1150 us. The loop's v is 1400 us by now: it is not eligible, and leaves at 2.7 ms.
 */
static void test_a_delayed_task_keeps_its_place(void)
{
	g_autoptr(TestMachine) tm = eevdf_machine(250);
	struct test_script *b =
		TEST_SCRIPT(tm, "b", 0, false, MS(1) + US(950), STEP(KERNEL, US(200)),
			    STEP(SLEEP, US(400)), STEP(KERNEL, US(10)));

	test_run_until(tm, MS(2) + US(595));
	g_assert_true(b->task->delayed);
	test_run_until(tm, MS(2) + US(605));
	g_assert_cmpint(b->task->vlag, ==, -US(75));
	test_run_until(tm, MS(10));
	g_assert_cmpint(test_end_ns(b, test_n_ends(b) - 1), ==, MS(2) + US(710));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/eevdf/a-wakeup-inside-the-slice-waits-for-the-tick",
			test_a_wakeup_inside_the_slice_waits_for_the_tick);
	g_test_add_func("/eevdf/a-wakeup-after-the-deadline-preempts",
			test_a_wakeup_after_the_deadline_preempts);
	g_test_add_func("/eevdf/a-tick-renews-the-deadline", test_a_tick_renews_the_deadline);
	g_test_add_func("/eevdf/a-positive-lag-preempts", test_a_positive_lag_preempts);
	g_test_add_func("/eevdf/a-negative-lag-is-delayed",
			test_who_sleeps_with_a_negative_lag_is_delayed);
	g_test_add_func("/eevdf/a-delayed-task-keeps-its-place",
			test_a_delayed_task_keeps_its_place);
	return g_test_run();
}
