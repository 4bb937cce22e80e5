/* What the tasks of a workload have in common: they arrive. */
#include <glib.h>

#include "mm/mm.h"

static void arrival(void *ctx)
{
	task_wake_by_hrtimer(ctx);
}

struct sim_slot mm_task_timer(struct mm_world *w, struct sim_task *task)
{
	return engine_slot_new(w->m->engine, SIM_RANK_ARRIVAL, task->id, arrival, task);
}

struct sim_slot mm_task_arrival(struct mm_world *w, struct sim_task *task, int64_t t_ns)
{
	const struct sim_slot slot = mm_task_timer(w, task);

	engine_arm(w->m->engine, slot, t_ns);
	return slot;
}
