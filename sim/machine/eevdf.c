/*
 * Lags and deadlines: place_entity(), update_entity_lag(), pick_eevdf(), and when they are looked at.
 *
 * A CPU has few tasks; they are looked through one by one, where the kernel has a tree.
 */
#include "machine/eevdf.h"

#include "machine/sched.h"

/* The competition on a CPU: who of it, how many, and the sum of their virtual times, counted from ->vbase. */
struct competition {
	int64_t n;
	int64_t sum;
};

bool eevdf_is_fair(const struct sim_task *task)
{
	return task->fifo_prio == 0 && !task->highpri;
}

static void count(struct competition *c, const struct sim_cpu *cpu, const struct sim_task *task)
{
	if (!task->on_rq)
		return;
	c->n++;
	c->sum += task->vruntime - cpu->vbase;
}

static struct competition competition_of(const struct sim_cpu *cpu)
{
	struct competition c = { 0 };

	if (cpu->curr != NULL && !cpu->curr->delayed)
		count(&c, cpu, cpu->curr);
	for (const struct sim_task *task = cpu->rq_head; task != NULL; task = task->rq_next)
		count(&c, cpu, task);
	for (const struct sim_task *task = cpu->delayed; task != NULL; task = task->rq_next)
		count(&c, cpu, task);
	return c;
}

static int64_t divide_down(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* avg_vruntime(): the virtual time of lag 0. */
static int64_t average(const struct sim_cpu *cpu, const struct competition *c)
{
	return cpu->vbase + (c->n > 0 ? divide_down(c->sum, c->n) : 0);
}

static bool is_eligible(const struct sim_cpu *cpu, const struct competition *c,
			const struct sim_task *task)
{
	return c->sum >= (task->vruntime - cpu->vbase) * c->n;
}

int64_t eevdf_clamp_lag(const struct machine *m, int64_t lag)
{
	const int64_t slices_ns = 2 * m->slice_ns;
	const int64_t limit = slices_ns > m->tick_ns ? slices_ns : m->tick_ns;

	return lag > limit ? limit : lag < -limit ? -limit : lag;
}

/* update_entity_lag() */
static void update_lag(struct sim_cpu *cpu, struct sim_task *task)
{
	const struct competition c = competition_of(cpu);

	task->vlag = eevdf_clamp_lag(cpu->m, average(cpu, &c) - task->vruntime);
}

/* place_entity(): so that the lag is what it was once @task is counted. */
static void place(struct sim_cpu *cpu, struct sim_task *task)
{
	const struct competition c = competition_of(cpu);
	int64_t lag = 0;

	sim_assert(!task->on_rq);
	if (c.n > 0)
		lag = task->vlag * (c.n + 1) / c.n;
	task->vruntime = average(cpu, &c) - lag;
	if (task->rel_deadline)
		task->deadline += task->vruntime;
	else
		task->deadline = task->vruntime + cpu->m->slice_ns / (task->fresh ? 2 : 1);
	task->rel_deadline = false;
	task->fresh = false;
	task->enqueue_seq = cpu->enqueue_seq++;
	task->on_rq = true;
}

void eevdf_update_curr(struct sim_cpu *cpu)
{
	struct sim_task *curr = cpu->curr;
	const int64_t now_ns = machine_now_ns(cpu->m);

	if (curr == NULL || !curr->on_rq)
		return;
	curr->vruntime += now_ns - curr->exec_start_ns;
	curr->exec_start_ns = now_ns;
	if (curr->vruntime < curr->deadline)
		return;
	curr->deadline = curr->vruntime + cpu->m->slice_ns;
	if (competition_of(cpu).n > 1 && !cpu->switching)
		sched_set_need_resched(cpu);
}

void eevdf_enqueue(struct sim_cpu *cpu, struct sim_task *task)
{
	eevdf_update_curr(cpu);
	place(cpu, task);
}

/* Off the list of delayed tasks. */
static void undelay(struct sim_cpu *cpu, struct sim_task *task)
{
	struct sim_task **link = &cpu->delayed;

	while (*link != NULL && *link != task)
		link = &(*link)->rq_next;
	sim_assert(*link == task);
	*link = task->rq_next;
	task->rq_next = NULL;
	task->delayed = false;
}

/* @task, which still counts, gives up its place. */
static void leave(struct sim_cpu *cpu, struct sim_task *task)
{
	update_lag(cpu, task);
	task->on_rq = false;
	cpu->vbase = task->vruntime; /* anything will do: keep the sums small */
}

void eevdf_dequeue(struct sim_cpu *cpu, struct sim_task *task)
{
	if (!task->on_rq)
		return;
	eevdf_update_curr(cpu);
	if (task->delayed) {
		leave(cpu, task);
		undelay(cpu, task);
		return;
	}
	leave(cpu, task);
	task->deadline -= task->vruntime;
	task->rel_deadline = true;
}

void eevdf_sleep(struct sim_cpu *cpu, struct sim_task *task)
{
	const struct competition c = competition_of(cpu);

	if (task->state == TASK_SLEEPING && !is_eligible(cpu, &c, task)) {
		task->delayed = true;
		task->enqueue_seq = cpu->enqueue_seq++;
		task->rq_next = cpu->delayed;
		cpu->delayed = task;
		return;
	}
	leave(cpu, task);
}

void eevdf_requeue_delayed(struct sim_cpu *cpu, struct sim_task *task)
{
	update_lag(cpu, task);
	undelay(cpu, task);
	if (task->vlag <= 0)
		return; /* it keeps its place */
	task->on_rq = false;
	task->vlag = 0;
	place(cpu, task);
}

/* Whether @task goes before @best, of the queue. */
static bool goes_before(const struct sim_task *task, const struct sim_task *best)
{
	if (best == NULL || task->deadline != best->deadline)
		return best == NULL || task->deadline < best->deadline;
	return task->enqueue_seq < best->enqueue_seq;
}

static struct sim_task *earliest(struct sim_cpu *cpu, const struct competition *c,
				 struct sim_task *list, struct sim_task *best)
{
	for (struct sim_task *task = list; task != NULL; task = task->rq_next)
		if (task->on_rq && is_eligible(cpu, c, task) && goes_before(task, best))
			best = task;
	return best;
}

/* pick_eevdf(): @curr, the running task, if it still competes. */
static struct sim_task *pick(struct sim_cpu *cpu, struct sim_task *curr)
{
	const struct competition c = competition_of(cpu);
	struct sim_task *best;

	if (curr != NULL && (!curr->on_rq || !is_eligible(cpu, &c, curr)))
		curr = NULL;
	if (curr != NULL && curr->parity_deadline == curr->deadline)
		return curr;
	best = earliest(cpu, &c, cpu->delayed, earliest(cpu, &c, cpu->rq_head, NULL));
	return best == NULL || (curr != NULL && curr->deadline < best->deadline) ? curr : best;
}

bool eevdf_preempts(struct sim_cpu *cpu, const struct sim_task *task)
{
	if (cpu->need_resched)
		return false; /* it has been decided */
	eevdf_update_curr(cpu);
	return pick(cpu, cpu->curr) == task;
}

struct sim_task *eevdf_pick(struct sim_cpu *cpu, struct sim_task *prev)
{
	struct sim_task *task;

	while ((task = pick(cpu, prev)) != NULL && task->delayed) {
		leave(cpu, task);
		undelay(cpu, task);
		if (task->vlag > 0)
			task->vlag = 0;
	}
	return task;
}

void eevdf_set_next(struct sim_cpu *cpu, struct sim_task *task)
{
	task->parity_deadline = task->deadline;
	task->exec_start_ns = machine_now_ns(cpu->m);
}
