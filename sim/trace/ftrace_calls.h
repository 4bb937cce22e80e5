/*
 * ftrace_calls.h - who called call_rcu() when, as far as a trace tells: what a scenario is made of.
 *
 * Calls that went to the bypass are not traced. How many there were follows from the lengths of the list that
 * rcu_callback and rcu_batch_start print, and when, from the first of them and the task's time on its CPU
 * (rcu-behaviour.md 14.4).
 */
#pragma once

#include <stdio.h>

#include "machine/probe.h"

struct ftrace_calls;

struct ftrace_calls *ftrace_calls_new(void);
void ftrace_calls_free(struct ftrace_calls *calls);
/* The next event of the trace. */
void ftrace_calls_add(struct ftrace_calls *calls, const struct trace_record *r);

/*
 * Writes a scenario called @name with what was found: HZ, CPUs, offloading, where kthreads ran, calls, readers.
 * @from is what was read; both are made printable. Returns: NULL, or why it cannot be; g_free()
 */
char *ftrace_calls_print_scenario(const struct ftrace_calls *calls, const char *name,
				  const char *from, FILE *out);
