/* strace_replay.h - from the calls of a trace to the operations of tasks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trace/exec_image.h"
#include "trace/strace_log.h"

struct strace_totals {
	int64_t n_processes, n_threads, n_execs, n_mapping_calls;
	int64_t n_cut; /* tasks that were alive when the trace ended */
	int64_t span_ns;
};

/**
 * strace_replay:
 * @log: its events in order; calls are changed
 * @error: %RCUSIM_ERROR_INVALID if a limit is reached
 *
 * Fills the log's doc.
 */
bool strace_replay(struct strace_log *log, const struct exec_counts *counts,
		   struct strace_totals *ret, GError **error);
