/*
 * The tick's part of RCU and rcu_core(), in RCU_SOFTIRQ or rcuc: rcu_sched_clock_irq(), rcu_pending().
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

/* An adaptive-tick CPU leaves a grace period alone that is not old, for whoever can see it from elsewhere. */
static bool nohz_full_ignores(struct rcu_data *rdp, bool user)
{
	const struct rcu_state *rcu = rdp->rcu;
	const struct sim_cpu *cpu = rdp_cpu(rdp);
	const int64_t age = rcu->m->jiffies - rcu->gp_start_jiffy;

	if (!cpu->nohz_full || (rcu_gp_in_progress(rcu) && age >= rcu->m->config.hz))
		return false;
	return user || cpu_rrupt_from_idle(cpu) ||
	       (rcu_gp_in_progress(rcu) && age < rcu->nohz_full_patience_delay_jiffies);
}

/* rcu_pending(), in its order (3.7). */
static bool rcu_pending(struct rcu_data *rdp, bool user)
{
	const struct rcu_state *rcu = rdp->rcu;

	check_cpu_stall(rdp);
	if (rdp->group != NULL && rdp->group->leader == rdp &&
	    rdp->group->nocb_defer_wakeup >= RCU_NOCB_WAKE)
		return true;
	if (nohz_full_ignores(rdp, user))
		return false;
	if (rdp->core_needs_qs && !rdp->cpu_no_qs && rcu_gp_in_progress(rcu))
		return true;
	if (!rdp->offloaded && rcu_segcblist_ready_cbs(&rdp->cblist))
		return true;
	if (!rcu_gp_in_progress(rcu) && !rdp->offloaded && rdp->cblist.seg[RCU_NEXT_TAIL].n > 0)
		return true;
	return rdp->mynode->gp_seq != rdp->gp_seq;
}

void rcu_sched_clock_irq(void *ctx, struct sim_cpu *cpu, bool user)
{
	struct rcu_state *rcu = ctx;
	struct rcu_data *rdp = &rcu->rdp[cpu->id];

	trace_rcu_utilization(rcu, "Start scheduler-tick");
	rdp->ticks_this_gp++;
	if (rdp->rcu_urgent_qs) {
		if (!user && !cpu_rrupt_from_idle(cpu))
			sched_set_need_resched(cpu);
		rcu_set_urgent_qs(rdp, false);
	}
	rcu_flavor_sched_clock_irq(rcu, cpu, user);
	if (rcu_pending(rdp, user))
		invoke_rcu_core(rdp);
	trace_rcu_utilization(rcu, "End scheduler-tick");
}

bool rcu_needs_cpu(void *ctx, struct sim_cpu *cpu)
{
	const struct rcu_state *rcu = ctx;
	const struct rcu_data *rdp = &rcu->rdp[cpu->id];

	return !rdp->offloaded && rdp->cblist.len > 0;
}

void rcu_softirq_qs(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_state *rcu = ctx;
	struct rcu_data *rdp = &rcu->rdp[cpu->id];

	rcu_qs(rdp);
	rcu_deferred_exp(rdp, &cpu->ksoftirqd->frame);
}

/* Each iteration of the idle loop runs wakeups of rcuog that were put off. */
void rcu_idle_loop(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_state *rcu = ctx;

	/* left to the idle task's __schedule(), which an interrupt has asked for */
	rcu_deferred_exp(&rcu->rdp[cpu->id], NULL);
	do_nocb_deferred_wakeup(&rcu->rdp[cpu->id], NULL);
}

/* So does the way to user mode of an adaptive-tick CPU, which may not come back soon. */
void rcu_user_prepare(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_state *rcu = ctx;

	do_nocb_deferred_wakeup(&rcu->rdp[cpu->id], &cpu->curr->frame);
}

static struct sim_frame *core_frame(struct rcu_data *rdp)
{
	return rdp->rcu_cpu_kthread_task != NULL ? &rdp->rcu_cpu_kthread_task->frame
						 : rdp_cpu(rdp)->softirq_runner;
}

/* A GP that nobody has asked for yet: label what is in NEXT and ask (5.3 step 3). */
static void core_request(struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;

	if (!rcu_gp_in_progress(rcu) && !rdp->offloaded && rdp->cblist.seg[RCU_NEXT_TAIL].n > 0)
		rcu_accelerate_cbs_unlocked(rdp->mynode, rdp, core_frame(rdp));
}

static void core_report_done(void *ctx)
{
	struct rcu_data *rdp = ctx;

	rcu_report_qs_rdp(rdp, core_frame(rdp));
	core_request(rdp);
	rdp->core_state = RCU_CORE_CHECKED;
}

/* An expedited report that could not be made where it was asked for; the idle task has preemption disabled. */
static void core_deferred_exp(struct rcu_data *rdp)
{
	const struct sim_task *curr = rdp_cpu(rdp)->curr;

	if (!rdp->cpu_no_qs_exp || !rdp->rcu->preempt_rcu)
		return;
	if (curr == NULL)
		sched_set_need_resched(rdp_cpu(rdp));
	else if (curr->rcu_read_lock_nesting == 0)
		rcu_report_exp_rdp(rdp, core_frame(rdp));
}

/* rcu_check_quiescent_state() */
static void core_check_done(void *ctx)
{
	struct rcu_data *rdp = ctx;

	core_deferred_exp(rdp);
	note_gp_changes(rdp, core_frame(rdp));
	if (rdp->core_needs_qs && !rdp->cpu_no_qs) {
		if (!lock_is_free(&rdp->mynode->lock)) {
			rdp->core_state = RCU_CORE_REPORT;
			return;
		}
		rcu_report_qs_rdp(rdp, core_frame(rdp));
	}
	core_request(rdp);
	rdp->core_state = RCU_CORE_CHECKED;
}

static void core_begin(struct rcu_data *rdp, struct sim_frame *frame)
{
	const struct cost_profile *costs = &rdp->rcu->m->costs;
	/* traced: rcu_utilization at both ends */
	const struct sim_op op = { .open_ns = costs->rcu_core + 2 * costs->trace_event,
				   .done = core_check_done,
				   .ctx = rdp };

	trace_rcu_utilization(rdp->rcu, "Start RCU core");
	if (rdp->rcu_cpu_kthread_task == NULL)
		rdp->n_core++;
	frame_exec(frame, &op);
}

static const char *core_context(const struct rcu_data *rdp, const struct sim_frame *frame)
{
	if (rdp->rcu_cpu_kthread_task != NULL)
		return "rcuc";
	return frame->kind == FRAME_SOFTIRQ ? "softirq" : "ksoftirqd";
}

bool rcu_core_step(void *ctx, struct sim_cpu *cpu, struct sim_frame *frame)
{
	struct rcu_state *rcu = ctx;
	struct rcu_data *rdp = &rcu->rdp[cpu->id];

	switch (rdp->core_state) {
	case RCU_CORE_IDLE:
		core_begin(rdp, frame);
		return true;
	case RCU_CORE_REPORT:
		frame_exec_locked(frame, 0, &rdp->mynode->lock, core_report_done, rdp);
		return true;
	case RCU_CORE_CHECKED:
		if (!rdp->offloaded && rcu_segcblist_ready_cbs(&rdp->cblist) &&
		    !rdp->batch.active) {
			rcu_batch_begin(rdp, frame, core_context(rdp, frame));
			rdp->core_state = RCU_CORE_BATCH;
			return rcu_batch_step(rdp);
		}
		break;
	case RCU_CORE_BATCH:
		if (rcu_batch_step(rdp))
			return true;
		if (rcu_segcblist_ready_cbs(&rdp->cblist))
			invoke_rcu_core(rdp);
		break;
	default:
		break;
	}
	rdp->core_state = RCU_CORE_IDLE;
	do_nocb_deferred_wakeup(rdp, frame);
	trace_rcu_utilization(rcu, "End RCU core");
	return false;
}
