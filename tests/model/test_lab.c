/*
 * test_lab.c - what real kernels did: rows of the lab's bench, tick by tick and grace period by grace period.
 *
 * The table of all of them is docs/validation.md, which tests/cli/validate.t holds to what the build does. Here are the
 * rows in which nothing may be off, and what the comparison itself rests on.
 */
#include <math.h>
#include <string.h>

#include <rcusim/validate.h>

#include "model/lab.h"
#include "study/lab_row.h"

/* The default of machine.wakeup_preempt must be the right choice for at least this share of the rows. */
#define DEFAULT_RIGHT_PERCENT 80
#define N_ASSERTED            24
/* From an hrtimer's interrupt on an idle CPU to the first instruction of the thread (rcu-behaviour.md 3.10 item 9). */
#define WAKEUP_LOW_NS  5000
#define WAKEUP_HIGH_NS 8000

static RcuSimValidation *validate(const char *const *names, const char *const *sets)
{
	g_autofree char *dir = lab_path("scenarios/lab");
	const RcuSimValidationOptions options = { .dir = dir, .names = names, .sets = sets };
	g_autoptr(GError) error = NULL;
	RcuSimValidation *v = rcusim_validate(&options, &error);

	g_assert_no_error(error);
	return v;
}

/* The rows that must be met: both matrices, per_vma and batch 32, N = 100 and 10000. */
static bool is_asserted(const char *set, const char *policy, int64_t n, int64_t b)
{
	if (strcmp(set, "i1_nocb_matrix") != 0 && strcmp(set, "i1_off_matrix") != 0)
		return false;
	if (n != 100 && n != 10000)
		return false;
	return strcmp(policy, "per_vma") == 0 || (strcmp(policy, "batch") == 0 && b == 32);
}

/* Tick of the first callback, tick of the last free, number of grace periods: no row differs in a way of its own. */
static void test_rows_are_exact(void)
{
	static const char *const names[] = { "i1_nocb_matrix", "i1_off_matrix", NULL };
	g_autoptr(RcuSimValidation) v = validate(names, NULL);
	int n = 0, n_exact = 0;

	for (int i = 0; i < rcusim_validation_n_rows(v); i++) {
		const RcuSimRow *row = rcusim_validation_row(v, i);

		if (!is_asserted(row->set, row->policy, row->n, row->b))
			continue;
		n++;
		n_exact += row->verdict == RCUSIM_ROW_EXACT;
		g_test_message("%s: %s", row->id, rcusim_row_verdict_name(row->verdict));
		g_assert_cmpint(row->verdict, !=, RCUSIM_ROW_MISS);
		g_assert_cmpint(row->verdict, !=, RCUSIM_ROW_NOT_SIMULATED);
	}
	g_assert_cmpint(n, ==, N_ASSERTED);
	g_assert_cmpint(n_exact * 100, >=, N_ASSERTED * DEFAULT_RIGHT_PERCENT);
}

/* The same number of callbacks, which depends on nothing but the method. */
static void test_callbacks_are_equal(void)
{
	g_autoptr(RcuSimValidation) v = validate(NULL, NULL);
	int n = 0;

	for (int i = 0; i < rcusim_validation_n_rows(v); i++) {
		const RcuSimRow *row = rcusim_validation_row(v, i);

		if (!row->has[RCUSIM_QUANTITY_CALLBACKS])
			continue;
		n++;
		g_test_message("%s", row->id);
		g_assert_cmpint(row->simulated[RCUSIM_QUANTITY_CALLBACKS], ==,
				row->measured[RCUSIM_QUANTITY_CALLBACKS]);
	}
	g_assert_cmpint(n, >, 1000);
}

/*
 * A planted fault is seen: without offloading, the rows of the offloaded matrix that have grace periods are not exact.
 */
static void test_another_machine_is_told(void)
{
	static const char *const names[] = { "i1_nocb_matrix", NULL };
	static const char *const sets[] = { "rcu.rcu_nocbs=", NULL };
	g_autoptr(RcuSimValidation) v = validate(names, sets);
	RcuSimAgreement a;

	g_assert_cmpstr(rcusim_validation_set(v, 0), ==, "i1_nocb_matrix");
	g_assert_true(rcusim_validation_agreement(v, 0, RCUSIM_QUANTITY_FIRST_TICK, true, &a));
	for (int i = 0; i < rcusim_validation_n_rows(v); i++) {
		const RcuSimRow *row = rcusim_validation_row(v, i);

		if (row->has[RCUSIM_QUANTITY_GP_COUNT] &&
		    row->measured[RCUSIM_QUANTITY_GP_COUNT] > 0)
			g_assert_cmpint(row->verdict, ==, RCUSIM_ROW_MISS);
	}
	g_assert_cmpint(a.n_exact * 2, <, a.n);
}

/*
 * How long the kernel took to wake the bench's thread is not in a row; any delay that was seen will do: the asserted
 * instants keep their ticks.
 */
static void test_wakeup_delay_does_not_matter(void)
{
	g_autofree char *dir = lab_path("scenarios/lab");
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) rows = lab_rows_read(dir, &error);
	int n = 0;

	g_assert_no_error(error);
	for (guint i = 0; i < rows->len; i++) {
		const struct lab_row *row = &g_array_index(rows, struct lab_row, i);
		const int64_t t_ns[] = { row->first_cb_ns, row->total_ns };

		if (!is_asserted(row->set, row->policy, row->n, row->b))
			continue;
		n++;
		for (size_t k = 0; k < G_N_ELEMENTS(t_ns); k++) {
			const int64_t at_ns = row->phase_us * 1000 + t_ns[k];

			g_assert_cmpint((at_ns + WAKEUP_LOW_NS) / lab_row_tick_ns(row), ==,
					(at_ns + WAKEUP_HIGH_NS) / lab_row_tick_ns(row));
		}
	}
	g_assert_cmpint(n, ==, N_ASSERTED);
}

/* By hand: an outcome 12 % above what was measured, one below, one equal, one of nothing. */
static void test_percent_off(void)
{
	RcuSimRow row = { .within_percent = 10 };

	row.has[RCUSIM_QUANTITY_LOOP] = true;
	row.measured[RCUSIM_QUANTITY_LOOP] = 200;
	row.simulated[RCUSIM_QUANTITY_LOOP] = 224;
	row.chosen[RCUSIM_QUANTITY_LOOP] = 190;
	g_assert_cmpfloat(rcusim_row_percent_off(&row, RCUSIM_QUANTITY_LOOP, false), ==, 12);
	g_assert_cmpfloat(rcusim_row_percent_off(&row, RCUSIM_QUANTITY_LOOP, true), ==, -5);
	g_assert_false(rcusim_row_misses(&row, RCUSIM_QUANTITY_LOOP));
	row.chosen[RCUSIM_QUANTITY_LOOP] = 221;
	g_assert_true(rcusim_row_misses(&row, RCUSIM_QUANTITY_LOOP));
	g_assert_cmpfloat(rcusim_row_percent_off(&row, RCUSIM_QUANTITY_PEAK, true), ==, 0);
	row.chosen[RCUSIM_QUANTITY_PEAK] = 1;
	g_assert_true(isinf(rcusim_row_percent_off(&row, RCUSIM_QUANTITY_PEAK, true)));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lab/rows-are-exact", test_rows_are_exact);
	g_test_add_func("/lab/callbacks-are-equal", test_callbacks_are_equal);
	g_test_add_func("/lab/another-machine-is-told", test_another_machine_is_told);
	g_test_add_func("/lab/wakeup-delay-does-not-matter", test_wakeup_delay_does_not_matter);
	g_test_add_func("/lab/percent-off", test_percent_off);
	return g_test_run();
}
