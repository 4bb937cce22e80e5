/*
 * Building Tree RCU: rcu_init(), rcu_bootup defaults, the groups of offloaded CPUs and their kthreads; and the
 * invariants that concern state.
 */
#include <stdio.h>

#include <glib.h>

#include "rcu/rcu.h"

/* How long lazy callbacks may wait: ->jiffies_lazy_flush is 10 * HZ, for all but the kernel's own tests. */
#define LAZY_FLUSH_S 10

#define WAKE_FROM_GP_CPU_THRESHOLD 16

/* floor(sqrt(@n)), at least 1. */
static int64_t isqrt(int64_t n)
{
	int64_t root = 1;

	while ((root + 1) * (root + 1) <= n)
		root++;
	return root;
}

static int64_t clamp64(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

/* jiffies_till_*_fqs and jiffies_to_sched_qs from HZ and the number of CPUs (2.7). */
static void init_fqs_defaults(struct rcu_state *rcu)
{
	const struct rcu_config *config = &rcu->config;
	const int64_t hz = rcu->m->config.hz, n_cpus = rcu->m->n_cpus;
	const int64_t d = 1 + (hz > 250) + (hz > 500) + n_cpus / 256;
	const int64_t scaled = hz / 10 + n_cpus / 256;
	int64_t both;

	rcu->jiffies_till_first_fqs = config->jiffies_till_first_fqs < 0
					      ? d
					      : clamp64(config->jiffies_till_first_fqs, 0, hz);
	rcu->jiffies_till_next_fqs = config->jiffies_till_next_fqs < 0
					     ? d
					     : clamp64(config->jiffies_till_next_fqs, 1, hz);
	both = rcu->jiffies_till_first_fqs + 2 * rcu->jiffies_till_next_fqs;
	rcu->jiffies_to_sched_qs = config->jiffies_till_sched_qs >= 0
					   ? config->jiffies_till_sched_qs
				   : both > scaled ? both
						   : scaled;
}

/* In the kernel it is 0, and jiffies begins five minutes before its 32 bits turn over. */
#define LONG_AGO (INT64_MIN / 2)

static void init_rdp(struct rcu_state *rcu, int cpu)
{
	struct rcu_data *rdp = &rcu->rdp[cpu];

	rdp->rcu = rcu;
	rdp->cpu = cpu;
	/* nohz_full CPUs always are (6.1) */
	rdp->offloaded = cpumask_test_cpu(&rcu->config.rcu_nocbs, cpu) || rdp_cpu(rdp)->nohz_full;
	rdp->last_fqs_resched = LONG_AGO;
	rdp->gp_seq = rcu->gp_seq;
	rdp->gp_seq_needed = rcu->gp_seq;
	rdp->blimit = rcu->config.blimit;
	rdp->nocb_cb_sleep = true;
	rdp->nocb_nobypass_last = -1;
	rdp->nocb_gp_adv_time = -1;
	rdp->merged_ns = -1;
	rdp->nocb_lock.name = "nocb_lock";
	rdp->nocb_bypass_lock.name = "nocb_bypass_lock";
}

/* First CPU of the machine that kthreads may use, from @cpu on. */
static int kthread_start_cpu(const struct rcu_state *rcu, int cpu)
{
	const int found = cpumask_next(&rcu->m->config.housekeeping, cpu);

	return found >= 0 ? found : cpumask_next(&rcu->m->config.housekeeping, 0);
}

static void init_group_kthread(struct rcu_state *rcu, struct nocb_group *group)
{
	char name[32];
	const int cpu = group->leader->cpu;

	snprintf(name, sizeof(name), "rcuog/%d", cpu);
	group->nocb_gp_kthread = task_new(rcu->m, name, TASK_RCUOG, -1, kthread_start_cpu(rcu, cpu),
					  rcu_nocb_gp_step, group);
	task_set_fifo(group->nocb_gp_kthread, (int)rcu->config.kthread_prio);
	rcu_nocb_gp_init(group);
}

static void start_group(struct rcu_state *rcu, int first, int last)
{
	struct nocb_group *group = &rcu->groups[rcu->n_groups++];

	group->rcu = rcu;
	group->leader = &rcu->rdp[first];
	for (int cpu = first; cpu <= last; cpu++)
		rcu->rdp[cpu].group = group;
	init_group_kthread(rcu, group);
}

/*
 * The group of CPUs @first ... @last: its scan list has the offloaded ones in CPU order; its leader is the first,
 * offloaded or not; any of them may run its deferred wakeups.
 */
static void init_group(struct rcu_state *rcu, int first, int last)
{
	struct nocb_group *group = &rcu->groups[rcu->n_groups];
	struct rcu_data **tail = &group->head;

	for (int cpu = first; cpu <= last; cpu++) {
		if (!rcu->rdp[cpu].offloaded)
			continue;
		*tail = &rcu->rdp[cpu];
		tail = &rcu->rdp[cpu].nocb_next;
	}
	if (group->head != NULL)
		start_group(rcu, first, last);
}

/* Aligned windows of @stride CPU numbers (6.2). */
static void init_groups(struct rcu_state *rcu)
{
	const int n_cpus = rcu->m->n_cpus;

	rcu->stride = rcu->config.rcu_nocb_gp_stride;
	if (rcu->stride < 0)
		rcu->stride = n_cpus / isqrt(n_cpus);
	if (rcu->stride == 0)
		rcu->stride = 1;
	rcu->groups = g_new0(struct nocb_group, (gsize)n_cpus);
	for (int64_t first = 0; first < n_cpus; first += rcu->stride) {
		const int64_t last = first + rcu->stride - 1;

		init_group(rcu, (int)first, (int)(last < n_cpus ? last : n_cpus - 1));
	}
}

static void init_cb_kthread(struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;
	char name[32];

	snprintf(name, sizeof(name), "rcuo%c/%d", rcu->abbr, rdp->cpu);
	rdp->nocb_cb_kthread = task_new(rcu->m, name, TASK_RCUOP, -1,
					kthread_start_cpu(rcu, rdp->cpu), rcu_nocb_cb_step, rdp);
	if (rcu->config.rcu_nocb_cpu_cb_boost)
		task_set_fifo(rdp->nocb_cb_kthread, (int)rcu->config.kthread_prio);
}

static void init_cb_kthreads(struct rcu_state *rcu)
{
	for (int cpu = 0; cpu < rcu->m->n_cpus; cpu++)
		if (rcu->rdp[cpu].offloaded)
			init_cb_kthread(&rcu->rdp[cpu]);
}

void rcu_nocb_prepare(struct rcu_state *rcu, int cpu)
{
	struct rcu_data *rdp = &rcu->rdp[cpu];
	const int first = cpu - (int)(cpu % rcu->stride);
	const int last = first + (int)rcu->stride - 1;

	if (rdp->group == NULL)
		start_group(rcu, first, last < rcu->m->n_cpus ? last : rcu->m->n_cpus - 1);
	if (rdp->nocb_cb_kthread == NULL)
		init_cb_kthread(rdp);
}

static void init_hooks(struct rcu_state *rcu)
{
	struct machine_hooks *hooks = &rcu->m->hooks;

	hooks->ctx = rcu;
	hooks->sched_clock_irq = rcu_sched_clock_irq;
	hooks->rcu_softirq = rcu_core_step;
	hooks->softirq_qs = rcu_softirq_qs;
	hooks->context_switch = rcu_note_context_switch;
	hooks->all_qs = rcu_all_qs;
	hooks->needs_cpu = rcu_needs_cpu;
	hooks->cpu_dead = rcutree_report_cpu_dead;
	hooks->cpu_starting = rcutree_report_cpu_starting;
	hooks->idle_loop = rcu_idle_loop;
	hooks->user_prepare = rcu_user_prepare;
	hooks->irq_enter = rcu_irq_enter_check_tick;
}

/* V12: who asks for it has it, if the kernel knows it; the default of some is to have it on small machines. */
static bool wakes_from_gp(const struct rcu_state *rcu)
{
	const int64_t asked = rcu->config.rcu_normal_wake_from_gp;

	if (!rcu->version->sr_normal)
		return false;
	if (asked >= 0)
		return asked > 0;
	return rcu->version->sr_normal_auto && rcu->m->n_cpus <= WAKE_FROM_GP_CPU_THRESHOLD;
}

struct rcu_state *rcu_new(struct machine *m, const struct rcu_config *config)
{
	struct rcu_state *rcu = g_new0(struct rcu_state, 1);

	rcu->m = m;
	rcu->config = *config;
	rcu->version = rcu_version_of(config->kernel);
	m->dyntick_events = !rcu->version->watching_events;
	rcu_flavor_init(rcu);
	/* sanitize_kthread_prio() */
	if (config->rcu_boost && config->kthread_prio == 0)
		rcu->config.kthread_prio = 1;
	rcu->gp_seq = -300 * (1 << RCU_SEQ_CTR_SHIFT);
	rcu->gp_seq_polled = rcu->gp_seq;
	rcu->gp_seq_polled_snap = RCU_NOT_POLLED;
	rcu->gp_seq_polled_exp_snap = RCU_NOT_POLLED;
	rcu->gp_ended_start_ns = -1;
	rcu->exp_ended_start_ns = -1;
	rcu->normal_wake_from_gp = wakes_from_gp(rcu);
	rcu->nobypass_lim = config->nocb_nobypass_lim_per_jiffy >= 0
				    ? config->nocb_nobypass_lim_per_jiffy
				    : 16 * 1000 / m->config.hz;
	rcu->qovld_calc = config->qovld < 0 ? 2 * config->qhimark : config->qovld;
	rcu->lazy = rcu->version->has_lazy && config->enable_rcu_lazy;
	rcu->jiffies_lazy_flush = LAZY_FLUSH_S * m->config.hz;
	init_fqs_defaults(rcu);
	if (rcu->version->nohz_full_patience_delay)
		rcu->nohz_full_patience_delay_jiffies =
			(config->nohz_full_patience_delay_ms * m->config.hz + 999) / 1000;
	rcu->rdp = g_new0(struct rcu_data, (gsize)m->n_cpus);
	for (int cpu = 0; cpu < m->n_cpus; cpu++)
		init_rdp(rcu, cpu);
	rcu_init_geometry(rcu);
	rcu->gp_kthread = task_new(m, rcu->name, TASK_GP_KTHREAD, -1, kthread_start_cpu(rcu, 0),
				   rcu_gp_kthread_step, rcu);
	task_set_fifo(rcu->gp_kthread, (int)rcu->config.kthread_prio);
	rcu->gp_timer.fn = rcu_gp_timeout;
	rcu->gp_timer.ctx = rcu;
	init_groups(rcu);
	init_cb_kthreads(rcu);
	rcu_boost_init(rcu);
	for (int cpu = 0; !config->use_softirq && cpu < m->n_cpus; cpu++)
		rcu_cpu_kthread_init(&rcu->rdp[cpu]);
	hist_init(&rcu->stats.callback_latency);
	hist_init(&rcu->stats.grace_period);
	init_hooks(rcu);
	return rcu;
}

void rcu_free(struct rcu_state *rcu)
{
	if (rcu == NULL)
		return;
	for (int cpu = 0; cpu < rcu->m->n_cpus; cpu++) {
		struct rcu_data *rdp = &rcu->rdp[cpu];

		for (int i = 0; i < RCU_CBLIST_NSEGS; i++)
			cb_list_clear(&rdp->cblist.seg[i], &rcu->pool);
		cb_list_clear(&rdp->nocb_bypass, &rcu->pool);
		cb_list_clear(&rdp->batch.list, &rcu->pool);
	}
	cb_pool_clear(&rcu->pool);
	hist_clear(&rcu->stats.callback_latency);
	hist_clear(&rcu->stats.grace_period);
	g_free(rcu->boosts);
	g_free(rcu->groups);
	g_free(rcu->rdp);
	g_free(rcu->nodes);
	g_free(rcu);
}

int64_t rcu_n_callbacks(const struct rcu_state *rcu)
{
	return rcu->stats.n_callbacks - rcu->stats.n_invoked;
}
