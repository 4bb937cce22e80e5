/* ftrace.h - kernel trace events: of simulated runs, and of real kernels (docs/tracing.md). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

#include <rcusim/database.h>
#include <rcusim/error.h>

/**
 * rcusim_ftrace_export:
 * @run: number of a run in @database, or 0: the first that was traced
 * @path: (nullable): file to write, as a whole or not at all; %NULL or "-": standard output
 * @replace: even if there is a trace file of that name
 * @error: %RCUSIM_ERROR_INVALID if it holds no events; %RCUSIM_ERROR_SYSTEM, %RCUSIM_ERROR_USAGE for @path
 *
 * Writes what rcusim run --trace has kept in the layout of a kernel's trace file.
 */
bool rcusim_ftrace_export(RcuSimDatabase *database, int64_t run, const char *path, bool replace,
			  GError **error);
