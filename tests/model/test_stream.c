/*
 * test_stream.c - CPUs that share one instruction stream: with k of them busy each runs at 1/k of its speed.
 *
 * Expected ends are sums of work: whatever the turns, the stream does 1 ns of work in 1 ns while anybody is busy. With
 * stream_turn_ns they take turns: a round begins at each multiple of it, and halves what is left until the next.
 */
#include <glib.h>

#include "model/machine.h"

#define SHARED "'machine': {'cpus': 2, 'shared_stream': true}"

static struct test_script *work_new(TestMachine *tm, int cpu, int64_t t_ns, int64_t work_ns)
{
	return TEST_SCRIPT(tm, "work", cpu, false, t_ns, STEP(KERNEL, work_ns));
}

static void test_one_busy_cpu_has_all_of_it(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(RCUSIM_FLAG_NONE, SHARED);
	struct test_script *a = work_new(tm, 0, MS(1), US(10));
	struct test_script *b = work_new(tm, 1, MS(2), US(10));

	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(1) + US(10));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(2) + US(10));
}

static void test_two_busy_cpus_have_half_each(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(RCUSIM_FLAG_NONE, SHARED);
	struct test_script *a = work_new(tm, 0, MS(1), US(10));
	struct test_script *b = work_new(tm, 1, MS(1), US(10));

	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(1) + US(20));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(1) + US(20));
}

/* 5 us alone, 10 us for the other half of it beside b, which then has 5 us left for itself. */
static void test_who_comes_later_slows_who_is_there(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(RCUSIM_FLAG_NONE, SHARED);
	struct test_script *a = work_new(tm, 0, MS(1), US(10));
	struct test_script *b = work_new(tm, 1, MS(1) + US(5), US(10));

	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(1) + US(15));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(1) + US(20));
}

static void test_without_the_option_nobody_waits(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct test_script *a = work_new(tm, 0, MS(1), US(10));
	struct test_script *b = work_new(tm, 1, MS(1), US(10));

	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(1) + US(10));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(1) + US(10));
}

/* Sections with interrupts disabled, and waits for a lock, take their share, too: 10 us of work under the lock each. */
static void test_closed_segments_share_it(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(RCUSIM_FLAG_NONE, SHARED);
	struct sim_lock lock = { .name = "test" };
	struct test_script *a = TEST_SCRIPT(tm, "a", 0, false, MS(1),
					    { .act = TEST_LOCKED, .ns = US(10), .lock = &lock });
	struct test_script *b = TEST_SCRIPT(tm, "b", 1, false, MS(1) + US(2),
					    { .act = TEST_LOCKED, .ns = US(10), .lock = &lock });

	test_run_until(tm, MS(3));
	/* 2 us alone, 8 us of work beside the spinning b: 16 us; b then has all of it */
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(1) + US(18));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(1) + US(28));
}

/* A run of 100 operations of 1 us is cut where the other CPU begins and ends, and not lost. */
static void run_of_operations(RcuSimFlags flags)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(flags, SHARED);
	struct test_script *a =
		TEST_SCRIPT(tm, "a", 0, false, MS(1), { .act = TEST_RUN, .ns = US(1), .n = 100 });
	struct test_script *b = work_new(tm, 1, MS(1) + 10500, US(20));

	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(1) + 10500 + US(40));
	g_assert_cmpint(test_n_ends(a), ==, 100);
	g_assert_cmpint(test_end_ns(a, 9), ==, MS(1) + US(10));
	g_assert_cmpint(test_end_ns(a, 10), ==,
			MS(1) + 10500 + US(1)); /* its second half, halved */
	g_assert_cmpint(test_end_ns(a, 99), ==, MS(1) + US(120));
}

static void test_a_run_is_cut_and_goes_on(void)
{
	run_of_operations(RCUSIM_FLAG_NONE);
	run_of_operations(RCUSIM_FLAG_REFERENCE);
}

/* A tick of 5 us on an idle CPU takes 5 us of work that the busy one does not get. */
static void test_a_tick_of_an_idle_cpu_takes_its_share(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'shared_stream': true, 'hz': 1000}");
	struct test_script *b = work_new(tm, 1, MS(1) + US(100), US(10)); /* leaves its tick on */
	struct test_script *a = work_new(tm, 0, MS(1) + US(900), US(200));

	tm->m->costs.tick = 5000;
	test_run_until(tm, MS(3));
	g_assert_cmpint(test_n_ends(b), ==, 1);
	/* at 2 ms both CPUs' ticks: 5 us each, 10 us together */
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(1) + US(1110));
}

/* --- turns: rounds of 100 us begin at 1 ms, so the first turn is 50 us long --- */

#define TURNS "'machine': {'cpus': 2, 'shared_stream': true, 'stream_turn_ns': '100us'}"

static void test_loops_shorter_than_a_turn_run_alone(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(RCUSIM_FLAG_NONE, TURNS);
	struct test_script *a = work_new(tm, 0, MS(1), US(13));
	struct test_script *b = work_new(tm, 1, MS(1), US(13));

	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(1) + US(13));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(1) + US(26));
}

/*
 * In us after 1 ms. First round: a 0-50, b 50-100; b has reached the deadline and is asked to exit. Then of each 100: a
 * 50, a new round for b, 25 of the 50 left, and another one that halves the other 25. At 300 a has had 50 + 62.5 + 62.5
 * and needs 25 more; b has had 125, and the other 75 by itself.
 */
static void test_longer_loops_alternate(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(RCUSIM_FLAG_NONE, TURNS);
	struct test_script *a = work_new(tm, 0, MS(1), US(200));
	struct test_script *b = work_new(tm, 1, MS(1), US(200));

	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(1) + US(325));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(1) + US(400));
}

static void test_a_woken_cpu_takes_the_turn(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(RCUSIM_FLAG_NONE, TURNS);
	struct test_script *a = work_new(tm, 0, MS(1), US(100));
	struct test_script *b = work_new(tm, 1, MS(1) + US(10), US(20));

	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(1) + US(30));
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(1) + US(120));
}

/* b's CPU has its tick at 2.25 ms, in a's turn of 450 us, and takes it at 2.4 ms, when a is done. */
static void test_a_tick_waits_for_the_turn(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'shared_stream': true, 'stream_turn_ns': '1ms', 'hz': 1000, "
		"'skew_tick': true}");
	struct test_script *early =
		work_new(tm, 1, MS(2) + US(50), US(10)); /* leaves its tick on */
	struct test_script *a = work_new(tm, 0, MS(2) + US(100), US(300));
	struct test_script *b = work_new(tm, 1, MS(2) + US(100), US(10));

	tm->m->costs.tick = 5000;
	test_run_until(tm, MS(2) + US(399));
	g_assert_cmpint(test_n_ends(early), ==, 1);
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 0);
	test_run_until(tm, MS(2) + US(401));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 1);
	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(2) + US(400));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(2) + US(415));
}

/* a's turn ends at 50 us inside its section; b asks for the lock, spins, and gives its turn back. */
static void test_a_lock_of_a_paused_cpu_is_waited_for(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(RCUSIM_FLAG_NONE, TURNS);
	struct sim_lock lock = { .name = "test" };
	struct test_script *a = TEST_SCRIPT(tm, "a", 0, false, MS(1),
					    { .act = TEST_LOCKED, .ns = US(100), .lock = &lock });
	struct test_script *b = TEST_SCRIPT(tm, "b", 1, false, MS(1),
					    { .act = TEST_LOCKED, .ns = US(10), .lock = &lock });

	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(a, 0), ==, MS(1) + US(100));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(1) + US(110));
	g_assert_cmpint(lock.wait_ns, ==, US(50));
}

/* The eleventh operation is half done when b takes the turn for 20 us. */
static void run_of_operations_in_turns(RcuSimFlags flags)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(flags, TURNS);
	struct test_script *a =
		TEST_SCRIPT(tm, "a", 0, false, MS(1), { .act = TEST_RUN, .ns = US(1), .n = 100 });
	struct test_script *b = work_new(tm, 1, MS(1) + 10500, US(20));

	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_ns(b, 0), ==, MS(1) + 30500);
	g_assert_cmpint(test_n_ends(a), ==, 100);
	g_assert_cmpint(test_end_ns(a, 9), ==, MS(1) + US(10));
	g_assert_cmpint(test_end_ns(a, 10), ==, MS(1) + US(31));
	g_assert_cmpint(test_end_ns(a, 99), ==, MS(1) + US(120));
}

static void test_a_run_stands_still_and_goes_on(void)
{
	run_of_operations_in_turns(RCUSIM_FLAG_NONE);
	run_of_operations_in_turns(RCUSIM_FLAG_REFERENCE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/stream/one-busy-cpu-has-all-of-it", test_one_busy_cpu_has_all_of_it);
	g_test_add_func("/stream/two-busy-cpus-have-half-each", test_two_busy_cpus_have_half_each);
	g_test_add_func("/stream/who-comes-later-slows-who-is-there",
			test_who_comes_later_slows_who_is_there);
	g_test_add_func("/stream/without-the-option-nobody-waits",
			test_without_the_option_nobody_waits);
	g_test_add_func("/stream/closed-segments-share-it", test_closed_segments_share_it);
	g_test_add_func("/stream/a-run-is-cut-and-goes-on", test_a_run_is_cut_and_goes_on);
	g_test_add_func("/stream/a-tick-of-an-idle-cpu-takes-its-share",
			test_a_tick_of_an_idle_cpu_takes_its_share);
	g_test_add_func("/stream/loops-shorter-than-a-turn-run-alone",
			test_loops_shorter_than_a_turn_run_alone);
	g_test_add_func("/stream/longer-loops-alternate", test_longer_loops_alternate);
	g_test_add_func("/stream/a-woken-cpu-takes-the-turn", test_a_woken_cpu_takes_the_turn);
	g_test_add_func("/stream/a-tick-waits-for-the-turn", test_a_tick_waits_for_the_turn);
	g_test_add_func("/stream/a-lock-of-a-paused-cpu-is-waited-for",
			test_a_lock_of_a_paused_cpu_is_waited_for);
	g_test_add_func("/stream/a-run-stands-still-and-goes-on",
			test_a_run_stands_still_and_goes_on);
	return g_test_run();
}
