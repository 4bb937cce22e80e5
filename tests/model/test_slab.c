/*
 * test_slab.c - kmem_cache_free() by the state of the object's slab: the CPU's own slab, lists of partial slabs, slabs given
 * back. Expected sums are by hand, from SLUB's rules.
 */
#include <glib.h>

#include "model/machine.h"

/* 20 objects to a slab; of a flood's mean 1000 ns, what slabs take is a share. */
static const struct cost_profile costs = { .kmem_cache_free = 1000,
					   .slab_free_fast = 600,
					   .put_partials = 400,
					   .discard_slab = 200 };

static int64_t one_by_one(const struct slab_config *config, int64_t n)
{
	int64_t sum = 0, run;

	for (int64_t i = 0; i < n; i++)
		sum += slab_free_ns(config, &costs, 200, n, i, &run);
	return sum;
}

static void check(const struct slab_config *config, int64_t n, int64_t expected)
{
	int64_t sum = 0, run = 0;

	for (int64_t i = 0; i < n; i += run) {
		sum += slab_free_ns(config, &costs, 200, n, i, &run) * run;
		g_assert_cmpint(run, >=, 1);
		g_assert_cmpint(i + run, <=, n);
	}
	g_assert_cmpint(sum, ==, expected);
	g_assert_cmpint(one_by_one(config, n), ==, expected);
}

/* A list is one slab: (400 + 200) / 20 = 30 of each object's 1000 are the share of lists and slabs. */
static void test_lists_of_one_slab(void)
{
	const struct slab_config config = { .min_partial = 2, .cpu_partial = 10 };

	check(&config, 12, 12 * 370);            /* all of the CPU's own slab */
	check(&config, 32, 20 * 970 + 12 * 370); /* one slab is put on the list */
	check(&config, 52,
	      40 * 970 + 12 * 370 + 400); /* the second one moves the first, which the node keeps */
	/* the first objects of slabs 1, 2 and 3 move a list; the node keeps the first two */
	check(&config, 100, 80 * 970 + 20 * 370 + 3 * 400 + 200);
}

/* Lists of 12 slabs, 240 objects; (400 + 12 * 200) / 240 = 11 is the share. The node keeps 5 slabs of the first list. */
static void test_lists_of_twelve_slabs(void)
{
	const struct slab_config config = { .min_partial = 5, .cpu_partial = 120 };

	check(&config, 100, 80 * 989 + 20 * 389);
	check(&config, 260, 240 * 989 + 20 * 389); /* object 240 is of the CPU's slab */
	check(&config, 280, 260 * 989 + 20 * 389 + 400 + 7 * 200);
	check(&config, 520, 500 * 989 + 20 * 389 + 2 * 400 + (7 + 12) * 200);
}

/* Without such lists the last object of a slab gives it back; a partial slab counts itself. 200 / 20 = 10 is the share. */
static void test_no_lists(void)
{
	const struct slab_config config = { .min_partial = 2 };

	check(&config, 100, 80 * 990 + 20 * 390 + 3 * 200);
	check(&config, 20, 20 * 390);
}

/* A slab of one object: each but the last is a slab of its own. 1000 - (400 + 200) = 400. */
static void test_slabs_of_one_object(void)
{
	const struct slab_config config = { .objects_per_slab = 1,
					    .min_partial = 0,
					    .cpu_partial = 1 };

	/* a list is 2 slabs: (400 + 2 * 200) / 2 = 400 is the share; slab 2 moves slabs 0 and 1 */
	check(&config, 4, 3 * 600 + 0 + 400 + 2 * 200);
}

static int64_t loop_ns(const char *more)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 1}, 'costs_ns': {'kmem_cache_free': 100, 'free_loop_body': 10, "
		"'cond_resched': 5, 'slab_free_fast': 60, 'put_partials': 400, 'discard_slab': 200}, "
		"'workload': [{'id': 'f', 'kind': 'free-loop', 'method': 'direct', 'objects': 100, "
		"'cpus': '0', 'arrive': {'from': '41ms'}%s}]",
		more);

	test_run_until(tm, MS(60));
	return test_metric(tm, "free_loop_end_ns") - test_metric(tm, "free_loop_start_ns");
}

/* The bench's loop pays it: of 100 objects five slabs, the last one the CPU's. */
static void test_a_loop_pays(void)
{
	/* (400 + 12 * 200) / 240 = 11 */
	g_assert_cmpint(loop_ns(""), ==, 100 * 15 + 80 * 89 + 20 * 29);
	/* (400 + 200) / 20 = 30; slabs 1 to 3 move a list each, the node keeps none */
	g_assert_cmpint(loop_ns(", 'cpu_partial': 10, 'min_partial': 0"), ==,
			100 * 15 + 80 * 70 + 20 * 10 + 3 * 600);
	/* where the loop looks makes no difference */
	g_assert_cmpint(loop_ns(", 'look_every': 7"), ==, 100 * 15 + 80 * 89 + 20 * 29);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/slab/lists-of-one-slab", test_lists_of_one_slab);
	g_test_add_func("/slab/lists-of-twelve-slabs", test_lists_of_twelve_slabs);
	g_test_add_func("/slab/no-lists", test_no_lists);
	g_test_add_func("/slab/slabs-of-one-object", test_slabs_of_one_object);
	g_test_add_func("/slab/a-loop-pays", test_a_loop_pays);
	return g_test_run();
}
