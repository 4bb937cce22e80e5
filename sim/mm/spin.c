/*
 * A task that keeps its CPU busy: an application in user mode, or a loop in the kernel, with cond_resched() or
 * without; this one may be a reader for all its time, or run with preemption disabled. It frees nothing; what it does to grace periods is what it is for (rcu-behaviour.md 3.9).
 */
#include <glib.h>

#include "mm/mm.h"

struct spin_task {
	struct mm_world *w;
	struct sim_task *task;
	struct spin_task_config config;
	int64_t left_ns;
	int64_t op_ns; /* of the operation in flight */
};

static void spin_done(void *ctx)
{
	struct spin_task *t = ctx;

	t->left_ns -= t->op_ns;
}

static void spin_run(void *ctx, int64_t n, const struct op_times *times)
{
	struct spin_task *t = ctx;

	t->left_ns -= n * t->op_ns;
}

/* A kernel loop is steps of equal length, the last of which may be shorter; anything else is one operation. */
static void spin_exec(struct spin_task *t)
{
	const bool steps = t->config.mode == SPIN_KERNEL && t->left_ns > t->config.step_ns;
	const int64_t n = steps ? t->left_ns / t->config.step_ns : 1;
	const struct sim_op op = { .open_ns = steps ? t->config.step_ns : t->left_ns,
				   .resched = t->config.mode == SPIN_KERNEL,
				   .user = t->config.mode == SPIN_USER,
				   .done = spin_done,
				   .apply = spin_run,
				   .ctx = t,
				   .n = n };

	t->op_ns = op.open_ns;
	frame_exec(&t->task->frame, &op);
}

/* The section begins with the first operation, and ends with the last. */
static void spin_enter(struct spin_task *t)
{
	if (t->config.section == SPIN_SECTION_RCU)
		rcu_read_lock(t->w->rcu, t->task);
	t->task->preempt_disabled = t->config.section == SPIN_SECTION_PREEMPT_OFF;
}

static void spin_leave(struct spin_task *t)
{
	if (t->config.section == SPIN_SECTION_RCU)
		rcu_read_unlock(t->w->rcu, t->task);
	t->task->preempt_disabled = false;
}

static void spin_step(void *ctx)
{
	struct spin_task *t = ctx;

	if (t->left_ns == 0) {
		spin_leave(t);
		task_exit(t->task);
		return;
	}
	if (t->left_ns == t->config.run_ns)
		spin_enter(t);
	spin_exec(t);
}

void spin_task_new(struct mm_world *w, const char *name, const struct spin_task_config *config)
{
	struct spin_task *t = g_new0(struct spin_task, 1);

	t->w = w;
	t->config = *config;
	t->left_ns = config->run_ns;
	t->task = task_new(w->m, name, TASK_WORKLOAD, config->cpu, config->cpu, spin_step, t);
	t->task->body = t;
	mm_task_arrival(w, t->task, config->arrive_ns);
}
