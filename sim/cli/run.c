/* run.c - rcusim run: scenarios under their policies, into databases, and what came out. */
#include <stdio.h>
#include <string.h>

#include "runs.h"

/* Several scenarios may share one table of a format for programs. */
struct run_state {
	const struct cli_options *options;
	struct cli_runs runs;
	RcuSimTable *table;
};

/* ---- What came out ---- */

static bool is_shown(const struct run_state *state, const RcuSimResults *results, const char *name)
{
	bool is_listed = state->options->verbose;

	for (int i = 0; cli_shown_metrics[i] != NULL && !is_listed; i++)
		is_listed = strcmp(cli_shown_metrics[i], name) == 0;
	/* What does not occur in a scenario says nothing about it. */
	for (int run = 0; is_listed && run < rcusim_results_n_runs(results); run++) {
		int64_t value;

		if (rcusim_results_metric(results, run, name, &value) && value != 0)
			return true;
	}
	return is_listed &&
	       (strcmp(name, "violations") == 0 || strcmp(name, "callbacks_left") == 0);
}

/* Whether metric @name is about things of which run @run had none: it has no median, not one of 0. */
static bool is_vacant(const RcuSimResults *results, int run, const char *name)
{
	const char *counted_by = rcusim_metric_counted_by(name);
	int64_t n;

	return counted_by != NULL && rcusim_results_metric(results, run, counted_by, &n) && n == 0;
}

static void print_backlogs(RcuSimTable *table, const RcuSimResults *results,
			   const RcuSimStyle *style)
{
	const int64_t max = cli_runs_largest_backlog(results);
	bool has_samples = false;

	for (int run = 0; run < rcusim_results_n_runs(results); run++)
		has_samples |= rcusim_results_n_samples(results, run) > 0;
	if (!has_samples)
		return;
	rcusim_table_text(table, "unfreed over time");
	for (int run = 0; run < rcusim_results_n_runs(results); run++) {
		g_autofree char *line = cli_runs_sparkline(results, run, max, style);

		if (line != NULL)
			rcusim_table_figure(table, line);
		else
			rcusim_table_null(table);
	}
}

static void print_summary(const struct run_state *state, const RcuSimScenario *scenario,
			  const RcuSimResults *results)
{
	g_autoptr(RcuSimTable) table = rcusim_table_new(state->options->format, stdout);
	const RcuSimStyle style = cli_style(state->options);
	g_autofree char *duration =
		rcusim_format_value(rcusim_scenario_duration_ns(scenario), "ns");

	cli_print_line(stdout, state->options, "", "%s: %s", rcusim_scenario_name(scenario),
		       rcusim_scenario_question(scenario));
	printf("%s simulated, seed %" G_GUINT64_FORMAT "\n\n", duration,
	       rcusim_scenario_seed(scenario));
	rcusim_table_set_style(table, &style);
	rcusim_table_column(table, "metric", NULL);
	for (int run = 0; run < rcusim_results_n_runs(results); run++)
		rcusim_table_column(table, rcusim_results_label(results, run), NULL);
	for (int i = 0; rcusim_metric_name(i) != NULL; i++) {
		if (!is_shown(state, results, rcusim_metric_name(i)))
			continue;
		rcusim_table_text(table, rcusim_metric_name(i));
		for (int run = 0; run < rcusim_results_n_runs(results); run++) {
			int64_t value;

			if (!is_vacant(results, run, rcusim_metric_name(i)) &&
			    rcusim_results_metric(results, run, rcusim_metric_name(i), &value))
				rcusim_table_value(table, value, rcusim_metric_unit(i));
			else
				rcusim_table_null(table);
		}
	}
	print_backlogs(table, results, &style);
	rcusim_table_end(table);
}

static void print_rows(RcuSimTable *table, const RcuSimScenario *scenario,
		       const RcuSimResults *results)
{
	g_autofree char *seed =
		g_strdup_printf("%" G_GUINT64_FORMAT, rcusim_scenario_seed(scenario));

	for (int run = 0; run < rcusim_results_n_runs(results); run++) {
		for (int i = 0; rcusim_metric_name(i) != NULL; i++) {
			int64_t value;

			if (!rcusim_results_metric(results, run, rcusim_metric_name(i), &value))
				continue;
			rcusim_table_text(table, rcusim_scenario_name(scenario));
			rcusim_table_text(table, rcusim_results_label(results, run));
			rcusim_table_text(table, seed);
			rcusim_table_text(table, rcusim_metric_name(i));
			rcusim_table_text(table, rcusim_metric_unit(i));
			rcusim_table_integer(table, value);
		}
	}
}

static RcuSimTable *make_table(RcuSimFormat format)
{
	static const char *const columns[] = { "scenario", "policy", "seed",
					       "metric",   "unit",   "value" };
	RcuSimTable *table = rcusim_table_new(format, stdout);

	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		rcusim_table_column(table, columns[i], NULL);
	return table;
}

/* ---- One scenario after the other ---- */

/* -v: how long the exits took, or the munmaps, or the callbacks. */
static void print_histograms(const struct run_state *state, const RcuSimResults *results,
			     RcuSimDatabase *database)
{
	static const char *const whats[] = { "exit_latency_ns", "munmap_latency_ns",
					     "callback_latency_ns" };

	for (int run = 0; run < rcusim_results_n_runs(results); run++) {
		const char *hash = rcusim_results_hash(results, run);
		bool printed = false;

		for (size_t i = 0; i < G_N_ELEMENTS(whats) && hash != NULL && !printed; i++)
			printed = cli_print_histogram(state->options, database, hash,
						      rcusim_results_label(results, run), whats[i]);
	}
}

/* As a trace buffer that was too small. */
static void complain_lost(const RcuSimResults *results, int run)
{
	const int64_t n_lost = rcusim_results_n_events_lost(results, run);
	g_autofree char *message = NULL;

	if (n_lost == 0)
		return;
	message = g_strdup_printf(
		"%s: the trace is full; %" G_GINT64_FORMAT
		" events at its end were not kept: trace fewer kinds, or a shorter run",
		rcusim_results_label(results, run), n_lost);
	cli_complain(message);
}

static int run_scenario(struct run_state *state, const RcuSimScenario *scenario, const char *source,
			RcuSimDatabase *database)
{
	const struct cli_options *options = state->options;
	const bool for_reading = cli_is_for_reading(options) && !options->quiet;
	const RcuSimRunOptions run_options = cli_runs_run_options(&state->runs, source);
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimResults) results = NULL;

	results = rcusim_run_scenario(scenario, &run_options, database, &error);
	cli_runs_clear_line(&state->runs);
	for (int i = 0; results != NULL && i < rcusim_results_n_runs(results); i++)
		complain_lost(results, i);
	if (results == NULL)
		return cli_runs_give_up(&state->runs, database, error, "--append adds the others");
	if (for_reading) {
		print_summary(state, scenario, results);
		putchar('\n');
		if (options->verbose)
			print_histograms(state, results, database);
	} else if (state->table != NULL) {
		print_rows(state->table, scenario, results);
	}
	return cli_runs_check(options, results, true, NULL, NULL) ? CLI_OK : CLI_DIFFERS;
}

/* All of them, before anything is written. */
static GPtrArray *load_all(const struct cli_options *options, int argc, char **argv,
			   int *ret_status)
{
	g_autoptr(GPtrArray) scenarios =
		g_ptr_array_new_with_free_func((GDestroyNotify)rcusim_scenario_free);

	*ret_status = CLI_OK;
	for (int i = 0; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		RcuSimScenario *scenario = cli_load_scenario(options, argv[i], &error);

		if (scenario != NULL)
			g_ptr_array_add(scenarios, scenario);
		else
			*ret_status = cli_worse(*ret_status, cli_fail(error));
	}
	return *ret_status == CLI_OK ? g_steal_pointer(&scenarios) : NULL;
}

static int run_all(struct run_state *state, const GPtrArray *scenarios, char **sources)
{
	g_autoptr(RcuSimDatabase) database = NULL;
	int status = CLI_OK;

	for (guint i = 0; i < scenarios->len; i++) {
		const RcuSimScenario *scenario = scenarios->pdata[i];
		g_autoptr(GError) error = NULL;
		g_autofree char *path = cli_runs_output(state->options, scenario);
		int now;

		if (database == NULL)
			database = cli_runs_open(state->options, path, &error);
		if (database == NULL)
			return cli_fail(error);
		now = run_scenario(state, scenario, sources[i], database);
		if (now == CLI_OK || now == CLI_DIFFERS) {
			status = cli_worse(status, now);
			if (state->options->output != NULL && i + 1 < scenarios->len)
				continue;
			now = cli_runs_finish(&state->runs, database, "latency");
		} else {
			rcusim_database_finish(database, NULL);
		}
		if (now != CLI_OK)
			return now;
		g_clear_pointer(&database, rcusim_database_free);
		if (i + 1 < scenarios->len && state->table == NULL && !state->options->quiet)
			putchar('\n');
	}
	return status;
}

static int run(const struct cli_options *options, int argc, char **argv)
{
	struct run_state state = { .options = options };
	g_autoptr(GPtrArray) scenarios = NULL;
	int status;

	if (argc == 0)
		return cli_usage(
			&cli_run,
			"run needs a scenario; rcusim scenario list shows those that come with it");
	status = cli_runs_check_options(&cli_run, options);
	if (status != CLI_OK)
		return status;
	cli_runs_init(&state.runs, options);
	scenarios = load_all(options, argc, argv, &status);
	if (scenarios == NULL)
		return status;
	if (!cli_is_for_reading(options) && !options->quiet)
		state.table = make_table(options->format);
	cli_catch_signals();
	status = run_all(&state, scenarios, argv);
	if (state.table != NULL && (status == CLI_OK || status == CLI_DIFFERS))
		rcusim_table_end(state.table);
	rcusim_table_free(state.table);
	return status;
}

const struct cli_command cli_run = {
	.name = "run",
	.arguments = "SCENARIO...",
	.summary = "run a scenario under its policies, into a database",
	.about =
		"Runs every SCENARIO (a file, or the name of a shipped one) once under each of its policies, stores each\n"
		"run as soon as it is over, and prints the figures side by side. Status 1 says that an expect clause of\n"
		"the scenario did not hold. An existing file is never touched without --force or --append.",
	.example =
		"  rcusim run exit-storm --policy per-vma,direct-on-exit --set rcu.blimit=20 -o storm.db",
	.options = CLI_POLICY | CLI_SEED | CLI_SET | CLI_OUTPUT | CLI_FORMAT | CLI_PROGRESS |
		   CLI_REFERENCE | CLI_TRACE | CLI_FORCE | CLI_APPEND | CLI_QUIET | CLI_VERBOSE |
		   CLI_COLOR,
	.run = run,
};
