/* cpu.h - what runs on a CPU: what the rest of the machine room needs of cpu.c. */
#pragma once

#include "machine/machine.h"

/* Nothing lies over the task (or the idle loop) any more: go on with it. */
void cpu_return(struct sim_cpu *cpu);
/* End of an interrupt or of softirqs: softirqs, rescheduling, or back to what was interrupted. */
void cpu_irq_exit(struct sim_cpu *cpu);
/* The part after the softirqs. */
void cpu_irq_return(struct sim_cpu *cpu);
/* An interrupt begins: what @cpu executes is suspended. */
void cpu_irq_enter(struct sim_cpu *cpu);
/* An interrupt from another CPU that asks for nothing but its exit: now, or when @cpu enables interrupts. */
void cpu_send_ipi(struct sim_cpu *cpu);
void cpu_ipi_event(void *ctx);
/* An operation that had interrupts disabled is over: those that waited run, or the CPU goes on. */
void cpu_irqs_enabled(struct sim_cpu *cpu);
/* To be called by each handler at its start. */
void cpu_irq_entry_check(struct sim_cpu *cpu);
void cpu_op_event(void *ctx);
void cpu_occupy(struct sim_cpu *cpu, enum cpu_time mode, int64_t ns);
void cpu_enter_idle(struct sim_cpu *cpu);
void cpu_exit_idle(struct sim_cpu *cpu);
/* One pass of the idle loop: deferred work, then the decision about the tick. */
void cpu_idle_pass(struct sim_cpu *cpu);
