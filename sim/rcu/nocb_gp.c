/*
 * rcuog, the grace-period kthread of a group of offloaded CPUs: nocb_gp_wait().
 *
 *   pass: look at each CPU of the group ---> nothing to wait for: sleep until somebody wants it
 *     ^   (flush an old bypass, advance,  \-> a grace period: wait for it on the leader's leaf
 *     |    label, wake rcuop)                          |
 *     +------- nocb_gp_sleep = true, timer off --------+
 *
 * With rcu_nocb_poll it does neither: it sleeps for a timer of one jiffy, which is two ticks, and looks again. Nobody
 * wakes it, and it learns of the end of a grace period by looking (rcu-behaviour.md 6.9).
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

/*
 * A group may span two leaves. While cleanup has reached only the leader's, rcuog finds the grace period over where it
 * waits and not over where it looks, and turns without sleeping. Without costs a turn must still take some time.
 */
#define SPIN_NS 1000

/* asleep after boot */
enum {
	NOCB_GP_SLEEP,
	NOCB_GP_RESCHED,
	NOCB_GP_PASS,
	NOCB_GP_SCAN,
	NOCB_GP_LEAF,
	NOCB_GP_WAIT,
	NOCB_GP_POLL
};

static struct sim_cpu *group_cpu(struct nocb_group *group)
{
	return group->nocb_gp_kthread->frame.cpu;
}

/* What is left of a CPU's scan once its list is advanced: 6.8 steps e to g. */
static void scan_finish(struct nocb_group *group, struct rcu_data *rdp, bool wake_gp)
{
	struct sim_frame *frame = &group->nocb_gp_kthread->frame;
	int64_t gp_seq;

	if (rcu_segcblist_nextgp(&rdp->cblist, &gp_seq)) {
		if (!group->wait_valid || gp_seq < group->wait_gp)
			group->wait_gp = gp_seq;
		group->wait_valid = true;
		trace_rcu_nocb_wake(rdp, "NeedWaitGP");
	}
	if (rcu_segcblist_ready_cbs(&rdp->cblist)) {
		const bool wake = rdp->nocb_cb_sleep;

		rdp->nocb_cb_sleep = false;
		if (wake) {
			group->gotcbs = true;
			task_wake(rdp->nocb_cb_kthread, frame);
		}
	}
	if (wake_gp)
		rcu_gp_kthread_wake(group->rcu, frame);
	call_rcu_cut(rdp);
	group->scan = rdp->nocb_next;
	group->state = NOCB_GP_SCAN;
}

static void scan_leaf_done(void *ctx)
{
	struct nocb_group *group = ctx;
	struct rcu_data *rdp = group->scan;

	cpu_settle(rdp_cpu(rdp));
	scan_finish(group, rdp, rcu_advance_cbs(rdp->mynode, rdp));
}

/*
 * A bypass at least two jiffies old, a lazy one older than its timeout, or one twice too long, is flushed if its lock is
 * free. What stays is remembered.
 */
static void scan_bypass(struct nocb_group *group, struct rcu_data *rdp)
{
	const struct rcu_state *rcu = group->rcu;
	const int64_t j = group->pass_jiffy;
	const int64_t age_max = rcu_nocb_bypass_is_lazy(rdp) ? rcu->jiffies_lazy_flush : 1;
	const int64_t n = rdp->nocb_bypass.n;

	if (n == 0)
		return;
	if ((j > rdp->nocb_bypass_first + age_max || n > 2 * rcu->config.qhimark) &&
	    rcu_nocb_try_flush_bypass(rdp, j)) {
		call_rcu_cut(rdp);
		return;
	}
	if (rcu_nocb_bypass_is_lazy(rdp)) {
		trace_rcu_nocb_wake(rdp, "Lazy");
		group->lazy = true;
	} else {
		trace_rcu_nocb_wake(rdp, "Bypass");
		group->bypass = true;
	}
}

static bool has_no_cbs(const struct rcu_data *rdp)
{
	return rdp->nocb_bypass.n == 0 && !rcu_segcblist_ready_cbs(&rdp->cblist) &&
	       !rcu_segcblist_pend_cbs(&rdp->cblist);
}

/*
 * CPUs without callbacks whose lock nobody uses are looked at in passing: the time is paid with the next
 * operation. A callback that is queued meanwhile finds its list empty, and wakes us.
 */
static void skip_empty(struct nocb_group *group)
{
	while (group->scan != NULL) {
		struct rcu_data *rdp = group->scan;

		cpu_settle(rdp_cpu(rdp));
		if (!has_no_cbs(rdp) || !lock_is_free(&rdp->nocb_lock))
			return;
		group->rcu->stats.n_nocb_lock++;
		trace_rcu_nocb_wake(rdp, "Check");
		frame_charge(&group->nocb_gp_kthread->frame, group->rcu->m->costs.nocb_gp_cpu);
		group->scan = rdp->nocb_next;
	}
}

static void scan_done(void *ctx)
{
	struct nocb_group *group = ctx;
	struct rcu_data *rdp = group->scan;

	cpu_settle(rdp_cpu(rdp));
	group->rcu->stats.n_nocb_lock++;
	trace_rcu_nocb_wake(rdp, "Check");
	if (has_no_cbs(rdp)) {
		group->scan = rdp->nocb_next;
		return;
	}
	scan_bypass(group, rdp);
	if (rdp->cblist.seg[RCU_NEXT_TAIL].n == 0 && !rcu_wait_label_done(rdp)) {
		scan_finish(group, rdp, false);
	} else if (lock_is_free(&rdp->mynode->lock)) {
		scan_finish(group, rdp, rcu_advance_cbs(rdp->mynode, rdp));
	} else {
		group->state = NOCB_GP_LEAF;
	}
}

static void pass_begin(struct nocb_group *group)
{
	group->pass_jiffy = group->rcu->m->jiffies;
	group->pass_ns = machine_now_ns(group->rcu->m);
	group->slept = false;
	group->scan = group->head;
	group->bypass = false;
	group->lazy = false;
	group->gotcbs = false;
	group->wait_valid = false;
	group->state = NOCB_GP_SCAN;
	frame_charge(&group->nocb_gp_kthread->frame, group->rcu->m->costs.nocb_gp);
}

/* schedule_timeout_idle(1), unless there is no CPU to look at. */
static void poll_begin(struct nocb_group *group)
{
	if (group->gotcbs)
		trace_rcu_nocb_wake(group->leader, "Poll");
	if (group->head == NULL) {
		group->nocb_gp_sleep = true;
		trace_rcu_nocb_wake(group->leader, "Sleep");
		group->state = NOCB_GP_SLEEP;
		return;
	}
	timer_mod(&group->poll_timer, group_cpu(group), group->rcu->m->jiffies + 1);
	group->state = NOCB_GP_POLL;
}

static void poll_timeout(void *ctx, struct sim_cpu *cpu)
{
	struct nocb_group *group = ctx;

	task_wake(group->nocb_gp_kthread, cpu->softirq_runner);
}

/* rcuog is asleep from the start; polling, it has looked at boot, and will again. */
void rcu_nocb_gp_init(struct nocb_group *group)
{
	group->nocb_gp_sleep = !group->rcu->config.rcu_nocb_poll;
	group->nocb_timer.fn = nocb_timer_expired;
	group->nocb_timer.ctx = group;
	group->poll_timer.fn = poll_timeout;
	group->poll_timer.ctx = group;
	if (group->rcu->config.rcu_nocb_poll)
		poll_begin(group);
}

/* All CPUs seen: what to wait for. */
static void pass_end(struct nocb_group *group)
{
	if (group->rcu->config.rcu_nocb_poll) {
		poll_begin(group);
		return;
	}
	if (group->bypass)
		wake_nocb_gp_defer(group->leader, RCU_NOCB_WAKE_BYPASS, "WakeBypassIsDeferred",
				   group_cpu(group));
	else if (group->lazy)
		wake_nocb_gp_defer(group->leader, RCU_NOCB_WAKE_LAZY, "WakeLazyIsDeferred",
				   group_cpu(group));
	if (group->wait_valid) {
		trace_rcu_nocb_gp_wait(group, "StartWait");
		group->state = NOCB_GP_WAIT;
	} else {
		trace_rcu_nocb_wake(group->leader, "Sleep");
		group->state = NOCB_GP_SLEEP;
	}
}

/* Step 5. */
static void wait_end(struct nocb_group *group)
{
	group->nocb_defer_wakeup = RCU_NOCB_WAKE_NOT;
	timer_del(&group->nocb_timer);
	group->nocb_gp_sleep = true;
	group->woken = false;
	rcu_nocb_gp_toggle(group);
	group->state = NOCB_GP_RESCHED;
}

/* Whether there is nothing to do but sleep on. */
static bool keeps_sleeping(struct nocb_group *group)
{
	if (group->nocb_gp_sleep)
		return true;
	trace_rcu_nocb_wake(group->leader, "EndSleep");
	wait_end(group);
	return false;
}

static bool keeps_waiting(struct nocb_group *group)
{
	group->waiting_gp = group->leader->mynode->gp_seq < group->wait_gp && group->nocb_gp_sleep;
	if (group->waiting_gp)
		return true;
	trace_rcu_nocb_gp_wait(group, "EndWait");
	wait_end(group);
	return false;
}

static bool keeps_polling(struct nocb_group *group)
{
	if (timer_is_pending(&group->poll_timer))
		return true;
	rcu_nocb_gp_toggle(group);
	group->state = NOCB_GP_RESCHED;
	return false;
}

/* The wait at the end of a pass; true: the thread sleeps, or has left its CPU. */
static bool step_wait(struct nocb_group *group)
{
	if ((group->state == NOCB_GP_SLEEP && keeps_sleeping(group)) ||
	    (group->state == NOCB_GP_WAIT && keeps_waiting(group)) ||
	    (group->state == NOCB_GP_POLL && keeps_polling(group))) {
		group->slept = true;
		task_block(group->nocb_gp_kthread);
		return true;
	}
	if (group->state != NOCB_GP_RESCHED)
		return false;
	group->state = NOCB_GP_PASS;
	if (group->wait_valid && !group->slept && group->pass_ns == machine_now_ns(group->rcu->m)) {
		frame_exec_open(&group->nocb_gp_kthread->frame, SPIN_NS, true, NULL, NULL);
		return true;
	}
	return frame_cond_resched(&group->nocb_gp_kthread->frame);
}

/* In "Sleep": only a wakeup or the nocb_timer gets it out. */
bool rcu_nocb_gp_is_asleep(const struct nocb_group *group)
{
	return group->state == NOCB_GP_SLEEP && group->nocb_gp_kthread->state == TASK_SLEEPING;
}

/* Between two passes of rcu_nocb_poll. */
bool rcu_nocb_gp_is_polling(const struct nocb_group *group)
{
	return group->state == NOCB_GP_POLL && group->nocb_gp_kthread->state == TASK_SLEEPING;
}

void rcu_nocb_gp_step(void *ctx)
{
	struct nocb_group *group = ctx;
	struct sim_frame *frame = &group->nocb_gp_kthread->frame;
	const struct cost_profile *costs = &group->rcu->m->costs;

	for (;;) {
		if (step_wait(group))
			return;
		if (group->state == NOCB_GP_PASS)
			pass_begin(group);
		if (group->state == NOCB_GP_LEAF) {
			frame_exec_locked(frame, 0, &group->scan->mynode->lock, scan_leaf_done,
					  group);
			return;
		}
		skip_empty(group);
		if (group->scan != NULL) {
			frame_exec_locked(frame, costs->nocb_gp_cpu, &group->scan->nocb_lock,
					  scan_done, group);
			return;
		}
		pass_end(group);
	}
}

/* rcu_nocb_gp_cleanup(): @rnp shows the grace period's end; wake who waits for it there. */
void rcu_nocb_gp_cleanup(struct rcu_state *rcu, struct rcu_node *rnp, struct sim_frame *waker)
{
	for (int i = 0; i < rcu->n_groups; i++) {
		struct nocb_group *group = &rcu->groups[i];

		/* one queue per parity of the counter: a waiter for a later one looks and waits on */
		if (group->waiting_gp && group->leader->mynode == rnp &&
		    ((group->wait_gp ^ rnp->gp_seq) >> RCU_SEQ_CTR_SHIFT & 1) == 0)
			task_wake(group->nocb_gp_kthread, waker);
	}
}
