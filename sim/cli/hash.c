#include <stdio.h>

#include "cli.h"

static void print_runs(const struct cli_options *options, const GPtrArray *runs)
{
	g_autoptr(RcuSimTable) table = rcusim_table_new(options->format, stdout);

	rcusim_table_column(table, "hash", NULL);
	rcusim_table_column(table, "policy", NULL);
	rcusim_table_column(table, "scenario", NULL);
	rcusim_table_column(table, "seed", NULL);
	for (guint i = 0; i < runs->len; i++) {
		const RcuSimDatabaseRun *run = runs->pdata[i];

		rcusim_table_text(table, run->hash);
		rcusim_table_text(table, run->label);
		rcusim_table_text(table, run->scenario);
		rcusim_table_text(table, run->seed);
	}
	rcusim_table_end(table);
}

static int hash_file(const struct cli_options *options, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) runs = NULL;
	g_autoptr(RcuSimDatabase) database = rcusim_database_open(path, &error);
	g_autofree char *hash =
		database == NULL ? NULL : rcusim_database_hash(database, &runs, &error);

	if (hash == NULL)
		return cli_fail(error);
	if (!options->quiet)
		print_runs(options, runs);
	if (options->quiet || options->format == RCUSIM_FORMAT_TABLE) {
		g_autofree char *printable = rcusim_format_printable(path);

		printf("%s  %s\n", hash, printable);
	}
	return CLI_OK;
}

static int run(const struct cli_options *options, int argc, char **argv)
{
	if (argc != 1)
		return cli_usage(&cli_hash,
				 argc == 0 ? "hash needs a database" : "hash takes one database");
	return hash_file(options, argv[0]);
}

const struct cli_command cli_hash = {
	.name = "hash",
	.arguments = "FILE",
	.summary = "canonical hash of a database and of each of its runs",
	.about =
		"Computes from the tables what identifies the outcome: equal scenario, policy, seed and outcome give an\n"
		"equal hash, on any machine and however the file was made. The last line of a table is the hash of\n"
		"all runs in their order; with -q it is the only one. A changed or damaged database is refused.",
	.example = "  rcusim hash output/exit-storm.db",
	.options = CLI_FORMAT | CLI_QUIET,
	.run = run,
};
