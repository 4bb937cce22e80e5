/*
 * measurements.h - what the lab's module measured on one machine, as it wrote it.
 *
 * A list, lines key,value, says what is where, by paths from its own folder:
 *
 *   name, about, hz    of the profile; ticks per second of the measured kernel
 *   offloaded          folder with results of a boot with rcu_nocbs=all, files *.csv or *.csv.gz; may be repeated
 *   softirq            the same of a boot without it
 *   two-cpus           optional: the same of a machine with two CPUs
 *   objs_per_slab, min_partial, cpu_partial   optional: of the module's cache, /sys/kernel/slab/vmafree_obj/
 *   mmbench            optional: file, what real processes paid
 *   mmbench-offloaded, mmbench-softirq   the names of the two boots in it
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* A line MICRO: @n operations took @ns. */
struct micro {
	char *name;
	int64_t n, ns;
};

/* A line CSV: one run of the freeing loop. Times are ns from its start. */
struct bench_run {
	char *tag, *policy;
	int64_t n, b, threads, phase_us, delay_ns, sleep_us, reader_ms, lat;
	int64_t loop_ns, first_ns, total_ns, n_callbacks;
};

/* A line SMP: at @t_ns, @i objects had been handed over, or freed. */
struct bench_sample {
	char *tag;
	bool freed;
	int64_t i, t_ns;
};

struct boot {
	GArray *micros, *runs, *samples; /* of the above, in the files' order */
};

struct mmbench_row {
	char *boot, *what, *policy;
	int64_t n;
	double ns; /* per VMA, median */
};

struct slab_geometry {
	int64_t objs_per_slab, min_partial, cpu_partial;
};

struct measurements {
	char *name, *about;
	int64_t hz;
	struct slab_geometry slab; /* objs_per_slab 0: not given */
	struct boot offloaded, softirq, two_cpus;
	GArray *mmbench;
	char *mmbench_offloaded, *mmbench_softirq;
};

/**
 * measurements_read:
 * @path: of the list, or of a folder with a list calibration.csv
 * @error: %RCUSIM_ERROR_SYSTEM if a file cannot be read, %RCUSIM_ERROR_INVALID for its contents
 *
 * Returns: (transfer full): measurements_free(), or %NULL
 */
struct measurements *measurements_read(const char *path, GError **error);
void measurements_free(struct measurements *m);

/* Median over repetitions of what @n operations took, in ns, or 0 with *@ret_found unset; @n 0: of any number. */
double boot_micro_ns(const struct boot *boot, const char *name, int64_t n, bool *ret_found);
/*
 * The run of @policy with batches of @b (0: none) that probes: with a clock read per callback (@lat), else with samples;
 * one thread, no delay, sleep or reader. The first of those that begin @phase_us after a tick; -1: the first of all.
 */
const struct bench_run *boot_run(const struct boot *boot, const char *policy, int64_t b, bool lat,
				 int64_t phase_us);
/* Objects between two samples of @run's loop; 0: it has none. */
int64_t boot_sample_step(const struct boot *boot, const struct bench_run *run);
/*
 * ns per object from each free sample of @run to the next; what takes @max_ns or more is a wait for the next batch, and left
 * out. False: there are no samples.
 */
bool boot_free_slope(const struct boot *boot, const struct bench_run *run, int64_t max_ns,
		     double *ret);
/*
 * What the frees of @run, in order, show of the slabs' states, in ns; false: its samples do not show it. Sample i is of
 * the instant before its i-th object's free. What takes @max_ns or more is left out.
 */
struct slab_frees {
	double fast; /* an object of the CPU's own slab takes less than others */
	double list; /* moving a full list of empty slabs takes, when the node keeps no more of them */
	double first;  /* the first time, when it keeps min_partial of them */
	int64_t slabs; /* of such a list */
};
bool boot_slab_frees(const struct boot *boot, const struct bench_run *run,
		     const struct slab_geometry *slab, int64_t max_ns, struct slab_frees *ret);
/* ns per VMA of @boot, or -1. */
double measurements_mmbench(const struct measurements *m, const struct boot *boot, const char *what,
			    const char *policy, int64_t n);
