/*
 * test_lab.c - what a real kernel did: rows of the lab's bench, tick by tick and grace period by grace period.
 *
 * With --print it writes docs/validation.md to stdout instead (tests/model/validation.sh).
 */
#include <stdio.h>
#include <string.h>

#include "machine/costs.h"
#include "model/lab.h"

/* The default of machine.wakeup_preempt must be the right choice for at least this share of the rows. */
#define DEFAULT_RIGHT_PERCENT 80
#define N_ASSERTED            24
/* From an hrtimer's interrupt on an idle CPU to the first instruction of the thread (rcu-behaviour.md 3.10 item 9). */
#define WAKEUP_LOW_NS  5000
#define WAKEUP_HIGH_NS 8000

/* Tick of the first callback, tick of the last free, number of grace periods: no row differs in a way of its own. */
static void test_rows_are_exact(void)
{
	g_autoptr(GArray) rows = lab_rows();
	int n = 0, n_exact = 0;

	for (guint i = 0; i < rows->len; i++) {
		const struct lab_row *row = &g_array_index(rows, struct lab_row, i);
		struct lab_judgement j;

		if (!lab_row_is_asserted(row))
			continue;
		j = lab_judge(row);
		n++;
		n_exact += j.verdict == LAB_EXACT;
		g_test_message("%s %s N=%d phase %d us: %s", row->set, row->policy, (int)row->n,
			       (int)row->phase_us, lab_verdict_name(j.verdict));
		g_assert_cmpint(j.verdict, !=, LAB_MISS);
	}
	g_assert_cmpint(n, ==, N_ASSERTED);
	g_assert_cmpint(n_exact * 100, >=, N_ASSERTED * DEFAULT_RIGHT_PERCENT);
}

/* The same number of callbacks, which depends on nothing but the method. */
static void test_callbacks_are_equal(void)
{
	g_autoptr(GArray) rows = lab_rows();

	for (guint i = 0; i < rows->len; i++) {
		const struct lab_row *row = &g_array_index(rows, struct lab_row, i);

		g_assert_cmpint(lab_simulate(row, NULL).n_callbacks, ==, row->n_callbacks);
	}
}

/* How long the kernel took to wake the bench's thread is not in a row; any delay that was seen will do. */
static void test_wakeup_delay_does_not_matter(void)
{
	g_autoptr(GArray) rows = lab_rows();
	int64_t low_ns, high_ns;

	lab_wakeup_range(rows, &low_ns, &high_ns);
	g_assert_cmpint(low_ns, <=, WAKEUP_LOW_NS);
	g_assert_cmpint(high_ns, >=, WAKEUP_HIGH_NS);
}

/* Each figure of the profile is what its rows of micro.csv add up to; what was not measured costs nothing. */
static void test_profile_comes_from_micro(void)
{
	const struct cost_source *source = cost_profiles;

	while (strcmp(source->name, "icount-6.12") != 0)
		source++;
	for (const struct param *p = cost_params; p->type != PARAM_END; p++) {
		const int64_t value = *(const int64_t *)((const char *)&source->costs + p->offset);
		const char *says = cost_figure_source("icount-6.12", p->name);
		const bool unmeasured = strcmp(says, "not measured in micro.csv") == 0;
		g_autofree char *text = NULL;
		int64_t composed = 0;

		g_test_message("%s", p->name);
		g_assert_true(lab_compose(p->name, &composed, &text) == !unmeasured);
		g_assert_cmpint(value, ==, composed);
	}
}

/* docs/validation.md says what this build does. */
static void test_document_is_fresh(void)
{
	g_autofree char *path = lab_path("docs/validation.md");
	g_autofree char *fresh = lab_document();
	g_autofree char *committed = NULL;
	g_autoptr(GError) error = NULL;

	g_file_get_contents(path, &committed, NULL, &error);
	g_assert_no_error(error);
	if (strcmp(committed, fresh) != 0) {
		g_test_message(
			"docs/validation.md is out of date; type: sh tests/model/validation.sh");
		g_test_fail();
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--print") == 0) {
		g_autofree char *document = lab_document();

		return fputs(document, stdout) < 0 || fflush(stdout) != 0;
	}
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lab/rows-are-exact", test_rows_are_exact);
	g_test_add_func("/lab/callbacks-are-equal", test_callbacks_are_equal);
	g_test_add_func("/lab/wakeup-delay-does-not-matter", test_wakeup_delay_does_not_matter);
	g_test_add_func("/lab/profile-comes-from-micro", test_profile_comes_from_micro);
	g_test_add_func("/lab/document-is-fresh", test_document_is_fresh);
	return g_test_run();
}
