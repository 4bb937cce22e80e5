/*
 * compare.c - rcusim compare: policies, parameter values or databases side by side.
 *
 * The layout is that of LKP's ncompare: the base, then per variant the change in percent, the value and its
 * interval; and the verdict in words. With one seed there is no interval, and no verdict.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "runs.h"

#define DEFAULT_REPLICATIONS 5

struct compare_state {
	const struct cli_options *options;
	RcuSimStyle style;
	const RcuSimComparison *comparison;
	char **metrics; /* that --metric lists; NULL: the usual ones */
	bool all_metrics;
	RcuSimTable *table; /* of a format for programs */
};

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

static bool is_shown(const struct compare_state *state, int group, int metric, int base)
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

static char *change_text(const RcuSimDifference *d)
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
	g_autofree char *change = change_text(d);
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

static void print_readable(const struct compare_state *state, int group, int base)
{
	const RcuSimComparison *comparison = state->comparison;
	g_autoptr(RcuSimTable) table = make_readable(state, group, base);

	for (int m = 0; rcusim_comparison_metric(comparison, m) != NULL; m++) {
		const char *unit = rcusim_comparison_unit(comparison, m);
		RcuSimDifference d = rcusim_comparison_difference(comparison, group, m, base, base);

		if (!is_shown(state, group, m, base))
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

static void print_foot(const struct compare_state *state, int group)
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

static RcuSimTable *make_rows(RcuSimFormat format)
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

static void print_rows(const struct compare_state *state, int group, int base)
{
	for (int m = 0; rcusim_comparison_metric(state->comparison, m) != NULL; m++) {
		if (!is_shown(state, group, m, base))
			continue;
		for (int v = 0; v < rcusim_comparison_n_variants(state->comparison, group); v++)
			if (v != base)
				print_row(state, group, m, base, v);
	}
}

/* ---- --fail-above ---- */

static int check_worse(const struct compare_state *state, int group, int base)
{
	const RcuSimComparison *comparison = state->comparison;
	const int limit = state->options->fail_above_permyriad;
	FILE *out = cli_is_for_reading(state->options) && !state->options->quiet ? stdout : stderr;
	int status = CLI_OK;

	for (int m = 0; limit >= 0 && rcusim_comparison_metric(comparison, m) != NULL; m++)
		for (int v = 0; v < rcusim_comparison_n_variants(comparison, group); v++) {
			RcuSimDifference d;
			g_autofree char *change = NULL;
			g_autofree char *line = NULL;

			if (v == base || !is_shown(state, group, m, base) ||
			    !rcusim_comparison_exceeds(comparison, group, m, base, v, limit))
				continue;
			d = rcusim_comparison_difference(comparison, group, m, base, v);
			change = change_text(&d);
			line = g_strdup_printf(
				"worse   %s of %s%s%s: %s, more than %d.%02d%%",
				rcusim_comparison_metric(comparison, m),
				rcusim_comparison_policy(comparison, group) == NULL
					? ""
					: rcusim_comparison_policy(comparison, group),
				rcusim_comparison_policy(comparison, group) == NULL ? "" : ", ",
				rcusim_comparison_label(comparison, group, v), change, limit / 100,
				limit % 100);
			cli_print_verdict(out, state->options, line, false);
			status = CLI_DIFFERS;
		}
	return status;
}

/* ---- Command line ---- */

static int complain_metric(const char *name)
{
	const char *names[512] = { NULL };

	for (int i = 0; i < 511 && rcusim_metric_name(i) != NULL; i++)
		names[i] = rcusim_metric_name(i);
	return cli_unknown("metric", name, names);
}

static int take_metrics(struct compare_state *state)
{
	const char *list = state->options->metrics;

	if (list == NULL)
		return CLI_OK;
	state->all_metrics = strcmp(list, "all") == 0;
	if (state->all_metrics)
		return CLI_OK;
	state->metrics = g_strsplit(list, ",", -1);
	for (int i = 0; state->metrics[i] != NULL; i++) {
		bool known = false;

		for (int k = 0; rcusim_metric_name(k) != NULL; k++)
			known |= strcmp(rcusim_metric_name(k), state->metrics[i]) == 0;
		if (!known)
			return complain_metric(state->metrics[i]);
	}
	return state->metrics[0] != NULL ? CLI_OK : complain_metric("");
}

/* Number of the column that --base names, or -1 after a complaint. */
static int find_base(const struct compare_state *state, int group)
{
	const int n = rcusim_comparison_n_variants(state->comparison, group);
	g_autoptr(GPtrArray) labels = g_ptr_array_new();

	for (int v = 0; v < n; v++) {
		const char *label = rcusim_comparison_label(state->comparison, group, v);

		if (state->options->base == NULL || strcmp(state->options->base, label) == 0)
			return v;
		g_ptr_array_add(labels, (void *)label);
	}
	g_ptr_array_add(labels, NULL);
	cli_unknown("column", state->options->base, (const char *const *)labels->pdata);
	return -1;
}

static bool check_base(const struct cli_options *options, const RcuSimVariants *variants)
{
	g_autoptr(GPtrArray) labels = g_ptr_array_new();

	for (int i = 0; rcusim_variants_label(variants, i) != NULL; i++) {
		if (options->base == NULL ||
		    strcmp(rcusim_variants_label(variants, i), options->base) == 0)
			return true;
		g_ptr_array_add(labels, (void *)rcusim_variants_label(variants, i));
	}
	g_ptr_array_add(labels, NULL);
	cli_unknown("column", options->base, (const char *const *)labels->pdata);
	return false;
}

/* ---- What there is to compare ---- */

static void print_group_head(const struct compare_state *state, int group)
{
	const char *policy = rcusim_comparison_policy(state->comparison, group);
	const int n = rcusim_comparison_n_seeds(state->comparison, group);

	cli_print_line(stdout, state->options, "", "%s%s%s, %d %s",
		       rcusim_comparison_scenario(state->comparison, group),
		       policy == NULL ? "" : ", ", policy == NULL ? "" : policy, n,
		       n == 1 ? "seed" : "seeds");
	putchar('\n');
}

/* Runs without a like are named; returns how many columns there are to compare with another. */
static int complain_unpaired(const RcuSimComparison *comparison, int group, int base)
{
	int n = 0;

	for (int v = 0; v < rcusim_comparison_n_variants(comparison, group); v++) {
		g_autofree char *message = NULL;

		if (v == base)
			continue;
		if (rcusim_comparison_n_pairs(comparison, group, base, v) > 0) {
			n++;
			continue;
		}
		message = g_strdup_printf("%s: %s has no seed in common with %s: not compared",
					  rcusim_comparison_scenario(comparison, group),
					  rcusim_comparison_label(comparison, group, v),
					  rcusim_comparison_label(comparison, group, base));
		cli_complain(message);
	}
	return n;
}

static int check_pairs(struct compare_state *state, const RcuSimComparison *comparison)
{
	int n = 0;

	state->comparison = comparison;
	for (int g = 0; g < rcusim_comparison_n_groups(comparison); g++) {
		const int base = find_base(state, g);

		if (base < 0)
			return CLI_USAGE;
		n += complain_unpaired(comparison, g, base);
	}
	if (n > 0)
		return CLI_OK;
	cli_complain("no two runs of the same scenario and seed: nothing to compare");
	return RCUSIM_ERROR_INVALID;
}

static int print_groups(struct compare_state *state, const RcuSimComparison *comparison,
			bool with_heads)
{
	int status = CLI_OK;

	state->comparison = comparison;
	for (int g = 0; g < rcusim_comparison_n_groups(comparison); g++) {
		const int base = find_base(state, g);

		if (base < 0)
			return CLI_USAGE;
		if (state->table != NULL) {
			print_rows(state, g, base);
		} else if (!state->options->quiet) {
			if (g > 0)
				putchar('\n');
			if (with_heads)
				print_group_head(state, g);
			print_readable(state, g, base);
			print_foot(state, g);
		}
		status = cli_worse(status, check_worse(state, g, base));
	}
	return status;
}

static int check_expectations(const struct compare_state *state)
{
	const RcuSimResults *results;
	int n_clauses = 0, n_runs = 0;
	bool is_good = true;
	uint64_t seed;

	for (int i = 0; (results = rcusim_comparison_results(state->comparison, i, &seed)) != NULL;
	     i++) {
		g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, seed);
		int n;

		is_good &= cli_runs_check(state->options, results, false, text, &n);
		n_clauses += n;
		n_runs += rcusim_results_n_runs(results);
	}
	if (is_good && n_clauses > 0 && cli_is_for_reading(state->options) &&
	    !state->options->quiet) {
		g_autofree char *line =
			g_strdup_printf("expect  %d checks of %d runs", n_clauses, n_runs);

		cli_print_verdict(stdout, state->options, line, true);
	}
	return is_good ? CLI_OK : CLI_DIFFERS;
}

static void print_scenario_head(const struct compare_state *state, const RcuSimVariants *variants,
				int n_seeds)
{
	const RcuSimScenario *scenario = rcusim_variants_scenario(variants);
	const uint64_t seed = rcusim_scenario_seed(scenario);
	g_autofree char *duration =
		rcusim_format_value(rcusim_scenario_duration_ns(scenario), "ns");

	if (state->table != NULL || state->options->quiet)
		return;
	cli_print_line(stdout, state->options, "", "%s: %s", rcusim_scenario_name(scenario),
		       rcusim_scenario_question(scenario));
	if (n_seeds == 1)
		printf("%s simulated, seed %" G_GUINT64_FORMAT "\n\n", duration, seed);
	else
		printf("%s simulated, seeds %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT "\n\n",
		       duration, seed, seed + (uint64_t)n_seeds - 1);
}

static int run_variants(struct compare_state *state, RcuSimVariants *variants, const char *source)
{
	const struct cli_options *options = state->options;
	const int n_seeds =
		options->n_replications > 0 ? options->n_replications : DEFAULT_REPLICATIONS;
	g_autofree char *path = cli_runs_output(options, rcusim_variants_scenario(variants));
	g_autoptr(RcuSimComparison) comparison = NULL;
	g_autoptr(GError) error = NULL;
	struct cli_runs runs;
	RcuSimRunOptions run_options;
	g_autoptr(RcuSimDatabase) database = cli_runs_open(options, path, &error);
	int status, finished;

	if (database == NULL)
		return cli_fail(error);
	cli_runs_init(&runs, options);
	run_options = cli_runs_run_options(&runs, source);
	comparison = rcusim_compare_variants(variants, n_seeds, &run_options, database, &error);
	cli_runs_clear_line(&runs);
	if (comparison == NULL) {
		status = cli_runs_give_up(&runs, database, error,
					  "rcusim compare FILE compares them");
		rcusim_database_finish(database, NULL);
		return status;
	}
	print_scenario_head(state, variants, n_seeds);
	status = print_groups(state, comparison, false);
	status = cli_worse(status, check_expectations(state));
	finished = cli_runs_finish(&runs, database, "differences");
	return finished != CLI_OK ? finished : status;
}

static int compare_scenario(struct compare_state *state, const char *name)
{
	const struct cli_options *options = state->options;
	const RcuSimVariantsSpec spec = {
		.name = name,
		.sets = (const char *const *)options->sets,
		.policies = options->policies,
		.varies = (const char *const *)options->varies,
		.varied = options->varied,
		.has_seed = options->has_seed,
		.seed = options->seed,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimVariants) variants = rcusim_variants_load(&spec, &error);

	if (variants == NULL)
		return cli_fail(error);
	if (!check_base(options, variants))
		return CLI_USAGE;
	cli_catch_signals();
	return run_variants(state, variants, name);
}

static int compare_files(struct compare_state *state, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimDatabase) a = rcusim_database_open(argv[0], &error);
	g_autoptr(RcuSimDatabase) b =
		a == NULL || argc < 2 ? NULL : rcusim_database_open(argv[1], &error);
	g_autoptr(RcuSimComparison) comparison = NULL;
	const char *note;
	int status;

	if (error != NULL)
		return cli_fail(error);
	comparison = b == NULL ? rcusim_compare_database(a, &error)
			       : rcusim_compare_databases(a, b, &error);
	if (comparison == NULL)
		return cli_fail(error);
	for (int i = 0; (note = rcusim_comparison_note(comparison, i)) != NULL; i++)
		cli_complain(note);
	status = check_pairs(state, comparison);
	if (status != CLI_OK)
		return status;
	if (b != NULL && state->table == NULL && !state->options->quiet) {
		cli_print_line(stdout, state->options, "   ", "A: %s", argv[0]);
		cli_print_line(stdout, state->options, "   ", "B: %s", argv[1]);
		putchar('\n');
	}
	return print_groups(state, comparison, true);
}

/* By its first bytes, so that a scenario may be called anything. */
static bool is_database(const char *path)
{
	static const char magic[] = "SQLite format 3";
	char bytes[sizeof(magic)] = "";
	FILE *file;
	size_t n;

	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) || (file = fopen(path, "rb")) == NULL)
		return false;
	n = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return n == sizeof(bytes) && memcmp(bytes, magic, sizeof(magic)) == 0;
}

static bool has_run_options(const struct cli_options *options)
{
	return options->policies != NULL || options->sets != NULL || options->varies != NULL ||
	       options->varied || options->has_seed || options->output != NULL || options->force ||
	       options->append || options->reference || options->n_replications > 0;
}

static int compare(struct compare_state *state, int argc, char **argv)
{
	const bool is_files = argc == 2 || is_database(argv[0]);
	int status = take_metrics(state);

	if (status == CLI_OK)
		status = cli_runs_check_options(&cli_compare, state->options);
	if (status != CLI_OK)
		return status;
	if (is_files && has_run_options(state->options))
		return cli_usage(&cli_compare,
				 "nothing runs when databases are compared: no --policy, --vary, "
				 "--varied, --set, --seed, --replications, --reference, --output, "
				 "--force, --append");
	if (!cli_is_for_reading(state->options) && !state->options->quiet)
		state->table = make_rows(state->options->format);
	status = is_files ? compare_files(state, argc, argv) : compare_scenario(state, argv[0]);
	if (state->table != NULL && (status == CLI_OK || status == CLI_DIFFERS))
		rcusim_table_end(state->table);
	return status;
}

static int run(const struct cli_options *options, int argc, char **argv)
{
	struct compare_state state = { .options = options, .style = cli_style(options) };
	int status;

	if (argc == 0 || argc > 2)
		return cli_usage(&cli_compare,
				 "compare takes a scenario, a database, or two databases");
	status = compare(&state, argc, argv);
	rcusim_table_free(state.table);
	g_strfreev(state.metrics);
	return status;
}

const struct cli_command cli_compare = {
	.name = "compare",
	.arguments = "SCENARIO | FILE | FILE FILE",
	.summary = "policies, parameter values or databases side by side",
	.about =
		"Runs a SCENARIO under each of its policies, and with each value of --vary, on the same seeds, stores the\n"
		"runs as run does, and compares every column with the first: the change of the mean, the mean, and a\n"
		"verdict from the differences between runs of equal seed: better or worse (differs, where neither is)\n"
		"if their 95 % interval excludes 0. A policy is not repeated for values that do not concern it. Of one\n"
		"database FILE the policies are compared, of two the runs of equal scenario, policy and seed: A, B.",
	.example =
		"  rcusim compare exit-storm --vary rcu.blimit=10,100 --policy per-vma,list-32 -n 10 -o blimit.db\n"
		"  rcusim run exit-storm -o a.db && rcusim run exit-storm --set rcu.blimit=100 -o b.db\n"
		"  rcusim compare a.db b.db --fail-above 5",
	.options = CLI_POLICY | CLI_VARY | CLI_VARIED | CLI_REPLICATIONS | CLI_SEED | CLI_SET |
		   CLI_METRIC | CLI_BASE | CLI_FAIL_ABOVE | CLI_OUTPUT | CLI_FORCE | CLI_APPEND |
		   CLI_REFERENCE | CLI_FORMAT | CLI_COLOR | CLI_PROGRESS | CLI_QUIET | CLI_VERBOSE,
	.run = run,
};
