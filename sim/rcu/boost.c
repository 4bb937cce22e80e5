/*
 * CONFIG_RCU_BOOST: rcu_initiate_boost(), rcu_boost_kthread(), rcu_boost().
 *
 * A leaf whose CPUs have all reported, and that preempted readers still block, has them boosted by its rcub kthread one
 * after another: the kthread blocks on an rt_mutex of which it has made the reader the owner, and priority inheritance
 * does the rest. Here the reader is given rcub's priority until it unlocks (rcu-behaviour.md 3.8).
 */
#include <stdio.h>

#include <glib.h>

#include "rcu/rcu.h"
#include "rcu/trace.h"

/* rcu_boost_kthread() pauses for two jiffies after more than ten readers in a row. */
#define MAX_SPIN      10
#define YIELD_JIFFIES 2

enum { BOOST_WAIT, BOOST_RUN, BOOST_MUTEX, BOOST_YIELD };

struct rcu_boost {
	struct rcu_state *rcu;
	struct rcu_node *rnp;
	struct sim_task *boost_kthread_task;
	struct cpumask
		allowed; /* of the leaf's CPUs those that kthreads may use; all of those if there is none */
	struct sim_timer timer;
	int state, spincnt;
	struct sim_task *owner; /* of ->boost_mtx: the reader that is being boosted, or NULL */
	int owner_prio;         /* its own priority */
};

/* --- the grace period's part --- */

void rcu_preempt_boost_start_gp(const struct rcu_state *rcu, struct rcu_node *rnp)
{
	rnp->boost_time = rcu->m->jiffies + rcu->boost_delay_jiffies;
}

static bool boost_is_due(const struct rcu_state *rcu, const struct rcu_node *rnp)
{
	return rnp->boost_tasks == NULL && rnp->qsmask == 0 &&
	       (rcu->m->jiffies >= rnp->boost_time || rcu->cbovld);
}

void rcu_initiate_boost(struct rcu_state *rcu, struct rcu_node *rnp)
{
	struct rcu_boost *boost = rnp->boost;

	if (boost == NULL || !rcu_preempt_blocked_readers_cgp(rnp) ||
	    (rnp->exp_tasks == NULL && !boost_is_due(rcu, rnp)))
		return;
	if (rnp->exp_tasks == NULL)
		rnp->boost_tasks = rnp->gp_tasks;
	if (boost->state == BOOST_WAIT)
		task_wake(boost->boost_kthread_task, &rcu->gp_kthread->frame);
}

/* --- the reader's part --- */

void rcu_boost_unlock(struct rcu_node *rnp, struct sim_task *task)
{
	struct rcu_boost *boost = rnp->boost;

	if (boost == NULL || boost->owner != task)
		return;
	boost->owner = NULL;
	task_set_fifo(task, boost->owner_prio);
	task_wake(boost->boost_kthread_task, &task->frame);
}

/* --- rcub --- */

/* Who blocks an expedited grace period goes first; or NULL. */
static struct sim_task *next_reader(const struct rcu_boost *boost)
{
	const struct rcu_node *rnp = boost->rnp;

	return rnp->exp_tasks != NULL ? rnp->exp_tasks : rnp->boost_tasks;
}

/* rcu_boost(), up to the rt_mutex: the reader is found under the leaf's lock. */
static void boost_done(void *ctx)
{
	struct rcu_boost *boost = ctx;
	struct sim_task *kthread = boost->boost_kthread_task;
	struct sim_task *reader = next_reader(boost);

	boost->state = BOOST_MUTEX;
	if (reader == NULL)
		return; /* it has unlocked meanwhile */
	boost->owner = reader;
	boost->owner_prio = reader->fifo_prio;
	if (reader->fifo_prio < kthread->fifo_prio)
		task_set_fifo(reader, kthread->fifo_prio);
	/* to make a waiting reader go first is what a wakeup is */
	frame_charge(&kthread->frame, boost->rcu->m->costs.wakeup);
}

static void yield_over(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_boost *boost = ctx;

	task_wake(boost->boost_kthread_task, cpu->softirq_runner);
}

static void reader_is_through(struct rcu_boost *boost)
{
	struct rcu_state *rcu = boost->rcu;

	boost->state = BOOST_WAIT;
	boost->spincnt = next_reader(boost) != NULL ? boost->spincnt + 1 : 0;
	if (boost->spincnt > MAX_SPIN) {
		trace_rcu_utilization(rcu, "End boost kthread@rcu_yield");
		boost->state = BOOST_YIELD;
		timer_mod(&boost->timer, boost->boost_kthread_task->frame.cpu,
			  rcu->m->jiffies + YIELD_JIFFIES);
		return;
	}
	trace_rcu_utilization(rcu, "End boost kthread@rcu_wait");
}

/* What it waits for has not come about yet. */
static bool must_sleep(const struct rcu_boost *boost)
{
	switch (boost->state) {
	case BOOST_WAIT:
		return next_reader(boost) == NULL;
	case BOOST_MUTEX:
		return boost->owner != NULL;
	case BOOST_YIELD:
		return timer_is_pending(&boost->timer);
	default:
		return false;
	}
}

static void rcu_boost_kthread_step(void *ctx)
{
	struct rcu_boost *boost = ctx;

	for (;;) {
		if (must_sleep(boost)) {
			task_block(boost->boost_kthread_task);
			return;
		}
		if (boost->state == BOOST_MUTEX) {
			reader_is_through(boost);
		} else if (boost->state == BOOST_YIELD) {
			trace_rcu_utilization(boost->rcu, "Start boost kthread@rcu_yield");
			boost->spincnt = 0;
			boost->state = BOOST_WAIT;
			trace_rcu_utilization(boost->rcu, "End boost kthread@rcu_wait");
		} else {
			trace_rcu_utilization(boost->rcu, "Start boost kthread@rcu_wait");
			boost->state = BOOST_RUN;
			frame_exec_locked(&boost->boost_kthread_task->frame,
					  boost->rcu->m->costs.gp_node, &boost->rnp->lock,
					  boost_done, boost);
			return;
		}
	}
}

/* --- the whole --- */

/* rcu_boost_kthread_setaffinity() */
static void init_allowed(struct rcu_boost *boost)
{
	const struct cpumask *housekeeping = &boost->rcu->m->config.housekeeping;

	for (int cpu = boost->rnp->grplo; cpu <= boost->rnp->grphi; cpu++)
		if (cpumask_test_cpu(housekeeping, cpu))
			cpumask_set_cpu(&boost->allowed, cpu);
	if (cpumask_weight(&boost->allowed) == 0)
		boost->allowed = *housekeeping;
}

/* rcu_spawn_one_boost_kthread() */
static void boost_init(struct rcu_boost *boost, struct rcu_state *rcu, struct rcu_node *rnp)
{
	char name[32];

	boost->rcu = rcu;
	boost->rnp = rnp;
	rnp->boost = boost;
	init_allowed(boost);
	snprintf(name, sizeof(name), "rcub/%d", (int)(rnp - rcu->nodes));
	boost->boost_kthread_task =
		task_new(rcu->m, name, TASK_RCUB, -1, cpumask_next(&boost->allowed, 0),
			 rcu_boost_kthread_step, boost);
	boost->boost_kthread_task->allowed = &boost->allowed;
	task_set_fifo(boost->boost_kthread_task, (int)rcu->config.kthread_prio);
	boost->timer.fn = yield_over;
	boost->timer.ctx = boost;
}

void rcu_boost_init(struct rcu_state *rcu)
{
	struct rcu_node *rnp;

	if (!rcu->config.rcu_boost || !rcu->preempt_rcu)
		return;
	rcu->boost_delay_jiffies = (rcu->config.rcu_boost_delay * rcu->m->config.hz + 999) / 1000;
	rcu->boosts = g_new0(struct rcu_boost, (gsize)(rcu->n_nodes - rcu->first_leaf));
	for_each_leaf_rnp(rcu, rnp)
		boost_init(&rcu->boosts[rnp - &rcu->nodes[rcu->first_leaf]], rcu, rnp);
}

/* Whom rcub boosts or is about to is the first that blocks the grace period; nobody keeps a priority that is not its. */
void rcu_boost_check_invariants(const struct rcu_node *rnp)
{
	const struct rcu_boost *boost = rnp->boost;

	sim_assert(rnp->boost_tasks == NULL || rnp->boost_tasks == rnp->gp_tasks);
	if (boost == NULL)
		return;
	if (boost->owner != NULL)
		sim_assert(boost->owner->rcu_blocked && boost->owner->rcu_blocked_node == rnp);
	if (rnp->boost_tasks != NULL && boost->state == BOOST_WAIT)
		sim_assert(boost->boost_kthread_task->state != TASK_SLEEPING);
}
