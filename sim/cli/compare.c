/*
 * compare.c - rcusim compare: policies, parameter values or databases side by side.
 *
 * What is printed is compare_table.c's. With one seed there is no interval, and no verdict.
 */
#include <stdio.h>
#include <string.h>

#include "compare_table.h"
#include "runs.h"

#define DEFAULT_REPLICATIONS 5

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

			if (v == base || !compare_is_shown(state, group, m, base) ||
			    !rcusim_comparison_exceeds(comparison, group, m, base, v, limit))
				continue;
			d = rcusim_comparison_difference(comparison, group, m, base, v);
			change = compare_change_text(&d);
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
			compare_print_rows(state, g, base);
		} else if (!state->options->quiet) {
			if (g > 0)
				putchar('\n');
			if (with_heads)
				print_group_head(state, g);
			compare_print_table(state, g, base);
			compare_print_foot(state, g);
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
		state->table = compare_rows_new(state->options->format);
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
