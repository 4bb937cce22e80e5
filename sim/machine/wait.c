/*
 * Wait queues and mutexes: tasks that sleep in the order in which they came.
 *
 * A mutex is handed to who has waited longest. The kernel's may be taken by a running task before the woken one
 * looks; how often is not known, and nobody here contends for one in a loop.
 */
#include "machine/machine.h"

void wait_queue_add(struct wait_queue *wq, struct sim_task *task)
{
	task->wait_next = NULL;
	if (wq->tail != NULL)
		wq->tail->wait_next = task;
	else
		wq->head = task;
	wq->tail = task;
}

static struct sim_task *wait_queue_take(struct wait_queue *wq)
{
	struct sim_task *task = wq->head;

	wq->head = task->wait_next;
	if (wq->head == NULL)
		wq->tail = NULL;
	return task;
}

void wake_up_all(struct wait_queue *wq, struct sim_frame *waker)
{
	while (wq->head != NULL)
		task_wake(wait_queue_take(wq), waker);
}

bool mutex_trylock(struct sim_mutex *mutex, struct sim_task *task)
{
	if (mutex->owner != NULL)
		return false;
	mutex->owner = task;
	return true;
}

bool mutex_lock(struct sim_mutex *mutex, struct sim_task *task)
{
	if (mutex_trylock(mutex, task))
		return true;
	wait_queue_add(&mutex->waiters, task);
	return false;
}

void mutex_unlock(struct sim_mutex *mutex, struct sim_task *task)
{
	sim_assert(mutex->owner == task);
	mutex->owner = NULL;
	if (mutex->waiters.head == NULL)
		return;
	mutex->owner = wait_queue_take(&mutex->waiters);
	task_wake(mutex->owner, &task->frame);
}
