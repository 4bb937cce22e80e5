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

enum unlink_state { UNLINK_STORES, UNLINK_MERGED, UNLINK_LOOP, UNLINK_LOOP_END };

static void node_done(void *ctx)
{
	struct mm_unlink *u = ctx;
	struct mm_world *w = u->w;
	const struct op_times now = { .first_end_ns = machine_now_ns(w->m), .period = 1 };
	const struct rcu_cb cb = mm_cb(w, &mm_cb_maple_node, 1, w->config.node_size_bytes);

	u->n_nodes--;
	unfreed_unlink(w, 1, w->config.node_size_bytes, &now);
	call_rcu(&w->rcu->rdp[u->task->frame.cpu->id], &cb, &u->task->frame, false);
}

/* One replaced node. */
static void exec_node(struct mm_unlink *u)
{
	const struct call_rcu_plan plan = call_rcu_plan(&u->w->rcu->rdp[u->task->frame.cpu->id], 1);
	const struct sim_op op = {
		.closed_ns = plan.closed_ns, .lock = plan.lock, .done = node_done, .ctx = u
	};

	frame_exec(&u->task->frame, &op);
}

static void begin_freeing(struct mm_unlink *u, int64_t n)
{
	const struct cost_profile *costs = &u->w->m->costs;
	const struct vma_config *config = &u->w->config;

	freeing_begin(&u->freeing, u->w, u->task, u->w->policy, u->mm, false,
		      config->size_bytes + config->lock_size_bytes,
		      costs->free_loop_body + costs->cond_resched + costs->remove_vma, n);
}

void mm_unlink_begin(struct mm_unlink *u, struct mm_world *w, struct sim_task *task,
		     struct mm_struct *mm, const struct mm_unlinked *unlinked)
{
	const bool rcu_mode = w->config.maple == VMA_MAPLE_ALWAYS;

	*u = (struct mm_unlink){ .w = w,
				 .task = task,
				 .mm = mm,
				 .state = UNLINK_STORES,
				 .n_merged = unlinked->n_merged,
				 .n_unmap = unlinked->n_unmap };
	if (rcu_mode)
		u->n_nodes = time_mul(unlinked->n_stores, w->config.nodes_per_store);
}

/* The VMAs that merging made superfluous: a loop of one each, the policy's end included. */
static bool merged_step(struct mm_unlink *u)
{
	if (u->state == UNLINK_MERGED) {
		u->state = UNLINK_STORES;
		if (freeing_end_step(&u->freeing, FREEING_LOOP_END))
			return true;
	}
	if (u->n_merged == 0)
		return false;
	u->n_merged--;
	u->state = UNLINK_MERGED;
	begin_freeing(u, 1);
	return freeing_step(&u->freeing);
}

bool mm_unlink_step(struct mm_unlink *u)
{
	switch ((enum unlink_state)u->state) {
	case UNLINK_STORES:
		if (u->n_nodes > 0) {
			exec_node(u);
			return true;
		}
		/* fall through */
	case UNLINK_MERGED:
		if (merged_step(u))
			return true;
		if (u->n_unmap == 0)
			return false;
		begin_freeing(u, u->n_unmap);
		u->state = UNLINK_LOOP;
		/* fall through */
	case UNLINK_LOOP:
		if (freeing_step(&u->freeing))
			return true;
		u->state = UNLINK_LOOP_END;
		if (freeing_end_step(&u->freeing, FREEING_LOOP_END))
			return true;
		/* fall through */
	case UNLINK_LOOP_END:
	default:
		freeing_account(&u->freeing);
		return false;
	}
}

/* A task that unmaps, again and again. */

enum munmap_state { MUNMAP_CALL, MUNMAP_UNLINK };

struct munmap_task {
	struct mm_world *w;
	struct sim_task *task;
	struct munmap_task_config config;
	struct mm_struct mm;
	struct mm_unlink unlink;
	enum munmap_state state;
	int64_t call, start_ns;
};

static void begin_call(struct munmap_task *t)
{
	const struct cost_profile *costs = &t->w->m->costs;
	const struct mm_unlinked unlinked = {
		.n_stores = 1,
		.n_unmap = dist_sample(t->config.vmas, &t->config.vmas_draws.stream,
				       t->config.vmas_draws.entity, (uint64_t)t->call),
	};

	t->start_ns = machine_now_ns(t->w->m);
	mm_unlink_begin(&t->unlink, t->w, t->task, &t->mm, &unlinked);
	t->state = MUNMAP_UNLINK;
	frame_exec_open(&t->task->frame,
			time_add(costs->munmap, time_mul(unlinked.n_unmap, costs->munmap_vma)),
			true, NULL, NULL);
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

	if (t->state == MUNMAP_CALL)
		begin_call(t);
	else if (!mm_unlink_step(&t->unlink))
		end_call(t);
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
