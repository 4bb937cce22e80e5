/*
 * Stall warnings of normal grace periods: check_cpu_stall(), print_cpu_stall(), print_other_cpu_stall(),
 * rcu_check_gp_kthread_starvation(), rcu_stall_kick_kthreads() (rcu-behaviour.md 9.1).
 *
 * Every tick of a CPU looks, before anything else of RCU, whether the grace period has lasted too long. Of the CPUs
 * that find it so one reports: at once if the grace period waits for it, two jiffies later if for others. What it says
 * goes to the probe; what it does, asking for a reschedule or for a scan, is part of the model.
 */
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "rcu/rcu.h"
#include "rcu/trace.h"

#define RCU_STALL_RAT_DELAY \
	2 /* jiffies that the CPUs that are waited for have to report themselves */

static int64_t stall_timeout_s(const struct rcu_state *rcu)
{
	const int64_t s = rcu->config.rcu_cpu_stall_timeout;

	return s < 3 ? 3 : s > 300 ? 300 : s;
}

/* rcu_jiffies_till_stall_check() */
int64_t rcu_jiffies_till_stall_check(const struct rcu_state *rcu)
{
	return stall_timeout_s(rcu) * rcu->m->config.hz;
}

/* record_gp_stall_check_time() */
void rcu_record_gp_stall_check_time(struct rcu_state *rcu)
{
	const int64_t till = rcu_jiffies_till_stall_check(rcu);

	rcu->gp_start_jiffy = rcu->m->jiffies;
	rcu->jiffies_stall = rcu->m->jiffies + till;
	rcu->jiffies_resched = rcu->m->jiffies + till / 2;
	rcu->n_force_qs_gpstart = rcu->n_force_qs;
}

/* rcu_stall_kick_kthreads(): rcu_kick_kthreads=1, and the kthread has overslept three waits. */
static void kick_kthreads(struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;

	if (!rcu->config.rcu_kick_kthreads || rcu->m->jiffies <= rcu->jiffies_kick_kthreads)
		return;
	task_wake(rcu->gp_kthread, NULL);
	rcu->jiffies_kick_kthreads = rcu->m->jiffies + rcu->m->config.hz;
}

/* --- the report --- */

/* One line per CPU that is waited for. @in_irq: it is the one that reports, in its tick. */
static void print_cpu(GString *text, struct rcu_data *rdp, bool in_irq)
{
	struct rcu_state *rcu = rdp->rcu;
	const struct sim_cpu *cpu = rdp_cpu(rdp);
	const bool idle = cpu->curr == NULL;
	const bool behind = rdp->gp_seq != rcu->gp_seq;
	const uint64_t nmi_nesting = (idle ? 0 : UINT64_C(1) << 62) + (in_irq ? 2 : 0);

	g_string_append_printf(text,
			       "\t%d-%c%c%c.: (%" PRId64 " %s) idle=%04" PRIx64 "/%d/0x%" PRIx64
			       " softirq=%" PRId64 "/%" PRId64 " fqs=%" PRId64 "\n",
			       rdp->cpu, rcu_rdp_cpu_online(rdp) ? '.' : 'O',
			       rdp->mynode->qsmaskinit & rdp->grpmask ? '.' : 'o',
			       rdp->mynode->qsmaskinitnext & rdp->grpmask ? '.' : 'N',
			       behind ? (rcu->gp_seq - rdp->gp_seq) >> RCU_SEQ_CTR_SHIFT
				      : rdp->ticks_this_gp,
			       behind ? "GPs behind" : "ticks this GP", cpu->watching_seq & 0xffff,
			       idle ? 0 : 1, nmi_nesting, rdp->softirq_snap, rdp->n_core,
			       rcu->n_force_qs - rcu->n_force_qs_gpstart);
}

/* rcu_print_task_stall(): readers that were preempted, by the tasks' numbers. */
static int64_t print_tasks(GString *text, const struct rcu_node *rnp)
{
	int64_t n = 0;

	if (rnp->gp_tasks == NULL)
		return 0;
	g_string_append_printf(text,
			       "\tTasks blocked on level-%d rcu_node (CPUs %d-%d):", rnp->level,
			       rnp->grplo, rnp->grphi);
	for (const struct sim_task *task = rnp->gp_tasks; task != NULL;
	     task = task->rcu_blkd_next) {
		g_string_append_printf(text, " P%u", task->id);
		n++;
	}
	g_string_append_c(text, '\n');
	return n;
}

static int n_online(const struct rcu_state *rcu)
{
	int n = 0;

	for (int cpu = 0; cpu < rcu->m->n_cpus; cpu++)
		n += rcu_rdp_cpu_online(&rcu->rdp[cpu]);
	return n;
}

static int64_t n_queued(struct rcu_state *rcu)
{
	int64_t n = 0;

	for (int cpu = 0; cpu < rcu->m->n_cpus; cpu++) {
		cpu_settle(&rcu->m->cpus[cpu]);
		n += rcu->rdp[cpu].cblist.len;
	}
	return n;
}

/* rcu_check_gp_kthread_expired_fqs_timer(), rcu_check_gp_kthread_starvation() */
static void print_kthread(GString *text, const struct rcu_state *rcu)
{
	const int64_t jiffies = rcu->m->jiffies, hz = rcu->m->config.hz;
	const bool runnable = rcu->gp_kthread->state != TASK_SLEEPING;

	if (rcu_gp_waits_for_fqs(rcu) && jiffies > rcu->jiffies_force_qs + 2 * hz && !runnable)
		g_string_append_printf(text,
				       "rcu: \t%s kthread timer wakeup didn't happen for %" PRId64
				       " jiffies! g%" PRId64 " f0x%x\n",
				       rcu->gp_kthread->name, jiffies - rcu->jiffies_force_qs,
				       rcu->gp_seq, (unsigned int)rcu->gp_flags);
	if (jiffies > rcu->gp_activity + 2 * hz)
		g_string_append_printf(text,
				       "rcu: \t%s kthread starved for %" PRId64
				       " jiffies! g%" PRId64 " f0x%x ->cpu=%d\n",
				       rcu->gp_kthread->name, jiffies - rcu->gp_activity,
				       rcu->gp_seq, (unsigned int)rcu->gp_flags,
				       rcu->gp_kthread->cpu->id);
}

static void report(struct rcu_data *rdp, bool self_detected, GString *text)
{
	struct rcu_state *rcu = rdp->rcu;
	struct probe *probe = rcu->m->probe;

	print_kthread(text, rcu);
	rcu->stats.n_stall_warnings++;
	trace_rcu_stall_warning(rdp, self_detected ? "SelfDetected" : "StallDetected");
	if (probe != NULL && probe->stall != NULL)
		probe->stall(probe->ctx, &(struct probe_stall){ .t_ns = machine_now_ns(rcu->m),
								.gp_seq = rcu->gp_seq,
								.cpu = rdp->cpu,
								.self_detected = self_detected,
								.text = text->str });
}

/* print_cpu_stall(): it ends by asking the task on this CPU to leave. */
static void self_detected_stall(struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text, "rcu: INFO: %s self-detected stall on CPU\n",
			       rcu->gp_kthread->name);
	print_cpu(text, rdp, true);
	g_string_append_printf(
		text, "rcu: \t(t=%" PRId64 " jiffies g=%" PRId64 " q=%" PRId64 " ncpus=%d)\n",
		rcu->m->jiffies - rcu->gp_start_jiffy, rcu->gp_seq, n_queued(rcu), n_online(rcu));
	report(rdp, true, text);
	if (rdp_cpu(rdp)->curr != NULL)
		sched_set_need_resched(rdp_cpu(rdp));
}

/* print_other_cpu_stall(): it ends by asking for a scan. */
static void other_stall(struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;
	g_autoptr(GString) text = g_string_new(NULL);
	struct rcu_node *rnp;
	int64_t n = 0;

	g_string_append_printf(text, "rcu: INFO: %s detected stalls on CPUs/tasks:\n",
			       rcu->gp_kthread->name);
	for_each_leaf_rnp(rcu, rnp) {
		for (int cpu = rnp->grplo; cpu <= rnp->grphi; cpu++)
			if (rnp->qsmask & rcu->rdp[cpu].grpmask) {
				print_cpu(text, &rcu->rdp[cpu], false);
				n++;
			}
		n += print_tasks(text, rnp);
	}
	g_string_append_printf(text,
			       "rcu: \t(detected by %d, t=%" PRId64 " jiffies, g=%" PRId64
			       ", q=%" PRId64 " ncpus=%d)\n",
			       rdp->cpu, rcu->m->jiffies - rcu->gp_start_jiffy, rcu->gp_seq,
			       n_queued(rcu), n_online(rcu));
	if (n == 0)
		g_string_append_printf(text,
				       "rcu: All QSes seen, last %s kthread activity %" PRId64
				       " jiffies ago\n",
				       rcu->gp_kthread->name, rcu->m->jiffies - rcu->gp_activity);
	report(rdp, false, text);
	rcu_force_quiescent_state(rcu, NULL);
}

/* --- the check --- */

void check_cpu_stall(struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;
	const int64_t jiffies = rcu->m->jiffies;
	const bool self_detected = (rdp->mynode->qsmask & rdp->grpmask) != 0;

	if ((rcu->config.rcu_cpu_stall_suppress && !rcu->config.rcu_kick_kthreads) ||
	    !rcu_gp_in_progress(rcu))
		return;
	kick_kthreads(rdp);
	if (jiffies < rcu->jiffies_stall ||
	    (!self_detected && jiffies < rcu->jiffies_stall + RCU_STALL_RAT_DELAY))
		return;
	rcu->jiffies_stall = jiffies + 3 * rcu_jiffies_till_stall_check(rcu) + 3;
	if (self_detected)
		self_detected_stall(rdp);
	else
		other_stall(rdp);
}
