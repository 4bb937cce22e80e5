/*
 * test_polled.c - polling for grace periods: rcu-behaviour.md 8.5, 2.1 (snap).
 *
 * Machines without costs, J is jiffy 10 at HZ 250. Idle at the start, the sequences are 0 above FIRST and FIRST_EXP.
 */
#include "model/machine.h"

#define FIRST INT64_C(-1200)

/* A cookie taken while RCU is idle is for the next grace period; nobody starts it for that. */
static void test_an_idle_cookie_waits_for_somebody(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': 250}");
	int64_t cookie;

	test_run_until(tm, MS(40));
	cookie = get_state_synchronize_rcu(tm->rcu);
	g_assert_cmpint(cookie, ==, FIRST + 4);
	test_run_until(tm, MS(100));
	g_assert_false(poll_state_synchronize_rcu(tm->rcu, cookie));
	/* one call of call_rcu(): labelled at 104 ms, over at 112 ms */
	TEST_SCRIPT(tm, "caller", 1, false, MS(101), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(112) - 1);
	g_assert_false(poll_state_synchronize_rcu(tm->rcu, cookie));
	test_run_until(tm, MS(116));
	g_assert_true(poll_state_synchronize_rcu(tm->rcu, cookie));
}

/* A grace period in progress does not count (trap 1). */
static void test_one_in_progress_does_not_count(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'rcu_nocbs': '1'}");
	struct rcu_gp_oldstate full;
	int64_t cookie;

	/* from J to T(J+2) */
	TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(41));
	g_assert_true(rcu_gp_in_progress(tm->rcu));
	cookie = get_state_synchronize_rcu(tm->rcu);
	get_state_synchronize_rcu_full(tm->rcu, &full);
	g_assert_cmpint(cookie, ==, FIRST + 8);
	g_assert_cmpint(full.rgos_norm, ==, FIRST + 8);
	g_assert_cmpint(full.rgos_exp, ==, 4);
	test_run_until(tm, MS(60));
	g_assert_false(rcu_gp_in_progress(tm->rcu));
	g_assert_false(poll_state_synchronize_rcu(tm->rcu, cookie));
	g_assert_false(poll_state_synchronize_rcu_full(tm->rcu, &full));
	TEST_SCRIPT(tm, "caller", 1, false, MS(61), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(80));
	g_assert_true(poll_state_synchronize_rcu(tm->rcu, cookie));
	g_assert_true(poll_state_synchronize_rcu_full(tm->rcu, &full));
}

/*
 * Cookies taken while a normal grace period is in progress, from 40.1 to 48 ms. An expedited one starts and ends at
 * 42 ms. It satisfies the full cookie. The short one's sequence was started by the normal one: the expedited one ends
 * number 4 of it, where the cookie waits for 8. The end of the normal one is not counted any more.
 */
static void test_a_short_cookie_misses_what_overlaps(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'rcu_nocbs': '1'}, "
		"'workload': [{'id': 'e', 'kind': 'synchronize', "
		"'method': 'expedited', 'cpus': '0', 'arrive': {'from': '42ms'}}]");
	struct rcu_gp_oldstate full;
	int64_t cookie;

	TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(41));
	cookie = get_state_synchronize_rcu(tm->rcu);
	get_state_synchronize_rcu_full(tm->rcu, &full);
	test_run_until(tm, MS(43));
	g_assert_cmpint(test_metric(tm, "expedited_grace_periods"), ==, 1);
	g_assert_true(rcu_gp_in_progress(tm->rcu));
	g_assert_true(poll_state_synchronize_rcu_full(tm->rcu, &full));
	g_assert_false(poll_state_synchronize_rcu(tm->rcu, cookie));
	g_assert_cmpint(tm->rcu->gp_seq_polled, ==, FIRST + 4);
	test_run_until(tm, MS(60));
	g_assert_cmpint(test_metric(tm, "grace_periods"), ==, 1);
	g_assert_cmpint(tm->rcu->gp_seq_polled, ==, FIRST + 4);
	g_assert_false(poll_state_synchronize_rcu(tm->rcu, cookie));
}

static void check_method(const char *method, int64_t expected_ns, int grace_periods)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'hz': 250}, 'workload': [{'id': 'p', 'kind': 'synchronize', "
		"'method': '%s', 'cpus': '0', 'arrive': {'from': '40100us'}, 'poll_every': '1ms'}]",
		method);

	test_run_until(tm, MS(120));
	g_assert_cmpint(test_metric(tm, "synchronizes"), ==, 1);
	g_assert_cmpint(test_metric(tm, "synchronize_latency_max_ns"), ==, expected_ns);
	g_assert_cmpint(test_metric(tm, "grace_periods"), ==, grace_periods);
}

/*
 * start_poll asks at once: the grace period ends at T(J+2), and the look at 8 ms is the first to see it. cond finds its
 * cookie unserved after 1 ms and calls synchronize_rcu(), of which CPU 0's softirq makes four ticks: T(J+4).
 */
static void test_methods(void)
{
	check_method("poll", MS(8), 1);
	check_method("poll-full", MS(8), 1);
	check_method("cond", MS(56) - US(40100), 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/polled/an-idle-cookie-waits-for-somebody",
			test_an_idle_cookie_waits_for_somebody);
	g_test_add_func("/polled/one-in-progress-does-not-count",
			test_one_in_progress_does_not_count);
	g_test_add_func("/polled/a-short-cookie-misses-what-overlaps",
			test_a_short_cookie_misses_what_overlaps);
	g_test_add_func("/polled/methods", test_methods);
	return g_test_run();
}
