/*
 * validate.h - the simulator held against measurements of real kernels, row by row.
 *
 * A lab is a directory: data/runs.csv (or runs.csv.gz), a row per measured run, and SET.json, the scenario that each row of
 * set SET runs under. A row gives that scenario's free-loop its parameters; what came out is laid beside what was
 * measured. data/traces.csv (nullable) has runs that were traced: there the events of RCU are compared, too, from the
 * first callback to the batch with the last one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <rcusim/error.h>

typedef struct RcuSimValidation RcuSimValidation;

/* What is compared. Times are ns from the start of the freeing loop. */
typedef enum {
	RCUSIM_QUANTITY_GP_COUNT,   /* difference of get_state_synchronize_rcu() >> 2 */
	RCUSIM_QUANTITY_FIRST_TICK, /* tick after which the first callback is invoked */
	RCUSIM_QUANTITY_LAST_TICK,  /* tick after which the last object is freed */
	RCUSIM_QUANTITY_LOOP,       /* freeing loop, the longest of the threads */
	RCUSIM_QUANTITY_FIRST_CB,   /* first callback invoked */
	RCUSIM_QUANTITY_ALL_FREED,  /* last object freed */
	RCUSIM_QUANTITY_AFTER_LOOP, /* the same from the end of the last loop */
	RCUSIM_QUANTITY_PEAK,       /* most objects pending, looked at every 64 objects */
	RCUSIM_QUANTITY_CALLBACKS,  /* callbacks queued: nothing but the method decides */
	RCUSIM_QUANTITY_FREED_10,   /* a tenth of the objects freed, where the run has a curve */
	RCUSIM_QUANTITY_FREED_50,   /* half */
	RCUSIM_QUANTITY_FREED_90,   /* nine tenths */
	/* of runs that were traced; the last two have several values per row */
	RCUSIM_QUANTITY_TRACE_GPS,        /* grace periods started */
	RCUSIM_QUANTITY_TRACE_GP_P50,     /* the length of those that ended, median */
	RCUSIM_QUANTITY_TRACE_BATCHES,    /* how many batches, empty ones aside */
	RCUSIM_QUANTITY_TRACE_BATCH_SIZE, /* callbacks of the first batch, of the second, ... */
	RCUSIM_QUANTITY_TRACE_NOCB_WAKE,  /* how many rcu_nocb_wake of each reason */
	RCUSIM_N_QUANTITIES
} RcuSimQuantity;

const char *rcusim_quantity_name(RcuSimQuantity quantity);
const char *rcusim_quantity_unit(RcuSimQuantity quantity); /* "ns" or "" */

/*
 * How the discrete outcome of a row compares: grace periods, tick of the first callback and of the last free; of a row
 * with a trace, whether the steps of trace compare are alike.
 */
typedef enum {
	RCUSIM_ROW_EXACT,
	RCUSIM_ROW_OTHER_CHOICE, /* exact under another choice of the scheduler */
	RCUSIM_ROW_MISS,
	RCUSIM_ROW_NOT_SIMULATED,
} RcuSimRowVerdict;

/* "exact", "other choice", "miss", "not simulated" */
const char *rcusim_row_verdict_name(RcuSimRowVerdict verdict);

/* One of a quantity's values. A thing that only one side has is 0 on the other. */
typedef struct {
	RcuSimQuantity quantity;
	int64_t measured, simulated;
} RcuSimValue;

/* One measured run beside its simulation. Strings belong to the validation. */
typedef struct {
	const char *id; /* "i1_nocb_matrix/17": set, and number of the row in it */
	const char *set, *tag, *policy;
	int64_t n, b, threads, phase_us;
	RcuSimRowVerdict verdict;
	const char *why_not;           /* it was not simulated; else NULL */
	const char *choice;            /* overrides of another choice that is exact, or NULL */
	bool has[RCUSIM_N_QUANTITIES]; /* both have it */
	int64_t measured[RCUSIM_N_QUANTITIES], simulated[RCUSIM_N_QUANTITIES];
	int64_t chosen[RCUSIM_N_QUANTITIES]; /* simulated under @choice; without one the same */
	const char *trace;                   /* name of its trace, or NULL */
	/* what has several values; under @choice there may be more or fewer */
	int n_values, n_chosen_values;
	const RcuSimValue *values, *chosen_values;
	int within_percent; /* how near the times of a row of this kind have to be */
	const char *group;  /* "i1", "i2", "uml", "native"; "i1_traces", "i2_traces" */
	const char
		*cause; /* name of the cause that the lab's causes.md gives for a miss, or NULL */
} RcuSimRow;

/* Simulated less measured, in percent of the measured value; not finite if that is 0 and the other is not. */
double rcusim_row_percent_off(const RcuSimRow *row, RcuSimQuantity quantity, bool by_choice);
/* Whether the row fails what is required of @quantity, under the choice that counts. */
bool rcusim_row_misses(const RcuSimRow *row, RcuSimQuantity quantity);
/* Whether it fails any, or its trace is not alike. */
bool rcusim_row_misses_any(const RcuSimRow *row);

/* Quantity by quantity, over a set or several; percents are of the measured value. */
typedef struct {
	int n, n_exact;
	int n_within_5, n_within_10, n_within_25;
	double worst_percent; /* signed; of the row that is farthest off; not finite if 0 was measured */
	double median_percent;     /* signed */
	double median_off_percent; /* of the same without signs */
} RcuSimAgreement;

/* A requirement on the agreement. */
typedef struct {
	const char *group;       /* "i1", "i2", "uml" */
	RcuSimQuantity quantity; /* RCUSIM_N_QUANTITIES: the rows' verdicts */
	const char *text;        /* "rows within 5 %" */
	bool at_most;            /* or at least */
	double limit_percent, found_percent;
	bool reached;
} RcuSimRequirement;

typedef struct {
	const char *dir;          /* of the lab; NULL: the shipped one */
	const char *const *names; /* sets, or rows "SET/NUMBER"; NULL: all */
	const char *const *sets;  /* "path=value" for every row, or NULL */
	int n_jobs;               /* threads; 0: one per processor */
	/* (nullable): called from several threads; false: stop */
	bool (*progress)(int n_done, int n_all, void *data);
	void *progress_data;
} RcuSimValidationOptions;

/**
 * rcusim_validate:
 * @error: %RCUSIM_ERROR_SYSTEM if a file cannot be read; %RCUSIM_ERROR_INVALID for its contents, or a scenario;
 *   %RCUSIM_ERROR_USAGE for a set that there is none of; %RCUSIM_ERROR_INCOMPLETE if it was stopped
 *
 * Returns: (transfer full): every row simulated, or %NULL with @error set
 */
RcuSimValidation *rcusim_validate(const RcuSimValidationOptions *options, GError **error);
void rcusim_validation_free(RcuSimValidation *validation);

/**
 * rcusim_validate_command:
 * @id: "SET/NUMBER"
 *
 * Returns: (transfer full): the command line that simulates the row alone; or %NULL with @error set
 */
char *rcusim_validate_command(const char *dir, const char *id, GError **error);

int rcusim_validation_n_rows(const RcuSimValidation *validation);
const RcuSimRow *rcusim_validation_row(const RcuSimValidation *validation, int i);

/* Set @i, in the data's order, then the groups of sets that share a machine ("i1", "i2", "uml", "native"); NULL past the end. */
const char *rcusim_validation_set(const RcuSimValidation *validation, int i);
/* @by_choice: rows that are exact under another choice of the scheduler count under that one.
   Returns: whether any row of set @i has @quantity. */
bool rcusim_validation_agreement(const RcuSimValidation *validation, int i, RcuSimQuantity quantity,
				 bool by_choice, RcuSimAgreement *ret);
/* Rows of set @i by verdict. */
int rcusim_validation_n_verdict(const RcuSimValidation *validation, int i,
				RcuSimRowVerdict verdict);
/* Requirement @i; false past the end. */
bool rcusim_validation_requirement(const RcuSimValidation *validation, int i,
				   RcuSimRequirement *ret);

/* Name of cause @i of the lab's causes.md; NULL past the end. */
const char *rcusim_validation_cause(const RcuSimValidation *validation, int i);
/* How many rows miss that it explains: 0 means that it is out of date, unless its rows were not asked for. */
int rcusim_validation_cause_n_rows(const RcuSimValidation *validation, int i);

/**
 * rcusim_validation_write:
 * @path: of a Markdown file; its plots go into the directory beside it that has its name without ".md"
 * @error: %RCUSIM_ERROR_SYSTEM, %RCUSIM_ERROR_USAGE
 *
 * Equal validations give equal files.
 */
bool rcusim_validation_write(const RcuSimValidation *validation, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimValidation, rcusim_validation_free)
