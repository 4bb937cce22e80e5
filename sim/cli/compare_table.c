/*
 * compare_table.c - comparisons as tables for people and as rows for programs.
 *
 * The layout is that of LKP's ncompare: the base, then per variant the change in percent, the value and its
 * interval; and the verdict in words.
 */
#include "compare_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "runs.h"

/* ---- Which rows ---- */

static bool is_listed(const char *name, const char *const *list)
{
	for (int i = 0; list[i] != NULL; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* What is 0 in every column says nothing. */
static bool says_something(const struct compare_state *state, int group, int metric, int base)
{
	for (int v = 0; v < rcusim_comparison_n_variants(state->comparison, group); v++) {
		const RcuSimDifference d =
			rcusim_comparison_difference(state->comparison, group, metric, base, v);

		if ((d.n_base > 0 && d.base != 0) || (d.n_value > 0 && d.value != 0))
			return true;
	}
	return false;
}

bool compare_is_shown(const struct compare_state *state, int group, int metric, int base)
{
	const char *name = rcusim_comparison_metric(state->comparison, metric);

	if (state->metrics != NULL)
		return is_listed(name, (const char *const *)state->metrics);
	if (state->all_metrics)
		return !cli_is_for_reading(state->options) ||
		       says_something(state, group, metric, base);
	return is_listed(name, cli_shown_metrics) && says_something(state, group, metric, base);
}

/* ---- Cells ---- */

static char *value_text(const struct compare_state *state, int n, double value, double half,
			const char *unit)
{
	g_autofree char *number = rcusim_format_real(value, unit);
	const double percent = value == 0 ? 0 : 100 * half / fabs(value);

	if (n < 2)
		return g_steal_pointer(&number);
	return g_strdup_printf("%s %s%.*f%%", number, state->style.utf8 ? "±" : "+-",
			       percent > 0 && percent < 99.95 ? 1 : 0, percent);
}

static void put_value(const struct compare_state *state, RcuSimTable *table, int n, double value,
		      double half, const char *unit)
{
	g_autofree char *text = value_text(state, n, value, half, unit);

	if (n > 0)
		rcusim_table_figure(table, text);
	else
		rcusim_table_null(table);
}

char *compare_change_text(const RcuSimDifference *d)
{
	if (d->verdict == RCUSIM_VERDICT_IDENTICAL)
		return g_strdup("0");
	if (!isfinite(d->change_percent))
		return g_strdup("from 0");
	if (fabs(d->change_percent) < 0.05)
		return g_strdup_printf("%+.1g%%", d->change_percent);
	return g_strdup_printf("%+.*f%%", fabs(d->change_percent) < 99.95 ? 1 : 0,
			       d->change_percent);
}

static char *verdict_text(const RcuSimDifference *d)
{
	switch (d->verdict) {
	case RCUSIM_VERDICT_BETTER:
	case RCUSIM_VERDICT_WORSE:
	case RCUSIM_VERDICT_DIFFERS:
		return g_strdup_printf("%s %d/%d", rcusim_verdict_name(d->verdict), d->n_agree,
				       d->n);
	case RCUSIM_VERDICT_UNKNOWN:
		return g_strdup("1 seed");
	case RCUSIM_VERDICT_NONE:
	case RCUSIM_VERDICT_IDENTICAL:
	case RCUSIM_VERDICT_NO_DIFFERENCE:
	default:
		return g_strdup(rcusim_verdict_name(d->verdict));
	}
}

/* -v: the mean of the differences and its interval, "-398 us +-41.2 us". */
static char *difference_text(const struct compare_state *state, const RcuSimDifference *d,
			     const char *unit)
{
	g_autofree char *mean = rcusim_format_real(d->diff, unit);
	g_autofree char *half = rcusim_format_real((d->ci_high - d->ci_low) / 2, unit);

	if (d->n < 2 || d->verdict == RCUSIM_VERDICT_IDENTICAL)
		return g_steal_pointer(&mean);
	return g_strdup_printf("%s %s%s", mean, state->style.utf8 ? "±" : "+-", half);
}

static void put_variant(const struct compare_state *state, RcuSimTable *table,
			const RcuSimDifference *d, const char *unit)
{
	g_autofree char *change = compare_change_text(d);
	g_autofree char *difference = difference_text(state, d, unit);
	g_autofree char *verdict = verdict_text(d);

	if (d->n > 0)
		rcusim_table_figure(table, change);
	else
		rcusim_table_null(table);
	put_value(state, table, d->n_value, d->value, d->value_half, unit);
	if (state->options->verbose && d->n > 0)
		rcusim_table_figure(table, difference);
	else if (state->options->verbose)
		rcusim_table_null(table);
	if (d->verdict == RCUSIM_VERDICT_BETTER)
		rcusim_table_mark(table, RCUSIM_MARK_GOOD);
	else if (d->verdict == RCUSIM_VERDICT_WORSE)
		rcusim_table_mark(table, RCUSIM_MARK_BAD);
	if (d->n > 0)
		rcusim_table_text(table, verdict);
	else
		rcusim_table_null(table);
}

/* ---- The table ---- */

static RcuSimTable *make_readable(const struct compare_state *state, int group, int base)
{
	RcuSimTable *table = rcusim_table_new(state->options->format, stdout);

	rcusim_table_set_style(table, &state->style);
	rcusim_table_column(table, "metric", NULL);
	rcusim_table_group(table, rcusim_comparison_label(state->comparison, group, base));
	rcusim_table_column(table, "value", NULL);
	for (int v = 0; v < rcusim_comparison_n_variants(state->comparison, group); v++) {
		if (v == base)
			continue;
		rcusim_table_group(table, rcusim_comparison_label(state->comparison, group, v));
		rcusim_table_column(table, "change", NULL);
		rcusim_table_column(table, "value", NULL);
		if (state->options->verbose)
			rcusim_table_column(table, "difference", NULL);
		rcusim_table_column(table, "verdict", NULL);
	}
	return table;
}

/* The results of the first seed hold every variant once. */
static const RcuSimResults *find_run(const struct compare_state *state, int variant, int *ret_run)
{
	const char *label = rcusim_comparison_label(state->comparison, 0, variant);
	const RcuSimResults *results;
	uint64_t seed;

	for (int i = 0; (results = rcusim_comparison_results(state->comparison, i, &seed)) != NULL;
	     i++)
		for (*ret_run = 0; *ret_run < rcusim_results_n_runs(results); ++*ret_run)
			if (strcmp(rcusim_results_label(results, *ret_run), label) == 0)
				return results;
	return NULL;
}

static void put_backlog(const struct compare_state *state, RcuSimTable *table, int variant,
			int64_t max)
{
	int run = 0;
	const RcuSimResults *results = find_run(state, variant, &run);
	g_autofree char *line =
		results == NULL ? NULL : cli_runs_sparkline(results, run, max, &state->style);

	if (line != NULL)
		rcusim_table_figure(table, line);
	else
		rcusim_table_null(table);
}

static void print_backlogs(const struct compare_state *state, RcuSimTable *table, int base)
{
	const int n = rcusim_comparison_n_variants(state->comparison, 0);
	int64_t max = 0;

	for (int v = 0; v < n; v++) {
		int run;
		const RcuSimResults *results = find_run(state, v, &run);

		if (results == NULL || rcusim_results_n_samples(results, run) == 0)
			return;
		max = MAX(max, cli_runs_largest_backlog(results));
	}
	rcusim_table_text(table, "unfreed over time");
	put_backlog(state, table, base, max);
	for (int v = 0; v < n; v++) {
		if (v == base)
			continue;
		rcusim_table_figure(table, "");
		put_backlog(state, table, v, max);
		if (state->options->verbose)
			rcusim_table_figure(table, "");
		rcusim_table_text(table, "");
	}
}

void compare_print_table(const struct compare_state *state, int group, int base)
{
	const RcuSimComparison *comparison = state->comparison;
	g_autoptr(RcuSimTable) table = make_readable(state, group, base);

	for (int m = 0; rcusim_comparison_metric(comparison, m) != NULL; m++) {
		const char *unit = rcusim_comparison_unit(comparison, m);
		RcuSimDifference d = rcusim_comparison_difference(comparison, group, m, base, base);

		if (!compare_is_shown(state, group, m, base))
			continue;
		rcusim_table_text(table, rcusim_comparison_metric(comparison, m));
		put_value(state, table, d.n_base, d.base, d.base_half, unit);
		for (int v = 0; v < rcusim_comparison_n_variants(comparison, group); v++) {
			if (v == base)
				continue;
			d = rcusim_comparison_difference(comparison, group, m, base, v);
			put_variant(state, table, &d, unit);
		}
	}
	print_backlogs(state, table, base);
	rcusim_table_end(table);
}

/* Whether every seed gave the same run: then intervals of 0 say nothing. */
static bool is_without_chance(const RcuSimComparison *comparison, int group)
{
	for (int metric = 0; rcusim_comparison_metric(comparison, metric) != NULL; metric++)
		for (int i = 0; i < rcusim_comparison_n_variants(comparison, group); i++)
			if (rcusim_comparison_difference(comparison, group, metric, i, i)
				    .value_half > 0)
				return false;
	return true;
}

void compare_print_foot(const struct compare_state *state, int group)
{
	const int n_seeds = rcusim_comparison_n_seeds(state->comparison, group);

	putchar('\n');
	if (n_seeds == 1)
		cli_print_line(stdout, state->options, "        ",
			       "note    1 seed: no interval; try --replications 10");
	else
		cli_print_line(
			stdout, state->options, "        ",
			"note    %s: 95 %% interval of the mean; verdicts: 95 %% interval of the "
			"differences within %d pairs of equal seed, k/%d have its sign",
			state->style.utf8 ? "±" : "+-", n_seeds, n_seeds);
	if (n_seeds > 1 && is_without_chance(state->comparison, group))
		cli_print_line(
			stdout, state->options, "        ",
			"note    nothing in this scenario is drawn by chance: every seed gave the same "
			"run, and one says as much; an arrive.spread would vary it");
}

/* ---- For programs ---- */

RcuSimTable *compare_rows_new(RcuSimFormat format)
{
	static const char *const columns[] = { "scenario",       "policy",  "metric", "unit",
					       "base_label",     "variant", "n",      "base",
					       "value",          "diff",    "ci_low", "ci_high",
					       "change_percent", "n_agree", "verdict" };
	RcuSimTable *table = rcusim_table_new(format, stdout);

	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		rcusim_table_column(table, columns[i], NULL);
	return table;
}

static void put_real(RcuSimTable *table, bool has_value, double value)
{
	rcusim_table_real(table, has_value ? value : NAN);
}

static void print_row(const struct compare_state *state, int group, int metric, int base,
		      int variant)
{
	const RcuSimComparison *comparison = state->comparison;
	const char *policy = rcusim_comparison_policy(comparison, group);
	const RcuSimDifference d =
		rcusim_comparison_difference(comparison, group, metric, base, variant);
	RcuSimTable *table = state->table;

	rcusim_table_text(table, rcusim_comparison_scenario(comparison, group));
	if (policy != NULL)
		rcusim_table_text(table, policy);
	else
		rcusim_table_null(table);
	rcusim_table_text(table, rcusim_comparison_metric(comparison, metric));
	rcusim_table_text(table, rcusim_comparison_unit(comparison, metric));
	rcusim_table_text(table, rcusim_comparison_label(comparison, group, base));
	rcusim_table_text(table, rcusim_comparison_label(comparison, group, variant));
	rcusim_table_integer(table, d.n);
	put_real(table, d.n_base > 0, d.base);
	put_real(table, d.n_value > 0, d.value);
	put_real(table, d.n > 0, d.diff);
	put_real(table, d.n > 1, d.ci_low);
	put_real(table, d.n > 1, d.ci_high);
	put_real(table, d.n > 0, d.change_percent);
	rcusim_table_integer(table, d.n_agree);
	rcusim_table_text(table, rcusim_verdict_name(d.verdict));
}

void compare_print_rows(const struct compare_state *state, int group, int base)
{
	for (int m = 0; rcusim_comparison_metric(state->comparison, m) != NULL; m++) {
		if (!compare_is_shown(state, group, m, base))
			continue;
		for (int v = 0; v < rcusim_comparison_n_variants(state->comparison, group); v++)
			if (v != base)
				print_row(state, group, m, base, v);
	}
}
