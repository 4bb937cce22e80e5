/* validate.h - rows beside their simulations, and the groups that they are summed up in. */
#pragma once

#include <rcusim/validate.h>

#include "machine/probe.h"
#include "study/lab_row.h"

struct row_trace;

struct validated_row {
	const struct lab_row *lab;
	RcuSimRow row;
	char *choice;            /* behind row.choice */
	struct row_trace *trace; /* measured; while the row is run */
	GArray *values,
		*chosen_values; /* RcuSimValue, behind row.values and row.chosen_values; or NULL */
};

struct RcuSimValidation {
	char *dir;
	GArray *labs;      /* struct lab_row, all of the lab */
	GArray *rows;      /* struct validated_row, those that were asked for */
	GPtrArray *groups; /* names of sets, then of groups of sets */
	GPtrArray *causes; /* struct cause */
};

/* What a trace says, real or simulated, as far as it is compared. */
struct row_trace {
	struct ftrace_stat *stat;
	int64_t n_gps, gp_p50_ns, n_batches;
};
/* The lab's trace of @row. row_trace_free(), or NULL with @error set. */
struct row_trace *row_trace_read(const char *dir, const struct lab_row *row, GError **error);
/* One to attach to a simulation; finish it in the end. */
struct row_trace *row_trace_new(void);
uint64_t row_trace_events(void); /* what it wants to hear of: TRACE_EVENT_BIT()s */
void row_trace_add(void *trace, const struct trace_record *record);
void row_trace_finish(struct row_trace *trace, const struct lab_row *row);
void row_trace_free(struct row_trace *trace);
/* Whether the streams of both are alike. */
bool row_trace_is_alike(const struct row_trace *a, const struct row_trace *b);
/* RcuSimValue of what has several values. */
GArray *row_trace_values(const struct row_trace *measured, const struct row_trace *simulated);
/* What kind of machine a row was measured on, and how near its times have to be. */
const char *lab_row_group(const struct lab_row *row);
int lab_row_within_percent(const struct lab_row *row);
/* Fills in groups, after rows. */
void validation_find_groups(RcuSimValidation *v);

/* Why some rows miss, from causes.md. */
struct cause {
	char *name;
	GPtrArray *patterns; /* char **: words to match */
	int n_rows;
};
GPtrArray *causes_new(void);
/* Reads DIR/causes.md, which need not exist, and gives each row that misses its cause. */
bool validation_find_causes(RcuSimValidation *v, GError **error);
