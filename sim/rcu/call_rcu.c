/*
 * call_rcu() and call_rcu_hurry(): __call_rcu_common(), call_rcu_core(), call_rcu_nocb(). Whether a call is lazy matters
 * on offloaded CPUs only.
 *
 * call_rcu() is one call; call_rcu_plan() and call_rcu_run() are the same for a flood: as long as a call changes
 * nothing but its CPU's own lists, n of them are a run (architecture.md 4).
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Put @n callbacks on ->cblist's NEXT segment. */
static void segcblist_enqueue(struct rcu_data *rdp, const struct rcu_cb *cb, int64_t n,
			      int64_t first_ns, int64_t stride_ns)
{
	rdp->cblist.len += n;
	cb_list_append(&rdp->cblist.seg[RCU_NEXT_TAIL], &rdp->rcu->pool, cb, first_ns, stride_ns,
		       n);
}

/* Callbacks that wait for a grace period, or for being assigned to one. */
static int64_t n_pending(const struct rcu_segcblist *rsclp)
{
	return rsclp->seg[RCU_WAIT_TAIL].n + rsclp->seg[RCU_NEXT_READY_TAIL].n +
	       rsclp->seg[RCU_NEXT_TAIL].n;
}

/* A queue that grew by qhimark: call_rcu_core(), not offloaded (5.2). */
static void call_rcu_core(struct rcu_data *rdp, struct sim_frame *frame, bool irqs_disabled)
{
	struct rcu_state *rcu = rdp->rcu;

	if (irqs_disabled || rdp->cblist.len <= rdp->qlen_last_fqs_check + rcu->config.qhimark)
		return;
	note_gp_changes(rdp, frame);
	if (!rcu_gp_in_progress(rcu)) {
		rcu_accelerate_cbs_unlocked(rdp->mynode, rdp, frame);
		return;
	}
	rdp->blimit = RCU_MAX_BLIMIT;
	if (rdp->n_force_qs_snap == rcu->n_force_qs && n_pending(&rdp->cblist) > 1)
		rcu_force_quiescent_state(rcu, frame);
	rdp->n_force_qs_snap = rcu->n_force_qs;
	rdp->qlen_last_fqs_check = rdp->cblist.len;
}

static void call_rcu_nocb(struct rcu_data *rdp, const struct rcu_cb *cb,
			  const struct call_rcu_how *how)
{
	bool was_alldone;

	if (rcu_nocb_try_bypass(rdp, cb, &was_alldone, how))
		return;
	sim_assert(rdp->nocb_bypass.n == 0); /* I17 */
	segcblist_enqueue(rdp, cb, 1, machine_now_ns(rdp->rcu->m), 0);
	trace_rcu_callback(rdp, cb);
	call_rcu_nocb_wake(rdp, was_alldone, how);
}

/* __call_rcu_common() */
static void call_rcu_common(struct rcu_data *rdp, const struct rcu_cb *cb,
			    const struct call_rcu_how *how)
{
	struct rcu_state *rcu = rdp->rcu;

	sim_assert(how->frame == NULL || how->frame->cpu->id == rdp->cpu);
	sim_assert(!rdp_cpu(rdp)->in_user); /* RCU watches */
	rcu->stats.n_callbacks++;
	rcu_note_queued(rcu, 1, machine_now_ns(rcu->m), 0);
	check_cb_ovld(rdp);
	if (rdp->offloaded) {
		call_rcu_nocb(rdp, cb, how);
		return;
	}
	segcblist_enqueue(rdp, cb, 1, machine_now_ns(rcu->m), 0);
	trace_rcu_callback(rdp, cb);
	call_rcu_core(rdp, how->frame, how->irqs_disabled);
}

void call_rcu(struct rcu_data *rdp, const struct rcu_cb *cb, struct sim_frame *frame,
	      bool irqs_disabled)
{
	const struct call_rcu_how how = { .lazy = rdp->rcu->lazy,
					  .irqs_disabled = irqs_disabled,
					  .frame = frame };

	call_rcu_common(rdp, cb, &how);
}

void call_rcu_hurry(struct rcu_data *rdp, const struct rcu_cb *cb, struct sim_frame *frame,
		    bool irqs_disabled)
{
	const struct call_rcu_how how = { .irqs_disabled = irqs_disabled, .frame = frame };

	call_rcu_common(rdp, cb, &how);
}

/* --- runs --- */

/* Calls until the length of the queue makes one of them look further, that one included. */
static int64_t n_until_overload(const struct rcu_data *rdp)
{
	const int64_t n = rdp->qlen_last_fqs_check + rdp->rcu->config.qhimark - rdp->cblist.len + 1;

	return n > 1 ? n : 1;
}

/* It traces rcu_callback, rcu_segcb_stats and what comes of waking rcuog; on the bypass, nothing. */
static struct call_rcu_plan plan_direct(struct rcu_data *rdp, int64_t n)
{
	const struct cost_profile *costs = &rdp->rcu->m->costs;

	return (struct call_rcu_plan){ .n = n > 1 ? n : 1,
				       .closed_ns = time_add(costs->call_rcu_direct,
							     3 * costs->trace_event),
				       .lock = &rdp->nocb_lock };
}

/* The same, offloaded, where rcuog may have to hear of it. */
static int64_t n_until_nocb_overload(const struct rcu_data *rdp)
{
	return rcu_nocb_overload_wakes(rdp->rcu) ? n_until_overload(rdp) : INT64_MAX;
}

/* The direct path: silent while something is pending already and the bypass is empty. */
static struct call_rcu_plan plan_nocb_direct(struct rcu_data *rdp, int64_t n_max)
{
	const int64_t to_limit = rdp->rcu->nobypass_lim - 1 - rdp->nocb_nobypass_count;

	if (!rcu_segcblist_pend_cbs(&rdp->cblist) || rdp->nocb_bypass.n > 0)
		return plan_direct(rdp, 1);
	return plan_direct(rdp, min64(n_max, min64(to_limit, n_until_nocb_overload(rdp))));
}

/* The bypass: silent while it is neither empty, nor old, nor full, nor ceases to be lazy. */
static struct call_rcu_plan plan_nocb_bypass(struct rcu_data *rdp, int64_t n_max, bool lazy)
{
	const struct rcu_state *rcu = rdp->rcu;
	const int64_t n = rdp->nocb_bypass.n;
	const int64_t to_full = rcu->config.qhimark - n;

	if (n == 0 || (!lazy && rcu_nocb_bypass_is_lazy(rdp)) || rcu_nocb_bypass_is_due(rdp))
		return plan_direct(rdp, 1);
	return (struct call_rcu_plan){ .n = min64(n_max, to_full),
				       .closed_ns = rcu->m->costs.call_rcu_bypass,
				       .lock = &rdp->nocb_bypass_lock };
}

static struct call_rcu_plan plan_common(struct rcu_data *rdp, int64_t n_max, bool lazy)
{
	const struct rcu_state *rcu = rdp->rcu;
	const int64_t to_ovld = check_cb_ovld_n_silent(rdp);
	struct call_rcu_plan plan;

	sim_assert(n_max >= 1);
	if (to_ovld < n_max) /* the call that marks the CPU, or takes the mark away, ends the run */
		n_max = to_ovld + 1;
	if (!rdp->offloaded)
		return (struct call_rcu_plan){ .n = min64(n_max, n_until_overload(rdp)),
					       .closed_ns = rcu->m->costs.call_rcu +
							    2 * rcu->m->costs.trace_event };
	if (!lazy && rcu_nocb_nobypass_count_next(rdp) < rcu->nobypass_lim)
		plan = plan_nocb_direct(rdp, n_max);
	else
		plan = plan_nocb_bypass(rdp, n_max, lazy);
	if (rdp->nocb_nobypass_last != rcu->m->jiffies)
		plan.n = 1; /* the first call of a jiffy resets the counter */
	plan.jiffy_bound = true;
	return plan;
}

/*
 * The CPU is settled and its list has changed: a run of calls into the bypass goes on, unless the bypass is gone
 * or the next call is to change the overload mark; others were planned on the list.
 */
void call_rcu_cut(struct rcu_data *rdp)
{
	const bool bypassing = rdp->offloaded && rdp->nocb_bypass.n > 0 &&
			       rdp->nocb_nobypass_count >= rdp->rcu->nobypass_lim;

	if (!bypassing || check_cb_ovld_n_silent(rdp) == 0)
		cpu_cut(rdp_cpu(rdp));
}

struct call_rcu_plan call_rcu_plan(struct rcu_data *rdp, int64_t n_max)
{
	return plan_common(rdp, n_max, rdp->rcu->lazy);
}

struct call_rcu_plan call_rcu_hurry_plan(struct rcu_data *rdp, int64_t n_max)
{
	return plan_common(rdp, n_max, false);
}

/* The part of a run that goes to the bypass. */
static void run_bypass(struct rcu_data *rdp, const struct rcu_cb *cb, int64_t n, int64_t first_ns,
		       int64_t stride_ns, bool lazy)
{
	struct rcu_state *rcu = rdp->rcu;

	sim_assert(rdp->nocb_bypass.n > 0 && !rcu_nocb_bypass_is_due(rdp));
	sim_assert(lazy || !rcu_nocb_bypass_is_lazy(rdp));
	rcu->stats.n_callbacks_bypass += n;
	rdp->cblist.len += n;
	cb_list_append(&rdp->nocb_bypass, &rcu->pool, cb, first_ns, stride_ns, n);
	if (lazy) {
		rdp->lazy_len += n;
		rcu->stats.n_callbacks_lazy += n;
	}
	sim_assert(rdp->nocb_bypass.n <= rcu->config.qhimark);
}

static void run_common(struct rcu_data *rdp, const struct rcu_cb *cb, int64_t n, int64_t first_ns,
		       int64_t stride_ns, bool lazy)
{
	struct rcu_state *rcu = rdp->rcu;

	rcu->stats.n_callbacks += n;
	rcu_note_queued(rcu, n, first_ns, stride_ns);
	sim_assert(check_cb_ovld_n_silent(rdp) >= n);
	if (!rdp->offloaded) {
		segcblist_enqueue(rdp, cb, n, first_ns, stride_ns);
		sim_assert(rdp->cblist.len <= rdp->qlen_last_fqs_check + rcu->config.qhimark);
		return;
	}
	sim_assert(rdp->nocb_nobypass_last == rcu->m->jiffies);
	rdp->nocb_nobypass_count += n;
	if (lazy || rdp->nocb_nobypass_count >= rcu->nobypass_lim) {
		run_bypass(rdp, cb, n, first_ns, stride_ns, lazy);
		return;
	}
	sim_assert(rdp->nocb_bypass.n == 0);
	rcu->stats.n_nocb_lock += n;
	segcblist_enqueue(rdp, cb, n, first_ns, stride_ns);
}

void call_rcu_run(struct rcu_data *rdp, const struct rcu_cb *cb, int64_t n, int64_t first_ns,
		  int64_t stride_ns)
{
	run_common(rdp, cb, n, first_ns, stride_ns, rdp->rcu->lazy);
}

void call_rcu_hurry_run(struct rcu_data *rdp, const struct rcu_cb *cb, int64_t n, int64_t first_ns,
			int64_t stride_ns)
{
	run_common(rdp, cb, n, first_ns, stride_ns, false);
}
