#include "trace/ftrace_stat.h"

#include <inttypes.h>
#include <string.h>

#define RCU_SOFTIRQ_VECTOR 9

const struct ftrace_figure_info ftrace_figures[FTRACE_N_FIGURES] = {
	[FIGURE_GP_LENGTH] = { "grace period", "ns" },
	[FIGURE_GP_DISTANCE] = { "grace period, start to start", "ns" },
	[FIGURE_GP_REQUEST] = { "newreq to start", "ns" },
	[FIGURE_FQS_WAIT] = { "fqswait to fqsstart", "ns" },
	[FIGURE_FQS_SCANS] = { "scans per grace period", "" },
	[FIGURE_RCUOG_GP_WAIT] = { "rcuog, StartWait to EndWait", "ns" },
	[FIGURE_CALLBACK_DELAY] = { "call_rcu to invocation", "ns" },
	[FIGURE_RCUOG_WAKE] = { "DoWake to EndSleep", "ns" },
	[FIGURE_WAKE_GP_KTHREAD] = { "wakeup of the GP kthread", "ns" },
	[FIGURE_WAKE_RCUOG] = { "wakeup of rcuog", "ns" },
	[FIGURE_WAKE_RCUOP] = { "wakeup of rcuop", "ns" },
	[FIGURE_BATCH_CALLBACKS] = { "callbacks per batch", "" },
	[FIGURE_BATCH_LIMIT] = { "batch limit", "" },
	[FIGURE_BATCH_LENGTH] = { "batch", "ns" },
	[FIGURE_CALLBACK_PS] = { "per callback, in batches of 10", "ps" },
	[FIGURE_RCU_SOFTIRQ] = { "RCU softirq", "ns" },
};

/* A batch between its start and its end. */
struct open_batch {
	int64_t t_ns, line;
	int64_t len, limit;
};

/* What waits for its other half. Keys are strings of their own. */
struct ftrace_pending {
	GHashTable *gp_starts; /* gp_seq -> t_ns; all three: int64_t * -> int64_t * */
	GHashTable *callbacks; /* rhp -> t_ns */
	GHashTable *wakings;   /* pid -> t_ns */
	GHashTable *gp_waits;  /* comm -> t_ns */
	GHashTable *batches;   /* who -> struct open_batch */
	GHashTable *softirqs;  /* CPU -> t_ns */
	int64_t last_start_ns, request_ns, fqs_wait_ns, do_wake_ns; /* -1: none */
	int64_t n_fqs;
	bool has_first_gp, has_begun;
	int64_t first_gp_seq;
};

static GHashTable *table_of_int64(void)
{
	return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
}

static int64_t *boxed(int64_t value)
{
	int64_t *box = g_new(int64_t, 1);

	*box = value;
	return box;
}

struct ftrace_stat *ftrace_stat_new(void)
{
	struct ftrace_stat *stat = g_new0(struct ftrace_stat, 1);
	struct ftrace_pending *p = g_new0(struct ftrace_pending, 1);

	for (int i = 0; i < FTRACE_N_FIGURES; i++)
		stat->values[i] = g_array_new(false, true, sizeof(int64_t));
	stat->strings = g_string_chunk_new(4096);
	stat->wakes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	stat->wake_names = g_ptr_array_new();
	stat->unknown = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	stat->unknown_names = g_ptr_array_new();
	stat->steps = g_array_new(false, true, sizeof(struct ftrace_step));
	stat->pending = p;
	p->gp_starts = table_of_int64();
	p->callbacks = table_of_int64();
	p->wakings = table_of_int64();
	p->softirqs = table_of_int64();
	p->gp_waits = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	p->batches = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	p->last_start_ns = p->request_ns = p->fqs_wait_ns = p->do_wake_ns = -1;
	return stat;
}

static void pending_free(struct ftrace_pending *p)
{
	if (p == NULL)
		return;
	g_hash_table_unref(p->gp_starts);
	g_hash_table_unref(p->callbacks);
	g_hash_table_unref(p->wakings);
	g_hash_table_unref(p->softirqs);
	g_hash_table_unref(p->gp_waits);
	g_hash_table_unref(p->batches);
	g_free(p);
}

void ftrace_stat_free(struct ftrace_stat *stat)
{
	if (stat == NULL)
		return;
	for (int i = 0; i < FTRACE_N_FIGURES; i++)
		g_array_unref(stat->values[i]);
	pending_free(stat->pending);
	g_hash_table_unref(stat->wakes);
	g_ptr_array_unref(stat->wake_names);
	g_hash_table_unref(stat->unknown);
	g_ptr_array_unref(stat->unknown_names);
	g_array_unref(stat->steps);
	g_string_chunk_free(stat->strings);
	g_free(stat);
}

static void note(struct ftrace_stat *stat, enum ftrace_figure figure, int64_t value)
{
	g_array_append_val(stat->values[figure], value);
}

static void count(struct ftrace_stat *stat, GHashTable *counts, GPtrArray *names, const char *name)
{
	int64_t *n = g_hash_table_lookup(counts, name);

	if (n == NULL) {
		char *copy = g_string_chunk_insert(stat->strings, name);

		n = boxed(0);
		g_hash_table_insert(counts, copy, n);
		g_ptr_array_add(names, copy);
	}
	++*n;
}

/* The value under @key, if there is one, which is taken out. */
static bool take(GHashTable *table, const void *key, int64_t *ret)
{
	const int64_t *value = g_hash_table_lookup(table, key);

	if (value == NULL)
		return false;
	*ret = *value;
	g_hash_table_remove(table, key);
	return true;
}

/* --- steps --- */

/*
 * A recording begins before what it is about: steps count from the first callback that is queued, or, where those
 * are not traced, the first grace period that is asked for.
 */
static void begin_steps(struct ftrace_stat *stat, const struct trace_record *r)
{
	struct ftrace_pending *p = stat->pending;
	const bool queued = r->event == TRACE_RCU_CALLBACK ||
			    (r->event == TRACE_RCU_NOCB_WAKE && g_str_has_prefix(r->text, "First"));
	const bool asked = r->event == TRACE_RCU_GRACE_PERIOD && strcmp(r->text, "newreq") == 0;

	p->has_begun |= queued || asked;
}

static void add_step(struct ftrace_stat *stat, const struct trace_record *r, int64_t line,
		     enum ftrace_stream stream, const char *text, int64_t number)
{
	const struct ftrace_step step = {
		.stream = stream,
		.text = g_string_chunk_insert_const(stat->strings, text),
		.number = number,
		.t_ns = r->t_ns,
		.line = line,
	};

	if (stat->pending->has_begun)
		g_array_append_val(stat->steps, step);
}

/* --- events --- */

/* What happens to the grace period as a whole, for all to see. */
static bool is_step(const char *text)
{
	return strcmp(text, "newreq") == 0 || strcmp(text, "start") == 0 ||
	       strcmp(text, "end") == 0 || strcmp(text, "fqsstart") == 0;
}

static void add_gp_step(struct ftrace_stat *stat, const struct trace_record *r, int64_t line)
{
	struct ftrace_pending *p = stat->pending;
	const int64_t gp_seq =
		r->arg[0] | 3; /* newreq shows the number before that of the grace period */

	if (!is_step(r->text) || !p->has_begun)
		return;
	if (!p->has_first_gp) {
		p->has_first_gp = true;
		p->first_gp_seq = gp_seq;
	}
	add_step(stat, r, line, STREAM_GRACE_PERIODS, r->text,
		 (int64_t)((uint64_t)gp_seq - (uint64_t)p->first_gp_seq) / 4);
}

static void gp_start(struct ftrace_stat *stat, const struct trace_record *r)
{
	struct ftrace_pending *p = stat->pending;

	g_hash_table_replace(p->gp_starts, boxed(r->arg[0]), boxed(r->t_ns));
	if (p->last_start_ns >= 0)
		note(stat, FIGURE_GP_DISTANCE, r->t_ns - p->last_start_ns);
	p->last_start_ns = r->t_ns;
	p->n_fqs = 0;
	if (p->request_ns >= 0)
		note(stat, FIGURE_GP_REQUEST, r->t_ns - p->request_ns);
	p->request_ns = -1;
}

static void on_grace_period(struct ftrace_stat *stat, const struct trace_record *r, int64_t line)
{
	struct ftrace_pending *p = stat->pending;
	int64_t start_ns;

	add_gp_step(stat, r, line);
	if (strcmp(r->text, "start") == 0) {
		gp_start(stat, r);
	} else if (strcmp(r->text, "newreq") == 0) {
		p->request_ns = r->t_ns;
	} else if (strcmp(r->text, "end") == 0 && take(p->gp_starts, &r->arg[0], &start_ns)) {
		note(stat, FIGURE_GP_LENGTH, r->t_ns - start_ns);
		note(stat, FIGURE_FQS_SCANS, p->n_fqs);
	} else if (strcmp(r->text, "fqswait") == 0) {
		p->fqs_wait_ns = r->t_ns;
	} else if (strcmp(r->text, "fqsstart") == 0) {
		p->n_fqs++;
		if (p->fqs_wait_ns >= 0)
			note(stat, FIGURE_FQS_WAIT, r->t_ns - p->fqs_wait_ns);
	}
}

static void on_future(struct ftrace_stat *stat, const struct trace_record *r)
{
	struct ftrace_pending *p = stat->pending;
	int64_t start_ns;

	if (strcmp(r->text, "StartWait") == 0)
		g_hash_table_replace(p->gp_waits, g_strdup(r->context.comm), boxed(r->t_ns));
	else if (strcmp(r->text, "EndWait") == 0 && take(p->gp_waits, r->context.comm, &start_ns))
		note(stat, FIGURE_RCUOG_GP_WAIT, r->t_ns - start_ns);
}

static void on_nocb_wake(struct ftrace_stat *stat, const struct trace_record *r, int64_t line)
{
	struct ftrace_pending *p = stat->pending;
	g_autofree char *text = g_strdup_printf("%" PRId64 " %s", r->arg[0], r->text);

	count(stat, stat->wakes, stat->wake_names, r->text);
	add_step(stat, r, line, STREAM_NOCB_WAKE, text, 0);
	if (strcmp(r->text, "DoWake") == 0) {
		p->do_wake_ns = r->t_ns;
	} else if (strcmp(r->text, "EndSleep") == 0 && p->do_wake_ns >= 0) {
		note(stat, FIGURE_RCUOG_WAKE, r->t_ns - p->do_wake_ns);
		p->do_wake_ns = -1;
	}
}

/* Who invokes: a kthread, or the softirq over a task; over the idle task, that of a CPU. */
static char *batch_key(const struct trace_record *r)
{
	if (r->context.comm[0] == '<')
		return g_strdup_printf("%d", r->context.cpu);
	return g_strdup(r->context.comm);
}

/* The same for people and for comparing: rcuop's CPU is in its name, that of a softirq's list is where it runs. */
static char *batch_name(const struct trace_record *r)
{
	if (g_str_has_prefix(r->context.comm, "rcuo") || g_str_has_prefix(r->context.comm, "rcuc"))
		return g_strdup(r->context.comm);
	return g_strdup_printf("CPU %d", r->context.cpu);
}

static void on_batch_start(struct ftrace_stat *stat, const struct trace_record *r, int64_t line)
{
	struct open_batch *batch = g_new(struct open_batch, 1);

	*batch = (struct open_batch){
		.t_ns = r->t_ns, .line = line, .len = r->arg[0], .limit = r->arg[1]
	};
	g_hash_table_replace(stat->pending->batches, batch_key(r), batch);
}

static void on_batch_end(struct ftrace_stat *stat, const struct trace_record *r, int64_t line)
{
	g_autofree char *key = batch_key(r);
	g_autofree char *name = batch_name(r);
	const struct open_batch *batch = g_hash_table_lookup(stat->pending->batches, key);
	const int64_t n = r->arg[0];

	if (batch == NULL)
		return;
	if (n > 0) {
		const int64_t length_ns = r->t_ns - batch->t_ns;
		g_autofree char *text = g_strdup_printf("%s bl=%" PRId64, name, batch->limit);

		note(stat, FIGURE_BATCH_CALLBACKS, n);
		note(stat, FIGURE_BATCH_LIMIT, batch->limit);
		note(stat, FIGURE_BATCH_LENGTH, length_ns);
		if (n >= 10 && length_ns >= 0 && length_ns < INT64_MAX / 1000)
			note(stat, FIGURE_CALLBACK_PS, length_ns * 1000 / n);
		add_step(stat, r, line, STREAM_BATCHES, text, n);
	}
	g_hash_table_remove(stat->pending->batches, key);
}

static void on_invoke(struct ftrace_stat *stat, const struct trace_record *r)
{
	int64_t queued_ns;

	if (take(stat->pending->callbacks, &r->arg[0], &queued_ns))
		note(stat, FIGURE_CALLBACK_DELAY, r->t_ns - queued_ns);
}

static void on_switch(struct ftrace_stat *stat, const struct trace_record *r)
{
	int64_t woken_ns;

	if (!take(stat->pending->wakings, &r->arg[2], &woken_ns))
		return;
	if (strcmp(r->other, "rcu_preempt") == 0 || strcmp(r->other, "rcu_sched") == 0)
		note(stat, FIGURE_WAKE_GP_KTHREAD, r->t_ns - woken_ns);
	else if (g_str_has_prefix(r->other, "rcuog/"))
		note(stat, FIGURE_WAKE_RCUOG, r->t_ns - woken_ns);
	else if (g_str_has_prefix(r->other, "rcuop/") || g_str_has_prefix(r->other, "rcuos/"))
		note(stat, FIGURE_WAKE_RCUOP, r->t_ns - woken_ns);
}

static void on_softirq(struct ftrace_stat *stat, const struct trace_record *r)
{
	const int64_t cpu = r->context.cpu;
	int64_t entry_ns;

	if (r->arg[0] != RCU_SOFTIRQ_VECTOR)
		return;
	if (r->event == TRACE_SOFTIRQ_ENTRY)
		g_hash_table_replace(stat->pending->softirqs, boxed(cpu), boxed(r->t_ns));
	else if (take(stat->pending->softirqs, &cpu, &entry_ns))
		note(stat, FIGURE_RCU_SOFTIRQ, r->t_ns - entry_ns);
}

static void add_event(struct ftrace_stat *stat, const struct trace_record *r, int64_t line)
{
	begin_steps(stat, r);
	switch ((int)r->event) { /* the others say nothing for a figure */
	case TRACE_RCU_GRACE_PERIOD:
		on_grace_period(stat, r, line);
		break;
	case TRACE_RCU_FUTURE_GRACE_PERIOD:
		on_future(stat, r);
		break;
	case TRACE_RCU_NOCB_WAKE:
		on_nocb_wake(stat, r, line);
		break;
	case TRACE_RCU_CALLBACK:
		g_hash_table_replace(stat->pending->callbacks, boxed(r->arg[0]), boxed(r->t_ns));
		break;
	case TRACE_RCU_INVOKE_CALLBACK:
		on_invoke(stat, r);
		break;
	case TRACE_RCU_BATCH_START:
		on_batch_start(stat, r, line);
		break;
	case TRACE_RCU_BATCH_END:
		on_batch_end(stat, r, line);
		break;
	case TRACE_SCHED_WAKING: /* the first of several counts */
		if (!g_hash_table_contains(stat->pending->wakings, &r->arg[0]))
			g_hash_table_insert(stat->pending->wakings, boxed(r->arg[0]),
					    boxed(r->t_ns));
		break;
	case TRACE_SCHED_SWITCH:
		on_switch(stat, r);
		break;
	case TRACE_SOFTIRQ_ENTRY:
	case TRACE_SOFTIRQ_EXIT:
		on_softirq(stat, r);
		break;
	default:
		break;
	}
}

void ftrace_stat_add(struct ftrace_stat *stat, const struct ftrace_line *line, int64_t number)
{
	const struct trace_record *r = &line->record;

	stat->n_lines++;
	if (line->kind == FTRACE_LOST)
		stat->n_lost += line->n_lost;
	if (line->kind != FTRACE_EVENT && line->kind != FTRACE_OTHER)
		return;
	if (stat->n_events++ == 0)
		stat->first_ns = r->t_ns;
	stat->last_ns = r->t_ns;
	if (r->context.cpu >= stat->n_cpus)
		stat->n_cpus = r->context.cpu + 1;
	if (line->kind == FTRACE_EVENT) {
		add_event(stat, r, number);
	} else {
		stat->n_unknown++;
		count(stat, stat->unknown, stat->unknown_names, line->event_name);
	}
}

/* --- in the end --- */

static int compare_int64(gconstpointer a, gconstpointer b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void ftrace_stat_finish(struct ftrace_stat *stat)
{
	for (int i = 0; i < FTRACE_N_FIGURES; i++)
		g_array_sort(stat->values[i], compare_int64);
	pending_free(g_steal_pointer(&stat->pending));
}

int64_t ftrace_stat_tenth(const struct ftrace_stat *stat, enum ftrace_figure figure, int n)
{
	const GArray *values = stat->values[figure];
	const guint at = values->len * (guint)n / 10;

	g_assert(values->len > 0);
	return g_array_index(values, int64_t, MIN(at, values->len - 1));
}

int64_t ftrace_stat_mean(const struct ftrace_stat *stat, enum ftrace_figure figure)
{
	const GArray *values = stat->values[figure];
	__int128 sum = 0;

	g_assert(values->len > 0);
	for (guint i = 0; i < values->len; i++)
		sum += g_array_index(values, int64_t, i);
	return (int64_t)(sum / values->len);
}
