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

/* What is known of one trace: of a trace file, of a database, or of text. */
typedef struct RcuSimFtrace RcuSimFtrace;

/**
 * rcusim_ftrace_read:
 * @path: a trace file or what trace-cmd report prints, plain, gzip or xz; "-" is standard input
 * @lenient: pass over lines that are no events
 * @error: %RCUSIM_ERROR_SYSTEM; %RCUSIM_ERROR_INVALID with every bad line, "FILE:LINE:COL: error: found; accepted",
 *   or if there is no event
 *
 * Events that are not among those of docs/tracing.md are counted.
 *
 * Returns: (transfer full): rcusim_ftrace_free(), or %NULL with @error set
 */
RcuSimFtrace *rcusim_ftrace_read(const char *path, bool lenient, GError **error);
/* The same from @len bytes in memory; @file is their name in messages. */
RcuSimFtrace *rcusim_ftrace_parse(const void *bytes, size_t len, const char *file, bool lenient,
				  GError **error);
/* Of run @run of @database, or of the first that was traced if it is 0; lines are rows of "event". */
RcuSimFtrace *rcusim_ftrace_load(RcuSimDatabase *database, int64_t run, GError **error);
void rcusim_ftrace_free(RcuSimFtrace *ftrace);

/* "b.trace: 10,410 events of 1 CPU in 59.1 ms; 0 of other kinds, 0 lines skipped, 0 events lost" */
const char *rcusim_ftrace_summary(const RcuSimFtrace *ftrace);
/* Bad lines that were passed over, the first of them told; %NULL: none. */
const char *rcusim_ftrace_skipped(const RcuSimFtrace *ftrace);
/* Kinds of events that are not known here, and how many of each; NULL past the end. */
const char *rcusim_ftrace_unknown(const RcuSimFtrace *ftrace, int i, int64_t *ret_n);

/**
 * rcusim_ftrace_write_scenario:
 * @path: of the scenario; "-": standard output
 * @replace: even if there is a scenario of that name
 * @error: %RCUSIM_ERROR_INVALID if the trace has no calls, %RCUSIM_ERROR_SYSTEM, %RCUSIM_ERROR_USAGE
 *
 * HZ is guessed from the ticks; calls that went to the bypass, which are not traced, are reconstructed from the lengths
 * of lists. What was guessed is in the scenario's comment. A file is there as a whole, or not at all.
 */
bool rcusim_ftrace_write_scenario(const RcuSimFtrace *ftrace, const char *path, bool replace,
				  GError **error);

/* A distribution: grace periods, wakeups, batches, delays. */
typedef struct {
	const char *name, *unit; /* "ns", "ps" or "" */
	int64_t n;               /* 0: the others mean nothing */
	int64_t min, p10, p50, p90, max, mean;
} RcuSimFtraceFigure;

/* Returns: false past the end. */
bool rcusim_ftrace_figure(const RcuSimFtrace *ftrace, int i, RcuSimFtraceFigure *ret);
/* Reasons of rcu_nocb_wake in their order of appearance, and how many of each; NULL past the end. */
const char *rcusim_ftrace_nocb_wake(const RcuSimFtrace *ftrace, int i, int64_t *ret_n);
/* How often @reason was traced. */
int64_t rcusim_ftrace_n_nocb_wake(const RcuSimFtrace *ftrace, const char *reason);

/*
 * Two traces step by step, from the first callback or request on: requests, starts, scans and ends of grace periods,
 * numbered from the first; batches, by CPU, limit and callbacks; reasons of rcu_nocb_wake, by CPU.
 */
typedef struct {
	const char *name; /* "grace periods" */
	int n_a, n_b;     /* steps that each has */
	int n_same;       /* from the first on */
	int n_close;      /* of these, batches that differ by no more than 5 % */
	bool differs; /* what follows: the first steps that part; NULL: that trace is at its end */
	char *a, *b;  /* "start of grace period 1", "CPU 0, limit 10: 43 callbacks" */
	int64_t a_line, b_line; /* 0: at its end */
	int64_t a_ns, b_ns;     /* after the first step of its trace */
} RcuSimFtraceParting;

/* Returns: (transfer full): stream @i of both, to be freed; NULL past the end. */
RcuSimFtraceParting *rcusim_ftrace_compare(const RcuSimFtrace *a, const RcuSimFtrace *b, int i);
void rcusim_ftrace_parting_free(RcuSimFtraceParting *parting);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimFtrace, rcusim_ftrace_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimFtraceParting, rcusim_ftrace_parting_free)
