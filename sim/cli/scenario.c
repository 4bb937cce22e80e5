#include <stdio.h>
#include <string.h>

#include "cli.h"

static int check(const struct cli_options *options, int argc, char **argv)
{
	int status = CLI_OK;

	if (argc == 0)
		return cli_usage(&cli_scenario, "scenario check needs a scenario");
	for (int i = 0; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(RcuSimScenario) scenario = cli_load_scenario(options, argv[i], &error);
		g_autofree char *duration = NULL;
		g_autofree char *printable = rcusim_format_printable(argv[i]);

		if (scenario == NULL) {
			status = cli_worse(status, cli_fail(error));
			continue;
		}
		duration = rcusim_format_value(rcusim_scenario_duration_ns(scenario), "ns");
		if (!options->quiet)
			printf("%s: ok: %s, policies: %d, hash %.12s\n", printable, duration,
			       rcusim_scenario_n_policies(scenario),
			       rcusim_scenario_hash(scenario));
	}
	return status;
}

static int list(const struct cli_options *options, int argc, char **argv)
{
	g_autoptr(RcuSimTable) table = rcusim_table_new(options->format, stdout);
	g_auto(GStrv) names = rcusim_scenario_list();

	rcusim_table_column(table, "scenario", NULL);
	rcusim_table_column(table, "asks", NULL);
	for (int i = 0; names != NULL && names[i] != NULL; i++) {
		g_autoptr(RcuSimScenario) scenario = rcusim_scenario_load(names[i], NULL, NULL);

		rcusim_table_text(table, names[i]);
		rcusim_table_text(table, scenario == NULL ? "(not valid: see scenario check)"
							  : rcusim_scenario_question(scenario));
	}
	rcusim_table_end(table);
	return CLI_OK;
}

static int schema(const struct cli_options *options, int argc, char **argv)
{
	g_autofree char *text = NULL;

	if (argc > 0)
		return cli_usage(&cli_scenario, "scenario schema takes no argument");
	text = rcusim_scenario_schema();
	fputs(text, stdout);
	return CLI_OK;
}

/* Every value and where it comes from; -v with what it means and where its default was found. */
static void print_values(const struct cli_options *options, const RcuSimScenario *scenario)
{
	g_autoptr(RcuSimTable) table = rcusim_table_new(options->format, stdout);
	struct rcusim_scenario_value value;
	const bool with_help = options->verbose || options->format != RCUSIM_FORMAT_TABLE;

	rcusim_table_column(table, "parameter", NULL);
	rcusim_table_column(table, "value", NULL);
	rcusim_table_column(table, "unit", NULL);
	rcusim_table_column(table, "from", NULL);
	if (with_help) {
		rcusim_table_column(table, "meaning", NULL);
		rcusim_table_column(table, "source of the default", NULL);
	}
	for (int i = 0; rcusim_scenario_value(scenario, i, &value); i++) {
		rcusim_table_text(table, value.path);
		rcusim_table_text(table, value.value);
		rcusim_table_text(table, value.unit == NULL ? "" : value.unit);
		rcusim_table_text(table, value.origin);
		if (with_help) {
			rcusim_table_text(table, value.help == NULL ? "" : value.help);
			rcusim_table_text(table, value.source == NULL ? "" : value.source);
		}
	}
	rcusim_table_end(table);
}

static int show(const struct cli_options *options, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) scenario = NULL;

	if (argc != 1)
		return cli_usage(&cli_scenario, "scenario show takes one scenario");
	scenario = cli_load_scenario(options, argv[0], &error);
	if (scenario == NULL)
		return cli_fail(error);
	if (options->format == RCUSIM_FORMAT_JSON)
		puts(rcusim_scenario_resolved(scenario));
	else
		print_values(options, scenario);
	return CLI_OK;
}

static int run(const struct cli_options *options, int argc, char **argv)
{
	static const char *const actions[] = { "list", "check", "show", "schema", NULL };
	static int (*const functions[])(const struct cli_options *, int,
					char **) = { list, check, show, schema };

	if (argc == 0)
		return cli_usage(&cli_scenario, "scenario needs one of: list, check, show, schema");
	for (int i = 0; actions[i] != NULL; i++)
		if (strcmp(argv[0], actions[i]) == 0)
			return functions[i](options, argc - 1, argv + 1);
	return cli_unknown("scenario command", argv[0], actions);
}

const struct cli_command cli_scenario = {
	.name = "scenario",
	.arguments = "list | check SCENARIO... | show SCENARIO | schema",
	.summary = "list, check and show scenarios; their JSON Schema",
	.about =
		"A scenario is a JSON file, a shipped one goes by its name. check prints every problem at once, show\n"
		"every parameter with its value and where the value comes from, schema the JSON Schema for editors.\n"
		"A file is UTF-8 without byte order mark and comments, at most 16 MiB, 100,000 values and 64 levels deep,\n"
		"includes at most 64 files and 8 levels; 1.0 is an integer, 1.5 is none. --set max_operations=N admits runs\n"
		"that are expected to execute more than 10^9 operations.",
	.example = "  rcusim scenario show exit-storm --set rcu.blimit=20",
	.options = CLI_SET | CLI_POLICY | CLI_SEED | CLI_FORMAT | CLI_QUIET | CLI_VERBOSE,
	.run = run,
};
