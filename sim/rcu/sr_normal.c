/*
 * synchronize_rcu() woken by the grace-period kthread (rcu_normal_wake_from_gp): rcu_sr_normal_add_req(),
 * rcu_sr_normal_gp_init(), rcu_sr_normal_gp_cleanup(), and the work item that does the rest.
 *
 * Waiters go on a stack. The start of a grace period puts a marker on it: whoever is below waits for that grace period.
 * Its end completes the first few of them, the newest, itself and leaves the others to a kworker. There are five
 * markers; one stays below as the place up to which all is done (rcu-behaviour.md 8.1).
 */
#include "rcu/rcu.h"
#include "rcu/sync.h"

/* SR_NORMAL_GP_WAIT_HEAD_MAX, SR_MAX_USERS_WAKE_FROM_GP */
#define N_WAIT_HEADS        5
#define MAX_WAKEUPS_FROM_GP 5

void rcu_sr_normal_add_req(struct rcu_sync *sync)
{
	struct rcu_sr_normal *sr = &sync->rcu->sr_normal;

	sync->next = sr->srs_next;
	sr->srs_next = sync;
}

/* Whether another grace period must be asked for, because no marker is free. */
bool rcu_sr_normal_gp_init(struct rcu_state *rcu)
{
	struct rcu_sr_normal *sr = &rcu->sr_normal;
	const int n_used = (sr->has_done_tail ? 1 : 0) + sr->n_old_heads;

	if (sr->srs_next == NULL)
		return false;
	if (n_used == N_WAIT_HEADS)
		return true;
	sim_assert(!sr->has_wait_tail && sr->waiting == NULL);
	sr->has_wait_tail = true;
	sr->waiting = sr->srs_next;
	sr->srs_next = NULL;
	return false;
}

static struct rcu_sync *pop(struct rcu_sync **stack)
{
	struct rcu_sync *sync = *stack;

	*stack = sync->next;
	sync->next = NULL;
	return sync;
}

/* rcu_sr_normal_gp_cleanup_work(): what the kthread has left, and all markers but the last. */
static bool cleanup_work(void *ctx, struct sim_frame *frame)
{
	struct rcu_state *rcu = ctx;
	struct rcu_sr_normal *sr = &rcu->sr_normal;

	while (sr->rest != NULL)
		rcu_sync_complete(pop(&sr->rest), frame);
	sr->n_old_heads = 0;
	return false;
}

static void queue_cleanup(struct rcu_state *rcu)
{
	struct rcu_sr_normal *sr = &rcu->sr_normal;
	struct sim_frame *frame = &rcu->gp_kthread->frame;

	if (sr->cleanup_work.step == NULL)
		work_init(&sr->cleanup_work, "rcu_sr_normal_gp_cleanup_work", cleanup_work, rcu);
	queue_work_on(machine_workqueue(rcu->m, WORKQUEUE_BOUND), frame->cpu->id, &sr->cleanup_work,
		      frame);
}

/* What is left of the grace period's waiters goes on top of what earlier ones have left. */
static void push_rest(struct rcu_sr_normal *sr)
{
	struct rcu_sync **end = &sr->waiting;

	while (*end != NULL)
		end = &(*end)->next;
	*end = sr->rest;
	sr->rest = sr->waiting;
	sr->waiting = NULL;
}

void rcu_sr_normal_gp_cleanup(struct rcu_state *rcu)
{
	struct rcu_sr_normal *sr = &rcu->sr_normal;

	if (!sr->has_wait_tail)
		return;
	sr->has_wait_tail = false;
	for (int n = 0; n < MAX_WAKEUPS_FROM_GP && sr->waiting != NULL; n++)
		rcu_sync_complete(pop(&sr->waiting), &rcu->gp_kthread->frame);
	if (sr->has_done_tail)
		sr->n_old_heads++;
	sr->has_done_tail = true;
	push_rest(sr);
	if (sr->rest == NULL && sr->n_old_heads == 1 && !work_busy(&sr->cleanup_work))
		sr->n_old_heads = 0; /* nothing for the work item to do */
	if (sr->rest != NULL || sr->n_old_heads > 0)
		queue_cleanup(rcu);
}
