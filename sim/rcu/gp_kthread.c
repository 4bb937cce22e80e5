/*
 * The grace-period kthread: rcu_gp_kthread(), rcu_gp_init(), rcu_gp_fqs_loop(), rcu_gp_cleanup().
 *
 *   WAIT_GPS -> INIT_NODE ... -> FQS_ENTER -> FQS_WAIT -> (FQS_SCAN ... -> FQS_ENTER)
 *      ^                                                                    |
 *      +---------------------- CLEANUP_ROOT <- CLEANUP_NODE ... <-----------+ root has nothing to wait for
 *
 * rcu_state.gp_seq moves first at the start and last at the end; the nodes follow breadth-first (I3).
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

enum {
	GP_WAIT_GPS, /* where the kthread is after boot */
	GP_WAIT_GPS_ENTER,
	GP_INIT_NODE,
	GP_FQS_ENTER,
	GP_FQS_WAIT,
	GP_FQS_SCAN,
	GP_CLEANUP_NODE,
	GP_CLEANUP_ROOT
};

static struct rcu_data *gp_rdp(struct rcu_state *rcu)
{
	return &rcu->rdp[rcu->gp_kthread->frame.cpu->id];
}

static void trace_gp(struct rcu_state *rcu, const char *text)
{
	trace_rcu_grace_period(rcu, gp_rdp(rcu)->cpu, rcu->gp_seq, text);
}

/* Tell the probe that a grace period started (@end_ns is -1), or ended. */
static void report_gp(struct rcu_state *rcu, int64_t end_ns)
{
	struct probe *probe = rcu->m->probe;

	if (probe != NULL && probe->grace_period != NULL)
		probe->grace_period(probe->ctx,
				    &(struct probe_grace_period){ .gp_seq = rcu->gp_seq,
								  .start_ns = rcu->gp_start_ns,
								  .end_ns = end_ns,
								  .n_fqs_scans = rcu->gp_n_fqs });
}

/* One turn of the loop: it decides now, and its CPU time is paid with the next operation. */
static void charge_turn(struct rcu_state *rcu)
{
	frame_charge(&rcu->gp_kthread->frame, rcu->m->costs.gp_kthread);
}

/* --- start: rcu_gp_init() --- */

static void init_start(struct rcu_state *rcu)
{
	struct rcu_gp_history *h;
	bool ask_for_more;

	charge_turn(rcu);
	rcu->gp_flags = 0;
	sim_assert(!rcu_gp_in_progress(rcu)); /* I8 */
	rcu_record_gp_stall_check_time(rcu);
	rcu->gp_start_ns = machine_now_ns(rcu->m);
	rcu->gp_n_fqs = 0;
	ask_for_more = rcu_sr_normal_gp_init(rcu);
	rcu->gp_seq++;
	rcu_poll_gp_seq_start(rcu, &rcu->gp_seq_polled_snap);
	h = &rcu->history[(rcu->gp_seq >> RCU_SEQ_CTR_SHIFT) & (RCU_GP_HISTORY - 1)];
	*h = (struct rcu_gp_history){ .gp_seq = rcu->gp_seq, .start_ns = rcu->gp_start_ns };
	trace_gp(rcu, "start");
	report_gp(rcu, -1);
	if (ask_for_more)
		rcu_request_gp(gp_rdp(rcu), &rcu->gp_kthread->frame);
	machine_observe(rcu->m);
	rcu_gp_init_onoff(rcu);
	rcu->gp_node = 0;
	rcu->gp_state = GP_INIT_NODE;
}

static void init_node_done(void *ctx)
{
	struct rcu_state *rcu = ctx;
	struct rcu_node *rnp = &rcu->nodes[rcu->gp_node++];

	rnp->gp_tasks = rnp->blkd_tasks;
	if (rnp->gp_tasks != NULL)
		trace_rcu_unlock_preempted_task(rcu, "rcu_preempt-GPS", rnp->gp_tasks, rcu->gp_seq);
	sim_assert(rnp->qsmask == 0); /* I5: bits are set here only */
	rnp->qsmask = rnp->qsmaskinit;
	rcu_preempt_boost_start_gp(rcu, rnp);
	sim_assert(rnp->gp_seq == rcu->gp_seq - 1); /* I3 */
	rnp->gp_seq = rcu->gp_seq;
	if (rnp->parent == NULL)
		rcu->gp_root_ns = machine_now_ns(rcu->m);
	if (rnp == gp_rdp(rcu)->mynode)
		note_gp_changes_locked(rnp, gp_rdp(rcu));
	trace_rcu_grace_period_init(gp_rdp(rcu), rnp);
	rcu_gp_init_report_offline(rcu, rnp);
	if (rcu->gp_node < rcu->n_nodes)
		return;
	rcu->gp_first_fqs = true;
	rcu->gp_ret = 0;
	rcu->gp_gf = rcu->cbovld ? RCU_GP_FLAG_OVLD : 0;
	rcu->gp_j = rcu->jiffies_till_first_fqs;
	rcu->gp_state = GP_FQS_ENTER;
}

/* --- the force-quiescent-state loop: rcu_gp_fqs_loop() --- */

static bool root_is_quiescent(struct rcu_state *rcu)
{
	const struct rcu_node *root = rcu_get_root(rcu);

	return root->qsmask == 0 && !rcu_preempt_blocked_readers_cgp(root);
}

/* rcu_gp_fqs_check_wake() */
bool rcu_gp_fqs_check_wake(struct rcu_state *rcu)
{
	if (rcu->gp_gf & RCU_GP_FLAG_OVLD)
		return true; /* without a sleep, and without a look at the flags */
	rcu->gp_gf = rcu->gp_flags;
	return (rcu->gp_gf & RCU_GP_FLAG_FQS) || root_is_quiescent(rcu);
}

void rcu_gp_timeout(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_state *rcu = ctx;

	rcu->gp_timed_out = true;
	task_wake(rcu->gp_kthread, cpu->softirq_runner);
}

/* Steps 1 to 3, up to the sleep. */
static void fqs_enter(struct rcu_state *rcu)
{
	const int64_t jiffies = rcu->m->jiffies;

	if (rcu->cbovld)
		rcu->gp_j = rcu->gp_j > 1 ? (rcu->gp_j + 2) / 3 : 1;
	if (rcu->gp_ret == 0 || jiffies + rcu->gp_j < rcu->jiffies_force_qs) {
		rcu->jiffies_force_qs = jiffies + rcu->gp_j;
		rcu->jiffies_kick_kthreads = jiffies + (rcu->gp_j > 0 ? 3 * rcu->gp_j : 2);
	}
	trace_gp(rcu, "fqswait");
	rcu->gp_timed_out = false;
	rcu->gp_state = GP_FQS_WAIT;
	if (rcu_gp_fqs_check_wake(rcu))
		return;
	if (rcu->gp_j == 0)
		rcu->gp_timed_out = true;
	else
		timer_mod(&rcu->gp_timer, rcu->gp_kthread->frame.cpu, jiffies + rcu->gp_j);
}

/* Woken, or not asleep yet; false: (still) nothing to do. */
static bool fqs_wait_is_over(struct rcu_state *rcu)
{
	if (rcu_gp_fqs_check_wake(rcu)) {
		timer_del(&rcu->gp_timer);
		rcu->gp_ret = 1;
		return true;
	}
	rcu->gp_ret = 0;
	return rcu->gp_timed_out;
}

static void fqs_scan_begin(struct rcu_state *rcu)
{
	trace_gp(rcu, "fqsstart");
	rcu->n_force_qs++;
	rcu->gp_n_fqs++;
	rcu->stats.n_fqs_scans++;
	rcu->cbovld = rcu->cbovldnext;
	rcu->cbovldnext = false;
	rcu->gp_node = rcu->first_leaf;
	rcu->gp_state = GP_FQS_SCAN;
}

static void fqs_scan_end(struct rcu_state *rcu)
{
	rcu->gp_flags &= ~RCU_GP_FLAG_FQS;
	rcu->gp_gf = rcu->gp_first_fqs && rcu->cbovld ? RCU_GP_FLAG_OVLD : 0;
	rcu->gp_first_fqs = false;
	trace_gp(rcu, "fqsend");
	rcu->gp_ret = 0;
	rcu->gp_j = rcu->jiffies_till_next_fqs;
	rcu->gp_state = GP_FQS_ENTER;
}

/* Steps 4 to 6. */
static void fqs_wake(struct rcu_state *rcu)
{
	const int64_t jiffies = rcu->m->jiffies;

	charge_turn(rcu);
	if (root_is_quiescent(rcu)) {
		rcu->gp_node = 0;
		rcu->gp_need_gp = false;
		rcu->gp_state = GP_CLEANUP_NODE;
		rcu_poll_gp_seq_end(rcu, &rcu->gp_seq_polled_snap, rcu->gp_start_ns);
	} else if (rcu->jiffies_force_qs <= jiffies ||
		   (rcu->gp_gf & (RCU_GP_FLAG_FQS | RCU_GP_FLAG_OVLD))) {
		fqs_scan_begin(rcu);
	} else {
		trace_gp(rcu, "fqswaitsig");
		rcu->gp_ret = 1;
		rcu->gp_j = rcu->jiffies_force_qs - jiffies;
		rcu->gp_gf = 0;
		rcu->gp_state = GP_FQS_ENTER;
	}
}

static void fqs_leaf_done(void *ctx)
{
	struct rcu_state *rcu = ctx;

	rcu_fqs_leaf(rcu, &rcu->nodes[rcu->gp_node++]);
}

/* --- end: rcu_gp_cleanup() --- */

static bool rcu_future_gp_cleanup(struct rcu_state *rcu, struct rcu_node *rnp)
{
	const bool more = rnp->gp_seq_needed > rnp->gp_seq;

	if (!more)
		rnp->gp_seq_needed = rnp->gp_seq;
	trace_rcu_future_gp_cleanup(gp_rdp(rcu), rnp, rnp->gp_seq,
				    more ? "CleanupMore" : "Cleanup");
	return more;
}

/* The root comes first: from now on callers may be told that the grace period is over. */
static void root_ended(struct rcu_state *rcu, int64_t gp_seq)
{
	rcu->gp_ended_start_ns = rcu->gp_start_ns;
	rcu_cookies_check(&rcu->cookies_norm, gp_seq, rcu->gp_root_ns);
}

static void cleanup_node_done(void *ctx)
{
	struct rcu_state *rcu = ctx;
	struct rcu_node *rnp = &rcu->nodes[rcu->gp_node++];

	sim_assert(rnp->qsmask == 0);                      /* I4 */
	sim_assert(!rcu_preempt_blocked_readers_cgp(rnp)); /* I4 */
	rnp->gp_seq = rcu_seq_ended(rcu->gp_seq);
	if (rnp->parent == NULL)
		root_ended(rcu, rnp->gp_seq);
	if (rnp == gp_rdp(rcu)->mynode)
		rcu->gp_need_gp |= note_gp_changes_locked(rnp, gp_rdp(rcu));
	rcu->gp_need_gp |= rcu_future_gp_cleanup(rcu, rnp);
	if (rnp->is_leaf)
		check_cb_ovld_leaf(rnp, rcu);
	rcu_nocb_gp_cleanup(rcu, rnp, &rcu->gp_kthread->frame);
	if (rcu->gp_node == rcu->n_nodes)
		rcu->gp_state = GP_CLEANUP_ROOT;
}

/* Whether the next grace period starts without a sleep. */
static void decide_restart(struct rcu_state *rcu)
{
	struct rcu_data *rdp = gp_rdp(rcu);
	struct rcu_node *root = rcu_get_root(rcu);
	bool requested = false;

	if (!rcu->gp_need_gp && root->gp_seq_needed > root->gp_seq) {
		trace_rcu_future_gp_cleanup(rdp, root, root->gp_seq_needed, "CleanupMore");
		rcu->gp_need_gp = true;
	}
	if (!rdp->offloaded)
		requested = rcu_accelerate_cbs(root, rdp);
	if (!requested && rcu->gp_need_gp) {
		rcu->gp_flags = RCU_GP_FLAG_INIT;
		trace_gp(rcu, "newreq");
	} else {
		rcu->gp_flags &= RCU_GP_FLAG_INIT;
	}
}

static void cleanup_root_done(void *ctx)
{
	struct rcu_state *rcu = ctx;
	const int64_t now_ns = machine_now_ns(rcu->m);

	/* I6: no section that was open when this grace period started is open now */
	sim_assert(rcu->readers == NULL || rcu->readers->rcu_section_start_ns >= rcu->gp_start_ns);
	trace_gp(rcu, "end");
	report_gp(rcu, now_ns);
	rcu->stats.n_grace_periods++;
	hist_add(&rcu->stats.grace_period, now_ns - rcu->gp_start_ns);
	rcu->gp_seq = (rcu->gp_seq | RCU_SEQ_STATE_MASK) + 1;
	rcu->gp_done_start_ns = rcu->gp_start_ns;
	decide_restart(rcu);
	rcu_sr_normal_gp_cleanup(rcu);
	machine_observe(rcu->m);
	rcu->gp_state = GP_WAIT_GPS_ENTER;
}

/* --- the loop --- */

static void exec_node(struct rcu_state *rcu, int64_t closed_ns, void (*done)(void *))
{
	const struct sim_op op = { .closed_ns = closed_ns,
				   .lock = &rcu->nodes[rcu->gp_node].lock,
				   .resched = true,
				   .done = done,
				   .ctx = rcu };

	frame_exec(&rcu->gp_kthread->frame, &op);
}

/*
 * The first scan under an overload only notes counters, and the second follows without a sleep: a leaf that nobody
 * uses is looked at in passing, and its time is paid with the second scan.
 */
static bool fqs_scan_in_passing(struct rcu_state *rcu)
{
	struct rcu_node *rnp = &rcu->nodes[rcu->gp_node];

	if (!rcu->gp_first_fqs || !(rcu->gp_gf & RCU_GP_FLAG_OVLD) || !lock_is_free(&rnp->lock))
		return false;
	frame_charge(&rcu->gp_kthread->frame, rcu_fqs_leaf_ns(rcu, rnp));
	rcu_fqs_leaf(rcu, rnp);
	return true;
}

/* The next leaf that has CPUs to look at; false at the end of the scan. */
static bool fqs_scan_step(struct rcu_state *rcu)
{
	for (; rcu->gp_node < rcu->n_nodes; rcu->gp_node++) {
		struct rcu_node *rnp = &rcu->nodes[rcu->gp_node];

		if (rnp->qsmask == 0) {
			rcu->cbovldnext |= rnp->cbovldmask != 0;
			rcu_initiate_boost(rcu, rnp);
			continue;
		}
		if (fqs_scan_in_passing(rcu))
			continue;
		exec_node(rcu, rcu_fqs_leaf_ns(rcu, rnp), fqs_leaf_done);
		return true;
	}
	return false;
}

static void exec_root(struct rcu_state *rcu)
{
	frame_exec_open(&rcu->gp_kthread->frame, rcu->m->costs.gp_kthread, false, cleanup_root_done,
			rcu);
}

/* Asleep between two scans. */
bool rcu_gp_waits_for_fqs(const struct rcu_state *rcu)
{
	return rcu->gp_state == GP_FQS_WAIT;
}

/* Begin to wait, for a request or for quiescent states. */
static void enter_wait(struct rcu_state *rcu)
{
	if (rcu->gp_state == GP_WAIT_GPS_ENTER) {
		trace_gp(rcu, "reqwait");
		rcu->gp_state = GP_WAIT_GPS;
	} else if (rcu->gp_state == GP_FQS_ENTER) {
		fqs_enter(rcu);
	}
}

/* The waits, and what follows from their end; false: asleep. */
static bool wait_step(struct rcu_state *rcu)
{
	enter_wait(rcu);
	if (rcu->gp_state == GP_WAIT_GPS) {
		if (!(rcu->gp_flags & RCU_GP_FLAG_INIT))
			return false;
		init_start(rcu);
	} else if (rcu->gp_state == GP_FQS_WAIT) {
		if (!fqs_wait_is_over(rcu))
			return false;
		fqs_wake(rcu);
	}
	return true;
}

void rcu_gp_kthread_step(void *ctx)
{
	struct rcu_state *rcu = ctx;

	rcu->gp_activity = rcu->m->jiffies;
	for (;;) {
		if (!wait_step(rcu)) {
			task_block(rcu->gp_kthread);
			return;
		}
		switch (rcu->gp_state) {
		case GP_INIT_NODE:
			exec_node(rcu, rcu->m->costs.gp_node, init_node_done);
			return;
		case GP_FQS_SCAN:
			if (fqs_scan_step(rcu))
				return;
			fqs_scan_end(rcu);
			break;
		case GP_CLEANUP_NODE:
			exec_node(rcu, rcu->m->costs.gp_node, cleanup_node_done);
			return;
		case GP_CLEANUP_ROOT:
			exec_root(rcu);
			return;
		default:
			break; /* FQS_ENTER: a wait again */
		}
	}
}
