/*
 * Function-call interrupts: smp_call_function_single().
 *
 * A call takes costs.ipi to reach its CPU. There it waits for interrupts to be enabled, and for an interrupt that is
 * being handled; calls that have come meanwhile are made by the same interrupt, in the order in which they were sent.
 */
#include "machine/ipi.h"

#include "machine/cpu.h"
#include "machine/frame.h"
#include "machine/stream.h"
#include "machine/trace.h"

static void call_arrived(struct sim_cpu *cpu)
{
	if (!cpu->paused && cpu->busy_until_ns > machine_now_ns(cpu->m)) {
		engine_arm(cpu->m->engine, cpu->call_slot, cpu->busy_until_ns);
	} else if (cpu_irqs_disabled(cpu)) {
		cpu->call_deferred = true;
		cpu_cut(cpu); /* its end is an event now */
	} else {
		ipi_call_run(cpu);
	}
}

static void call_event(void *ctx)
{
	struct sim_cpu *cpu = ctx;

	machine_enter(cpu);
	call_arrived(cpu);
	machine_leave(cpu->m);
}

static void call_queued(struct sim_cpu *cpu)
{
	while (cpu->call_head != NULL) {
		struct smp_call *call = cpu->call_head;
		struct sim_frame *sender = call->sender;

		cpu->call_head = call->next;
		call->pending = false;
		call->fn(call->ctx, cpu);
		if (sender != NULL)
			frame_end_wait(sender);
	}
	cpu->call_tail = NULL;
}

/* As for the tick, what the handler does falls at its start, and its duration is no event. */
void ipi_call_run(struct sim_cpu *cpu)
{
	struct machine *m = cpu->m;

	cpu->call_deferred = false;
	cpu_account(cpu);
	cpu_irq_enter(cpu);
	cpu_occupy(cpu, CPU_TIME_HARDIRQ, m->costs.ipi_handler);
	cpu_irq_entry_check(cpu);
	call_queued(cpu);
	engine_cancel(m->engine,
		      cpu->ipi_slot); /* a reschedule interrupt: this one's exit looks, too */
	cpu_irq_exit(cpu);
	stream_check(m);
}

void ipi_cpu_dying(struct sim_cpu *cpu)
{
	if (cpu->call_head == NULL)
		return;
	engine_cancel(cpu->m->engine, cpu->call_slot);
	cpu->call_deferred = false;
	call_queued(cpu);
}

void ipi_call_resend(struct sim_cpu *cpu)
{
	if (!cpu->call_deferred)
		return;
	cpu->call_deferred = false;
	engine_arm(cpu->m->engine, cpu->call_slot, machine_now_ns(cpu->m));
}

void smp_call_function_single_async(struct sim_cpu *cpu, struct smp_call *call)
{
	struct machine *m = cpu->m;

	sim_assert(!call->pending && !cpu->offline);
	call->pending = true;
	call->next = NULL;
	if (!cpu->has_call_slot) {
		/* actors of rank IPI up to SIM_MAX_CPUS are the reschedule interrupts', and the stream's */
		cpu->call_slot =
			engine_slot_new(m->engine, SIM_RANK_IPI,
					(uint32_t)(SIM_MAX_CPUS + 1 + cpu->id), call_event, cpu);
		cpu->has_call_slot = true;
	}
	if (cpu->call_head == NULL) {
		cpu->call_head = call;
		engine_arm(m->engine, cpu->call_slot, time_add(machine_now_ns(m), m->costs.ipi));
	} else {
		cpu->call_tail->next = call;
	}
	cpu->call_tail = call;
}

void smp_call_function_single(struct sim_cpu *cpu, struct smp_call *call, struct sim_frame *sender,
			      void (*done)(void *), void *ctx)
{
	sim_assert(sender->cpu != cpu); /* a CPU's own call is a call */
	call->sender = sender;
	smp_call_function_single_async(cpu, call);
	frame_exec_wait(sender, done, ctx);
}
