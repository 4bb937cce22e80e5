#include "trace/ftrace_steps.h"

#include <string.h>

const struct ftrace_step *ftrace_next_step(const struct ftrace_stat *stat,
					   enum ftrace_stream stream, guint *at)
{
	while (*at < stat->steps->len) {
		const struct ftrace_step *step =
			&g_array_index(stat->steps, struct ftrace_step, (*at)++);

		if (step->stream == stream)
			return step;
	}
	return NULL;
}

bool ftrace_step_is_same(const struct ftrace_step *a, const struct ftrace_step *b)
{
	return strcmp(a->text, b->text) == 0 && a->number == b->number;
}

bool ftrace_step_is_alike(const struct ftrace_step *a, const struct ftrace_step *b)
{
	const __int128 difference = (__int128)a->number - b->number;
	const size_t n_who = strcspn(a->text, "=");

	if (ftrace_step_is_same(a, b))
		return true;
	return a->stream == STREAM_BATCHES && strncmp(a->text, b->text, n_who) == 0 &&
	       difference * 20 <= b->number && -difference * 20 <= b->number;
}

bool ftrace_stream_is_alike(const struct ftrace_stat *a, const struct ftrace_stat *b,
			    enum ftrace_stream stream)
{
	const struct ftrace_step *x, *y;
	guint at_a = 0, at_b = 0;

	do {
		x = ftrace_next_step(a, stream, &at_a);
		y = ftrace_next_step(b, stream, &at_b);
	} while (x != NULL && y != NULL && ftrace_step_is_alike(x, y));
	return x == NULL && y == NULL;
}

void ftrace_steps_cut(struct ftrace_stat *stat, int64_t n_callbacks)
{
	int64_t n = 0;

	for (guint i = 0; i < stat->steps->len; i++) {
		const struct ftrace_step *step = &g_array_index(stat->steps, struct ftrace_step, i);

		n += step->stream == STREAM_BATCHES ? step->number : 0;
		if (n < n_callbacks)
			continue;
		g_array_set_size(stat->steps, i + 1);
		return;
	}
}
