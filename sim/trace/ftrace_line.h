/*
 * ftrace_line.h - one line of a trace file, in and out (rcu-behaviour.md 14.1):
 *
 *      rcu_preempt-17      [000] d..1.     1.706454: rcu_grace_period: rcu_preempt -1031 start
 *      task's comm - pid   [CPU] flags     time      event             body
 *
 * Read is also what trace-cmd report prints: without flags, with nanoseconds, other padding.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trace/event_format.h"

#define FTRACE_COMM_MAX 16 /* TASK_COMM_LEN; the kernel's are one shorter */
#define FTRACE_N_FLAGS  5

enum ftrace_line_kind {
	FTRACE_EVENT,   /* one of ours: record and context are set */
	FTRACE_OTHER,   /* an event that we do not know: context and event_name only */
	FTRACE_COMMENT, /* "#...", "cpus=2", an empty line, CPU:0 [LOST 3 EVENTS] */
	FTRACE_LOST,    /* the kernel dropped events here: n_lost of them */
	FTRACE_BAD
};

struct ftrace_line {
	enum ftrace_line_kind kind;
	struct trace_record record; /* its context has comm, pid, cpu and what the flags say */
	const char *flags;          /* as printed; "" if there were none */
	const char *event_name;
	int64_t n_lost;
	const char *problem; /* of a bad line: what was expected there */
	const char *where;   /* in the line */
};

/* Cuts @text into words, into which @ret points. */
void ftrace_line_parse(char *text, struct ftrace_line *ret);

/* The five flag characters of @context. */
void ftrace_flags(const struct trace_context *context, char ret[static FTRACE_N_FLAGS + 1]);
/* Appends a line without its end; @flags and @body as printed. */
void ftrace_line_print(const char *comm, int64_t pid, int64_t cpu, const char *flags, int64_t t_ns,
		       const char *event_name, const char *body, GString *out);
/* What the kernel prints above the lines. */
void ftrace_header_print(int64_t n_events, int64_t n_written, int n_cpus, GString *out);
