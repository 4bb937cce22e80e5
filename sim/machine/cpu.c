/*
 * What a CPU executes: interrupt over softirq over task, and the way back down.
 */
#include "machine/cpu.h"

#include "machine/frame.h"
#include "machine/hotplug.h"
#include "machine/sched.h"
#include "machine/softirq.h"
#include "machine/stream.h"
#include "machine/tick.h"
#include "machine/trace.h"

struct sim_frame *cpu_frame(struct sim_cpu *cpu)
{
	if (cpu->in_softirq)
		return &cpu->softirq_frame;
	return cpu->curr == NULL ? NULL : &cpu->curr->frame;
}

void cpu_settle(struct sim_cpu *cpu)
{
	struct sim_frame *frame = cpu_frame(cpu);
	struct sim_key now;

	if (frame == NULL || !frame->running || frame->n_left <= 1)
		return; /* by far the most frequent case */
	now = engine_now_key(cpu->m->engine);
	frame_settle(frame, &now);
}

/* The task's run may lie suspended under a softirq: it was planned all the same. */
void cpu_cut(struct sim_cpu *cpu)
{
	if (cpu->in_softirq)
		frame_cut(&cpu->softirq_frame);
	if (cpu->curr != NULL)
		frame_cut(&cpu->curr->frame);
}

bool cpu_irqs_disabled(struct sim_cpu *cpu)
{
	struct sim_frame *frame = cpu_frame(cpu);

	if (cpu->switching)
		return true;
	cpu_settle(cpu);
	return frame != NULL && frame->has_op && frame_in_closed(frame);
}

bool cpu_is_in_eqs(const struct sim_cpu *cpu)
{
	return cpu->curr == NULL && !cpu->switching && !cpu->in_irq && !cpu->in_softirq &&
	       engine_now_ns(cpu->m->engine) >= cpu->busy_until_ns;
}

bool cpu_is_idle(const struct sim_cpu *cpu)
{
	return cpu->curr == NULL && !cpu->switching && cpu->n_queued == 0;
}

bool cpu_rrupt_from_idle(const struct sim_cpu *cpu)
{
	return cpu->curr == NULL && !cpu->in_softirq;
}

static enum cpu_time cpu_mode(struct sim_cpu *cpu)
{
	if (cpu->in_softirq)
		return CPU_TIME_SOFTIRQ;
	if (cpu->switching)
		return CPU_TIME_KERNEL;
	if (cpu->curr == NULL)
		return CPU_TIME_IDLE;
	return cpu->curr->frame.op.user ? CPU_TIME_USER : CPU_TIME_KERNEL;
}

void cpu_account(struct sim_cpu *cpu)
{
	const int64_t now_ns = machine_now_ns(cpu->m);
	const int64_t elapsed_ns = now_ns - cpu->acct_ns;
	const enum cpu_time mode = cpu_mode(cpu);

	if (elapsed_ns <= 0)
		return; /* inside an interrupt that is accounted already */
	cpu->time_ns[mode] += elapsed_ns;
	if (cpu->curr != NULL && (mode == CPU_TIME_USER || mode == CPU_TIME_KERNEL))
		cpu->curr->cpu_ns += elapsed_ns;
	cpu->acct_ns = now_ns;
}

static void cpu_end_op(struct sim_cpu *cpu)
{
	struct sim_frame *frame;

	if (cpu->switching) {
		sched_switch_done(cpu);
		stream_check(cpu->m);
		return;
	}
	frame = cpu_frame(cpu);
	sim_assert(frame != NULL);
	frame_event(frame);
	if (frame->has_op)
		return; /* it was a boundary: the closed segment runs, or waits */
	if (cpu->tick_deferred)
		tick_run(cpu);
	else
		cpu_return(cpu);
	stream_check(cpu->m);
}

/* The op slot's event. */
void cpu_op_event(void *ctx)
{
	struct sim_cpu *cpu = ctx;

	machine_enter(cpu);
	cpu_end_op(cpu);
	machine_leave(cpu->m);
}

void cpu_return(struct sim_cpu *cpu)
{
	if (cpu->in_softirq) {
		frame_continue(&cpu->softirq_frame);
	} else if (cpu->curr == NULL) {
		cpu_idle_pass(cpu);
	} else if (cpu->curr->state == TASK_RUNNING) {
		frame_continue(&cpu->curr->frame);
	}
	if (!cpu->in_softirq && !cpu->switching && !cpu->in_irq && cpu->curr != NULL &&
	    cpu->curr->state != TASK_RUNNING)
		sched_schedule(cpu, false);
}

void cpu_irq_exit(struct sim_cpu *cpu)
{
	cpu->in_irq = false;
	if (!cpu->in_softirq && !cpu->switching && cpu->softirq_pending != 0 &&
	    cpu->softirq_runner == NULL)
		softirq_start(cpu);
	else
		cpu_irq_return(cpu);
}

/* Softirqs, if any, are over: what is pending now waits for ksoftirqd or for another interrupt. */
void cpu_irq_return(struct sim_cpu *cpu)
{
	if (!cpu->in_softirq && cpu->need_resched && sched_can_preempt(cpu)) {
		sched_schedule(cpu, true);
		return;
	}
	cpu_return(cpu);
}

void cpu_ipi_event(void *ctx)
{
	struct sim_cpu *cpu = ctx;

	machine_enter(cpu);
	cpu_irq_exit(cpu);
	stream_check(cpu->m);
	machine_leave(cpu->m);
}

/* CPU time of @mode that nothing interrupts, from now or from the end of what occupies the CPU already. */
void cpu_occupy(struct sim_cpu *cpu, enum cpu_time mode, int64_t ns)
{
	const int64_t now_ns = machine_now_ns(cpu->m);
	const int64_t length_ns = time_mul(ns, cpu->m->stream_share);

	if (cpu->busy_until_ns < now_ns)
		cpu->busy_until_ns = now_ns;
	cpu->busy_until_ns = time_add(cpu->busy_until_ns, length_ns);
	cpu->busy_mode = mode;
	cpu->time_ns[mode] += length_ns;
	cpu->acct_ns = time_add(cpu->acct_ns, length_ns);
}

/*
 * The switch to the idle task: its decisions fall at its start, RCU sees the CPU idle from its end on
 * (cpu_is_in_eqs() looks at ->busy_until_ns).
 */
void cpu_enter_idle(struct sim_cpu *cpu)
{
	cpu_occupy(cpu, CPU_TIME_KERNEL, cpu->m->costs.context_switch);
	cpu->tick_hit_idle = false;
	cpu->watching_seq++;
	sim_assert((cpu->watching_seq & 1) == 0);
	cpu_idle_pass(cpu);
}

void cpu_exit_idle(struct sim_cpu *cpu)
{
	cpu->watching_seq++;
	sim_assert((cpu->watching_seq & 1) == 1);
	tick_restart(cpu);
}

void cpu_idle_pass(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;

	if (m->hooks.idle_loop != NULL)
		m->hooks.idle_loop(m->hooks.ctx, cpu);
	if (cpu->n_queued > 0) {
		sched_schedule(cpu, false);
		return;
	}
	cpu->need_resched = false;
	if (cpu->inactive && !cpu->offline)
		cpu_take_down(cpu);
	else if (!cpu->offline)
		tick_idle_stop(cpu);
}
