/*
 * exit_mmap(): a process whose last mm_users reference is gone.
 *
 * Unmap all pages, then free the VMAs one by one under mmap_lock held for write, then the policy's remainder.
 * The maple tree has left RCU mode by then: its nodes are freed in place (vma-free-policies.md A.0, A.14).
 */
#include <glib.h>

#include "mm/mm.h"
#include "mm/vma_hooks.h"

enum exit_state { EXIT_START, EXIT_UNMAP, EXIT_LOOP, EXIT_LOOP_END, EXIT_END };

static void unmap_one(void *ctx)
{
	struct mm_exit *e = ctx;

	e->n_to_unmap--;
}

static void unmap_run(void *ctx, int64_t n, const struct op_times *times)
{
	struct mm_exit *e = ctx;

	e->n_to_unmap -= n;
}

static void exec_unmap(struct mm_exit *e)
{
	const struct sim_op op = { .open_ns = e->w->m->costs.unmap_vma,
				   .resched = true,
				   .done = unmap_one,
				   .apply = unmap_run,
				   .ctx = e,
				   .n = e->n_to_unmap };

	frame_exec(&e->task->frame, &op);
}

static void begin_loop(struct mm_exit *e)
{
	const struct cost_profile *costs = &e->w->m->costs;
	const struct vma_config *config = &e->w->config;

	freeing_begin(&e->freeing, e->w, e->task, e->w->policy, e->mm, true,
		      config->size_bytes + config->lock_size_bytes,
		      costs->free_loop_body + costs->cond_resched + costs->remove_vma, e->n_vmas);
	e->state = EXIT_LOOP;
}

void mm_exit_begin(struct mm_exit *e, struct mm_world *w, struct sim_task *task,
		   struct mm_struct *mm, int64_t n_vmas)
{
	*e = (struct mm_exit){ .w = w,
			       .task = task,
			       .mm = mm,
			       .state = EXIT_START,
			       .n_vmas = n_vmas,
			       .n_to_unmap = n_vmas };
}

bool mm_exit_step(struct mm_exit *e)
{
	switch ((enum exit_state)e->state) {
	case EXIT_START:
		e->start_ns = machine_now_ns(e->w->m);
		e->state = EXIT_UNMAP;
		frame_exec_open(&e->task->frame, e->w->m->costs.exit_mmap, true, NULL, NULL);
		return true;
	case EXIT_UNMAP:
		if (e->n_to_unmap > 0) {
			exec_unmap(e);
			return true;
		}
		begin_loop(e);
		/* fall through */
	case EXIT_LOOP:
		if (freeing_step(&e->freeing))
			return true;
		e->state = EXIT_LOOP_END;
		if (freeing_end_step(&e->freeing, FREEING_LOOP_END))
			return true;
		/* fall through */
	case EXIT_LOOP_END:
		freeing_account(&e->freeing);
		e->state = EXIT_END;
		if (freeing_end_step(&e->freeing, FREEING_EXIT_END))
			return true;
		/* fall through */
	case EXIT_END:
	default:
		sim_assert(e->mm->n_list == 0); /* nothing may be left on the list of a dead mm */
		hist_add(&e->w->stats.exit_latency, machine_now_ns(e->w->m) - e->start_ns);
		return false;
	}
}

/* A process that does nothing else. */
struct exit_task {
	struct sim_task *task;
	struct mm_struct mm;
	struct mm_exit exit;
};

static void exit_task_step(void *ctx)
{
	struct exit_task *t = ctx;

	if (!mm_exit_step(&t->exit))
		task_exit(t->task);
}

void exit_task_new(struct mm_world *w, const char *name, const struct exit_task_config *config)
{
	struct exit_task *t = g_new0(struct exit_task, 1);

	t->task = task_new(w->m, name, TASK_WORKLOAD, config->cpu, config->cpu, exit_task_step, t);
	t->task->body = t;
	mm_exit_begin(&t->exit, w, t->task, &t->mm, config->n_vmas);
	mm_task_arrival(w, t->task, config->arrive_ns);
}
