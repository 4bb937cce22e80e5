/*
 * rcu_barrier(): waits until all callbacks queued before it have been invoked; for no grace period.
 *
 * Each CPU that has callbacks gets one more, behind them, in an interrupt that the caller waits for. The last of these
 * to be invoked wakes it (rcu-behaviour.md 8.2). A CPU's callbacks are invoked in the order in which they were queued.
 */
#include "rcu/rcu.h"
#include "rcu/sync.h"
#include "rcu/trace.h"

enum { BARRIER_ENTER, BARRIER_LOCK, BARRIER_LOCKED, BARRIER_CPUS, BARRIER_WAIT };

static void trace(struct rcu_state *rcu, const char *text, int cpu, int64_t seq)
{
	trace_rcu_barrier(rcu, text, cpu, rcu->barrier_cpu_count, seq);
}

/* --- the callback --- */

static void barrier_callback(void *owner, struct sim_frame *frame)
{
	struct rcu_state *rcu = owner;

	sim_assert(rcu->barrier_cpu_count > 0);
	if (--rcu->barrier_cpu_count > 0) {
		trace(rcu, "CB", -1, rcu->barrier_sequence);
		return;
	}
	trace(rcu, "LastCB", -1, rcu->barrier_sequence);
	task_wake(rcu->barrier_mutex.owner, frame);
}

static const struct rcu_cb_type barrier_cb = { .name = "rcu_barrier_callback",
					       .func = barrier_callback,
					       .entrained = true };

void rcu_barrier_entrain(struct rcu_data *rdp, struct sim_frame *frame)
{
	struct rcu_state *rcu = rdp->rcu;
	const struct rcu_cb cb = { .type = &barrier_cb, .owner = rcu };
	const bool was_alldone = rdp->offloaded && !rcu_segcblist_pend_cbs(&rdp->cblist);

	if (!rcu_seq_state(rcu->barrier_sequence) || rdp->barrier_seq_snap == rcu->barrier_sequence)
		return;
	rdp->barrier_seq_snap = rcu->barrier_sequence;
	trace(rcu, "IRQ", -1, rcu->barrier_sequence);
	cpu_cut(rdp_cpu(rdp)); /* its calls of call_rcu() were planned on these lists */
	if (rdp->offloaded) {
		rcu->stats.n_nocb_lock++;
		rcu_nocb_flush_bypass(rdp, rcu->m->jiffies);
	}
	if (rcu_segcblist_entrain(&rdp->cblist, &rcu->pool, &cb, machine_now_ns(rcu->m))) {
		rcu->barrier_cpu_count++;
		rcu->n_held++;
	} else {
		trace(rcu, "IRQNQ", -1, rcu->barrier_sequence);
	}
	if (was_alldone && rcu_segcblist_pend_cbs(&rdp->cblist) &&
	    rcu->version->barrier_wakes_rcuog)
		wake_nocb_gp(rdp, frame, false);
}

static void rcu_barrier_handler(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_sync *sync = ctx;

	rcu_barrier_entrain(&sync->rcu->rdp[cpu->id], cpu_frame(cpu));
}

/* --- the call --- */

/* Callbacks of @rdp ever queued, and ever invoked. */
static int64_t n_ever_queued(struct rcu_data *rdp)
{
	cpu_settle(rdp_cpu(rdp));
	return rdp->n_retired + rdp->cblist.len;
}

static int64_t n_ever_invoked(struct rcu_data *rdp)
{
	const struct rcu_batch *batch = &rdp->batch;

	if (!batch->active || batch->finished)
		return rdp->n_retired;
	cpu_settle(batch->frame->cpu);
	return rdp->n_retired + batch->n_done;
}

static void enter_done(void *ctx)
{
	struct rcu_sync *sync = ctx;
	struct rcu_state *rcu = sync->rcu;

	for (int cpu = 0; cpu < rcu->m->n_cpus; cpu++)
		sync->n_queued[cpu] = n_ever_queued(&rcu->rdp[cpu]);
	sync->seq = rcu_seq_snap(rcu->barrier_sequence);
	trace(rcu, "Begin", -1, sync->seq);
	sync->state = BARRIER_LOCK;
}

/* Whether somebody else's call has done our work. */
static bool early_exit(struct rcu_sync *sync)
{
	struct rcu_state *rcu = sync->rcu;

	if (rcu->barrier_sequence < sync->seq)
		return false;
	trace(rcu, "EarlyExit", -1, rcu->barrier_sequence);
	return true;
}

static void locked(struct rcu_sync *sync)
{
	struct rcu_state *rcu = sync->rcu;

	sim_assert(!rcu_seq_state(rcu->barrier_sequence));
	rcu->barrier_sequence++;
	trace(rcu, "Inc1", -1, rcu->barrier_sequence);
	/* two for ourselves: the last callback is not before all CPUs have been seen */
	rcu->barrier_cpu_count = 2;
	sync->cpu = 0;
	sync->call = (struct smp_call){ .fn = rcu_barrier_handler, .ctx = sync };
	sync->state = BARRIER_CPUS;
}

static void online_queued(void *ctx)
{
	struct rcu_sync *sync = ctx;

	trace(sync->rcu, "OnlineQ", sync->cpu, sync->rcu->barrier_sequence);
	sync->cpu++;
}

static void own_cpu_done(void *ctx)
{
	struct rcu_sync *sync = ctx;

	rcu_barrier_entrain(rcu_sync_rdp(sync), &sync->task->frame);
	online_queued(sync);
}

static void all_seen(void *ctx)
{
	struct rcu_sync *sync = ctx;

	sync->rcu->barrier_cpu_count -= 2;
	sync->state = BARRIER_WAIT;
}

/* The next CPU that has callbacks; at their end, on to the wait. */
static void step_cpus(struct rcu_sync *sync)
{
	struct rcu_state *rcu = sync->rcu;
	struct sim_frame *frame = &sync->task->frame;

	for (; sync->cpu < rcu->m->n_cpus; sync->cpu++) {
		struct rcu_data *rdp = &rcu->rdp[sync->cpu];

		cpu_settle(rdp_cpu(rdp));
		if (rdp->barrier_seq_snap == rcu->barrier_sequence)
			continue;
		frame_charge(frame, rcu->m->costs.rcu_barrier_cpu);
		if (rdp->cblist.len == 0) {
			rdp->barrier_seq_snap = rcu->barrier_sequence;
			trace(rcu, "NQ", sync->cpu, rcu->barrier_sequence);
			continue;
		}
		if (!rcu_rdp_cpu_online(rdp)) {
			/* only offloaded CPUs have callbacks then, or one whose callbacks are about to move */
			rcu_barrier_entrain(rdp, frame);
			trace(rcu, "OfflineNoCBQ", sync->cpu, rcu->barrier_sequence);
			continue;
		}
		if (rdp_cpu(rdp) == frame->cpu)
			frame_exec_open(frame, 0, false, own_cpu_done, sync);
		else
			smp_call_function_single(rdp_cpu(rdp), &sync->call, frame, online_queued,
						 sync);
		return;
	}
	frame_exec_open(frame, 0, false, all_seen, sync);
}

/* I19: all callbacks queued before the call have finished, on any CPU. */
static void check_return(struct rcu_sync *sync)
{
	for (int cpu = 0; cpu < sync->rcu->m->n_cpus; cpu++)
		sim_assert(n_ever_invoked(&sync->rcu->rdp[cpu]) >= sync->n_queued[cpu]);
}

static bool step_locked(struct rcu_sync *sync)
{
	if (early_exit(sync)) {
		mutex_unlock(&sync->rcu->barrier_mutex, sync->task);
		check_return(sync);
		return false;
	}
	locked(sync);
	return true;
}

static void finish(struct rcu_sync *sync)
{
	struct rcu_state *rcu = sync->rcu;

	trace(rcu, "Inc2", -1, rcu->barrier_sequence);
	rcu->barrier_sequence = rcu_seq_ended(rcu->barrier_sequence);
	mutex_unlock(&rcu->barrier_mutex, sync->task);
	check_return(sync);
}

static bool sleep_until(struct rcu_sync *sync, bool condition)
{
	if (condition)
		return false;
	task_block(sync->task);
	return true;
}

bool rcu_barrier_step(struct rcu_sync *sync)
{
	struct rcu_state *rcu = sync->rcu;

	if (sync->state == BARRIER_ENTER) {
		frame_exec_open(&sync->task->frame, rcu->m->costs.rcu_barrier, false, enter_done,
				sync);
		return true;
	}
	if (sync->state == BARRIER_LOCK) {
		sync->state = BARRIER_LOCKED;
		mutex_lock(&rcu->barrier_mutex, sync->task);
	}
	if (sync->state == BARRIER_LOCKED) {
		if (sleep_until(sync, rcu->barrier_mutex.owner == sync->task))
			return true;
		if (!step_locked(sync))
			return false;
	}
	if (sync->state == BARRIER_CPUS) {
		step_cpus(sync);
		return true;
	}
	if (sleep_until(sync, rcu->barrier_cpu_count == 0))
		return true;
	finish(sync);
	return false;
}

void rcu_barrier_begin(struct rcu_sync *sync)
{
	rcu_sync_begin(sync, rcu_barrier_step);
}
