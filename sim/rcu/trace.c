#include "rcu/trace.h"

#include <string.h>

/* The flavour's name is its grace-period kthread's. */
static const char *rcu_name(const struct rcu_state *rcu)
{
	return rcu->gp_kthread->name;
}

/*
 * What %p shows: hashed, so that nothing but equality can be told from it. Callbacks are numbered per CPU in the
 * order of call_rcu(), which is that of their invocation.
 */
static int64_t hash_pointer(uint64_t value)
{
	value += UINT64_C(0x9e3779b97f4a7c15);
	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (int64_t)(value ^ (value >> 31));
}

static int64_t rhp_of(const struct rcu_data *rdp, int64_t number)
{
	return hash_pointer(((uint64_t)rdp->cpu << 48) + (uint64_t)number);
}

/* A CPU's list is protected by its nocb_lock if it is offloaded, else by disabled interrupts. */
static int cblist_locks(const struct rcu_data *rdp)
{
	return rdp->offloaded ? 1 : 0;
}

void trace_rcu_utilization(struct rcu_state *rcu, const char *text)
{
	struct machine *m = rcu->m;
	int n_locks = TRACE_IRQS_ON;

	if (!machine_is_traced(m, TRACE_RCU_UTILIZATION))
		return;
	if (strstr(text, "context switch") != NULL)
		n_locks = machine_in_idle_task(m) ? 0 : 1;
	machine_trace(m, &(struct trace_record){ .event = TRACE_RCU_UTILIZATION, .text = text },
		      n_locks);
}

/* --- grace periods and quiescent states --- */

/* The kthread's waits and scans are traced without a lock; a quiescent state in the tick, too. */
static int grace_period_locks(const struct machine *m, const char *text)
{
	static const char *const unlocked[] = { "reqwait",  "reqwaitsig", "fqswait",
						"fqsstart", "fqsend",     "fqswaitsig" };

	for (size_t i = 0; i < sizeof(unlocked) / sizeof(unlocked[0]); i++)
		if (strcmp(text, unlocked[i]) == 0)
			return TRACE_IRQS_ON;
	if (strcmp(text, "cpuqs") == 0 &&
	    (machine_in_idle_task(m) || (m->exec_cpu != NULL && m->exec_cpu->in_irq)))
		return 0;
	return 1;
}

static void trace_gp(struct rcu_state *rcu, int cpu, int64_t gp_seq, const char *text, int n_locks)
{
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = TRACE_RCU_GRACE_PERIOD,
					      .cpu = cpu,
					      .name = rcu_name(rcu),
					      .text = text,
					      .arg = { gp_seq } },
		      n_locks);
}

void trace_rcu_grace_period(struct rcu_state *rcu, int cpu, int64_t gp_seq, const char *text)
{
	if (machine_is_traced(rcu->m, TRACE_RCU_GRACE_PERIOD))
		trace_gp(rcu, cpu, gp_seq, text, grace_period_locks(rcu->m, text));
}

void trace_rcu_grace_period_acc(struct rcu_data *rdp, int64_t gp_seq, const char *text)
{
	if (machine_is_traced(rdp->rcu->m, TRACE_RCU_GRACE_PERIOD))
		trace_gp(rdp->rcu, rdp->cpu, gp_seq, text, 1 + cblist_locks(rdp));
}

static void trace_future(struct rcu_state *rcu, const struct rcu_node *rnp, int cpu,
			 int64_t gp_seq_req, const char *text, int n_locks)
{
	if (!machine_is_traced(rcu->m, TRACE_RCU_FUTURE_GRACE_PERIOD))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = TRACE_RCU_FUTURE_GRACE_PERIOD,
					      .cpu = cpu,
					      .name = rcu_name(rcu),
					      .text = text,
					      .arg = { rnp->gp_seq, gp_seq_req, rnp->level,
						       rnp->grplo, rnp->grphi } },
		      n_locks);
}

void trace_rcu_future_grace_period(struct rcu_data *rdp, const struct rcu_node *rnp,
				   int64_t gp_seq_req, const char *text)
{
	trace_future(rdp->rcu, rnp, rdp->cpu, gp_seq_req, text, 1 + cblist_locks(rdp));
}

void trace_rcu_future_gp_cleanup(struct rcu_data *rdp, const struct rcu_node *rnp,
				 int64_t gp_seq_req, const char *text)
{
	trace_future(rdp->rcu, rnp, rdp->cpu, gp_seq_req, text, 1);
}

void trace_rcu_nocb_gp_wait(struct nocb_group *group, const char *text)
{
	trace_future(group->rcu, group->leader->mynode, group->leader->cpu, group->wait_gp, text,
		     TRACE_IRQS_ON);
}

void trace_rcu_grace_period_init(struct rcu_data *rdp, const struct rcu_node *rnp)
{
	struct rcu_state *rcu = rdp->rcu;

	if (!machine_is_traced(rcu->m, TRACE_RCU_GRACE_PERIOD_INIT))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = TRACE_RCU_GRACE_PERIOD_INIT,
					      .cpu = rdp->cpu,
					      .name = rcu_name(rcu),
					      .arg = { rnp->gp_seq, rnp->level, rnp->grplo,
						       rnp->grphi, (int64_t)rnp->qsmask } },
		      1);
}

static void trace_report(struct rcu_state *rcu, const char *name, const struct rcu_node *rnp,
			 uint64_t mask)
{
	if (!machine_is_traced(rcu->m, TRACE_RCU_QUIESCENT_STATE_REPORT))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = TRACE_RCU_QUIESCENT_STATE_REPORT,
					      .cpu = rnp->grplo,
					      .name = name,
					      .arg = { rnp->gp_seq, (int64_t)mask,
						       (int64_t)rnp->qsmask, rnp->level, rnp->grplo,
						       rnp->grphi, rnp->gp_tasks != NULL } },
		      1);
}

void trace_rcu_quiescent_state_report(struct rcu_state *rcu, const struct rcu_node *rnp,
				      uint64_t mask)
{
	trace_report(rcu, rcu_name(rcu), rnp, mask);
}

void trace_rcu_unblock_report(struct rcu_state *rcu, const struct rcu_node *rnp)
{
	trace_report(rcu, "preempt_rcu", rnp, 0);
}

void trace_rcu_fqs(struct rcu_data *rdp, const char *text)
{
	struct rcu_state *rcu = rdp->rcu;

	if (!machine_is_traced(rcu->m, TRACE_RCU_FQS))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = TRACE_RCU_FQS,
					      .cpu = rdp->cpu,
					      .name = rcu_name(rcu),
					      .text = text,
					      .arg = { rdp->gp_seq, rdp->cpu } },
		      1);
}

static void trace_task(struct rcu_state *rcu, enum trace_event event, const char *name,
		       const struct sim_task *task, int64_t gp_seq)
{
	if (!machine_is_traced(rcu->m, event))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = event,
					      .cpu = task->cpu->id,
					      .name = name,
					      .arg = { gp_seq, trace_pid(task) } },
		      1);
}

void trace_rcu_preempt_task(struct rcu_data *rdp, const struct sim_task *task, int64_t gp_seq)
{
	trace_task(rdp->rcu, TRACE_RCU_PREEMPT_TASK, rcu_name(rdp->rcu), task, gp_seq);
}

void trace_rcu_unlock_preempted_task(struct rcu_state *rcu, const char *name,
				     const struct sim_task *task, int64_t gp_seq)
{
	trace_task(rcu, TRACE_RCU_UNLOCK_PREEMPTED_TASK, name, task, gp_seq);
}

void trace_rcu_stall_warning(struct rcu_data *rdp, const char *text)
{
	struct rcu_state *rcu = rdp->rcu;

	if (!machine_is_traced(rcu->m, TRACE_RCU_STALL_WARNING))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = TRACE_RCU_STALL_WARNING,
					      .cpu = rdp->cpu,
					      .name = rcu_name(rcu),
					      .text = text },
		      0);
}

/* --- expedited grace periods, rcu_barrier(), synchronize_rcu() --- */

void trace_rcu_exp_grace_period(struct rcu_state *rcu, int cpu, int64_t seq, const char *text)
{
	if (!machine_is_traced(rcu->m, TRACE_RCU_EXP_GRACE_PERIOD))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = TRACE_RCU_EXP_GRACE_PERIOD,
					      .cpu = cpu,
					      .name = rcu_name(rcu),
					      .text = text,
					      .arg = { seq } },
		      TRACE_IRQS_ON);
}

void trace_rcu_exp_funnel_lock(struct rcu_state *rcu, const struct rcu_node *rnp, int cpu,
			       const char *text)
{
	if (!machine_is_traced(rcu->m, TRACE_RCU_EXP_FUNNEL_LOCK))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = TRACE_RCU_EXP_FUNNEL_LOCK,
					      .cpu = cpu,
					      .name = rcu_name(rcu),
					      .text = text,
					      .arg = { rnp->level, rnp->grplo, rnp->grphi } },
		      TRACE_IRQS_ON);
}

/* Phases in which the kernel holds locks: the sequence's, and the CPU's list in an interrupt. */
static int barrier_locks(const char *text)
{
	if (strcmp(text, "Inc1") == 0)
		return 1;
	return strcmp(text, "IRQ") == 0 || strcmp(text, "IRQNQ") == 0 ? 2 : TRACE_IRQS_ON;
}

void trace_rcu_barrier(struct rcu_state *rcu, const char *text, int about, int remaining,
		       int64_t seq)
{
	if (!machine_is_traced(rcu->m, TRACE_RCU_BARRIER))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = TRACE_RCU_BARRIER,
					      .cpu = about < 0 ? 0 : about,
					      .name = rcu_name(rcu),
					      .text = text,
					      .arg = { about, remaining, seq } },
		      barrier_locks(text));
}

void trace_rcu_sr_normal(struct rcu_state *rcu, int cpu, int64_t number, const char *text)
{
	if (!machine_is_traced(rcu->m, TRACE_RCU_SR_NORMAL))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){
			      .event = TRACE_RCU_SR_NORMAL,
			      .cpu = cpu,
			      .name = rcu_name(rcu),
			      .text = text,
			      .arg = { hash_pointer((UINT64_C(1) << 62) + (uint64_t)number) } },
		      TRACE_IRQS_ON);
}

/* --- callbacks --- */

/*
 * rcuog and rcuop trace with interrupts enabled what they do without a lock; wakeups by the nocb_timer and by rcu_core()
 * come from a softirq; the rest is call_rcu()'s part, with interrupts disabled.
 */
static int nocb_wake_locks(const struct machine *m, const char *reason)
{
	static const struct {
		const char *reason;
		int n_locks;
	} rows[] = {
		{ "FirstQ", 1 },
		{ "FirstBQ", 1 },
		{ "FirstBQwake", 1 },
		{ "FirstBQnoWake", 1 },
		{ "Bypass", 1 },
		{ "Lazy", 1 },
		{ "NeedWaitGP", 1 },
		{ "CBSleep", 1 },
		{ "Check", TRACE_IRQS_ON },
		{ "Sleep", TRACE_IRQS_ON },
		{ "EndSleep", TRACE_IRQS_ON },
		{ "Poll", TRACE_IRQS_ON },
		{ "Timer", TRACE_IRQS_ON },
		{ "WokeEmpty", TRACE_IRQS_ON },
		{ "WakeBypassIsDeferred", TRACE_IRQS_ON },
		{ "WakeLazyIsDeferred", TRACE_IRQS_ON },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(reason, rows[i].reason) == 0)
			return rows[i].n_locks;
	return m->exec_cpu != NULL && m->exec_cpu->softirq_runner != NULL ? TRACE_IRQS_ON : 0;
}

void trace_rcu_nocb_wake(struct rcu_data *rdp, const char *reason)
{
	struct rcu_state *rcu = rdp->rcu;

	if (!machine_is_traced(rcu->m, TRACE_RCU_NOCB_WAKE))
		return;
	machine_trace(rcu->m,
		      &(struct trace_record){ .event = TRACE_RCU_NOCB_WAKE,
					      .cpu = rdp->cpu,
					      .name = rcu_name(rcu),
					      .text = reason,
					      .arg = { rdp->cpu } },
		      nocb_wake_locks(rcu->m, reason));
}

void trace_rcu_segcb_stats(struct rcu_data *rdp, const char *text)
{
	const struct rcu_segcblist *rsclp = &rdp->cblist;
	const bool labels = strcmp(text, "SegCbPreAcc") == 0 || strcmp(text, "SegCbPostAcc") == 0;
	struct trace_record record = { .event = TRACE_RCU_SEGCB_STATS,
				       .cpu = rdp->cpu,
				       .text = text };

	if (!machine_is_traced(rdp->rcu->m, TRACE_RCU_SEGCB_STATS))
		return;
	for (int i = 0; i < RCU_CBLIST_NSEGS; i++) {
		record.arg[i] = rsclp->seg[i].n;
		record.arg[RCU_CBLIST_NSEGS + i] = rsclp->gp_seq[i];
	}
	machine_trace(rdp->rcu->m, &record, cblist_locks(rdp) + (labels ? 1 : 0));
}

void trace_rcu_callback(struct rcu_data *rdp, const struct rcu_cb *cb)
{
	struct rcu_state *rcu = rdp->rcu;
	const int64_t len = rdp->cblist.len;

	if (machine_is_traced(rcu->m, TRACE_RCU_CALLBACK))
		machine_trace(rcu->m,
			      &(struct trace_record){
				      .event = TRACE_RCU_CALLBACK,
				      .cpu = rdp->cpu,
				      .name = rcu_name(rcu),
				      .other = cb->type->name,
				      .arg = { rhp_of(rdp, rdp->n_retired + len - 1), len } },
			      cblist_locks(rdp));
	trace_rcu_segcb_stats(rdp, "SegCBQueued");
}

void trace_rcu_batch_start(struct rcu_data *rdp, int64_t len, int64_t bl)
{
	struct rcu_state *rcu = rdp->rcu;

	if (machine_is_traced(rcu->m, TRACE_RCU_BATCH_START))
		machine_trace(rcu->m,
			      &(struct trace_record){ .event = TRACE_RCU_BATCH_START,
						      .cpu = rdp->cpu,
						      .name = rcu_name(rcu),
						      .arg = { len, bl } },
			      cblist_locks(rdp));
}

void trace_rcu_batch_end(struct rcu_data *rdp, int64_t n, bool more, bool need_resched, bool idle,
			 bool kthread)
{
	/* all 16 words, so that the record's text outlives the call */
	static const char *const words[16] = { "....", "...R", "..I.", "..IR", ".S..", ".S.R",
					       ".SI.", ".SIR", "C...", "C..R", "C.I.", "C.IR",
					       "CS..", "CS.R", "CSI.", "CSIR" };
	struct rcu_state *rcu = rdp->rcu;

	if (machine_is_traced(rcu->m, TRACE_RCU_BATCH_END))
		machine_trace(
			rcu->m,
			&(struct trace_record){
				.event = TRACE_RCU_BATCH_END,
				.cpu = rdp->cpu,
				.name = rcu_name(rcu),
				.text = words[more * 8 + need_resched * 4 + idle * 2 + kthread],
				.arg = { n } },
			cblist_locks(rdp));
}

void trace_rcu_invoke_callback(struct rcu_data *rdp, const struct rcu_cb *cb)
{
	struct rcu_state *rcu = rdp->rcu;

	if (machine_is_traced(rcu->m, TRACE_RCU_INVOKE_CALLBACK))
		machine_trace(rcu->m,
			      &(struct trace_record){
				      .event = TRACE_RCU_INVOKE_CALLBACK,
				      .cpu = rdp->cpu,
				      .name = rcu_name(rcu),
				      .other = cb->type->name,
				      .arg = { rhp_of(rdp, rdp->n_retired + rdp->batch.n_done) } },
			      TRACE_IRQS_ON);
}

/* --- kvfree_rcu() --- */

static void trace_kvfree(struct rcu_state *rcu, enum trace_event event, int cpu, int64_t number,
			 int64_t second)
{
	if (machine_is_traced(rcu->m, event))
		machine_trace(rcu->m,
			      &(struct trace_record){
				      .event = event,
				      .cpu = cpu,
				      .name = rcu_name(rcu),
				      .arg = { hash_pointer((UINT64_C(1) << 63) + (uint64_t)number),
					       second } },
			      TRACE_IRQS_ON);
}

void trace_rcu_invoke_kvfree_callback(struct rcu_state *rcu, int cpu, int64_t number,
				      int64_t offset)
{
	trace_kvfree(rcu, TRACE_RCU_INVOKE_KVFREE_CALLBACK, cpu, number, offset);
}

void trace_rcu_invoke_kfree_bulk_callback(struct rcu_state *rcu, int cpu, int64_t number,
					  int64_t n_records)
{
	trace_kvfree(rcu, TRACE_RCU_INVOKE_KFREE_BULK_CALLBACK, cpu, number, n_records);
}
