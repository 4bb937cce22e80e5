/*
 * Locks with waiting time.
 *
 * As long as one frame alone uses a lock its operations take it lazily: the lock is held exactly while the
 * operation in flight is in its closed segment, and no event is spent on it. The first competitor settles
 * that frame: past its boundary it becomes the holder and the competitor waits; before it the competitor has
 * the lock, and the frame must ask at its boundary.
 */
#include "machine/lock.h"

#include "machine/frame.h"

bool lock_is_quiet(const struct sim_lock *lock)
{
	return lock->holder == NULL && lock->lazy == NULL && lock->wait_head == NULL;
}

/* End the lazy use: afterwards lock->holder says the truth about the event being executed. */
static void lock_resolve_lazy(struct sim_lock *lock)
{
	struct sim_frame *lazy = lock->lazy;

	if (lazy == NULL)
		return;
	frame_cut(lazy);
	if (frame_in_closed(lazy)) {
		lazy->lock_lazy = false;
		lock->lazy = NULL;
		lazy->locked = true;
		lock->holder = lazy;
	} else {
		frame_make_lock_explicit(lazy);
	}
}

bool lock_acquire(struct sim_lock *lock, struct sim_frame *frame)
{
	lock_resolve_lazy(lock);
	if (lock->holder == NULL) {
		sim_assert(lock->wait_head == NULL);
		lock->holder = frame;
		frame_enter_closed(frame);
		return true;
	}
	frame->wait_next = NULL;
	if (lock->wait_tail != NULL)
		lock->wait_tail->wait_next = frame;
	else
		lock->wait_head = frame;
	lock->wait_tail = frame;
	return false;
}

void lock_release(struct sim_lock *lock, struct sim_frame *frame)
{
	struct sim_frame *next = lock->wait_head;

	sim_assert(lock->holder == frame);
	lock->holder = next;
	if (next == NULL)
		return;
	lock->wait_head = next->wait_next;
	if (lock->wait_head == NULL)
		lock->wait_tail = NULL;
	frame_enter_closed(next);
}

bool lock_is_free(struct sim_lock *lock)
{
	struct sim_frame *lazy = lock->lazy;

	if (lock->holder != NULL)
		return false;
	if (lazy == NULL)
		return true;
	cpu_settle(lazy->cpu);
	return !frame_in_closed(lazy);
}
