/*
 * stream.h - CPUs that share one instruction stream.
 *
 * QEMU with -icount executes its virtual CPUs in turns, and its clock counts the instructions of all of them: while k
 * CPUs are busy each runs at 1/k of its speed. So do the CPUs of a virtual machine that is pinned to one CPU. The
 * turns, tens of microseconds long, are not modelled: every busy CPU goes on all the time, k times slower. With
 * "shared_stream" off the share is 1 for ever.
 */
#pragma once

#include "machine/machine.h"

void stream_init(struct machine *m);
/* A CPU may have become busy or idle: if so, an event at this instant changes the share. */
void stream_check(struct machine *m);
/* Work that is done in @ns, rounded up. */
int64_t stream_work_ns(const struct machine *m, int64_t ns);
/* When that is over which would have been over at @t_ns with @old_share; rounded up. */
int64_t stream_rescale(const struct machine *m, int64_t t_ns, int64_t old_share);
