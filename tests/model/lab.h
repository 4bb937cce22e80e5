/*
 * lab.h - what a real kernel did, and what the simulator makes of it.
 *
 * Rows of the kernel lab's bench (scenarios/data/lab/runs.csv) and figures of its single operations (micro.csv):
 * Linux 6.12.117 under QEMU -icount, one CPU, HZ=250. Shared by test_lab.c and by the document that it prints,
 * docs/validation.md.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define LAB_TICK_NS INT64_C(4000000) /* HZ=250 */
/*
 * The bench's clock starts when its thread runs, and that is some microseconds after the nominal start: the
 * thread is woken by an hrtimer on an idle CPU (rcu-behaviour.md 3.10 item 9: 5 ... 8 us).
 */
#define LAB_WAKEUP_NS INT64_C(6000)

/* One row of runs.csv; times in ns from the start of the freeing loop. */
struct lab_row {
	char *set, *policy;
	bool offloaded;
	int64_t n, b, phase_us;
	int64_t loop_ns, first_cb_ns, total_ns;
	int64_t n_callbacks, gp_count;
};

/* What came out, of the kernel or of the simulator. Tick 0 is the one before the nominal start. */
struct lab_outcome {
	int64_t first_cb_ns, last_free_ns; /* from the nominal start */
	int64_t first_cb_tick, last_free_tick;
	int64_t grace_periods;
	int64_t loop_ns, n_callbacks;
};

enum lab_verdict {
	LAB_EXACT,        /* under the default of machine.wakeup_preempt */
	LAB_OTHER_CHOICE, /* under another value of it */
	LAB_MISS,
	LAB_N_VERDICTS
};

struct lab_judgement {
	enum lab_verdict verdict;
	struct lab_outcome kernel, sim; /* sim: under the default */
	const char *choice; /* value of machine.wakeup_preempt that gives the kernel's outcome */
};

/* All rows, in the file's order; g_array_unref() frees them. */
GArray *lab_rows(void);
/* The rows that must be met: the two matrices, per_vma and batch 32, N = 100 and 10000. */
bool lab_row_is_asserted(const struct lab_row *row);
/*
 * The wakeup delays, instead of LAB_WAKEUP_NS, with which the asserted rows' instants keep their ticks: @ret_low_ns
 * ... @ret_high_ns.
 */
void lab_wakeup_range(const GArray *rows, int64_t *ret_low_ns, int64_t *ret_high_ns);
struct lab_outcome lab_measured(const struct lab_row *row, int64_t wakeup_ns);
/* @wakeup_preempt: NULL for the default */
struct lab_outcome lab_simulate(const struct lab_row *row, const char *wakeup_preempt);
bool lab_is_exact(const struct lab_outcome *a, const struct lab_outcome *b);
struct lab_judgement lab_judge(const struct lab_row *row);
const char *lab_verdict_name(enum lab_verdict verdict);

/*
 * The composition of a figure of the profile "icount-6.12": its value from micro.csv in ns, rounded to the
 * nearest, and the expression as text, g_free(). False: the figure is not composed of anything measured.
 */
bool lab_compose(const char *param, int64_t *ret_ns, char **ret_text);

/* A file of the project, by its path from the top; as the tests do, it looks at $G_TEST_SRCDIR. */
char *lab_path(const char *path);
/* docs/validation.md as it ought to be; g_free(). */
char *lab_document(void);
