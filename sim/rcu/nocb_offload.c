/*
 * Changing the offloading of an offline CPU at run time: rcu_nocb_cpu_offload(), rcu_nocb_cpu_deoffload() of 6.12
 * (rcu-behaviour.md 6.12). Up to then any online CPU could be changed, by a state machine that is not modelled (V14).
 *
 * rcuog owns its scan list: whoever wants a CPU on it, or off it, leaves a note, wakes rcuog and sleeps; rcuog does it at the
 * end of the wait of its pass. The wakeup is a real one, also out of a wait for a grace period.
 */
#include "rcu/rcu.h"

static void list_remove(struct nocb_group *group, struct rcu_data *rdp)
{
	struct rcu_data **link = &group->head;

	while (*link != rdp)
		link = &(*link)->nocb_next;
	*link = rdp->nocb_next;
	rdp->nocb_next = NULL;
}

/* A CPU that comes back goes to the end, whatever its number is. */
static void list_append(struct nocb_group *group, struct rcu_data *rdp)
{
	struct rcu_data **link = &group->head;

	while (*link != NULL)
		link = &(*link)->nocb_next;
	*link = rdp;
}

/* nocb_gp_toggle_rdp(): between two passes nobody is on the list. */
void rcu_nocb_gp_toggle(struct nocb_group *group)
{
	struct rcu_data *rdp = group->toggle;

	if (rdp == NULL)
		return;
	sim_assert(rdp->cblist.len == 0 && rdp->nocb_bypass.n == 0);
	sim_assert(!rcu_rdp_cpu_online(rdp) && !rdp->batch.active);
	if (rdp->offloaded)
		list_remove(group, rdp);
	else
		list_append(group, rdp);
	rdp->offloaded = !rdp->offloaded;
	group->toggle = NULL;
	task_wake(group->toggle_waiter, &group->nocb_gp_kthread->frame);
}

/* kthread_park(): whether rcuop sleeps; else @waiter is woken when it does. */
bool rcu_nocb_park(struct rcu_data *rdp, struct sim_task *waiter)
{
	if (rdp->nocb_cb_kthread->state == TASK_SLEEPING && rdp->nocb_cb_sleep)
		return true;
	rdp->nocb_park_waiter = waiter;
	return false;
}

/* rcu_nocb_queue_toggle_rdp() */
void rcu_nocb_toggle_begin(struct rcu_data *rdp, struct sim_task *waiter)
{
	struct nocb_group *group = rdp->group;

	sim_assert(rdp->nocb_cb_kthread != NULL && group->toggle == NULL);
	group->toggle = rdp;
	group->toggle_waiter = waiter;
	if (!group->nocb_gp_sleep)
		return; /* it is awake, or somebody has asked already */
	group->nocb_gp_sleep = false;
	group->woken = true;
	task_wake(group->nocb_gp_kthread, &waiter->frame);
}
