/*
 * The two flavours of RCU: what a tick and a cond_resched() are to each, and how a CPU is urged.
 *
 * Preemptible RCU (rcu_preempt) counts readers, so that a tick knows one; non-preemptible RCU (rcu_sched) has
 * readers that merely cannot be preempted, so that a tick in the kernel says nothing unless the kernel counts
 * who disables preemption, and a cond_resched() is outside any reader (rcu-behaviour.md 3.3, 3.6).
 */
#include "rcu/rcu.h"

bool rcu_is_preempt_rcu(const struct machine_config *config)
{
	return config->preempt_dynamic || config->preempt == MACHINE_PREEMPT_FULL;
}

void rcu_flavor_init(struct rcu_state *rcu)
{
	rcu->preempt_rcu = rcu_is_preempt_rcu(&rcu->m->config);
	rcu->name = rcu->preempt_rcu ? "rcu_preempt" : "rcu_sched";
	rcu->abbr = rcu->preempt_rcu ? 'p' : 's';
}

/* Tasks inside a section for longer than this are asked to report when they leave it (3.6). */
static int64_t need_qs_jiffies(const struct rcu_state *rcu)
{
	return rcu->m->config.hz;
}

/* Outside of idle, with preemption and bottom halves enabled as far as the count of the interrupted task says. */
bool rcu_is_preemptible(const struct sim_cpu *cpu)
{
	return cpu->curr != NULL && cpu->curr->rcu_read_lock_nesting == 0 && !cpu->in_softirq &&
	       !cpu->curr->frame.bh_disabled && !cpu->curr->preempt_disabled;
}

static void preempt_sched_clock_irq(struct rcu_state *rcu, struct sim_cpu *cpu)
{
	struct rcu_data *rdp = &rcu->rdp[cpu->id];
	struct sim_task *curr = cpu->curr;

	/* the idle task, too, runs with preemption disabled: its tick is never a quiescent state */
	if (rcu_is_preemptible(cpu)) {
		if (rdp->cpu_no_qs_exp) /* a deferred report is all that this tick is good for */
			rcu_report_exp_rdp(rdp, cpu_frame(cpu));
		else
			rcu_qs(rdp);
		return;
	}
	if (rdp->cpu_no_qs_exp && (curr == NULL || curr->rcu_read_lock_nesting == 0))
		sched_set_need_resched(cpu);
	if (curr != NULL && curr->rcu_read_lock_nesting > 0 && rdp->core_needs_qs &&
	    rdp->cpu_no_qs && !curr->rcu_need_qs &&
	    rcu->m->jiffies > rcu->gp_start_jiffy + need_qs_jiffies(rcu))
		curr->rcu_need_qs = true;
}

/* rcu_flavor_sched_clock_irq(): what the tick has interrupted. */
void rcu_flavor_sched_clock_irq(struct rcu_state *rcu, struct sim_cpu *cpu, bool user)
{
	if (rcu->preempt_rcu)
		preempt_sched_clock_irq(rcu, cpu);
	else if (user || cpu_rrupt_from_idle(cpu) ||
		 (rcu->m->config.preempt_count && rcu_is_preemptible(cpu)))
		rcu_qs(&rcu->rdp[cpu->id]);
}

/* An urged CPU of rcu_sched looks at its next cond_resched(), so that its run ends with the operation in flight. */
void rcu_set_urgent_qs(struct rcu_data *rdp, bool urgent)
{
	struct sim_cpu *cpu = rdp_cpu(rdp);

	rdp->rcu_urgent_qs = urgent;
	if (rdp->rcu->preempt_rcu || cpu->wants_all_qs == urgent)
		return;
	cpu->wants_all_qs = urgent;
	if (urgent)
		cpu_cut(cpu);
}

void rcu_disable_urgency_upon_qs(struct rcu_data *rdp)
{
	rcu_set_urgent_qs(rdp, false);
	rdp->rcu_need_heavy_qs = false;
	if (rdp->rcu_forced_tick)
		tick_dep_clear_cpu(rdp_cpu(rdp), TICK_DEP_BIT_RCU);
	rdp->rcu_forced_tick = false;
}

/* __rcu_irq_enter_check_tick(): an urged adaptive-tick CPU is in the kernel; its tick is needed until it reports. */
void rcu_irq_enter_check_tick(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_state *rcu = ctx;
	struct rcu_data *rdp = &rcu->rdp[cpu->id];

	if (!rdp->rcu_urgent_qs || rdp->rcu_forced_tick)
		return;
	rdp->rcu_forced_tick = true;
	tick_dep_set_cpu(cpu, TICK_DEP_BIT_RCU);
}

/* In and out of an extended quiescent state: a recheck scan finds the counter moved. */
void rcu_momentary_eqs(struct rcu_data *rdp)
{
	rdp->rcu_need_heavy_qs = false;
	rdp_cpu(rdp)->watching_seq += 2;
}

/* rcu_all_qs(): a cond_resched() of an urged CPU that nobody else wants. */
void rcu_all_qs(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_state *rcu = ctx;
	struct rcu_data *rdp = &rcu->rdp[cpu->id];

	sim_assert(!rcu->preempt_rcu && rdp->rcu_urgent_qs);
	sim_assert(cpu->curr->rcu_read_lock_nesting ==
		   0); /* I6: readers do not call cond_resched() */
	rcu_set_urgent_qs(rdp, false);
	if (rdp->rcu_need_heavy_qs)
		rcu_momentary_eqs(rdp);
	rcu_qs(rdp);
}
