/* test_kvfree.c - kfree_rcu() (rcu-behaviour.md 10): blocks, the monitor, batches, cookies, pages, the barrier. */
#include <glib.h>

#include "model/machine.h"

#define LOOP                                                                                   \
	"'workload': [{'id': 'f', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': %d, " \
	"'cpus': '0', 'arrive': {'from': '%dus'}}]"

static struct kvfree *kv(TestMachine *tm)
{
	return mm_kvfree(tm->mm);
}

/* --- the monitor --- */

/* In jiffy 10: fewer objects than a block holds wait for 5 s, a block's worth for the next but one tick. */
static void check_monitor(const char *kernel, int n, int batches_by_then)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'duration': '20s', 'machine': {'cpus': 1, 'hz': 250}, 'rcu': {'kernel': '%s'}, " LOOP,
		kernel, n, 41000);

	test_run_until(tm, MS(4 * 12) - 1);
	g_assert_cmpint(test_metric(tm, "kfree_rcu_batches"), ==, 0);
	test_run_until(tm, MS(4 * 12));
	g_assert_cmpint(test_metric(tm, "kfree_rcu_batches"), ==, batches_by_then);
	test_run_until(tm, MS(19000));
	g_assert_cmpint(test_metric(tm, "unfreed_objects_left"), ==, 0);
	g_assert_cmpint(test_metric(tm, "kfree_rcu_batches"), ==, 1);
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, 1);
}

static void test_a_full_block_hurries_the_monitor(void)
{
	check_monitor("6.12", 506, 0);
	check_monitor("6.12", 507, 1); /* (4096 - 40) / 8 */
	check_monitor("6.1", 509, 0);
	check_monitor("6.1", 510, 1); /* (4096 - 16) / 8 */
}

/*
 * Alone: 5 * 250 jiffies from jiffy 10 on, which the wheel's granularity of 64 makes 1280 (0.4 item 2). The callback
 * queued there starts a grace period, which on one idle CPU is over within four ticks.
 */
static void test_a_lone_object_waits_for_five_seconds(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'duration': '20s', 'machine': {'cpus': 1, 'hz': 250}, " LOOP, 1,
		41000);

	test_run_until(tm, MS(4 * 1280) - 1);
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, 0);
	test_run_until(tm, MS(4 * 1280));
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, 1);
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 0);
	test_run_until(tm, MS(4 * 1284));
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 1);
}

/* --- pages --- */

static void test_pages_are_refilled_while_the_loop_runs(void)
{
	g_autoptr(TestMachine) full = test_machine_new(
		RCUSIM_FLAG_NONE, "'duration': '20s', 'machine': {'cpus': 2}, " LOOP, 10000, 41000);
	g_autoptr(TestMachine) none = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'duration': '20s', 'machine': {'cpus': 2}, 'rcu': {'rcu_min_cached_objs': 0}, " LOOP,
		10000, 41000);

	test_run_until(full, MS(19000));
	test_run_until(none, MS(19000));
	/* five pages are there; the kworker that brings more preempts the loop */
	g_assert_cmpint(test_metric(full, "kfree_rcu_blocks"), ==, 20);
	g_assert_cmpint(test_metric(full, "kfree_rcu_heads"), >, 0);
	g_assert_cmpint(test_metric(full, "kfree_rcu_heads"), <, 10);
	g_assert_cmpint(test_metric(none, "kfree_rcu_blocks"), ==, 0);
	g_assert_cmpint(test_metric(none, "kfree_rcu_heads"), ==, 10000);
	g_assert_cmpint(test_metric(full, "unfreed_objects_left"), ==, 0);
	g_assert_cmpint(test_metric(none, "unfreed_objects_left"), ==, 0);
	/* freed in bulk costs less */
	g_assert_cmpint(test_metric(full, "kworker_cpu_ns"), <,
			test_metric(none, "kworker_cpu_ns"));
}

static void shrink(TestMachine *tm, void *ctx)
{
	kfree_rcu_shrink(kv(tm), &tm->m->cpus[0].curr->frame);
}

/* Memory is short: no pages, the monitor now; the next refill after rcu_delay_page_cache_fill_msec, of one page. */
static void test_the_shrinker(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'duration': '20s', 'machine': {'cpus': 2, 'hz': 1000}, 'rcu': {'rcu_delay_page_cache_fill_msec': 100}, "
		"'workload': [{'id': 'f', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': 10, 'cpus': '0', "
		"'usleep': '20000us', 'arrive': {'from': '1ms'}}]");

	TEST_SCRIPT(tm, "busy", 0, false, MS(30), STEPS(RESCHED, US(100), 10000));
	TEST_SCRIPT(tm, "reader", 1, false, MS(30), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(200)));
	test_run_until(tm, MS(44));
	g_assert_cmpint(kv(tm)->krc[0].nr_bkv_objs, ==, 4);
	g_assert_cmpint(kvfree_count(&kv(tm)->krc[0]), ==, 3);
	g_assert_cmpint(test_metric(tm, "kfree_rcu_batches"), ==, 0);
	test_at(tm, MS(45), SIM_RANK_ARRIVAL, shrink, NULL);
	test_run_until(tm, MS(50));
	g_assert_cmpint(kv(tm)->krc[0].nr_bkv_objs, ==, 0);
	g_assert_cmpint(test_metric(tm, "kfree_rcu_batches"), ==, 1);
	test_run_until(tm, MS(80)); /* the fourth object, of about 63 ms, found no page */
	g_assert_cmpint(test_metric(tm, "kfree_rcu_heads"), ==, 1);
	g_assert_true(kv(tm)->krc[0].work_in_progress);
	test_run_until(tm, MS(160));
	g_assert_true(kv(tm)->krc[0].work_in_progress);
	g_assert_cmpint(kv(tm)->krc[0].nr_bkv_objs, ==, 0);
	test_run_until(tm, MS(175));
	g_assert_false(kv(tm)->krc[0].work_in_progress);
	g_assert_false(kv(tm)->krc[0].backoff_page_cache_fill);
	/* its one page may have been taken by now */
	g_assert_cmpint(kv(tm)->stats.n_blocks + kv(tm)->krc[0].nr_bkv_objs, ==, 2);
}

/* The same by a workload of kind reclaim. */
static void test_reclaim_calls_the_shrinker(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'duration': '20s', 'machine': {'cpus': 2, 'hz': 1000}, 'workload': [{'id': 'f', 'kind': 'free-loop', "
		"'method': 'kfree-rcu', 'objects': 3, 'cpus': '0', 'arrive': {'from': '1ms'}}, "
		"{'id': 'r', 'kind': 'reclaim', 'cpus': '1', 'arrive': {'from': '45ms'}}]");

	test_run_until(tm, MS(45) - 1);
	g_assert_cmpint(test_metric(tm, "kfree_rcu_batches"), ==, 0); /* 5 s are not over */
	test_run_until(tm, MS(50));
	g_assert_cmpint(kv(tm)->krc[0].nr_bkv_objs, ==, 0);
	g_assert_cmpint(test_metric(tm, "kfree_rcu_batches"), ==, 1);
}

/* --- grace periods --- */

/* What a grace period has passed for meanwhile needs none of its own: since there are cookies. */
static void check_cookies(const char *kernel, int n_ready)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'duration': '20s', 'machine': {'cpus': 1, 'hz': 250}, 'rcu': {'kernel': '%s'}, "
		"'workload': [{'id': 'f', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': 100, 'cpus': '0', "
		"'arrive': {'from': '1ms'}},"
		"{'id': 'c', 'kind': 'call-rcu', 'calls': 1, 'cpus': '0', 'arrive': {'from': '100ms'}}]",
		kernel);

	test_run_until(tm, MS(15000));
	g_assert_cmpint(kv(tm)->stats.n_ready, ==, n_ready);
	g_assert_cmpint(test_metric(tm, "kfree_rcu_batches"), ==, n_ready == 0 ? 1 : 0);
	g_assert_cmpint(test_metric(tm, "unfreed_objects_left"), ==, 0);
}

static void test_cookies_spare_a_batch(void)
{
	check_cookies("6.12", 100);
	check_cookies("6.1", 0);
}

/* A reader of 3 s; a block's worth of objects every 100 ms. */
static TestMachine *held_new(void)
{
	TestMachine *tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'duration': '20s', 'machine': {'cpus': 2, 'hz': 250}, "
		"'workload': [{'id': 'a', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': 600, 'cpus': '0', "
		"'arrive': {'from': '100ms'}},"
		"{'id': 'b', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': 600, 'cpus': '0', "
		"'arrive': {'from': '200ms'}},"
		"{'id': 'c', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': 600, 'cpus': '0', "
		"'arrive': {'from': '300ms'}}]");

	TEST_SCRIPT(tm, "reader", 1, false, MS(50), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(3000)));
	test_run_until(tm, MS(400));
	kvfree_check_invariants(kv(tm));
	return tm;
}

static void test_two_batches_at_most_are_under_way(void)
{
	g_autoptr(TestMachine) tm = held_new();
	const struct kfree_rcu_cpu *krcp = &kv(tm)->krc[0];

	g_assert_cmpint(test_metric(tm, "kfree_rcu_batches"), ==, 2);
	g_assert_true(krcp->krw_arr[0].rcu_pending);
	g_assert_true(krcp->krw_arr[1].rcu_pending);
	g_assert_cmpint(kvfree_count(krcp), ==, 600);
	g_assert_true(work_busy(&krcp->monitor_work.work)); /* again and again */
	test_run_until(tm, MS(3049));
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 0);
	test_run_until(tm, MS(4000));
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 1800);
	g_assert_cmpint(test_metric(tm, "violations"), ==, 0);
}

/* --- the barrier --- */

static void test_barrier_waits_for_all(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'duration': '20s', 'machine': {'cpus': 2, 'hz': 250}, "
		"'workload': [{'id': 'f', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': 100, 'count': 2, "
		"'barrier': true, 'arrive': {'from': '50ms'}}]");

	test_run_until(tm, MS(1000));
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 200);
	g_assert_cmpint(test_metric(tm, "kfree_rcu_batches"), ==, 2); /* a CPU each */
	g_assert_cmpint(test_metric(tm, "kfree_rcu_barrier_end_ns"), >=,
			test_metric(tm, "free_last_ns"));
	g_assert_cmpint(test_metric(tm, "kfree_rcu_barrier_end_ns") -
				test_metric(tm, "free_last_ns"),
			<, US(20));
	/* without it they would lie there for 5 s */
	g_assert_cmpint(test_metric(tm, "free_last_ns"), <, MS(80));
	kvfree_check_invariants(kv(tm));
}

/* Both slots are taken: the barrier waits for them first. */
static void test_barrier_behind_two_batches(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'duration': '20s', 'machine': {'cpus': 2, 'hz': 250}, "
		"'workload': [{'id': 'a', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': 600, 'cpus': '0', "
		"'arrive': {'from': '100ms'}},"
		"{'id': 'b', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': 600, 'cpus': '0', "
		"'arrive': {'from': '200ms'}},"
		"{'id': 'c', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': 10, 'cpus': '0', "
		"'barrier': true, 'arrive': {'from': '300ms'}}]");

	TEST_SCRIPT(tm, "reader", 1, false, MS(50), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(500)));
	test_run_until(tm, MS(540));
	g_assert_cmpint(test_metric(tm, "kfree_rcu_barrier_end_ns"), ==, 0);
	test_run_until(tm, MS(1000));
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 1210);
	g_assert_cmpint(test_metric(tm, "kfree_rcu_barrier_end_ns"), >=,
			test_metric(tm, "free_last_ns"));
}

/* --- what must break --- */

static void count_one_more(TestMachine *tm)
{
	kv(tm)->krc[0].bulk_count++;
	kvfree_check_invariants(kv(tm));
}

static void lose_a_block(TestMachine *tm)
{
	struct kvfree_block *block = kvfree_blocks_pop(&kv(tm)->krc[0].bulk);

	kv(tm)->krc[0].bulk_count -= block->n;
	kvfree_check_invariants(kv(tm));
}

static void free_twice(TestMachine *tm)
{
	kv(tm)->stats.n_freed++;
	kvfree_check_invariants(kv(tm));
}

static void lose_the_monitor(TestMachine *tm)
{
	cancel_delayed_work(&kv(tm)->krc[0].monitor_work);
	kvfree_check_invariants(kv(tm));
}

static void lose_a_batch(TestMachine *tm)
{
	kv(tm)->krc[0].krw_arr[0].rcu_pending = false;
	kvfree_check_invariants(kv(tm));
}

static void test_invariants_can_fail(void)
{
	g_autoptr(TestMachine) tm = held_new();

	test_breaks(count_one_more, tm, "krcp->bulk_count == blocks_count(&krcp->bulk)");
	test_breaks(lose_a_block, tm, "n == kvfree_n_objects(kv)");
	test_breaks(free_twice, tm, "n == kvfree_n_objects(kv)");
	test_breaks(lose_the_monitor, tm, "work_busy(&krcp->monitor_work.work)");
	test_breaks(lose_a_batch, tm, "krwp->rcu_pending || work_busy(&krwp->work)");
}

/* A batch is freed although its grace period is not over: the reader from before notices. */
static void test_the_oracle_sees_an_early_free(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE, "'duration': '20s', 'machine': {'cpus': 2, 'hz': 250}, " LOOP,
		600, 100000);
	struct kfree_rcu_cpu_work *krwp = &kv(tm)->krc[0].krw_arr[0];

	TEST_SCRIPT(tm, "reader", 1, false, MS(50), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(3000)));
	test_run_until(tm, MS(400));
	g_assert_cmpint(test_metric(tm, "violations"), ==, 0);
	queue_work_on(machine_workqueue(tm->m, WORKQUEUE_UNBOUND), 0, &krwp->work, NULL);
	test_run_until(tm, MS(410));
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 600);
	g_assert_cmpint(test_metric(tm, "violations"), >, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/kvfree/a-full-block-hurries-the-monitor",
			test_a_full_block_hurries_the_monitor);
	g_test_add_func("/kvfree/a-lone-object-waits-for-five-seconds",
			test_a_lone_object_waits_for_five_seconds);
	g_test_add_func("/kvfree/pages-are-refilled-while-the-loop-runs",
			test_pages_are_refilled_while_the_loop_runs);
	g_test_add_func("/kvfree/the-shrinker", test_the_shrinker);
	g_test_add_func("/kvfree/reclaim-calls-the-shrinker", test_reclaim_calls_the_shrinker);
	g_test_add_func("/kvfree/cookies-spare-a-batch", test_cookies_spare_a_batch);
	g_test_add_func("/kvfree/two-batches-at-most-are-under-way",
			test_two_batches_at_most_are_under_way);
	g_test_add_func("/kvfree/barrier-waits-for-all", test_barrier_waits_for_all);
	g_test_add_func("/kvfree/barrier-behind-two-batches", test_barrier_behind_two_batches);
	g_test_add_func("/kvfree/invariants-can-fail", test_invariants_can_fail);
	g_test_add_func("/kvfree/the-oracle-sees-an-early-free",
			test_the_oracle_sees_an_early_free);
	return g_test_run();
}
