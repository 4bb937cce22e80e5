/*
 * stream.h - CPUs that share one instruction stream.
 *
 * QEMU with -icount executes its virtual CPUs in turns, and its clock counts the instructions of all of them. So do the
 * CPUs of a virtual machine that is pinned to one CPU. With "shared_stream" alone the turns are too short to see: while
 * k CPUs are busy each runs at 1/k of its speed (stream.c). With "stream_turn_ns" they are those of QEMU, tens of
 * microseconds long: one CPU runs, at full speed, and the other busy ones stand still (stream_turn.c). Without
 * "shared_stream" the share is 1 for ever.
 */
#pragma once

#include "machine/machine.h"

void stream_init(struct machine *m);
/* A CPU may have become busy or idle: if so, an event at this instant changes the share, or the turn. */
void stream_check(struct machine *m);
/* Whether @cpu has anything to execute. */
bool stream_cpu_is_busy(const struct sim_cpu *cpu);
/* Work that is done in @ns, rounded up. */
int64_t stream_work_ns(const struct machine *m, int64_t ns);
/* When that is over which would have been over at @t_ns with @old_share; rounded up. */
int64_t stream_rescale(const struct machine *m, int64_t t_ns, int64_t old_share);

/* An interrupt of @cpu is over, and the softirqs at its exit: with turns, so is its turn. */
void stream_irq_exit(struct sim_cpu *cpu);

/* The stream's event: whose turn is it now? */
void stream_turns_change(struct machine *m);
/* When that changes, as things are; INT64_MAX: not by itself. */
int64_t stream_turns_next_change_ns(const struct machine *m);
