/*
 * Preemptible readers: rcu_read_lock(), rcu_read_unlock(), and what a context switch inside a section does.
 *
 * A task that is switched out inside a section goes on its leaf's blkd_tasks; gp_tasks is the first of the
 * list that blocks the current grace period, and everything after it blocks it, too (rcu-behaviour.md 3.8).
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

bool rcu_preempt_blocked_readers_cgp(const struct rcu_node *rnp)
{
	return rnp->gp_tasks != NULL;
}

static void blkd_insert_head(struct rcu_node *rnp, struct sim_task *task)
{
	task->rcu_blkd_prev = NULL;
	task->rcu_blkd_next = rnp->blkd_tasks;
	if (rnp->blkd_tasks != NULL)
		rnp->blkd_tasks->rcu_blkd_prev = task;
	rnp->blkd_tasks = task;
}

static void blkd_insert_after(struct sim_task *where, struct sim_task *task)
{
	task->rcu_blkd_prev = where;
	task->rcu_blkd_next = where->rcu_blkd_next;
	if (where->rcu_blkd_next != NULL)
		where->rcu_blkd_next->rcu_blkd_prev = task;
	where->rcu_blkd_next = task;
}

static void blkd_insert_tail(struct rcu_node *rnp, struct sim_task *task)
{
	struct sim_task *last = rnp->blkd_tasks;

	if (last == NULL) {
		blkd_insert_head(rnp, task);
		return;
	}
	while (last->rcu_blkd_next != NULL)
		last = last->rcu_blkd_next;
	blkd_insert_after(last, task);
}

/* Where a task goes on the list, so that it blocks no more than it has to (3.8). */
enum blkd_place { HEAD, TAIL, AFTER_EXP, AFTER_GP };

/* By what is waited for already, and by whether its CPU is. */
enum { BLKD_E = 1, BLKD_G = 2, BLKD_EXP = 4, BLKD_GP = 8 };

static enum blkd_place blkd_place(bool exp_tasks, bool gp_tasks, bool blocks_exp, bool blocks_gp)
{
	static const enum blkd_place table[] = {
		[0] = HEAD,
		[BLKD_E] = HEAD,
		[BLKD_E | BLKD_GP] = HEAD,
		[BLKD_G] = HEAD,
		[BLKD_G | BLKD_E] = HEAD,
		[BLKD_EXP] = TAIL,
		[BLKD_GP] = TAIL,
		[BLKD_GP | BLKD_EXP] = TAIL,
		[BLKD_G | BLKD_EXP] = TAIL,
		[BLKD_G | BLKD_GP | BLKD_EXP] = TAIL,
		[BLKD_G | BLKD_E | BLKD_GP | BLKD_EXP] = TAIL,
		[BLKD_E | BLKD_EXP] = AFTER_EXP,
		[BLKD_E | BLKD_GP | BLKD_EXP] = AFTER_EXP,
		[BLKD_G | BLKD_E | BLKD_EXP] = AFTER_EXP,
		[BLKD_G | BLKD_GP] = AFTER_GP,
		[BLKD_G | BLKD_E | BLKD_GP] = AFTER_GP,
	};

	return table[(exp_tasks ? BLKD_E : 0) | (gp_tasks ? BLKD_G : 0) |
		     (blocks_exp ? BLKD_EXP : 0) | (blocks_gp ? BLKD_GP : 0)];
}

static void blkd_insert(struct rcu_node *rnp, struct sim_task *task, enum blkd_place place)
{
	switch (place) {
	case HEAD:
		blkd_insert_head(rnp, task);
		break;
	case TAIL:
		blkd_insert_tail(rnp, task);
		break;
	case AFTER_EXP:
		blkd_insert_after(rnp->exp_tasks, task);
		break;
	case AFTER_GP:
		blkd_insert_after(rnp->gp_tasks, task);
		break;
	}
}

/* rcu_preempt_ctxt_queue() */
static void blkd_queue(struct rcu_node *rnp, struct rcu_data *rdp, struct sim_task *task)
{
	const bool blocks_gp = (rnp->qsmask & rdp->grpmask) != 0;
	const bool blocks_exp = (rnp->expmask & rdp->grpmask) != 0;

	blkd_insert(
		rnp, task,
		blkd_place(rnp->exp_tasks != NULL, rnp->gp_tasks != NULL, blocks_exp, blocks_gp));
	if (blocks_gp && rnp->gp_tasks == NULL)
		rnp->gp_tasks = task;
	if (blocks_exp && rnp->exp_tasks == NULL)
		rnp->exp_tasks = task;
	task->rcu_blocked = true;
	task->rcu_blocked_node = rnp;
	if (blocks_exp && rdp->cpu_no_qs_exp)
		rcu_report_exp_rdp(rdp, NULL); /* now it is the task that is waited for */
	trace_rcu_preempt_task(rdp, task, blocks_gp ? rnp->gp_seq : rcu_seq_snap(rnp->gp_seq));
}

static void blkd_remove(struct rcu_node *rnp, struct sim_task *task)
{
	if (rnp->gp_tasks == task)
		rnp->gp_tasks = task->rcu_blkd_next;
	if (rnp->exp_tasks == task)
		rnp->exp_tasks = task->rcu_blkd_next;
	if (rnp->boost_tasks == task)
		rnp->boost_tasks = task->rcu_blkd_next;
	if (task->rcu_blkd_prev != NULL)
		task->rcu_blkd_prev->rcu_blkd_next = task->rcu_blkd_next;
	else
		rnp->blkd_tasks = task->rcu_blkd_next;
	if (task->rcu_blkd_next != NULL)
		task->rcu_blkd_next->rcu_blkd_prev = task->rcu_blkd_prev;
	task->rcu_blkd_prev = NULL;
	task->rcu_blkd_next = NULL;
	task->rcu_blocked = false;
	task->rcu_blocked_node = NULL;
}

/* rcu_report_unblock_qs_rnp(): the last reader that a leaf without CPUs to wait for was waiting for. */
static void report_unblock(struct rcu_state *rcu, struct rcu_node *rnp, struct sim_frame *waker)
{
	if (rnp->qsmask != 0 || !rcu_seq_state(rnp->gp_seq))
		return;
	if (rnp->parent == NULL) {
		rcu->gp_flags |= RCU_GP_FLAG_FQS;
		rcu_gp_kthread_wake(rcu, waker);
		return;
	}
	rcu_report_qs_rnp(rcu, UINT64_C(1) << rnp->grpnum, rnp->parent, rnp->gp_seq, waker);
}

static void rcu_read_unlock_special(struct rcu_state *rcu, struct sim_task *task)
{
	struct rcu_node *rnp = task->rcu_blocked_node;
	struct rcu_data *rdp = &rcu->rdp[task->cpu->id];

	if (task->rcu_need_qs) {
		task->rcu_need_qs = false;
		rcu_qs(rdp);
	}
	rcu_deferred_exp(rdp, &task->frame);
	if (task->rcu_blocked) {
		const bool blocked_gp = rcu_preempt_blocked_readers_cgp(rnp);
		const bool exp_was_done = rcu_exp_leaf_is_done(rnp);

		blkd_remove(rnp, task);
		trace_rcu_unlock_preempted_task(rcu, rcu->gp_kthread->name, task, rnp->gp_seq);
		if (blocked_gp && !rcu_preempt_blocked_readers_cgp(rnp)) {
			trace_rcu_unblock_report(rcu, rnp);
			report_unblock(rcu, rnp, &task->frame);
		}
		rcu_boost_unlock(rnp, task);
		rcu_exp_reader_gone(rcu, rnp, exp_was_done, &task->frame);
	}
}

static void readers_remove(struct rcu_state *rcu, struct sim_task *task)
{
	if (task->rcu_reader_prev != NULL)
		task->rcu_reader_prev->rcu_reader_next = task->rcu_reader_next;
	else
		rcu->readers = task->rcu_reader_next;
	if (task->rcu_reader_next != NULL)
		task->rcu_reader_next->rcu_reader_prev = task->rcu_reader_prev;
	else
		rcu->readers_tail = task->rcu_reader_prev;
}

void rcu_read_lock(struct rcu_state *rcu, struct sim_task *task)
{
	if (task->rcu_read_lock_nesting++ > 0)
		return;
	task->rcu_section_start_ns = machine_now_ns(rcu->m);
	task->rcu_reader_next = NULL;
	task->rcu_reader_prev = rcu->readers_tail;
	if (rcu->readers_tail != NULL)
		rcu->readers_tail->rcu_reader_next = task;
	else
		rcu->readers = task;
	rcu->readers_tail = task;
}

void rcu_read_unlock(struct rcu_state *rcu, struct sim_task *task)
{
	sim_assert(task->rcu_read_lock_nesting > 0);
	if (--task->rcu_read_lock_nesting > 0)
		return;
	readers_remove(rcu, task);
	rcu_read_unlock_special(rcu, task);
}

/* PREEMPT_RCU: a reader that is switched out is queued, and its CPU is quiescent all the same. */
static void preempt_note_switch(struct rcu_data *rdp, struct sim_task *prev)
{
	if (prev != NULL && prev->rcu_read_lock_nesting > 0 && !prev->rcu_blocked) {
		blkd_queue(rdp->mynode, rdp, prev);
		prev->rcu_need_qs = false;
	}
	rcu_qs(rdp);
	rcu_deferred_exp(rdp, NULL);
}

/* Without it a switch is outside any section; an urged CPU has done what it was urged for. */
static void sched_note_switch(struct rcu_data *rdp, const struct sim_task *prev)
{
	sim_assert(prev == NULL || prev->rcu_read_lock_nesting == 0); /* I6 */
	rcu_qs(rdp);
	if (!rdp->rcu_urgent_qs)
		return;
	rcu_set_urgent_qs(rdp, false);
	if (rdp->rcu_need_heavy_qs)
		rcu_momentary_eqs(rdp);
}

void rcu_note_context_switch(void *ctx, struct sim_cpu *cpu, struct sim_task *prev, bool preempt)
{
	struct rcu_state *rcu = ctx;
	struct rcu_data *rdp = &rcu->rdp[cpu->id];

	trace_rcu_utilization(rcu, "Start context switch");
	if (rcu->preempt_rcu)
		preempt_note_switch(rdp, prev);
	else
		sched_note_switch(rdp, prev);
	trace_rcu_utilization(rcu, "End context switch");
}
