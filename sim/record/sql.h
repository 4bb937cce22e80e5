/* sql.h - the little of SQLite that the rooms of record share: errors as GError, values, statements. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <sqlite3.h>

#define SQL_APPLICATION_ID 0x72637573 /* "rcus" */
#define SQL_SCHEMA_VERSION 3
#define SQL_BUSY_MS        5000

/* A connection and what to call it in messages. */
struct sql {
	sqlite3 *db;
	const char *name;
};

enum sql_type { SQL_NULL, SQL_INT, SQL_TEXT };

struct sql_value {
	enum sql_type type;
	int64_t integer;
	const char *text;
};

static inline struct sql_value sql_int(int64_t value)
{
	return (struct sql_value){ .type = SQL_INT, .integer = value };
}

static inline struct sql_value sql_text(const char *text)
{
	return (struct sql_value){ .type = text == NULL ? SQL_NULL : SQL_TEXT, .text = text };
}

static inline struct sql_value sql_int_or_null(int64_t value, bool is_null)
{
	return (struct sql_value){ .type = is_null ? SQL_NULL : SQL_INT, .integer = value };
}

/* Sets @error from the connection's last failure, @rc if there is no connection; returns false. */
bool sql_fail(const struct sql *sql, int rc, GError **error);

/**
 * sql_open:
 * @path: a plain file name
 * @flags: of sqlite3_open_v2(), without SQLITE_OPEN_URI
 * @vfs: (nullable)
 *
 * Opens and sets what every connection of ours has: a busy timeout, no trust in the file's schema.
 */
bool sql_open(struct sql *sql, const char *path, int flags, const char *vfs, GError **error);
void sql_close(struct sql *sql);

bool sql_exec(const struct sql *sql, const char *text, GError **error);

/* The statement called @name of statements.sql, prepared. */
sqlite3_stmt *sql_prepare(const struct sql *sql, const char *name, GError **error);
/* A statement given as text. */
sqlite3_stmt *sql_prepare_text(const struct sql *sql, const char *text, GError **error);
bool sql_bind(const struct sql *sql, sqlite3_stmt *stmt, const struct sql_value *values, size_t n,
	      GError **error);
/* The next row: 1, none: 0, failure: -1 with @error set. */
int sql_step(const struct sql *sql, sqlite3_stmt *stmt, GError **error);
/* Binds, executes and resets. */
bool sql_insert(const struct sql *sql, sqlite3_stmt *stmt, const struct sql_value *values, size_t n,
		GError **error);
/* First column of the only row of the statement called @name; 0 if there is no row. */
bool sql_lookup(const struct sql *sql, const char *name, const struct sql_value *values, size_t n,
		int64_t *ret_value, GError **error);
/* The same of a statement given as text, without values. */
bool sql_lookup_text(const struct sql *sql, const char *text, int64_t *ret_value, GError **error);

/* Text of the block that "-- name: @name" opens in @blocks, without its comments; NULL if there is none. */
char *sql_block(const char *blocks, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)
