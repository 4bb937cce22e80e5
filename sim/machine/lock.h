/* lock.h - locks as FIFO resources: what frames need of lock.c. */
#pragma once

#include "machine/machine.h"

/* Nobody holds it, waits for it, or takes it lazily. */
bool lock_is_quiet(const struct sim_lock *lock);
/* Ask for @lock now. True: @frame has it and its closed segment runs; false: it waits, in order of request. */
bool lock_acquire(struct sim_lock *lock, struct sim_frame *frame);
void lock_release(struct sim_lock *lock, struct sim_frame *frame);
