#include <rcusim/error.h>
#include <rcusim/version.h>

#include "record/database.h"
#include "record/schema.sql.h"

int rcusim_version_database(void)
{
	return SQL_SCHEMA_VERSION;
}

bool schema_create(const struct sql *sql, GError **error)
{
	g_autofree char *ids =
		g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d",
				SQL_APPLICATION_ID, SQL_SCHEMA_VERSION);

	return sql_exec(sql, "BEGIN IMMEDIATE", error) && sql_exec(sql, ids, error) &&
	       sql_exec(sql, schema_sql, error) && sql_exec(sql, "COMMIT", error);
}

static bool fail(const struct sql *sql, GError **error, const char *why, const char *what)
{
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
		    "%s: not a valid rcusim database: %s%s", sql->name, why, what);
	return false;
}

static bool check_version(const struct sql *sql, GError **error)
{
	int64_t version;
	int64_t application_id;

	if (!sql_lookup_text(sql, "PRAGMA application_id", &application_id, error) ||
	    !sql_lookup_text(sql, "PRAGMA user_version", &version, error))
		return false;
	if (application_id != SQL_APPLICATION_ID)
		return fail(sql, error, "it is a database of another program", "");
	if (version == SQL_SCHEMA_VERSION)
		return true;
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
		    "%s: database version %" G_GINT64_FORMAT
		    ", written by %s rcusim; this one reads version %d",
		    sql->name, version, version > SQL_SCHEMA_VERSION ? "a newer" : "an older",
		    SQL_SCHEMA_VERSION);
	return false;
}

static const char *const schema_rows =
	"SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";

static bool same_text(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
	return g_strcmp0((const char *)sqlite3_column_text(a, column),
			 (const char *)sqlite3_column_text(b, column)) == 0;
}

/* Walks two lists in the same order; the first difference is named. */
static bool compare_rows(const struct sql *sql, sqlite3_stmt *theirs, const struct sql *reference,
			 sqlite3_stmt *ours, GError **error)
{
	for (;;) {
		const int more_theirs = sql_step(sql, theirs, error);
		const int more_ours = more_theirs < 0 ? -1 : sql_step(reference, ours, error);
		const char *name;

		if (more_ours < 0)
			return false;
		if (more_theirs == 0 && more_ours == 0)
			return true;
		name = (const char *)sqlite3_column_text(more_theirs ? theirs : ours, 1);
		if (more_theirs != more_ours)
			return fail(sql, error,
				    more_theirs ? "it has one more table or view: " : "it lacks ",
				    name);
		for (int column = 0; column < 4; column++)
			if (!same_text(theirs, ours, column))
				return fail(sql, error,
					    "its schema is not ours from here on: ", name);
	}
}

static bool check_schema(const struct sql *sql, GError **error)
{
	struct sql reference = { .name = "schema" };
	bool same = false;

	if (!sql_open(&reference, ":memory:",
		      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, NULL, error))
		return false;
	if (sql_exec(&reference, schema_sql, error)) {
		g_autoptr(sqlite3_stmt) theirs = sql_prepare_text(sql, schema_rows, error);
		g_autoptr(sqlite3_stmt) ours =
			theirs == NULL ? NULL : sql_prepare_text(&reference, schema_rows, error);

		same = ours != NULL && compare_rows(sql, theirs, &reference, ours, error);
	}
	sql_close(&reference);
	return same;
}

static bool check_structure(const struct sql *sql, GError **error)
{
	g_autoptr(sqlite3_stmt) stmt = sql_prepare_text(sql, "PRAGMA quick_check(1)", error);
	const char *verdict;

	if (stmt == NULL || sql_step(sql, stmt, error) < 0)
		return false;
	verdict = (const char *)sqlite3_column_text(stmt, 0);
	return g_strcmp0(verdict, "ok") == 0 ||
	       fail(sql, error, "damaged: ", verdict == NULL ? "" : verdict);
}

bool schema_check(const struct sql *sql, GError **error)
{
	return check_version(sql, error) && check_schema(sql, error) && check_structure(sql, error);
}
