/*
 * Softirqs: on the way out of an interrupt, and in ksoftirqd.
 *
 * A round takes the vectors pending at its start, lowest first. What is raised meanwhile gets another round
 * while there are fewer than 10, the time is not over and nobody wants the CPU; then ksoftirqd is woken
 * (rcu-behaviour.md 0.4 item 4). ksoftirqd runs the same rounds as a task, with cond_resched() between them.
 */
#include "machine/softirq.h"

#include "machine/cpu.h"
#include "machine/sched.h"
#include "machine/timer.h"
#include "machine/trace.h"

#define MAX_SOFTIRQ_RESTART 10 /* rounds, counting the first */
#define MAX_SOFTIRQ_TIME_MS 2

void softirq_raise(struct sim_cpu *cpu, enum softirq_vector vector)
{
	trace_softirq_raise(cpu, vector);
	cpu->softirq_pending |= 1u << vector;
	/* raised outside interrupts and softirqs: nobody would look, so ksoftirqd must */
	if (!cpu->in_irq && cpu->softirq_runner == NULL)
		task_wake(cpu->ksoftirqd, NULL);
}

static void begin_round(struct sim_cpu *cpu)
{
	cpu->softirq_todo = cpu->softirq_pending;
	cpu->softirq_pending = 0;
	cpu->softirq_entered = false;
	cpu->softirq_vector_entered = false;
}

static void begin_rounds(struct sim_cpu *cpu, struct sim_frame *runner)
{
	const struct machine *m = cpu->m;
	const int64_t limit = (MAX_SOFTIRQ_TIME_MS * m->config.hz + 999) / 1000;

	cpu->softirq_runner = runner;
	runner->bh_disabled = true;
	cpu->softirq_round = 1;
	cpu->softirq_end_jiffy = m->jiffies + (limit > 0 ? limit : 1);
	begin_round(cpu);
}

/* Whether another round may follow at once. */
static bool may_restart(const struct sim_cpu *cpu)
{
	return cpu->m->jiffies < cpu->softirq_end_jiffy && !cpu->need_resched &&
	       cpu->softirq_round < MAX_SOFTIRQ_RESTART;
}

static void timer_done(void *ctx)
{
	struct sim_cpu *cpu = ctx;
	struct sim_timer *timer = timer_take_due(cpu);

	if (timer != NULL)
		timer->fn(timer->ctx, cpu);
}

/* One timer; false if none is due. */
static bool timer_vector_step(struct sim_cpu *cpu)
{
	const struct sim_op op = { .open_ns = cpu->m->costs.timer, .done = timer_done, .ctx = cpu };

	if (!timer_is_due(cpu))
		return false;
	frame_exec(cpu->softirq_runner, &op);
	return true;
}

/* Issue the next operation of @vector; false if there is none left. */
static bool vector_step(struct sim_cpu *cpu, enum softirq_vector vector)
{
	const struct machine_hooks *hooks = &cpu->m->hooks;

	if (!cpu->softirq_vector_entered)
		trace_softirq_entry(cpu, vector);
	cpu->softirq_vector_entered = true;
	if (vector == SOFTIRQ_TIMER)
		return timer_vector_step(cpu);
	return hooks->rcu_softirq != NULL &&
	       hooks->rcu_softirq(hooks->ctx, cpu, cpu->softirq_runner);
}

/* Issue the next operation of this round; false if the round is over. */
static bool round_step(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;

	if (!cpu->softirq_entered) {
		cpu->softirq_entered = true;
		/* traced: softirq_raise, softirq_entry, softirq_exit */
		frame_charge(cpu->softirq_runner, m->costs.softirq + 3 * m->costs.trace_event);
	}
	while (cpu->softirq_todo != 0) {
		const enum softirq_vector vector =
			cpu->softirq_todo & (1u << SOFTIRQ_TIMER) ? SOFTIRQ_TIMER : SOFTIRQ_RCU;

		if (vector_step(cpu, vector))
			return true;
		trace_softirq_exit(cpu, vector);
		cpu->softirq_todo &= ~(1u << vector);
		cpu->softirq_vector_entered = false;
	}
	return false;
}

/* Rounds until one issues an operation; false when there is none to issue. */
static bool rounds_step(struct sim_cpu *cpu)
{
	while (!round_step(cpu)) {
		if (cpu->softirq_pending == 0 || !may_restart(cpu))
			return false;
		cpu->softirq_round++;
		begin_round(cpu);
	}
	return true;
}

void softirq_start(struct sim_cpu *cpu)
{
	sim_assert(!cpu->in_softirq && cpu->softirq_runner == NULL);
	cpu_account(cpu);
	cpu->in_softirq = true;
	begin_rounds(cpu, &cpu->softirq_frame);
	softirq_step(cpu);
}

void softirq_step(void *ctx)
{
	struct sim_cpu *cpu = ctx;

	if (rounds_step(cpu))
		return;
	cpu_account(cpu);
	if (cpu->softirq_frame.charge_ns >
	    0) { /* for the last that was done: a wakeup, as a rule */
		cpu_occupy(cpu, CPU_TIME_SOFTIRQ, cpu->softirq_frame.charge_ns);
		cpu->softirq_frame.charge_ns = 0;
	}
	cpu->softirq_runner = NULL;
	cpu->in_softirq = false;
	if (cpu->softirq_pending != 0)
		task_wake(cpu->ksoftirqd, NULL);
	cpu_irq_return(cpu);
}

static void ksoftirqd_rounds_done(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;

	cpu->softirq_runner->bh_disabled = false;
	cpu->softirq_runner = NULL;
	if (m->hooks.softirq_qs != NULL)
		m->hooks.softirq_qs(m->hooks.ctx, cpu);
}

void ksoftirqd_step(void *ctx)
{
	struct sim_cpu *cpu = ctx;
	struct sim_frame *frame = &cpu->ksoftirqd->frame;

	if (cpu->softirq_runner == NULL) {
		if (cpu->softirq_pending == 0) {
			task_block(cpu->ksoftirqd);
			return;
		}
		begin_rounds(cpu, frame);
	}
	if (rounds_step(cpu))
		return;
	ksoftirqd_rounds_done(cpu);
	/* cond_resched(), then look again */
	frame_exec_open(frame, cpu->m->costs.cond_resched, true, NULL, NULL);
}
