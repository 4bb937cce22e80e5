/* strace_call.h - what a call of a trace does to processes and their address spaces. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trace/strace_line.h"

enum call_kind {
	CALL_OTHER, /* counts as time */
	CALL_EXEC,
	CALL_MMAP,
	CALL_MUNMAP,
	CALL_BRK,
	CALL_MPROTECT,
	CALL_MREMAP,
	CALL_MADVISE,
	CALL_MLOCK,
	CALL_MUNLOCK,
	CALL_CLONE,
	CALL_WAIT,
	CALL_SLEEP, /* blocked for as long as it took */
	CALL_EXIT,
	CALL_EXIT_GROUP,
};

enum call_flag {
	CALL_DONE = 1 << 0,         /* it returned */
	CALL_FAILED = 1 << 1,       /* with an error, or nobody knows */
	CALL_HINT = 1 << 2,         /* mmap() was told an address */
	CALL_PATH_IS_FILE = 1 << 3, /* ->file numbers a path, not a descriptor */
	CALL_MAYBE_SLEEP = 1 << 4,  /* read() and the like: only a long one blocked */
	CALL_BEGUN = 1 << 5,        /* its task is known */
};

struct strace_call {
	int64_t start_ns, end_ns;
	uint64_t addr, len, offset,
		new_len; /* wait: addr is the child; exec: addr is the name's place */
	uint64_t result; /* mmap, mremap, brk: place; clone: the child */
	int32_t pid;
	uint32_t file; /* mmap: 0 none, else a descriptor or number of a path, plus 1 */
	int32_t line;
	uint16_t source;   /* which file of the trace */
	uint16_t op_flags; /* enum trace_flag */
	uint8_t kind;
	uint8_t prot;
	uint8_t flags; /* enum call_flag */
	uint32_t task;
	uint32_t child; /* clone: the task, once it is there */
	int64_t think_ns;
};

/* Names of programs and paths get numbers here. */
struct call_names {
	void *context;
	uint32_t (*program)(void *context, const char *name);
	uint32_t (*path)(void *context, const char *path);
};

/**
 * strace_call_begin:
 * @parts: name and arguments, as far as they are known
 *
 * Fills @ret from them, if the call is one that matters: ->kind says so.
 *
 * Returns: false if its arguments cannot be understood; that has been told
 */
bool strace_call_begin(const struct trace_line *line, struct strace_line *parts,
		       const struct call_names *names, struct strace_call *ret);
/* Its result, and arguments that came with it. */
bool strace_call_end(const struct trace_line *line, struct strace_line *parts,
		     struct strace_call *call);
/* What the name says, without looking at arguments. */
bool strace_call_is_wait(const char *name);
