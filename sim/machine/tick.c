/*
 * The scheduling-clock interrupt, and who advances jiffies.
 *
 * Tick k is at k * tick_ns, on each CPU plus its skew. One CPU, the timekeeper, advances jiffies in its own
 * tick; the others see the new value from then on. An idle CPU keeps its tick until one tick has hit it,
 * then stops it unless a timer is due within a tick or RCU needs the CPU (rcu-behaviour.md 0.4 items 6, 7).
 * Without a running tick a CPU wakes at the tick instant of its first timer.
 */
#include "machine/tick.h"

#include "machine/cpu.h"
#include "machine/frame.h"
#include "machine/sched.h"
#include "machine/stream.h"
#include "machine/timer.h"
#include "machine/trace.h"

/* The jiffy that a clock at @t_ns shows. */
static int64_t jiffy_at(const struct machine *m, int64_t t_ns)
{
	return t_ns / m->tick_ns;
}

/* First tick instant of @cpu after @t_ns. */
static int64_t next_tick_ns(const struct sim_cpu *cpu, int64_t t_ns)
{
	const int64_t tick_ns = cpu->m->tick_ns;

	if (t_ns < cpu->tick_skew_ns)
		return cpu->tick_skew_ns;
	return time_add(time_mul((t_ns - cpu->tick_skew_ns) / tick_ns + 1, tick_ns),
			cpu->tick_skew_ns);
}

int64_t tick_next_ns(const struct sim_cpu *cpu)
{
	return cpu->tick_on ? next_tick_ns(cpu, machine_now_ns(cpu->m)) : INT64_MAX;
}

/* jiffies becomes @jiffies: cut the runs that were planned on the old value. */
static void jiffies_advance(struct machine *m, int64_t jiffies)
{
	if (jiffies <= m->jiffies)
		return;
	for (int i = 0; i < m->n_cpus; i++) {
		struct sim_task *curr = m->cpus[i].curr;

		if (curr != NULL && curr->frame.op.jiffy_bound)
			cpu_cut(&m->cpus[i]);
	}
	m->jiffies = jiffies;
	machine_observe(m);
}

/* The timekeeper's tick is pending: its jiffies event comes first at that instant. */
static void jiffies_arm(struct machine *m, int64_t t_ns)
{
	if (m->timekeeper >= 0)
		engine_arm(m->engine, m->jiffies_slot, t_ns);
}

void tick_jiffies_event(void *ctx)
{
	struct machine *m = ctx;
	struct sim_cpu *cpu = &m->cpus[m->timekeeper];

	if (!cpu_irqs_disabled(cpu)) /* else its deferred tick does it */
		jiffies_advance(m, jiffy_at(m, machine_now_ns(m) - cpu->tick_skew_ns));
}

static void tick_arm(struct sim_cpu *cpu, int64_t t_ns)
{
	engine_arm(cpu->m->engine, cpu->tick_slot, t_ns);
	if (cpu->m->timekeeper == cpu->id)
		jiffies_arm(cpu->m, t_ns);
}

void tick_event(void *ctx)
{
	struct sim_cpu *cpu = ctx;

	if (cpu_irqs_disabled(cpu)) {
		cpu->tick_deferred = true;
		cpu_cut(cpu); /* its end is an event now */
		return;
	}
	machine_enter(cpu);
	tick_run(cpu);
	stream_check(cpu->m);
	machine_leave(cpu->m);
}

static bool tick_interrupts_user(const struct sim_cpu *cpu)
{
	return !cpu->in_softirq && cpu->curr != NULL && cpu->curr->frame.has_op &&
	       cpu->curr->frame.op.user;
}

static void tick_take_duty(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;

	if (m->timekeeper < 0)
		m->timekeeper = cpu->id;
	if (m->timekeeper == cpu->id)
		jiffies_advance(m, jiffy_at(m, machine_now_ns(m) - cpu->tick_skew_ns));
}

/* The handler's effects, at the instant at which it starts. */
static void tick_handler(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;
	const bool user = tick_interrupts_user(cpu);

	cpu->n_ticks++;
	trace_local_timer_entry(cpu);
	if (timer_is_due(cpu))
		softirq_raise(cpu, SOFTIRQ_TIMER);
	if (m->hooks.sched_clock_irq != NULL)
		m->hooks.sched_clock_irq(m->hooks.ctx, cpu, user);
	sched_tick(cpu);
	if (cpu->curr == NULL)
		cpu->tick_hit_idle = true;
}

void tick_run(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;
	const int64_t now_ns = machine_now_ns(m);

	cpu->tick_deferred = false;
	cpu_account(cpu);
	cpu_irq_enter(cpu);
	cpu_occupy(cpu, CPU_TIME_HARDIRQ, m->costs.tick);
	cpu->tick_on = true;
	tick_take_duty(cpu);
	tick_arm(cpu, next_tick_ns(cpu, now_ns));
	cpu_irq_entry_check(cpu);
	tick_handler(cpu);
	/* its duration is no event: whatever follows starts at ->busy_until_ns */
	engine_cancel(m->engine, cpu->ipi_slot);
	cpu_irq_exit(cpu);
}

void tick_restart(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;
	const int64_t now_ns = machine_now_ns(m);

	if (cpu->tick_on)
		return;
	cpu->tick_on = true;
	jiffies_advance(m, jiffy_at(m, now_ns));
	if (m->timekeeper < 0)
		m->timekeeper = cpu->id;
	tick_arm(cpu, next_tick_ns(cpu, now_ns));
}

/* Wake without a running tick for the first timer, or not at all. */
void tick_reprogram(struct sim_cpu *cpu)
{
	const int64_t now_ns = machine_now_ns(cpu->m);
	int64_t t_ns;

	if (cpu->tick_on || cpu->offline)
		return;
	if (cpu->timers == NULL) {
		engine_cancel(cpu->m->engine, cpu->tick_slot);
		return;
	}
	t_ns = time_add(time_mul(cpu->timers->expires, cpu->m->tick_ns), cpu->tick_skew_ns);
	engine_arm(cpu->m->engine, cpu->tick_slot,
		   t_ns > now_ns ? t_ns : next_tick_ns(cpu, now_ns));
}

void tick_stop(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;

	if (!cpu->tick_on || (cpu->timers != NULL && cpu->timers->expires <= m->jiffies + 1))
		return;
	cpu->tick_on = false;
	if (m->timekeeper == cpu->id) {
		m->timekeeper = -1;
		engine_cancel(m->engine, m->jiffies_slot);
	}
	tick_reprogram(cpu);
}

void tick_idle_stop(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;

	if (!cpu->tick_on || !cpu->tick_hit_idle)
		return;
	if (m->nohz_full_running && m->timekeeper == cpu->id)
		return; /* somebody in user mode without a tick reads the clock */
	if (m->hooks.needs_cpu != NULL && m->hooks.needs_cpu(m->hooks.ctx, cpu))
		return;
	tick_stop(cpu);
}

void tick_cpu_dead(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;

	cpu->tick_on = false;
	engine_cancel(m->engine, cpu->tick_slot);
	if (m->timekeeper == cpu->id) {
		m->timekeeper = -1;
		engine_cancel(m->engine, m->jiffies_slot);
	}
}
