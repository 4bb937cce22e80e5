/*
 * event_format.h - how the body of a trace event is written, event by event (rcu-behaviour.md 14.2).
 *
 * One table drives printing, for the database and for trace files, and reading what a kernel has printed.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "machine/probe.h"

/* "rcu_nocb_wake" */
const char *trace_event_name(enum trace_event event);
/* TRACE_N_EVENTS if there is none of that name. */
enum trace_event trace_event_find(const char *name);

/* Appends the body of @record, without the event's name. */
void trace_body_print(const struct trace_record *record, GString *out);

/**
 * trace_body_parse:
 * @body: what follows the event's name; strings of @ret point into it, and it is cut at their ends
 * @ret: (inout): its event says what to expect; name, text, other and arg[] are set
 *
 * Returns: whether the whole of @body is laid out as the kernel's
 */
bool trace_body_parse(char *body, struct trace_record *ret);

/**
 * trace_events_parse:
 * @list: "rcu" (all of RCU's but rcu_watching and those of single callbacks), "callbacks" (those), "sched", "irq", "all" or names of events, with commas
 * @ret_events: (out): TRACE_EVENT_BIT()s
 *
 * Returns: NULL, or what is wrong with @list; g_free()
 */
char *trace_events_parse(const char *list, uint64_t *ret_events);
