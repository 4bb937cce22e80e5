#include <stdio.h>

#include "cli.h"

static int run(const struct cli_options *options, int argc, char **argv)
{
	g_autoptr(RcuSimTable) table = NULL;

	if (argc > 0)
		return cli_usage(&cli_version, "version takes no argument");
	if (!options->has_format) {
		printf("rcusim %s\n", rcusim_version());
		printf("revision %s, %s, SQLite %s, database version %d\n",
		       rcusim_version_revision(), rcusim_version_compiler(),
		       rcusim_version_sqlite(), rcusim_version_database());
		return CLI_OK;
	}
	table = rcusim_table_new(options->format, stdout);
	rcusim_table_column(table, "version", NULL);
	rcusim_table_column(table, "revision", NULL);
	rcusim_table_column(table, "compiler", NULL);
	rcusim_table_column(table, "sqlite", NULL);
	rcusim_table_column(table, "database_version", NULL);
	rcusim_table_text(table, rcusim_version());
	rcusim_table_text(table, rcusim_version_revision());
	rcusim_table_text(table, rcusim_version_compiler());
	rcusim_table_text(table, rcusim_version_sqlite());
	rcusim_table_integer(table, rcusim_version_database());
	rcusim_table_end(table);
	return CLI_OK;
}

const struct cli_command cli_version = {
	.name = "version",
	.arguments = "",
	.summary = "which rcusim this is",
	.example = "  rcusim version --json",
	.options = CLI_FORMAT,
	.run = run,
};
