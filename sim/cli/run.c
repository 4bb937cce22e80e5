/* run.c - rcusim run: scenarios under their policies, into databases, and what came out. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* Rows of the summary; -v shows every metric. */
static const char *const shown_metrics[] = {
	"exit_latency_p50_ns",
	"exit_latency_p99_ns",
	"exit_latency_max_ns",
	"munmap_latency_p50_ns",
	"munmap_latency_p99_ns",
	"munmap_latency_max_ns",
	"freeing_loop_mean_ns",
	"fault_latency_p99_ns",
	"reader_delay_p99_ns",
	"callbacks",
	"callbacks_left",
	"callback_latency_p50_ns",
	"callback_latency_p99_ns",
	"callback_latency_max_ns",
	"grace_periods",
	"grace_period_p50_ns",
	"unfreed_objects_peak",
	"unfreed_bytes_peak",
	"unfreed_byte_us",
	"rcuog_cpu_ns",
	"rcuop_cpu_ns",
	"softirq_cpu_ns",
	"nocb_lock_wait_ns",
	"wakeups",
	"violations",
};

struct run_state {
	const struct cli_options *options;
	bool show_progress, is_terminal;
	int64_t last_shown_us;
	int last_tenth;
	int n_saved;
	RcuSimTable *table; /* of a format for programs, all scenarios together */
};

/* ---- Progress ---- */

static void clear_line(const struct run_state *state)
{
	if (state->show_progress && state->is_terminal)
		fputs("\r\033[K", stderr);
}

static void show_on_terminal(struct run_state *state, const RcuSimProgress *progress, int permille)
{
	const int64_t now_us = g_get_monotonic_time();
	g_autofree char *label = NULL;
	g_autofree char *now = NULL;
	g_autofree char *end = NULL;

	if (now_us - state->last_shown_us < 100 * 1000)
		return;
	state->last_shown_us = now_us;
	label = rcusim_format_printable(progress->label);
	now = rcusim_format_value(progress->now_ns, "ns");
	end = rcusim_format_value(progress->end_ns, "ns");
	fprintf(stderr, "\rrun %d of %d: %s: %d %%, %s of %s\033[K", progress->run,
		progress->n_runs, label, permille / 10, now, end);
}

static void show_as_line(struct run_state *state, const RcuSimProgress *progress, int permille)
{
	const int tenth = permille / 100;
	g_autofree char *label = NULL;

	if (tenth == state->last_tenth)
		return;
	state->last_tenth = tenth;
	label = rcusim_format_printable(progress->label);
	fprintf(stderr, "run %d of %d: %s: %d %%\n", progress->run, progress->n_runs, label,
		tenth * 10);
}

static bool on_progress(const RcuSimProgress *progress, void *data)
{
	struct run_state *state = data;
	const int permille = progress->end_ns == 0
				     ? 1000
				     : (int)((__int128)progress->now_ns * 1000 / progress->end_ns);

	if (progress->saved) {
		state->n_saved++;
		state->last_tenth = -1;
		clear_line(state);
		if (state->options->verbose) {
			g_autofree char *label = rcusim_format_printable(progress->label);

			fprintf(stderr, "run %d of %d: %s: saved\n", progress->run,
				progress->n_runs, label);
		}
	} else if (state->show_progress) {
		if (state->is_terminal)
			show_on_terminal(state, progress, permille);
		else
			show_as_line(state, progress, permille);
	}
	return cli_stop_signal() == 0;
}

/* ---- What came out ---- */

static bool is_shown(const struct run_state *state, const RcuSimResults *results, const char *name)
{
	bool is_listed = state->options->verbose;

	for (size_t i = 0; i < G_N_ELEMENTS(shown_metrics) && !is_listed; i++)
		is_listed = strcmp(shown_metrics[i], name) == 0;
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
	static const char *const counts[][2] = {
		{ "exit_latency_", "exits" },       { "munmap_latency_", "munmaps" },
		{ "callback_latency_", "batches" }, { "grace_period_", "grace_periods" },
		{ "reader_delay_", "readers" },     { "fault_latency_", "faults" },
	};
	int64_t n;

	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
		if (g_str_has_prefix(name, counts[i][0]))
			return rcusim_results_metric(results, run, counts[i][1], &n) && n == 0;
	return false;
}

static void print_summary(const struct run_state *state, const RcuSimScenario *scenario,
			  const RcuSimResults *results)
{
	g_autoptr(RcuSimTable) table = rcusim_table_new(RCUSIM_FORMAT_TABLE, stdout);
	g_autofree char *name = rcusim_format_printable(rcusim_scenario_name(scenario));
	g_autofree char *question = rcusim_format_printable(rcusim_scenario_question(scenario));
	g_autofree char *duration =
		rcusim_format_value(rcusim_scenario_duration_ns(scenario), "ns");

	printf("%s: %s\n%s simulated, seed %" G_GUINT64_FORMAT "\n\n", name, question, duration,
	       rcusim_scenario_seed(scenario));
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

static void print_expectation(FILE *out, const RcuSimExpectation *expectation)
{
	g_autofree char *label = rcusim_format_printable(expectation->label);
	g_autofree char *bound = rcusim_format_value(expectation->bound, expectation->unit);
	g_autofree char *value = rcusim_format_value(expectation->value, expectation->unit);

	fprintf(out, "expect  %s of %s %s %s: %s  %s\n", expectation->metric, label,
		expectation->relation, bound, value, expectation->ok ? "ok" : "FAILED");
	if (!expectation->ok && strcmp(bound, value) == 0) /* rounded, they look equal */
		fprintf(out, "        exactly %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT " %s\n",
			expectation->bound, expectation->value, expectation->unit);
}

/* Failures go to stderr too where stdout is for a program or for nobody. */
static bool check_results(const struct run_state *state, const RcuSimScenario *scenario,
			  const RcuSimResults *results, bool for_reading)
{
	const RcuSimExpectation *expectation;
	bool is_good = rcusim_results_n_failed(results) == 0;

	for (int i = 0; (expectation = rcusim_results_expectation(results, i)) != NULL; i++)
		if (for_reading || !expectation->ok)
			print_expectation(for_reading ? stdout : stderr, expectation);
	for (int run = 0; run < rcusim_results_n_runs(results); run++) {
		const int64_t n = rcusim_results_unexpected_violations(results, run);
		g_autofree char *label =
			rcusim_format_printable(rcusim_results_label(results, run));

		if (n == 0)
			continue;
		is_good = false;
		fprintf(for_reading ? stdout : stderr,
			"violations  %s: a reader touched freed memory %" G_GINT64_FORMAT
			" times, and no expect clause allows it  FAILED\n",
			label, n);
	}
	return is_good;
}

/* ---- One scenario after the other ---- */

/* @name as part of a file name: nothing that leaves the directory, hides the file or looks like an option. */
static char *default_output(const char *name)
{
	const bool has_directory = g_file_test("output", G_FILE_TEST_IS_DIR);
	g_autofree char *slug = g_strndup(name, 100);
	g_autofree char *hash = NULL;

	g_strcanon(slug, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", '_');
	if (*slug == '.' || *slug == '-')
		*slug = '_';
	if (strcmp(slug, name) == 0 && *name != '\0')
		return g_strconcat(has_directory ? "output/" : "", slug, ".db", NULL);
	/* Two names that differ only in what was replaced have two files. */
	hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
	hash[8] = '\0';
	return g_strconcat(has_directory ? "output/" : "", slug, "-", hash, ".db", NULL);
}

static RcuSimDatabase *open_database(const struct cli_options *options, const char *path,
				     GError **error)
{
	RcuSimDatabaseMode mode = RCUSIM_DATABASE_NEW;

	if (options->force)
		mode = RCUSIM_DATABASE_REPLACE;
	else if (options->append)
		mode = RCUSIM_DATABASE_APPEND;
	return rcusim_database_create(path, mode, error);
}

/* What a run that did not get to its end leaves behind. */
static void tell_what_is_stored(const struct run_state *state, const char *path)
{
	g_autofree char *printable = rcusim_format_printable(path);

	if (state->n_saved > 0)
		fprintf(stderr, "rcusim: runs stored in %s: %d; --append adds the other policies\n",
			printable, state->n_saved);
	else
		fputs("rcusim: nothing was stored\n", stderr);
}

static int give_up(const struct run_state *state, const RcuSimDatabase *database,
		   const GError *error)
{
	const int number = cli_stop_signal();
	int status = CLI_SIGNAL + number;

	if (number != 0)
		fputs("rcusim: interrupted\n", stderr);
	else
		status = cli_fail(error);
	tell_what_is_stored(state, rcusim_database_path(database));
	return status;
}

static int run_scenario(struct run_state *state, const RcuSimScenario *scenario, const char *source,
			RcuSimDatabase *database)
{
	const struct cli_options *options = state->options;
	const bool for_reading = options->format == RCUSIM_FORMAT_TABLE && !options->quiet;
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimResults) results = NULL;
	const RcuSimRunOptions run_options = {
		.flags = options->reference ? RCUSIM_FLAG_REFERENCE : RCUSIM_FLAG_NONE,
		.progress = on_progress,
		.progress_data = state,
		.source = source,
	};

	results = rcusim_run_scenario(scenario, &run_options, database, &error);
	clear_line(state);
	if (results == NULL)
		return give_up(state, database, error);
	if (for_reading) {
		print_summary(state, scenario, results);
		putchar('\n');
	} else if (state->table != NULL) {
		print_rows(state->table, scenario, results);
	}
	return check_results(state, scenario, results, for_reading) ? CLI_OK : CLI_DIFFERS;
}

static int finish_database(const struct run_state *state, RcuSimDatabase *database)
{
	g_autofree char *path = rcusim_format_printable(rcusim_database_path(database));
	g_autoptr(GError) error = NULL;

	if (!rcusim_database_finish(database, &error))
		return cli_fail(error);
	if (state->options->format == RCUSIM_FORMAT_TABLE && !state->options->quiet)
		printf("saved   %s\ntry     rcusim query %s latency\n", path, path);
	return CLI_OK;
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
		g_autofree char *path = state->options->output != NULL
						? g_strdup(state->options->output)
						: default_output(rcusim_scenario_name(scenario));
		int now;

		if (database == NULL)
			database = open_database(state->options, path, &error);
		if (database == NULL)
			return cli_fail(error);
		now = run_scenario(state, scenario, sources[i], database);
		if (now == CLI_OK || now == CLI_DIFFERS) {
			status = cli_worse(status, now);
			if (state->options->output != NULL && i + 1 < scenarios->len)
				continue;
			now = finish_database(state, database);
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
	struct run_state state = { .options = options, .last_tenth = -1 };
	g_autoptr(GPtrArray) scenarios = NULL;
	int status;

	if (argc == 0)
		return cli_usage(
			&cli_run,
			"run needs a scenario; rcusim scenario list shows those that come with it");
	if (options->force && options->append)
		return cli_usage(&cli_run, "--force replaces and --append adds: choose one");
	if (options->output != NULL && strcmp(options->output, "-") == 0)
		return cli_usage(&cli_run,
				 "--output needs a file: a database cannot be written to a stream");
	state.is_terminal = isatty(STDERR_FILENO) && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
	state.show_progress = options->progress || (isatty(STDERR_FILENO) && !options->quiet);
	scenarios = load_all(options, argc, argv, &status);
	if (scenarios == NULL)
		return status;
	if (options->format != RCUSIM_FORMAT_TABLE && !options->quiet)
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
		   CLI_REFERENCE | CLI_FORCE | CLI_APPEND | CLI_QUIET | CLI_VERBOSE,
	.run = run,
};
