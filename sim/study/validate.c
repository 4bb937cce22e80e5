/*
 * validate.c - every row of a lab simulated: rcusim_validate().
 *
 * Rows are independent of each other: a pool of threads takes them in any order, and each writes its own result. A row
 * that misses under the scheduler's default choices is tried under the others.
 */
#include "study/validate.h"

#include <inttypes.h>
#include <string.h>

#include <rcusim/scenario.h>
#include <rcusim/sim.h>

#include "scenario/source.h"
#include "study/sim.h"

/*
 * The bench's clock starts when its thread runs: an hrtimer has woken it on an idle CPU, which takes 5 ... 8 us
 * (rcu-behaviour.md 3.10 item 9). It says on which side of a tick an instant near one is.
 */
#define WAKEUP_NS 6000

/* The scheduler's choices besides the default (rcu-behaviour.md 3.10 items 2, 4, 5). */
static const char *const other_choices[][3] = {
	{ "machine.wakeup_preempt=eevdf", NULL },
	{ "machine.wakeup_preempt=always", NULL },
	{ "machine.wakeup_preempt=never", NULL },
	{ "machine.idle_wakeup_order=first-first", NULL },
	{ "machine.wakeup_preempt=always", "machine.idle_wakeup_order=first-first", NULL },
	{ "machine.wakeup_preempt=never", "machine.idle_wakeup_order=first-first", NULL },
};

/* What the threads share. */
struct job {
	RcuSimValidation *validation;
	const RcuSimValidationOptions *options;
	GMutex mutex;
	int n_done;
	bool stopped;
	GError *error; /* of the first row that failed */
	guint error_row;
};

/* --- one row --- */

static void put(RcuSimRow *row, int64_t *values, RcuSimQuantity quantity, int64_t value)
{
	values[quantity] = value;
	row->has[quantity] = true;
}

static bool has_curve(const struct lab_row *lab)
{
	return lab->curve[LAB_N_CURVE_POINTS - 1].count > 0;
}

/* What a row has to say, and whether it says it: -1 is no measurement. */
static void put_measured(RcuSimRow *row, const struct lab_row *lab)
{
	const int64_t phase_ns = lab->phase_us * NSEC_PER_USEC + WAKEUP_NS;
	const int64_t tick_ns = lab_row_tick_ns(lab);

	put(row, row->measured, RCUSIM_QUANTITY_GP_COUNT, lab->gp_count);
	put(row, row->measured, RCUSIM_QUANTITY_FIRST_TICK,
	    (phase_ns + lab->first_cb_ns) / tick_ns);
	put(row, row->measured, RCUSIM_QUANTITY_LAST_TICK, (phase_ns + lab->total_ns) / tick_ns);
	if (!lab_row_has_barrier(lab)) /* what kfree_rcu() makes of them, the bench does not see */
		put(row, row->measured, RCUSIM_QUANTITY_CALLBACKS, lab->n_callbacks);
	put(row, row->measured, RCUSIM_QUANTITY_FIRST_CB, lab->first_cb_ns);
	put(row, row->measured, RCUSIM_QUANTITY_ALL_FREED, lab->total_ns);
	for (int k = 0; has_curve(lab) && k < LAB_N_CURVE_POINTS; k++)
		put(row, row->measured, (RcuSimQuantity)(RCUSIM_QUANTITY_FREED_10 + k),
		    lab->curve[k].ns);
	if (lab->loop_ns >= 0) {
		put(row, row->measured, RCUSIM_QUANTITY_LOOP, lab->loop_ns);
		put(row, row->measured, RCUSIM_QUANTITY_AFTER_LOOP, lab->after_loop_ns);
	}
	/* the bench counts these frees when all is over: its peak is N */
	if (!lab_row_is_direct(lab) && !lab_row_has_barrier(lab))
		put(row, row->measured, RCUSIM_QUANTITY_PEAK, lab->peak);
}

static int64_t metric(RcuSim *sim, const char *name)
{
	int64_t value = 0;

	rcusim_metric(sim, name, &value);
	return value;
}

/* The difference of get_state_synchronize_rcu() from @from_ns to @to_ns: grace periods that started in between. */
static int64_t count_grace_periods(const RcuSim *sim, int64_t from_ns, int64_t to_ns)
{
	int64_t n = 0;

	for (guint i = 0; i < sim->grace_periods->len; i++) {
		const struct record_grace_period *gp =
			&g_array_index(sim->grace_periods, struct record_grace_period, i);

		n += gp->start_ns > from_ns && gp->start_ns <= to_ns;
	}
	return n;
}

static void put_simulated(int64_t *values, RcuSim *sim, const struct lab_row *lab)
{
	const struct free_loop_stats *loop = &sim->built->mm->stats.free_loop;
	const int64_t tick_ns = lab_row_tick_ns(lab);
	const int64_t zero_ns = lab_row_start_ns(lab) - lab->phase_us * NSEC_PER_USEC;
	int64_t first_ns = metric(sim, "callback_first_ns"), last_ns = metric(sim, "free_last_ns");

	if (lab_row_is_direct(lab))
		first_ns = last_ns = loop->end_ns;
	else if (lab_row_has_barrier(lab))
		first_ns = last_ns = metric(sim, "kfree_rcu_barrier_end_ns");

	values[RCUSIM_QUANTITY_GP_COUNT] = count_grace_periods(sim, loop->start_ns, last_ns);
	values[RCUSIM_QUANTITY_FIRST_TICK] = (first_ns - zero_ns) / tick_ns;
	values[RCUSIM_QUANTITY_LAST_TICK] = (last_ns - zero_ns) / tick_ns;
	values[RCUSIM_QUANTITY_LOOP] = metric(sim, "freeing_loop_max_ns");
	values[RCUSIM_QUANTITY_FIRST_CB] = first_ns - loop->start_ns;
	values[RCUSIM_QUANTITY_ALL_FREED] = last_ns - loop->start_ns;
	values[RCUSIM_QUANTITY_AFTER_LOOP] = last_ns - loop->end_ns;
	values[RCUSIM_QUANTITY_PEAK] = loop->pending_peak;
	values[RCUSIM_QUANTITY_CALLBACKS] = metric(sim, "callbacks");
}

/* Between two looks at how many objects are freed: the precision of a curve's point. */
#define CURVE_STEP_NS 2000

/* Runs to the end and notes on the way when the curve's points are reached; where it stops changes nothing. */
static void run_curve(RcuSim *sim, const struct lab_row *lab, int64_t end_ns, int64_t *values)
{
	const struct mm_world *w = sim->built->mm;
	int64_t t_ns = lab_row_start_ns(lab);

	for (int k = 0; k < LAB_N_CURVE_POINTS; k++) {
		while (t_ns < end_ns && w->unfreed.freed < lab->curve[k].count) {
			t_ns += CURVE_STEP_NS;
			rcusim_run_until(sim, t_ns);
		}
		values[RCUSIM_QUANTITY_FREED_10 + k] = t_ns - w->stats.free_loop.start_ns;
	}
	rcusim_run_until(sim, MAX(end_ns, t_ns));
}

static char *scenario_path(const RcuSimValidation *v, const struct lab_row *lab)
{
	g_autofree char *file = g_strconcat(lab->set, ".json", NULL);

	return g_build_filename(v->dir, file, NULL);
}

static RcuSimScenario *row_scenario(const RcuSimValidation *v, const struct lab_row *lab,
				    const char *const *more, const char *const *choice,
				    GError **error)
{
	g_autofree char *path = scenario_path(v, lab);
	g_auto(GStrv) own = lab_row_sets(lab);
	g_autoptr(GPtrArray) sets = g_ptr_array_new();

	for (int i = 0; own[i] != NULL; i++)
		g_ptr_array_add(sets, own[i]);
	for (int i = 0; more != NULL && more[i] != NULL; i++)
		g_ptr_array_add(sets, (void *)more[i]);
	for (int i = 0; choice != NULL && choice[i] != NULL; i++)
		g_ptr_array_add(sets, (void *)choice[i]);
	g_ptr_array_add(sets, NULL);
	return rcusim_scenario_load(path, (const char *const *)sets->pdata, error);
}

static void put_trace(const struct row_trace *trace, int64_t *values)
{
	values[RCUSIM_QUANTITY_TRACE_GPS] = trace->n_gps;
	values[RCUSIM_QUANTITY_TRACE_GP_P50] = trace->gp_p50_ns;
	values[RCUSIM_QUANTITY_TRACE_BATCHES] = trace->n_batches;
}

/* @trace: (nullable): gets the events of the run. */
static bool simulate(const struct job *job, const struct lab_row *lab, const char *const *choice,
		     int64_t *ret_values, struct row_trace *trace, GError **error)
{
	/* only the reference mode raises every event (machine/probe.h) */
	const RcuSimFlags flags = trace != NULL ? RCUSIM_FLAG_REFERENCE : RCUSIM_FLAG_NONE;
	g_autoptr(RcuSimScenario) scenario =
		row_scenario(job->validation, lab, job->options->sets, choice, error);
	g_autoptr(RcuSim) sim = NULL;

	if (scenario == NULL)
		return false;
	sim = rcusim_new(scenario, rcusim_scenario_policy_label(scenario, 0),
			 rcusim_scenario_seed(scenario), flags, error);
	if (sim == NULL)
		return false;
	if (trace != NULL)
		sim_attach_trace(sim, row_trace_events(), row_trace_add, trace);
	if (has_curve(lab))
		run_curve(sim, lab, rcusim_scenario_duration_ns(scenario), ret_values);
	else
		rcusim_run_until(sim, rcusim_scenario_duration_ns(scenario));
	if (metric(sim, "objects_freed") != lab->n * lab->threads) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INCOMPLETE,
			    "%s: %" PRId64 " of %" PRId64
			    " objects are freed by the end of the run",
			    lab->id, metric(sim, "objects_freed"), lab->n * lab->threads);
		return false;
	}
	put_simulated(ret_values, sim, lab);
	if (trace == NULL)
		return true;
	row_trace_finish(trace, lab);
	put_trace(trace, ret_values);
	return true;
}

static bool is_exact(const RcuSimRow *row, const int64_t *simulated)
{
	static const RcuSimQuantity discrete[] = { RCUSIM_QUANTITY_GP_COUNT,
						   RCUSIM_QUANTITY_FIRST_TICK,
						   RCUSIM_QUANTITY_LAST_TICK };

	for (size_t i = 0; i < G_N_ELEMENTS(discrete); i++)
		if (row->has[discrete[i]] && row->measured[discrete[i]] != simulated[discrete[i]])
			return false;
	return true;
}

/* One simulation of a row; @choice: (nullable): of the scheduler. */
struct attempt {
	int64_t values[RCUSIM_N_QUANTITIES];
	struct row_trace *trace;
	bool exact;
};

static bool attempt(const struct job *job, const struct validated_row *v, const char *const *choice,
		    struct attempt *ret, GError **error)
{
	*ret = (struct attempt){ .trace = v->trace != NULL ? row_trace_new() : NULL };
	if (!simulate(job, v->lab, choice, ret->values, ret->trace, error)) {
		row_trace_free(ret->trace);
		return false;
	}
	ret->exact = v->trace != NULL ? row_trace_is_alike(v->trace, ret->trace)
				      : is_exact(&v->row, ret->values);
	return true;
}

static GArray *attempt_values(const struct validated_row *v, const struct attempt *attempt)
{
	return v->trace == NULL ? g_array_new(false, true, sizeof(RcuSimValue))
				: row_trace_values(v->trace, attempt->trace);
}

/* @attempt is what the row comes out as. */
static void put_attempt(struct validated_row *v, const struct attempt *attempt)
{
	memcpy(v->row.simulated, attempt->values, sizeof(v->row.simulated));
	v->values = attempt_values(v, attempt);
	v->row.values = (const RcuSimValue *)(void *)v->values->data;
	v->row.n_values = (int)v->values->len;
}

/* The same under the choice that counts. */
static void put_chosen(struct validated_row *v, const struct attempt *attempt)
{
	memcpy(v->row.chosen, attempt->values, sizeof(v->row.chosen));
	v->chosen_values = attempt_values(v, attempt);
	v->row.chosen_values = (const RcuSimValue *)(void *)v->chosen_values->data;
	v->row.n_chosen_values = (int)v->chosen_values->len;
}

/* The scheduler's other choices, until one is exact, which is put into the row. */
static bool try_others(const struct job *job, struct validated_row *v, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(other_choices); i++) {
		struct attempt other;

		if (!attempt(job, v, other_choices[i], &other, error))
			return false;
		if (other.exact) {
			put_chosen(v, &other);
			v->row.verdict = RCUSIM_ROW_OTHER_CHOICE;
			v->choice = g_strjoinv(" ", (char **)(void *)other_choices[i]);
			v->row.choice = v->choice;
		}
		row_trace_free(other.trace);
		if (other.exact)
			return true;
	}
	return true;
}

static void describe_row(RcuSimRow *row, const struct lab_row *lab)
{
	*row = (RcuSimRow){ .id = lab->id,
			    .set = lab->set,
			    .tag = lab->tag,
			    .policy = lab->policy,
			    .n = lab->n,
			    .b = lab->b,
			    .threads = lab->threads,
			    .phase_us = lab->phase_us,
			    .trace = lab->trace,
			    .group = lab_row_group(lab),
			    .within_percent = lab_row_within_percent(lab),
			    .verdict = RCUSIM_ROW_NOT_SIMULATED,
			    .why_not = lab_row_why_not(lab) };
}

static bool read_measured(const struct job *job, struct validated_row *v, GError **error)
{
	put_measured(&v->row, v->lab);
	if (v->lab->trace == NULL)
		return true;
	v->trace = row_trace_read(job->validation->dir, v->lab, error);
	if (v->trace == NULL)
		return false;
	for (int q = RCUSIM_QUANTITY_TRACE_GPS; q <= RCUSIM_QUANTITY_TRACE_BATCHES; q++)
		v->row.has[q] = true;
	put_trace(v->trace, v->row.measured);
	v->row.has[RCUSIM_QUANTITY_TRACE_GP_P50] = v->trace->gp_p50_ns >= 0;
	return true;
}

static bool run_row(const struct job *job, struct validated_row *v, GError **error)
{
	struct attempt first;
	bool good = true;

	describe_row(&v->row, v->lab);
	if (v->row.why_not != NULL)
		return true;
	if (!read_measured(job, v, error) || !attempt(job, v, NULL, &first, error))
		return false;
	put_attempt(v, &first);
	v->row.verdict = first.exact ? RCUSIM_ROW_EXACT : RCUSIM_ROW_MISS;
	if (!first.exact)
		good = try_others(job, v, error);
	if (v->row.choice == NULL)
		put_chosen(v, &first);
	row_trace_free(first.trace);
	g_clear_pointer(&v->trace, row_trace_free);
	return good;
}

/* --- all rows --- */

static void row_task(gpointer data, gpointer user_data)
{
	struct job *job = user_data;
	struct validated_row *v = data;
	const guint i = (guint)(v - (struct validated_row *)(void *)job->validation->rows->data);
	GError *error = NULL;
	bool stopped;

	g_mutex_lock(&job->mutex);
	stopped = job->stopped;
	g_mutex_unlock(&job->mutex);
	if (stopped)
		return;
	run_row(job, v, &error);
	g_mutex_lock(&job->mutex);
	job->n_done++;
	if (job->options->progress != NULL &&
	    !job->options->progress(job->n_done, (int)job->validation->rows->len,
				    job->options->progress_data))
		job->stopped = true;
	if (error != NULL && (job->error == NULL || i < job->error_row)) {
		g_clear_error(&job->error);
		job->error = g_steal_pointer(&error);
		job->error_row = i;
		job->stopped = true;
	}
	g_mutex_unlock(&job->mutex);
	g_clear_error(&error);
}

static bool run_rows(RcuSimValidation *v, const RcuSimValidationOptions *options, GError **error)
{
	const int n = options->n_jobs > 0 ? options->n_jobs : (int)g_get_num_processors();
	struct job job = { .validation = v, .options = options };
	GThreadPool *pool;

	g_mutex_init(&job.mutex);
	pool = g_thread_pool_new(row_task, &job, n, true, error);
	for (guint i = 0; pool != NULL && i < v->rows->len; i++)
		g_thread_pool_push(pool, &g_array_index(v->rows, struct validated_row, i), NULL);
	if (pool != NULL)
		g_thread_pool_free(pool, false, true);
	g_mutex_clear(&job.mutex);
	if (job.error != NULL)
		g_propagate_error(error, job.error);
	else if (job.stopped)
		g_set_error_literal(error, RCUSIM_ERROR, RCUSIM_ERROR_INCOMPLETE, "interrupted");
	return pool != NULL && job.error == NULL && !job.stopped;
}

/* Whether @id is asked for: by its set or by itself. */
static bool is_named(const struct lab_row *lab, const char *name)
{
	return strcmp(lab->set, name) == 0 || strcmp(lab->id, name) == 0;
}

static bool is_wanted(const struct lab_row *lab, const char *const *names)
{
	for (int i = 0; names != NULL && names[i] != NULL; i++)
		if (is_named(lab, names[i]))
			return true;
	return names == NULL || names[0] == NULL;
}

static bool refuse_name(const GArray *labs, const char *name, GError **error)
{
	g_autoptr(GString) known = g_string_new(NULL);
	const char *last = "";

	for (guint i = 0; i < labs->len; i++) {
		const struct lab_row *lab = &g_array_index(labs, struct lab_row, i);

		if (is_named(lab, name))
			return true;
		if (strcmp(lab->set, last) != 0)
			g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "", lab->set);
		last = lab->set;
	}
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
		    "the lab has no set or row \"%s\"; accepted: %s, or one of them and /NUMBER",
		    name, known->str);
	return false;
}

static bool select_rows(RcuSimValidation *v, const char *const *names, GError **error)
{
	for (int i = 0; names != NULL && names[i] != NULL; i++)
		if (!refuse_name(v->labs, names[i], error))
			return false;
	for (guint i = 0; i < v->labs->len; i++) {
		const struct validated_row row = { .lab = &g_array_index(v->labs, struct lab_row,
									 i) };

		if (is_wanted(row.lab, names))
			g_array_append_val(v->rows, row);
	}
	return true;
}

/* The shipped lab: folder lab of the first directory of scenarios that has one. */
static char *shipped_dir(void)
{
	g_auto(GStrv) dirs = source_dirs();
	char *dir = NULL;

	for (int i = 0; dirs[i] != NULL && dir == NULL; i++) {
		dir = g_build_filename(dirs[i], "lab", NULL);
		if (dirs[i + 1] != NULL && !g_file_test(dir, G_FILE_TEST_IS_DIR))
			g_clear_pointer(&dir, g_free);
	}
	return dir;
}

static void validated_row_clear(void *data)
{
	struct validated_row *row = data;

	g_free(row->choice);
	g_clear_pointer(&row->values, g_array_unref);
	g_clear_pointer(&row->chosen_values, g_array_unref);
	row_trace_free(row->trace);
}

static RcuSimValidation *validation_new(const char *dir, GError **error)
{
	RcuSimValidation *v = g_new0(RcuSimValidation, 1);

	v->dir = dir != NULL ? g_strdup(dir) : shipped_dir();
	v->rows = g_array_new(false, true, sizeof(struct validated_row));
	g_array_set_clear_func(v->rows, validated_row_clear);
	v->groups = g_ptr_array_new_with_free_func(g_free);
	v->causes = causes_new();
	v->labs = lab_rows_read(v->dir, error);
	if (v->labs == NULL)
		g_clear_pointer(&v, rcusim_validation_free);
	return v;
}

RcuSimValidation *rcusim_validate(const RcuSimValidationOptions *options, GError **error)
{
	g_autoptr(RcuSimValidation) v = validation_new(options->dir, error);

	if (v == NULL || !select_rows(v, options->names, error) || !run_rows(v, options, error))
		return NULL;
	validation_find_groups(v);
	if (!validation_find_causes(v, error))
		return NULL;
	return g_steal_pointer(&v);
}

void rcusim_validation_free(RcuSimValidation *v)
{
	if (v == NULL)
		return;
	g_array_unref(v->rows);
	g_clear_pointer(&v->labs, g_array_unref);
	g_ptr_array_unref(v->groups);
	g_ptr_array_unref(v->causes);
	g_free(v->dir);
	g_free(v);
}

int rcusim_validation_n_rows(const RcuSimValidation *v)
{
	return (int)v->rows->len;
}

const RcuSimRow *rcusim_validation_row(const RcuSimValidation *v, int i)
{
	return &g_array_index(v->rows, struct validated_row, i).row;
}

static char *command_of(const RcuSimValidation *v, const struct lab_row *lab)
{
	g_autofree char *path = scenario_path(v, lab);
	g_autofree char *quoted = g_shell_quote(path);
	g_auto(GStrv) sets = lab_row_sets(lab);
	g_autofree char *all = g_strjoinv(" --set ", sets);

	return g_strdup_printf("rcusim run %s --set %s", strpbrk(path, " '\"\\$") ? quoted : path,
			       all);
}

char *rcusim_validate_command(const char *dir, const char *id, GError **error)
{
	g_autoptr(RcuSimValidation) v = validation_new(dir, error);

	if (v == NULL || !refuse_name(v->labs, id, error))
		return NULL;
	for (guint i = 0; i < v->labs->len; i++) {
		const struct lab_row *lab = &g_array_index(v->labs, struct lab_row, i);

		if (strcmp(lab->id, id) != 0)
			continue;
		if (lab_row_why_not(lab) == NULL)
			return command_of(v, lab);
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE, "%s is not simulated: %s", id,
			    lab_row_why_not(lab));
		return NULL;
	}
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
		    "\"%s\" is a set; expected one row of it, as %s/1", id, id);
	return NULL;
}
