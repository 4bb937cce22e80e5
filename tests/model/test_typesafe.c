/*
 * test_typesafe.c - SLAB_TYPESAFE_BY_RCU (rcu-behaviour.md 12): objects are reused at once, slabs wait for a grace
 * period, a callback each; and that the floods of free-loops that do not call call_rcu() are runs, too.
 */
#include <glib.h>

#include "model/machine.h"

/* 20 objects of 200 bytes fit on a page. */
#define LOOP                                                                                               \
	"'workload': [{'id': 'f', 'kind': 'free-loop', 'method': 'typesafe', 'objects': %d, 'cpus': '0', " \
	"'min_partial': %d, 'arrive': {'from': '41ms'}}]"

static void check_discards(int objects, int min_partial, int discards)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}, " LOOP, objects, min_partial);

	test_run_until(tm, MS(900));
	g_assert_cmpint(test_metric(tm, "slabs_discarded"), ==, discards);
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, discards);
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, objects + discards);
	g_assert_cmpint(test_metric(tm, "unfreed_bytes_left"), ==, 0);
}

/* An empty slab stays while the cache has fewer than min_partial partial ones, itself included. */
static void test_a_callback_per_discarded_slab(void)
{
	check_discards(10000, 5, 500 - 4);
	check_discards(10000, 1, 500);
	check_discards(10000, 0, 500);
	check_discards(10000, 1000, 0);
	check_discards(19, 0, 0);
	check_discards(20, 0, 1);
	check_discards(10019, 5, 500 - 4); /* the last slab is not empty */
}

/* What waits for a grace period is slabs, not objects. */
static void test_only_slabs_wait(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}, " LOOP, 1000, 0);

	TEST_SCRIPT(tm, "reader", 1, false, MS(30), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(100)));
	test_run_until(tm, MS(120));
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 1000);
	g_assert_cmpint(test_metric(tm, "unfreed_objects_left"), ==, 50);
	g_assert_cmpint(test_metric(tm, "unfreed_bytes_left"), ==, 50 * 4096);
	test_run_until(tm, MS(300));
	g_assert_cmpint(test_metric(tm, "unfreed_objects_left"), ==, 0);
	g_assert_cmpint(test_metric(tm, "violations"), ==, 0);
}

/* A reader whose object has been freed meanwhile finds another one: it has to look again, and has touched no freed memory. */
static void check_retries(const char *lookup, const char *hold, bool expect_retries)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2}, 'workload': ["
		"{'id': 'f', 'kind': 'free-loop', 'method': 'typesafe', 'objects': 20000, 'cpus': '0', "
		"'ndelay': '1us', 'arrive': {'from': '41ms'}},"
		"{'id': 'r', 'kind': 'reader', 'cpus': '1', 'rate_per_s': 5000, 'hold': '%s', 'lookup': %s}]",
		hold, lookup);

	test_run_until(tm, MS(100));
	g_assert_cmpint(test_metric(tm, "readers"), >, 100);
	g_assert_cmpint(test_metric(tm, "violations"), ==, 0);
	if (expect_retries)
		g_assert_cmpint(test_metric(tm, "reader_retries"), >, 10);
	else
		g_assert_cmpint(test_metric(tm, "reader_retries"), ==, 0);
	g_assert_cmpint(test_metric(tm, "reader_retries"), <=, test_metric(tm, "readers"));
}

static void test_readers_check_identity_again(void)
{
	check_retries("true", "20us", true);
	check_retries("false", "20us", false);
	/* nothing changes in a section of no length */
	check_retries("true", "0ns", false);
}

/* An object is the same until it is freed, and not after. */
static void test_what_a_reader_finds(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2}, 'costs_ns': {'kmem_cache_free': 1000}, " LOOP, 1000, 0);
	int64_t object;

	test_run_until(tm, MS(40));
	object = typesafe_find(tm->mm);
	g_assert_cmpint(object, ==, 0);
	g_assert_true(typesafe_is_same(tm->mm, object));
	test_run_until(tm, MS(41) + US(500));
	g_assert_false(typesafe_is_same(tm->mm, object));
	g_assert_cmpint(typesafe_find(tm->mm), >, 0);
	test_run_until(tm, MS(100));
	g_assert_cmpint(typesafe_find(tm->mm), ==, 1000);
}

static uint64_t n_events(const char *method, RcuSimFlags flags)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		flags,
		"'machine': {'cpus': 2}, 'workload': [{'id': 'f', 'kind': 'free-loop', 'method': '%s', "
		"'objects': 20000, 'cpus': '0', 'arrive': {'from': '41ms'}}]",
		method);

	test_run_until(tm, MS(900));
	g_assert_cmpint(test_metric(tm, "unfreed_objects_left"), ==, 0);
	return rcusim_n_events(tm->sim);
}

static void test_floods_are_runs(void)
{
	static const char *const methods[] = { "srcu", "kfree-rcu", "typesafe" };

	for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
		g_assert_cmpuint(n_events(methods[i], RCUSIM_FLAG_NONE) * 10, <,
				 n_events(methods[i], RCUSIM_FLAG_REFERENCE));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/typesafe/a-callback-per-discarded-slab",
			test_a_callback_per_discarded_slab);
	g_test_add_func("/typesafe/only-slabs-wait", test_only_slabs_wait);
	g_test_add_func("/typesafe/readers-check-identity-again",
			test_readers_check_identity_again);
	g_test_add_func("/typesafe/what-a-reader-finds", test_what_a_reader_finds);
	g_test_add_func("/typesafe/floods-are-runs", test_floods_are_runs);
	return g_test_run();
}
