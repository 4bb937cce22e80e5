/* nohz_full.h - adaptive-tick CPUs: what the rest of the machine room needs of nohz_full.c. */
#pragma once

#include "machine/machine.h"

/* The mask is in the configuration: mark the CPUs, and give the others' first the timekeeper's duty for good. */
void nohz_full_init(struct machine *m);
/* The running task enters user mode, where RCU does not watch; it leaves it by a call or an interrupt. */
void cpu_user_enter(struct sim_cpu *cpu);
void cpu_user_exit(struct sim_cpu *cpu);
/* On the way to user mode, before the last look at need_resched. */
void cpu_user_prepare(struct sim_cpu *cpu);
/* The exit of an interrupt, or of idle: stop the tick, or start it again. */
void nohz_full_update_tick(struct sim_cpu *cpu);
/* @cpu has got a second task. */
void nohz_full_task_queued(struct sim_cpu *cpu);
