/*
 * test_invariants.c - every invariant that the model asserts can fail: each is broken on purpose, in a process of
 * its own, which must end with status 5 and the condition's name.
 *
 * The numbers are those of rcu-behaviour.md 15.1. HZ is 24 where a break must not be seen at a jiffy's turn first.
 */
#include <glib.h>

#include "model/machine.h"

/* --- machines to break --- */

/* CPU 1 has callbacks of all kinds behind it, and nothing left; rcuog and rcuop are asleep. */
static TestMachine *quiet_new(const char *nocbs)
{
	TestMachine *tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'housekeeping': '0'}, 'rcu': {'rcu_nocbs': '%s'}", nocbs);

	TEST_SCRIPT(tm, "early", 1, false, MS(1), STEPS(CALL_RCU, 100, 3));
	test_run_until(tm, MS(50));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	rcu_check_invariants(tm->rcu);
	return tm;
}

/*
 * A grace period in progress, which CPU 1 holds with a reader; @n callbacks of CPU 0 wait for it, @n for the next
 * one, and @n more come at 20 ms.
 */
static TestMachine *held_new(const char *machine, int n)
{
	TestMachine *tm = test_machine_new(RCUSIM_FLAG_NONE, "'machine': {%s 'hz': 250}", machine);

	TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(300)));
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEPS(CALL_RCU, 100, n), STEP(SLEEP, MS(5)),
		    STEPS(CALL_RCU, 100, n), STEP(SLEEP, MS(14)), STEPS(CALL_RCU, 100, n));
	test_run_until(tm, MS(15));
	g_assert_true(rcu_gp_in_progress(tm->rcu));
	rcu_check_invariants(tm->rcu);
	return tm;
}

static void check(TestMachine *tm)
{
	rcu_check_invariants(tm->rcu);
}

static void run_on(TestMachine *tm)
{
	test_run_until(tm, rcusim_now_ns(tm->sim) + MS(200));
}

/* One callback at the end of @list; ->len is left alone. */
static void push(TestMachine *tm, struct cb_list *list)
{
	const struct rcu_cb cb = mm_cb(tm->mm, &mm_cb_object, 1, 100);

	cb_list_append(list, &tm->rcu->pool, &cb, rcusim_now_ns(tm->sim), 0, 1);
}

/* --- grace periods --- */

/* A callback queued during a grace period rides on it. */
static void label_too_early(TestMachine *tm)
{
	struct rcu_segcblist *list = &test_rdp(tm, 0)->cblist;

	test_run_until(tm,
		       MS(23)); /* the second group, unlabelled yet or labelled with the next one */
	cb_list_splice_tail(&list->seg[RCU_WAIT_TAIL], &list->seg[RCU_NEXT_READY_TAIL]);
	cb_list_splice_tail(&list->seg[RCU_WAIT_TAIL], &list->seg[RCU_NEXT_TAIL]);
	list->labelled_ns[RCU_WAIT_TAIL] = MS(1000); /* else I2 sees it first */
	test_run_until(tm, MS(500));
}

static void test_i1_no_callback_rides_on_a_running_grace_period(void)
{
	g_autoptr(TestMachine) tm = held_new("'cpus': 2,", 3);

	test_breaks(label_too_early, tm, "cb_list_newest_ns(cbs) <= h->start_ns");
}

/* One more behind those that are labelled already. */
static void queue_behind_a_label(TestMachine *tm)
{
	push(tm, &test_rdp(tm, 0)->cblist.seg[RCU_WAIT_TAIL]);
	test_rdp(tm, 0)->cblist.len++;
	check(tm);
}

static void label_too_late(TestMachine *tm)
{
	test_rdp(tm, 0)->cblist.gp_seq[RCU_NEXT_READY_TAIL] += 4;
	check(tm);
}

static void test_i2_a_label_is_a_snapshot(void)
{
	g_autoptr(TestMachine) tm = held_new("'cpus': 2,", 3);

	g_assert_cmpint(test_rdp(tm, 0)->cblist.seg[RCU_NEXT_READY_TAIL].n, >, 0);
	test_breaks(queue_behind_a_label, tm, "<= list->labelled_ns[i]");
	test_breaks(label_too_late, tm, "list->gp_seq[i] <= snap");
}

static void leaf_ahead(TestMachine *tm)
{
	test_rdp(tm, 0)->mynode->gp_seq += 4;
	check(tm);
}

static void leaf_far_behind(TestMachine *tm)
{
	test_rdp(tm, 0)->mynode->gp_seq -= 5;
	check(tm);
}

static void test_i3_nodes_follow_the_global_number(void)
{
	g_autoptr(TestMachine) quiet = quiet_new("1");
	g_autoptr(TestMachine) held = held_new("'cpus': 2,", 3);

	test_breaks(leaf_ahead, quiet, "seq == rcu->gp_seq");
	test_breaks(leaf_ahead, held, "seq == rcu->gp_seq");
	test_breaks(leaf_far_behind, held, "seq == rcu->gp_seq");
}

/* The root thinks all is done, a leaf does not. */
static void forget_a_leaf(TestMachine *tm)
{
	tm->rcu->nodes[0].qsmask = 0;
	run_on(tm);
}

static void forget_a_blocked_reader(TestMachine *tm)
{
	for (int i = 0; i < tm->rcu->n_nodes; i++)
		tm->rcu->nodes[i].qsmask = 0;
	tm->rcu->nodes[1].gp_tasks = tm->m->tasks;
	/* the kthread looks before the jiffy's turn, at which I5 would see it */
	tm->rcu->gp_flags |= RCU_GP_FLAG_FQS;
	task_wake(tm->rcu->gp_kthread, NULL);
	run_on(tm);
}

static void test_i4_the_end_finds_nobody_to_wait_for(void)
{
	g_autoptr(TestMachine) tm = held_new("'cpus': 40,", 3);

	g_assert_cmpint(tm->rcu->n_levels, ==, 2);
	test_breaks(forget_a_leaf, tm, "rnp->qsmask == 0");
	test_breaks(forget_a_blocked_reader, tm, "!rcu_preempt_blocked_readers_cgp(rnp)");
}

static void stale_bit(TestMachine *tm)
{
	tm->rcu->nodes[0].qsmask = 2;
	TEST_SCRIPT(tm, "caller", 1, false, MS(51), STEP(CALL_RCU, 100));
	run_on(tm);
}

/* A leaf is done for the root, but not for itself. */
static void report_a_leaf_too_early(TestMachine *tm)
{
	tm->rcu->nodes[0].qsmask &= ~(UINT64_C(1) << test_rdp(tm, 1)->mynode->grpnum);
	check(tm);
}

static void test_i5_a_parents_bit_goes_last(void)
{
	g_autoptr(TestMachine) tm = held_new("'cpus': 40,", 3);

	test_breaks(report_a_leaf_too_early, tm, "rnp->qsmask == 0 && rnp->gp_tasks == NULL");
}

static void test_i5_bits_are_set_at_init_only(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	test_breaks(stale_bit, tm, "rnp->qsmask == 0");
}

/* The reader's CPU is reported although it is in its section. */
static void report_the_reader(TestMachine *tm)
{
	rcu_report_qs_rnp(tm->rcu, test_rdp(tm, 1)->grpmask, test_rdp(tm, 1)->mynode,
			  tm->rcu->gp_seq, NULL);
	run_on(tm);
}

static void test_i6_an_older_reader_holds_the_grace_period(void)
{
	g_autoptr(TestMachine) tm = held_new("'cpus': 2,", 3);

	test_breaks(report_the_reader, tm,
		    "rcu->readers->rcu_section_start_ns >= rcu->gp_start_ns");
}

/* Somebody marked the root, and nobody set the flag. */
static void lose_a_request(TestMachine *tm)
{
	tm->rcu->nodes[0].gp_seq_needed += 4;
	check(tm);
}

static void test_i7_no_request_is_lost(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	test_breaks(lose_a_request, tm, "rcu->gp_flags & RCU_GP_FLAG_INIT");
}

static void start_a_second_one(TestMachine *tm)
{
	tm->rcu->gp_seq++;
	tm->rcu->gp_flags = RCU_GP_FLAG_INIT;
	task_wake(tm->rcu->gp_kthread, NULL);
	run_on(tm);
}

static void test_i8_one_grace_period_at_a_time(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	test_breaks(start_a_second_one, tm, "!rcu_gp_in_progress(rcu)");
}

/* A task of CPU 0 that has begun to wait by @method at 40.1 ms. */
static TestMachine *waiting_new(const char *method)
{
	TestMachine *tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'hz': 250}, 'workload': [{'id': 'w', 'kind': 'synchronize', "
		"'method': '%s', 'cpus': '0', 'arrive': {'from': '40100us'}}]",
		method);

	TEST_SCRIPT(tm, "reader", 1, false, MS(40), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(30)));
	TEST_SCRIPT(tm, "caller", 0, false, MS(40), STEPS(CALL_RCU, 100, 3));
	test_run_until(tm, MS(41));
	rcu_check_invariants(tm->rcu);
	return tm;
}

static void expedite_another(TestMachine *tm)
{
	rcu_exp_gp_seq_start(tm->rcu);
}

static void test_i8_one_expedited_grace_period_at_a_time(void)
{
	g_autoptr(TestMachine) tm = waiting_new("expedited");

	g_assert_true(rcu_seq_state(tm->rcu->expedited_sequence));
	test_breaks(expedite_another, tm, "!rcu_seq_state(rcu->expedited_sequence)");
}

/* An expedited grace period that forgets the CPU with the reader. */
static void forget_a_cpu(TestMachine *tm)
{
	tm->rcu->nodes[0].expmask = 0;
	task_wake(tm->rcu->exp_kworker, NULL);
	run_on(tm);
}

/* Readers of rcu_sched may neither sleep nor reschedule. */
static TestMachine *sched_new(void)
{
	return test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'hz': 250, 'preempt_dynamic': false, "
		"'housekeeping': '0'}, 'rcu': {'jiffies_till_sched_qs': 1}, "
		"'workload': [{'id': 'c', 'kind': 'call-rcu', 'cpus': '0', 'calls': 1, "
		"'arrive': {'from': '1ms'}}]");
}

static void reschedule_in_a_section(TestMachine *tm)
{
	TEST_SCRIPT(tm, "reader", 1, false, MS(1), STEP(READ_LOCK, 100),
		    STEPS(RESCHED, US(100), 1000), STEP(READ_UNLOCK, 100));
	run_on(tm);
}

static void sleep_in_a_section(TestMachine *tm)
{
	TEST_SCRIPT(tm, "reader", 1, false, MS(1), STEP(READ_LOCK, 100), STEP(SLEEP, MS(1)),
		    STEP(READ_UNLOCK, 100));
	run_on(tm);
}

static void test_i6_readers_of_rcu_sched_do_not_schedule(void)
{
	g_autoptr(TestMachine) tm = sched_new();

	test_breaks(reschedule_in_a_section, tm, "cpu->curr->rcu_read_lock_nesting == 0");
	test_breaks(sleep_in_a_section, tm, "prev->rcu_read_lock_nesting == 0");
}

static void test_i6_an_older_reader_holds_an_expedited_one(void)
{
	g_autoptr(TestMachine) tm = waiting_new("expedited");

	test_breaks(forget_a_cpu, tm, "rcu->readers->rcu_section_start_ns >= rcu->exp_start_ns");
}

/* --- waiting --- */

/* The caller is told that all is over, while its callback is still on the list. */
static void end_the_barrier(TestMachine *tm)
{
	tm->rcu->barrier_cpu_count = 0;
	task_wake(tm->rcu->barrier_mutex.owner, NULL);
	run_on(tm);
}

static void test_i19_a_barrier_waits_for_all(void)
{
	g_autoptr(TestMachine) tm = waiting_new("barrier");

	g_assert_cmpint(tm->rcu->barrier_cpu_count, ==, 1);
	test_breaks(end_the_barrier, tm,
		    "n_ever_invoked(&sync->rcu->rdp[cpu]) >= sync->n_queued[cpu]");
}

/* Its callback is invoked without a grace period. */
static void invoke_early(TestMachine *tm)
{
	struct rcu_segcblist *list = &test_rdp(tm, 0)->cblist;

	cb_list_splice_tail(&list->seg[RCU_DONE_TAIL], &list->seg[RCU_NEXT_TAIL]);
	run_on(tm);
}

static void test_i20_synchronize_waits_for_a_later_one(void)
{
	g_autoptr(TestMachine) tm = waiting_new("synchronize-rcu");

	g_assert_cmpint(test_rdp(tm, 0)->cblist.seg[RCU_NEXT_TAIL].n, ==, 4);
	test_breaks(invoke_early, tm, "sync->start_ns");
}

/* A cookie is given the number of the grace period in progress: by the short sequence, and by the root. */
static void count_one_too_far(TestMachine *tm)
{
	get_state_synchronize_rcu(tm->rcu);
	tm->rcu->gp_seq_polled += 4;
	tm->rcu->gp_seq_polled_snap += 4;
	test_run_until(tm, MS(500));
}

static void full_cookie_too_early(TestMachine *tm)
{
	const int64_t seq = rcu_seq_ended(tm->rcu->gp_seq), now_ns = rcusim_now_ns(tm->sim);

	tm->rcu->cookies_norm =
		(struct rcu_cookies){ .seq = { seq, seq }, .last_ns = { now_ns, now_ns } };
	test_run_until(tm, MS(500));
}

static void test_i21_a_cookie_waits_for_a_later_one(void)
{
	g_autoptr(TestMachine) tm = held_new("'cpus': 2,", 3);

	test_breaks(count_one_too_far, tm, "gp_start_ns >= cookies->last_ns[i]");
	test_breaks(full_cookie_too_early, tm, "gp_start_ns >= cookies->last_ns[i]");
}

/* --- lists --- */

static void count_one_more(TestMachine *tm)
{
	test_rdp(tm, 0)->cblist.len++;
	check(tm);
}

static void lose_a_callback(TestMachine *tm)
{
	struct rcu_segcblist *list = &test_rdp(tm, 0)->cblist;

	for (int i = 0; i < RCU_CBLIST_NSEGS; i++)
		if (list->seg[i].n > 0) {
			cb_list_drop(&list->seg[i], &tm->rcu->pool, 1);
			break;
		}
	check(tm);
}

static void duplicate_a_callback(TestMachine *tm)
{
	push(tm, &test_rdp(tm, 0)->cblist.seg[RCU_NEXT_TAIL]);
	check(tm);
}

static void hide_one_on_the_bypass(TestMachine *tm)
{
	push(tm, &test_rdp(tm, 0)->nocb_bypass);
	check(tm);
}

static void test_i9_every_callback_is_counted(void)
{
	g_autoptr(TestMachine) tm = held_new("'cpus': 2,", 3);

	test_breaks(count_one_more, tm, "rdp->cblist.len == n");
	test_breaks(lose_a_callback, tm, "rdp->cblist.len == n");
	test_breaks(duplicate_a_callback, tm, "rdp->cblist.len == n");
	test_breaks(hide_one_on_the_bypass, tm, "rdp->cblist.len == n");
}

/* rcuop in the middle of a batch of a second. */
static TestMachine *batch_new(void)
{
	TestMachine *tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'duration': '10s', 'machine': {'cpus': 2, 'housekeeping': '0', 'hz': 24},"
		"'rcu': {'rcu_nocbs': '1'}, 'costs_ns': {'kmem_cache_free': 100000}");

	TEST_SCRIPT(tm, "caller", 1, false, MS(1), STEPS(CALL_RCU, 100, 300));
	while (!test_rdp(tm, 1)->batch.active || test_rdp(tm, 1)->batch.n_done < 10)
		test_run_until(tm, rcusim_now_ns(tm->sim) + US(50));
	return tm;
}

static void forget_the_length(TestMachine *tm)
{
	test_rdp(tm, 1)->cblist.len = 0;
	test_run_until(tm, MS(5000));
}

static void test_i9_no_length_is_negative(void)
{
	g_autoptr(TestMachine) tm = batch_new();

	/* whichever looks first: the jiffy, or the batch's end */
	test_breaks(forget_the_length, tm, "rdp->cblist.len");
}

/* A CPU with lazy callbacks on its bypass, in jiffy 1; HZ is 24. */
static TestMachine *lazy_new(const char *rcu)
{
	TestMachine *tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'duration': '60s', 'machine': {'cpus': 2, 'housekeeping': '0', 'hz': 24},"
		"'rcu': {'rcu_nocbs': '1', 'enable_rcu_lazy': true %s}",
		rcu);

	TEST_SCRIPT(tm, "caller", 1, false, MS(50), STEPS(CALL_RCU, 100, 3));
	test_run_until(tm, MS(60));
	g_assert_cmpint(test_rdp(tm, 1)->lazy_len, ==, 3);
	rcu_check_invariants(tm->rcu);
	return tm;
}

static void count_a_lazy_one_more(TestMachine *tm)
{
	test_rdp(tm, 1)->lazy_len++;
	check(tm);
}

static void count_lazy_ones_below_none(TestMachine *tm)
{
	test_rdp(tm, 1)->lazy_len = -1;
	check(tm);
}

/* A flush that forgets to say so. */
static void flush_and_stay_lazy(TestMachine *tm)
{
	struct rcu_data *rdp = test_rdp(tm, 1);

	rcu_segcblist_insert_pend_cbs(&rdp->cblist, &rdp->nocb_bypass);
	check(tm);
}

static void test_i10_lazy_ones_are_on_the_bypass(void)
{
	g_autoptr(TestMachine) tm = lazy_new("");
	g_autoptr(TestMachine) polling = lazy_new(", 'rcu_nocb_poll': true");

	test_breaks(count_a_lazy_one_more, tm, "rdp->lazy_len <= rdp->nocb_bypass.n");
	test_breaks(count_lazy_ones_below_none, tm, "rdp->lazy_len >= 0");
	test_breaks(flush_and_stay_lazy, tm, "rdp->lazy_len <= rdp->nocb_bypass.n");
	test_breaks(count_a_lazy_one_more, polling, "rdp->lazy_len <= rdp->nocb_bypass.n");
}

static void empty_wait(TestMachine *tm)
{
	struct rcu_segcblist *list = &test_rdp(tm, 0)->cblist;

	cb_list_splice_tail(&list->seg[RCU_NEXT_READY_TAIL], &list->seg[RCU_WAIT_TAIL]);
	check(tm);
}

static void test_i11_wait_is_filled_first(void)
{
	g_autoptr(TestMachine) tm = held_new("'cpus': 2,", 3);

	g_assert_cmpint(test_rdp(tm, 0)->cblist.seg[RCU_WAIT_TAIL].n, >, 0);
	test_breaks(empty_wait, tm, "rdp->cblist.seg[RCU_WAIT_TAIL].n > 0");
}

#ifdef SIM_ASSERT_SLOW
static void swap_labels(TestMachine *tm)
{
	struct rcu_segcblist *list = &test_rdp(tm, 0)->cblist;

	list->gp_seq[RCU_NEXT_READY_TAIL] = list->gp_seq[RCU_WAIT_TAIL];
	check(tm);
}

static void test_i11_labels_grow(void)
{
	g_autoptr(TestMachine) tm = held_new("'cpus': 2,", 3);

	g_assert_cmpint(test_rdp(tm, 0)->cblist.seg[RCU_NEXT_READY_TAIL].n, >, 0);
	test_breaks(swap_labels, tm, "rcu_segcblist_is_sane(&rdp->cblist)");
}

static void break_the_bypass(TestMachine *tm)
{
	struct rcu_data *rdp = test_rdp(tm, 1);

	push(tm, &rdp->nocb_bypass);
	rdp->nocb_bypass.head->n = 0;
	rdp->cblist.len++;
	rdp->nocb_cb_sleep = false;
	check(tm);
}

static void test_lists_are_walked_in_debug_builds(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	test_breaks(break_the_bypass, tm, "cb_list_is_sane(&rdp->nocb_bypass, ");
}
#endif

/* As if it had never been queued, or twice: the CPU's own books agree. */
static void forget_a_callback(TestMachine *tm)
{
	struct rcu_data *rdp = test_rdp(tm, 0);

	g_assert_cmpint(rdp->cblist.seg[RCU_WAIT_TAIL].n, >, 1);
	cb_list_drop(&rdp->cblist.seg[RCU_WAIT_TAIL], &tm->rcu->pool, 1);
	rdp->cblist.len--;
	check(tm);
}

static void queue_a_callback_twice(TestMachine *tm)
{
	push(tm, &test_rdp(tm, 0)->cblist.seg[RCU_NEXT_TAIL]);
	test_rdp(tm, 0)->cblist.len++;
	check(tm);
}

/* One is lost and another one comes twice: no count sees it. */
static void exchange_a_callback(TestMachine *tm)
{
	struct rcu_data *rdp = test_rdp(tm, 0);

	cb_list_drop(&rdp->cblist.seg[RCU_WAIT_TAIL], &tm->rcu->pool, 1);
	push(tm, &rdp->cblist.seg[RCU_NEXT_TAIL]);
	check(tm);
	test_run_until(tm, MS(900));
}

static void count_one_that_was_not_queued(TestMachine *tm)
{
	tm->rcu->n_held++;
	check(tm);
}

static void test_i12_what_is_queued_is_invoked(void)
{
	g_autoptr(TestMachine) tm = held_new("'cpus': 2,", 3);

	test_breaks(forget_a_callback, tm, "rcu->n_held == n");
	test_breaks(queue_a_callback_twice, tm, "rcu->n_held == n");
	test_breaks(count_one_that_was_not_queued, tm, "rcu->n_held == n");
	test_breaks(exchange_a_callback, tm, "rcu->held_ns_sum == 0");
}

/* What is invoked next was queued before what was invoked last. */
static void turn_the_list(TestMachine *tm)
{
	test_rdp(tm, 1)->invoked_enqueue_ns = MS(100000);
	run_on(tm);
}

static void test_i13_callbacks_run_in_order(void)
{
	g_autoptr(TestMachine) tm = batch_new();

	test_breaks(turn_the_list, tm, ">= rdp->invoked_enqueue_ns");
}

/* --- offloading --- */

static void strand_the_bypass(TestMachine *tm)
{
	push(tm, &test_rdp(tm, 1)->nocb_bypass);
	test_rdp(tm, 1)->cblist.len++;
	check(tm);
}

static void strand_a_pending_one(TestMachine *tm)
{
	push(tm, &test_rdp(tm, 1)->cblist.seg[RCU_NEXT_TAIL]);
	test_rdp(tm, 1)->cblist.len++;
	check(tm);
}

static void strand_a_ready_one(TestMachine *tm)
{
	push(tm, &test_rdp(tm, 1)->cblist.seg[RCU_DONE_TAIL]);
	test_rdp(tm, 1)->cblist.len++;
	check(tm);
}

static void test_i14_to_i16_nobody_is_forgotten(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	g_assert_true(rcu_nocb_gp_is_asleep(test_rdp(tm, 1)->group));
	test_breaks(strand_the_bypass, tm, "rdp->nocb_bypass.n == 0");
	test_breaks(strand_a_pending_one, tm, "!rcu_segcblist_pend_cbs(&rdp->cblist)");
	test_breaks(strand_a_ready_one, tm, "!rcu_segcblist_ready_cbs(&rdp->cblist)");
}

/* The timer that lazy ones wait for is gone, and what it was for with it. */
static void forget_the_lazy_timer(TestMachine *tm)
{
	struct nocb_group *group = test_rdp(tm, 1)->group;

	g_assert_cmpint(group->nocb_defer_wakeup, ==, RCU_NOCB_WAKE_LAZY);
	group->nocb_defer_wakeup = RCU_NOCB_WAKE_NOT;
	timer_del(&group->nocb_timer);
	check(tm);
}

static void test_i14_lazy_ones_are_not_forgotten(void)
{
	g_autoptr(TestMachine) tm = lazy_new("");

	test_breaks(forget_the_lazy_timer, tm, "rdp->nocb_bypass.n == 0");
}

/* rcuog that polls sleeps without a timer. */
static void stop_polling(TestMachine *tm)
{
	g_assert_true(rcu_nocb_gp_is_polling(test_rdp(tm, 1)->group));
	timer_del(&test_rdp(tm, 1)->group->poll_timer);
	check(tm);
}

static void test_i14_to_i16_who_polls_looks_again(void)
{
	g_autoptr(TestMachine) tm = lazy_new(", 'rcu_nocb_poll': true");

	test_breaks(stop_polling, tm, "timer_is_pending(&group->poll_timer)");
}

/* A flush that leaves the bypass as it was. */
static void keep_the_bypass(TestMachine *tm)
{
	struct rcu_data *rdp = test_rdp(tm, 1);

	/* busy already, and well before the jiffy turns: nobody looks in between */
	TEST_SCRIPT(tm, "caller", 1, false, MS(53), STEP(KERNEL, US(500)), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(53) + US(100));
	rdp->nocb_bypass.n = 1;
	rdp->cblist.len++;
	test_run_until(tm, MS(54));
}

static void test_i17_direct_calls_find_the_bypass_empty(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	test_breaks(keep_the_bypass, tm, "rdp->nocb_bypass.n == 0");
}

/* By construction it is not above the limit, unless both are below zero: a counter that has run over. */
static void count_from_below(TestMachine *tm)
{
	tm->rcu->nobypass_lim = -2;
	test_rdp(tm, 1)->nocb_nobypass_count = -5;
	TEST_SCRIPT(tm, "caller", 1, false, MS(53), STEP(CALL_RCU, 100));
	run_on(tm);
}

static void test_i25_a_jiffy_starts_at_most_at_the_limit(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	test_breaks(count_from_below, tm,
		    "rdp->nocb_nobypass_last == j || count <= rcu->nobypass_lim");
}

/* Somebody is at it already. */
static void invoke_twice(TestMachine *tm)
{
	test_rdp(tm, 1)->batch.active = true;
	TEST_SCRIPT(tm, "caller", 1, false, MS(51), STEP(CALL_RCU, 100));
	run_on(tm);
}

static void test_i18_one_invokes(void)
{
	g_autoptr(TestMachine) offloaded = quiet_new("1");

	test_breaks(invoke_twice, offloaded, "!batch->active");
}

/* rcuop, or rcuc, is taken for a softirq and stops at the limit. */
static void stop_kthread(TestMachine *tm)
{
	struct rcu_batch *batch = &test_rdp(tm, 0)->batch;

	batch->in_softirq = true;
	batch->bl = 1;
	test_run_until(tm, MS(400));
}

static void check_kthread_drains(const char *rcu)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 1}, 'rcu': {%s}, 'workload': [{'id': 'f',"
		"'kind': 'free-loop', 'cpus': '0', 'objects': 1000, 'arrive': {'from': '1ms'}}]",
		rcu);
	const struct rcu_batch *batch = &test_rdp(tm, 0)->batch;

	for (int64_t t_ns = MS(1);
	     t_ns < MS(400) && !(batch->extracted && batch->list.n > 10 && batch->n_done > 0);
	     t_ns += 100)
		test_run_until(tm, t_ns);
	g_assert_cmpint(batch->list.n, >, 10);
	test_breaks(stop_kthread, tm, "kthread_must_stop(rdp)");
}

static void test_i26_a_kthread_drains(void)
{
	check_kthread_drains("'rcu_nocbs': '0'");
	check_kthread_drains("'use_softirq': false");
}

static void arm_without_level(TestMachine *tm)
{
	timer_mod(&test_rdp(tm, 1)->group->nocb_timer, &tm->m->cpus[0], tm->m->jiffies + 5);
	check(tm);
}

static void level_without_timer(TestMachine *tm)
{
	test_rdp(tm, 1)->group->nocb_defer_wakeup = RCU_NOCB_WAKE;
	check(tm);
}

/* rcuog is woken a second time although it has not run: somebody has turned the flag meanwhile. */
static void wake_twice(TestMachine *tm)
{
	struct rcu_data *rdp = test_rdp(tm, 1);

	wake_nocb_gp(rdp, NULL, false);
	rdp->group->nocb_gp_sleep = true;
	wake_nocb_gp(rdp, NULL, false);
}

static void test_i22_one_wakeup_a_pass(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	test_breaks(wake_twice, tm, "!group->woken");
}

/* Polling, nothing is ever put off. */
static void defer_while_polling(TestMachine *tm)
{
	struct nocb_group *group = test_rdp(tm, 1)->group;

	group->nocb_defer_wakeup = RCU_NOCB_WAKE_LAZY;
	timer_mod(&group->nocb_timer, &tm->m->cpus[0], tm->m->jiffies + 5);
	check(tm);
}

static void test_i23_the_timer_runs_while_a_wakeup_is_put_off(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	test_breaks(arm_without_level, tm, "timer_is_pending(&group->nocb_timer) == deferred");
	test_breaks(level_without_timer, tm, "timer_is_pending(&group->nocb_timer) == deferred");
}

static void test_i23_who_polls_puts_nothing_off(void)
{
	g_autoptr(TestMachine) tm = lazy_new(", 'rcu_nocb_poll': true");

	test_breaks(defer_while_polling, tm, "!deferred");
}

/* --- batches --- */

static void odd_limit(TestMachine *tm)
{
	test_rdp(tm, 1)->blimit = 77;
	TEST_SCRIPT(tm, "caller", 1, false, MS(51), STEP(CALL_RCU, 100));
	run_on(tm);
}

static void test_i27_blimit_is_one_of_two(void)
{
	g_autoptr(TestMachine) offloaded = quiet_new("1");
	g_autoptr(TestMachine) softirq = quiet_new("");

	test_breaks(odd_limit, offloaded,
		    "rdp->blimit == config->blimit || rdp->blimit == RCU_MAX_BLIMIT");
	test_breaks(odd_limit, softirq,
		    "rdp->blimit == config->blimit || rdp->blimit == RCU_MAX_BLIMIT");
}

/* --- objects --- */

/* Freed more often than given up. */
static void free_twice(TestMachine *tm)
{
	const struct op_times now = { .first_end_ns = rcusim_now_ns(tm->sim), .period = 1 };

	unfreed_free(tm->mm, 1, 1, 100, &now);
}

static void test_no_object_is_freed_twice(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	test_breaks(free_twice, tm, "u->objects >= 0");
}

static void unlock_twice(TestMachine *tm)
{
	rcu_read_unlock(tm->rcu, tm->m->tasks);
}

static void test_sections_are_balanced(void)
{
	g_autoptr(TestMachine) tm = quiet_new("1");

	test_breaks(unlock_twice, tm, "task->rcu_read_lock_nesting > 0");
}

/* --- the lifetime oracle --- */

/*
 * A grace period that did not wait, made by hand: callbacks of CPU 0 become ready although a reader of CPU 1 was
 * there when they were queued. Each of them is a violation.
 */
static TestMachine *busted_new(RcuSimFlags flags, int n, int64_t reader_ns)
{
	TestMachine *tm = test_machine_new(flags, "'machine': {'cpus': 2, 'hz': 1000}");
	struct rcu_segcblist *list = &test_rdp(tm, 0)->cblist;

	TEST_SCRIPT(tm, "reader", 1, false, reader_ns, STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(50)));
	TEST_SCRIPT(tm, "caller", 0, false, US(100), STEPS(CALL_RCU, 100, n), STEP(KERNEL, MS(5)));
	test_run_until(tm, US(500));
	g_assert_cmpint(list->seg[RCU_NEXT_TAIL].n, ==, n);
	cb_list_splice_tail(&list->seg[RCU_DONE_TAIL], &list->seg[RCU_NEXT_TAIL]);
	test_run_until(tm, MS(10));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	return tm;
}

static const RcuSimFlags modes[] = { RCUSIM_FLAG_NONE, RCUSIM_FLAG_REFERENCE };

static void test_a_free_under_a_reader_is_a_violation(void)
{
	for (size_t mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
		g_autoptr(TestMachine) tm = busted_new(modes[mode], 1, US(50));
		const struct record_violation *row;

		g_assert_cmpint(test_metric(tm, "violations"), ==, 1);
		g_assert_cmpint(tm->sim->violations->len, ==, 1);
		row = &g_array_index(tm->sim->violations, struct record_violation, 0);
		g_assert_cmpint(row->reader_start_ns, <, US(100));
		g_assert_cmpint(row->reader_start_ns, >=, US(50));
		g_assert_cmpint(row->freed_ns, >, MS(1));
		g_assert_cmpint(row->freed_ns, <, MS(1) + US(20));
	}
}

/* A reader that began after them cannot have found them. */
static void test_a_later_reader_is_no_violation(void)
{
	for (size_t mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
		g_autoptr(TestMachine) tm = busted_new(modes[mode], 4, US(200));

		g_assert_cmpint(test_metric(tm, "violations"), ==, 0);
	}
}

/* Every callback of a batch counts, whether they are a run or single operations. */
static void test_each_such_free_is_a_violation(void)
{
	for (size_t mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
		g_autoptr(TestMachine) tm = busted_new(modes[mode], 7, US(50));

		g_assert_cmpint(test_metric(tm, "violations"), ==, 7);
		g_assert_cmpint(tm->sim->violations->len, ==, 7);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/i1/no-callback-rides-on-a-running-grace-period",
			test_i1_no_callback_rides_on_a_running_grace_period);
	g_test_add_func("/i2/a-label-is-a-snapshot", test_i2_a_label_is_a_snapshot);
	g_test_add_func("/i3/nodes-follow-the-global-number",
			test_i3_nodes_follow_the_global_number);
	g_test_add_func("/i4/the-end-finds-nobody-to-wait-for",
			test_i4_the_end_finds_nobody_to_wait_for);
	g_test_add_func("/i5/a-parents-bit-goes-last", test_i5_a_parents_bit_goes_last);
	g_test_add_func("/i5/bits-are-set-at-init-only", test_i5_bits_are_set_at_init_only);
	g_test_add_func("/i6/an-older-reader-holds-the-grace-period",
			test_i6_an_older_reader_holds_the_grace_period);
	g_test_add_func("/i7/no-request-is-lost", test_i7_no_request_is_lost);
	g_test_add_func("/i8/one-grace-period-at-a-time", test_i8_one_grace_period_at_a_time);
	g_test_add_func("/i8/one-expedited-grace-period-at-a-time",
			test_i8_one_expedited_grace_period_at_a_time);
	g_test_add_func("/i6/readers-of-rcu-sched-do-not-schedule",
			test_i6_readers_of_rcu_sched_do_not_schedule);
	g_test_add_func("/i6/an-older-reader-holds-an-expedited-one",
			test_i6_an_older_reader_holds_an_expedited_one);
	g_test_add_func("/i19/a-barrier-waits-for-all", test_i19_a_barrier_waits_for_all);
	g_test_add_func("/i20/synchronize-waits-for-a-later-one",
			test_i20_synchronize_waits_for_a_later_one);
	g_test_add_func("/i21/a-cookie-waits-for-a-later-one",
			test_i21_a_cookie_waits_for_a_later_one);
	g_test_add_func("/i9/every-callback-is-counted", test_i9_every_callback_is_counted);
	g_test_add_func("/i9/no-length-is-negative", test_i9_no_length_is_negative);
	g_test_add_func("/i10/lazy-ones-are-on-the-bypass", test_i10_lazy_ones_are_on_the_bypass);
	g_test_add_func("/i11/wait-is-filled-first", test_i11_wait_is_filled_first);
#ifdef SIM_ASSERT_SLOW
	g_test_add_func("/i11/labels-grow", test_i11_labels_grow);
	g_test_add_func("/lists/are-walked-in-debug-builds", test_lists_are_walked_in_debug_builds);
#endif
	g_test_add_func("/i12/what-is-queued-is-invoked", test_i12_what_is_queued_is_invoked);
	g_test_add_func("/i13/callbacks-run-in-order", test_i13_callbacks_run_in_order);
	g_test_add_func("/i14-16/nobody-is-forgotten", test_i14_to_i16_nobody_is_forgotten);
	g_test_add_func("/i14/lazy-ones-are-not-forgotten", test_i14_lazy_ones_are_not_forgotten);
	g_test_add_func("/i14-16/who-polls-looks-again", test_i14_to_i16_who_polls_looks_again);
	g_test_add_func("/i17/direct-calls-find-the-bypass-empty",
			test_i17_direct_calls_find_the_bypass_empty);
	g_test_add_func("/i25/a-jiffy-starts-at-most-at-the-limit",
			test_i25_a_jiffy_starts_at_most_at_the_limit);
	g_test_add_func("/i18/one-invokes", test_i18_one_invokes);
	g_test_add_func("/i22/one-wakeup-a-pass", test_i22_one_wakeup_a_pass);
	g_test_add_func("/i23/the-timer-runs-while-a-wakeup-is-put-off",
			test_i23_the_timer_runs_while_a_wakeup_is_put_off);
	g_test_add_func("/i23/who-polls-puts-nothing-off", test_i23_who_polls_puts_nothing_off);
	g_test_add_func("/i27/blimit-is-one-of-two", test_i27_blimit_is_one_of_two);
	g_test_add_func("/objects/no-object-is-freed-twice", test_no_object_is_freed_twice);
	g_test_add_func("/readers/sections-are-balanced", test_sections_are_balanced);
	g_test_add_func("/violations/a-free-under-a-reader-is-one",
			test_a_free_under_a_reader_is_a_violation);
	g_test_add_func("/violations/a-later-reader-is-none", test_a_later_reader_is_no_violation);
	g_test_add_func("/violations/each-such-free-is-one", test_each_such_free_is_a_violation);
	g_test_add_func("/i26/a-kthread-drains", test_i26_a_kthread_drains);
	return g_test_run();
}
