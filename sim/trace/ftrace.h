/* ftrace.h - the trace events of a run as a trace file. */
#pragma once

#include <stdbool.h>

#include "record/event_log.h"

/* The header as the kernel prints it, and a line per event; @path, @replace: as of rcusim_ftrace_export(). */
bool ftrace_write(const struct event_log *log, const char *path, bool replace, GError **error);
