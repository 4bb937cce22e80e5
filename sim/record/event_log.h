/* event_log.h - the trace events of one run, as a trace file shows them. They are outside the hash. */
#pragma once

#include <stdint.h>

#include <glib.h>

#include <rcusim/database.h>

/* Trace events that a run keeps; what comes later is counted. */
#define RECORD_MAX_EVENTS 1000000

struct record_event {
	int64_t t_ns;
	int64_t cpu, pid;
	const char *comm, *flags, *event, *body;
};

struct event_log {
	GArray *events; /* struct record_event, in their order; their strings are in @strings */
	GStringChunk *strings;
	int64_t n_lost; /* beyond RECORD_MAX_EVENTS */
	int n_cpus;     /* of the machine */
};

struct event_log *event_log_new(int n_cpus);
void event_log_free(struct event_log *log);
/* Keeps a copy of @event, or counts it as lost. */
void event_log_add(struct event_log *log, const struct record_event *event);

/**
 * event_log_load:
 * @run: number of a run of @database, or 0: the first that was traced
 * @error: %RCUSIM_ERROR_INVALID if there is no such run, or it was not traced
 *
 * Returns: (transfer full): its events, or %NULL with @error set
 */
struct event_log *event_log_load(RcuSimDatabase *database, int64_t run, GError **error);
