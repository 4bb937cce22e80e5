/*
 * trace.h - trace events: where they are executed, and those of the scheduler, of softirqs and of the tick.
 *
 * Nothing is done for an event that no probe wants.
 */
#pragma once

#include "machine/machine.h"

/* For machine_trace(): interrupts enabled; 0 or more: disabled, and that many raw spinlocks held. */
#define TRACE_IRQS_ON (-1)

static inline bool machine_is_traced(const struct machine *m, enum trace_event event)
{
	return m->probe != NULL && (m->probe->trace_events & TRACE_EVENT_BIT(event)) != 0;
}

/*
 * Tell the probe @record, whose time and context are filled in here: those of the CPU whose event is being
 * executed (machine_enter()), or of @record->cpu in an interrupt (an arrival). machine_is_traced() must hold.
 */
void machine_trace(struct machine *m, struct trace_record *record, int n_locks);
/* What executes is the idle task itself, not an interrupt over it. */
bool machine_in_idle_task(const struct machine *m);

/*
 * An event of @cpu is being executed until machine_leave(). Arrivals and observers belong to no CPU.
 */
static inline void machine_enter(struct sim_cpu *cpu)
{
	cpu->m->exec_cpu = cpu;
}
static inline void machine_leave(struct machine *m)
{
	m->exec_cpu = NULL;
}

/* Pids are made up, and stable: task ids are given in the order of the scenario. */
int trace_pid(const struct sim_task *task); /* NULL: the idle task, 0 */

/* @cpu's task @prev leaves it, @next comes; NULL: the idle task. @preempt: @prev stays runnable. */
void trace_sched_switch(struct sim_cpu *cpu, const struct sim_task *prev,
			const struct sim_task *next, bool preempt);
void trace_sched_waking(const struct sim_task *task, int target_cpu);
void trace_sched_wakeup(const struct sim_task *task, int target_cpu);
void trace_softirq_raise(struct sim_cpu *cpu, enum softirq_vector vector);
void trace_softirq_entry(struct sim_cpu *cpu, enum softirq_vector vector);
void trace_softirq_exit(struct sim_cpu *cpu, enum softirq_vector vector);
void trace_local_timer_entry(struct sim_cpu *cpu);

/* RCU stops to watch @cpu, or watches it again; NEST, UNNEST: an interrupt over one that has hit the idle task. */
enum watching_change {
	WATCHING_STOP,
	WATCHING_RESUME,
	WATCHING_STOP_IRQ,
	WATCHING_RESUME_IRQ,
	WATCHING_NEST,
	WATCHING_UNNEST
};

/* The counter has moved for RESUME already, and has yet to for STOP. */
void trace_rcu_watching(struct sim_cpu *cpu, enum watching_change change);
