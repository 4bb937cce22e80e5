/*
 * A task that reclaims memory now and then: as "echo 2 > /proc/sys/vm/drop_caches", it calls RCU's shrinkers, and they
 * give up all that they have.
 */
#include <glib.h>

#include "mm/mm.h"

struct reclaim_task {
	struct mm_world *w;
	struct sim_task *task;
	struct reclaim_task_config config;
	struct sim_slot timer;
	struct lazy_rcu_shrink_scan scan;
	int64_t n_done;
	enum { SHRINKER_NONE, SHRINKER_LAZY, SHRINKER_KFREE } shrinker; /* under way */
};

/* Sleep until the next call; false if it follows at once. */
static bool begin_pause(struct reclaim_task *t)
{
	const int64_t pause_ns = dist_sample(t->config.pause, &t->config.pause_draws.stream,
					     t->config.pause_draws.entity, (uint64_t)t->n_done);

	if (pause_ns == 0)
		return false;
	engine_arm(t->w->m->engine, t->timer, time_add(machine_now_ns(t->w->m), pause_ns));
	task_block(t->task);
	return true;
}

static void kfree_shrink_done(void *ctx)
{
	struct reclaim_task *t = ctx;

	kfree_rcu_shrink(t->w->kvfree, &t->task->frame);
}

/* The next operation of one call of all shrinkers; false when it is over. */
static bool shrink_step(struct reclaim_task *t)
{
	if (t->shrinker == SHRINKER_NONE) {
		t->scan = (struct lazy_rcu_shrink_scan){ .rcu = t->w->rcu, .task = t->task };
		t->shrinker = SHRINKER_LAZY;
	}
	if (t->shrinker == SHRINKER_LAZY) {
		if (lazy_rcu_shrink_scan_step(&t->scan))
			return true;
		t->shrinker = SHRINKER_KFREE;
		if (t->w->kvfree != NULL) {
			frame_exec_open(&t->task->frame, 0, false, kfree_shrink_done, t);
			return true;
		}
	}
	t->shrinker = SHRINKER_NONE;
	return false;
}

static void reclaim_task_step(void *ctx)
{
	struct reclaim_task *t = ctx;

	for (;;) {
		if (shrink_step(t))
			return;
		t->n_done++;
		if (t->n_done == t->config.calls) {
			task_exit(t->task);
			return;
		}
		if (begin_pause(t))
			return;
	}
}

void reclaim_task_new(struct mm_world *w, const char *name,
		      const struct reclaim_task_config *config)
{
	struct reclaim_task *t = g_new0(struct reclaim_task, 1);

	t->w = w;
	t->config = *config;
	t->task =
		task_new(w->m, name, TASK_WORKLOAD, config->cpu, config->cpu, reclaim_task_step, t);
	t->task->body = t;
	t->timer = mm_task_arrival(w, t->task, config->arrive_ns);
}
