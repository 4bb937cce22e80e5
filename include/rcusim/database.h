/*
 * database.h - outcomes of runs in an SQLite database.
 *
 * A run is stored in one transaction: a database never holds part of one. A new database appears under its
 * name only together with its first run, so a file of that name is always complete, whenever the program
 * or the machine stops. Paths are plain file names, never URIs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <rcusim/error.h>
#include <rcusim/sim.h>

typedef struct RcuSimDatabase RcuSimDatabase;

typedef enum {
	RCUSIM_DATABASE_NEW, /* there must be no such file */
	RCUSIM_DATABASE_REPLACE, /* an rcusim database of that name is replaced when the first run is stored */
	RCUSIM_DATABASE_APPEND, /* runs are added to an rcusim database of that name, or to a new one */
} RcuSimDatabaseMode;

/**
 * rcusim_database_create:
 * @path: file to write; while its first run is under way it is called "@path.partial"
 * @error: %RCUSIM_ERROR_SYSTEM if it cannot be written (exists, no permission, in use);
 *   %RCUSIM_ERROR_INVALID if the existing file is not an rcusim database
 *
 * Returns: (transfer full): a database to add runs to, or %NULL with @error set
 */
RcuSimDatabase *rcusim_database_create(const char *path, RcuSimDatabaseMode mode, GError **error);

/**
 * rcusim_database_open:
 * @path: an rcusim database; it is opened for reading and checked: schema, version, structure
 * @error: %RCUSIM_ERROR_SYSTEM if it cannot be read; %RCUSIM_ERROR_INVALID if it is not an rcusim database
 *
 * Returns: (transfer full): a database to ask, or %NULL with @error set
 */
RcuSimDatabase *rcusim_database_open(const char *path, GError **error);

/**
 * rcusim_database_holds:
 *
 * Returns: whether the database holds a run of @scenario under its policy number @policy with @seed already
 */
bool rcusim_database_holds(RcuSimDatabase *database, const RcuSimScenario *scenario, int policy,
			   uint64_t seed);

/**
 * rcusim_database_add_run:
 * @sim: a machine at the end of its run, made from @scenario, its policy number @policy and @seed
 * @provenance: (nullable): NULL-terminated "key=value" that say how the run was made
 * @ret_hash: (out) (transfer full) (optional): the run's canonical hash
 * @error: %RCUSIM_ERROR_SYSTEM if the run cannot be stored, or is there already
 *
 * Returns: true once the run is stored for good, even if power fails right after; false if nothing of it is
 */
bool rcusim_database_add_run(RcuSimDatabase *database, RcuSim *sim, const RcuSimScenario *scenario,
			     int policy, uint64_t seed, const char *const *provenance,
			     char **ret_hash, GError **error);

/**
 * rcusim_database_finish:
 *
 * Leaves one plain file, without -wal and -shm beside it, unless someone else has it open. Every run is
 * stored for good before, so only comfort is lost where this is not called.
 */
bool rcusim_database_finish(RcuSimDatabase *database, GError **error);
/* Discards what was not stored; a new database without any run leaves no file. */
void rcusim_database_free(RcuSimDatabase *database);

const char *rcusim_database_path(const RcuSimDatabase *database);

/* What identifies a run, and its hash. */
typedef struct {
	int64_t run;
	char *scenario;
	char *scenario_hash;
	char *label;
	char *policy;
	char *params;
	char *seed;
	char *hash; /* recomputed from the tables */
} RcuSimDatabaseRun;

void rcusim_database_run_free(RcuSimDatabaseRun *run);

/**
 * rcusim_database_hash:
 * @ret_runs: (out) (transfer full) (element-type RcuSimDatabaseRun) (optional): its runs in order
 * @error: %RCUSIM_ERROR_INVALID if a run is not what was stored
 *
 * Computes the canonical hash of every run from the tables' rows, and compares it with the one that was
 * stored. Equal scenario, policy, parameters, seed and outcome give an equal hash; names, texts, mode,
 * provenance and the file's own layout do not count.
 *
 * Returns: (transfer full): SHA-256 over the hashes of the runs in order, or %NULL with @error set
 */
char *rcusim_database_hash(RcuSimDatabase *database, GPtrArray **ret_runs, GError **error);

typedef struct RcuSimQuery RcuSimQuery;

/* Named queries there are; NULL past the end. */
const char *rcusim_query_name(int i);
const char *rcusim_query_help(int i);

/**
 * rcusim_query_new:
 * @what: a named query, or SQL (anything with a blank in it): one statement that only reads
 * @error: %RCUSIM_ERROR_USAGE with SQLite's message
 *
 * Returns: (transfer full): a query before its first row, to be freed before @database
 */
RcuSimQuery *rcusim_query_new(RcuSimDatabase *database, const char *what, GError **error);
void rcusim_query_free(RcuSimQuery *query);

/* Whether there is a next row; false at the end and, with @error set, on failure. */
bool rcusim_query_next(RcuSimQuery *query, GError **error);

typedef enum {
	RCUSIM_VALUE_NULL,
	RCUSIM_VALUE_INTEGER,
	RCUSIM_VALUE_REAL,
	RCUSIM_VALUE_TEXT, /* blobs too */
} RcuSimValueType;

int rcusim_query_n_columns(RcuSimQuery *query);
const char *rcusim_query_column(RcuSimQuery *query, int column); /* its name */
/* Of the current row; texts live until the next one. */
RcuSimValueType rcusim_query_type(RcuSimQuery *query, int column);
int64_t rcusim_query_integer(RcuSimQuery *query, int column);
double rcusim_query_real(RcuSimQuery *query, int column);
const char *rcusim_query_text(RcuSimQuery *query, int column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimDatabase, rcusim_database_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimDatabaseRun, rcusim_database_run_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimQuery, rcusim_query_free)
