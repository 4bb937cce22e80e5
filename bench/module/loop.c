// SPDX-License-Identifier: GPL-2.0
/* loop.c - the freeing loop, its callbacks, and the reader that may stand in their way. */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/srcu.h>

#include "bench.h"

DEFINE_STATIC_SRCU(bench_srcu);

void bench_srcu_barrier(void)
{
	srcu_barrier(&bench_srcu);
}

/* --- callbacks --- */

static void note_latency(struct bench_thread *t, u64 queued_ns, u64 now_ns)
{
	const u64 latency = now_ns - queued_ns;
	const int power = latency ? ilog2(latency) : 0;

	t->latency_sum += latency;
	t->latency_max = max(t->latency_max, latency);
	t->latency_min = min(t->latency_min, latency);
	t->latencies[min(power, BENCH_N_LATENCIES - 1)]++;
}

static void note_sample(struct bench_sample *samples, u32 *n, u32 i)
{
	if (*n == BENCH_MAX_SAMPLES)
		return;
	samples[(*n)++] = (struct bench_sample){ .i = i, .t_ns = bench_now() };
}

/* A callback for @count objects of @t: the first, the last and whatever is asked for read the clock. */
static void note_callback(struct bench_thread *t, u64 queued_ns, unsigned long count)
{
	const struct bench_config *c = &bench_run.config;
	const unsigned long freed = t->freed + count;
	u64 now_ns = 0;

	if (t->callbacks_run++ == 0)
		t->first_ns = now_ns = bench_now();
	if (c->lat)
		note_latency(t, queued_ns, now_ns ? now_ns : bench_now());
	if (c->sample && freed / c->sample != t->freed / c->sample)
		note_sample(t->free_samples, &t->n_free_samples, freed);
	WRITE_ONCE(t->freed, freed);
	if (freed < c->n)
		return;
	t->last_ns = bench_now();
	if (atomic_dec_and_test(&bench_run.n_unfreed))
		complete(&bench_run.all_freed);
}

static void free_one(struct rcu_head *head)
{
	struct bench_object *object = container_of(head, struct bench_object, rcu);

	note_callback(bench_run.threads[object->thread], object->queued_ns, 1);
	kmem_cache_free(bench_cache, object);
}

static void free_list(struct rcu_head *head)
{
	struct bench_object *object = container_of(head, struct bench_object, rcu), *next;
	struct bench_thread *t = bench_run.threads[object->thread];
	const unsigned long count = object->count;
	const u64 queued_ns = object->queued_ns;

	for (; object; object = next) {
		next = object->link;
		kmem_cache_free(bench_cache, object);
	}
	note_callback(t, queued_ns, count);
}

/* --- one object --- */

static void queue(struct bench_thread *t, struct bench_object *object, rcu_callback_t callback)
{
	if (bench_run.config.lat)
		object->queued_ns = bench_now();
	t->n_callbacks++;
	switch (bench_run.config.policy) {
	case BENCH_SRCU:
		call_srcu(&bench_srcu, &object->rcu, callback);
		break;
	case BENCH_HURRY:
		call_rcu_hurry(&object->rcu, callback);
		break;
	default:
		call_rcu(&object->rcu, callback);
	}
}

/* Exactly b objects to a callback, and at the end of the loop whatever there is. */
static void push(struct bench_thread *t, struct bench_object *object, bool is_last)
{
	const struct bench_config *c = &bench_run.config;

	object->link = t->list;
	t->list = object;
	t->list_length++;
	if (!is_last && (c->policy != BENCH_BATCH || t->list_length < c->b))
		return;
	object->count = t->list_length;
	queue(t, object, free_list);
	t->list = NULL;
	t->list_length = 0;
}

static void give_up(struct bench_thread *t, unsigned long i)
{
	const struct bench_config *c = &bench_run.config;
	struct bench_object *object = t->objects[i];

	switch (c->policy) {
	case BENCH_DIRECT:
		kmem_cache_free(bench_cache, object);
		break;
	case BENCH_KFREE_RCU:
		kvfree_rcu(object, rcu);
		break;
	case BENCH_BATCH:
	case BENCH_WHOLE_LIST:
		push(t, object, i == c->n - 1);
		break;
	default:
		queue(t, object, free_one);
	}
}

/* --- the loop --- */

static void look_at_pending(struct bench_thread *t)
{
	unsigned long pending = 0;
	int i;

	for (i = 0; i < bench_run.config.threads; i++)
		pending += READ_ONCE(bench_run.threads[i]->submitted) -
			   READ_ONCE(bench_run.threads[i]->freed);
	t->peak = max(t->peak, pending);
}

static void one_object(struct bench_thread *t, unsigned long i)
{
	const struct bench_config *c = &bench_run.config;

	if (c->delay_ns)
		ndelay(c->delay_ns);
	give_up(t, i);
	WRITE_ONCE(t->submitted, i + 1);
	if ((i + 1) % BENCH_LOOK_EVERY == 0)
		look_at_pending(t);
	if (c->sample && (i + 1) % c->sample == 0)
		note_sample(t->submit_samples, &t->n_submit_samples, i + 1);
	if (c->sleep_us)
		usleep_range(c->sleep_us, c->sleep_us + c->sleep_us / 16 + 1);
	else
		cond_resched();
}

void bench_park(void)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
}

int bench_loop(void *data)
{
	const struct bench_config *c = &bench_run.config;
	struct bench_thread *t = data;
	ktime_t at = bench_run.start_at;
	unsigned long i;

	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(&at, HRTIMER_MODE_ABS);
	t->start_ns = bench_now();
	for (i = 0; i < c->n; i++)
		one_object(t, i);
	t->end_ns = bench_now();
	look_at_pending(t);
	if (c->policy == BENCH_DIRECT) {
		t->freed = c->n;
		t->first_ns = t->last_ns = t->end_ns;
		if (atomic_dec_and_test(&bench_run.n_unfreed))
			complete(&bench_run.all_freed);
	}
	/* who reads end_ns waits for this: the last object may be freed before the loop is over */
	if (atomic_dec_and_test(&bench_run.n_looping))
		complete(&bench_run.all_looped);
	bench_park();
	return 0;
}

/* --- a reader --- */

int bench_reader(void *mode_and_ms)
{
	const unsigned long arg = (unsigned long)mode_and_ms;
	const bool preempt_off = arg >> 24;
	u64 end_ns;

	if (preempt_off)
		preempt_disable();
	else
		rcu_read_lock();
	end_ns = bench_now() + (arg & 0xffffff) * NSEC_PER_MSEC;
	while (bench_now() < end_ns)
		cpu_relax();
	if (preempt_off)
		preempt_enable();
	else
		rcu_read_unlock();
	bench_park();
	return 0;
}
