/*
 * rcuc, the core kthread of a CPU (rcutree.use_softirq=0): invoke_rcu_core(), rcu_cpu_kthread().
 *
 *   WAITING --has_work--> RUNNING: rcu_core(), and again while there is more work, 10 times at most
 *      ^                     |
 *      +---- no more work ---+--- more work ---> YIELDING: sleeps two jiffies, then WAITING
 *
 * It does what RCU_SOFTIRQ does otherwise, as a task: it competes with others for the CPU, and a switch to it or away
 * from it is a quiescent state (rcu-behaviour.md 5.3). Not modelled: bottom halves that its rcu_core() puts off run at
 * once, here, and a preemptible kernel switches at the next callback, not already at local_bh_enable().
 */
#include <stdio.h>

#include "machine/cpu.h"
#include "rcu/trace.h"

#define RCU_CPU_KTHREAD_ROUNDS 10
#define RCU_CPU_KTHREAD_YIELD  2 /* jiffies */

/* The tick's wakeup is part of its interrupt. While rcuc yields only the idle task, which has nothing to do, calls it back. */
static void wake_cpu_kthread(struct rcu_data *rdp)
{
	struct sim_cpu *cpu = rdp_cpu(rdp);

	if (rdp->rcu_cpu_kthread_status == RCU_KTHREAD_YIELDING && cpu->curr != NULL)
		return;
	if (task_wake(rdp->rcu_cpu_kthread_task, NULL))
		cpu_occupy(cpu, CPU_TIME_HARDIRQ, rdp->rcu->m->costs.wakeup);
}

void invoke_rcu_core(struct rcu_data *rdp)
{
	struct sim_cpu *cpu = rdp_cpu(rdp);

	if (rdp->rcu_cpu_kthread_task == NULL) {
		softirq_raise(cpu, SOFTIRQ_RCU);
		return;
	}
	rdp->rcu_cpu_has_work = true;
	if (cpu->curr != rdp->rcu_cpu_kthread_task)
		wake_cpu_kthread(rdp);
}

static void yield_over(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_data *rdp = ctx;

	task_wake(rdp->rcu_cpu_kthread_task, cpu->softirq_runner);
}

static void yield_begin(struct rcu_data *rdp)
{
	rdp->rcu_cpu_kthread_status = RCU_KTHREAD_YIELDING;
	trace_rcu_utilization(rdp->rcu, "Start CPU kthread@rcu_yield");
	timer_mod(&rdp->rcu_cpu_timer, rdp_cpu(rdp), rdp->rcu->m->jiffies + RCU_CPU_KTHREAD_YIELD);
}

static void yield_end(struct rcu_data *rdp)
{
	timer_del(&rdp->rcu_cpu_timer);
	rdp->rcu_cpu_kthread_status = RCU_KTHREAD_WAITING;
	trace_rcu_utilization(rdp->rcu, "End CPU kthread@rcu_yield");
}

static void round_begin(struct rcu_data *rdp)
{
	rdp->rcu_cpu_kthread_task->frame.bh_disabled = true;
	rdp->rcu_cpu_kthread_status = RCU_KTHREAD_RUNNING;
	rdp->rcu_cpu_has_work = false;
}

/* One rcu_core() is over. */
static void round_end(struct rcu_data *rdp)
{
	rdp->rcu_cpu_kthread_task->frame.bh_disabled = false;
	if (!rdp->rcu_cpu_has_work) {
		trace_rcu_utilization(rdp->rcu, "End CPU kthread@rcu_wait");
		rdp->rcu_cpu_kthread_status = RCU_KTHREAD_WAITING;
	} else if (++rdp->rcu_cpu_rounds == RCU_CPU_KTHREAD_ROUNDS) {
		yield_begin(rdp);
	} else {
		round_begin(rdp);
	}
}

void rcu_cpu_kthread_step(void *ctx)
{
	struct rcu_data *rdp = ctx;
	struct sim_task *task = rdp->rcu_cpu_kthread_task;

	if (rdp->rcu_cpu_kthread_status == RCU_KTHREAD_YIELDING)
		yield_end(rdp);
	if (rdp->rcu_cpu_kthread_status == RCU_KTHREAD_WAITING && rdp->rcu_cpu_has_work) {
		trace_rcu_utilization(rdp->rcu, "Start CPU kthread@rcu_run");
		rdp->rcu_cpu_rounds = 0;
		round_begin(rdp);
	}
	while (rdp->rcu_cpu_kthread_status == RCU_KTHREAD_RUNNING) {
		if (rcu_core_step(rdp->rcu, rdp_cpu(rdp), &task->frame))
			return;
		round_end(rdp);
	}
	task_block(task);
}

void rcu_cpu_kthread_init(struct rcu_data *rdp)
{
	char name[32];

	snprintf(name, sizeof(name), "rcuc/%d", rdp->cpu);
	rdp->rcu_cpu_kthread_task = task_new(rdp->rcu->m, name, TASK_RCUC, rdp->cpu, rdp->cpu,
					     rcu_cpu_kthread_step, rdp);
	task_set_fifo(rdp->rcu_cpu_kthread_task, (int)rdp->rcu->config.kthread_prio);
	rdp->rcu_cpu_kthread_status = RCU_KTHREAD_WAITING;
	rdp->rcu_cpu_timer.fn = yield_over;
	rdp->rcu_cpu_timer.ctx = rdp;
}

/* Parked with its CPU: it is called out of its sleep first. */
void rcu_cpu_kthread_park(struct rcu_data *rdp)
{
	if (rdp->rcu_cpu_kthread_task == NULL)
		return;
	sim_assert(rdp->rcu_cpu_kthread_status != RCU_KTHREAD_RUNNING);
	if (rdp->rcu_cpu_kthread_status == RCU_KTHREAD_YIELDING)
		yield_end(rdp);
}

void rcu_cpu_kthread_unpark(struct rcu_data *rdp)
{
	if (rdp->rcu_cpu_kthread_task != NULL && rdp->rcu_cpu_has_work)
		task_wake(rdp->rcu_cpu_kthread_task, NULL);
}
