#include "machine/trace.h"

#define FIRST_PID          10  /* of task 0 */
#define DEFAULT_PRIO       120 /* SCHED_OTHER, nice 0; the idle task's is printed as 120, too */
#define LOCAL_TIMER_VECTOR 236

int trace_pid(const struct sim_task *task)
{
	return task == NULL ? 0 : FIRST_PID + (int)task->id;
}

/* In the two columns of every line the idle tasks have one name. */
static const char *line_comm(const struct sim_task *task)
{
	return task == NULL ? "<idle>" : task->comm;
}

static char layer_of(const struct sim_cpu *cpu)
{
	if (cpu->in_irq)
		return cpu->in_softirq ? 'H' : 'h';
	return cpu->softirq_runner != NULL ? 's' : '.';
}

static struct trace_context context_of(const struct sim_cpu *cpu, int n_locks)
{
	const struct sim_task *curr = cpu->curr;
	const char layer = layer_of(cpu);

	return (struct trace_context){
		.cpu = cpu->id,
		.comm = line_comm(curr),
		.pid = trace_pid(curr),
		.irqs_off = n_locks >= 0 || layer == 'h' || layer == 'H',
		.bh_off = layer != 's' && layer != 'H' && curr != NULL && curr->frame.bh_disabled,
		.need_resched = cpu->need_resched ? 'N' : '.',
		.layer = layer,
		.preempt_depth = (curr == NULL) + (n_locks > 0 ? n_locks : 0),
	};
}

/* An arrival is a timer's interrupt on the CPU that it is about. */
static struct trace_context arrival_context(const struct sim_cpu *cpu, int n_locks)
{
	struct trace_context context = context_of(cpu, n_locks);

	context.irqs_off = true;
	context.layer = cpu->in_softirq ? 'H' : 'h';
	return context;
}

bool machine_in_idle_task(const struct machine *m)
{
	return m->exec_cpu != NULL && m->exec_cpu->curr == NULL && layer_of(m->exec_cpu) == '.';
}

void machine_trace(struct machine *m, struct trace_record *record, int n_locks)
{
	record->t_ns = machine_now_ns(m);
	record->context = m->exec_cpu != NULL ? context_of(m->exec_cpu, n_locks)
					      : arrival_context(&m->cpus[record->cpu], n_locks);
	if (record->name == NULL)
		record->name = "";
	if (record->text == NULL)
		record->text = "";
	if (record->other == NULL)
		record->other = "";
	m->probe->trace(m->probe->ctx, record);
}

/* --- the scheduler --- */

/* As the kernel prints it: SCHED_FIFO below 100, the higher the lower. */
static int prio_of(const struct sim_task *task)
{
	return task != NULL && task->fifo_prio > 0 ? 99 - (int)task->fifo_prio : DEFAULT_PRIO;
}

/* In a body the idle tasks have names of their own. */
static const char *body_comm(const struct sim_cpu *cpu, const struct sim_task *task)
{
	return task == NULL ? cpu->idle_name : task->comm;
}

/* Letters of the state in which a task is switched out: what kthreads sleep in differs by their kind. */
static const char *state_letter(const struct sim_task *prev, bool preempt)
{
	if (prev == NULL)
		return "R";
	switch (prev->state) {
	case TASK_RUNNING:
	case TASK_QUEUED:
		return preempt ? "R+" : "R";
	case TASK_DEAD:
		return "X";
	case TASK_SLEEPING:
	default:
		return prev->kind == TASK_GP_KTHREAD ? "I" : "S";
	}
}

void trace_sched_switch(struct sim_cpu *cpu, const struct sim_task *prev,
			const struct sim_task *next, bool preempt)
{
	if (!machine_is_traced(cpu->m, TRACE_SCHED_SWITCH))
		return;
	machine_trace(cpu->m,
		      &(struct trace_record){ .event = TRACE_SCHED_SWITCH,
					      .cpu = cpu->id,
					      .name = body_comm(cpu, prev),
					      .text = state_letter(prev, preempt),
					      .other = body_comm(cpu, next),
					      .arg = { trace_pid(prev), prio_of(prev),
						       trace_pid(next), prio_of(next) } },
		      prev == NULL ? 1 : 2);
}

/* RCU's kthreads sleep on queues whose lock is held while they are woken, besides the task's own. */
static int wake_locks(const struct sim_task *task)
{
	return task->kind == TASK_GP_KTHREAD || task->kind == TASK_RCUOG || task->kind == TASK_RCUOP
		       ? 3
		       : 2;
}

static void trace_wake(enum trace_event event, const struct sim_task *task, int target_cpu)
{
	if (!machine_is_traced(task->m, event))
		return;
	machine_trace(
		task->m,
		&(struct trace_record){ .event = event,
					.cpu = target_cpu,
					.name = task->comm,
					.arg = { trace_pid(task), prio_of(task), target_cpu } },
		wake_locks(task) + (event == TRACE_SCHED_WAKEUP));
}

void trace_sched_waking(const struct sim_task *task, int target_cpu)
{
	trace_wake(TRACE_SCHED_WAKING, task, target_cpu);
}

void trace_sched_wakeup(const struct sim_task *task, int target_cpu)
{
	trace_wake(TRACE_SCHED_WAKEUP, task, target_cpu);
}

/* --- softirqs and the tick --- */

static void trace_softirq(enum trace_event event, struct sim_cpu *cpu, enum softirq_vector vector,
			  int n_locks)
{
	static const struct {
		int number;
		const char *action;
	} vectors[SOFTIRQ_N] = { [SOFTIRQ_TIMER] = { 1, "TIMER" }, [SOFTIRQ_RCU] = { 9, "RCU" } };

	if (!machine_is_traced(cpu->m, event))
		return;
	machine_trace(cpu->m,
		      &(struct trace_record){ .event = event,
					      .cpu = cpu->id,
					      .text = vectors[vector].action,
					      .arg = { vectors[vector].number } },
		      n_locks);
}

void trace_softirq_raise(struct sim_cpu *cpu, enum softirq_vector vector)
{
	trace_softirq(TRACE_SOFTIRQ_RAISE, cpu, vector, 0);
}

void trace_softirq_entry(struct sim_cpu *cpu, enum softirq_vector vector)
{
	trace_softirq(TRACE_SOFTIRQ_ENTRY, cpu, vector, TRACE_IRQS_ON);
}

void trace_softirq_exit(struct sim_cpu *cpu, enum softirq_vector vector)
{
	trace_softirq(TRACE_SOFTIRQ_EXIT, cpu, vector, TRACE_IRQS_ON);
}

void trace_local_timer_entry(struct sim_cpu *cpu)
{
	if (machine_is_traced(cpu->m, TRACE_LOCAL_TIMER_ENTRY))
		machine_trace(cpu->m,
			      &(struct trace_record){ .event = TRACE_LOCAL_TIMER_ENTRY,
						      .cpu = cpu->id,
						      .arg = { LOCAL_TIMER_VECTOR } },
			      0);
}

/* --- extended quiescent states --- */

/* Two bits of the word are the state of context tracking, above them is the counter. */
#define RCU_WATCHING_SHIFT 2

void trace_rcu_watching(struct sim_cpu *cpu, enum watching_change change)
{
	/* the names change sides with V19 */
	static const struct {
		const char *watching, *dyntick;
		int64_t old_nesting, new_nesting;
	} rows[] = {
		[WATCHING_STOP] = { "End", "Start", 1, 0 },
		[WATCHING_RESUME] = { "Start", "End", 0, 1 },
		[WATCHING_STOP_IRQ] = { "Endirq", "Startirq", 1, 0 },
		[WATCHING_RESUME_IRQ] = { "Startirq", "Endirq", 0, 1 },
		[WATCHING_NEST] = { "++=", "++=", 1, 3 },
		[WATCHING_UNNEST] = { "--=", "--=", 3, 1 },
	};
	struct machine *m = cpu->m;
	const enum trace_event event = m->dyntick_events ? TRACE_RCU_DYNTICK : TRACE_RCU_WATCHING;
	struct sim_cpu *exec_cpu = m->exec_cpu;

	if (!machine_is_traced(m, event))
		return;
	m->exec_cpu = cpu; /* it may be another one that interrupts it */
	machine_trace(
		m,
		&(struct trace_record){
			.event = event,
			.cpu = cpu->id,
			.text = m->dyntick_events ? rows[change].dyntick : rows[change].watching,
			.arg = { rows[change].old_nesting, rows[change].new_nesting,
				 (int64_t)(cpu->watching_seq << RCU_WATCHING_SHIFT & 0xfff) } },
		0);
	m->exec_cpu = exec_cpu;
}
