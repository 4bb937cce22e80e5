/*
 * Tasks, run queues, wakeups, context switches.
 *
 * A task is SCHED_OTHER, of equal weight, or SCHED_FIFO of a priority. Run queues hold the FIFO tasks first, higher
 * priorities before lower ones, then the others by wake key; of those a preempted one, whose deadline is the later for
 * the slice it has used, queues behind those that were woken. Such a task keeps the CPU while it is inside its slice,
 * and which wakeups preempt it is a parameter (rcu-behaviour.md 3.10); a FIFO task keeps it until it sleeps or a higher
 * one comes. Decisions fall only at tick, wake, block and cond_resched(); with a preemptible kernel or in user mode
 * also when an interrupt returns.
 */
#include "machine/sched.h"

#include <glib.h>

#include "machine/cpu.h"
#include "machine/eevdf.h"
#include "machine/frame.h"
#include "machine/nohz_full.h"
#include "machine/stream.h"
#include "machine/tick.h"
#include "machine/trace.h"

struct sim_task *task_new(struct machine *m, const char *name, enum task_kind kind, int bound_cpu,
			  int start_cpu, void (*step)(void *ctx), void *ctx)
{
	struct sim_task *task = g_new0(struct sim_task, 1);

	task->m = m;
	task->id = m->n_tasks++;
	task->name = g_strdup(name);
	g_strlcpy(task->comm, name, sizeof(task->comm));
	task->kind = kind;
	task->bound_cpu = bound_cpu;
	task->kthread = kind != TASK_WORKLOAD;
	task->allowed = &m->config.housekeeping;
	task->cpu = &m->cpus[start_cpu];
	task->frame = (struct sim_frame){
		.kind = FRAME_TASK, .task = task, .cpu = task->cpu, .step = step, .step_ctx = ctx
	};
	if (m->tasks_tail != NULL)
		m->tasks_tail->next = task;
	else
		m->tasks = task;
	m->tasks_tail = task;
	return task;
}

/* --- run queue --- */

/* A task woken while the CPU is idle: by default it goes before those that were woken there before it. */
static bool runs_first(const struct sim_cpu *cpu, bool preempted)
{
	return !preempted && cpu->curr == NULL && !cpu->switching &&
	       cpu->m->config.idle_wakeup_order == SCHED_IDLE_WAKEUP_LAST_FIRST;
}

static bool uses_eevdf(const struct machine *m)
{
	return m->config.wakeup_preempt == SCHED_WAKEUP_PREEMPT_EEVDF;
}

/* Whether @task goes before @other, which is queued on @cpu. */
static bool goes_before(const struct sim_cpu *cpu, const struct sim_task *task,
			const struct sim_task *other)
{
	if (task->fifo_prio != other->fifo_prio)
		return task->fifo_prio > other->fifo_prio;
	if (task->highpri != other->highpri)
		return task->highpri;
	if (task->fifo_prio > 0)
		return task->preempted; /* it has not lost its place */
	if (uses_eevdf(cpu->m))
		return false; /* the order is that of deadlines */
	return runs_first(cpu, task->preempted) || (!task->preempted && other->preempted);
}

static void rq_push(struct sim_cpu *cpu, struct sim_task *task, bool preempted)
{
	struct sim_task **link = &cpu->rq_head;

	if (uses_eevdf(cpu->m) && eevdf_is_fair(task) && !task->on_rq)
		eevdf_enqueue(cpu, task);
	task->state = TASK_QUEUED;
	task->cpu = cpu;
	task->frame.cpu = cpu;
	task->preempted = preempted;
	while (*link != NULL && !goes_before(cpu, task, *link))
		link = &(*link)->rq_next;
	task->rq_next = *link;
	*link = task;
	if (++cpu->n_queued == 1)
		nohz_full_task_queued(cpu);
}

static void rq_unlink(struct sim_cpu *cpu, struct sim_task *task)
{
	struct sim_task **link = &cpu->rq_head;

	while (*link != task)
		link = &(*link)->rq_next;
	*link = task->rq_next;
	cpu->n_queued--;
}

/* @task goes elsewhere. */
static void rq_remove(struct sim_cpu *cpu, struct sim_task *task)
{
	eevdf_dequeue(cpu, task);
	rq_unlink(cpu, task);
}

static bool task_may_run_on(const struct sim_task *task, int cpu)
{
	if (task->bound_cpu >= 0)
		return task->bound_cpu == cpu;
	return cpumask_test_cpu(task->allowed, cpu) && !task->m->cpus[cpu].inactive;
}

/* The first CPU that @task may use; if all of those are offline, the first one that is not: select_fallback_rq(). */
static struct sim_cpu *fallback_cpu(const struct sim_task *task)
{
	struct machine *m = task->m;
	int cpu;

	for_each_cpu(cpu, task->allowed)
		if (!m->cpus[cpu].inactive)
			return &m->cpus[cpu];
	for (cpu = 0; m->cpus[cpu].inactive; cpu++)
		sim_assert(cpu + 1 < m->n_cpus);
	return &m->cpus[cpu];
}

/*
 * A process that was preempted inside an operation of the kernel has planned it on its CPU's callback list:
 * it is not moved before that is over.
 */
static bool may_migrate(const struct sim_task *task)
{
	return task->kind != TASK_WORKLOAD || !task->frame.has_op || task->frame.op.user;
}

/* --- wakeup --- */

/* The first idle CPU from @from on, wrapping around, that @task may use; or NULL. */
static struct sim_cpu *find_idle_cpu(struct sim_task *task, int from)
{
	struct machine *m = task->m;

	for (int i = 0; i < m->n_cpus; i++) {
		const int cpu = (from + i) % m->n_cpus;

		if (cpu_is_idle(&m->cpus[cpu]) && task_may_run_on(task, cpu))
			return &m->cpus[cpu];
	}
	return NULL;
}

/* A task that may run on one CPU only, as kthreads made by kthread_bind() are. */
static bool is_per_cpu_kthread(const struct sim_task *task)
{
	return task != NULL && task->bound_cpu >= 0 && task->kthread;
}

/* Priority of what @cpu has to do: 0 without a FIFO task, idle or not (cpupri). */
static int cpu_fifo_prio(const struct sim_cpu *cpu)
{
	const int queued = cpu->rq_head != NULL ? cpu->rq_head->fifo_prio : 0;
	const int curr = cpu->curr != NULL ? cpu->curr->fifo_prio : 0;

	return queued > curr ? queued : curr;
}

/* find_lowest_rq(): of the CPUs with the lowest priority @first if it is one, else the next after @task's own. */
static struct sim_cpu *find_lowest_cpu(const struct sim_task *task, struct sim_cpu *first)
{
	struct machine *m = task->m;
	struct sim_cpu *lowest = NULL;

	if (first != NULL && task_may_run_on(task, first->id))
		lowest = first;
	for (int i = 0; i < m->n_cpus; i++) {
		struct sim_cpu *cpu = &m->cpus[(task->cpu->id + i) % m->n_cpus];

		if (task_may_run_on(task, cpu->id) &&
		    (lowest == NULL || cpu_fifo_prio(cpu) < cpu_fifo_prio(lowest)))
			lowest = cpu;
	}
	return lowest != NULL && cpu_fifo_prio(lowest) < task->fifo_prio ? lowest : NULL;
}

/*
 * select_task_rq_rt(): the previous CPU, whether idle or not, unless a FIFO task runs there that is bound or not
 * below this one.
 */
static struct sim_cpu *select_cpu_fifo(struct sim_task *task, const struct sim_frame *waker)
{
	struct sim_cpu *prev = task->cpu;
	const struct sim_task *curr = prev->curr;
	struct sim_cpu *lowest;

	if (!task_may_run_on(task, prev->id))
		prev = fallback_cpu(task);
	else if (curr == NULL || curr->fifo_prio == 0 ||
		 (curr->bound_cpu < 0 && curr->fifo_prio < task->fifo_prio))
		return prev;
	lowest = find_lowest_cpu(task, waker != NULL ? waker->cpu : NULL);
	return lowest != NULL ? lowest : prev;
}

/*
 * Where a woken task goes (select_task_rq_fair() as far as it decides outcomes, rcu-behaviour.md 3.10 items
 * 1 and 8): a per-CPU kthread keeps its wakee on their common CPU if nothing else is queued there; else the
 * previous CPU if idle, else another idle CPU, else the previous one.
 */
static struct sim_cpu *select_cpu(struct sim_task *task, const struct sim_frame *waker)
{
	struct sim_cpu *prev = task->cpu;
	struct sim_cpu *idle;

	if (task->bound_cpu >= 0)
		return &task->m->cpus[task->bound_cpu];
	if (task->fifo_prio > 0)
		return select_cpu_fifo(task, waker);
	if (waker != NULL && waker->kind == FRAME_TASK && is_per_cpu_kthread(waker->task) &&
	    waker->cpu == prev && prev->curr == waker->task && prev->n_queued == 0 &&
	    prev->delayed == NULL && task_may_run_on(task, prev->id))
		return prev;
	idle = find_idle_cpu(task, prev->id);
	if (idle != NULL)
		return idle;
	if (task_may_run_on(task, prev->id))
		return prev;
	return fallback_cpu(task);
}

/* CPU time that @cpu's current task has used since it was put there. */
static int64_t slice_used_ns(struct sim_cpu *cpu)
{
	return task_cpu_ns(cpu->curr) - cpu->curr->slice_start_ns;
}

/* Whether @task, which is queued on @cpu, asks the task that runs there for the CPU. */
static bool wakeup_preempts(struct sim_cpu *cpu, const struct sim_task *task)
{
	if (task->fifo_prio > 0 || cpu->curr->fifo_prio > 0)
		return task->fifo_prio > cpu->curr->fifo_prio;
	if (cpu->m->config.wakeup_preempt != SCHED_WAKEUP_PREEMPT_NEVER &&
	    task->highpri != cpu->curr->highpri)
		return task->highpri;
	switch ((enum sched_wakeup_preempt)cpu->m->config.wakeup_preempt) {
	case SCHED_WAKEUP_PREEMPT_EEVDF:
		return eevdf_preempts(cpu, task);
	case SCHED_WAKEUP_PREEMPT_ALWAYS:
		return true;
	case SCHED_WAKEUP_PREEMPT_SLICE:
		return slice_used_ns(cpu) >= cpu->m->slice_ns;
	case SCHED_WAKEUP_PREEMPT_NEVER:
	default:
		return false;
	}
}

void sched_set_need_resched(struct sim_cpu *cpu)
{
	if (cpu->need_resched)
		return;
	cpu_cut(cpu);
	cpu->need_resched = true;
}

/* The running task is to leave: set the flag, and reach a preemptible one at once. */
static void resched_curr(struct sim_cpu *cpu)
{
	sched_set_need_resched(cpu);
	if (cpu->curr->frame.running && sched_can_preempt(cpu) && !cpu->in_softirq)
		cpu_send_ipi(cpu); /* the reschedule interrupt */
}

void resched_cpu(struct sim_cpu *cpu)
{
	if (cpu->curr == NULL && !cpu->in_softirq)
		return; /* in idle, or on its way there or back: that is a switch */
	sched_set_need_resched(cpu);
	cpu_send_ipi(cpu);
}

/* Idle @cpu is to look at its queue, @idle_wake_ns from now. */
static void wake_idle_cpu(struct sim_cpu *cpu, int64_t idle_wake_ns)
{
	int64_t t_ns;

	sched_set_need_resched(cpu);
	if (cpu->in_irq || cpu->in_softirq || cpu->dispatching)
		return; /* the interrupt's exit will see it; or it is on its way */
	cpu->dispatching = true;
	t_ns = time_add(cpu_now_ns(cpu), time_mul(idle_wake_ns, cpu->m->stream_share));
	if (cpu->paused)
		cpu->paused_event_ns = t_ns;
	else
		engine_arm(cpu->m->engine, cpu->dispatch_slot, t_ns);
	stream_check(cpu->m);
}

/* @cpu has got @task in its queue: make it look. An idle one wakes up in @idle_wake_ns. */
static void kick_cpu(struct sim_cpu *cpu, const struct sim_task *task, int64_t idle_wake_ns)
{
	if (cpu->curr == NULL && !cpu->switching) {
		wake_idle_cpu(cpu, idle_wake_ns);
		return;
	}
	if (cpu->curr != NULL && wakeup_preempts(cpu, task))
		resched_curr(cpu);
}

static bool wake(struct sim_task *task, struct sim_frame *waker, int64_t idle_wake_ns)
{
	struct sim_cpu *cpu;

	if (task->state != TASK_SLEEPING)
		return false;
	task->n_wakeups++;
	if (waker != NULL)
		frame_charge(waker, task->m->costs.wakeup);
	if (task->cpu->curr == task) { /* about to sleep, but still on its CPU */
		trace_sched_waking(task, task->cpu->id);
		task->state = TASK_RUNNING;
		trace_sched_wakeup(task, task->cpu->id);
		return true;
	}
	trace_sched_waking(task, task->cpu->id);
	cpu = task->delayed ? task->cpu : select_cpu(task, waker);
	cpu_settle(cpu);
	if (task->delayed)
		eevdf_requeue_delayed(cpu, task);
	rq_push(cpu, task, false);
	kick_cpu(cpu, task, idle_wake_ns);
	trace_sched_wakeup(task, cpu->id);
	return true;
}

bool task_wake(struct sim_task *task, struct sim_frame *waker)
{
	return wake(task, waker, task->m->costs.idle_wake);
}

bool task_wake_by_hrtimer(struct sim_task *task)
{
	const struct cost_profile *costs = &task->m->costs;

	return wake(task, NULL, time_add(costs->hrtimer, costs->idle_wake));
}

/* A queued task changes its class: raised it goes behind its new equals, lowered before them. */
static void requeue(struct sim_task *task, int prio)
{
	struct sim_cpu *cpu = task->cpu;
	const bool lowered = prio < task->fifo_prio;

	cpu_settle(cpu);
	rq_remove(cpu, task);
	task->fifo_prio = prio;
	rq_push(cpu, task, lowered || (prio == 0 && task->preempted));
	kick_cpu(cpu, task, task->m->costs.idle_wake);
}

void task_set_fifo(struct sim_task *task, int prio)
{
	struct sim_cpu *cpu = task->cpu;

	sim_assert(prio >= 0 && prio <= SCHED_MAX_FIFO_PRIO);
	if (prio > 0)
		task->m->has_fifo = true;
	if (prio == task->fifo_prio)
		return;
	if (task->state == TASK_QUEUED) {
		requeue(task, prio);
		return;
	}
	if (uses_eevdf(task->m) && task->on_rq && prio > 0)
		eevdf_dequeue(cpu, task); /* running, or delayed */
	task->fifo_prio = prio;
	if (uses_eevdf(task->m) && cpu->curr == task && prio == 0 && !task->on_rq) {
		eevdf_enqueue(cpu, task);
		eevdf_set_next(cpu, task);
	}
	if (cpu->curr == task && cpu->rq_head != NULL && cpu->rq_head->fifo_prio > prio)
		resched_curr(cpu);
}

/* --- CPUs that go offline --- */

bool task_is_parked_with_cpu(const struct sim_task *task)
{
	return task->kind == TASK_KSOFTIRQD || task->kind == TASK_RCUC;
}

bool sched_must_leave(const struct sim_cpu *cpu, const struct sim_task *task)
{
	return cpu->inactive && task->bound_cpu < 0 && may_migrate(task);
}

/* @task, which is in no queue, goes to another CPU. */
static void push_task(struct sim_task *task, bool preempted)
{
	struct sim_cpu *to = select_cpu(task, NULL);

	cpu_settle(to);
	rq_push(to, task, preempted);
	kick_cpu(to, task, task->m->costs.idle_wake);
}

void sched_push_all(struct sim_cpu *cpu)
{
	struct sim_task *task = cpu->rq_head;

	while (task != NULL) {
		struct sim_task *next = task->rq_next;

		if (sched_must_leave(cpu, task)) {
			rq_remove(cpu, task);
			push_task(task, task->preempted);
		}
		task = next;
	}
	if (cpu->curr != NULL)
		resched_curr(cpu);
	else if (!cpu->switching)
		wake_idle_cpu(cpu, cpu->m->costs.idle_wake);
}

/* --- switching --- */

/* The CPU's run must be settled. */
bool sched_can_preempt(const struct sim_cpu *cpu)
{
	const struct sim_frame *frame;

	if (cpu->curr == NULL || cpu->switching)
		return false;
	frame = &cpu->curr->frame;
	if ((frame->has_op && frame_in_closed(frame)) || frame->bh_disabled ||
	    cpu->curr->preempt_disabled)
		return false;
	return (frame->has_op && frame->op.user) || cpu->m->config.preempt == MACHINE_PREEMPT_FULL;
}

/* What @prev owes for the last that it did, a wakeup as a rule, it pays before it leaves its CPU. */
static void pay_charge(struct sim_cpu *cpu, struct sim_task *prev)
{
	const int64_t ns = prev->frame.charge_ns;

	if (ns == 0)
		return;
	prev->frame.charge_ns = 0;
	prev->cpu_ns += time_mul(ns, cpu->m->stream_share);
	cpu_occupy(cpu, CPU_TIME_KERNEL, ns);
}

static void put_prev(struct sim_cpu *cpu, struct sim_task *prev, bool preempt)
{
	if (prev == NULL)
		return;
	pay_charge(cpu, prev);
	prev->n_switches++;
	if (!preempt || prev->state != TASK_RUNNING)
		return;
	if (sched_must_leave(cpu, prev)) {
		eevdf_dequeue(cpu, prev);
		push_task(prev, true);
	} else {
		rq_push(cpu, prev, true);
	}
}

/* Whether nobody in the queue goes before the running task. */
static bool keeps_cpu(const struct sim_cpu *cpu, const struct sim_task *curr)
{
	return cpu->n_queued == 0 ||
	       (curr->fifo_prio > 0 && cpu->rq_head->fifo_prio <= curr->fifo_prio);
}

/* The highest FIFO task that waits on @cpu behind one that is not below it, and may run on CPU @to (-1: elsewhere). */
static struct sim_task *pushable_task(const struct sim_cpu *cpu, int to)
{
	for (struct sim_task *task = cpu->rq_head; task != NULL && task->fifo_prio > 0;
	     task = task->rq_next)
		if (cpu->curr != NULL && cpu->curr->fifo_prio >= task->fifo_prio &&
		    task->bound_cpu < 0 && may_migrate(task) &&
		    (to < 0 || task_may_run_on(task, to)))
			return task;
	return NULL;
}

/* push_rt_tasks(): those that wait behind @cpu's new task go where something lower runs. */
static void fifo_push(struct sim_cpu *cpu)
{
	struct sim_task *task;

	while ((task = pushable_task(cpu, -1)) != NULL) {
		struct sim_cpu *to = find_lowest_cpu(task, NULL);

		if (to == NULL || to == cpu)
			return;
		cpu_settle(to);
		rq_remove(cpu, task);
		rq_push(to, task, task->preempted);
		kick_cpu(to, task, task->m->costs.idle_wake);
	}
}

/* pull_rt_task(): @cpu is about to run something lower than a FIFO task that waits elsewhere. */
static void fifo_pull(struct sim_cpu *cpu)
{
	const int first = cpu->id;

	for (int i = 1; i < cpu->m->n_cpus; i++) {
		struct sim_cpu *from = &cpu->m->cpus[(first + i) % cpu->m->n_cpus];
		struct sim_task *task = from->n_queued > 0 ? pushable_task(from, first) : NULL;

		if (task != NULL &&
		    (cpu->rq_head == NULL || cpu->rq_head->fifo_prio < task->fifo_prio)) {
			rq_remove(from, task);
			rq_push(cpu, task, task->preempted);
		}
	}
}

/* What @prev did so far counts, and if it sleeps, it leaves the competition or stays in it for a while. */
static void eevdf_put_prev(struct sim_cpu *cpu, struct sim_task *prev)
{
	if (!uses_eevdf(cpu->m) || prev == NULL || !prev->on_rq)
		return;
	eevdf_update_curr(cpu);
	if (prev->state != TASK_RUNNING)
		eevdf_sleep(cpu, prev);
}

/*
 * The head of the queue; of fair tasks whom EEVDF picks. @prev, if it is to stay runnable, is not in the queue yet, and
 * may be picked.
 */
static struct sim_task *pick_next(struct sim_cpu *cpu, struct sim_task *prev)
{
	struct sim_task *head = cpu->rq_head;
	const bool competes = prev != NULL && prev->state == TASK_RUNNING && prev->on_rq &&
			      !sched_must_leave(cpu, prev);

	if (!uses_eevdf(cpu->m) || (head != NULL && !eevdf_is_fair(head)))
		return head;
	if (prev != NULL && prev->state == TASK_RUNNING && !eevdf_is_fair(prev) &&
	    !sched_must_leave(cpu, prev))
		return prev;
	return eevdf_pick(cpu, competes ? prev : NULL);
}

void sched_schedule(struct sim_cpu *cpu, bool preempt)
{
	struct machine *m = cpu->m;
	struct sim_task *prev = cpu->curr;
	struct sim_task *next = NULL;
	const int64_t now_ns = machine_now_ns(m);

	sim_assert(!cpu->switching && !cpu->in_softirq && !cpu->in_user);
	cpu_account(cpu);
	if (cpu->dispatching) {
		cpu->dispatching = false;
		engine_cancel(m->engine, cpu->dispatch_slot);
	}
	if (prev == NULL)
		cpu_exit_idle(cpu);
	if (m->hooks.context_switch != NULL)
		m->hooks.context_switch(m->hooks.ctx, cpu, prev, preempt);
	eevdf_put_prev(cpu, prev);
	cpu->need_resched = false;
	if (prev != NULL && prev->state == TASK_RUNNING && keeps_cpu(cpu, prev) &&
	    cpu->delayed == NULL && !sched_must_leave(cpu, prev)) {
		cpu_return(cpu); /* no switch */
		return;
	}
	if (uses_eevdf(m)) {
		next = pick_next(cpu, prev);
		if (prev != NULL && next == prev) {
			cpu_return(cpu);
			return;
		}
	}
	put_prev(cpu, prev, preempt);
	if (m->has_fifo)
		fifo_pull(cpu);
	if (!uses_eevdf(m) || (cpu->rq_head != NULL && !eevdf_is_fair(cpu->rq_head)))
		next = cpu->rq_head;
	if (next != NULL) {
		rq_unlink(cpu, next);
		next->state = TASK_RUNNING;
		next->slice_start_ns = next->cpu_ns;
		eevdf_set_next(cpu, next);
	}
	trace_sched_switch(cpu, prev, next, preempt);
	cpu->curr = next;
	cpu->n_switches++;
	if (next == NULL) {
		cpu_enter_idle(cpu);
		return;
	}
	if (m->has_fifo)
		fifo_push(cpu);
	cpu->switching = true;
	engine_arm(m->engine, cpu->op_slot,
		   time_add(now_ns > cpu->busy_until_ns ? now_ns : cpu->busy_until_ns,
			    time_mul(m->costs.context_switch, m->stream_share)));
}

void sched_switch_done(struct sim_cpu *cpu)
{
	cpu_account(cpu);
	cpu->switching = false;
	cpu_irqs_enabled(cpu);
}

void sched_dispatch_event(void *ctx)
{
	struct sim_cpu *cpu = ctx;

	cpu->dispatching = false;
	if (cpu->curr != NULL || cpu->switching || cpu->in_irq || cpu->in_softirq)
		return; /* somebody else has noticed the task by now */
	machine_enter(cpu);
	sched_schedule(cpu, false);
	stream_check(cpu->m);
	machine_leave(cpu->m);
}

void task_block(struct sim_task *task)
{
	sim_assert(task->state == TASK_RUNNING && !task->frame.has_op);
	task->state = TASK_SLEEPING;
}

void task_exit(struct sim_task *task)
{
	sim_assert(task->state == TASK_RUNNING && !task->frame.has_op);
	task->state = TASK_DEAD;
}

int64_t task_cpu_ns(struct sim_task *task)
{
	if (task->state == TASK_RUNNING)
		cpu_account(task->cpu);
	return task->cpu_ns;
}

/* --- tick --- */

/* A fair task that waits behind another one is pulled by an idle CPU that may run it. */
static void balance(struct sim_cpu *cpu)
{
	struct sim_task *task = cpu->rq_head;

	while (task != NULL) {
		struct sim_task *next = task->rq_next;
		const bool stays =
			task->bound_cpu >= 0 || task->fifo_prio > 0 || !may_migrate(task);
		struct sim_cpu *idle = stays ? NULL : find_idle_cpu(task, cpu->id);

		if (idle != NULL && idle != cpu) {
			rq_remove(cpu, task);
			rq_push(idle, task, task->preempted);
			kick_cpu(idle, task, task->m->costs.idle_wake);
		}
		task = next;
	}
}

void sched_tick(struct sim_cpu *cpu)
{
	if (cpu->curr == NULL || cpu->switching)
		return;
	if (uses_eevdf(cpu->m))
		eevdf_update_curr(cpu);
	if (cpu->n_queued == 0)
		return;
	if (!uses_eevdf(cpu->m) && cpu->curr->fifo_prio == 0 &&
	    slice_used_ns(cpu) >= cpu->m->slice_ns)
		sched_set_need_resched(cpu);
	balance(cpu);
}
