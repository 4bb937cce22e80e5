/*
 * munmap(), call after call, by a task that lives on.
 *
 * The tree's store replaces maple nodes, each freed by a call_rcu() of its own if the tree is in RCU mode; then
 * the unlinked VMAs are freed by the policy. What stays on the mm's list stays: nothing drains it at the end
 * of a munmap() (vma-free-policies.md A.0, A.3, A.14).
 */
#include <glib.h>

#include "mm/mm.h"
#include "mm/vma_hooks.h"

enum munmap_state { MUNMAP_CALL, MUNMAP_STORE, MUNMAP_LOOP, MUNMAP_LOOP_END };

struct munmap_task {
	struct mm_world *w;
	struct sim_task *task;
	struct munmap_task_config config;
	struct mm_struct mm;
	struct freeing freeing;
	enum munmap_state state;
	int64_t call, n_vmas, n_nodes, start_ns;
};

static void node_done(void *ctx)
{
	struct munmap_task *t = ctx;
	struct mm_world *w = t->w;
	const struct op_times now = { .first_end_ns = machine_now_ns(w->m), .period = 1 };
	const struct rcu_cb cb = mm_cb(w, &mm_cb_maple_node, 1, w->config.node_size_bytes);

	t->n_nodes--;
	unfreed_unlink(w, 1, w->config.node_size_bytes, &now);
	call_rcu(&w->rcu->rdp[t->task->frame.cpu->id], &cb, &t->task->frame, false);
}

/* One replaced node; false when there is none left. */
static bool store_step(struct munmap_task *t)
{
	const struct call_rcu_plan plan = call_rcu_plan(&t->w->rcu->rdp[t->task->frame.cpu->id], 1);
	const struct sim_op op = {
		.closed_ns = plan.closed_ns, .lock = plan.lock, .done = node_done, .ctx = t
	};

	if (t->n_nodes == 0)
		return false;
	frame_exec(&t->task->frame, &op);
	return true;
}

static void begin_call(struct munmap_task *t)
{
	const struct cost_profile *costs = &t->w->m->costs;
	const struct vma_config *config = &t->w->config;

	t->start_ns = machine_now_ns(t->w->m);
	t->n_vmas = dist_sample(t->config.vmas, &t->config.vmas_draws.stream,
				t->config.vmas_draws.entity, (uint64_t)t->call);
	t->n_nodes = config->maple == VMA_MAPLE_ALWAYS ? config->nodes_per_store : 0;
	t->state = MUNMAP_STORE;
	frame_exec_open(&t->task->frame,
			time_add(costs->munmap, time_mul(t->n_vmas, costs->munmap_vma)), true, NULL,
			NULL);
}

static void begin_loop(struct munmap_task *t)
{
	const struct cost_profile *costs = &t->w->m->costs;
	const struct vma_config *config = &t->w->config;

	freeing_begin(&t->freeing, t->w, t->task, t->w->policy, &t->mm, false,
		      config->size_bytes + config->lock_size_bytes,
		      costs->free_loop_body + costs->cond_resched + costs->remove_vma, t->n_vmas);
	t->state = MUNMAP_LOOP;
}

/* Back in user mode until the next call, or gone. */
static void end_call(struct munmap_task *t)
{
	const struct sim_op pause = {
		.open_ns = dist_sample(t->config.pause, &t->config.pause_draws.stream,
				       t->config.pause_draws.entity, (uint64_t)t->call),
		.user = true,
		.resched = true,
	};

	hist_add(&t->w->stats.munmap_latency, machine_now_ns(t->w->m) - t->start_ns);
	t->state = MUNMAP_CALL;
	if (++t->call == t->config.calls)
		task_exit(t->task);
	else
		frame_exec(&t->task->frame, &pause);
}

static void munmap_step(void *ctx)
{
	struct munmap_task *t = ctx;

	switch (t->state) {
	case MUNMAP_CALL:
		begin_call(t);
		return;
	case MUNMAP_STORE:
		if (store_step(t))
			return;
		begin_loop(t);
		/* fall through */
	case MUNMAP_LOOP:
		if (freeing_step(&t->freeing))
			return;
		t->state = MUNMAP_LOOP_END;
		if (freeing_end_step(&t->freeing, FREEING_LOOP_END))
			return;
		/* fall through */
	case MUNMAP_LOOP_END:
	default:
		freeing_account(&t->freeing);
		end_call(t);
		return;
	}
}

void munmap_task_new(struct mm_world *w, const char *name, const struct munmap_task_config *config)
{
	struct munmap_task *t = g_new0(struct munmap_task, 1);

	t->w = w;
	t->config = *config;
	t->task = task_new(w->m, name, TASK_WORKLOAD, config->cpu, config->cpu, munmap_step, t);
	t->task->body = t;
	mm_task_arrival(w, t->task, config->arrive_ns);
}
