#include <stdio.h>
#include <string.h>

#include "cli.h"

static int list_queries(const struct cli_options *options)
{
	g_autoptr(RcuSimTable) table = rcusim_table_new(options->format, stdout);

	rcusim_table_column(table, "query", NULL);
	rcusim_table_column(table, "answers", NULL);
	for (int i = 0; rcusim_query_name(i) != NULL; i++) {
		rcusim_table_text(table, rcusim_query_name(i));
		rcusim_table_text(table, rcusim_query_help(i));
	}
	rcusim_table_end(table);
	return CLI_OK;
}

static bool is_sql(const char *what)
{
	return strpbrk(what, " \t\r\n") != NULL;
}

/* Columns say their unit in their name, and the aligned table says it with each value instead. */
static void add_column(RcuSimTable *table, const struct cli_options *options, const char *name,
		       bool exact)
{
	static const struct {
		const char *suffix, *unit;
	} units[] = { { "_ns", "ns" },
		      { "_bytes", "bytes" },
		      { "_bytes_peak", "bytes" },
		      { "_bytes_left", "bytes" },
		      { "_byte_us", "byte us" },
		      { "_object_us", "us" },
		      { "_permille", "permille" } };

	for (size_t i = 0; !exact && i < G_N_ELEMENTS(units); i++)
		if (g_str_has_suffix(name, units[i].suffix)) {
			rcusim_table_column(table, name, units[i].unit);
			return;
		}
	rcusim_table_column(table, name, NULL);
}

static int column_called(RcuSimQuery *query, const char *name)
{
	for (int i = 0; i < rcusim_query_n_columns(query); i++)
		if (strcmp(rcusim_query_column(query, i), name) == 0)
			return i;
	return -1;
}

/* Leading columns that say which row it is; blocks of a wide table repeat them. */
static int n_keys(RcuSimQuery *query)
{
	static const char *const names[] = { "run",  "scenario", "policy", "seed",   "metric",
					     "what", "cpu",      "gp_seq", "task",   "name",
					     "kind", "seq",      "t_ns",   "context" };
	int n = 0;

	for (; n < rcusim_query_n_columns(query); n++) {
		bool is_key = false;

		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			is_key |= strcmp(names[i], rcusim_query_column(query, n)) == 0;
		if (!is_key)
			break;
	}
	return MAX(n, 1);
}

static void print_row(RcuSimTable *table, RcuSimQuery *query, int unit_column)
{
	for (int i = 0; i < rcusim_query_n_columns(query); i++) {
		switch (rcusim_query_type(query, i)) {
		case RCUSIM_VALUE_NULL:
			rcusim_table_null(table);
			break;
		case RCUSIM_VALUE_INTEGER:
			if (unit_column >= 0 &&
			    (i > unit_column ||
			     strcmp(rcusim_query_column(query, i), "value") == 0))
				rcusim_table_value(table, rcusim_query_integer(query, i),
						   rcusim_query_text(query, unit_column));
			else
				rcusim_table_integer(table, rcusim_query_integer(query, i));
			break;
		case RCUSIM_VALUE_REAL:
			rcusim_table_real(table, rcusim_query_real(query, i));
			break;
		case RCUSIM_VALUE_TEXT:
		default:
			rcusim_table_text(table, rcusim_query_text(query, i));
		}
	}
}

static int print_query(const struct cli_options *options, RcuSimQuery *query, bool exact)
{
	g_autoptr(RcuSimTable) table = rcusim_table_new(options->format, stdout);
	g_autoptr(GError) error = NULL;
	const int unit_column = exact ? -1 : column_called(query, "unit");
	const RcuSimStyle style = { .utf8 = cli_style(options).utf8 };

	rcusim_table_set_style(table, &style);
	rcusim_table_set_keys(table, n_keys(query));
	for (int i = 0; i < rcusim_query_n_columns(query); i++)
		add_column(table, options, rcusim_query_column(query, i), exact);
	while (!ferror(stdout) &&
	       rcusim_query_next(query, &error)) /* a reader may have seen enough */
		print_row(table, query, unit_column);
	if (error != NULL)
		return cli_fail(error);
	rcusim_table_end(table);
	return CLI_OK;
}

static int complain_query(const char *what, const GError *error)
{
	const char *names[64] = { NULL };
	const bool is_unknown =
		g_error_matches(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE) && !is_sql(what);

	if (!is_unknown)
		return cli_fail(error);
	for (int i = 0; i < 63 && rcusim_query_name(i) != NULL; i++) {
		names[i] = rcusim_query_name(i);
		if (strcmp(what, names[i]) == 0)
			return cli_fail(error);
	}
	return cli_unknown("query", what, names);
}

static int run(const struct cli_options *options, int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "summary";
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimDatabase) database = NULL;
	g_autoptr(RcuSimQuery) query = NULL;

	if (options->list && argc == 0)
		return list_queries(options);
	if (argc == 0)
		return cli_usage(&cli_query, "query needs a database");
	if (argc > 2)
		return cli_usage(
			&cli_query,
			"query takes a database and one query; write SQL in quotation marks");
	database = rcusim_database_open(argv[0], &error);
	if (database == NULL)
		return cli_fail(error);
	query = rcusim_query_new(database, what, &error);
	if (query == NULL)
		return complain_query(what, error);
	if (strcmp(what, "histogram") == 0 && cli_is_for_reading(options))
		return cli_print_histograms(options, query);
	return print_query(options, query, is_sql(what));
}

const struct cli_command cli_query = {
	.name = "query",
	.arguments = "FILE [QUERY | SQL]",
	.summary = "ask a database: a named query, or SQL that only reads",
	.about =
		"Without a query it prints \"summary\"; --list shows the others; anything with a blank in it is SQL.\n"
		"The file is plain SQLite: sqlite3 FILE 'select * from v_help' shows where to begin.",
	.example =
		"  rcusim query output/exit-storm.db latency\n"
		"  rcusim query output/exit-storm.db \"select policy, count(*) from v_grace_periods group by policy\" --json",
	.options = CLI_FORMAT | CLI_LIST | CLI_COLOR,
	.run = run,
};
