/* sched.h - the scheduler: what the rest of the machine room needs of sched.c. */
#pragma once

#include "machine/machine.h"

/* __schedule(): the current task leaves the CPU (@preempt: it stays runnable), the next one gets it. */
void sched_schedule(struct sim_cpu *cpu, bool preempt);
/* The op slot's event while a switch is under way; the dispatch slot's event. */
void sched_switch_done(struct sim_cpu *cpu);
void sched_dispatch_event(void *ctx);
/* scheduler_tick(): the slice, and a waiting task's move to an idle CPU. */
void sched_tick(struct sim_cpu *cpu);
/* Whether an interrupt may take the CPU from what it interrupted. */
bool sched_can_preempt(const struct sim_cpu *cpu);
