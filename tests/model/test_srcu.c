/*
 * test_srcu.c - Tree SRCU (rcu-behaviour.md 11): when its grace periods end, whom they wait for, where its callbacks
 * are invoked.
 *
 * Without costs all falls on ticks. A call in jiffy J starts the grace period and queues its work for 1 jiffy, which
 * the timer wheel makes T(J + 2); the two indexes are looked at there at once; the callbacks' work is 1 jiffy later
 * again: T(J + 4).
 */
#include <string.h>

#include <glib.h>

#include "model/machine.h"

#define LOOP                                                                                            \
	"'workload': [{'id': 'f', 'kind': 'free-loop', 'method': 'srcu', 'objects': %d, 'cpus': '%s', " \
	"'arrive': {'from': '%dus'}}]"

static void lock(TestMachine *tm, void *ctx)
{
	srcu_read_lock(mm_srcu(tm->mm), ctx, 0);
}

static void unlock(TestMachine *tm, void *ctx)
{
	srcu_read_unlock(mm_srcu(tm->mm), ctx, tm->m->n_cpus - 1); /* elsewhere */
}

static struct sim_task *find_task(TestMachine *tm, const char *name)
{
	for (struct sim_task *task = tm->m->tasks; task != NULL; task = task->next)
		if (strcmp(task->name, name) == 0)
			return task;
	return NULL;
}

/* --- ticks --- */

static void check_tick(int hz, int cpus, const char *nocbs, int phase_permille)
{
	const int tick_us = 1000000 / hz;
	const int from_us = 10 * tick_us + tick_us * phase_permille / 1000;
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': %d, 'hz': %d}, 'rcu': {'rcu_nocbs': '%s'}, " LOOP, cpus, hz,
		nocbs, 100, "0", from_us);

	test_run_until(tm, MS(900));
	g_assert_cmpint(test_metric(tm, "callback_first_ns"), ==, US(tick_us) * 14);
	g_assert_cmpint(test_metric(tm, "free_last_ns"), ==, US(tick_us) * 14);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(test_metric(tm, "srcu_callbacks"), ==, 100);
	/* the first call's, and one for those that came while it was in progress */
	g_assert_cmpint(test_metric(tm, "srcu_grace_periods"), ==, 2);
	g_assert_cmpint(test_metric(tm, "grace_periods"), ==, 0);
}

static void test_first_callback_at_the_fourth_tick(void)
{
	static const int hz[] = { 100, 250, 1000 };
	static const int phases[] = { 100, 500, 900 };

	for (size_t i = 0; i < G_N_ELEMENTS(hz); i++)
		for (size_t k = 0; k < G_N_ELEMENTS(phases); k++) {
			check_tick(hz[i], 1, "", phases[k]);
			check_tick(hz[i], 1, "all", phases[k]);
			check_tick(hz[i], 2, "", phases[k]);
			check_tick(hz[i], 2, "all", phases[k]);
		}
}

/* The same with what the work costs: its tick is the fourth all the same. */
static void test_the_fourth_tick_with_costs(void)
{
	static const int phases_us[] = { 400, 2000, 3600 };

	for (size_t i = 0; i < G_N_ELEMENTS(phases_us); i++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE,
			"'costs_ns': {'profile': 'icount-6.12'}, 'machine': {'cpus': 2, 'hz': 250}, " LOOP,
			10000, "0", 12000 + phases_us[i]);

		test_run_until(tm, MS(900));
		g_assert_cmpint(test_metric(tm, "callback_first_ns") / MS(4), ==, 3 + 4);
		g_assert_cmpint(test_metric(tm, "free_last_ns") / MS(4), ==, 3 + 4);
	}
}

/*
 * The delay to the next look is 1 jiffy and the age of the grace period, at most 10 (11.3); each timer fires a jiffy
 * late: looks at J + 2, then 2 + 1, 5 + 1, 10 + 1 jiffies later, J + 5, J + 11, J + 22. The reader leaves at J + 12.
 */
static void test_looks_grow_rarer_with_age(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': 250}, " LOOP, 1, "0", 41000);
	struct srcu_reader reader = { 0 };
	/* jiffy 10 */
	test_at(tm, MS(1), SIM_RANK_ARRIVAL, lock, &reader);
	test_at(tm, MS(4 * 22) + US(500), SIM_RANK_ARRIVAL, unlock, &reader);
	test_run_until(tm, MS(4 * 21) + US(10));
	/* SCAN1 once, SCAN2 twice at J + 2 as at J + 5 and J + 11 */
	g_assert_cmpint(test_metric(tm, "srcu_checks"), ==, 1 + 2 + 2 + 2);
	g_assert_cmpint(mm_srcu(tm->mm)->srcu_gp_seq & RCU_SEQ_STATE_MASK, ==, 2);
	test_run_until(tm, MS(4 * 32) - 1);
	g_assert_cmpint(test_metric(tm, "srcu_grace_periods"), ==, 0);
	test_run_until(tm, MS(900));
	g_assert_cmpint(mm_srcu(tm->mm)->srcu_last_gp_end_ns, ==, MS(4 * 32));
	g_assert_cmpint(test_metric(tm, "callback_first_ns"), ==, MS(4 * 34));
}

/* The second look at an index comes srcu_retry_check_delay after the first, within the same pass. */
static void check_retry(int leaves_us, int end_jiffy)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'srcu_retry_check_delay': 5}, " LOOP, 1,
		"0", 41000);
	struct srcu_reader reader = { 0 };

	test_at(tm, MS(1), SIM_RANK_ARRIVAL, lock, &reader);
	test_at(tm, MS(48) + US(leaves_us), SIM_RANK_ARRIVAL, unlock, &reader);
	test_run_until(tm, MS(900));
	g_assert_cmpint(mm_srcu(tm->mm)->srcu_last_gp_end_ns / MS(4), ==, end_jiffy);
}

static void test_a_second_look_after_the_retry_delay(void)
{
	check_retry(4, 12);
	check_retry(6, 15);
}

/* --- readers --- */

/* Only readers that were there before are waited for, on either index. */
static void test_younger_readers_are_not_waited_for(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': 250}, " LOOP, 1, "0", 41000);
	struct srcu_reader readers[2] = { { 0 } };

	test_at(tm, MS(42), SIM_RANK_ARRIVAL, lock, &readers[0]); /* before the flip */
	test_run_until(tm, MS(47));
	/* it holds the index that is looked at after the flip: it is waited for all the same */
	g_assert_cmpint(readers[0].idx, ==, 0);
	test_run_until(tm, MS(49));
	g_assert_cmpint(test_metric(tm, "srcu_grace_periods"), ==, 0);
	test_at(tm, MS(50), SIM_RANK_ARRIVAL, lock, &readers[1]); /* after it */
	test_at(tm, MS(51), SIM_RANK_ARRIVAL, unlock, &readers[0]);
	test_run_until(tm, MS(61));
	g_assert_cmpint(readers[1].idx, ==, 1);
	g_assert_cmpint(test_metric(tm, "srcu_grace_periods"), ==, 1); /* at J + 5 = 60 ms */
	g_assert_cmpint(test_metric(tm, "violations"), ==, 0);
}

/* A reader sleeps in its section: RCU does not care, SRCU waits. */
static void test_readers_may_sleep(void)
{
	static const char members[] =
		"'machine': {'cpus': 2, 'hz': 250}, 'workload': ["
		"{'id': 'r', 'kind': 'reader', 'domain': 'srcu', 'sleeps': true, 'cpus': '1', 'rate_per_s': 100, "
		"'hold': '30ms', 'until': '400ms'},"
		"{'id': 'a', 'kind': 'free-loop', 'method': '%s', 'objects': 50, 'cpus': '0', "
		"'arrive': {'from': '100ms'}}]";
	g_autofree char *rcu_members = g_strdup_printf(members, "per-object");
	g_autofree char *srcu_members = g_strdup_printf(members, "srcu");
	g_autoptr(TestMachine) rcu = test_machine_new(RCUSIM_FLAG_NONE, "%s", rcu_members);
	g_autoptr(TestMachine) srcu = test_machine_new(RCUSIM_FLAG_NONE, "%s", srcu_members);

	test_run_until(rcu, MS(900));
	test_run_until(srcu, MS(900));
	/* back-to-back sections of 30 ms: the one that was open is over within 30 ms, and is looked for then */
	g_assert_cmpint(test_metric(rcu, "callback_latency_max_ns"), <, MS(20));
	g_assert_cmpint(test_metric(srcu, "callback_latency_max_ns"), >, MS(16));
	g_assert_cmpint(test_metric(srcu, "violations"), ==, 0);
	g_assert_cmpint(test_metric(srcu, "unfreed_objects_left"), ==, 0);
	g_assert_cmpint(test_metric(srcu, "readers"), >, 10);
	g_assert_cmpint(find_task(srcu, "r/1")->cpu_ns, <, MS(5));
}

/* --- expedited --- */

struct waiter {
	TestMachine *tm;
	int64_t woken_ns;
};

static void waiter_func(void *owner, struct sim_frame *frame)
{
	struct waiter *waiter = owner;

	waiter->woken_ns = machine_now_ns(waiter->tm->m);
}

static const struct rcu_cb_type wakeme = { .name = "wakeme_after_rcu", .func = waiter_func };

/* As the task on CPU 0. */
static void synchronize(TestMachine *tm, void *ctx)
{
	const struct rcu_cb cb = { .type = &wakeme, .owner = ctx };

	synchronize_srcu_enqueue(mm_srcu(tm->mm), &cb, &tm->m->cpus[0].curr->frame);
}

/* An idle domain is expedited: at once. Within exp_holdoff of the last one it is not: the fourth tick again. */
static void test_synchronize_is_expedited_when_idle(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': 250}");
	struct waiter waiters[3] = { { .tm = tm }, { .tm = tm }, { .tm = tm } };

	TEST_SCRIPT(tm, "busy", 0, false, 0, STEPS(RESCHED, US(1), 500000));
	mm_srcu(tm->mm);
	test_at(tm, MS(41), SIM_RANK_ARRIVAL, synchronize, &waiters[0]);
	test_run_until(tm, MS(46));
	/* the kworker waits for the task's slice, and no timer is in it */
	g_assert_cmpint(waiters[0].woken_ns, >, 0);
	g_assert_cmpint(waiters[0].woken_ns, <, MS(45));
	test_at(tm, waiters[0].woken_ns + MS(10), SIM_RANK_ARRIVAL, synchronize, &waiters[1]);
	test_run_until(tm, waiters[0].woken_ns + MS(15));
	g_assert_cmpint(waiters[1].woken_ns, >, 0);
	tm->rcu->config.exp_holdoff = MS(200);
	test_at(tm, MS(81), SIM_RANK_ARRIVAL, synchronize, &waiters[2]);
	test_run_until(tm, MS(95));
	g_assert_cmpint(waiters[2].woken_ns, ==, 0);
	test_run_until(tm, MS(105));
	g_assert_cmpint(waiters[2].woken_ns / MS(4), ==, 20 + 4);
}

static void barrier_done(void *ctx, struct sim_frame *frame)
{
	struct waiter *waiter = ctx;

	waiter->woken_ns = machine_now_ns(waiter->tm->m);
}

static struct srcu_barrier test_barrier;

static void start_barrier(TestMachine *tm, void *ctx)
{
	test_barrier = (struct srcu_barrier){ .done = barrier_done, .ctx = ctx };
	srcu_barrier(mm_srcu(tm->mm), &test_barrier, NULL);
}

static void test_barrier_waits_for_what_is_queued(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': 250}, " LOOP, 100, "1", 41000);
	struct waiter empty = { .tm = tm }, full = { .tm = tm };

	mm_srcu(tm->mm);
	test_at(tm, MS(30), SIM_RANK_ARRIVAL, start_barrier, &empty);
	test_run_until(tm, MS(40));
	g_assert_cmpint(empty.woken_ns, ==, MS(30)); /* nothing to wait for */
	test_at(tm, MS(42), SIM_RANK_ARRIVAL, start_barrier, &full);
	test_run_until(tm, MS(100));
	g_assert_cmpint(full.woken_ns, ==, MS(56));
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, 100); /* its own does not count */
}

/* --- small and big domains --- */

static void test_callbacks_run_on_the_boot_cpu_or_their_own(void)
{
	g_autoptr(TestMachine) small = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 3, 'hz': 250}, " LOOP, 100, "2", 41000);
	g_autoptr(TestMachine) big = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 3, 'hz': 250}, 'rcu': {'convert_to_big': 1}, " LOOP, 100, "2",
		41000);
	g_autoptr(TestMachine) many = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 3, 'hz': 250}, 'rcu': {'big_cpu_lim': 3}, " LOOP, 100, "2",
		41000);

	g_assert_cmpint(mm_srcu(small->mm)->size_state, ==, SRCU_SIZE_SMALL);
	g_assert_cmpint(mm_srcu(big->mm)->size_state, ==, SRCU_SIZE_BIG);
	g_assert_cmpint(mm_srcu(many->mm)->size_state, ==, SRCU_SIZE_BIG);
	test_run_until(small, MS(900));
	test_run_until(big, MS(900));
	g_assert_cmpint(test_metric(small, "callback_first_ns"), ==, MS(56));
	g_assert_cmpint(test_metric(big, "callback_first_ns"), ==, MS(56));
	/* the work of the grace period where it was asked for, the callbacks' on the boot CPU */
	g_assert_nonnull(find_task(small, "kworker/2:0"));
	g_assert_nonnull(find_task(small, "kworker/0:0"));
	g_assert_nonnull(find_task(big, "kworker/2:0"));
	g_assert_null(find_task(big, "kworker/0:0"));
}

/* Too many waits for the one list's lock in a jiffy: a list per CPU, a step for each grace period. */
static TestMachine *contended_new(const char *convert)
{
	TestMachine *tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 4}, 'rcu': {'small_contention_lim': 3, 'convert_to_big': %s}, "
		"'workload': [{'id': 'f', 'kind': 'free-loop', 'method': 'srcu', 'objects': 20000, 'count': 4}]",
		convert);

	test_run_until(tm, MS(900));
	g_assert_cmpint(test_metric(tm, "unfreed_objects_left"), ==, 0);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	return tm;
}

static void test_contention_makes_it_big(void)
{
	g_autoptr(TestMachine) never = contended_new("0");
	g_autoptr(TestMachine) tm = contended_new("3");

	g_assert_cmpint(never->mm->srcu->size_state, ==, SRCU_SIZE_SMALL);
	g_assert_cmpint(tm->mm->srcu->size_state, >, SRCU_SIZE_SMALL);
}

/* --- what must break --- */

/* A grace period in progress, held by a reader that was there before. */
static TestMachine *held_new(struct srcu_reader *reader, int n)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': 250}, " LOOP, n, "0", 41000);

	test_at(tm, MS(1), SIM_RANK_ARRIVAL, lock, reader);
	test_run_until(tm, MS(50));
	srcu_check_invariants(tm->mm->srcu);
	return tm;
}

static void forget_the_reader(TestMachine *tm)
{
	tm->mm->srcu->sda[1].srcu_unlock_count[0]++;
	test_run_until(tm, MS(200));
}

static void lose_the_pass(TestMachine *tm)
{
	cancel_delayed_work(&tm->mm->srcu->work);
	srcu_check_invariants(tm->mm->srcu);
}

static void lose_a_callback(TestMachine *tm)
{
	struct srcu_data *sdp = &tm->mm->srcu->sda[0];

	cb_list_drop(&sdp->srcu_cblist.seg[RCU_WAIT_TAIL], &tm->rcu->pool, 1);
	srcu_check_invariants(tm->mm->srcu);
}

static void unlabel(TestMachine *tm)
{
	struct rcu_segcblist *list = &tm->mm->srcu->sda[0].srcu_cblist;

	cb_list_splice_tail(&list->seg[RCU_NEXT_TAIL], &list->seg[RCU_NEXT_READY_TAIL]);
	srcu_check_invariants(tm->mm->srcu);
}

static void test_invariants_can_fail(void)
{
	struct srcu_reader reader = { 0 };
	g_autoptr(TestMachine) tm = held_new(&reader, 10);

	test_breaks(forget_the_reader, tm, "ssp->readers->start_ns >= ssp->srcu_gp_start_ns");
	test_breaks(lose_the_pass, tm, "work_busy(&ssp->work.work)");
	test_breaks(lose_a_callback, tm, "sdp->srcu_cblist.len == n");
	test_breaks(unlabel, tm, "seg[RCU_NEXT_TAIL].n == 0");
}

/* The oracle itself: callbacks that a fault lets go while an older reader is there. */
static void test_the_oracle_sees_an_early_callback(void)
{
	struct srcu_reader reader = { 0 };
	g_autoptr(TestMachine) tm = held_new(&reader, 1);

	g_assert_cmpint(test_metric(tm, "violations"), ==, 0);
	tm->mm->srcu->srcu_gp_start_ns = 0; /* blind the assertion */
	tm->mm->srcu->sda[1].srcu_unlock_count[0]++;
	test_run_until(tm, MS(200));
	g_assert_cmpint(test_metric(tm, "violations"), >=, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/srcu/first-callback-at-the-fourth-tick",
			test_first_callback_at_the_fourth_tick);
	g_test_add_func("/srcu/the-fourth-tick-with-costs", test_the_fourth_tick_with_costs);
	g_test_add_func("/srcu/looks-grow-rarer-with-age", test_looks_grow_rarer_with_age);
	g_test_add_func("/srcu/a-second-look-after-the-retry-delay",
			test_a_second_look_after_the_retry_delay);
	g_test_add_func("/srcu/younger-readers-are-not-waited-for",
			test_younger_readers_are_not_waited_for);
	g_test_add_func("/srcu/readers-may-sleep", test_readers_may_sleep);
	g_test_add_func("/srcu/synchronize-is-expedited-when-idle",
			test_synchronize_is_expedited_when_idle);
	g_test_add_func("/srcu/barrier-waits-for-what-is-queued",
			test_barrier_waits_for_what_is_queued);
	g_test_add_func("/srcu/callbacks-run-on-the-boot-cpu-or-their-own",
			test_callbacks_run_on_the_boot_cpu_or_their_own);
	g_test_add_func("/srcu/contention-makes-it-big", test_contention_makes_it_big);
	g_test_add_func("/srcu/invariants-can-fail", test_invariants_can_fail);
	g_test_add_func("/srcu/the-oracle-sees-an-early-callback",
			test_the_oracle_sees_an_early_callback);
	return g_test_run();
}
