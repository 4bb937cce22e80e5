/* source.h - find and read scenario files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

/**
 * source_read:
 * @path: of a regular file, a pipe or a character device; "-" is standard input
 * @max_bytes: where to stop reading
 * @regular_only: refuse anything but a regular file
 * @ret_text: (out): the bytes and a NUL behind them, not more than @max_bytes + 1; g_free()
 * @error: %RCUSIM_ERROR_SYSTEM, naming @path
 */
bool source_read(const char *path, size_t max_bytes, bool regular_only, char **ret_text,
		 size_t *ret_len, GError **error);

/* Directories of shipped scenarios, in the order of search: $RCUSIM_SCENARIOS, then the one that belongs to
 * this program; they need not exist; g_strfreev(). */
char **source_dirs(void);

/**
 * source_find:
 * @name: a path (it contains '/', ends in .json, is "-", or such a file exists), or a shipped
 *   scenario's name: NAME.json in one of source_dirs()
 * @error: %RCUSIM_ERROR_SYSTEM if there is no shipped scenario @name, with what was meant
 *
 * Returns: (transfer full): the path to read, or %NULL
 */
char *source_find(const char *name, GError **error);

/* Names of the shipped scenarios, sorted, without ".json"; g_strfreev(). */
char **source_list(void);

/**
 * source_include:
 * @name: as the scenario spells it
 * @scenario_dir: directory of the scenario that is loaded
 * @ret_why: (out): what is wrong with @name; g_free()
 * @ret_is_missing: (out): whether there just is no such file
 *
 * An include is named relative to @scenario_dir or to a shipped directory, and is below it even after all
 * symbolic links are followed.
 *
 * Returns: (transfer full): the path to read, or %NULL
 */
char *source_include(const char *name, const char *scenario_dir, char **ret_why,
		     bool *ret_is_missing);
