/* runs.c - what the commands that simulate share: progress, where the database is, expect clauses. */
#include "runs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SPARK_WIDTH 12

const char *const cli_shown_metrics[] = {
	"exit_latency_p50_ns",
	"exit_latency_p99_ns",
	"exit_latency_max_ns",
	"munmap_latency_p50_ns",
	"munmap_latency_p99_ns",
	"munmap_latency_max_ns",
	"map_call_latency_p99_ns",
	"fork_latency_p99_ns",
	"exec_latency_p99_ns",
	"replay_elapsed_mean_ns",
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
	NULL,
};

int cli_runs_check_options(const struct cli_command *command, const struct cli_options *options)
{
	if (options->force && options->append)
		return cli_usage(command, "--force replaces and --append adds: choose one");
	if (options->output != NULL && strcmp(options->output, "-") == 0)
		return cli_usage(command,
				 "--output needs a file: a database cannot be written to a stream");
	return CLI_OK;
}

void cli_runs_init(struct cli_runs *runs, const struct cli_options *options)
{
	const bool is_terminal = isatty(STDERR_FILENO);

	*runs = (struct cli_runs){
		.options = options,
		.last_tenth = -1,
		.is_terminal = is_terminal && g_strcmp0(g_getenv("TERM"), "dumb") != 0,
		.show_progress = options->progress || (is_terminal && !options->quiet),
	};
}

/* ---- Progress ---- */

void cli_runs_clear_line(const struct cli_runs *runs)
{
	if (runs->show_progress && runs->is_terminal)
		fputs("\r\033[K", stderr);
}

static void show_on_terminal(struct cli_runs *runs, const RcuSimProgress *progress, int permille)
{
	const int64_t now_us = g_get_monotonic_time();
	g_autofree char *label = NULL;
	g_autofree char *now = NULL;
	g_autofree char *end = NULL;

	if (now_us - runs->last_shown_us < 100 * 1000)
		return;
	runs->last_shown_us = now_us;
	label = rcusim_format_printable(progress->label);
	now = rcusim_format_value(progress->now_ns, "ns");
	end = rcusim_format_value(progress->end_ns, "ns");
	fprintf(stderr, "\rrun %d of %d: %s: %d %%, %s of %s\033[K", progress->run,
		progress->n_runs, label, permille / 10, now, end);
}

static void show_as_line(struct cli_runs *runs, const RcuSimProgress *progress, int permille)
{
	const int tenth = permille / 100;
	g_autofree char *label = NULL;

	if (tenth == runs->last_tenth)
		return;
	runs->last_tenth = tenth;
	label = rcusim_format_printable(progress->label);
	fprintf(stderr, "run %d of %d: %s: %d %%\n", progress->run, progress->n_runs, label,
		tenth * 10);
}

static bool on_progress(const RcuSimProgress *progress, void *data)
{
	struct cli_runs *runs = data;
	const int permille = progress->end_ns == 0
				     ? 1000
				     : (int)((__int128)progress->now_ns * 1000 / progress->end_ns);

	if (progress->saved) {
		runs->n_saved++;
		runs->last_tenth = -1;
		cli_runs_clear_line(runs);
		if (runs->options->verbose) {
			g_autofree char *label = rcusim_format_printable(progress->label);

			fprintf(stderr, "run %d of %d: %s: saved\n", progress->run,
				progress->n_runs, label);
		}
	} else if (runs->show_progress) {
		if (runs->is_terminal)
			show_on_terminal(runs, progress, permille);
		else
			show_as_line(runs, progress, permille);
	}
	return cli_stop_signal() == 0;
}

RcuSimRunOptions cli_runs_run_options(struct cli_runs *runs, const char *source)
{
	return (RcuSimRunOptions){
		.trace = runs->options->trace,
		.flags = runs->options->reference ? RCUSIM_FLAG_REFERENCE : RCUSIM_FLAG_NONE,
		.progress = on_progress,
		.progress_data = runs,
		.source = source,
	};
}

/* ---- Where the database is ---- */

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

char *cli_runs_output(const struct cli_options *options, const RcuSimScenario *scenario)
{
	return options->output != NULL ? g_strdup(options->output)
				       : default_output(rcusim_scenario_name(scenario));
}

RcuSimDatabase *cli_runs_open(const struct cli_options *options, const char *path, GError **error)
{
	RcuSimDatabaseMode mode = RCUSIM_DATABASE_NEW;

	if (options->force)
		mode = RCUSIM_DATABASE_REPLACE;
	else if (options->append)
		mode = RCUSIM_DATABASE_APPEND;
	return rcusim_database_create(path, mode, error);
}

/* What a run that did not get to its end leaves behind. */
static void tell_what_is_stored(const struct cli_runs *runs, const char *path, const char *hint)
{
	g_autofree char *printable = rcusim_format_printable(path);

	if (runs->n_saved > 0)
		fprintf(stderr, "rcusim: runs stored in %s: %d; %s\n", printable, runs->n_saved,
			hint);
	else
		fputs("rcusim: nothing was stored\n", stderr);
}

int cli_runs_give_up(const struct cli_runs *runs, const RcuSimDatabase *database,
		     const GError *error, const char *hint)
{
	const int number = cli_stop_signal();
	int status = CLI_SIGNAL + number;

	if (number != 0)
		fputs("rcusim: interrupted\n", stderr);
	else
		status = cli_fail(error);
	tell_what_is_stored(runs, rcusim_database_path(database), hint);
	return status;
}

int cli_runs_finish(const struct cli_runs *runs, RcuSimDatabase *database, const char *next)
{
	const char *path = rcusim_database_path(database);
	g_autoptr(GError) error = NULL;

	if (!rcusim_database_finish(database, &error))
		return cli_fail(error);
	if (!cli_is_for_reading(runs->options) || runs->options->quiet)
		return CLI_OK;
	cli_print_line(stdout, runs->options, "        ", "saved   %s", path);
	cli_print_line(stdout, runs->options, "        ", "try     rcusim query %s %s", path, next);
	return CLI_OK;
}

/* ---- Expect clauses ---- */

/* "ok" and "FAILED" say it all; colour only repeats it. */
void cli_print_verdict(FILE *out, const struct cli_options *options, const char *line, bool ok)
{
	const bool has_color = out == stdout && cli_style(options).color;

	if (!has_color) {
		cli_print_line(out, options, "        ", "%s  %s", line, ok ? "ok" : "FAILED");
		return;
	}
	{
		g_autofree char *printable = rcusim_format_printable(line);

		fprintf(out, "%s  \033[%dm%s\033[0m\n", printable, ok ? 32 : 31,
			ok ? "ok" : "FAILED");
	}
}

static void print_expectation(FILE *out, const struct cli_options *options,
			      const RcuSimExpectation *expectation, const char *seed)
{
	g_autofree char *bound = rcusim_format_value(expectation->bound, expectation->unit);
	g_autofree char *value = rcusim_format_value(expectation->value, expectation->unit);
	g_autofree char *line =
		g_strdup_printf("expect  %s of %s%s%s %s %s: %s", expectation->metric,
				expectation->label, seed == NULL ? "" : " with seed ",
				seed == NULL ? "" : seed, expectation->relation, bound, value);

	cli_print_verdict(out, options, line, expectation->ok);
	if (!expectation->ok && strcmp(bound, value) == 0) /* rounded, they look equal */
		fprintf(out, "        exactly %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT " %s\n",
			expectation->bound, expectation->value, expectation->unit);
}

static bool check_violations(FILE *out, const struct cli_options *options,
			     const RcuSimResults *results, const char *seed)
{
	bool is_good = true;

	for (int run = 0; run < rcusim_results_n_runs(results); run++) {
		const int64_t n = rcusim_results_unexpected_violations(results, run);
		g_autofree char *line = g_strdup_printf(
			"violations  %s%s%s: a reader touched freed memory %" G_GINT64_FORMAT
			" times, and no expect clause allows it",
			rcusim_results_label(results, run), seed == NULL ? "" : " with seed ",
			seed == NULL ? "" : seed, n);

		if (n == 0)
			continue;
		is_good = false;
		cli_print_verdict(out, options, line, false);
	}
	return is_good;
}

/* What a kernel would have logged. */
static void print_stalls(const RcuSimResults *results)
{
	for (int run = 0; run < rcusim_results_n_runs(results); run++)
		if (*rcusim_results_stalls(results, run) != '\0')
			fprintf(stderr, "rcusim: run of %s:\n%s",
				rcusim_results_label(results, run),
				rcusim_results_stalls(results, run));
}

bool cli_runs_check(const struct cli_options *options, const RcuSimResults *results, bool print_all,
		    const char *seed, int *ret_n)
{
	FILE *out = cli_is_for_reading(options) && !options->quiet ? stdout : stderr;
	const RcuSimExpectation *expectation;
	int n = 0;

	for (; (expectation = rcusim_results_expectation(results, n)) != NULL; n++)
		if ((print_all && out == stdout) || !expectation->ok)
			print_expectation(out, options, expectation, seed);
	if (ret_n != NULL)
		*ret_n = n;
	print_stalls(results);
	return check_violations(out, options, results, seed) &&
	       rcusim_results_n_failed(results) == 0;
}

/* ---- The backlog over time ---- */

int64_t cli_runs_largest_backlog(const RcuSimResults *results)
{
	int64_t max = 0;

	for (int run = 0; run < rcusim_results_n_runs(results); run++)
		for (int i = 0; i < rcusim_results_n_samples(results, run); i++)
			max = MAX(max, rcusim_results_backlog(results, run, i));
	return max;
}

char *cli_runs_sparkline(const RcuSimResults *results, int run, int64_t max,
			 const RcuSimStyle *style)
{
	const int n = rcusim_results_n_samples(results, run);
	g_autofree int64_t *values = g_new(int64_t, (gsize)MAX(n, 1));

	if (n == 0)
		return NULL;
	for (int i = 0; i < n; i++)
		values[i] = rcusim_results_backlog(results, run, i);
	return rcusim_format_sparkline(values, (size_t)n, SPARK_WIDTH, MAX(max, 1), style->utf8);
}
