/* ftrace_read.h - a trace from its file or database, and what it says. */
#pragma once

#include <rcusim/ftrace.h>

#include "trace/ftrace_stat.h"

struct RcuSimFtrace {
	char *name; /* of the file, without directory */
	struct ftrace_stat *stat;
	struct ftrace_calls *calls; /* what a scenario can be made of */
	char *summary, *skipped;
};
