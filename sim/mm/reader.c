/*
 * Readers: RCU read-side sections that arrive at a rate, and page faults, which are short ones under the
 * per-VMA lock. Each CPU has a task that serves its arrivals in order; one that finds it busy waits.
 */
#include <glib.h>

#include "mm/mm.h"

enum reader_state { READER_IDLE, READER_HOLD, READER_AWAKE, READER_LEAVE };

struct reader_task {
	struct mm_world *w;
	struct sim_task *task;
	struct reader_task_config config;
	struct sim_slot timer;
	enum reader_state state;
	uint64_t n;         /* arrivals served */
	int64_t arrived_ns; /* of the one being served, or the next one */
	int64_t hold_ns;
	struct srcu_reader section; /* of SRCU */
	int64_t object;             /* that it has looked up */
};

static int64_t gap_ns(const struct reader_task *t)
{
	return dist_sample(&t->config.gap, &t->config.gap_draws.stream, t->config.gap_draws.entity,
			   t->n);
}

static void lock_done(void *ctx)
{
	struct reader_task *t = ctx;

	if (t->config.srcu)
		srcu_read_lock(t->w->srcu, &t->section, t->task->frame.cpu->id);
	else
		rcu_read_lock(t->w->rcu, t->task);
	if (t->config.lookup)
		t->object = typesafe_find(t->w);
}

static void unlock_done(void *ctx)
{
	struct reader_task *t = ctx;
	struct mm_stats *stats = &t->w->stats;
	const int64_t latency_ns = machine_now_ns(t->w->m) - t->arrived_ns;

	/* reference taken, identity checked again: it may be another one of its type by now */
	if (t->config.lookup && !typesafe_is_same(t->w, t->object))
		stats->n_reader_retries++;
	if (t->config.srcu)
		srcu_read_unlock(t->w->srcu, &t->section, t->task->frame.cpu->id);
	else
		rcu_read_unlock(t->w->rcu, t->task);
	if (t->config.fault) {
		stats->n_faults++;
		hist_add(&stats->fault_latency, latency_ns);
	} else {
		stats->n_readers++;
		hist_add(&stats->reader_delay, latency_ns - t->hold_ns);
	}
}

static void exec(struct reader_task *t, int64_t open_ns, bool resched, void (*done)(void *))
{
	frame_exec_open(&t->task->frame, open_ns, resched, done, t);
}

/* The next arrival: now, later, or never. */
static void step_idle(struct reader_task *t)
{
	const int64_t now_ns = machine_now_ns(t->w->m);

	if (t->arrived_ns > t->config.until_ns) {
		task_exit(t->task);
		return;
	}
	if (t->arrived_ns > now_ns) {
		engine_arm(t->w->m->engine, t->timer, t->arrived_ns);
		task_block(t->task);
		return;
	}
	t->hold_ns = dist_sample(t->config.hold, &t->config.hold_draws.stream,
				 t->config.hold_draws.entity, t->n);
	t->state = READER_HOLD;
	exec(t, (t->config.fault ? t->w->m->costs.page_fault : 0) + t->w->m->costs.rcu_read_lock,
	     false, lock_done);
}

static void reader_step(void *ctx)
{
	struct reader_task *t = ctx;

	switch (t->state) {
	case READER_HOLD:
		if (t->config.sleeps) {
			t->state = READER_AWAKE;
			engine_arm(t->w->m->engine, t->timer,
				   time_add(machine_now_ns(t->w->m), t->hold_ns));
			task_block(t->task);
			return;
		}
		t->state = READER_LEAVE;
		exec(t, t->hold_ns, true, unlock_done);
		return;
	case READER_AWAKE:
		t->state = READER_LEAVE;
		exec(t, 0, true, unlock_done);
		return;
	case READER_LEAVE:
		t->n++;
		t->arrived_ns = time_add(t->arrived_ns, gap_ns(t));
		t->state = READER_IDLE;
		/* fall through */
	case READER_IDLE:
	default:
		step_idle(t);
		return;
	}
}

void reader_task_new(struct mm_world *w, const char *name, const struct reader_task_config *config)
{
	struct reader_task *t = g_new0(struct reader_task, 1);

	t->w = w;
	t->config = *config;
	t->arrived_ns = time_add(config->from_ns, gap_ns(t));
	t->n = 1;
	if (config->srcu)
		mm_srcu(w);
	t->task = task_new(w->m, name, TASK_WORKLOAD, config->cpu, config->cpu, reader_step, t);
	t->task->body = t;
	t->timer = mm_task_arrival(w, t->task, t->arrived_ns);
}
