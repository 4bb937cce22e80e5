// SPDX-License-Identifier: GPL-2.0
/* micro.c - what single operations cost: lines "MICRO,name,n,ns". */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "bench.h"

#define N_PINGPONGS 200

/* @n times @statement, with q counting, under one pair of clock reads. */
#define MEASURE(name, n, statement)                                            \
	do {                                                                   \
		const u64 start_ns = bench_now();                              \
		unsigned long q;                                               \
									       \
		for (q = 0; q < (n); q++) {                                    \
			statement;                                             \
		}                                                              \
		bench_print("MICRO,%s,%lu,%llu\n", name, (unsigned long)(n),   \
			    bench_now() - start_ns);                           \
	} while (0)

static void empty_callback(struct rcu_head *head)
{
}

static void quiet(void)
{
	rcu_barrier();
	msleep(20);
}

static void measure_instructions(unsigned long n)
{
	volatile unsigned long sink = 0;
	unsigned long flags;

	preempt_disable();
	MEASURE("loop", n, sink++);
	MEASURE("now", n, sink += bench_now());
	MEASURE("local_clock", n, sink += local_clock());
	MEASURE("rcu_read_lock_unlock", n, rcu_read_lock(); barrier(); rcu_read_unlock());
	MEASURE("irq_save_restore", n, local_irq_save(flags); barrier();
		local_irq_restore(flags));
	preempt_enable();
	MEASURE("cond_resched", n, cond_resched());
}

/* Leaves @n warm objects in @objects. */
static void measure_slab(struct bench_object **objects, unsigned long n)
{
	unsigned long i;

	MEASURE("kmem_cache_alloc", n, objects[q] = kmem_cache_alloc(bench_cache, GFP_KERNEL | __GFP_NOFAIL));
	MEASURE("kmem_cache_free", n, kmem_cache_free(bench_cache, objects[q]));
	MEASURE("kmem_cache_alloc", n, objects[q] = kmem_cache_alloc(bench_cache, GFP_KERNEL | __GFP_NOFAIL));
	for (i = 0; i < n; i++)
		objects[i]->count = 1;
}

static void measure_call_rcu(struct bench_object **objects, unsigned long n)
{
	unsigned long i;

	preempt_disable();
	MEASURE("call_rcu_preempt_off", n, call_rcu(&objects[q]->rcu, empty_callback));
	preempt_enable();
	quiet();
	/* after silence: the direct path of an offloaded CPU */
	preempt_disable();
	MEASURE("call_rcu_first", 1, call_rcu(&objects[q]->rcu, empty_callback));
	MEASURE("call_rcu_next8", 8, call_rcu(&objects[1 + q]->rcu, empty_callback));
	preempt_enable();
	quiet();
	/* one per 3 jiffies, each timed alone */
	for (i = 0; i < 20; i++) {
		MEASURE("call_rcu_slow", 1, call_rcu(&objects[i]->rcu, empty_callback));
		schedule_timeout_uninterruptible(3);
	}
	rcu_barrier();
}

static void measure_grace_periods(void)
{
	int i;

	for (i = 0; i < 5; i++)
		MEASURE("synchronize_rcu", 1, synchronize_rcu());
	for (i = 0; i < 5; i++)
		MEASURE("synchronize_rcu_expedited", 1, synchronize_rcu_expedited());
	for (i = 0; i < 3; i++)
		MEASURE("rcu_barrier", 1, rcu_barrier());
}

/* --- wakeups and switches: two tasks that complete each other --- */

static struct completion ping, pong;

static int pong_loop(void *data)
{
	int i;

	for (i = 0; i < N_PINGPONGS; i++) {
		wait_for_completion(&ping);
		complete(&pong);
	}
	bench_park();
	return 0;
}

static void measure_pingpong(const char *name, int cpu)
{
	struct task_struct *task;

	init_completion(&ping);
	init_completion(&pong);
	task = kthread_create(pong_loop, NULL, "vmapong");
	if (IS_ERR(task))
		return;
	kthread_bind(task, cpu);
	wake_up_process(task);
	msleep(5);
	MEASURE(name, N_PINGPONGS, complete(&ping); wait_for_completion(&pong));
	kthread_stop(task);
}

static void measure(struct bench_object **objects, unsigned long n, int cpu)
{
	unsigned long i;

	quiet();
	measure_instructions(n);
	measure_slab(objects, n);
	measure_call_rcu(objects, n);
	for (i = 0; i < n; i++)
		kmem_cache_free(bench_cache, objects[i]);
	measure_grace_periods();
	if (num_online_cpus() == 1)
		return;
	measure_pingpong("pingpong_samecpu", cpu);
	measure_pingpong("pingpong_othercpu", (cpu + 1) % num_online_cpus());
}

void bench_command_micro(const char *command)
{
	const unsigned long n = clamp(bench_arg(command, "n", 1000), 20L, 100000L);
	const int cpu = clamp(bench_arg(command, "cpu0", 0), 0L, (long)num_online_cpus() - 1);
	long rep = clamp(bench_arg(command, "rep", 5), 1L, 1000L);
	struct bench_object **objects = vmalloc(n * sizeof(objects[0]));
	cpumask_var_t old;

	if (!objects || !alloc_cpumask_var(&old, GFP_KERNEL)) {
		vfree(objects);
		bench_print("ERR,no memory\n");
		return;
	}
	cpumask_copy(old, current->cpus_ptr);
	set_cpus_allowed_ptr(current, cpumask_of(cpu));
	while (rep-- > 0)
		measure(objects, n, cpu);
	set_cpus_allowed_ptr(current, old);
	free_cpumask_var(old);
	vfree(objects);
}
