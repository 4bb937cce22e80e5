/*
 * eevdf.h - which of the fair tasks of a CPU runs: earliest eligible virtual deadline first, as Linux 6.12 does it.
 *
 * All fair tasks have the same weight, so that virtual time is time on the CPU, interrupts included. A task is eligible if
 * its lag, the CPU's average virtual time less its own, is not negative; of those the earliest deadline runs. What
 * decides outcomes beside that: a task keeps the CPU until its deadline has passed (RUN_TO_PARITY), looked at in ticks
 * and wakeups only; a deadline that has passed is set anew from then; a task that wakes keeps the lag that it went
 * to sleep with, and one that goes to sleep with a negative lag stays in the competition, "delayed", until it is
 * picked, for nothing, or woken (DELAY_DEQUEUE, DELAY_ZERO).
 *
 * Used with machine.wakeup_preempt "eevdf" only. SCHED_FIFO tasks and kworkers of nice -20 go before all of them.
 */
#pragma once

#include "machine/machine.h"

/* No lag is longer than two slices, or a tick. */
int64_t eevdf_clamp_lag(const struct machine *m, int64_t lag);
/* Whether @task competes by deadlines. */
bool eevdf_is_fair(const struct sim_task *task);
/* Bring the running task's virtual time up to now; it is asked to leave if its deadline has passed and others wait. */
void eevdf_update_curr(struct sim_cpu *cpu);
/* @task, which is in no queue, competes on @cpu: it is placed. */
void eevdf_enqueue(struct sim_cpu *cpu, struct sim_task *task);
/* It is taken away without having slept: to another CPU, or to another class. */
void eevdf_dequeue(struct sim_cpu *cpu, struct sim_task *task);
/* The running task goes to sleep, or ends. */
void eevdf_sleep(struct sim_cpu *cpu, struct sim_task *task);
/* A delayed task is woken where it is. */
void eevdf_requeue_delayed(struct sim_cpu *cpu, struct sim_task *task);
/* Whether the woken @task is who should run. */
bool eevdf_preempts(struct sim_cpu *cpu, const struct sim_task *task);
/* Who runs next: @prev if it is runnable (else NULL), one of the queue, or NULL. Delayed ones that are picked are gone. */
struct sim_task *eevdf_pick(struct sim_cpu *cpu, struct sim_task *prev);
/* @task has got @cpu. */
void eevdf_set_next(struct sim_cpu *cpu, struct sim_task *task);
