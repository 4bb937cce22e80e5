/*
 * hotplug.h - CPUs that go offline and come back.
 *
 * cpu_down() as far as it decides outcomes: from its beginning on nothing new is placed on the CPU, and what may leave
 * it leaves at its next reschedule point (balance_push()); when the CPU has come to its idle loop with nothing
 * queued it is taken down, there and then, and the task that asked is woken. Tasks that were bound to the CPU may run
 * anywhere from then on, as select_fallback_rq() leaves them; ksoftirqd/N and its like stay, asleep.
 */
#pragma once

#include "machine/machine.h"

/* The last CPU stays, and so does the one that keeps the time for adaptive-tick CPUs. */
bool cpu_is_hotpluggable(const struct sim_cpu *cpu);

/**
 * cpu_hotplug_down:
 * @waiter: the running task that asks; woken when @cpu is offline
 *
 * @cpu must be active and hotpluggable.
 */
void cpu_hotplug_down(struct sim_cpu *cpu, struct sim_task *waiter);
/* @cpu, which is offline, runs its idle loop again. */
void cpu_hotplug_up(struct sim_cpu *cpu);
/* The idle loop of a CPU that is to go: nothing is left to do here. */
void cpu_take_down(struct sim_cpu *cpu);
