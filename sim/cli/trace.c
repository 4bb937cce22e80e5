#include <stdio.h>
#include <string.h>

#include "cli.h"

static int write_out(const struct cli_options *options, const RcuSimTrace *trace)
{
	g_autoptr(GError) error = NULL;

	if (options->output == NULL || strcmp(options->output, "-") == 0) {
		rcusim_trace_print(trace, stdout);
		return CLI_OK;
	}
	if (!rcusim_trace_write(trace, options->output, options->force, &error))
		return cli_fail(error);
	if (!options->quiet) {
		g_autofree char *printable = rcusim_format_printable(rcusim_trace_summary(trace));

		fprintf(stderr, "%s\n", printable);
	}
	return CLI_OK;
}

static int import_files(const struct cli_options *options, enum rcusim_trace_source source,
			char **files)
{
	const struct rcusim_trace_options how = { .source = source,
						  .lenient = options->lenient,
						  .image = options->image };
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimTrace) trace =
		rcusim_trace_import((const char *const *)files, &how, &error);

	if (trace == NULL)
		return cli_fail(error);
	if (rcusim_trace_skipped(trace) != NULL && !options->quiet) {
		cli_complain(rcusim_trace_skipped(trace));
		cli_complain("these lines were skipped (--lenient)");
	}
	return write_out(options, trace);
}

/* --- ftrace --- */

static bool is_database(const char *path)
{
	g_autoptr(RcuSimDatabase) database = rcusim_database_open(path, NULL);

	return database != NULL;
}

static RcuSimFtrace *load_ftrace(const struct cli_options *options, const char *path,
				 GError **error)
{
	RcuSimFtrace *ftrace;

	if (is_database(path)) {
		g_autoptr(RcuSimDatabase) database = rcusim_database_open(path, error);

		return database == NULL ? NULL : rcusim_ftrace_load(database, 0, error);
	}
	ftrace = rcusim_ftrace_read(path, options->lenient, error);
	if (ftrace != NULL && rcusim_ftrace_skipped(ftrace) != NULL && !options->quiet) {
		cli_complain(rcusim_ftrace_skipped(ftrace));
		cli_complain("these lines were skipped (--lenient)");
	}
	return ftrace;
}

static void put_figure(RcuSimTable *table, const RcuSimFtraceFigure *figure)
{
	const int64_t values[] = { figure->min, figure->p10, figure->p50, figure->p90,
				   figure->max };

	rcusim_table_integer(table, figure->n);
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		if (figure->n == 0)
			rcusim_table_null(table);
		else
			rcusim_table_value(table, values[i], figure->unit);
	}
}

static void add_figure_columns(RcuSimTable *table, const char *prefix)
{
	static const char *const names[] = { "n", "min", "p10", "p50", "p90", "max" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *name = g_strconcat(prefix, names[i], NULL);

		rcusim_table_column(table, name, NULL);
	}
}

/* The distributions of one trace, or of two; and what rcu_nocb_wake told. */
static void print_figures(const RcuSimFtrace *a, const RcuSimFtrace *b)
{
	g_autoptr(RcuSimTable) table = rcusim_table_new(RCUSIM_FORMAT_TABLE, stdout);
	RcuSimFtraceFigure x, y = { 0 };

	rcusim_table_column(table, "figure", NULL);
	rcusim_table_column(table, "trace", NULL);
	add_figure_columns(table, "");
	for (int i = 0; rcusim_ftrace_figure(a, i, &x); i++) {
		if (b != NULL)
			rcusim_ftrace_figure(b, i, &y);
		if (x.n == 0 && y.n == 0)
			continue;
		rcusim_table_text(table, x.name);
		rcusim_table_text(table, b == NULL ? "" : "A");
		put_figure(table, &x);
		if (b == NULL)
			continue;
		rcusim_table_text(table, "");
		rcusim_table_text(table, "B");
		put_figure(table, &y);
	}
	rcusim_table_end(table);
}

static void put_wake(RcuSimTable *table, const char *reason, const RcuSimFtrace *a,
		     const RcuSimFtrace *b)
{
	rcusim_table_text(table, reason);
	rcusim_table_integer(table, rcusim_ftrace_n_nocb_wake(a, reason));
	if (b != NULL)
		rcusim_table_integer(table, rcusim_ftrace_n_nocb_wake(b, reason));
}

static void print_wakes(const RcuSimFtrace *a, const RcuSimFtrace *b)
{
	g_autoptr(RcuSimTable) table = NULL;
	const char *reason;
	int64_t n;

	if (rcusim_ftrace_nocb_wake(a, 0, &n) == NULL &&
	    (b == NULL || rcusim_ftrace_nocb_wake(b, 0, &n) == NULL))
		return;
	table = rcusim_table_new(RCUSIM_FORMAT_TABLE, stdout);
	rcusim_table_column(table, "rcu_nocb_wake", NULL);
	rcusim_table_column(table, b == NULL ? "n" : "A", NULL);
	if (b != NULL)
		rcusim_table_column(table, "B", NULL);
	for (int i = 0; (reason = rcusim_ftrace_nocb_wake(a, i, &n)) != NULL; i++)
		put_wake(table, reason, a, b);
	for (int i = 0; b != NULL && (reason = rcusim_ftrace_nocb_wake(b, i, &n)) != NULL; i++)
		if (rcusim_ftrace_n_nocb_wake(a, reason) == 0)
			put_wake(table, reason, a, b);
	putchar('\n');
	rcusim_table_end(table);
}

static void print_summary(const RcuSimFtrace *ftrace, const char *prefix)
{
	const char *name;
	int64_t n;

	printf("%s%s\n", prefix, rcusim_ftrace_summary(ftrace));
	for (int i = 0; (name = rcusim_ftrace_unknown(ftrace, i, &n)) != NULL; i++) {
		g_autofree char *printable = rcusim_format_printable(name);

		printf("not known: %s, %" G_GINT64_FORMAT " times\n", printable, n);
	}
}

static int import_ftrace(const struct cli_options *options, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimFtrace) ftrace = load_ftrace(options, path, &error);
	const bool to_stdout = options->output != NULL && strcmp(options->output, "-") == 0;

	if (ftrace == NULL ||
	    (options->output != NULL &&
	     !rcusim_ftrace_write_scenario(ftrace, options->output, options->force, &error)))
		return cli_fail(error);
	if (to_stdout || options->quiet)
		return CLI_OK;
	print_summary(ftrace, "");
	putchar('\n');
	print_figures(ftrace, NULL);
	print_wakes(ftrace, NULL);
	return CLI_OK;
}

/* One side of where two traces part. */
static void print_side(const char *letter, const char *step, int64_t line, int64_t t_ns)
{
	g_autofree char *when = rcusim_format_value(t_ns, "ns");

	if (step == NULL)
		printf("    %s: at its end\n", letter);
	else
		printf("    %s: line %" G_GINT64_FORMAT ", after %s: %s\n", letter, line, when,
		       step);
}

/* Returns: whether they part. */
static bool print_parting(const RcuSimFtraceParting *parting)
{
	printf("%s: %d and %d steps, the first %d alike", parting->name, parting->n_a, parting->n_b,
	       parting->n_same);
	if (parting->n_close > 0)
		printf(" (%d of them within 5 %%)", parting->n_close);
	if (!parting->differs) {
		puts(", and no others");
		return false;
	}
	puts("; then");
	print_side("A", parting->a, parting->a_line, parting->a_ns);
	print_side("B", parting->b, parting->b_line, parting->b_ns);
	return true;
}

static int compare(const struct cli_options *options, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimFtrace) a = NULL;
	g_autoptr(RcuSimFtrace) b = NULL;
	RcuSimFtraceParting *parting;
	bool differs = false;

	if (argc != 2)
		return cli_usage(&cli_trace, "trace compare needs two traces or databases");
	a = load_ftrace(options, argv[0], &error);
	b = a == NULL ? NULL : load_ftrace(options, argv[1], &error);
	if (b == NULL)
		return cli_fail(error);
	if (!options->quiet) {
		print_summary(a, "A: ");
		print_summary(b, "B: ");
		putchar('\n');
		print_figures(a, b);
		print_wakes(a, b);
		putchar('\n');
	}
	for (int i = 0; (parting = rcusim_ftrace_compare(a, b, i)) != NULL; i++) {
		differs |= print_parting(parting);
		rcusim_ftrace_parting_free(parting);
	}
	return differs ? CLI_DIFFERS : CLI_OK;
}

/* --- export --- */

/* What is not a scenario's name; what is wrong with it, its opening will tell. */
static bool is_file(const char *path)
{
	return !g_str_has_suffix(path, ".json") && g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* The scenario's first policy, or the first of --policy, is run for this. */
static bool export_scenario(const struct cli_options *options, const char *name, GError **error)
{
	const RcuSimRunOptions how = { .trace = options->trace != NULL ? options->trace : "all" };
	g_autoptr(RcuSimScenario) scenario = cli_load_scenario(options, name, error);
	g_autoptr(RcuSimResults) results = NULL;

	if (scenario == NULL || !rcusim_scenario_select_policies(
					scenario, rcusim_scenario_policy_label(scenario, 0), error))
		return false;
	results = rcusim_run_scenario(scenario, &how, NULL, error);
	return results != NULL &&
	       rcusim_results_export_ftrace(results, 0, options->output, options->force, error);
}

static bool export_database(const struct cli_options *options, const char *path, GError **error)
{
	g_autoptr(RcuSimDatabase) database = rcusim_database_open(path, error);

	return database != NULL &&
	       rcusim_ftrace_export(database, 0, options->output, options->force, error);
}

static int export(const struct cli_options *options, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	if (argc != 1)
		return cli_usage(&cli_trace, "trace export needs a database or a scenario");
	if (!options->has_format)
		return cli_usage(&cli_trace, "trace export needs --format ftrace");
	if (!(is_file(argv[0]) ? export_database(options, argv[0], &error)
			       : export_scenario(options, argv[0], &error)))
		return cli_fail(error);
	return CLI_OK;
}

/* --- the command --- */

static int import(const struct cli_options *options, int argc, char **argv)
{
	static const char *const sources[] = { "strace", "maps", "ftrace", NULL };
	static const enum rcusim_trace_source values[] = { RCUSIM_TRACE_STRACE, RCUSIM_TRACE_MAPS };

	if (argc == 0)
		return cli_usage(&cli_trace, "trace import needs one of: strace, maps, ftrace");
	if (strcmp(argv[0], "ftrace") == 0) {
		if (argc != 2)
			return cli_usage(&cli_trace, "trace import ftrace needs one file");
		return import_ftrace(options, argv[1]);
	}
	for (int i = 0; i < (int)G_N_ELEMENTS(values); i++) {
		if (strcmp(argv[0], sources[i]) != 0)
			continue;
		if (argc == 1)
			return cli_usage(&cli_trace, "trace import %s needs a file", sources[i]);
		if (values[i] == RCUSIM_TRACE_MAPS && argc > 2)
			return cli_usage(&cli_trace, "trace import maps takes one file");
		return import_files(options, values[i], argv + 1);
	}
	return cli_unknown("kind of trace", argv[0], sources);
}

static int run(const struct cli_options *options, int argc, char **argv)
{
	static const char *const actions[] = { "import", "export", "compare", NULL };

	if (argc == 0) {
		fputs("usage: rcusim trace import strace FILE... | import maps FILE | import ftrace FILE\n"
		      "       rcusim trace export --format ftrace DATABASE|SCENARIO\n"
		      "       rcusim trace compare REAL SIMULATED\n",
		      stderr);
		return cli_usage(&cli_trace, "trace needs one of: import, export, compare");
	}
	if (strcmp(argv[0], "export") == 0)
		return export(options, argc - 1, argv + 1);
	if (strcmp(argv[0], "compare") == 0)
		return compare(options, argc - 1, argv + 1);
	if (strcmp(argv[0], "import") != 0)
		return cli_unknown("trace command", argv[0], actions);
	return import(options, argc - 1, argv + 1);
}

const struct cli_command cli_trace = {
	.name = "trace",
	.arguments = "import strace|maps|ftrace FILE... | export DATABASE|SCENARIO | compare A B",
	.summary = "recordings of programs and of kernels: replays, scenarios, trace files",
	.about =
		"import strace reads what strace has written with -f -ttt -T (and, to record no more than is used,\n"
		"-e trace=%process,%memory): one file, or those of -ff; plain, gzip or xz; with or without -y.\n"
		"import maps reads an address space as /proc/PID/maps shows it. The replay goes to stdout, to -o FILE,\n"
		"or with -o FILE.json to FILE.replay, beside a scenario that runs it. docs/replay.md has the format.\n"
		"import ftrace reads a kernel's trace file, or what trace-cmd report prints, and shows its figures;\n"
		"-o FILE.json writes a scenario with the same calls.\n"
		"export writes the events that run --trace has kept, or those of a scenario's first policy, as a trace\n"
		"file. compare lays two of them side by side; status 1 says that they part. docs/tracing.md has more.",
	.example = "  rcusim trace import maps /proc/self/maps\n"
		   "  rcusim trace import strace build.strace -o build.json\n"
		   "  rcusim trace export --format ftrace exit-storm -o storm.trace",
	.options = CLI_POLICY | CLI_SEED | CLI_SET | CLI_TRACE | CLI_LAYOUT | CLI_TEXT_OUTPUT |
		   CLI_REPLACE | CLI_LENIENT | CLI_IMAGE | CLI_QUIET,
	.run = run,
};
