/*
 * test_policies.c - how many callbacks each policy makes of an exit, and of munmap() calls.
 *
 * Expected numbers come from a loop over the VMAs that does what vma-free-policies.md A.0 to A.9 say, and from
 * the reference's own table.
 */
#include <string.h>

#include <glib.h>

#include "model/machine.h"

#define N_MAX 200

/* A policy as the reference describes it. */
struct scheme {
	const char *json;
	bool listed;      /* VMAs go on a list of the mm */
	bool direct_exit; /* no callback on exit */
	int64_t full;     /* length at which the list is drained; 0: never in the loop */
	bool drains_at_loop_end, drains_at_exit_end;
};

static const struct scheme schemes[] = {
	{ "'per-vma': {}", false, false, 0, false, false },
	{ "'direct-on-exit': {}", false, true, 0, false, false },
	{ "'whole-list': {}", true, false, 0, true, true },
	{ "'list-batched': {}", true, false, 33, false,
	  true }, /* 32: drained when it is *exceeded* */
	{ "'list-batched': {'list_limit': 32, 'exact': true}", true, false, 32, false, true },
	{ "'list-batched': {'list_limit': 1}", true, false, 2, false, true },
	{ "'list-batched': {'list_limit': 1, 'exact': true}", true, false, 1, false, true },
	{ "'list-batched': {'list_limit': 7}", true, false, 8, false, true },
	{ "'list-batched': {'list_limit': 100, 'exact': true}", true, false, 100, false, true },
	{ "'list-batched': {'list_limit': 1000000}", true, false, 1000001, false, true },
};

static const char *const offloads[] = { "", "1", "all" };

/* Calls of one loop over @n VMAs, and what it leaves on the list. */
static int64_t naive_calls(const struct scheme *scheme, int64_t n, bool is_exit, int64_t *on_list)
{
	int64_t calls = 0;

	if (!scheme->listed)
		return is_exit && scheme->direct_exit ? 0 : n;
	for (int64_t i = 0; i < n; i++)
		if (++*on_list == scheme->full) {
			calls++;
			*on_list = 0;
		}
	if (*on_list > 0 &&
	    (scheme->drains_at_loop_end || (is_exit && scheme->drains_at_exit_end))) {
		calls++;
		*on_list = 0;
	}
	return calls;
}

/* Exits of 1 ... N_MAX VMAs, one after the other, 2 ms apart. */
static TestMachine *exits_new(const struct scheme *scheme, const char *nocbs)
{
	g_autoptr(GString) workload = g_string_new("");

	for (int n = 1; n <= N_MAX; n++)
		g_string_append_printf(workload,
				       "%s{'id': 'n%d', 'kind': 'exit', 'cpus': '1', 'vmas': %d,"
				       " 'arrive': {'from': '%dms'}}",
				       n > 1 ? ", " : "", n, n, 2 * n);
	return test_machine_new(RCUSIM_FLAG_NONE,
				"'machine': {'cpus': 2}, 'rcu': {'rcu_nocbs': '%s'},"
				"'policies': {%s}, 'workload': [%s]",
				nocbs, scheme->json, workload->str);
}

static void check_exits(const struct scheme *scheme, const char *nocbs)
{
	g_autoptr(TestMachine) tm = exits_new(scheme, nocbs);
	int64_t expected = 0, objects = 0;

	for (int n = 1; n <= N_MAX; n++) {
		int64_t on_list = 0;

		test_run_until(tm, MS(2 * n + 2) - 1);
		expected += naive_calls(scheme, n, true, &on_list);
		objects += n;
		g_assert_cmpint(test_metric(tm, "exits"), ==, n);
		g_assert_cmpint(test_metric(tm, "callbacks"), ==, expected);
		g_assert_cmpint(test_metric(tm, "residue_objects"), ==, 0);
		g_assert_cmpint(test_metric(tm, "objects_freed") +
					test_metric(tm, "unfreed_objects_left"),
				==, objects);
	}
	test_run_until(tm, MS(2 * N_MAX + 100));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, objects);
	g_assert_cmpint(test_metric(tm, "unfreed_bytes_left"), ==, 0);
}

static void test_exits_of_1_to_200_vmas(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
		for (size_t k = 0; k < G_N_ELEMENTS(offloads); k++)
			check_exits(&schemes[i], offloads[k]);
}

static void test_exit_of_max_map_count_vmas(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
		for (size_t k = 0; k < G_N_ELEMENTS(offloads); k++) {
			g_autoptr(TestMachine) tm = test_machine_new(
				RCUSIM_FLAG_NONE,
				"'machine': {'cpus': 2}, 'rcu': {'rcu_nocbs': '%s'}, 'policies': {%s},"
				"'workload': [{'id': 'x', 'kind': 'exit', 'cpus': '1', 'vmas': 65530}]",
				offloads[k], schemes[i].json);
			int64_t on_list = 0;

			test_run_until(tm, MS(500));
			g_assert_cmpint(test_metric(tm, "exits"), ==, 1);
			g_assert_cmpint(test_metric(tm, "callbacks"), ==,
					naive_calls(&schemes[i], 65530, true, &on_list));
			g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 65530);
			g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
		}
}

/* The table of A.3: list-batched with its limit of 32. */
static void test_the_table_of_the_patch(void)
{
	static const int64_t vmas[] = { 21, 32, 33, 34, 100, 300, 1000, 2000, 5000, 10000, 65530 };
	static const int64_t calls[] = { 1, 1, 1, 2, 4, 10, 31, 61, 152, 304, 1986 };

	for (size_t i = 0; i < G_N_ELEMENTS(vmas); i++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE,
			"'rcu': {'rcu_nocbs': 'all'}, 'policies': {'list-batched': {}},"
			"'workload': [{'id': 'x', 'kind': 'exit', 'cpus': '1', 'vmas': %" G_GINT64_FORMAT
			"}]",
			vmas[i]);

		test_run_until(tm, MS(200));
		g_assert_cmpint(test_metric(tm, "callbacks"), ==, calls[i]);
		g_assert_cmpint(test_metric(tm, "objects_freed"), ==, vmas[i]);
	}
}

/* An address space without VMAs calls nothing: "1 (0 if N = 0)". */
static void test_nothing_to_free_is_no_call(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE,
			"'policies': {%s}, 'workload': [{'id': 'x', 'kind': 'exit', 'vmas': 0}]",
			schemes[i].json);

		test_run_until(tm, MS(100));
		g_assert_cmpint(test_metric(tm, "exits"), ==, 1);
		g_assert_cmpint(test_metric(tm, "callbacks"), ==, 0);
	}
}

/* Calls of k VMAs each, 1 ms apart: what is left on the list by one counts for the next. */
static TestMachine *munmaps_new(const struct scheme *scheme, const char *nocbs, int k,
				const char *maple)
{
	return test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2}, 'rcu': {'rcu_nocbs': '%s'},"
		"'vma': {'maple': '%s', 'nodes_per_store': 2}, 'policies': {%s},"
		"'workload': [{'id': 'm', 'kind': 'munmap', 'cpus': '1', 'vmas': %d,"
		"              'calls': 70, 'pause': '1ms', 'arrive': {'from': '1ms'}}]",
		nocbs, maple, scheme->json, k);
}

static void check_munmaps(const struct scheme *scheme, const char *nocbs, int k, bool maple)
{
	g_autoptr(TestMachine) tm = munmaps_new(scheme, nocbs, k, maple ? "always" : "never");
	int64_t expected = 0, on_list = 0, n_before = 0;

	for (int64_t t_ns = MS(1); n_before < 70; t_ns += US(500)) {
		int64_t n;

		test_run_until(tm, t_ns);
		n = test_metric(tm, "munmaps");
		g_assert_cmpint(t_ns, <, MS(400));
		g_assert_cmpint(n, <=, n_before + 1);
		if (n == n_before)
			continue; /* a call is under way, or not yet */
		n_before = n;
		expected += naive_calls(scheme, k, false, &on_list) + (maple ? 2 : 0);
		g_assert_cmpint(test_metric(tm, "callbacks"), ==, expected);
		g_assert_cmpint(test_metric(tm, "residue_objects"), ==, on_list);
	}
	if (scheme->full > 0)
		g_assert_cmpint(expected - (maple ? 140 : 0), ==, 70 * k / scheme->full);
	test_run_until(tm, MS(500));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	/* the residue stays without bound */
	g_assert_cmpint(test_metric(tm, "residue_objects"), ==, on_list);
	g_assert_cmpint(test_metric(tm, "unfreed_objects_left"), ==, on_list);
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 70 * k - on_list + (maple ? 140 : 0));
}

static void test_munmaps_leave_a_residue(void)
{
	static const int counts[] = { 1, 2, 5, 32, 33, 34, 100 };

	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
		for (size_t k = 0; k < G_N_ELEMENTS(counts); k++)
			check_munmaps(&schemes[i], k % 2 ? "1" : "", counts[k], false);
}

/* In RCU mode each maple node that a store replaces is a callback of its own, whatever the policy. */
static void test_maple_nodes_come_on_top(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
		check_munmaps(&schemes[i], "1", 5, true);
}

/* On exit the tree has left RCU mode. */
static void test_exits_free_no_maple_nodes(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE, "'vma': {'maple': 'always', 'nodes_per_store': 3},"
				  "'workload': [{'id': 'x', 'kind': 'exit', 'vmas': 50}]");

	test_run_until(tm, MS(100));
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, 50);
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 50);
}

/* direct-on-exit: freed in the loop itself, so nothing is ever unfreed. */
static void test_direct_frees_now(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE, "'policies': {'direct-on-exit': {}}, 'rcu': {'rcu_nocbs': 'all'},"
				  "'workload': [{'id': 'x', 'kind': 'exit', 'vmas': 5000}]");

	test_run_until(tm, MS(100));
	g_assert_cmpint(test_metric(tm, "unfreed_objects_peak"), ==, 0);
	g_assert_cmpint(test_metric(tm, "unfreed_object_us"), ==, 0);
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 5000);
	g_assert_cmpint(test_metric(tm, "grace_periods"), ==, 0);
}

/* What the callbacks are told to free: full lists, then the remainder. */
static void test_batches_carry_full_lists(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2}, 'rcu': {'rcu_nocbs': 'all'}, 'policies': {'list-batched': {}},"
		"'record': {'batches': true},"
		"'workload': [{'id': 'x', 'kind': 'exit', 'cpus': '1', 'vmas': 100}]");
	int64_t objects = 0, callbacks = 0;

	test_run_until(tm, MS(100));
	for (guint i = 0; i < tm->sim->batches->len; i++) {
		const struct record_batch *batch =
			&g_array_index(tm->sim->batches, struct record_batch, i);

		objects += batch->n_batches * batch->n_objects;
		callbacks += batch->n_batches * batch->n_callbacks;
	}
	g_assert_cmpint(callbacks, ==, 4);
	g_assert_cmpint(objects, ==, 100);
}

/* The lab's bench: per object, batches of exactly `batch`, one list, or directly. */
static void test_free_loops(void)
{
	static const struct {
		const char *method;
		int batch, objects, calls;
	} loops[] = {
		{ "per-object", 32, 1000, 1000 },
		{ "batch", 32, 1000, 32 },
		{ "batch", 1, 77, 77 },
		{ "batch", 1000, 1000, 1 },
		{ "batch", 1001, 1000, 1 },
		{ "batch", 999, 1000, 2 },
		{ "whole-list", 32, 1000, 1 },
		{ "direct", 32, 1000, 0 },
		{ "batch", 2, 1, 1 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(loops); i++)
		for (size_t k = 0; k < G_N_ELEMENTS(offloads); k++) {
			g_autoptr(TestMachine) tm = test_machine_new(
				RCUSIM_FLAG_NONE,
				"'machine': {'cpus': 2}, 'rcu': {'rcu_nocbs': '%s'},"
				"'workload': [{'id': 'l', 'kind': 'free-loop', 'cpus': '1', 'method': '%s',"
				"              'batch': %d, 'objects': %d}]",
				offloads[k], loops[i].method, loops[i].batch, loops[i].objects);

			test_run_until(tm, MS(100));
			g_assert_cmpint(test_metric(tm, "callbacks"), ==, loops[i].calls);
			g_assert_cmpint(test_metric(tm, "objects_freed"), ==, loops[i].objects);
			g_assert_cmpint(test_metric(tm, "residue_objects"), ==, 0);
		}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policies/exits-of-1-to-200-vmas", test_exits_of_1_to_200_vmas);
	g_test_add_func("/policies/exit-of-max-map-count-vmas", test_exit_of_max_map_count_vmas);
	g_test_add_func("/policies/the-table-of-the-patch", test_the_table_of_the_patch);
	g_test_add_func("/policies/nothing-to-free-is-no-call", test_nothing_to_free_is_no_call);
	g_test_add_func("/policies/munmaps-leave-a-residue", test_munmaps_leave_a_residue);
	g_test_add_func("/policies/maple-nodes-come-on-top", test_maple_nodes_come_on_top);
	g_test_add_func("/policies/exits-free-no-maple-nodes", test_exits_free_no_maple_nodes);
	g_test_add_func("/policies/direct-frees-now", test_direct_frees_now);
	g_test_add_func("/policies/batches-carry-full-lists", test_batches_carry_full_lists);
	g_test_add_func("/policies/free-loops", test_free_loops);
	return g_test_run();
}
