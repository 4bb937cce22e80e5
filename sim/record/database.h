/* database.h - a database of outcomes, from inside the library. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <rcusim/database.h>

#include "record/output_file.h"
#include "record/run_record.h"
#include "record/sql.h"

struct RcuSimDatabase {
	struct output_file file;
	struct sql sql;
	bool is_writable;
	bool is_partial; /* still called path.partial: no run yet */
	bool replaces;   /* an existing file of that name */
};

/* What was simulated: the scenario and the policy of one run, as text. */
struct run_identity {
	const char *scenario_hash, *scenario_name, *question, *text, *resolved;
	const char *label, *policy, *params;
	uint64_t seed;
	int64_t duration_ns;
};

/**
 * database_write_run:
 * @provenance: (nullable): NULL-terminated "key=value"
 *
 * Stores one run in one transaction. Returns: true once it is on disk; false if nothing of it is there.
 */
bool database_write_run(RcuSimDatabase *database, const struct run_identity *identity,
			const struct run_record *record, const char *const *provenance,
			char **ret_hash, GError **error);

/* Number of the stored run of that identity, 0 if there is none. */
bool database_find_run(RcuSimDatabase *database, const struct run_identity *identity,
		       int64_t *ret_run, GError **error);

/* Opens the connection again that publishing closed; false if the database was finished. */
bool database_ensure_open(RcuSimDatabase *database, GError **error);

/* Gives a new database its name once its first run is in it. */
bool database_publish(RcuSimDatabase *database, GError **error);

/* SHA-256 of what run @run was and of its rows; (transfer full). */
char *record_hash_run(const struct sql *sql, int64_t run, const char *scenario_hash,
		      const char *policy, const char *params, const char *seed, GError **error);

/* Creates the tables and views in an empty database. */
bool schema_create(const struct sql *sql, GError **error);
/* Whether the database has exactly our tables and views, in this version, and is undamaged. */
bool schema_check(const struct sql *sql, GError **error);
