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

static int import(const struct cli_options *options, int argc, char **argv)
{
	static const char *const sources[] = { "strace", "maps", NULL };
	static const enum rcusim_trace_source values[] = { RCUSIM_TRACE_STRACE, RCUSIM_TRACE_MAPS };

	if (argc == 0)
		return cli_usage(&cli_trace, "trace import needs one of: strace, maps");
	for (int i = 0; sources[i] != NULL; i++) {
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

/* --- export --- */

static bool is_database(const char *path)
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
	if (!(is_database(argv[0]) ? export_database(options, argv[0], &error)
				   : export_scenario(options, argv[0], &error)))
		return cli_fail(error);
	return CLI_OK;
}

static int run(const struct cli_options *options, int argc, char **argv)
{
	static const char *const actions[] = { "import", "export", NULL };

	if (argc == 0) {
		fputs("usage: rcusim trace import strace FILE... | import maps FILE | import ftrace FILE\n"
		      "       rcusim trace export --format ftrace DATABASE|SCENARIO\n"
		      "       rcusim trace compare REAL SIMULATED\n",
		      stderr);
		return cli_usage(&cli_trace, "trace needs one of: import, export, compare");
	}
	if (strcmp(argv[0], "export") == 0)
		return export(options, argc - 1, argv + 1);
	if (strcmp(argv[0], "import") != 0)
		return cli_unknown("trace command", argv[0], actions);
	return import(options, argc - 1, argv + 1);
}

const struct cli_command cli_trace = {
	.name = "trace",
	.arguments = "import strace FILE... | import maps FILE",
	.summary = "make replays of recordings: strace, /proc/PID/maps",
	.about =
		"import strace reads what strace has written with -f -ttt -T (and, to record no more than is used,\n"
		"-e trace=%process,%memory): one file, or those of -ff; plain, gzip or xz; with or without -y.\n"
		"import maps reads an address space as /proc/PID/maps shows it. The replay goes to stdout, to -o FILE,\n"
		"or with -o FILE.json to FILE.replay, beside a scenario that runs it. docs/replay.md has the format.",
	.example = "  rcusim trace import maps /proc/self/maps\n"
		   "  rcusim trace import strace build.strace -o build.json",
	.options = CLI_POLICY | CLI_SEED | CLI_SET | CLI_TRACE | CLI_LAYOUT | CLI_TEXT_OUTPUT |
		   CLI_REPLACE | CLI_LENIENT | CLI_IMAGE | CLI_QUIET,
	.run = run,
};
