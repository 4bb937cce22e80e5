/*
 * database.c - opening, creating and closing.
 *
 *   create --> NAME.partial --first run committed--> NAME (WAL) --finish--> NAME (one plain file)
 *                  `--no run--> removed
 *
 * The partial file needs no locks of SQLite's: output_file.c holds one on it, and nobody else opens it.
 */
#include "record/database.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_WRITE (SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW)

static bool refuse(const RcuSimDatabase *database, RcuSimError code, const char *why,
		   GError **error)
{
	g_set_error(error, RCUSIM_ERROR, code, "%s: %s", database->file.name, why);
	return false;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* SQLite would open it for reading instead, and say later that something is wrong. */
static bool may_write(const RcuSimDatabase *database, GError **error)
{
	return access(database->file.path, W_OK) == 0 ||
	       refuse(database, RCUSIM_ERROR_SYSTEM, g_strerror(errno), error);
}

/* Runs are added in WAL mode: a commit is one sync, and readers do not get in its way. */
static bool open_for_runs(RcuSimDatabase *database, GError **error)
{
	return sql_open(&database->sql, database->file.path, READ_WRITE, NULL, error) &&
	       sql_exec(&database->sql, "PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL",
			error);
}

static bool begin_new(RcuSimDatabase *database, GError **error)
{
	if (!output_file_begin(&database->file, error))
		return false;
	database->is_partial = true;
	if (!database->replaces) {
		/* Whoever held the lock before us may have finished meanwhile. */
		const enum output_kind kind = output_file_kind(&database->file, error);

		if (kind == OUTPUT_UNKNOWN)
			return false;
		if (kind != OUTPUT_ABSENT)
			return refuse(database, RCUSIM_ERROR_SYSTEM,
				      "was created by someone else just now", error);
	}
	return sql_open(&database->sql, database->file.partial, READ_WRITE, "unix-none", error) &&
	       sql_exec(
		       &database->sql,
		       "PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA auto_vacuum = NONE;"
		       "PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE",
		       error) &&
	       schema_create(&database->sql, error);
}

/* Brings what a killed process left in the -wal of the old database home, as it may yet be kept. */
static bool settle_old(RcuSimDatabase *database, GError **error)
{
	g_autoptr(GError) why = NULL;
	struct sql old = { .name = database->file.name };
	bool settled;

	if (!may_write(database, error))
		return false;
	settled = sql_open(&old, database->file.path, READ_WRITE, NULL, &why) &&
		  sql_exec(&old, "PRAGMA journal_mode = DELETE", &why);

	sql_close(&old);
	if (settled || g_error_matches(why, RCUSIM_ERROR, RCUSIM_ERROR_INVALID))
		return true; /* a damaged one may be replaced */
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

static bool begin_append(RcuSimDatabase *database, GError **error)
{
	output_file_sweep(&database->file);
	/* The empty transaction shows now, not after the first run, whether someone else has it. */
	return may_write(database, error) &&
	       sql_open(&database->sql, database->file.path, READ_WRITE, NULL, error) &&
	       schema_check(&database->sql, error) &&
	       sql_exec(&database->sql, "PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL",
			error) &&
	       sql_exec(&database->sql, "BEGIN IMMEDIATE; ROLLBACK", error);
}

static bool create(RcuSimDatabase *database, RcuSimDatabaseMode mode, GError **error)
{
	const enum output_kind kind = output_file_kind(&database->file, error);

	if (kind == OUTPUT_UNKNOWN)
		return false;
	if (kind == OUTPUT_FOREIGN && is_directory(database->file.path))
		return refuse(database, RCUSIM_ERROR_SYSTEM, "is a directory", error);
	if (kind == OUTPUT_FOREIGN && mode == RCUSIM_DATABASE_APPEND)
		return refuse(database, RCUSIM_ERROR_INVALID, "not an rcusim database", error);
	if (kind == OUTPUT_FOREIGN)
		return refuse(database, RCUSIM_ERROR_SYSTEM,
			      "exists and is not an rcusim database; it is not replaced", error);
	if (kind == OUTPUT_DATABASE && mode == RCUSIM_DATABASE_NEW)
		return refuse(database, RCUSIM_ERROR_SYSTEM,
			      "exists; --force replaces it, --append adds to it", error);
	if (kind == OUTPUT_DATABASE && mode == RCUSIM_DATABASE_APPEND)
		return begin_append(database, error);
	database->replaces = kind == OUTPUT_DATABASE;
	return (!database->replaces || settle_old(database, error)) && begin_new(database, error);
}

RcuSimDatabase *rcusim_database_create(const char *path, RcuSimDatabaseMode mode, GError **error)
{
	g_autoptr(RcuSimDatabase) database = g_new0(RcuSimDatabase, 1);

	if (!output_file_init(&database->file, path, error))
		return NULL;
	database->sql.name = database->file.name;
	database->is_writable = true;
	if (!create(database, mode, error))
		return NULL;
	return g_steal_pointer(&database);
}

bool database_publish(RcuSimDatabase *database, GError **error)
{
	if (!database->is_partial)
		return true;
	sql_close(&database->sql);
	if (!output_file_commit(&database->file, database->replaces, error))
		return false;
	database->is_partial = false;
	return true;
}

bool database_ensure_open(RcuSimDatabase *database, GError **error)
{
	if (database->sql.db != NULL)
		return true;
	if (!database->is_writable || database->is_partial)
		return refuse(database, RCUSIM_ERROR_SYSTEM, "is closed", error);
	if (open_for_runs(database, error))
		return true;
	sql_close(&database->sql);
	return false;
}

/* A killed writer leaves a journal that a connection which only reads may not play back. */
static void recover(const struct output_file *file)
{
	static const char *const suffixes[] = { "-journal", "-wal" };

	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *journal = g_strconcat(file->path, suffixes[i], NULL);
		struct sql sql = { .name = file->name };

		if (!g_file_test(journal, G_FILE_TEST_EXISTS))
			continue;
		/* Failure is no reason to give up: the reader will see for itself. */
		if (sql_open(&sql, file->path, READ_WRITE, NULL, NULL))
			sql_exec(&sql, "SELECT count(*) FROM sqlite_schema", NULL);
		sql_close(&sql);
	}
}

static bool open_existing(RcuSimDatabase *database, GError **error)
{
	switch (output_file_kind(&database->file, error)) {
	case OUTPUT_DATABASE:
		break;
	case OUTPUT_ABSENT:
		return refuse(database, RCUSIM_ERROR_SYSTEM, g_strerror(ENOENT), error);
	case OUTPUT_FOREIGN:
		return refuse(database, RCUSIM_ERROR_INVALID,
			      is_directory(database->file.path)
				      ? "is a directory, not an rcusim database"
				      : "not an rcusim database",
			      error);
	case OUTPUT_UNKNOWN:
	default:
		return false;
	}
	recover(&database->file);
	return sql_open(&database->sql, database->file.path,
			SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW, NULL, error) &&
	       schema_check(&database->sql, error);
}

RcuSimDatabase *rcusim_database_open(const char *path, GError **error)
{
	g_autoptr(RcuSimDatabase) database = g_new0(RcuSimDatabase, 1);

	if (!output_file_init(&database->file, path, error))
		return NULL;
	database->sql.name = database->file.name;
	if (!open_existing(database, error))
		return NULL;
	return g_steal_pointer(&database);
}

bool rcusim_database_finish(RcuSimDatabase *database, GError **error)
{
	const bool is_open = database->sql.db != NULL;

	if (!database->is_writable || database->is_partial)
		return true;
	database->is_writable = false;
	if (!is_open)
		return true; /* one run: it never was in WAL mode */
	/* Readers keep it in WAL mode; that is as good, and the last of them tidies up. */
	sqlite3_busy_timeout(database->sql.db, 500);
	sqlite3_exec(database->sql.db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	sql_close(&database->sql);
	return true;
}

void rcusim_database_free(RcuSimDatabase *database)
{
	if (database == NULL)
		return;
	sql_close(&database->sql);
	output_file_clear(&database->file);
	g_free(database);
}

const char *rcusim_database_path(const RcuSimDatabase *database)
{
	return database->file.name;
}
