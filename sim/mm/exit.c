/*
 * exit_mmap(): a process whose last mm_users reference is gone.
 *
 * Unmap all pages, then free the VMAs one by one under mmap_lock held for write, then the policy's remainder.
 * The maple tree has left RCU mode by then: its nodes are freed in place (vma-free-policies.md A.0, A.14).
 */
#include <glib.h>

#include "mm/mm.h"
#include "mm/vma_hooks.h"

enum exit_state { EXIT_START, EXIT_UNMAP, EXIT_LOOP, EXIT_LOOP_END, EXIT_END, EXIT_DONE };

struct exit_task {
	struct mm_world *w;
	struct sim_task *task;
	struct mm_struct mm;
	struct freeing freeing;
	enum exit_state state;
	int64_t n_vmas, n_to_unmap, start_ns;
};

static void unmap_one(void *ctx)
{
	struct exit_task *e = ctx;

	e->n_to_unmap--;
}

static void unmap_run(void *ctx, int64_t n, const struct op_times *times)
{
	struct exit_task *e = ctx;

	e->n_to_unmap -= n;
}

static void exec_unmap(struct exit_task *e)
{
	const struct sim_op op = { .open_ns = e->w->m->costs.unmap_vma,
				   .resched = true,
				   .done = unmap_one,
				   .apply = unmap_run,
				   .ctx = e,
				   .n = e->n_to_unmap };

	frame_exec(&e->task->frame, &op);
}

static void begin_loop(struct exit_task *e)
{
	const struct cost_profile *costs = &e->w->m->costs;
	const struct vma_config *config = &e->w->config;

	freeing_begin(&e->freeing, e->w, e->task, e->w->policy, &e->mm, true,
		      config->size_bytes + config->lock_size_bytes,
		      costs->free_loop_body + costs->cond_resched + costs->remove_vma, e->n_vmas);
	e->state = EXIT_LOOP;
}

static void finish(struct exit_task *e)
{
	sim_assert(e->mm.n_list == 0); /* nothing may be left on the list of a dead mm */
	hist_add(&e->w->stats.exit_latency, machine_now_ns(e->w->m) - e->start_ns);
	e->state = EXIT_DONE;
	task_exit(e->task);
}

static void exit_step(void *ctx)
{
	struct exit_task *e = ctx;

	switch (e->state) {
	case EXIT_START:
		e->start_ns = machine_now_ns(e->w->m);
		e->state = EXIT_UNMAP;
		frame_exec_open(&e->task->frame, e->w->m->costs.exit_mmap, true, NULL, NULL);
		return;
	case EXIT_UNMAP:
		if (e->n_to_unmap > 0) {
			exec_unmap(e);
			return;
		}
		begin_loop(e);
		/* fall through */
	case EXIT_LOOP:
		if (freeing_step(&e->freeing))
			return;
		e->state = EXIT_LOOP_END;
		if (freeing_end_step(&e->freeing, FREEING_LOOP_END))
			return;
		/* fall through */
	case EXIT_LOOP_END:
		freeing_account(&e->freeing);
		e->state = EXIT_END;
		if (freeing_end_step(&e->freeing, FREEING_EXIT_END))
			return;
		/* fall through */
	case EXIT_END:
		finish(e);
		return;
	case EXIT_DONE:
	default:
		sim_assert_not_reached("a dead task stays dead");
	}
}

void exit_task_new(struct mm_world *w, const char *name, const struct exit_task_config *config)
{
	struct exit_task *e = g_new0(struct exit_task, 1);

	e->w = w;
	e->n_vmas = config->n_vmas;
	e->n_to_unmap = config->n_vmas;
	e->task = task_new(w->m, name, TASK_WORKLOAD, config->cpu, config->cpu, exit_step, e);
	e->task->body = e;
	mm_task_arrival(w, e->task, config->arrive_ns);
}
