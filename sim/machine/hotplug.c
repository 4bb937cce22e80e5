/*
 * Taking a CPU down and up again: sched_cpu_deactivate(), take_cpu_down(), timers_dead_cpu(), bringup_cpu().
 */
#include "machine/hotplug.h"

#include "machine/ipi.h"
#include "machine/sched.h"
#include "machine/tick.h"
#include "machine/timer.h"

/* CPUs that new tasks may be placed on. */
static int cpu_n_active(const struct machine *m)
{
	int n = 0;

	for (int i = 0; i < m->n_cpus; i++)
		n += !m->cpus[i].inactive;
	return n;
}

bool cpu_is_hotpluggable(const struct sim_cpu *cpu)
{
	const struct machine *m = cpu->m;

	return cpu_n_active(m) > 1 && !(m->nohz_full_running && m->timekeeper == cpu->id);
}

/* Per-CPU kthreads are parked with their CPU; whoever else was bound to it is free now, for good. */
static void break_affinity(struct sim_cpu *cpu)
{
	for (struct sim_task *task = cpu->m->tasks; task != NULL; task = task->next) {
		if (task->bound_cpu != cpu->id || task_is_parked_with_cpu(task))
			continue;
		task->bound_cpu = -1;
		task->allowed = &cpu->m->all_cpus;
	}
}

void cpu_hotplug_down(struct sim_cpu *cpu, struct sim_task *waiter)
{
	sim_assert(!cpu->inactive && cpu_is_hotpluggable(cpu));
	cpu->inactive = true;
	cpu->hotplug_waiter = waiter;
	break_affinity(cpu);
	sched_push_all(cpu);
}

/* Its timers go to the CPU of the task that waited, and run there when they are due. */
static void timers_dead_cpu(struct sim_cpu *cpu)
{
	struct sim_cpu *to = cpu->hotplug_waiter->cpu;

	sim_assert(to != cpu);
	while (cpu->timers != NULL)
		timer_migrate(cpu->timers, to);
}

void cpu_take_down(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;

	sim_assert(cpu->curr == NULL && cpu->n_queued == 0 && !cpu->in_softirq);
	ipi_cpu_dying(cpu);
	if (m->hooks.cpu_dead != NULL)
		m->hooks.cpu_dead(m->hooks.ctx, cpu);
	cpu->offline = true;
	tick_cpu_dead(cpu);
	task_wake(cpu->hotplug_waiter, NULL); /* which may have slept here */
	timers_dead_cpu(cpu);
	cpu->hotplug_waiter = NULL;
}

void cpu_hotplug_up(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;

	sim_assert(cpu->offline);
	cpu->offline = false;
	cpu->inactive = false;
	cpu->tick_hit_idle = false;
	if (m->hooks.cpu_starting != NULL)
		m->hooks.cpu_starting(m->hooks.ctx, cpu);
	tick_restart(cpu);
}
