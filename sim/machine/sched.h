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
/* Whether @task, which runs on a CPU that is going offline, must leave it at this instant. */
bool sched_must_leave(const struct sim_cpu *cpu, const struct sim_task *task);
/* @cpu is going offline: whoever waits there and may leave goes elsewhere, whoever runs is asked to. */
void sched_push_all(struct sim_cpu *cpu);
/* ksoftirqd and other threads that belong to one CPU sleep while it is offline. */
bool task_is_parked_with_cpu(const struct sim_task *task);
