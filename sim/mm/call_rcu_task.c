/* A task that calls call_rcu() for objects of its own, at a pace or as fast as it can. */
#include <glib.h>

#include "mm/mm.h"

struct call_rcu_task {
	struct mm_world *w;
	struct sim_task *task;
	struct call_rcu_task_config config;
	struct sim_slot timer;
	struct rcu_cb cb;
	int64_t n_done;
	bool pausing;
};

static struct rcu_data *task_rdp(struct call_rcu_task *t)
{
	return &t->w->rcu->rdp[t->task->frame.cpu->id];
}

static void call_done(void *ctx)
{
	struct call_rcu_task *t = ctx;
	const struct op_times now = { .first_end_ns = machine_now_ns(t->w->m), .period = 1 };

	unfreed_unlink(t->w, 1, t->cb.bytes, &now);
	if (t->config.hurry)
		call_rcu_hurry(task_rdp(t), &t->cb, &t->task->frame, false);
	else
		call_rcu(task_rdp(t), &t->cb, &t->task->frame, false);
	t->n_done++;
	t->pausing = true;
}

static void call_run(void *ctx, int64_t n, const struct op_times *times)
{
	struct call_rcu_task *t = ctx;

	unfreed_unlink(t->w, n, t->cb.bytes, times);
	if (t->config.hurry)
		call_rcu_hurry_run(task_rdp(t), &t->cb, n, times->first_end_ns, times->short_ns);
	else
		call_rcu_run(task_rdp(t), &t->cb, n, times->first_end_ns, times->short_ns);
	t->n_done += n;
}

static void exec_call(struct call_rcu_task *t)
{
	const struct dist *pause = t->config.pause;
	const bool flood = pause->kind == DIST_FIXED && pause->value == 0;
	const int64_t n = flood ? t->config.calls - t->n_done : 1;
	const struct call_rcu_plan plan = t->config.hurry ? call_rcu_hurry_plan(task_rdp(t), n)
							  : call_rcu_plan(task_rdp(t), n);
	const struct sim_op op = { .open_ns = t->w->m->costs.free_loop_body +
					      t->w->m->costs.cond_resched,
				   .closed_ns = plan.closed_ns,
				   .lock = plan.lock,
				   .resched = true,
				   .jiffy_bound = plan.jiffy_bound,
				   .done = call_done,
				   .apply = call_run,
				   .ctx = t,
				   .n = plan.n };

	frame_exec(&t->task->frame, &op);
}

/* Whether the task sleeps before its next call. */
static bool begin_pause(struct call_rcu_task *t)
{
	const int64_t pause_ns = dist_sample(t->config.pause, &t->config.pause_draws.stream,
					     t->config.pause_draws.entity, (uint64_t)t->n_done);

	if (pause_ns == 0)
		return false;
	engine_arm(t->w->m->engine, t->timer, time_add(machine_now_ns(t->w->m), pause_ns));
	task_block(t->task);
	return true;
}

static void call_rcu_task_step(void *ctx)
{
	struct call_rcu_task *t = ctx;
	const bool pausing = t->pausing;

	t->pausing = false;
	if (t->n_done == t->config.calls)
		task_exit(t->task);
	else if (!pausing || !begin_pause(t))
		exec_call(t);
}

void call_rcu_task_new(struct mm_world *w, const char *name,
		       const struct call_rcu_task_config *config)
{
	struct call_rcu_task *t = g_new0(struct call_rcu_task, 1);

	t->w = w;
	t->config = *config;
	t->cb = mm_cb(w, &mm_cb_object, 1, config->object_bytes);
	t->task = task_new(w->m, name, TASK_WORKLOAD, config->cpu, config->cpu, call_rcu_task_step,
			   t);
	t->task->body = t;
	t->timer = mm_task_arrival(w, t->task, config->arrive_ns);
}
