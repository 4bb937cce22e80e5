// SPDX-License-Identifier: GPL-2.0
/* run.c - one run: threads and objects, start, end, and the lines that say how it went. */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "bench.h"

struct bench_run bench_run;

const char *const bench_policy_names[BENCH_N_POLICIES] = {
	[BENCH_PER_VMA] = "per_vma",   [BENCH_BATCH] = "batch",
	[BENCH_WHOLE_LIST] = "whole_list", [BENCH_DIRECT] = "direct",
	[BENCH_KFREE_RCU] = "kfree_rcu",   [BENCH_SRCU] = "srcu",
	[BENCH_HURRY] = "hurry",
};

/* --- parameters --- */

static bool find_policy(struct bench_config *c)
{
	int i;

	for (i = 0; i < BENCH_N_POLICIES; i++) {
		if (strcmp(c->policy_name, bench_policy_names[i]) != 0)
			continue;
		c->policy = i;
		return i != BENCH_KFREE_RCU || BENCH_HAS_KFREE_RCU;
	}
	return false;
}

static bool parse(const char *command, struct bench_config *c)
{
	bench_arg_text(command, "policy", c->policy_name, sizeof(c->policy_name), "per_vma");
	bench_arg_text(command, "tag", c->tag, sizeof(c->tag), "-");
	c->n = clamp(bench_arg(command, "n", 1000), 1L, 10000000L);
	c->b = clamp(bench_arg(command, "b", 32), 1L, 10000000L);
	c->threads = clamp(bench_arg(command, "threads", 1), 1L, (long)BENCH_MAX_THREADS);
	c->cpu0 = clamp(bench_arg(command, "cpu0", 0), 0L, (long)num_online_cpus() - 1);
	c->phase_us = clamp(bench_arg(command, "phase_us", 400), 0L, 1000000L);
	c->delay_ns = clamp(bench_arg(command, "delay_ns", 0), 0L, 1000000L);
	c->sleep_us = clamp(bench_arg(command, "sleep_us", 0), 0L, 1000000L);
	c->sample = clamp(bench_arg(command, "sample", 0), 0L, 10000000L);
	c->lat = bench_arg(command, "lat", 0) != 0;
	c->reader_cpu = bench_arg(command, "reader_cpu", -1);
	c->reader_ms = clamp(bench_arg(command, "reader_ms", 0), 0L, 10000L);
	c->reader_mode = bench_arg(command, "reader_mode", 0) != 0;
	c->reader_lead_ms = clamp(bench_arg(command, "reader_lead_ms", 0), 0L, 10000L);
	return find_policy(c);
}

/* --- threads and their objects --- */

static void thread_free(struct bench_thread *t)
{
	unsigned long i;

	if (!t)
		return;
	/* objects that no loop was there to free */
	for (i = 0; t->objects && !t->task && i < bench_run.config.n; i++)
		if (t->objects[i])
			kmem_cache_free(bench_cache, t->objects[i]);
	vfree(t->objects);
	vfree(t->submit_samples);
	vfree(t->free_samples);
	kfree(t);
}

static bool make_objects(struct bench_thread *t)
{
	unsigned long i;

	t->objects = vzalloc(bench_run.config.n * sizeof(t->objects[0]));
	for (i = 0; t->objects && i < bench_run.config.n; i++) {
		struct bench_object *object = kmem_cache_alloc(bench_cache, GFP_KERNEL);

		if (!object)
			return false;
		object->link = NULL;
		object->thread = t->id;
		object->count = 1;
		t->objects[i] = object;
	}
	return t->objects != NULL;
}

static struct bench_thread *thread_new(int id)
{
	const size_t size = BENCH_MAX_SAMPLES * sizeof(struct bench_sample);
	struct bench_thread *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	t->id = id;
	t->cpu = (bench_run.config.cpu0 + id) % num_online_cpus();
	t->latency_min = U64_MAX;
	if (bench_run.config.sample) {
		t->submit_samples = vmalloc(size);
		t->free_samples = vmalloc(size);
	}
	if (make_objects(t) &&
	    (!bench_run.config.sample || (t->submit_samples && t->free_samples)))
		return t;
	thread_free(t);
	return NULL;
}

static bool threads_new(void)
{
	int i;

	for (i = 0; i < bench_run.config.threads; i++) {
		bench_run.threads[i] = thread_new(i);
		if (!bench_run.threads[i])
			return false;
	}
	return true;
}

static void threads_free(void)
{
	int i;

	for (i = 0; i < BENCH_MAX_THREADS; i++) {
		thread_free(bench_run.threads[i]);
		bench_run.threads[i] = NULL;
	}
}

static bool tasks_new(void)
{
	int i;

	for (i = 0; i < bench_run.config.threads; i++) {
		struct bench_thread *t = bench_run.threads[i];
		struct task_struct *task = kthread_create(bench_loop, t, "vmafree/%d", i);

		if (IS_ERR(task))
			return false;
		kthread_bind(task, t->cpu);
		t->task = task;
	}
	return true;
}

/* --- start and end --- */

static struct task_struct *start_reader(void)
{
	const struct bench_config *c = &bench_run.config;
	const unsigned long arg = ((unsigned long)c->reader_mode << 24) | c->reader_ms;
	struct task_struct *reader;

	if (c->reader_cpu < 0 || c->reader_cpu >= num_online_cpus() || c->reader_ms == 0)
		return NULL;
	reader = kthread_create(bench_reader, (void *)arg, "vmareader");
	if (IS_ERR(reader))
		return NULL;
	kthread_bind(reader, c->reader_cpu);
	wake_up_process(reader);
	if (c->reader_lead_ms)
		msleep(c->reader_lead_ms);
	return reader;
}

/* phase_us after a tick, at least one tick from now. */
static void start_loops(void)
{
	int i;

	bench_run.start_at = (div_u64(ktime_get(), TICK_NSEC) + 2) * TICK_NSEC +
			     bench_run.config.phase_us * NSEC_PER_USEC;
	for (i = 0; i < bench_run.config.threads; i++)
		wake_up_process(bench_run.threads[i]->task);
}

static void wait_for_frees(void)
{
#if BENCH_HAS_KFREE_RCU
	if (bench_run.config.policy == BENCH_KFREE_RCU) {
		wait_for_completion(&bench_run.all_looped);
		kvfree_rcu_barrier();
		return;
	}
#endif
	wait_for_completion(&bench_run.all_freed);
}

/* Every callback has returned, and every loop is over. */
static void settle(void)
{
	const enum bench_policy policy = bench_run.config.policy;
	int i;

	if (policy == BENCH_SRCU)
		bench_srcu_barrier();
	else if (policy != BENCH_DIRECT && policy != BENCH_KFREE_RCU)
		rcu_barrier();
	if (policy != BENCH_KFREE_RCU)
		wait_for_completion(&bench_run.all_looped);
	for (i = 0; i < bench_run.config.threads; i++)
		kthread_stop(bench_run.threads[i]->task);
}

/* --- results --- */

struct sums {
	u64 loop_min, loop_max, start_ns, end_ns, first_ns, last_ns;
	u64 latency_sum, latency_min, latency_max;
	unsigned long peak, n_callbacks;
};

static void add(struct sums *s, const struct bench_thread *t)
{
	const u64 loop_ns = t->end_ns - t->start_ns;

	s->loop_min = min(s->loop_min, loop_ns);
	s->loop_max = max(s->loop_max, loop_ns);
	s->start_ns = min(s->start_ns, t->start_ns);
	s->end_ns = max(s->end_ns, t->end_ns);
	s->first_ns = min(s->first_ns, t->first_ns);
	s->last_ns = max(s->last_ns, t->last_ns);
	s->latency_sum += t->latency_sum;
	s->latency_min = min(s->latency_min, t->latency_min);
	s->latency_max = max(s->latency_max, t->latency_max);
	s->peak = max(s->peak, t->peak);
	s->n_callbacks += t->n_callbacks;
}

/* tag, policy, n, b, threads, cpu0, phase_us, delay_ns, sleep_us, reader_ms, lat, then what was measured. */
static void print_run(const struct sums *s, unsigned long gp_count, bool has_reader)
{
	const struct bench_config *c = &bench_run.config;

	bench_print("CSV,%s,%s,%lu,%lu,%d,%d,%lu,%lu,%lu,%d,%d,", c->tag, c->policy_name, c->n,
		    c->policy == BENCH_BATCH ? c->b : 0, c->threads, c->cpu0, c->phase_us,
		    c->delay_ns, c->sleep_us, has_reader ? c->reader_ms : 0, c->lat);
	bench_print("%llu,%llu,%llu,%llu,%lld,%lu,%lu,%lu,%llu,%llu,%llu\n", s->loop_min,
		    s->loop_max, s->first_ns - s->start_ns, s->last_ns - s->start_ns,
		    (s64)(s->last_ns - s->end_ns), s->peak, s->n_callbacks, gp_count,
		    c->lat && s->n_callbacks ? div64_u64(s->latency_sum, s->n_callbacks) : 0,
		    c->lat && s->n_callbacks ? s->latency_min : 0, s->latency_max);
}

static void print_samples(const struct bench_thread *t, int kind, const struct bench_sample *samples,
			  u32 n, u64 start_ns)
{
	u32 i;

	for (i = 0; i < n; i++)
		bench_print("SMP,%s,%d,%d,%u,%llu\n", bench_run.config.tag, t->id, kind,
			    samples[i].i, samples[i].t_ns - start_ns);
}

static void print_thread(const struct bench_thread *t, u64 start_ns)
{
	int i;

	if (bench_run.config.lat) {
		bench_print("LAT,%s,%d", bench_run.config.tag, t->id);
		for (i = 0; i < BENCH_N_LATENCIES; i++)
			bench_print(",%u", t->latencies[i]);
		bench_print("\n");
	}
	print_samples(t, 0, t->submit_samples, t->n_submit_samples, start_ns);
	print_samples(t, 1, t->free_samples, t->n_free_samples, start_ns);
}

static void print_results(unsigned long gp_count, u64 freed_ns, bool has_reader)
{
	struct sums sums = { .loop_min = U64_MAX,
			     .start_ns = U64_MAX,
			     .first_ns = U64_MAX,
			     .latency_min = U64_MAX };
	int i;

	for (i = 0; i < bench_run.config.threads; i++) {
		struct bench_thread *t = bench_run.threads[i];

		/* kfree_rcu() has no callback of ours: the end of the barrier is all that is known */
		if (bench_run.config.policy == BENCH_KFREE_RCU)
			t->first_ns = t->last_ns = freed_ns;
		add(&sums, t);
	}
	print_run(&sums, gp_count, has_reader);
	for (i = 0; i < bench_run.config.threads; i++)
		print_thread(bench_run.threads[i], sums.start_ns);
}

/* --- the command --- */

static void run(void)
{
	unsigned long gp_before, gp_after;
	struct task_struct *reader;
	u64 freed_ns;

	/* no old callbacks around */
	rcu_barrier();
	msleep(20);
	if (!tasks_new()) {
		bench_print("ERR,no threads\n");
		return;
	}
	reader = start_reader();
	start_loops();
	gp_before = get_state_synchronize_rcu();
	wait_for_frees();
	freed_ns = bench_now();
	gp_after = get_state_synchronize_rcu();
	settle();
	if (reader)
		kthread_stop(reader);
	print_results((gp_after - gp_before) >> 2, freed_ns, reader != NULL);
}

void bench_command_run(const char *command)
{
	if (!parse(command, &bench_run.config)) {
		bench_print("ERR,policy %s is not known, or not possible with this kernel\n",
			    bench_run.config.policy_name);
		return;
	}
	atomic_set(&bench_run.n_unfreed, bench_run.config.threads);
	atomic_set(&bench_run.n_looping, bench_run.config.threads);
	init_completion(&bench_run.all_freed);
	init_completion(&bench_run.all_looped);
	if (threads_new())
		run();
	else
		bench_print("ERR,no memory\n");
	threads_free();
}
