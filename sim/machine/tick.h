/* tick.h - the scheduling-clock interrupt: what the rest of the machine room needs of tick.c. */
#pragma once

#include "machine/machine.h"

void tick_event(void *ctx);
void tick_jiffies_event(void *ctx);
/* The interrupt itself: at the tick's instant, or when the CPU enables interrupts again. */
void tick_run(struct sim_cpu *cpu);
/* When @cpu's next tick comes, as of now; INT64_MAX: its tick is stopped. */
int64_t tick_next_ns(const struct sim_cpu *cpu);
/* Leaving idle: jiffies are brought up to date, the tick runs again. */
void tick_restart(struct sim_cpu *cpu);
/* Stop the tick, unless a timer is due within one. */
void tick_stop(struct sim_cpu *cpu);
/* The idle loop's decision: stop the tick, or keep it. */
void tick_idle_stop(struct sim_cpu *cpu);
/* An offline CPU has no tick; the next one that takes a tick has its duty. */
void tick_cpu_dead(struct sim_cpu *cpu);
/* A timer was queued on an idle CPU without tick: it must wake for it. */
void tick_reprogram(struct sim_cpu *cpu);
