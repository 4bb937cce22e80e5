#include "record/sql.h"

#include <errno.h>
#include <string.h>

#include <rcusim/error.h>

#include "record/statements.sql.h"

static bool is_full_disk(int rc, int saved_errno)
{
	return rc == SQLITE_FULL || saved_errno == ENOSPC || saved_errno == EDQUOT ||
	       saved_errno == EFBIG;
}

/* The outside world's part of a failure, or NULL if it is not one of those. */
static const char *describe_system(int rc, int saved_errno)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "in use by another process";
	case SQLITE_NOMEM:
		return "out of memory";
	case SQLITE_FULL:
	case SQLITE_IOERR:
		if (is_full_disk(rc & 0xff, saved_errno))
			return "disk full, quota or file-size limit reached";
		/* SQLite says this, with errno 0, when a write came out short: RLIMIT_FSIZE. */
		if (rc == SQLITE_IOERR_WRITE && saved_errno == 0)
			return "short write: file-size limit reached?";
		return saved_errno != 0 ? g_strerror(saved_errno) : "disk I/O error";
	case SQLITE_CANTOPEN:
		return saved_errno != 0 && saved_errno != EBADF ? g_strerror(saved_errno)
								: "cannot be opened";
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return "may not be written";
	default:
		return NULL;
	}
}

bool sql_fail(const struct sql *sql, int rc, GError **error)
{
	const int saved_errno = sql->db != NULL ? sqlite3_system_errno(sql->db) : 0;
	const int code = sql->db != NULL ? sqlite3_extended_errcode(sql->db) : rc;
	const char *system = describe_system(code, saved_errno);

	if (system != NULL)
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM, "%s: %s", sql->name, system);
	else
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			    "%s: not a valid rcusim database: %s", sql->name,
			    sql->db != NULL ? sqlite3_errmsg(sql->db) : sqlite3_errstr(rc));
	return false;
}

bool sql_open(struct sql *sql, const char *path, int flags, const char *vfs, GError **error)
{
	const int rc = sqlite3_open_v2(path, &sql->db,
				       flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);

	if (rc != SQLITE_OK) {
		sql_fail(sql, rc, error);
		sql_close(sql);
		return false;
	}
	sqlite3_busy_timeout(sql->db, SQL_BUSY_MS);
	sqlite3_db_config(sql->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(sql->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(sql->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (!sql_exec(sql, "PRAGMA cell_size_check = ON", error)) {
		sql_close(sql);
		return false;
	}
	return true;
}

void sql_close(struct sql *sql)
{
	sqlite3_close_v2(sql->db);
	sql->db = NULL;
}

bool sql_exec(const struct sql *sql, const char *text, GError **error)
{
	const int rc = sqlite3_exec(sql->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK || sql_fail(sql, rc, error);
}

sqlite3_stmt *sql_prepare_text(const struct sql *sql, const char *text, GError **error)
{
	sqlite3_stmt *stmt = NULL;
	const int rc =
		sqlite3_prepare_v3(sql->db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

	if (rc != SQLITE_OK)
		sql_fail(sql, rc, error);
	return stmt;
}

sqlite3_stmt *sql_prepare(const struct sql *sql, const char *name, GError **error)
{
	g_autofree char *text = sql_block(statements_sql, name);

	g_assert(text != NULL); /* the name is a constant of ours */
	return sql_prepare_text(sql, text, error);
}

static int bind_one(sqlite3_stmt *stmt, int column, const struct sql_value *value)
{
	switch (value->type) {
	case SQL_INT:
		return sqlite3_bind_int64(stmt, column, value->integer);
	case SQL_TEXT:
		return sqlite3_bind_text(stmt, column, value->text, -1, SQLITE_STATIC);
	case SQL_NULL:
	default:
		return sqlite3_bind_null(stmt, column);
	}
}

bool sql_bind(const struct sql *sql, sqlite3_stmt *stmt, const struct sql_value *values, size_t n,
	      GError **error)
{
	g_assert((size_t)sqlite3_bind_parameter_count(stmt) == n);
	for (size_t i = 0; i < n; i++) {
		const int rc = bind_one(stmt, (int)i + 1, &values[i]);

		if (rc != SQLITE_OK)
			return sql_fail(sql, rc, error);
	}
	return true;
}

int sql_step(const struct sql *sql, sqlite3_stmt *stmt, GError **error)
{
	const int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	sql_fail(sql, rc, error);
	return -1;
}

bool sql_insert(const struct sql *sql, sqlite3_stmt *stmt, const struct sql_value *values, size_t n,
		GError **error)
{
	const bool done = sql_bind(sql, stmt, values, n, error) && sql_step(sql, stmt, error) == 0;

	sqlite3_reset(stmt); /* repeats the failure of the step, which is known */
	return done;
}

static bool lookup(const struct sql *sql, sqlite3_stmt *stmt, int64_t *ret_value, GError **error)
{
	const int row = sql_step(sql, stmt, error);

	if (row < 0)
		return false;
	*ret_value = row == 1 ? sqlite3_column_int64(stmt, 0) : 0;
	return true;
}

bool sql_lookup(const struct sql *sql, const char *name, const struct sql_value *values, size_t n,
		int64_t *ret_value, GError **error)
{
	g_autoptr(sqlite3_stmt) stmt = sql_prepare(sql, name, error);

	return stmt != NULL && sql_bind(sql, stmt, values, n, error) &&
	       lookup(sql, stmt, ret_value, error);
}

bool sql_lookup_text(const struct sql *sql, const char *text, int64_t *ret_value, GError **error)
{
	g_autoptr(sqlite3_stmt) stmt = sql_prepare_text(sql, text, error);

	return stmt != NULL && lookup(sql, stmt, ret_value, error);
}

char *sql_block(const char *blocks, const char *name)
{
	g_autofree char *opening = g_strdup_printf("-- name: %s\n", name);
	const char *start = strstr(blocks, opening);
	g_autoptr(GString) text = g_string_new(NULL);

	if (start == NULL)
		return NULL;
	for (const char *line = start + strlen(opening); *line != '\0';) {
		const char *end = strchr(line, '\n');
		const size_t length = end != NULL ? (size_t)(end - line) + 1 : strlen(line);

		if (g_str_has_prefix(line, "-- name: "))
			break;
		if (!g_str_has_prefix(line, "--"))
			g_string_append_len(text, line, (gssize)length);
		line += length;
	}
	return g_strdup(g_strstrip(text->str));
}
