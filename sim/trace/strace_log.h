/*
 * strace_log.h - the calls of a trace, in order, before anyone asks whose children they are.
 *
 * Only what matters is kept, so that memory grows with the operations and not with the text. A call that others
 * interrupted is two events; which child a clone made is known when the last line has been read.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "trace/doc.h"
#include "trace/strace_call.h"

enum event_kind {
	EVENT_BEGIN, /* of a call */
	EVENT_END,
	EVENT_WHOLE,      /* both */
	EVENT_DEATH,      /* of @pid */
	EVENT_SUPERSEDED, /* @pid's task ends, @by takes its pid */
};

struct strace_event {
	int64_t t_ns;
	uint32_t call; /* index; of DEATH and SUPERSEDED: the pid */
	int32_t by;
	uint8_t kind;
};

struct strace_log {
	struct trace_doc *doc;     /* (not owned): takes the names of programs */
	GArray *calls;             /* struct strace_call */
	GArray *events;            /* struct strace_event */
	GPtrArray *files;          /* names, for messages */
	GHashTable *paths;         /* of -y: path -> number + 1 */
	int64_t base_ns;           /* time of the first line that was read; 0: none yet */
	int64_t first_ns, last_ns; /* of all lines */
	bool has_waits;            /* wait4() and the like are in the trace */
	bool has_deaths;           /* so are "+++" lines */
	struct diag *diag;
};

struct strace_log *strace_log_new(struct trace_doc *doc, struct diag *diag);
void strace_log_free(struct strace_log *log);

/**
 * strace_log_read:
 * @pid: of lines that have none; 0: the task whose pid is not known
 * @by_time: the file is one of several, whose events are to be sorted by time
 * @error: the input's, or %RCUSIM_ERROR_INVALID if a limit is reached
 */
bool strace_log_read(struct strace_log *log, struct trace_input *input, const char *file,
		     int32_t pid, bool by_time, GError **error);
/* Events of several files, in the order of their times. */
void strace_log_sort(struct strace_log *log);
