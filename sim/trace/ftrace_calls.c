#include "trace/ftrace_calls.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "base/cpumask.h"
#include "base/units.h"

#define BURST_GAP_NS    (50 * NSEC_PER_USEC) /* calls that are nearer are of one loop */
#define PACE_GAP_NS     (200 * NSEC_PER_MSEC)
#define MAX_BURSTS      1000
#define MAX_TICKS       100000
#define MAX_OBJECTS     100000000 /* on one list: no memory holds more */
#define MAX_OPERATIONS  900000000 /* ticks and calls: what a scenario may have by default, nearly */
#define MAX_SPAN_NS     (INT64_C(900000) * NSEC_PER_SEC)
#define DEFAULT_HZ      250
#define MIN_SEEN_TICKS  3
#define MIN_FIT_PERCENT 90

/* @n calls by one CPU between two instants. */
struct burst {
	int cpu;
	int64_t n, first_ns, last_ns;
};

/* One CPU's list, as far as it has been seen. */
struct cpu_calls {
	int64_t len;          /* when it was last printed; -1: not yet */
	int64_t n_retired;    /* invoked since then */
	int64_t seen_ns;      /* when that was; -1: not yet */
	int64_t unseen_ns;    /* the first sign of calls that are not printed; -1: none */
	int unseen_pid;       /* whose they are */
	int64_t task_off_ns;  /* when that task last left the CPU; -1: not since */
	int64_t last_tick_ns; /* -1: none */
	struct burst burst;   /* of calls that were printed; n = 0: none */
};

struct reader {
	int64_t since_ns;
};

struct ftrace_calls {
	GHashTable *cpus; /* CPU -> struct cpu_calls */
	GArray *bursts;   /* struct burst */
	int64_t n_left_out;
	GArray *tick_gaps;  /* int64_t: between ticks of one CPU */
	int64_t tick_ns;    /* a tick's instant; -1: none seen */
	bool ticks_are_rcu; /* from rcu_utilization, else from local_timer_entry */
	struct cpumask seen, offloaded, leaders, kthreads;
	int n_cpus;
	bool preemptible, has_flavour;
	int64_t first_ns, last_ns;
	GHashTable *readers; /* pid -> struct reader: preempted inside a section */
	int64_t n_readers, readers_ns;
};

struct ftrace_calls *ftrace_calls_new(void)
{
	struct ftrace_calls *calls = g_new0(struct ftrace_calls, 1);

	calls->cpus = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	calls->readers = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	calls->bursts = g_array_new(false, true, sizeof(struct burst));
	calls->tick_gaps = g_array_new(false, true, sizeof(int64_t));
	calls->tick_ns = -1;
	calls->first_ns = -1;
	return calls;
}

void ftrace_calls_free(struct ftrace_calls *calls)
{
	if (calls == NULL)
		return;
	g_hash_table_unref(calls->cpus);
	g_hash_table_unref(calls->readers);
	g_array_unref(calls->bursts);
	g_array_unref(calls->tick_gaps);
	g_free(calls);
}

static struct cpu_calls *calls_of(struct ftrace_calls *calls, int cpu)
{
	struct cpu_calls *c = g_hash_table_lookup(calls->cpus, GINT_TO_POINTER(cpu));

	if (c != NULL)
		return c;
	c = g_new(struct cpu_calls, 1);
	*c = (struct cpu_calls){
		.len = -1, .seen_ns = -1, .unseen_ns = -1, .task_off_ns = -1, .last_tick_ns = -1
	};
	g_hash_table_insert(calls->cpus, GINT_TO_POINTER(cpu), c);
	return c;
}

/* --- bursts --- */

static void end_burst(struct ftrace_calls *calls, const struct burst *burst)
{
	if (burst->n == 0)
		return;
	if (calls->bursts->len == MAX_BURSTS)
		calls->n_left_out += burst->n;
	else
		g_array_append_vals(calls->bursts, burst, 1);
}

/* Calls that were not printed: the list is longer by @n than what was seen explains. */
static void add_unseen(struct ftrace_calls *calls, struct cpu_calls *c, int cpu, int64_t n,
		       int64_t now_ns)
{
	struct burst burst = { .cpu = cpu, .n = n, .first_ns = now_ns, .last_ns = now_ns };

	if (c->unseen_ns >= 0)
		burst.first_ns = c->unseen_ns;
	else if (c->seen_ns >= 0)
		burst.first_ns = c->seen_ns; /* the flood went on */
	if (c->task_off_ns >= burst.first_ns)
		burst.last_ns = c->task_off_ns;
	c->unseen_ns = -1;
	c->task_off_ns = -1;
	if (n <= 0)
		return;
	if (c->burst.n > 0 && burst.first_ns - c->burst.last_ns <= BURST_GAP_NS) {
		c->burst.n += n;
		c->burst.last_ns = MAX(burst.last_ns, c->burst.last_ns);
	} else {
		end_burst(calls, &c->burst);
		c->burst = burst;
	}
}

/* The list of @cpu is @len long now, of which @n_seen are new and printed. */
static void list_is(struct ftrace_calls *calls, int cpu, int64_t len, int64_t n_seen,
		    int64_t now_ns)
{
	struct cpu_calls *c = calls_of(calls, cpu);
	const int64_t before = c->len < 0 ? 0 : c->len - c->n_retired;

	if (len < 0 || len > MAX_OBJECTS)
		return; /* no list is that long */
	if (c->len >= 0 || n_seen == 0)
		add_unseen(calls, c, cpu, len - before - n_seen, now_ns);
	c->len = len;
	c->seen_ns = now_ns;
	c->n_retired = 0;
}

static void on_callback(struct ftrace_calls *calls, const struct trace_record *r)
{
	const int cpu = r->context.cpu;
	struct cpu_calls *c = calls_of(calls, cpu);

	list_is(calls, cpu, r->arg[1], 1, r->t_ns);
	if (c->burst.n > 0 &&
	    (r->t_ns < c->burst.last_ns || r->t_ns - c->burst.last_ns > BURST_GAP_NS)) {
		end_burst(calls, &c->burst);
		c->burst.n = 0;
	}
	if (c->burst.n == 0)
		c->burst = (struct burst){ .cpu = cpu, .first_ns = r->t_ns };
	c->burst.n++;
	c->burst.last_ns = r->t_ns;
}

/* "rcuop/12" -> 12; -1: not such a name. */
static int cpu_of_name(const char *comm, const char *prefix)
{
	char *end;
	guint64 cpu;

	if (!g_str_has_prefix(comm, prefix) || !g_ascii_isdigit(comm[strlen(prefix)]))
		return -1;
	cpu = g_ascii_strtoull(comm + strlen(prefix), &end, 10);
	return *end == '\0' && cpu < SIM_MAX_CPUS ? (int)cpu : -1;
}

/* Whose callbacks a batch invokes: rcuop's CPU is in its name. */
static int owner_of(const struct trace_record *r)
{
	const int cpu = cpu_of_name(r->context.comm, "rcuop/");
	const int sched = cpu >= 0 ? cpu : cpu_of_name(r->context.comm, "rcuos/");

	return sched >= 0 ? sched : r->context.cpu;
}

/* A call that will not be printed, or may not be. */
static void on_nocb_wake(struct ftrace_calls *calls, const struct trace_record *r)
{
	struct cpu_calls *c;

	if (r->arg[0] < 0 || r->arg[0] >= SIM_MAX_CPUS || !g_str_has_prefix(r->text, "First"))
		return;
	cpumask_set_cpu(&calls->offloaded, (int)r->arg[0]);
	c = calls_of(calls, (int)r->arg[0]);
	if (c->unseen_ns < 0) {
		c->unseen_ns = r->t_ns;
		c->unseen_pid = r->context.pid;
		c->task_off_ns = -1;
	}
}

/* The first callbacks that a trace without rcu_callback shows are those that get a grace period. */
static void on_grace_period(struct ftrace_calls *calls, const struct trace_record *r)
{
	struct cpu_calls *c = calls_of(calls, r->context.cpu);

	if (g_str_has_prefix(r->text, "Acc") && c->len < 0 && c->unseen_ns < 0) {
		c->unseen_ns = r->t_ns;
		c->unseen_pid = r->context.pid;
	}
}

static void on_switch(struct ftrace_calls *calls, const struct trace_record *r)
{
	struct cpu_calls *c = calls_of(calls, r->context.cpu);

	if (c->unseen_ns >= 0 && r->context.pid == c->unseen_pid)
		c->task_off_ns = r->t_ns;
}

/* --- the machine --- */

static void on_tick(struct ftrace_calls *calls, const struct trace_record *r, bool is_rcu)
{
	struct cpu_calls *c = calls_of(calls, r->context.cpu);
	const int64_t gap_ns = r->t_ns - c->last_tick_ns;

	if (is_rcu && !calls->ticks_are_rcu) {
		calls->ticks_are_rcu = true; /* local_timer_entry has other timers, too */
		g_array_set_size(calls->tick_gaps, 0);
		c->last_tick_ns = -1;
	}
	if (is_rcu != calls->ticks_are_rcu)
		return;
	if (c->last_tick_ns >= 0 && gap_ns > 0 && calls->tick_gaps->len < MAX_TICKS)
		g_array_append_val(calls->tick_gaps, gap_ns);
	c->last_tick_ns = r->t_ns;
	if (calls->tick_ns < 0 || is_rcu)
		calls->tick_ns = r->t_ns;
}

static void on_reader(struct ftrace_calls *calls, const struct trace_record *r)
{
	void *pid = GINT_TO_POINTER((int)(r->arg[1] & INT32_MAX));
	struct reader *reader = g_hash_table_lookup(calls->readers, pid);

	if (r->event == TRACE_RCU_PREEMPT_TASK && reader == NULL) {
		reader = g_new(struct reader, 1);
		reader->since_ns = r->t_ns;
		g_hash_table_insert(calls->readers, pid, reader);
	} else if (r->event == TRACE_RCU_UNLOCK_PREEMPTED_TASK && reader != NULL &&
		   strcmp(r->name, "rcu_preempt-GPS") != 0 && r->t_ns >= reader->since_ns) {
		calls->n_readers++;
		calls->readers_ns += MIN(r->t_ns - reader->since_ns, NSEC_PER_SEC);
		g_hash_table_remove(calls->readers, pid);
	}
}

static void see(struct ftrace_calls *calls, const struct trace_record *r)
{
	const char *comm = r->context.comm;
	const int op = MAX(cpu_of_name(comm, "rcuop/"), cpu_of_name(comm, "rcuos/"));
	const int og = cpu_of_name(comm, "rcuog/");

	calls->n_cpus = MAX(calls->n_cpus, MAX(r->context.cpu, MAX(op, og)) + 1);
	if (op >= 0)
		cpumask_set_cpu(&calls->offloaded, op);
	if (op >= 0 || og >= 0 || strcmp(comm, "rcu_preempt") == 0 ||
	    strcmp(comm, "rcu_sched") == 0)
		cpumask_set_cpu(&calls->kthreads, r->context.cpu);
	if (strcmp(r->name, "rcu_preempt") == 0 || strcmp(r->name, "rcu_sched") == 0) {
		calls->has_flavour = true;
		calls->preemptible = strcmp(r->name, "rcu_preempt") == 0;
	}
	if (calls->first_ns < 0)
		calls->first_ns = r->t_ns;
	calls->last_ns = MAX(calls->last_ns, r->t_ns);
}

void ftrace_calls_add(struct ftrace_calls *calls, const struct trace_record *r)
{
	if (r->context.cpu >= SIM_MAX_CPUS) {
		calls->n_cpus = SIM_MAX_CPUS + 1;
		return;
	}
	see(calls, r);
	switch ((int)r->event) {
	case TRACE_RCU_CALLBACK:
		on_callback(calls, r);
		break;
	case TRACE_RCU_BATCH_START:
		list_is(calls, owner_of(r), r->arg[0], 0, r->t_ns);
		break;
	case TRACE_RCU_BATCH_END:
		if (r->arg[0] > 0 && r->arg[0] <= INT32_MAX)
			calls_of(calls, owner_of(r))->n_retired += r->arg[0];
		break;
	case TRACE_RCU_NOCB_WAKE:
		on_nocb_wake(calls, r);
		break;
	case TRACE_RCU_GRACE_PERIOD:
		on_grace_period(calls, r);
		break;
	case TRACE_SCHED_SWITCH:
		on_switch(calls, r);
		break;
	case TRACE_RCU_UTILIZATION:
		if (strcmp(r->text, "Start scheduler-tick") == 0)
			on_tick(calls, r, true);
		break;
	case TRACE_LOCAL_TIMER_ENTRY:
		on_tick(calls, r, false);
		break;
	case TRACE_RCU_PREEMPT_TASK:
	case TRACE_RCU_UNLOCK_PREEMPTED_TASK:
		on_reader(calls, r);
		break;
	default:
		break;
	}
}

/* --- HZ --- */

static bool fits(const GArray *gaps, int64_t period_ns)
{
	guint n_fit = 0;

	for (guint i = 0; i < gaps->len; i++) {
		const int64_t gap_ns = g_array_index(gaps, int64_t, i);
		const int64_t off_ns = gap_ns % period_ns;
		const int64_t near_ns = MIN(off_ns, period_ns - off_ns);

		n_fit += gap_ns > period_ns / 2 && near_ns * 20 <= period_ns;
	}
	return n_fit * 100 >= gaps->len * MIN_FIT_PERCENT;
}

/* The longest tick period of usual kernels that the gaps are multiples of; 0: too few were seen, or none fits. */
static int64_t guess_hz(const struct ftrace_calls *calls)
{
	static const int candidates[] = { 100, 250, 300, 1000 };

	if (calls->tick_gaps->len < MIN_SEEN_TICKS)
		return 0;
	for (size_t i = 0; i < G_N_ELEMENTS(candidates); i++)
		if (fits(calls->tick_gaps, NSEC_PER_SEC / candidates[i]))
			return candidates[i];
	return 0;
}

/* --- the scenario --- */

static int compare_bursts(gconstpointer a, gconstpointer b)
{
	const struct burst *x = a, *y = b;

	if (x->cpu != y->cpu)
		return x->cpu - y->cpu;
	return (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
}

/* All of them, those under way included, by CPU and time. */
static GArray *all_bursts(const struct ftrace_calls *calls)
{
	GArray *bursts = g_array_copy(calls->bursts);
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, calls->cpus);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct cpu_calls *c = value;

		if (c->burst.n > 0)
			g_array_append_val(bursts, c->burst);
	}
	g_array_sort(bursts, compare_bursts);
	return bursts;
}

/* How many single calls from @i on are made at a pace, and the mean pause between them. */
static guint paced_calls(const GArray *bursts, guint i, int64_t *ret_pause_ns)
{
	const struct burst *first = &g_array_index(bursts, struct burst, i);
	const struct burst *last = first;
	guint n = 1;

	while (i + n < bursts->len) {
		const struct burst *next = &g_array_index(bursts, struct burst, i + n);

		if (next->n != 1 || next->cpu != first->cpu ||
		    next->first_ns - last->first_ns > PACE_GAP_NS)
			break;
		last = next;
		n++;
	}
	*ret_pause_ns = n > 1 ? (last->first_ns - first->first_ns) / (n - 1) : 0;
	return n;
}

static void print_workload(const GArray *bursts, int64_t base_ns, FILE *out)
{
	const char *comma = "";
	int id = 0;

	for (guint i = 0; i < bursts->len;) {
		const struct burst *burst = &g_array_index(bursts, struct burst, i);
		const int64_t from_ns = burst->first_ns - base_ns;
		const int64_t length_us = (burst->last_ns - burst->first_ns) / 1000;
		int64_t pause_ns = 0;
		const guint n_paced = burst->n == 1 ? paced_calls(bursts, i, &pause_ns) : 0;

		if (n_paced > 0) {
			fprintf(out,
				"%s\n    { \"id\": \"calls-%d\", \"kind\": \"call-rcu\", \"cpus\": "
				"\"%d\", \"calls\": %u, \"pause\": \"%" PRId64
				"ns\", \"arrive\": { \"from\": \"%" PRId64 "ns\" } }",
				comma, ++id, burst->cpu, n_paced, pause_ns, from_ns);
			i += n_paced;
		} else {
			fprintf(out,
				"%s\n    { \"id\": \"calls-%d\", \"kind\": \"free-loop\", \"cpus\": "
				"\"%d\", \"objects\": %" PRId64
				", \"arrive\": { \"from\": \"%" PRId64
				"ns\" }, \"comment\": \"took %" PRId64 " us\" }",
				comma, ++id, burst->cpu, burst->n, from_ns, length_us);
			i++;
		}
		comma = ",";
	}
}

/* Preempted sections are the long ones: as many of them, of their mean length, at any time. */
static void print_readers(const struct ftrace_calls *calls, FILE *out)
{
	const int64_t span_ns = MAX(calls->last_ns - calls->first_ns, 1);
	const __int128 rate = (__int128)calls->n_readers * NSEC_PER_SEC / span_ns;

	if (calls->n_readers == 0)
		return;
	fprintf(out,
		",\n    { \"id\": \"readers\", \"kind\": \"reader\", \"rate_per_s\": %" PRId64
		", \"hold\": \"%" PRId64 "ns\", \"comment\": \"%" PRId64
		" sections were preempted\" }",
		(int64_t)CLAMP(rate, 1, 1000000), calls->readers_ns / calls->n_readers,
		calls->n_readers);
}

/* @text as JSON has it in a string. */
static char *json_escape(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *json = g_string_new(NULL);

	for (const char *p = valid; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_c(json, '\\');
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			g_string_append_c(json, '?');
		else
			g_string_append_c(json, *p);
	}
	return g_string_free(json, false);
}

static char *mask_text(const struct cpumask *mask, int n_cpus)
{
	struct cpumask cut = { 0 };

	for (int cpu = 0; cpu < MIN(n_cpus, SIM_MAX_CPUS); cpu++)
		if (cpumask_test_cpu(mask, cpu))
			cpumask_set_cpu(&cut, cpu);
	return cpumask_format(&cut);
}

/* The tick at or before the first call, less two: there the scenario begins, so that calls keep their phase. */
static int64_t base_of(const struct ftrace_calls *calls, const GArray *bursts, int64_t period_ns)
{
	int64_t first_ns = calls->first_ns, phase_ns;

	for (guint i = 0; i < bursts->len; i++)
		if (i == 0 || g_array_index(bursts, struct burst, i).first_ns < first_ns)
			first_ns = g_array_index(bursts, struct burst, i).first_ns;
	phase_ns = calls->tick_ns < 0 ? 0 : calls->tick_ns % period_ns;
	return first_ns - (first_ns - phase_ns) % period_ns - 2 * period_ns;
}

/* Ticks of all CPUs, calls, and readers. */
static bool is_too_much(const struct ftrace_calls *calls, const GArray *bursts, int64_t span_ns,
			int64_t period_ns)
{
	__int128 n = (__int128)(span_ns / period_ns + 1000) * calls->n_cpus + calls->n_readers * 4;

	for (guint i = 0; i < bursts->len; i++)
		n += g_array_index(bursts, struct burst, i).n;
	return n > MAX_OPERATIONS;
}

char *ftrace_calls_print_scenario(const struct ftrace_calls *calls, const char *name,
				  const char *from, FILE *out)
{
	const int64_t hz = guess_hz(calls);
	const int64_t period_ns = NSEC_PER_SEC / (hz > 0 ? hz : DEFAULT_HZ);
	g_autoptr(GArray) bursts = all_bursts(calls);
	const int64_t base_ns = base_of(calls, bursts, period_ns);
	g_autofree char *nocbs = mask_text(&calls->offloaded, calls->n_cpus);
	g_autofree char *kthreads = mask_text(&calls->kthreads, calls->n_cpus);
	const int n_kthread_cpus = cpumask_weight(&calls->kthreads);
	const bool some = n_kthread_cpus > 0 && n_kthread_cpus < calls->n_cpus;
	g_autofree char *json_name = json_escape(name);
	g_autofree char *json_from = json_escape(from);

	if (calls->n_cpus > SIM_MAX_CPUS)
		return g_strdup_printf("found a CPU above %d; no more are accepted",
				       SIM_MAX_CPUS - 1);
	if (calls->last_ns - base_ns > MAX_SPAN_NS || calls->last_ns < calls->first_ns)
		return g_strdup("found times that are more than 900000 s apart");
	if (is_too_much(calls, bursts, calls->last_ns - base_ns, period_ns))
		return g_strdup_printf("found more than %d ticks and calls; no more are accepted",
				       MAX_OPERATIONS);
	if (bursts->len == 0)
		return g_strdup("found no call of call_rcu() and no batch; expected rcu_callback, "
				"rcu_nocb_wake or rcu_batch_start events");
	fprintf(out,
		"{\n"
		"  \"comment\": \"from %s; HZ %s; kthreads ran on CPUs %s; %" PRId64
		" calls left out\",\n"
		"  \"schema_version\": 1,\n"
		"  \"name\": \"%s\",\n"
		"  \"question\": \"What would other parameters do to the calls of %s?\",\n"
		"  \"seed\": 1,\n"
		"  \"duration\": \"%" PRId64 "ms\",\n"
		"  \"machine\": { \"cpus\": %d, \"hz\": %" PRId64 ", \"preempt\": \"%s\"%s%s%s },\n"
		"  \"rcu\": { \"rcu_nocbs\": \"%s\" },\n"
		"  \"policies\": { \"per-vma\": {} },\n"
		"  \"workload\": [",
		json_from, hz > 0 ? "from the ticks" : "unknown, so the default", kthreads,
		calls->n_left_out, json_name, json_name,
		(calls->last_ns - base_ns) / NSEC_PER_MSEC + 500, calls->n_cpus,
		NSEC_PER_SEC / period_ns,
		calls->has_flavour && !calls->preemptible ? "none" : "voluntary",
		some ? ", \"housekeeping\": \"" : "", some ? kthreads : "", some ? "\"" : "",
		nocbs);
	print_workload(bursts, base_ns, out);
	print_readers(calls, out);
	fprintf(out, "\n  ]\n}\n");
	return NULL;
}
