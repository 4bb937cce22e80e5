/*
 * strace_line.h - one line of `strace -f -ttt -T`, cut into its parts.
 *
 *   12180 1795219565.743627 munmap(0x7f0000000000, 8192) = 0 <0.000012>
 *   ^pid  ^time             ^name  ^args                   ^result ^took
 *
 * The pid is missing with a single process and in the files of -ff, and is "[pid 12180]" on a terminal. With
 * -y, descriptors carry their path: 3</usr/lib/x.so>. Nothing here remembers another line.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trace/input.h"

/* A replay has no time beyond 10^6 s: lines are at most so far from the first one. */
#define STRACE_MAX_SPAN_S INT64_C(400000)

enum strace_kind {
	STRACE_NOTHING, /* empty, or a note of strace */
	STRACE_CALL,    /* name(args) = result <took> */
	STRACE_BEGIN,   /* name(args <unfinished ...> */
	STRACE_CUT,  /* the same, cut by a note on the terminal: the rest is the next such line */
	STRACE_REST, /* args) = result <took>, of what was cut */
	STRACE_RESUMED,    /* <... name resumed>args) = result <took> */
	STRACE_SIGNAL,     /* --- SIGCHLD {...} --- */
	STRACE_DEATH,      /* +++ exited with 0 +++, +++ killed by SIGKILL +++ */
	STRACE_SUPERSEDED, /* +++ superseded by execve in pid N +++ */
};

enum strace_result {
	STRACE_NO_RESULT, /* = ?, or none yet */
	STRACE_VALUE,
	STRACE_ERROR, /* = -1 ENOENT (...), = ? ERESTARTSYS (...) */
};

struct strace_line {
	enum strace_kind kind;
	int32_t pid;  /* 0: the line has none */
	int64_t t_ns; /* since 1970 */
	char *name;   /* of the call */
	char *args;   /* without the brackets; of RESUMED and REST: those that came later */
	enum strace_result result_kind;
	uint64_t result;
	int64_t took_ns; /* -1: not known */
	int32_t by;      /* of SUPERSEDED */
};

/**
 * strace_line_parse:
 * @line: is cut into words
 *
 * Returns: false if it is no line of strace: what is wrong has been told
 */
bool strace_line_parse(const struct trace_line *line, struct strace_line *ret);

/* The first of @stops outside of strings, brackets, comments and <annotations>; the end if there is none. */
char *strace_scan(char *text, const char *stops);
