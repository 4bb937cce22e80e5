/*
 * Processes of a replay: each runs its steps of the plan, in order.
 *
 *        user time -> call: mmap_lock, the call's own work, then what it leaves to free -> next step
 *
 * A process waits where the recorded one did: for a child to be dead, for a vfork() child to leave the address
 * space, for the time that it slept, for mmap_lock of an address space that a thread of it holds. Whoever drops
 * the last reference to an address space runs exit_mmap(). Page faults are not in a recording; nor is the time
 * that a call took, which the simulation makes itself.
 */
#include <glib.h>

#include "mm/mm.h"
#include "mm/replay.h"

enum process_state {
	PROCESS_NEXT,     /* its next step, user time first */
	PROCESS_CALL,     /* enters it */
	PROCESS_LOCKED,   /* has mmap_lock, if the call takes it */
	PROCESS_WORKED,   /* the call's own work is done */
	PROCESS_TEARDOWN, /* exit_mmap() of the address space that it has left */
	PROCESS_UNLINK,   /* frees what the call has unlinked */
	PROCESS_VFORKED   /* its vfork() child is out of the address space */
};

struct process {
	struct mm_world *w;
	struct replay_copy *copy;
	struct sim_task *task;
	const struct replay_task_plan *plan;
	struct mm_struct *mm;
	int64_t next; /* step */
	enum process_state state;
	bool dead;
	struct process *vfork_parent; /* sleeps until it leaves the parent's address space */
	struct process *waiter;       /* sleeps until it is dead */
	struct process *next_waiter;  /* for the same mmap_lock */
	struct sim_slot timer;        /* of its arrival and its sleeps, if it has any */
	int64_t call_start_ns;
	union {
		struct mm_unlink unlink;
		struct mm_exit exit;
	};
};

struct replay_copy {
	struct replay_copy *next;
	const struct replay_plan *plan;
	const struct cpumask *cpus;
	int64_t arrive_ns;
	int32_t n_left; /* processes not dead yet */
	struct mm_struct *mms;
	struct process *processes;
};

static const struct replay_step *step_of(const struct process *p)
{
	return &p->plan->steps[p->next];
}

static const struct cost_profile *costs_of(const struct process *p)
{
	return &p->w->m->costs;
}

static int64_t now_ns(const struct process *p)
{
	return machine_now_ns(p->w->m);
}

/* --- mmap_lock, for write: a sleeping lock that is handed on in the order of requests --- */

static bool mmap_lock(struct process *p)
{
	struct process **link = &p->mm->waiters;

	if (p->mm->holder == NULL) {
		p->mm->holder = p;
		return true;
	}
	while (*link != NULL)
		link = &(*link)->next_waiter;
	*link = p;
	return false;
}

static void mmap_unlock(struct process *p)
{
	struct mm_struct *mm = p->mm;
	struct process *next = mm->waiters;

	sim_assert(mm->holder == p);
	mm->holder = next;
	if (next == NULL)
		return;
	mm->waiters = next->next_waiter;
	next->next_waiter = NULL;
	task_wake(next->task, &p->task->frame);
}

/* --- where a new process starts --- */

static int load_of(const struct sim_cpu *cpu)
{
	return cpu->n_queued + (cpu->curr != NULL);
}

/* The least loaded of the replay's CPUs, the next ones after @from first: SD_BALANCE_FORK's choice. */
static struct sim_cpu *idlest_cpu(const struct process *p, int from)
{
	struct machine *m = p->w->m;
	struct sim_cpu *best = NULL;

	for (int i = 1; i <= m->n_cpus; i++) {
		struct sim_cpu *cpu = &m->cpus[(from + i) % m->n_cpus];

		if (!cpumask_test_cpu(p->copy->cpus, cpu->id) || cpu->inactive)
			continue;
		if (best == NULL || load_of(cpu) < load_of(best))
			best = cpu;
		if (load_of(best) == 0)
			break;
	}
	return best != NULL ? best : &m->cpus[from]; /* all are offline: its wakeup finds another */
}

/* --- calls --- */

static bool is_map_call(enum replay_kind kind)
{
	return kind == REPLAY_MMAP || kind == REPLAY_MUNMAP || kind == REPLAY_BRK ||
	       kind == REPLAY_MPROTECT || kind == REPLAY_MREMAP || kind == REPLAY_MADVISE;
}

static bool takes_mmap_lock(const struct replay_step *step)
{
	return is_map_call(step->kind) ||
	       (step->kind == REPLAY_CLONE && (step->flags & REPLAY_CLONE_VM) == 0);
}

/* CPU time of a call's own work, call_rcu()s and frees excluded. */
static int64_t call_ns(const struct process *p)
{
	const struct cost_profile *costs = costs_of(p);
	const struct replay_step *step = step_of(p);

	switch (step->kind) {
	case REPLAY_MUNMAP:
		return time_add(costs->munmap, time_mul(step->n_unmap, costs->munmap_vma));
	case REPLAY_CLONE:
		return time_add(costs->fork, time_mul(step->n_alloc, costs->fork_vma));
	case REPLAY_EXEC:
		return costs->exec;
	case REPLAY_EXIT:
		return costs->exit;
	case REPLAY_MMAP:
	case REPLAY_BRK:
	case REPLAY_MPROTECT:
	case REPLAY_MREMAP:
	case REPLAY_MADVISE:
		return time_add(costs->map_call, time_mul(step->n_unmap, costs->munmap_vma));
	case REPLAY_IMAGE:
	case REPLAY_WAIT:
	case REPLAY_SLEEP:
	case REPLAY_N_KINDS:
	default:
		return 0;
	}
}

static void begin_unlink(struct process *p)
{
	const struct replay_step *step = step_of(p);
	const struct mm_unlinked unlinked = { .n_stores = step->n_stores,
					      .n_merged = step->n_merged,
					      .n_unmap = step->n_unmap };

	/* threads may run in another order than was recorded: only the sum of all their calls is a number of VMAs */
	p->mm->n_vmas += step->n_alloc - step->n_unmap - step->n_merged;
	mm_unlink_begin(&p->unlink, p->w, p->task, p->mm, &unlinked);
	p->state = PROCESS_UNLINK;
}

/* fork(): the child is there, and may run. */
static void clone_done(void *ctx)
{
	struct process *p = ctx;
	const struct replay_step *step = step_of(p);
	struct process *child = &p->copy->processes[step->child];

	if (step->flags & REPLAY_CLONE_VM) {
		child->mm = p->mm;
	} else {
		child->mm = &p->copy->mms[step->mm];
		child->mm->n_vmas = step->n_alloc;
	}
	child->mm->users++;
	if (step->flags & REPLAY_CLONE_VFORK)
		child->vfork_parent = p;
	child->task->cpu = idlest_cpu(p, p->task->frame.cpu->id);
	child->task->frame.cpu = child->task->cpu;
	task_wake(child->task, &p->task->frame);
}

/* mm_release(): a vfork() parent goes on. */
static void release_vfork_parent(struct process *p)
{
	struct process *parent = p->vfork_parent;

	p->vfork_parent = NULL;
	if (parent != NULL)
		task_wake(parent->task, &p->task->frame);
}

/*
 * mmput(): whether it was the last reference, and @p now has to tear @mm down. A recording that begins with an
 * exec does not say what was left by it.
 */
static bool put_mm(struct process *p, struct mm_struct *mm)
{
	const bool unknown = p->next == 0 && p->plan->at_ns >= 0 && mm->n_vmas == 0;

	sim_assert(mm->holder != p);
	if (--mm->users > 0 || unknown)
		return false;
	sim_assert(mm->n_vmas >= 0);
	mm_exit_begin(&p->exit, p->w, p->task, mm, mm->n_vmas);
	mm->n_vmas = 0;
	p->state = PROCESS_TEARDOWN;
	return true;
}

/* exit_notify(): who waits for it goes on. */
static void died(void *ctx)
{
	struct process *p = ctx;
	struct replay_copy *copy = p->copy;
	struct mm_stats *stats = &p->w->stats;

	p->dead = true;
	stats->n_processes_left--;
	if (--copy->n_left == 0)
		hist_add(&stats->replay_elapsed, now_ns(p) - copy->arrive_ns);
	if (p->waiter != NULL)
		task_wake(p->waiter->task, NULL); /* paid by the operation that ends here */
	task_exit(p->task);
}

static void exec_death(struct process *p)
{
	const int64_t notify_ns = p->waiter != NULL ? costs_of(p)->wakeup : 0;

	p->mm = NULL;
	frame_exec_open(&p->task->frame, notify_ns, false, died, p);
}

static void end_call(struct process *p)
{
	const struct replay_step *step = step_of(p);
	struct mm_stats *stats = &p->w->stats;
	const int64_t latency_ns = now_ns(p) - p->call_start_ns;

	if (step->kind == REPLAY_MUNMAP)
		hist_add(&stats->munmap_latency, latency_ns);
	else if (is_map_call(step->kind))
		hist_add(&stats->map_call_latency, latency_ns);
	else if (step->kind == REPLAY_EXEC)
		hist_add(&stats->exec_latency, latency_ns);
	else if (step->kind == REPLAY_CLONE)
		hist_add(&stats->fork_latency, latency_ns);
	stats->n_map_call_errors += step->failed;
	p->next++;
	p->state = PROCESS_NEXT;
}

/* --- one state: each issues an operation or sleeps, or returns false: go on at once --- */

static bool do_next(struct process *p)
{
	struct sim_op think = { .user = true, .resched = true };

	if (p->next == p->plan->n_steps) { /* the recording ends here */
		task_block(p->task);
		return true;
	}
	p->state = PROCESS_CALL;
	think.open_ns = step_of(p)->think_ns;
	if (think.open_ns == 0)
		return false;
	frame_exec(&p->task->frame, &think);
	return true;
}

static bool do_wait(struct process *p)
{
	struct process *child = &p->copy->processes[step_of(p)->child];

	p->next++;
	p->state = PROCESS_NEXT;
	if (child->dead)
		return false;
	child->waiter = p;
	task_block(p->task);
	return true;
}

static bool do_sleep(struct process *p)
{
	const int64_t sleep_ns = step_of(p)->sleep_ns;

	p->next++;
	p->state = PROCESS_NEXT;
	if (sleep_ns == 0)
		return false;
	engine_arm(p->w->m->engine, p->timer, time_add(now_ns(p), sleep_ns));
	task_block(p->task);
	return true;
}

static bool do_call(struct process *p)
{
	const struct replay_step *step = step_of(p);

	if (step->kind == REPLAY_WAIT)
		return do_wait(p);
	if (step->kind == REPLAY_SLEEP)
		return do_sleep(p);
	p->call_start_ns = now_ns(p);
	p->state = PROCESS_LOCKED;
	if (!takes_mmap_lock(step) || mmap_lock(p))
		return false;
	task_block(p->task);
	return true;
}

static bool do_locked(struct process *p)
{
	const bool clones = step_of(p)->kind == REPLAY_CLONE;

	p->state = PROCESS_WORKED;
	frame_exec_open(&p->task->frame, call_ns(p), true, clones ? clone_done : NULL, p);
	return true;
}

static bool do_worked_clone(struct process *p)
{
	const struct replay_step *step = step_of(p);
	const struct process *child = &p->copy->processes[step->child];

	if (takes_mmap_lock(step))
		mmap_unlock(p);
	p->state = PROCESS_VFORKED;
	if (child->vfork_parent != p)
		return false;
	task_block(p->task);
	return true;
}

static bool do_worked(struct process *p)
{
	const struct replay_step *step = step_of(p);
	struct mm_struct *old = p->mm;

	switch (step->kind) {
	case REPLAY_CLONE:
		return do_worked_clone(p);
	case REPLAY_EXEC:
		p->mm = &p->copy->mms[step->mm];
		p->mm->users = 1;
		release_vfork_parent(p);
		if (!put_mm(p, old))
			begin_unlink(p);
		return false;
	case REPLAY_EXIT:
		release_vfork_parent(p);
		if (put_mm(p, old))
			return false;
		exec_death(p);
		return true;
	case REPLAY_MMAP:
	case REPLAY_MUNMAP:
	case REPLAY_BRK:
	case REPLAY_MPROTECT:
	case REPLAY_MREMAP:
	case REPLAY_MADVISE:
		begin_unlink(p);
		return false;
	case REPLAY_IMAGE:
	case REPLAY_WAIT:
	case REPLAY_SLEEP:
	case REPLAY_N_KINDS:
	default:
		sim_assert_not_reached("a step with work of its own");
	}
}

static bool do_teardown(struct process *p)
{
	if (mm_exit_step(&p->exit))
		return true;
	if (step_of(p)->kind == REPLAY_EXIT) {
		exec_death(p);
		return true;
	}
	begin_unlink(p); /* the new image's VMAs are stored one by one */
	return false;
}

static bool do_unlink(struct process *p)
{
	if (mm_unlink_step(&p->unlink))
		return true;
	if (takes_mmap_lock(step_of(p)))
		mmap_unlock(p);
	end_call(p);
	return false;
}

static bool process_do(struct process *p)
{
	switch (p->state) {
	case PROCESS_NEXT:
		return do_next(p);
	case PROCESS_CALL:
		return do_call(p);
	case PROCESS_LOCKED:
		return do_locked(p);
	case PROCESS_WORKED:
		return do_worked(p);
	case PROCESS_TEARDOWN:
		return do_teardown(p);
	case PROCESS_UNLINK:
		return do_unlink(p);
	case PROCESS_VFORKED:
	default:
		end_call(p);
		return false;
	}
}

static void process_step(void *ctx)
{
	while (!process_do(ctx))
		;
}

/* --- copies --- */

static bool process_sleeps(const struct replay_task_plan *plan)
{
	for (int64_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].kind == REPLAY_SLEEP)
			return true;
	return false;
}

static void process_init(struct process *p, struct mm_world *w, struct replay_copy *copy,
			 const struct replay_config *config, int32_t number)
{
	const struct replay_task_plan *plan = &copy->plan->tasks[number];
	g_autofree char *name = g_strdup_printf("%s/%" G_GINT64_FORMAT "/%d-%s", config->name,
						config->copy, number + 1, plan->name);

	*p = (struct process){ .w = w, .copy = copy, .plan = plan };
	p->task = task_new(w->m, name, TASK_WORKLOAD, -1, config->first_cpu, process_step, p);
	p->task->allowed = config->cpus;
	if (plan->at_ns >= 0) {
		p->mm = &copy->mms[plan->first_mm];
		p->mm->users = 1;
		p->mm->n_vmas = plan->first_vmas;
		p->timer = mm_task_arrival(w, p->task, time_add(config->arrive_ns, plan->at_ns));
	} else if (process_sleeps(plan)) {
		p->timer = mm_task_timer(w, p->task);
	}
}

void replay_copy_new(struct mm_world *w, const struct replay_config *config)
{
	struct replay_copy *copy = g_new0(struct replay_copy, 1);

	copy->next = w->copies;
	w->copies = copy;
	copy->plan = config->plan;
	copy->cpus = config->cpus;
	copy->arrive_ns = config->arrive_ns;
	copy->n_left = copy->plan->n_tasks;
	copy->mms = g_new0(struct mm_struct, (gsize)copy->plan->n_mms + 1);
	copy->processes = g_new0(struct process, (gsize)copy->plan->n_tasks + 1);
	w->stats.n_processes_left += copy->plan->n_tasks;
	for (int32_t i = 0; i < copy->plan->n_tasks; i++)
		process_init(&copy->processes[i], w, copy, config, i);
}

void replay_copies_free(struct replay_copy *copies)
{
	while (copies != NULL) {
		struct replay_copy *next = copies->next;

		g_free(copies->mms);
		g_free(copies->processes);
		g_free(copies);
		copies = next;
	}
}
