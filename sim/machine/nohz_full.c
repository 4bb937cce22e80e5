/*
 * Adaptive-tick CPUs (nohz_full): user mode as an extended quiescent state, and the tick that stops while one task
 * runs.
 *
 * The tick is stopped, and started again, at the exit of an interrupt only: whoever needs it sends one. It stays while
 * a second task waits, while a dependency is set, and while a timer of the CPU is due within a tick; in the kernel
 * it may be off, too (rcu-behaviour.md 0.4 item 3, 2.8 rule 4, 3.9). As long as there are such CPUs the timekeeper is
 * the first of the others, and its tick never stops.
 */
#include "machine/nohz_full.h"

#include "machine/cpu.h"
#include "machine/tick.h"
#include "machine/trace.h"

void nohz_full_init(struct machine *m)
{
	int cpu;

	for_each_cpu(cpu, &m->config.nohz_full)
		m->cpus[cpu].nohz_full = true;
	m->nohz_full_running = cpumask_weight(&m->config.nohz_full) > 0;
	if (!m->nohz_full_running)
		return;
	for (cpu = 0; m->cpus[cpu].nohz_full; cpu++)
		sim_assert(cpu + 1 < m->n_cpus);
	m->timekeeper = cpu;
	tick_restart(&m->cpus[cpu]);
}

/* --- user mode: context tracking --- */

void cpu_user_prepare(struct sim_cpu *cpu)
{
	const struct machine_hooks *hooks = &cpu->m->hooks;

	if (cpu->nohz_full && hooks->user_prepare != NULL)
		hooks->user_prepare(hooks->ctx, cpu);
}

void cpu_user_enter(struct sim_cpu *cpu)
{
	if (!cpu->nohz_full)
		return;
	sim_assert(!cpu->in_user && cpu->curr != NULL && !cpu->in_softirq && !cpu->in_irq);
	cpu->in_user = true;
	trace_rcu_watching(cpu, WATCHING_STOP);
	cpu->watching_seq++;
	sim_assert((cpu->watching_seq & 1) == 0);
}

void cpu_user_exit(struct sim_cpu *cpu)
{
	if (!cpu->in_user)
		return;
	cpu->in_user = false;
	cpu->watching_seq++;
	sim_assert((cpu->watching_seq & 1) == 1);
	trace_rcu_watching(cpu, WATCHING_RESUME);
}

/* --- the tick --- */

static bool can_stop_full_tick(const struct sim_cpu *cpu)
{
	const int nr_running = cpu->n_queued + (cpu->curr != NULL);

	return nr_running <= 1 && cpu->tick_dep == 0;
}

void nohz_full_update_tick(struct sim_cpu *cpu)
{
	if (!cpu->nohz_full)
		return;
	sim_assert(cpu->m->timekeeper != cpu->id);
	if (!can_stop_full_tick(cpu))
		tick_restart(cpu);
	else
		tick_stop(cpu);
}

void nohz_full_task_queued(struct sim_cpu *cpu)
{
	if (cpu->nohz_full && cpu->curr != NULL && !cpu->tick_on)
		cpu_send_ipi(cpu);
}

void tick_dep_set_cpu(struct sim_cpu *cpu, enum tick_dep_bit bit)
{
	cpu->tick_dep |= 1u << bit;
	if (!cpu->tick_on)
		cpu_send_ipi(cpu);
}

void tick_dep_clear_cpu(struct sim_cpu *cpu, enum tick_dep_bit bit)
{
	cpu->tick_dep &= ~(1u << bit);
}
