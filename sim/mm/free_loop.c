/*
 * The bench of the kernel lab: a kthread bound to a CPU frees N objects, one after the other, with
 * cond_resched() after each. Its methods are those of the bench, not policies: a batch is exactly `batch` long,
 * and the last object of the loop drains what there is.
 */
#include <glib.h>

#include "mm/mm.h"
#include "mm/vma_hooks.h"

struct free_loop_task {
	struct mm_world *w;
	struct sim_task *task;
	struct free_loop_task_config config;
	struct mm_struct mm;
	struct freeing freeing;
	bool started;
};

static struct free_loop_task *loop_of(struct freeing *f)
{
	return f->task->body;
}

/* Length at which the list being filled is drained: the batch, or what is left of the loop. */
static int64_t list_full(struct freeing *f, int64_t n_left)
{
	const int64_t batch = loop_of(f)->config.batch;
	const int64_t rest = f->mm->n_list + n_left;

	return rest < batch ? rest : batch;
}

static void list_plan(struct freeing *f, struct sim_op *op)
{
	freeing_plan_list(f, op, list_full(f, f->n_left));
}

static void list_free(struct freeing *f)
{
	/* n_left has been counted down for this object already */
	const int64_t full = list_full(f, f->n_left + 1);

	freeing_list_push(f);
	if (f->mm->n_list == full)
		freeing_list_drain(f);
}

static void list_free_run(struct freeing *f, int64_t n, const struct op_times *times)
{
	freeing_list_run(f, n, list_full(f, f->n_left + n), times);
}

static const struct vma_policy_hooks free_loop_hooks[] = {
	[FREE_LOOP_KIND_PER_OBJECT] = { .plan = freeing_plan_call_rcu,
					.free_vma = freeing_call_rcu,
					.free_vmas = freeing_call_rcu_run },
	[FREE_LOOP_KIND_BATCH] = { .plan = list_plan,
				   .free_vma = list_free,
				   .free_vmas = list_free_run },
	[FREE_LOOP_KIND_WHOLE_LIST] = { .plan = list_plan,
					.free_vma = list_free,
					.free_vmas = list_free_run },
	[FREE_LOOP_KIND_DIRECT] = { .plan = freeing_plan_now,
				    .free_vma = freeing_now,
				    .free_vmas = freeing_now_run },
};

static void free_loop_step(void *ctx)
{
	struct free_loop_task *t = ctx;
	const struct cost_profile *costs = &t->w->m->costs;

	if (!t->started) {
		t->started = true;
		freeing_begin(&t->freeing, t->w, t->task, &free_loop_hooks[t->config.kind], &t->mm,
			      false, t->config.object_bytes,
			      costs->free_loop_body + costs->cond_resched, t->config.objects);
		t->freeing.one = &mm_cb_object;
		t->freeing.list = &mm_cb_object;
	}
	if (freeing_step(&t->freeing))
		return;
	freeing_account(&t->freeing);
	task_exit(t->task);
}

void free_loop_task_new(struct mm_world *w, const char *name,
			const struct free_loop_task_config *config)
{
	struct free_loop_task *t = g_new0(struct free_loop_task, 1);

	t->w = w;
	t->config = *config;
	if (config->kind == FREE_LOOP_KIND_WHOLE_LIST)
		t->config.batch = config->objects;
	t->task = task_new(w->m, name, TASK_WORKLOAD, config->cpu, config->cpu, free_loop_step, t);
	t->task->body = t;
	t->task->kthread = true;
	mm_task_arrival(w, t->task, config->arrive_ns);
}
