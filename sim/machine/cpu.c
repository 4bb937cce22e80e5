/*
 * What a CPU executes: interrupt over softirq over task, and the way back down.
 */
#include "machine/cpu.h"

#include "machine/frame.h"
#include "machine/hotplug.h"
#include "machine/ipi.h"
#include "machine/nohz_full.h"
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

	if (cpu->switching || cpu->paused)
		return true;
	cpu_settle(cpu);
	return frame != NULL && frame->has_op && frame_in_closed(frame);
}

bool cpu_is_in_eqs(const struct sim_cpu *cpu)
{
	return (cpu->curr == NULL || cpu->in_user) && !cpu->switching && !cpu->in_irq &&
	       !cpu->in_softirq && cpu_now_ns(cpu) >= cpu->busy_until_ns;
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

/* Its interrupt, paused, is accounted to its end, which goes away as time goes by. */
static void account_paused_irq(struct sim_cpu *cpu)
{
	const int64_t left_ns = cpu->busy_until_ns - cpu->paused_ns;
	const int64_t more_ns = machine_now_ns(cpu->m) + left_ns - cpu->acct_ns;

	cpu->time_ns[cpu->busy_mode] += more_ns;
	cpu->acct_ns += more_ns;
}

/* Time without a turn counts as what the CPU was doing: no guest can tell. */
void cpu_account(struct sim_cpu *cpu)
{
	const int64_t now_ns = machine_now_ns(cpu->m);
	const int64_t elapsed_ns = now_ns - cpu->acct_ns;
	const enum cpu_time mode = cpu_mode(cpu);

	if (cpu->paused && cpu->busy_until_ns > cpu->paused_ns) {
		account_paused_irq(cpu);
		return;
	}
	if (elapsed_ns <= 0)
		return; /* inside an interrupt that is accounted already */
	cpu->time_ns[mode] += elapsed_ns;
	if (cpu->curr != NULL && (mode == CPU_TIME_USER || mode == CPU_TIME_KERNEL))
		cpu->curr->cpu_ns += elapsed_ns;
	cpu->acct_ns = now_ns;
}

/* RCU may want the tick of an adaptive-tick CPU that it finds in the kernel. */
void cpu_irq_entry_check(struct sim_cpu *cpu)
{
	const struct machine_hooks *hooks = &cpu->m->hooks;

	if (cpu->nohz_full && cpu->irq_watched && hooks->irq_enter != NULL)
		hooks->irq_enter(hooks->ctx, cpu);
}

/* Over the idle task: out of the extended quiescent state. */
static void irq_enter_watching(struct sim_cpu *cpu)
{
	if (cpu->in_softirq) {
		trace_rcu_watching(cpu, WATCHING_NEST);
		return;
	}
	cpu->watching_seq++;
	sim_assert((cpu->watching_seq & 1) == 1);
	trace_rcu_watching(cpu, WATCHING_RESUME_IRQ);
}

/* ... and back, when its softirqs are over, too. */
static void irq_exit_watching(struct sim_cpu *cpu)
{
	if (cpu->in_softirq) {
		trace_rcu_watching(cpu, WATCHING_UNNEST);
		return;
	}
	trace_rcu_watching(cpu, WATCHING_STOP_IRQ);
	cpu->watching_seq++;
	sim_assert((cpu->watching_seq & 1) == 0);
}

void cpu_irq_enter(struct sim_cpu *cpu)
{
	struct sim_frame *frame = cpu_frame(cpu);

	cpu->irq_watched = frame != NULL && !cpu->in_user;
	cpu->ipi_deferred = false; /* its exit is this one's */
	if (frame != NULL)
		frame_suspend(frame);
	if (cpu->curr == NULL && !cpu->in_irq)
		irq_enter_watching(cpu);
	cpu->in_irq = true;
}

void cpu_send_ipi(struct sim_cpu *cpu)
{
	struct sim_frame *frame = cpu_frame(cpu);

	if (cpu->in_irq || cpu->ipi_deferred || frame == NULL)
		return; /* an interrupt's exit is to come, or idle's */
	if (cpu_irqs_disabled(cpu) || !frame->running) {
		cpu->ipi_deferred = true;
		cpu_cut(cpu); /* its end is an event now */
		return;
	}
	cpu_irq_enter(cpu);
	engine_arm(cpu->m->engine, cpu->ipi_slot, machine_now_ns(cpu->m));
}

/* The interrupt itself. */
static void ipi_handler(struct sim_cpu *cpu)
{
	cpu_irq_entry_check(cpu);
	cpu_irq_exit(cpu);
}

/* Interrupts that waited for it come now; without any the CPU goes on. */
void cpu_irqs_enabled(struct sim_cpu *cpu)
{
	if (cpu->tick_deferred) {
		ipi_call_resend(cpu);
		tick_run(cpu);
	} else if (cpu->call_deferred) {
		ipi_call_run(cpu);
	} else if (cpu->ipi_deferred) {
		cpu_irq_enter(cpu);
		ipi_handler(cpu);
	} else {
		cpu_return(cpu);
	}
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
	if (frame->has_op) {
		stream_check(cpu->m);
		return; /* it was a boundary: the closed segment runs, or waits */
	}
	cpu_irqs_enabled(cpu);
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
	stream_irq_exit(cpu);
	if (cpu->curr != NULL)
		nohz_full_update_tick(cpu);
	else
		irq_exit_watching(cpu);
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
	ipi_handler(cpu);
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
	trace_rcu_watching(cpu, WATCHING_STOP);
	cpu->watching_seq++;
	sim_assert((cpu->watching_seq & 1) == 0);
	cpu_idle_pass(cpu);
}

void cpu_exit_idle(struct sim_cpu *cpu)
{
	cpu->watching_seq++;
	sim_assert((cpu->watching_seq & 1) == 1);
	trace_rcu_watching(cpu, WATCHING_RESUME);
	if (cpu->nohz_full)
		nohz_full_update_tick(cpu);
	else
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
