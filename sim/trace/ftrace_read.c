#include "trace/ftrace_read.h"

#include <inttypes.h>
#include <string.h>

#include "record/event_log.h"
#include "trace/ftrace_calls.h"
#include "trace/ftrace_steps.h"
#include "trace/input.h"
#include "trace/text_output.h"

static RcuSimFtrace *ftrace_new(const char *file)
{
	RcuSimFtrace *ftrace = g_new0(RcuSimFtrace, 1);

	ftrace->name = strcmp(file, "-") == 0 ? g_strdup("stdin") : g_path_get_basename(file);
	for (char *p = ftrace->name; *p != '\0'; p++)
		if (g_ascii_iscntrl(*p))
			*p = '?';
	ftrace->stat = ftrace_stat_new();
	ftrace->calls = ftrace_calls_new();
	return ftrace;
}

void rcusim_ftrace_free(RcuSimFtrace *ftrace)
{
	if (ftrace == NULL)
		return;
	ftrace_stat_free(ftrace->stat);
	ftrace_calls_free(ftrace->calls);
	g_free(ftrace->name);
	g_free(ftrace->summary);
	g_free(ftrace->skipped);
	g_free(ftrace);
}

static void add(RcuSimFtrace *ftrace, const struct ftrace_line *line, int64_t number)
{
	ftrace_stat_add(ftrace->stat, line, number);
	if (line->kind == FTRACE_EVENT)
		ftrace_calls_add(ftrace->calls, &line->record);
}

/* The trace is complete; false: there was nothing in it. */
static bool finish(RcuSimFtrace *ftrace, const char *file, struct diag *diag, bool lenient,
		   GError **error)
{
	const struct ftrace_stat *stat = ftrace->stat;
	const int64_t span_us = (stat->last_ns - stat->first_ns) / 1000;

	ftrace_stat_finish(ftrace->stat);
	if (diag != NULL && diag_n(diag) > 0) {
		g_autoptr(GError) problems = NULL;

		diag_to_error(diag, RCUSIM_ERROR_INVALID, &problems);
		if (!lenient) {
			g_propagate_error(error, g_steal_pointer(&problems));
			return false;
		}
		ftrace->skipped = g_strdup(problems->message);
	}
	if (stat->n_events == 0) {
		g_autofree char *shown = diag_escape(file);

		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			    "%s: error: found no event; expected a trace file, or what trace-cmd "
			    "report prints",
			    shown);
		return false;
	}
	ftrace->summary = g_strdup_printf(
		"%s: %" PRId64 " events of %d CPU%s in %" PRId64 ".%03d ms; %" PRId64
		" of other kinds, %d lines skipped, %" PRId64 " events lost",
		ftrace->name, stat->n_events, stat->n_cpus, stat->n_cpus == 1 ? "" : "s",
		span_us / 1000, (int)(ABS(span_us) % 1000), stat->n_unknown,
		diag == NULL ? 0 : (int)diag_n(diag), stat->n_lost);
	return true;
}

static RcuSimFtrace *read_input(struct trace_input *input, const char *file, bool lenient,
				GError **error)
{
	g_autoptr(RcuSimFtrace) ftrace = ftrace_new(file);
	struct diag *diag = diag_new();
	g_autoptr(GError) failure = NULL;
	struct trace_line text;
	bool good;

	while (trace_input_next(input, diag, &text, &failure)) {
		struct ftrace_line line;

		ftrace_line_parse(text.text, &line);
		if (line.kind == FTRACE_BAD)
			trace_line_fault(&text, line.where, "%s", line.problem);
		add(ftrace, &line, text.number);
	}
	good = failure == NULL && finish(ftrace, file, diag, lenient, error);
	if (failure != NULL)
		g_propagate_error(error, g_steal_pointer(&failure));
	diag_free(diag);
	return good ? g_steal_pointer(&ftrace) : NULL;
}

RcuSimFtrace *rcusim_ftrace_read(const char *path, bool lenient, GError **error)
{
	struct trace_input *input = trace_input_open(path, error);
	RcuSimFtrace *ftrace = input == NULL ? NULL : read_input(input, path, lenient, error);

	trace_input_free(input);
	return ftrace;
}

RcuSimFtrace *rcusim_ftrace_parse(const void *bytes, size_t len, const char *file, bool lenient,
				  GError **error)
{
	struct trace_input *input = trace_input_new(file, bytes, len);
	RcuSimFtrace *ftrace = read_input(input, file, lenient, error);

	trace_input_free(input);
	return ftrace;
}

/* A row as the line that it is printed as. */
static void add_row(RcuSimFtrace *ftrace, const struct record_event *e, int64_t number)
{
	g_autofree char *body = g_strdup(e->body);
	struct ftrace_line line = { .kind = FTRACE_EVENT,
				    .flags = e->flags,
				    .event_name = e->event };

	line.record.t_ns = e->t_ns;
	line.record.cpu = (int)e->cpu;
	line.record.context.cpu = (int)e->cpu;
	line.record.context.comm = e->comm;
	line.record.context.pid = (int)e->pid;
	line.record.event = trace_event_find(e->event);
	if (line.record.event == TRACE_N_EVENTS || !trace_body_parse(body, &line.record))
		line.kind = FTRACE_OTHER; /* a database that somebody has changed */
	add(ftrace, &line, number);
}

RcuSimFtrace *rcusim_ftrace_load(RcuSimDatabase *database, int64_t run, GError **error)
{
	struct event_log *log = event_log_load(database, run, error);
	g_autoptr(RcuSimFtrace) ftrace = NULL;
	bool good;

	if (log == NULL)
		return NULL;
	ftrace = ftrace_new(rcusim_database_path(database));
	for (guint i = 0; i < log->events->len; i++)
		add_row(ftrace, &g_array_index(log->events, struct record_event, i), i);
	ftrace->stat->n_lost = log->n_lost;
	good = finish(ftrace, ftrace->name, NULL, false, error);
	event_log_free(log);
	return good ? g_steal_pointer(&ftrace) : NULL;
}

/* --- a scenario --- */

/* "b.trace.gz" -> "b" */
static char *scenario_name(const RcuSimFtrace *ftrace)
{
	char *name = g_strdup(ftrace->name);

	name[strcspn(name, ".")] = '\0';
	for (char *p = name; *p != '\0'; p++)
		if (!g_ascii_isalnum(*p) && *p != '-')
			*p = '-';
	if (!g_ascii_isalpha(name[0])) {
		g_free(name);
		return g_strdup("trace");
	}
	return name;
}

static bool print_scenario(const RcuSimFtrace *ftrace, FILE *out, GError **error)
{
	g_autofree char *name = scenario_name(ftrace);
	g_autofree char *problem =
		ftrace_calls_print_scenario(ftrace->calls, name, ftrace->summary, out);

	if (problem == NULL)
		return true;
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID, "%s: error: %s", ftrace->name,
		    problem);
	return false;
}

bool rcusim_ftrace_write_scenario(const RcuSimFtrace *ftrace, const char *path, bool replace,
				  GError **error)
{
	struct text_output text = { 0 };
	bool good;

	if (strcmp(path, "-") == 0)
		return print_scenario(ftrace, stdout, error);
	good = text_output_open(&text, path, replace ? "{" : NULL, error) &&
	       print_scenario(ftrace, text.out, error) && text_output_commit(&text, replace, error);
	text_output_clear(&text);
	return good;
}

/* --- what it says --- */

const char *rcusim_ftrace_summary(const RcuSimFtrace *ftrace)
{
	return ftrace->summary;
}

const char *rcusim_ftrace_skipped(const RcuSimFtrace *ftrace)
{
	return ftrace->skipped;
}

static const char *counted(GHashTable *counts, const GPtrArray *names, int i, int64_t *ret_n)
{
	if (i < 0 || i >= (int)names->len)
		return NULL;
	*ret_n = *(const int64_t *)g_hash_table_lookup(counts, names->pdata[i]);
	return names->pdata[i];
}

const char *rcusim_ftrace_unknown(const RcuSimFtrace *ftrace, int i, int64_t *ret_n)
{
	return counted(ftrace->stat->unknown, ftrace->stat->unknown_names, i, ret_n);
}

const char *rcusim_ftrace_nocb_wake(const RcuSimFtrace *ftrace, int i, int64_t *ret_n)
{
	return counted(ftrace->stat->wakes, ftrace->stat->wake_names, i, ret_n);
}

int64_t rcusim_ftrace_n_nocb_wake(const RcuSimFtrace *ftrace, const char *reason)
{
	const int64_t *n = g_hash_table_lookup(ftrace->stat->wakes, reason);

	return n == NULL ? 0 : *n;
}

bool rcusim_ftrace_figure(const RcuSimFtrace *ftrace, int i, RcuSimFtraceFigure *ret)
{
	const struct ftrace_stat *stat = ftrace->stat;
	const enum ftrace_figure figure = (enum ftrace_figure)i;

	if (i < 0 || i >= FTRACE_N_FIGURES)
		return false;
	*ret = (RcuSimFtraceFigure){ .name = ftrace_figures[i].name,
				     .unit = ftrace_figures[i].unit,
				     .n = stat->values[i]->len };
	if (ret->n == 0)
		return true;
	ret->min = ftrace_stat_tenth(stat, figure, 0);
	ret->p10 = ftrace_stat_tenth(stat, figure, 1);
	ret->p50 = ftrace_stat_tenth(stat, figure, 5);
	ret->p90 = ftrace_stat_tenth(stat, figure, 9);
	ret->max = ftrace_stat_tenth(stat, figure, 10);
	ret->mean = ftrace_stat_mean(stat, figure);
	return true;
}

/* --- side by side --- */

static const char *const stream_names[FTRACE_N_STREAMS] = {
	[STREAM_GRACE_PERIODS] = "grace periods",
	[STREAM_BATCHES] = "batches",
	[STREAM_NOCB_WAKE] = "rcu_nocb_wake",
};

static int count_steps(const struct ftrace_stat *stat, enum ftrace_stream stream)
{
	guint at = 0;
	int n = 0;

	while (ftrace_next_step(stat, stream, &at) != NULL)
		n++;
	return n;
}

static char *describe(const struct ftrace_step *step)
{
	switch (step->stream) {
	case STREAM_GRACE_PERIODS:
		return g_strdup_printf("%s of grace period %" PRId64, step->text, step->number);
	case STREAM_BATCHES:
		return g_strdup_printf("%s: %" PRId64 " callbacks", step->text, step->number);
	case STREAM_NOCB_WAKE:
	case FTRACE_N_STREAMS:
	default:
		return g_strdup(step->text);
	}
}

static void set_side(const struct ftrace_stat *stat, const struct ftrace_step *step, char **ret,
		     int64_t *ret_line, int64_t *ret_ns)
{
	if (step == NULL)
		return;
	*ret = describe(step);
	*ret_line = step->line;
	*ret_ns = step->t_ns - g_array_index(stat->steps, struct ftrace_step, 0).t_ns;
}

RcuSimFtraceParting *rcusim_ftrace_compare(const RcuSimFtrace *a, const RcuSimFtrace *b, int i)
{
	const enum ftrace_stream stream = (enum ftrace_stream)i;
	RcuSimFtraceParting *parting;
	const struct ftrace_step *x, *y;
	guint at_a = 0, at_b = 0;

	if (i < 0 || i >= FTRACE_N_STREAMS)
		return NULL;
	parting = g_new0(RcuSimFtraceParting, 1);
	parting->name = stream_names[i];
	parting->n_a = count_steps(a->stat, stream);
	parting->n_b = count_steps(b->stat, stream);
	for (;;) {
		x = ftrace_next_step(a->stat, stream, &at_a);
		y = ftrace_next_step(b->stat, stream, &at_b);
		if (x == NULL || y == NULL || !ftrace_step_is_alike(x, y))
			break;
		parting->n_same++;
		parting->n_close += !ftrace_step_is_same(x, y);
	}
	parting->differs = x != NULL || y != NULL;
	set_side(a->stat, x, &parting->a, &parting->a_line, &parting->a_ns);
	set_side(b->stat, y, &parting->b, &parting->b_line, &parting->b_ns);
	return parting;
}

void rcusim_ftrace_parting_free(RcuSimFtraceParting *parting)
{
	if (parting == NULL)
		return;
	g_free(parting->a);
	g_free(parting->b);
	g_free(parting);
}
