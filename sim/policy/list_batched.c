/*
 * list-batched: collect unlinked VMAs in the mm, one call_rcu() per full list.
 *
 * Asks: how much of the flood goes away with a list, and what does an idle mm keep back? From the throttling
 * patch of January 2023, which drained when the count *exceeded* the limit: 33 per callback for a limit of 32
 * (vma-free-policies.md A.3). The remainder is drained at the end of exit_mmap(), never at that of munmap().
 */
#include <stddef.h>

#include "mm/vma_hooks.h"
#include "policy/policies.h"

struct list_batched {
	int64_t list_limit;
	bool exact;
};

#define ROW(field) .name = #field, .offset = offsetof(struct list_batched, field)

static const struct param list_batched_params[] = {
	{ ROW(list_limit), .type = PARAM_INT, .min = 1, .max = 1000000, .dflt = 32, .unit = "VMAs",
	  .help = "VM_AREA_FREE_LIST_MAX: VMAs that a list may hold",
	  .source = "the throttling patch of January 2023" },
	{ ROW(exact), .type = PARAM_BOOL, .dflt = 0,
	  .help = "drain at list_limit VMAs, not at the first that exceeds it",
	  .source = "the patch drains at list_limit + 1" },
	{ .type = PARAM_END },
};

/* Length at which a list is drained. */
static int64_t list_full(const struct freeing *f)
{
	const struct list_batched *lb = f->w->params;

	return lb->exact ? lb->list_limit : lb->list_limit + 1;
}

static void list_batched_plan(struct freeing *f, struct sim_op *op)
{
	freeing_plan_list(f, op, list_full(f));
}

static void list_batched_free_vma(struct freeing *f)
{
	freeing_list_push(f);
	if (f->mm->n_list >= list_full(f))
		freeing_list_drain(f);
}

static void list_batched_free_vmas(struct freeing *f, int64_t n, const struct op_times *times)
{
	freeing_list_run(f, n, list_full(f), times);
}

static bool list_batched_end_plan(struct freeing *f, struct sim_op *op)
{
	if (f->end != FREEING_EXIT_END || f->mm->n_list == 0)
		return false;
	freeing_plan_drain(f, op);
	return true;
}

static const struct vma_policy_hooks list_batched_hooks = {
	.plan = list_batched_plan,
	.free_vma = list_batched_free_vma,
	.free_vmas = list_batched_free_vmas,
	.end_plan = list_batched_end_plan,
	.end = freeing_list_drain,
};

const struct vma_policy_ops policy_list_batched = {
	.name = "list-batched",
	.summary = "lists of VMAs, one callback per full list, remainder at exit",
	.about =
		"vm_area_free() puts the VMA on a list of its mm; a list that exceeds list_limit goes to one "
		"call_rcu(). The patch compared with \"greater than\", so a full batch is list_limit + 1; "
		"exact drains at list_limit. There is no timer: what an idle mm keeps stays until its next "
		"free or its exit.",
	.params = list_batched_params,
	.params_size = sizeof(struct list_batched),
	.hooks = &list_batched_hooks,
};
