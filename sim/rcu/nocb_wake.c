/*
 * Waking rcuog, now or later: __call_rcu_nocb_wake(), wake_nocb_gp(), wake_nocb_gp_defer(), the nocb_timer,
 * do_nocb_deferred_wakeup() (rcu-behaviour.md 6.4 to 6.7).
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

static void clear_deferred(struct nocb_group *group)
{
	group->nocb_defer_wakeup = RCU_NOCB_WAKE_NOT;
	timer_del(&group->nocb_timer);
}

/* __wake_nocb_gp(): at most one real wakeup between two passes, unless forced. */
void wake_nocb_gp(struct rcu_data *rdp, struct sim_frame *frame, bool force)
{
	struct nocb_group *group = rdp->group;

	if (group->nocb_defer_wakeup > RCU_NOCB_WAKE_NOT)
		clear_deferred(group);
	if (!force && !group->nocb_gp_sleep)
		return; /* somebody has asked since the last pass */
	if (group->nocb_gp_sleep) {
		sim_assert(!group->woken); /* I22: once a pass */
		group->woken = true;
	}
	group->nocb_gp_sleep = false;
	trace_rcu_nocb_wake(rdp, "DoWake");
	if (!group->waiting_gp || group->rcu->version->wake_ends_gp_wait)
		task_wake(group->nocb_gp_kthread, frame);
}

/* Whether a LAZY request by @rdp's CPU finds nothing put off where it looks (V6). */
static bool lazy_is_first(const struct rcu_data *rdp)
{
	const struct nocb_group *group = rdp->group;

	if (rdp != group->leader && !rdp->rcu->version->lazy_asks_leader)
		return true;
	return group->nocb_defer_wakeup == RCU_NOCB_WAKE_NOT;
}

/*
 * Who puts off a lazy wakeup while another one is put off already cuts its ten seconds down to a jiffy: rcuog then finds
 * the bypass not due, and puts it off again (6.6, the corner).
 */
void wake_nocb_gp_defer(struct rcu_data *rdp, int level, const char *reason, struct sim_cpu *here)
{
	struct nocb_group *group = rdp->group;
	const int64_t jiffies = rdp->rcu->m->jiffies;

	if (level == RCU_NOCB_WAKE_LAZY && lazy_is_first(rdp)) {
		timer_mod(&group->nocb_timer, here, jiffies + rdp->rcu->jiffies_lazy_flush);
		group->nocb_defer_wakeup = level;
	} else if (level == RCU_NOCB_WAKE_BYPASS) {
		timer_mod(&group->nocb_timer, here, jiffies + 2);
		group->nocb_defer_wakeup = level; /* even over a higher one */
	} else {
		if (group->nocb_defer_wakeup < RCU_NOCB_WAKE)
			timer_mod(&group->nocb_timer, here, jiffies + 1);
		if (group->nocb_defer_wakeup < level)
			group->nocb_defer_wakeup = level;
	}
	trace_rcu_nocb_wake(rdp, reason);
}

/* Whether the overload wakeup finds the timer pending that it looks at; only leaders ever arm theirs. */
static bool overload_timer_is_pending(const struct rcu_data *rdp)
{
	const struct nocb_group *group = rdp->group;

	return (rdp == group->leader || rdp->rcu->version->overload_tests_leaders_timer) &&
	       timer_is_pending(&group->nocb_timer);
}

/* The queue grew by qhimark since somebody last looked (until 6.19). */
static void wake_overload(struct rcu_data *rdp, struct sim_cpu *here)
{
	rdp->qlen_last_fqs_check = rdp->cblist.len;
	rcu_nocb_advance_once_per_jiffy(rdp);
	if ((rdp->nocb_cb_sleep || !rcu_segcblist_ready_cbs(&rdp->cblist)) &&
	    !overload_timer_is_pending(rdp))
		wake_nocb_gp_defer(rdp, RCU_NOCB_WAKE_FORCE, "WakeOvfIsDeferred", here);
	else
		trace_rcu_nocb_wake(rdp, "WakeNot");
}

/* Whether a queue that grows by qhimark wakes rcuog. */
bool rcu_nocb_overload_wakes(const struct rcu_state *rcu)
{
	return rcu->version->overload_wakes && !rcu->config.rcu_nocb_poll;
}

/* Nothing was pending: rcuog may be asleep. */
static void wake_empty(struct rcu_data *rdp, const struct call_rcu_how *how)
{
	rdp->qlen_last_fqs_check = rdp->cblist.len;
	if (rdp->lazy_len > 0 && rcu_nocb_bypass_is_lazy(rdp)) {
		wake_nocb_gp_defer(rdp, RCU_NOCB_WAKE_LAZY, "WakeLazy", rdp_cpu(rdp));
	} else if (how->irqs_disabled ||
		   (rdp->rcu->version->only_online_wakes && !rcu_rdp_cpu_online(rdp))) {
		wake_nocb_gp_defer(rdp, RCU_NOCB_WAKE, "WakeEmptyIsDeferred", rdp_cpu(rdp));
	} else {
		wake_nocb_gp(rdp, how->frame, false);
		trace_rcu_nocb_wake(rdp, "WakeEmpty");
	}
}

/* __call_rcu_nocb_wake() */
void call_rcu_nocb_wake(struct rcu_data *rdp, bool was_alldone, const struct call_rcu_how *how)
{
	const struct rcu_config *config = &rdp->rcu->config;

	if (config->rcu_nocb_poll)
		trace_rcu_nocb_wake(rdp, "WakeNotPoll");
	else if (was_alldone)
		wake_empty(rdp, how);
	else if (rcu_nocb_overload_wakes(rdp->rcu) &&
		 rdp->cblist.len > rdp->qlen_last_fqs_check + config->qhimark)
		wake_overload(rdp, rdp_cpu(rdp));
	else
		trace_rcu_nocb_wake(rdp, "WakeNot");
}

static void run_deferred(struct nocb_group *group, struct sim_frame *frame)
{
	const bool force = group->nocb_defer_wakeup == RCU_NOCB_WAKE_FORCE;

	wake_nocb_gp(group->leader, frame, force);
	trace_rcu_nocb_wake(group->leader, "DeferredWake");
}

void do_nocb_deferred_wakeup(struct rcu_data *rdp, struct sim_frame *frame)
{
	if (rdp->group != NULL && rdp->group->nocb_defer_wakeup >= RCU_NOCB_WAKE)
		run_deferred(rdp->group, frame);
}

void nocb_timer_expired(void *ctx, struct sim_cpu *cpu)
{
	struct nocb_group *group = ctx;

	trace_rcu_nocb_wake(group->leader, "Timer");
	if (group->nocb_defer_wakeup >= RCU_NOCB_WAKE_BYPASS)
		run_deferred(group, cpu->softirq_runner);
}
