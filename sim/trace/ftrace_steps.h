/* ftrace_steps.h - the steps of a trace, one stream at a time. */
#pragma once

#include "trace/ftrace_stat.h"

/* The next step of @stream from place *@at on, or NULL. */
const struct ftrace_step *ftrace_next_step(const struct ftrace_stat *stat,
					   enum ftrace_stream stream, guint *at);
bool ftrace_step_is_same(const struct ftrace_step *a, const struct ftrace_step *b);
/* The same, or batches of the same list whose sizes differ by 5 % at most: what a clock may do to them. */
bool ftrace_step_is_alike(const struct ftrace_step *a, const struct ftrace_step *b);
/* Whether the two streams are alike step by step, to the end of both. */
bool ftrace_stream_is_alike(const struct ftrace_stat *a, const struct ftrace_stat *b,
			    enum ftrace_stream stream);
/*
 * Forgets the steps after the batch with which @n_callbacks callbacks have been invoked: what follows is not about
 * them.
 */
void ftrace_steps_cut(struct ftrace_stat *stat, int64_t n_callbacks);
