/*
 * Expedited grace periods: rcu_exp_sel_wait_wake() by its worker, rcu_exp_handler() on the CPUs that it interrupts, and
 * the reports of both and of preempted readers up the tree.
 *
 *   RESET -> SELECT leaf ... -> WAIT until the root has nothing to wait for -> end, wake the callers
 *
 * The leaves are selected one after the other by one worker, where the kernel has a worker per leaf; who waits on the
 * nodes is woken in one go (rcu-behaviour.md 8.3). Callbacks of call_rcu() are none of its business (V17).
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

enum { EXP_IDLE, EXP_RESET, EXP_SELECT, EXP_WAIT, EXP_ENDED };

static void trace(struct rcu_state *rcu, const struct sim_frame *frame, const char *text)
{
	trace_rcu_exp_grace_period(rcu, frame->cpu->id, rcu->exp_seq, text);
}

/* --- reports --- */

/* sync_rcu_exp_done() */
static bool exp_done(const struct rcu_node *rnp)
{
	return rnp->exp_tasks == NULL && rnp->expmask == 0;
}

/* __rcu_report_exp_rnp(); @wake: the root's last report wakes the worker. */
static void report_exp_rnp(struct rcu_state *rcu, struct rcu_node *rnp, bool wake,
			   struct sim_frame *waker)
{
	while (exp_done(rnp)) {
		const uint64_t mask = UINT64_C(1) << rnp->grpnum;

		if (rnp->parent == NULL) {
			if (wake && rcu->exp_state == EXP_WAIT)
				task_wake(rcu->exp_frame->task, waker);
			return;
		}
		rnp = rnp->parent;
		sim_assert(rnp->expmask & mask);
		rnp->expmask &= ~mask;
	}
}

static void report_exp_cpu_mult(struct rcu_state *rcu, struct rcu_node *rnp, uint64_t mask,
				bool wake, struct sim_frame *waker)
{
	if ((rnp->expmask & mask) == 0)
		return;
	rnp->expmask &= ~mask;
	report_exp_rnp(rcu, rnp, wake, waker);
}

void rcu_report_exp_rdp(struct rcu_data *rdp, struct sim_frame *waker)
{
	rdp->cpu_no_qs_exp = false;
	report_exp_cpu_mult(rdp->rcu, rdp->mynode, rdp->grpmask, true, waker);
}

void rcu_deferred_exp(struct rcu_data *rdp, struct sim_frame *waker)
{
	if (rdp->cpu_no_qs_exp)
		rcu_report_exp_rdp(rdp, waker);
}

/* A reader has left @rnp's list; @was_done: the leaf had nothing to wait for before that. */
void rcu_exp_reader_gone(struct rcu_state *rcu, struct rcu_node *rnp, bool was_done,
			 struct sim_frame *waker)
{
	if (!was_done && exp_done(rnp))
		report_exp_rnp(rcu, rnp, true, waker);
}

bool rcu_exp_leaf_is_done(const struct rcu_node *rnp)
{
	return exp_done(rnp);
}

/* --- the interrupt --- */

/* Left to the next quiescent state, which is asked for. */
static void exp_need_qs(struct rcu_data *rdp, struct sim_cpu *cpu)
{
	rdp->cpu_no_qs_exp = true;
	sched_set_need_resched(cpu);
}

static void preempt_exp_handler(struct rcu_data *rdp, struct sim_cpu *cpu)
{
	const struct sim_task *curr = cpu->curr;

	if (curr != NULL && curr->rcu_read_lock_nesting > 0) {
		/* its rcu_read_unlock() reports, or the switch that puts it on blkd_tasks */
		if (rdp->mynode->expmask & rdp->grpmask)
			rdp->cpu_no_qs_exp = true;
	} else if (rcu_is_preemptible(cpu) || cpu_rrupt_from_idle(cpu)) {
		rcu_report_exp_rdp(rdp, cpu_frame(cpu));
	} else {
		exp_need_qs(rdp, cpu);
	}
}

/* Readers are not counted: only what cannot be one is a quiescent state. */
static void sched_exp_handler(struct rcu_data *rdp, struct sim_cpu *cpu)
{
	if ((rdp->mynode->expmask & rdp->grpmask) == 0 || rdp->cpu_no_qs_exp)
		return;
	if (cpu_rrupt_from_idle(cpu) ||
	    (rdp->rcu->m->config.preempt_count && rcu_is_preemptible(cpu))) {
		rcu_report_exp_rdp(rdp, cpu_frame(cpu));
		return;
	}
	rcu_set_urgent_qs(rdp, true);
	exp_need_qs(rdp, cpu);
}

/* rcu_exp_handler() */
static void exp_handler(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_data *rdp = ctx;

	if (rdp->rcu->preempt_rcu)
		preempt_exp_handler(rdp, cpu);
	else
		sched_exp_handler(rdp, cpu);
}

/* --- the worker --- */

void rcu_exp_gp_seq_start(struct rcu_state *rcu)
{
	sim_assert(!rcu_seq_state(rcu->expedited_sequence)); /* I8 */
	rcu->expedited_sequence++;
	rcu->exp_start_ns = machine_now_ns(rcu->m);
	rcu_poll_gp_seq_start(rcu, &rcu->gp_seq_polled_exp_snap);
}

static void exp_gp_seq_end(struct rcu_state *rcu)
{
	rcu_poll_gp_seq_end(rcu, &rcu->gp_seq_polled_exp_snap, rcu->exp_start_ns);
	rcu->expedited_sequence = rcu_seq_ended(rcu->expedited_sequence);
	rcu->exp_ended_start_ns = rcu->exp_start_ns;
	rcu_cookies_check(&rcu->cookies_exp, rcu->expedited_sequence, rcu->exp_start_ns);
	rcu->stats.n_exp_grace_periods++;
}

static void reset_done(void *ctx)
{
	struct rcu_state *rcu = ctx;

	trace(rcu, rcu->exp_frame, "reset");
	for (int i = 0; i < rcu->n_nodes; i++) {
		sim_assert(exp_done(&rcu->nodes[i]));
		rcu->nodes[i].expmask = rcu->nodes[i].expmaskinit;
	}
	trace(rcu, rcu->exp_frame, "select");
	rcu->exp_node = rcu->first_leaf;
	rcu->exp_state = EXP_SELECT;
}

/* __sync_rcu_exp_select_node_cpus() */
static void select_done(void *ctx)
{
	struct rcu_state *rcu = ctx;
	struct rcu_node *rnp = &rcu->nodes[rcu->exp_node++];
	const struct sim_cpu *self = rcu->exp_frame->cpu;
	uint64_t quiescent = 0;

	rnp->exp_tasks = rnp->blkd_tasks;
	for (int cpu = rnp->grplo; cpu <= rnp->grphi; cpu++) {
		struct rcu_data *rdp = &rcu->rdp[cpu];

		if ((rnp->expmask & rdp->grpmask) == 0)
			continue;
		if (rdp_cpu(rdp) == self || !rcu_rdp_cpu_online(rdp) ||
		    cpu_is_in_eqs(rdp_cpu(rdp))) {
			quiescent |= rdp->grpmask;
			continue;
		}
		rdp->exp_call.fn = exp_handler;
		rdp->exp_call.ctx = rdp;
		smp_call_function_single_async(rdp_cpu(rdp), &rdp->exp_call);
	}
	report_exp_cpu_mult(rcu, rnp, quiescent, false, NULL);
}

/* The next leaf; false: all have been seen. */
static bool step_select(struct rcu_state *rcu)
{
	struct rcu_node *rnp;

	while (rcu->exp_node < rcu->n_nodes && rcu->nodes[rcu->exp_node].expmask == 0)
		rcu->exp_node++;
	if (rcu->exp_node == rcu->n_nodes)
		return false;
	rnp = &rcu->nodes[rcu->exp_node];
	frame_exec_locked(rcu->exp_frame,
			  rcu->m->costs.exp_cpu * __builtin_popcountll(rnp->expmask), &rnp->lock,
			  select_done, rcu);
	return true;
}

/* rcu_exp_wait_wake(), after the wait. */
static void end_and_wake(struct rcu_state *rcu)
{
	const int wq = rcu_exp_wq(rcu->exp_seq);

	for (int i = 0; i < rcu->n_nodes; i++)
		sim_assert(exp_done(&rcu->nodes[i]));
	/* I6 of this kind: no section that was open when this grace period started is open now */
	sim_assert(rcu->readers == NULL || rcu->readers->rcu_section_start_ns >= rcu->exp_start_ns);
	exp_gp_seq_end(rcu);
	trace(rcu, rcu->exp_frame, "end");
	for (int i = 0; i < rcu->n_nodes; i++) {
		struct rcu_node *rnp = &rcu->nodes[i];

		if (rnp->exp_seq_rq < rcu->exp_seq)
			rnp->exp_seq_rq = rcu->exp_seq;
		wake_up_all(&rnp->exp_wq[wq], rcu->exp_frame);
	}
	trace(rcu, rcu->exp_frame, "endwake");
	rcu->exp_state = EXP_ENDED;
}

enum exp_step { EXP_STEP_EXEC, EXP_STEP_SLEEP, EXP_STEP_DONE };

/* rcu_exp_sel_wait_wake(): the next operation on @frame, a sleep that the caller has to do, or the end. */
static enum exp_step exp_step(struct rcu_state *rcu, struct sim_frame *frame)
{
	if (rcu->exp_state == EXP_IDLE) {
		rcu->exp_frame = frame;
		rcu->exp_seq = rcu->exp_requested;
		rcu->exp_has_request = false;
		rcu->exp_state = EXP_RESET;
		frame_exec_open(frame, rcu->m->costs.exp_gp, false, reset_done, rcu);
		return EXP_STEP_EXEC;
	}
	if (rcu->exp_state == EXP_SELECT) {
		if (step_select(rcu))
			return EXP_STEP_EXEC;
		trace(rcu, frame, "startwait");
		rcu->exp_state = EXP_WAIT;
	}
	if (rcu->exp_state == EXP_ENDED) {
		rcu->exp_state = EXP_IDLE;
		return EXP_STEP_DONE;
	}
	if (!exp_done(rcu_get_root(rcu)))
		return EXP_STEP_SLEEP;
	end_and_wake(rcu);
	frame_exec_open(frame, 0, false, NULL,
			NULL); /* the wakeups are paid for before it sleeps */
	return EXP_STEP_EXEC;
}

/* The kthread worker: rcu_exp_gp_kthread_worker. */
static void kthread_step(void *ctx)
{
	struct rcu_state *rcu = ctx;

	do {
		if (rcu->exp_state == EXP_IDLE && !rcu->exp_has_request) {
			task_block(rcu->exp_kworker);
			return;
		}
		switch (exp_step(rcu, rcu->exp_state == EXP_IDLE ? &rcu->exp_kworker->frame
								 : rcu->exp_frame)) {
		case EXP_STEP_EXEC:
			return;
		case EXP_STEP_SLEEP:
			task_block(rcu->exp_kworker);
			return;
		case EXP_STEP_DONE:
			break;
		}
	} while (true);
}

/* Before V16: an item of the workqueue rcu_gp, executed by a kworker of the caller's CPU. */
static bool work_step(void *ctx, struct sim_frame *frame)
{
	switch (exp_step(ctx, frame)) {
	case EXP_STEP_SLEEP:
		work_sleep(frame);
		return true;
	case EXP_STEP_EXEC:
		return true;
	case EXP_STEP_DONE:
	default:
		return false;
	}
}

static void start_worker(struct rcu_state *rcu)
{
	if (rcu->version->exp_kthread_worker)
		rcu->exp_kworker =
			task_new(rcu->m, "rcu_exp_gp_kthr", TASK_KWORKER, -1,
				 cpumask_next(&rcu->m->config.housekeeping, 0), kthread_step, rcu);
	else
		work_init(&rcu->exp_work, "wait_rcu_exp_gp", work_step, rcu);
}

/* synchronize_rcu_expedited_queue_work(): the worker is there from the first one on. */
void rcu_exp_queue_work(struct rcu_state *rcu, int64_t seq, struct sim_frame *frame)
{
	if (rcu->exp_kworker == NULL && rcu->exp_work.step == NULL)
		start_worker(rcu);
	sim_assert(!rcu->exp_has_request);
	rcu->exp_has_request = true;
	rcu->exp_requested = seq;
	if (rcu->exp_kworker != NULL)
		task_wake(rcu->exp_kworker, frame);
	else
		queue_work_on(machine_workqueue(rcu->m, WORKQUEUE_BOUND), frame->cpu->id,
			      &rcu->exp_work, frame);
}
