/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench.h - a bench of how VMA-like objects are freed through RCU.
 *
 * A run has one thread per CPU from cpu0 on. Each frees n objects one by one, with cond_resched() after each, as
 * exit_mmap() and munmap() do; all begin at the same instant, phase_us after a tick, from idle CPUs with no callback
 * pending. Results are lines of text (output.c).
 */
#pragma once

#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/types.h>
#include <linux/version.h>

#define BENCH_MAX_THREADS 8
#define BENCH_MAX_SAMPLES 8192
#define BENCH_N_LATENCIES 40 /* powers of two of ns */
#define BENCH_LOOK_EVERY  64 /* objects between two looks at what is pending */

/* call_rcu_hurry() came with 6.2; before, call_rcu() does not wait either. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define call_rcu_hurry call_rcu
#endif
/* kvfree_rcu_barrier() came with 6.12: before, nothing tells when kfree_rcu() is done. */
#define BENCH_HAS_KFREE_RCU (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0))

/* What is freed. Of a list that one callback frees, the head has the rcu_head and the count. */
struct bench_object {
	struct rcu_head rcu;
	struct bench_object *link;
	u64 queued_ns; /* lat=1 */
	u32 count;
	u16 thread;
	char fill[];
};

enum bench_policy {
	BENCH_PER_VMA,
	BENCH_BATCH,
	BENCH_WHOLE_LIST,
	BENCH_DIRECT,
	BENCH_KFREE_RCU,
	BENCH_SRCU,
	BENCH_HURRY,
	BENCH_N_POLICIES
};

extern const char *const bench_policy_names[BENCH_N_POLICIES];

/* The parameters of one run, as they are given in its command. */
struct bench_config {
	enum bench_policy policy;
	char policy_name[16], tag[32];
	unsigned long n, b, phase_us, delay_ns, sleep_us;
	int threads, cpu0;
	int sample; /* objects between two samples; 0: none */
	int lat;    /* read the clock at each call and in each callback */
	int reader_cpu, reader_ms, reader_mode, reader_lead_ms;
};

struct bench_sample {
	u32 i;
	u64 t_ns;
};

/* One thread of a run: what its loop writes, and what the callbacks write, on a cache line of their own. */
struct bench_thread {
	int id, cpu;
	struct task_struct *task;
	struct bench_object **objects;
	struct bench_object *list; /* being filled */
	unsigned long list_length;
	unsigned long submitted, n_callbacks, peak;
	u64 start_ns, end_ns;
	struct bench_sample *submit_samples;
	u32 n_submit_samples;

	unsigned long freed ____cacheline_aligned;
	unsigned long callbacks_run;
	u64 first_ns, last_ns;
	u64 latency_sum, latency_min, latency_max;
	u32 latencies[BENCH_N_LATENCIES];
	struct bench_sample *free_samples;
	u32 n_free_samples;
};

/* The run that is going on; commands exclude each other. */
struct bench_run {
	struct bench_config config;
	struct bench_thread *threads[BENCH_MAX_THREADS];
	ktime_t start_at;
	atomic_t n_unfreed, n_looping; /* threads */
	struct completion all_freed, all_looped;
};

extern struct bench_run bench_run;
extern struct kmem_cache *bench_cache;

static inline u64 bench_now(void)
{
	return ktime_get_mono_fast_ns();
}

/* --- args.c: "key=value" in a command --- */

long bench_arg(const char *command, const char *key, long value);
void bench_arg_text(const char *command, const char *key, char *to, size_t size, const char *value);

/* --- output.c --- */

int bench_output_init(void);
void bench_output_exit(void);
void bench_output_clear(void);
void bench_print(const char *format, ...) __printf(1, 2);
ssize_t bench_output_read(char __user *to, size_t n, loff_t *pos);

/* --- loop.c --- */

int bench_loop(void *thread);
int bench_reader(void *mode_and_ms);
void bench_park(void); /* the end of a kthread: waits to be stopped */
void bench_srcu_barrier(void);

/* --- commands --- */

void bench_command_run(const char *command);
void bench_command_micro(const char *command);
void bench_command_reader(const char *command);
