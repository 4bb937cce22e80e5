/*
 * hash.c - the canonical hash: equal outcomes, equal hash, whatever the file looks like.
 *
 * A stream of bytes goes through SHA-256: the run's identity, then for each table its name, for each row "r"
 * and for each value "n", "i" decimal ";" or "t" length ":" bytes; "e" ends a table. Tables in the order
 * below, rows by primary key, columns in the order of statements.sql. The number of a run in its file does
 * not count, nor do labels, texts and provenance.
 */
#include <string.h>

#include "record/database.h"

static const char *const hashed_tables[] = { "metric",       "histogram", "histogram_bucket",
					     "grace_period", "batch",     "cpu",
					     "task",         "sample",    "violation" };

static void add_text(GChecksum *sum, const char *text, size_t length)
{
	char head[32];
	const int n = g_snprintf(head, sizeof(head), "t%" G_GSIZE_FORMAT ":", length);

	g_checksum_update(sum, (const guchar *)head, n);
	g_checksum_update(sum, (const guchar *)text, (gssize)length);
}

static void add_string(GChecksum *sum, const char *text)
{
	add_text(sum, text, strlen(text));
}

static void add_column(GChecksum *sum, sqlite3_stmt *stmt, int column)
{
	char number[32];
	int n;

	switch (sqlite3_column_type(stmt, column)) {
	case SQLITE_NULL:
		g_checksum_update(sum, (const guchar *)"n", 1);
		return;
	case SQLITE_INTEGER:
		n = g_snprintf(number, sizeof(number), "i%" G_GINT64_FORMAT ";",
			       (gint64)sqlite3_column_int64(stmt, column));
		g_checksum_update(sum, (const guchar *)number, n);
		return;
	default: {
		const unsigned char *text = sqlite3_column_text(stmt, column);

		add_text(sum, text == NULL ? "" : (const char *)text,
			 (size_t)sqlite3_column_bytes(stmt, column));
	}
	}
}

static bool add_table(GChecksum *sum, const struct sql *sql, const char *table, int64_t run,
		      GError **error)
{
	g_autofree char *name = g_strconcat("hash-", table, NULL);
	g_autoptr(sqlite3_stmt) stmt = sql_prepare(sql, name, error);
	const struct sql_value key = sql_int(run);
	int row;

	if (stmt == NULL || !sql_bind(sql, stmt, &key, 1, error))
		return false;
	add_string(sum, table);
	while ((row = sql_step(sql, stmt, error)) == 1) {
		g_checksum_update(sum, (const guchar *)"r", 1);
		for (int column = 0; column < sqlite3_column_count(stmt); column++)
			add_column(sum, stmt, column);
	}
	g_checksum_update(sum, (const guchar *)"e", 1);
	return row == 0;
}

char *record_hash_run(const struct sql *sql, int64_t run, const char *scenario_hash,
		      const char *policy, const char *params, const char *seed, GError **error)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	add_string(sum, "rcusim run 1");
	add_string(sum, scenario_hash);
	add_string(sum, policy);
	add_string(sum, params);
	add_string(sum, seed);
	for (size_t i = 0; i < G_N_ELEMENTS(hashed_tables); i++)
		if (!add_table(sum, sql, hashed_tables[i], run, error))
			return NULL;
	return g_strdup(g_checksum_get_string(sum));
}

void rcusim_database_run_free(RcuSimDatabaseRun *run)
{
	if (run == NULL)
		return;
	g_free(run->scenario);
	g_free(run->scenario_hash);
	g_free(run->label);
	g_free(run->policy);
	g_free(run->params);
	g_free(run->seed);
	g_free(run->hash);
	g_free(run);
}

static char *column_text(sqlite3_stmt *stmt, int column)
{
	return g_strdup((const char *)sqlite3_column_text(stmt, column));
}

/* The run of @stmt's row, its hash computed and compared with the stored one. */
static RcuSimDatabaseRun *read_run(const struct sql *sql, sqlite3_stmt *stmt, GError **error)
{
	g_autoptr(RcuSimDatabaseRun) run = g_new0(RcuSimDatabaseRun, 1);

	run->run = sqlite3_column_int64(stmt, 0);
	if (sqlite3_column_type(stmt, 1) == SQLITE_NULL) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			    "%s: damaged: run %" G_GINT64_FORMAT " has no scenario", sql->name,
			    run->run);
		return NULL;
	}
	run->scenario = column_text(stmt, 1);
	run->label = column_text(stmt, 2);
	run->policy = column_text(stmt, 3);
	run->params = column_text(stmt, 4);
	run->seed = column_text(stmt, 5);
	run->scenario_hash = column_text(stmt, 6);
	run->hash = record_hash_run(sql, run->run, run->scenario_hash, run->policy, run->params,
				    run->seed, error);
	if (run->hash == NULL)
		return NULL;
	if (g_strcmp0(run->hash, (const char *)sqlite3_column_text(stmt, 7)) != 0) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			    "%s: run %" G_GINT64_FORMAT
			    " was changed after it was stored: its rows have another hash",
			    sql->name, run->run);
		return NULL;
	}
	return g_steal_pointer(&run);
}

char *rcusim_database_hash(RcuSimDatabase *database, GPtrArray **ret_runs, GError **error)
{
	const struct sql *sql = &database->sql;
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autoptr(GPtrArray) runs =
		g_ptr_array_new_with_free_func((GDestroyNotify)rcusim_database_run_free);
	g_autoptr(sqlite3_stmt) stmt = sql_prepare(sql, "list-runs", error);
	int row;

	if (stmt == NULL)
		return NULL;
	add_string(sum, "rcusim database 1");
	while ((row = sql_step(sql, stmt, error)) == 1) {
		RcuSimDatabaseRun *run = read_run(sql, stmt, error);

		if (run == NULL)
			return NULL;
		g_ptr_array_add(runs, run);
		add_string(sum, run->hash);
	}
	if (row < 0)
		return NULL;
	if (ret_runs != NULL)
		*ret_runs = g_steal_pointer(&runs);
	return g_strdup(g_checksum_get_string(sum));
}
