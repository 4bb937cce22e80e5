/*
 * Who waits for the objects of kfree_rcu() loops, as the bench does: it looks every so often whether the loops are
 * over, usleep_range(100, 200) between two looks, and then calls kvfree_rcu_barrier().
 */
#include <glib.h>

#include "mm/mm.h"

#define POLL_NS (200 * NSEC_PER_USEC) /* nothing ends the sleep before its last possible end */

struct barrier_task {
	struct mm_world *w;
	struct sim_task *task;
	struct sim_slot timer;
	int64_t n_loops; /* not over yet */
	bool in_barrier;
	struct kvfree_barrier barrier;
};

static void barrier_task_step(void *ctx)
{
	struct barrier_task *t = ctx;

	if (t->n_loops > 0) {
		engine_arm(t->w->m->engine, t->timer, time_add(machine_now_ns(t->w->m), POLL_NS));
		task_block(t->task);
		return;
	}
	if (!t->in_barrier) {
		t->in_barrier = true;
		kvfree_rcu_barrier_begin(&t->barrier, t->w->kvfree, t->task);
	}
	if (!kvfree_rcu_barrier_step(&t->barrier))
		task_exit(t->task);
}

void barrier_task_loop_ended(struct barrier_task *t)
{
	if (t != NULL)
		t->n_loops--;
}

struct barrier_task *barrier_task_new(struct mm_world *w, const char *name, int cpu,
				      int64_t arrive_ns, int64_t n_loops)
{
	struct barrier_task *t = g_new0(struct barrier_task, 1);

	t->w = w;
	t->n_loops = n_loops;
	mm_kvfree(w);
	t->task = task_new(w->m, name, TASK_WORKLOAD, -1, cpu, barrier_task_step, t);
	t->task->body = t;
	t->timer = mm_task_arrival(w, t->task, arrive_ns);
	return t;
}
