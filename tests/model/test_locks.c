/*
 * test_locks.c - locks with waiting time: order, lengths, and that a run of operations under a lock waits as its
 * operations would.
 */
#include <glib.h>

#include "model/machine.h"

static const RcuSimFlags modes[] = { RCUSIM_FLAG_NONE, RCUSIM_FLAG_REFERENCE };

/* Who asks first has it first, and waits exactly as long as the others before. */
static void test_first_come_first_served(void)
{
	for (size_t mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
		g_autoptr(TestMachine) tm =
			test_machine_new_free(modes[mode], "'machine': {'cpus': 8}");
		struct sim_lock lock = { .name = "test" };
		struct test_script *scripts[8];
		int64_t wait_ns = 0;

		/* CPU 0 holds it for 100 us; 5, 2, 7, 4, 1, 6, 3 ask in this order, 10 us apart */
		for (int cpu = 0; cpu < 8; cpu++)
			scripts[cpu] = TEST_SCRIPT(
				tm, "t", cpu, false,
				cpu == 0 ? MS(1) : MS(1) + US(10) * (1 + (cpu * 5 + 3) % 7),
				{ .act = TEST_LOCKED,
				  .ns = cpu == 0 ? US(100) : US(cpu),
				  .lock = &lock });
		test_run_until(tm, MS(1) + US(50));
		g_assert_true(lock.holder == &scripts[0]->task->frame);
		test_run_until(tm, MS(5));
		for (int64_t order = 1, end_ns = MS(1) + US(100); order <= 7; order++)
			for (int cpu = 1; cpu < 8; cpu++) {
				if (1 + (cpu * 5 + 3) % 7 != order)
					continue;
				g_assert_cmpint(scripts[cpu]->task->lock_wait_ns, ==,
						end_ns - (MS(1) + US(10) * order));
				wait_ns += end_ns - (MS(1) + US(10) * order);
				end_ns += US(cpu);
				g_assert_cmpint(test_end_ns(scripts[cpu], 0), ==, end_ns);
			}
		g_assert_cmpint(lock.wait_ns, ==, wait_ns);
		g_assert_cmpint(tm->m->lock_wait_ns, ==, wait_ns);
		g_assert_cmpint(test_metric(tm, "lock_wait_ns"), ==, wait_ns);
		g_assert_null(lock.holder);
	}
}

/* Waiting is spinning with interrupts disabled: the tick waits, too, and the time is the CPU's. */
static void test_waiting_keeps_interrupts_out(void)
{
	for (size_t mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
		g_autoptr(TestMachine) tm =
			test_machine_new_free(modes[mode], "'machine': {'cpus': 2}");
		struct sim_lock lock = { .name = "test" };
		struct test_script *waiter;

		TEST_SCRIPT(tm, "holder", 0, false, MS(1),
			    { .act = TEST_LOCKED, .ns = MS(5), .lock = &lock });
		waiter = TEST_SCRIPT(tm, "waiter", 1, false, MS(2),
				     { .act = TEST_LOCKED, .ns = US(10), .lock = &lock },
				     STEP(USER, MS(20)));
		test_run_until(tm, MS(6));
		g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 0);
		test_run_until(tm, MS(6) + US(10));
		g_assert_cmpint(test_end_ns(waiter, 0), ==, MS(6) + US(10));
		g_assert_cmpint(waiter->task->lock_wait_ns, ==, MS(4));
		g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 1);
		g_assert_cmpint(waiter->task->cpu_ns, ==, MS(4) + US(10));
	}
}

/* --- runs under a lock --- */

#define N_OPS      2000
#define N_RIVALS   3
#define N_REQUESTS 40

/* The naive machine: each party asks for the lock at an instant, holds it for a time, asks again later. */
struct party {
	int64_t ask_ns; /* -1: done */
	int i, n;
	const int64_t *open_ns, *hold_ns; /* before request i, and of its section */
	int64_t *end_ns;
};

static void party_next(struct party *party, int64_t now_ns)
{
	party->end_ns[party->i++] = now_ns;
	party->ask_ns = party->i == party->n ? -1 : now_ns + party->open_ns[party->i];
}

/* False if two ask at the same instant, or one at another's end: then the order of keys decides. */
static bool naive_lock(struct party *parties, int n)
{
	int64_t free_ns = 0;

	for (;;) {
		int first = -1;

		for (int i = 0; i < n; i++)
			if (parties[i].ask_ns >= 0 &&
			    (first < 0 || parties[i].ask_ns < parties[first].ask_ns))
				first = i;
		if (first < 0)
			return true;
		for (int i = 0; i < n; i++)
			if (i != first && parties[i].ask_ns == parties[first].ask_ns)
				return false;
		if (parties[first].ask_ns == free_ns)
			return false;
		if (parties[first].ask_ns > free_ns)
			free_ns = parties[first].ask_ns;
		free_ns += parties[first].hold_ns[parties[first].i];
		party_next(&parties[first], free_ns);
	}
}

struct contest {
	int64_t open_ns[1 + N_RIVALS][N_OPS], hold_ns[1 + N_RIVALS][N_OPS],
		end_ns[1 + N_RIVALS][N_OPS];
	int n[1 + N_RIVALS];
};

/* Party 0 is the run; the others ask now and then. Ends go to @contest; false on a tie. */
static bool contest_draw(struct contest *contest)
{
	struct party parties[1 + N_RIVALS];
	const int64_t open_ns = g_test_rand_int_range(1, 30),
		      hold_ns = g_test_rand_int_range(1, 100);

	for (int p = 0; p <= N_RIVALS; p++) {
		contest->n[p] = p == 0 ? N_OPS : N_REQUESTS;
		for (int i = 0; i < contest->n[p]; i++) {
			contest->open_ns[p][i] = p == 0 ? open_ns : g_test_rand_int_range(1, 6000);
			contest->hold_ns[p][i] = p == 0 ? hold_ns : g_test_rand_int_range(1, 500);
		}
		parties[p] = (struct party){ .ask_ns = MS(1) + contest->open_ns[p][0],
					     .n = contest->n[p],
					     .open_ns = contest->open_ns[p],
					     .hold_ns = contest->hold_ns[p],
					     .end_ns = contest->end_ns[p] };
	}
	return naive_lock(parties, 1 + N_RIVALS);
}

static void contest_run(const struct contest *contest, RcuSimFlags flags)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(flags, "'machine': {'cpus': 4, 'hz': 24}");
	struct sim_lock lock = { .name = "test" };
	struct test_script *scripts[1 + N_RIVALS];
	int64_t wait_ns = 0;

	scripts[0] = TEST_SCRIPT(tm, "run", 0, false, MS(1),
				 { .act = TEST_RUN,
				   .ns = contest->open_ns[0][0],
				   .n = N_OPS,
				   .lock = &lock,
				   .closed_ns = contest->hold_ns[0][0] });
	for (int p = 1; p <= N_RIVALS; p++) {
		struct test_step steps[2 * N_REQUESTS];

		for (int i = 0; i < N_REQUESTS; i++) {
			steps[2 * i] = (struct test_step)STEP(KERNEL, contest->open_ns[p][i]);
			steps[2 * i + 1] = (struct test_step){ .act = TEST_LOCKED,
							       .ns = contest->hold_ns[p][i],
							       .lock = &lock };
		}
		scripts[p] = test_script_new(tm, "rival", p, false, MS(1), steps, 2 * N_REQUESTS);
	}
	test_run_until(tm, MS(20));
	for (int p = 0; p <= N_RIVALS; p++) {
		g_assert_cmpint(test_n_ends(scripts[p]), ==, p == 0 ? N_OPS : 2 * N_REQUESTS);
		for (int i = 0; i < contest->n[p]; i++) {
			const int64_t start_ns = i == 0 ? MS(1) : contest->end_ns[p][i - 1];

			g_assert_cmpint(test_end_ns(scripts[p], p == 0 ? i : 2 * i + 1), ==,
					contest->end_ns[p][i]);
			wait_ns += contest->end_ns[p][i] - start_ns - contest->open_ns[p][i] -
				   contest->hold_ns[p][i];
		}
	}
	g_assert_cmpint(lock.wait_ns, ==, wait_ns);
	g_assert_cmpint(wait_ns, >, 0);
}

/* Each end of each operation, to the nanosecond, whether the run is one event or two thousand. */
static void test_a_run_under_a_lock_waits_as_its_operations(void)
{
	struct contest *contest = g_new(struct contest, 1);

	for (int i = 0; i < 40; i++) {
		while (!contest_draw(contest))
			;
		contest_run(contest, RCUSIM_FLAG_NONE);
		contest_run(contest, RCUSIM_FLAG_REFERENCE);
	}
	g_free(contest);
}

/* Alone with its lock a run costs a handful of events, not one per operation. */
static void test_a_run_alone_with_its_lock_is_cheap(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 4, 'hz': 24}");
	struct sim_lock lock = { .name = "test" };
	struct test_script *script = TEST_SCRIPT(
		tm, "run", 0, false, MS(1),
		{ .act = TEST_RUN, .ns = 7, .n = N_OPS, .lock = &lock, .closed_ns = 84 });

	test_run_until(tm, MS(20));
	g_assert_cmpint(test_end_ns(script, N_OPS - 1), ==, MS(1) + 91 * N_OPS);
	g_assert_cmpint(lock.wait_ns, ==, 0);
	g_assert_cmpint((int64_t)rcusim_n_events(tm->sim), <, 50);
}

/* --- ->nocb_lock --- */

/* rcuog on CPU 0 scans, at 20 us per CPU, while CPU 1 enqueues; @lim: how much of it takes ->nocb_lock. */
static TestMachine *scanned_flood_new(RcuSimFlags flags, int lim)
{
	TestMachine *tm = test_machine_new(
		flags,
		"'machine': {'cpus': 2, 'housekeeping': '0'},"
		"'rcu': {'rcu_nocbs': 'all', 'nocb_nobypass_lim_per_jiffy': %d, 'qhimark': 1000000},"
		"'costs_ns': {'nocb_gp_cpu': 20000}, 'workload': [{'id': 'f', 'kind': 'free-loop',"
		"'cpus': '1', 'objects': 200000}]",
		lim);

	test_machine_trace(tm);
	return tm;
}

/* Every scan of 20 us makes the flooding CPU wait once, for at most its length. */
static void test_a_scan_makes_the_enqueuer_wait(void)
{
	g_autoptr(TestMachine) tm = scanned_flood_new(RCUSIM_FLAG_NONE, 1000000);
	g_autofree char *fast = NULL, *reference = NULL;
	int64_t wait_ns;

	/* the flood takes 200000 * 91 ns and the waits */
	test_run_until(tm, MS(19));
	wait_ns = test_rdp(tm, 1)->nocb_lock.wait_ns;
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "Check"), >=, 3);
	g_assert_cmpint(wait_ns, >, US(20));
	/* CPU 1's scans, and rcuop's own sections of well under a microsecond each */
	g_assert_cmpint(wait_ns, <=,
			US(20) * test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "Check") +
				US(2) * (1 + test_metric(tm, "batches")));
	test_run_until(tm, MS(100));
	fast = test_metrics(tm, NULL);
	{
		g_autoptr(TestMachine) each = scanned_flood_new(RCUSIM_FLAG_REFERENCE, 1000000);

		test_run_until(each, MS(100));
		reference = test_metrics(each, NULL);
	}
	g_assert_cmpstr(fast, ==, reference);
}

/* The bypass is there to avoid just that. */
static void test_the_bypass_avoids_the_wait(void)
{
	g_autoptr(TestMachine) direct = scanned_flood_new(RCUSIM_FLAG_NONE, 1000000);
	g_autoptr(TestMachine) bypass = scanned_flood_new(RCUSIM_FLAG_NONE, -1);

	test_run_until(direct, MS(100));
	test_run_until(bypass, MS(100));
	g_assert_cmpint(4 * test_rdp(bypass, 1)->nocb_lock.wait_ns, <,
			test_rdp(direct, 1)->nocb_lock.wait_ns);
	g_assert_cmpint(test_metric(bypass, "callbacks_bypass"), >, 190000);
	g_assert_cmpint(test_metric(direct, "callbacks_bypass"), ==, 0);
}

/*
 * 16.2, case A: 10,000 calls in one jiffy, before rcuog (far away: 5 ms) has seen any of them. The direct ones
 * and the first on the bypass take ->nocb_lock.
 */
static void check_acquisitions(int hz, int lim)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'hz': %d, 'housekeeping': '0'}, 'rcu': {'rcu_nocbs': '1'},"
		"'costs_ns': {'idle_wake': 5000000}, 'workload': [{'id': 'f', 'kind': 'free-loop',"
		"'cpus': '1', 'objects': 10000}]",
		hz);

	test_run_until(tm, MS(6));
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, 10000);
	g_assert_cmpint(test_metric(tm, "callbacks_bypass"), ==, 10000 - lim);
	g_assert_cmpint(test_metric(tm, "nocb_lock_acquisitions"), ==, lim + 1);
	g_assert_cmpint(test_rdp(tm, 1)->nocb_bypass.n, ==, 10000 - lim);
	g_assert_cmpint(test_rdp(tm, 1)->cblist.len, ==, 10000);
	g_assert_cmpint(test_rdp(tm, 1)->qlen_last_fqs_check, ==, 1);
}

static void test_a_flood_takes_nocb_lock_lim_plus_1_times(void)
{
	check_acquisitions(250, 64);
	check_acquisitions(1000, 16);
	check_acquisitions(300, 53);
	check_acquisitions(100, 160);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/locks/first-come-first-served", test_first_come_first_served);
	g_test_add_func("/locks/waiting-keeps-interrupts-out", test_waiting_keeps_interrupts_out);
	g_test_add_func("/locks/a-run-waits-as-its-operations",
			test_a_run_under_a_lock_waits_as_its_operations);
	g_test_add_func("/locks/a-run-alone-with-its-lock-is-cheap",
			test_a_run_alone_with_its_lock_is_cheap);
	g_test_add_func("/trap/18/a-scan-makes-the-enqueuer-wait",
			test_a_scan_makes_the_enqueuer_wait);
	g_test_add_func("/nocb-lock/the-bypass-avoids-the-wait", test_the_bypass_avoids_the_wait);
	g_test_add_func("/nocb-lock/a-flood-takes-it-lim-plus-1-times",
			test_a_flood_takes_nocb_lock_lim_plus_1_times);
	return g_test_run();
}
