/* version.h - which rcusim this is. */
#pragma once

/* Of the program: "0.1.0". */
const char *rcusim_version(void);
/* Of the sources it was built from: a git revision, or "unknown". */
const char *rcusim_version_revision(void);
/* How it was built: compiler and its version. */
const char *rcusim_version_compiler(void);
/* The SQLite library in use. */
const char *rcusim_version_sqlite(void);
/* The cJSON library in use. */
const char *rcusim_version_cjson(void);
/* Of the scenario files that it reads ("schema_version"). */
int rcusim_version_scenario(void);
/* Layout of the databases that it writes and reads (PRAGMA user_version). */
int rcusim_version_database(void);
