/* lab_row.h - measured runs: the rows of a lab's runs.csv, and what of a scenario each of them sets. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "base/diag.h"

/* A point of a free curve: @count objects had been freed by @ns; count 0: there is none. */
struct lab_curve_point {
	int64_t count, ns;
};
#define LAB_N_CURVE_POINTS 3 /* a tenth, half, nine tenths of the objects */

/* One measured run. Times are ns from the start of the freeing loop; -1: not measured. */
struct lab_row {
	char *id; /* "SET/NUMBER" */
	char *set, *mode, *tag, *policy;
	int64_t vcpus, hz;
	int64_t n, b, threads, phase_us, ndelay_ns, usleep_us, reader_ms, lat;
	/* runs that were traced, from traces.csv: the trace's name, or NULL; what an event of a callback costs; how long
	   before the start the reader began, 0: there was none beside the loop; and its section */
	char *trace, *reader_section;
	int64_t trace_event_ns, reader_lead_us;
	int64_t loop_ns, first_cb_ns, total_ns, after_loop_ns, peak, n_callbacks, gp_count;
	struct lab_curve_point curve[LAB_N_CURVE_POINTS];
};

/**
 * lab_rows_read:
 * @dir: of the lab, which has data/runs.csv or data/runs.csv.gz; and data/traces.csv if it has traces
 * @error: %RCUSIM_ERROR_SYSTEM, %RCUSIM_ERROR_INVALID
 *
 * Returns: (transfer full): struct lab_row, in the file's order; g_array_unref()
 */
GArray *lab_rows_read(const char *dir, GError **error);

/* Fills in the curves of @rows from the results of their sets, where there are any; bad lines go to @diag. */
bool lab_curves_read(const char *dir, GArray *rows, struct diag *diag, GError **error);

/* Why the simulator has nothing to set against the row, or NULL. */
const char *lab_row_why_not(const struct lab_row *row);
/* Its parameters as "path=value"; g_strfreev(). */
char **lab_row_sets(const struct lab_row *row);
/* When its loop's timer is due, and the tick before, in the simulator's time. */
int64_t lab_row_start_ns(const struct lab_row *row);
int64_t lab_row_tick_ns(const struct lab_row *row);
/* The file of its trace; g_free(). */
char *lab_row_trace_path(const char *dir, const struct lab_row *row);
/* It frees with no callback: its end is that of the loop. */
bool lab_row_is_direct(const struct lab_row *row);
/* It ends with kvfree_rcu_barrier(), and that is when the bench takes first and last object for freed. */
bool lab_row_has_barrier(const struct lab_row *row);
