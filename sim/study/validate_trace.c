/*
 * validate_trace.c - the lab's trace of a run beside that of its simulation.
 *
 * Both are compared from the first callback, or request, to the batch with which as many callbacks as the loop queued have
 * been invoked: after it the bench calls rcu_barrier(), which is not part of the run.
 */
#include <string.h>

#include <rcusim/ftrace.h>

#include "study/validate.h"
#include "trace/ftrace_read.h"
#include "trace/ftrace_steps.h"

struct row_trace *row_trace_new(void)
{
	struct row_trace *trace = g_new0(struct row_trace, 1);

	trace->stat = ftrace_stat_new();
	return trace;
}

void row_trace_free(struct row_trace *trace)
{
	if (trace == NULL)
		return;
	ftrace_stat_free(trace->stat);
	g_free(trace);
}

uint64_t row_trace_events(void)
{
	return TRACE_EVENT_BIT(TRACE_RCU_GRACE_PERIOD) | TRACE_EVENT_BIT(TRACE_RCU_CALLBACK) |
	       TRACE_EVENT_BIT(TRACE_RCU_NOCB_WAKE) | TRACE_EVENT_BIT(TRACE_RCU_BATCH_START) |
	       TRACE_EVENT_BIT(TRACE_RCU_BATCH_END);
}

void row_trace_add(void *ctx, const struct trace_record *record)
{
	struct row_trace *trace = ctx;
	const struct ftrace_line line = { .kind = FTRACE_EVENT, .record = *record };

	ftrace_stat_add(trace->stat, &line, 0);
}

static int compare_int64(gconstpointer a, gconstpointer b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Grace periods among the steps: how many started, and the median length of those that ended. */
static void find_grace_periods(struct row_trace *trace)
{
	g_autoptr(GArray) lengths = g_array_new(false, true, sizeof(int64_t));
	const struct ftrace_step *step, *start = NULL;
	guint at = 0;

	while ((step = ftrace_next_step(trace->stat, STREAM_GRACE_PERIODS, &at)) != NULL) {
		if (strcmp(step->text, "start") == 0) {
			start = step;
			trace->n_gps++;
		} else if (strcmp(step->text, "end") == 0 && start != NULL &&
			   start->number == step->number) {
			const int64_t length_ns = step->t_ns - start->t_ns;

			g_array_append_val(lengths, length_ns);
		}
	}
	g_array_sort(lengths, compare_int64);
	trace->gp_p50_ns =
		lengths->len == 0 ? -1 : g_array_index(lengths, int64_t, lengths->len / 2);
}

void row_trace_finish(struct row_trace *trace, const struct lab_row *row)
{
	guint at = 0;

	ftrace_stat_finish(trace->stat);
	if (row->n_callbacks > 0) /* of kfree_rcu() the bench does not know */
		ftrace_steps_cut(trace->stat, row->n_callbacks);
	find_grace_periods(trace);
	while (ftrace_next_step(trace->stat, STREAM_BATCHES, &at) != NULL)
		trace->n_batches++;
}

struct row_trace *row_trace_read(const char *dir, const struct lab_row *row, GError **error)
{
	g_autofree char *path = lab_row_trace_path(dir, row);
	g_autoptr(RcuSimFtrace) ftrace = rcusim_ftrace_read(path, false, error);
	struct row_trace *trace;

	if (ftrace == NULL)
		return NULL;
	trace = g_new0(struct row_trace, 1);
	trace->stat = g_steal_pointer(&ftrace->stat);
	row_trace_finish(trace, row);
	return trace;
}

bool row_trace_is_alike(const struct row_trace *a, const struct row_trace *b)
{
	for (int i = 0; i < FTRACE_N_STREAMS; i++)
		if (!ftrace_stream_is_alike(a->stat, b->stat, (enum ftrace_stream)i))
			return false;
	return true;
}

/* --- what has several values --- */

static void add_value(GArray *values, RcuSimQuantity quantity, int64_t measured, int64_t simulated)
{
	const RcuSimValue value = { .quantity = quantity,
				    .measured = measured,
				    .simulated = simulated };

	g_array_append_val(values, value);
}

static void add_batches(const struct row_trace *measured, const struct row_trace *simulated,
			GArray *values)
{
	guint at_measured = 0, at_simulated = 0;

	for (;;) {
		const struct ftrace_step *x =
			ftrace_next_step(measured->stat, STREAM_BATCHES, &at_measured);
		const struct ftrace_step *y =
			ftrace_next_step(simulated->stat, STREAM_BATCHES, &at_simulated);

		if (x == NULL && y == NULL)
			return;
		add_value(values, RCUSIM_QUANTITY_TRACE_BATCH_SIZE, x == NULL ? 0 : x->number,
			  y == NULL ? 0 : y->number);
	}
}

/* "0 FirstQ": the reason without its CPU. */
static const char *reason_of(const struct ftrace_step *step)
{
	return strchr(step->text, ' ') + 1;
}

static int64_t count_reason(const struct row_trace *trace, const char *reason)
{
	const struct ftrace_step *step;
	guint at = 0;
	int64_t n = 0;

	while ((step = ftrace_next_step(trace->stat, STREAM_NOCB_WAKE, &at)) != NULL)
		n += strcmp(reason_of(step), reason) == 0;
	return n;
}

/* The reasons of @trace that are not in @told yet. */
static void add_reasons(const struct row_trace *trace, const struct row_trace *measured,
			const struct row_trace *simulated, GPtrArray *told, GArray *values)
{
	const struct ftrace_step *step;
	guint at = 0;

	while ((step = ftrace_next_step(trace->stat, STREAM_NOCB_WAKE, &at)) != NULL) {
		const char *reason = reason_of(step);

		if (g_ptr_array_find_with_equal_func(told, reason, g_str_equal, NULL))
			continue;
		g_ptr_array_add(told, (void *)reason);
		add_value(values, RCUSIM_QUANTITY_TRACE_NOCB_WAKE, count_reason(measured, reason),
			  count_reason(simulated, reason));
	}
}

GArray *row_trace_values(const struct row_trace *measured, const struct row_trace *simulated)
{
	GArray *values = g_array_new(false, true, sizeof(RcuSimValue));
	g_autoptr(GPtrArray) told = g_ptr_array_new();

	add_batches(measured, simulated, values);
	add_reasons(measured, measured, simulated, told, values);
	add_reasons(simulated, measured, simulated, told, values);
	return values;
}
