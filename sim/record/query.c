/* query.c - named queries, and SQL that may only read. */
#include <string.h>

#include "record/database.h"
#include "record/queries.sql.h"

/* SQLite allows 2,000 columns; nobody can read as many. */
#define MAX_COMPARED_RUNS 200

struct RcuSimQuery {
	const struct sql *sql;
	sqlite3_stmt *stmt;
};

static const char opening[] = "-- name: ";
static const char help_opening[] = "-- help: ";

static const char *find_block(int i)
{
	const char *block = strstr(queries_sql, "\n-- name: ");

	for (; block != NULL && i > 0; i--)
		block = strstr(block + 1, "\n-- name: ");
	return block == NULL ? NULL : block + 1;
}

static const char *intern_line(const char *text)
{
	g_autofree char *line = g_strndup(text, strcspn(text, "\n"));

	return g_intern_string(line);
}

const char *rcusim_query_name(int i)
{
	const char *block = find_block(i);

	return block == NULL ? NULL : intern_line(block + strlen(opening));
}

const char *rcusim_query_help(int i)
{
	const char *block = find_block(i);
	const char *help = block == NULL ? NULL : strstr(block, help_opening);

	return help == NULL ? NULL : intern_line(help + strlen(help_opening));
}

/* SELECT and what it needs; no PRAGMA, no ATTACH, nothing that writes. */
static int authorize(void *data, int action, const char *detail, const char *detail2,
		     const char *database, const char *trigger)
{
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return g_strcmp0(detail2, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n;")] == '\0';
}

/* json_tree() declares itself at its first use, which the authorizer would take for CREATE TABLE. */
static void declare_json(const struct sql *sql)
{
	sqlite3_exec(sql->db, "SELECT 1 FROM json_tree('1'), json_each('1')", NULL, NULL, NULL);
}

static sqlite3_stmt *prepare_read_only(const struct sql *sql, const char *text, GError **error)
{
	g_autoptr(sqlite3_stmt) stmt = NULL;
	const char *tail = "";
	const char *why = NULL;
	int rc;

	declare_json(sql);
	sqlite3_set_authorizer(sql->db, authorize, NULL);
	rc = sqlite3_prepare_v3(sql->db, text, -1, 0, &stmt, &tail);
	sqlite3_set_authorizer(sql->db, NULL, NULL);
	if (rc == SQLITE_AUTH)
		why = "only SELECT is allowed";
	else if (rc == SQLITE_ERROR || rc == SQLITE_TOOBIG)
		why = sqlite3_errmsg(sql->db);
	else if (rc != SQLITE_OK) {
		sql_fail(sql, rc, error);
		return NULL;
	} else if (stmt == NULL)
		why = "it is empty";
	else if (!is_blank(tail))
		why = "one statement at a time";
	else if (!sqlite3_stmt_readonly(stmt) || sqlite3_column_count(stmt) == 0)
		why = "only SELECT is allowed";
	else if (sqlite3_bind_parameter_count(stmt) > 0)
		why = "it has parameters";
	if (why != NULL) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE, "SQL: %s", why);
		return NULL;
	}
	return g_steal_pointer(&stmt);
}

/* What tells run @i from the others: its label, with its seed or number where that is not enough. */
static char *heading_of(const GPtrArray *runs, guint i)
{
	const RcuSimDatabaseRun *run = runs->pdata[i];
	bool same_label = false, same_seed = false;

	for (guint j = 0; j < runs->len; j++) {
		const RcuSimDatabaseRun *other = runs->pdata[j];

		if (j == i || strcmp(run->label, other->label) != 0)
			continue;
		same_label = true;
		same_seed |= strcmp(run->seed, other->seed) == 0;
	}
	if (same_seed)
		return g_strdup_printf("%s run %" G_GINT64_FORMAT, run->label, run->run);
	return same_label ? g_strdup_printf("%s seed %s", run->label, run->seed)
			  : g_strdup(run->label);
}

static GPtrArray *read_labels(const struct sql *sql, GError **error)
{
	g_autoptr(GPtrArray) runs =
		g_ptr_array_new_with_free_func((GDestroyNotify)rcusim_database_run_free);
	g_autoptr(sqlite3_stmt) stmt = sql_prepare(sql, "list-runs", error);
	int row;

	if (stmt == NULL)
		return NULL;
	while ((row = sql_step(sql, stmt, error)) == 1) {
		RcuSimDatabaseRun *run = g_new0(RcuSimDatabaseRun, 1);

		run->run = sqlite3_column_int64(stmt, 0);
		run->label = g_strdup((const char *)sqlite3_column_text(stmt, 2));
		run->seed = g_strdup((const char *)sqlite3_column_text(stmt, 5));
		g_ptr_array_add(runs, run);
	}
	return row < 0 ? NULL : g_steal_pointer(&runs);
}

/* The pivot that SQL cannot write itself: a column per run. */
static char *make_compare(const struct sql *sql, GError **error)
{
	g_autoptr(GPtrArray) runs = read_labels(sql, error);
	g_autoptr(GString) text = g_string_new("SELECT metric, unit");

	if (runs == NULL)
		return NULL;
	if (runs->len > MAX_COMPARED_RUNS) {
		g_set_error(
			error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
			"%s: %u runs do not fit side by side; ask v_compare, a row per run and metric",
			sql->name, runs->len);
		return NULL;
	}
	for (guint i = 0; i < runs->len; i++) {
		const RcuSimDatabaseRun *run = runs->pdata[i];
		g_autofree char *heading = heading_of(runs, i);
		char *column = sqlite3_mprintf(", max(value) FILTER (WHERE run = %lld) AS \"%w\"",
					       (long long)run->run, heading);

		g_string_append(text, column);
		sqlite3_free(column);
	}
	g_string_append(text, " FROM v_metrics GROUP BY metric ORDER BY min(seq), metric");
	return g_string_free(g_steal_pointer(&text), false);
}

static char *text_of(const struct sql *sql, const char *what, GError **error)
{
	g_autofree char *block = NULL;

	if (strpbrk(what, " \t\r\n") != NULL)
		return g_strdup(what);
	if (strcmp(what, "compare") == 0)
		return make_compare(sql, error);
	block = sql_block(queries_sql, what);
	if (block == NULL)
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE, "there is no query \"%s\"",
			    what);
	return g_steal_pointer(&block);
}

RcuSimQuery *rcusim_query_new(RcuSimDatabase *database, const char *what, GError **error)
{
	g_autofree char *text = NULL;
	sqlite3_stmt *stmt;
	RcuSimQuery *query;

	if (!database_ensure_open(database, error))
		return NULL;
	text = text_of(&database->sql, what, error);
	stmt = text == NULL ? NULL : prepare_read_only(&database->sql, text, error);
	if (stmt == NULL)
		return NULL;
	query = g_new0(RcuSimQuery, 1);
	query->sql = &database->sql;
	query->stmt = stmt;
	return query;
}

void rcusim_query_free(RcuSimQuery *query)
{
	if (query == NULL)
		return;
	sqlite3_finalize(query->stmt);
	g_free(query);
}

bool rcusim_query_next(RcuSimQuery *query, GError **error)
{
	const int rc = sqlite3_step(query->stmt);

	if (rc == SQLITE_ROW)
		return true;
	if (rc == SQLITE_DONE)
		return false;
	if ((rc & 0xff) == SQLITE_ERROR || (rc & 0xff) == SQLITE_TOOBIG ||
	    (rc & 0xff) == SQLITE_MISMATCH) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE, "SQL: %s",
			    sqlite3_errmsg(query->sql->db));
		return false;
	}
	return sql_fail(query->sql, rc, error);
}

int rcusim_query_n_columns(RcuSimQuery *query)
{
	return sqlite3_column_count(query->stmt);
}

const char *rcusim_query_column(RcuSimQuery *query, int column)
{
	const char *name = sqlite3_column_name(query->stmt, column);

	return name == NULL ? "" : name;
}

RcuSimValueType rcusim_query_type(RcuSimQuery *query, int column)
{
	switch (sqlite3_column_type(query->stmt, column)) {
	case SQLITE_NULL:
		return RCUSIM_VALUE_NULL;
	case SQLITE_INTEGER:
		return RCUSIM_VALUE_INTEGER;
	case SQLITE_FLOAT:
		return RCUSIM_VALUE_REAL;
	default:
		return RCUSIM_VALUE_TEXT;
	}
}

int64_t rcusim_query_integer(RcuSimQuery *query, int column)
{
	return sqlite3_column_int64(query->stmt, column);
}

double rcusim_query_real(RcuSimQuery *query, int column)
{
	return sqlite3_column_double(query->stmt, column);
}

const char *rcusim_query_text(RcuSimQuery *query, int column)
{
	const char *text = (const char *)sqlite3_column_text(query->stmt, column);

	return text == NULL ? "" : text;
}
