/* trace.h - recordings of real programs: strace and /proc/PID/maps become replays (docs/replay.md). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

#include <rcusim/error.h>

typedef struct RcuSimTrace RcuSimTrace;

enum rcusim_trace_source {
	RCUSIM_TRACE_STRACE, /* what strace -f -ttt -T writes */
	RCUSIM_TRACE_MAPS,   /* /proc/PID/maps */
};

struct rcusim_trace_options {
	enum rcusim_trace_source source;
	bool lenient;      /* pass over bad lines */
	const char *image; /* (nullable): "binary=4,vdso=3": VMAs that exec maps by itself */
};

/**
 * rcusim_trace_import:
 * @files: NULL-terminated; plain text, gzip or xz; "-" is standard input. Several are one trace: those of
 *   strace -ff, which end in .PID; of maps only one is accepted
 * @options: copied
 * @error: %RCUSIM_ERROR_SYSTEM if a file cannot be read; %RCUSIM_ERROR_INVALID with every bad line in the
 *   message, "FILE:LINE:COL: error: found; accepted", or a limit; %RCUSIM_ERROR_USAGE for @options
 *
 * Returns: (transfer full): the replay, or %NULL with @error set
 */
RcuSimTrace *rcusim_trace_import(const char *const *files,
				 const struct rcusim_trace_options *options, GError **error);
/* The same from @len bytes in memory; @file is their name in messages. */
RcuSimTrace *rcusim_trace_parse(const void *bytes, size_t len, const char *file,
				const struct rcusim_trace_options *options, GError **error);
void rcusim_trace_free(RcuSimTrace *trace);

/* "make-j2.strace: 43 processes, 0 threads, ..."; belongs to @trace. */
const char *rcusim_trace_summary(const RcuSimTrace *trace);
/* Bad lines that were passed over, the first of them told; %NULL: none. */
const char *rcusim_trace_skipped(const RcuSimTrace *trace);

/* Writes the replay as text; errors stay in @out. */
void rcusim_trace_print(const RcuSimTrace *trace, FILE *out);

/**
 * rcusim_trace_write:
 * @path: of the replay; if it ends in .json, of a scenario that runs it: the replay is beside it, with
 *   .replay for .json
 * @replace: even if there are files of these names, if they are a replay or a scenario
 * @error: %RCUSIM_ERROR_SYSTEM, %RCUSIM_ERROR_USAGE
 *
 * A file is there as a whole, or not at all.
 */
bool rcusim_trace_write(const RcuSimTrace *trace, const char *path, bool replace, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimTrace, rcusim_trace_free)
