/* The plan of a replay: recorded calls applied to recorded address spaces, and what each of them took. */
#include "mm/replay.h"

#include <string.h>

#include <glib.h>

#include "base/assert.h"
#include "base/units.h"
#include "mm/address_space.h"

struct replay *replay_ref(struct replay *replay)
{
	if (replay != NULL)
		replay->n_refs++;
	return replay;
}

void replay_unref(struct replay *replay)
{
	if (replay == NULL || --replay->n_refs > 0)
		return;
	for (int32_t i = 0; i < replay->n_tasks; i++)
		g_free(replay->tasks[i].name);
	g_free(replay->tasks);
	g_free(replay->ops);
	g_free(replay);
}

/* An address space of the recording. */
struct planned_mm {
	struct address_space *as;
	int n_users;
};

struct planner {
	const struct replay *replay;
	struct replay_plan *plan;
	int64_t max_map_count, think_permille;
	struct planned_mm **mm_of; /* by task; NULL: not there (any more) */
};

static struct planned_mm *planned_mm_new(struct address_space *as)
{
	struct planned_mm *mm = g_new0(struct planned_mm, 1);

	mm->as = as;
	mm->n_users = 1;
	return mm;
}

static void planned_mm_put(struct planned_mm *mm)
{
	if (mm == NULL || --mm->n_users > 0)
		return;
	address_space_free(mm->as);
	g_free(mm);
}

static void plan_leave(struct planner *p, int32_t task)
{
	planned_mm_put(p->mm_of[task]);
	p->mm_of[task] = NULL;
}

static void plan_enter_new(struct planner *p, int32_t task)
{
	plan_leave(p, task);
	p->mm_of[task] = planned_mm_new(address_space_new(p->max_map_count));
}

static int64_t scaled_ns(const struct planner *p, int64_t think_ns)
{
	return (int64_t)((__int128)think_ns * p->think_permille / 1000);
}

/* The exec that image lines belong to; NULL: they are what a root starts with. */
static struct replay_step *last_step(struct replay_task_plan *task)
{
	return task->n_steps > 0 ? &task->steps[task->n_steps - 1] : NULL;
}

static void plan_note_change(struct planner *p, struct replay_step *step,
			     const struct vma_change *change)
{
	if (change->error != 0 && !step->failed) {
		step->failed = true;
		p->plan->n_failed++;
	}
	step->n_alloc += change->n_alloc;
	step->n_unmap += change->n_unmap;
	step->n_merged += change->n_merged;
	step->n_stores += change->n_stores;
}

static void plan_image(struct planner *p, const struct replay_op *op)
{
	struct replay_task_plan *task = &p->plan->tasks[op->task];
	struct address_space *as = p->mm_of[op->task]->as;
	const struct vma vma = { .start = op->addr,
				 .end = op->addr + op->len,
				 .flags = op->set,
				 .file = op->file,
				 .offset = op->offset };
	struct replay_step *step = last_step(task);
	struct vma_change change;

	address_space_image(as, &vma, &change);
	if (step == NULL) {
		task->first_vmas = address_space_n_vmas(as);
		return;
	}
	plan_note_change(p, step, &change);
	step->n_vmas = address_space_n_vmas(as);
}

static void plan_map_call(struct address_space *as, const struct replay_op *op,
			  struct vma_change *change)
{
	const struct vma vma = { .start = op->addr,
				 .end = op->addr + op->len,
				 .flags = op->set,
				 .file = op->file,
				 .offset = op->offset };

	switch (op->kind) {
	case REPLAY_MMAP:
		address_space_mmap(as, &vma, change);
		return;
	case REPLAY_MUNMAP:
		address_space_munmap(as, op->addr, op->len, change);
		return;
	case REPLAY_BRK:
		address_space_brk(as, op->addr, change);
		return;
	case REPLAY_MPROTECT:
		address_space_mprotect(as, op->addr, op->len, op->set, change);
		return;
	case REPLAY_MREMAP:
		address_space_mremap(as, op->addr, op->len, op->new_addr, op->new_len, op->set != 0,
				     change);
		return;
	case REPLAY_MADVISE:
		address_space_set_flags(as, op->addr, op->len, op->set, op->clear, change);
		return;
	case REPLAY_EXEC:
	case REPLAY_IMAGE:
	case REPLAY_CLONE:
	case REPLAY_WAIT:
	case REPLAY_SLEEP:
	case REPLAY_EXIT:
	case REPLAY_N_KINDS:
	default:
		sim_assert_not_reached("a mapping call");
	}
}

/* The child gets its address space; a clone without CLONE_VM copies every VMA but the DONTCOPY ones. */
static void plan_clone(struct planner *p, const struct replay_op *op, struct replay_step *step)
{
	struct planned_mm *mm = p->mm_of[op->task];

	if (op->set & REPLAY_CLONE_VM) {
		mm->n_users++;
		p->mm_of[op->child] = mm;
		return;
	}
	step->mm = p->plan->n_mms++;
	p->mm_of[op->child] = planned_mm_new(address_space_fork(mm->as));
	step->n_alloc = address_space_n_vmas(p->mm_of[op->child]->as);
}

static void plan_step(struct planner *p, const struct replay_op *op)
{
	struct replay_task_plan *task = &p->plan->tasks[op->task];
	struct replay_step *step = &task->steps[task->n_steps++];
	struct vma_change change;

	*step = (struct replay_step){ .kind = op->kind,
				      .flags = op->set,
				      .child = op->child,
				      .mm = -1,
				      .op = (int32_t)(op - p->replay->ops),
				      .think_ns = scaled_ns(p, op->think_ns),
				      .sleep_ns = op->sleep_ns };
	p->plan->n_steps++;
	switch (op->kind) {
	case REPLAY_EXEC:
		step->mm = p->plan->n_mms++;
		plan_enter_new(p, op->task);
		break;
	case REPLAY_CLONE:
		plan_clone(p, op, step);
		break;
	case REPLAY_EXIT:
		step->n_vmas = address_space_n_vmas(p->mm_of[op->task]->as);
		plan_leave(p, op->task);
		return;
	case REPLAY_WAIT:
	case REPLAY_SLEEP:
		break;
	case REPLAY_IMAGE:
	case REPLAY_MMAP:
	case REPLAY_MUNMAP:
	case REPLAY_BRK:
	case REPLAY_MPROTECT:
	case REPLAY_MREMAP:
	case REPLAY_MADVISE:
	case REPLAY_N_KINDS:
	default:
		plan_map_call(p->mm_of[op->task]->as, op, &change);
		plan_note_change(p, step, &change);
		break;
	}
	step->n_vmas = address_space_n_vmas(p->mm_of[op->task]->as);
}

/* Every task's steps have a place of their own in one array. */
static void plan_lay_out(struct planner *p)
{
	const struct replay *replay = p->replay;
	struct replay_plan *plan = p->plan;
	int64_t n = 0;

	for (int64_t i = 0; i < replay->n_ops; i++)
		plan->tasks[replay->ops[i].task].n_steps += replay->ops[i].kind != REPLAY_IMAGE;
	for (int32_t i = 0; i < replay->n_tasks; i++) {
		struct replay_task_plan *task = &plan->tasks[i];

		task->steps = plan->steps + n;
		n += task->n_steps;
		task->n_steps = 0;
	}
}

struct replay_plan *replay_plan_new(const struct replay *replay, int64_t max_map_count,
				    int64_t think_permille)
{
	struct replay_plan *plan = g_new0(struct replay_plan, 1);
	struct planner p = { .replay = replay,
			     .plan = plan,
			     .max_map_count = max_map_count,
			     .think_permille = think_permille,
			     .mm_of = g_new0(struct planned_mm *, (gsize)replay->n_tasks + 1) };

	plan->n_tasks = replay->n_tasks;
	plan->tasks = g_new0(struct replay_task_plan, (gsize)replay->n_tasks + 1);
	plan->steps = g_new0(struct replay_step, (gsize)replay->n_ops + 1);
	plan_lay_out(&p);
	for (int32_t i = 0; i < replay->n_tasks; i++) {
		struct replay_task_plan *task = &plan->tasks[i];

		task->name = replay->tasks[i].name;
		task->at_ns = replay->tasks[i].at_ns;
		task->first_mm = -1;
		if (task->at_ns < 0)
			continue;
		task->first_mm = plan->n_mms++;
		plan_enter_new(&p, i);
	}
	for (int64_t i = 0; i < replay->n_ops; i++) {
		if (replay->ops[i].kind == REPLAY_IMAGE)
			plan_image(&p, &replay->ops[i]);
		else
			plan_step(&p, &replay->ops[i]);
	}
	for (int32_t i = 0; i < replay->n_tasks; i++)
		plan_leave(&p, i);
	g_free(p.mm_of);
	return plan;
}

void replay_plan_free(struct replay_plan *plan)
{
	if (plan == NULL)
		return;
	g_free(plan->tasks);
	g_free(plan->steps);
	g_free(plan);
}
