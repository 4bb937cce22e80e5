/*
 * A task that waits for RCU, call after call: synchronize_rcu(), synchronize_rcu_expedited(), rcu_barrier(), or by
 * polling. What is measured is how long each call keeps it.
 */
#include <glib.h>

#include "mm/mm.h"

enum synchronize_state { SYNC_TASK_PAUSED, SYNC_TASK_CALL, SYNC_TASK_COOKIE, SYNC_TASK_POLL };

struct synchronize_task {
	struct mm_world *w;
	struct synchronize_task_config config;
	struct sim_slot timer;
	enum synchronize_state state;
	struct rcu_sync sync;
	int64_t n_done, start_ns;
	int64_t oldstate;
	struct rcu_gp_oldstate oldstate_full;
	struct sim_task *task;
	bool looked;        /* cond: the cookie has got its age */
	int64_t n_queued[]; /* of ->sync */
};

static struct hist *latency_of(struct synchronize_task *t)
{
	struct mm_stats *stats = &t->w->stats;

	switch (t->config.method) {
	case SYNCHRONIZE_EXPEDITED:
		return &stats->expedited_latency;
	case SYNCHRONIZE_BARRIER:
		return &stats->barrier_latency;
	case SYNCHRONIZE_RCU:
	case SYNCHRONIZE_POLL:
	case SYNCHRONIZE_POLL_FULL:
	case SYNCHRONIZE_COND:
	default:
		return &stats->synchronize_latency;
	}
}

static void sleep_for(struct synchronize_task *t, int64_t ns)
{
	engine_arm(t->w->m->engine, t->timer, time_add(machine_now_ns(t->w->m), ns));
	task_block(t->task);
}

/* --- polling --- */

static void cookie_done(void *ctx)
{
	struct synchronize_task *t = ctx;
	struct rcu_state *rcu = t->w->rcu;
	struct rcu_data *rdp = &rcu->rdp[t->task->frame.cpu->id];

	if (t->config.method == SYNCHRONIZE_POLL)
		t->oldstate = start_poll_synchronize_rcu(rdp, &t->task->frame);
	else if (t->config.method == SYNCHRONIZE_POLL_FULL)
		start_poll_synchronize_rcu_full(rdp, &t->oldstate_full, &t->task->frame);
	else
		t->oldstate = get_state_synchronize_rcu(rcu);
	t->state = SYNC_TASK_POLL;
}

static bool cookie_is_done(struct synchronize_task *t)
{
	if (t->config.method == SYNCHRONIZE_POLL_FULL)
		return poll_state_synchronize_rcu_full(t->w->rcu, &t->oldstate_full);
	return poll_state_synchronize_rcu(t->w->rcu, t->oldstate);
}

/* --- the task --- */

static void begin_call(struct synchronize_task *t)
{
	t->start_ns = machine_now_ns(t->w->m);
	t->looked = false;
	t->state = SYNC_TASK_CALL;
	switch (t->config.method) {
	case SYNCHRONIZE_RCU:
		synchronize_rcu_begin(&t->sync);
		break;
	case SYNCHRONIZE_EXPEDITED:
		synchronize_rcu_expedited_begin(&t->sync);
		break;
	case SYNCHRONIZE_BARRIER:
		rcu_barrier_begin(&t->sync);
		break;
	case SYNCHRONIZE_POLL:
	case SYNCHRONIZE_POLL_FULL:
	case SYNCHRONIZE_COND:
	default:
		t->state = SYNC_TASK_COOKIE;
		break;
	}
}

static void end_call(struct synchronize_task *t)
{
	hist_add(latency_of(t), machine_now_ns(t->w->m) - t->start_ns);
	t->n_done++;
	t->state = SYNC_TASK_PAUSED;
}

/* Whether the task sleeps before its next call. */
static bool begin_pause(struct synchronize_task *t)
{
	const int64_t pause_ns = dist_sample(t->config.pause, &t->config.pause_draws.stream,
					     t->config.pause_draws.entity, (uint64_t)t->n_done);

	if (pause_ns > 0)
		sleep_for(t, pause_ns);
	return pause_ns > 0;
}

/* After a cookie: another look, or the rest of cond_synchronize_rcu(). */
static bool step_poll(struct synchronize_task *t)
{
	if (cookie_is_done(t))
		return false;
	if (t->config.method != SYNCHRONIZE_COND || !t->looked) {
		t->looked = true;
		sleep_for(t, t->config.poll_every_ns);
		return true;
	}
	synchronize_rcu_begin(&t->sync);
	t->state = SYNC_TASK_CALL;
	return rcu_sync_step(&t->sync);
}

/* The call's next operation; false: it returns. */
static bool step_call(struct synchronize_task *t)
{
	switch (t->state) {
	case SYNC_TASK_COOKIE:
		frame_exec_open(&t->task->frame, t->w->m->costs.synchronize_rcu, false, cookie_done,
				t);
		return true;
	case SYNC_TASK_POLL:
		return step_poll(t);
	case SYNC_TASK_CALL:
	case SYNC_TASK_PAUSED:
	default:
		return rcu_sync_step(&t->sync);
	}
}

static void synchronize_task_step(void *ctx)
{
	struct synchronize_task *t = ctx;

	for (;;) {
		if (t->state == SYNC_TASK_PAUSED)
			begin_call(t);
		if (step_call(t))
			return;
		end_call(t);
		if (t->n_done == t->config.calls) {
			task_exit(t->task);
			return;
		}
		if (begin_pause(t))
			return;
	}
}

void synchronize_task_new(struct mm_world *w, const char *name,
			  const struct synchronize_task_config *config)
{
	struct synchronize_task *t = g_malloc0(sizeof(*t) + (gsize)w->m->n_cpus * sizeof(int64_t));

	t->w = w;
	t->config = *config;
	t->task = task_new(w->m, name, TASK_WORKLOAD, config->cpu, config->cpu,
			   synchronize_task_step, t);
	t->task->body = t;
	rcu_sync_init(&t->sync, w->rcu, t->task, t->n_queued);
	t->timer = mm_task_arrival(w, t->task, config->arrive_ns);
}
