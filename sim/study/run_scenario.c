/*
 * run_scenario.c - one run of a scenario under each of its policies, into a database.
 *
 * The machine is advanced in slices only so that someone may look at it and stop it; where the slices end
 * has no influence on what happens in them.
 */
#include "study/run_scenario.h"

#include <string.h>

#include <rcusim/run.h>
#include <rcusim/version.h>

#include "record/database.h"
#include "record/run_record.h"
#include "scenario/load.h"
#include "study/collect.h"
#include "study/sim.h"
#include "trace/event_format.h"
#include "trace/ftrace.h"
#include "trace/ftrace_line.h"

#define N_SLICES 200

struct run_result {
	char *label;
	char *policy; /* the label that the scenario has for it; @label may say more */
	char *hash;
	GArray *metrics; /* struct record_metric */
	GArray *samples; /* struct record_sample */
	char *stalls;    /* reports of stalled grace periods */
	uint64_t n_events;
	int64_t elapsed_us;
	int64_t n_events_lost;   /* trace events */
	struct event_log *trace; /* kept where no database keeps it; or NULL */
};

struct RcuSimResults {
	GArray *runs;         /* struct run_result */
	GArray *expectations; /* RcuSimExpectation */
};

static void run_result_clear(void *data)
{
	struct run_result *run = data;

	g_free(run->label);
	g_free(run->policy);
	g_free(run->hash);
	g_free(run->stalls);
	g_clear_pointer(&run->metrics, g_array_unref);
	g_clear_pointer(&run->samples, g_array_unref);
	event_log_free(run->trace);
}

static RcuSimResults *results_new(void)
{
	RcuSimResults *results = g_new0(RcuSimResults, 1);

	results->runs = g_array_new(false, true, sizeof(struct run_result));
	g_array_set_clear_func(results->runs, run_result_clear);
	results->expectations = g_array_new(false, true, sizeof(RcuSimExpectation));
	return results;
}

void rcusim_results_free(RcuSimResults *results)
{
	if (results == NULL)
		return;
	g_array_unref(results->runs);
	g_array_unref(results->expectations);
	g_free(results);
}

/* Only the reference mode raises every event (machine/probe.h). */
static RcuSimFlags flags_of(const RcuSimRunOptions *options)
{
	return options->trace != NULL ? options->flags | RCUSIM_FLAG_REFERENCE : options->flags;
}

/* ---- Storing ---- */

static const char *label_of(const RcuSimScenario *scenario, const struct run_plan *plan, int policy)
{
	return plan->labels != NULL ? plan->labels[policy]
				    : rcusim_scenario_policy_label(scenario, policy);
}

static struct run_identity identity_of(const RcuSimScenario *scenario, int policy,
				       const char *label, uint64_t seed)
{
	return (struct run_identity){
		.scenario_hash = rcusim_scenario_hash(scenario),
		.scenario_name = rcusim_scenario_name(scenario),
		.question = rcusim_scenario_question(scenario),
		.text = rcusim_scenario_text(scenario),
		.resolved = rcusim_scenario_resolved(scenario),
		.label = label,
		.policy = rcusim_scenario_policy_name(scenario, policy),
		.params = rcusim_scenario_policy_params(scenario, policy),
		.seed = seed,
		.duration_ns = rcusim_scenario_duration_ns(scenario),
	};
}

bool rcusim_database_holds(RcuSimDatabase *database, const RcuSimScenario *scenario, int policy,
			   uint64_t seed)
{
	const struct run_identity identity =
		identity_of(scenario, policy, rcusim_scenario_policy_label(scenario, policy), seed);
	int64_t run;

	return database_find_run(database, &identity, &run, NULL) && run != 0;
}

bool rcusim_database_add_run(RcuSimDatabase *database, RcuSim *sim, const RcuSimScenario *scenario,
			     int policy, uint64_t seed, const char *const *provenance,
			     char **ret_hash, GError **error)
{
	const struct run_identity identity =
		identity_of(scenario, policy, rcusim_scenario_policy_label(scenario, policy), seed);
	struct run_record *record = study_collect(sim);
	const bool stored =
		database_write_run(database, &identity, record, provenance, ret_hash, error);

	run_record_free(record);
	return stored;
}

static char **make_provenance(const RcuSimRunOptions *options, const struct run_result *run)
{
	g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *when = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	const char *const pairs[][2] = {
		{ "mode", flags_of(options) & RCUSIM_FLAG_REFERENCE ? "reference" : "fast" },
		{ "program", "rcusim" },
		{ "version", rcusim_version() },
		{ "revision", rcusim_version_revision() },
		{ "compiler", rcusim_version_compiler() },
		{ "sqlite", rcusim_version_sqlite() },
		{ "host", g_get_host_name() },
		{ "finished", when },
		{ "source", options->source != NULL ? options->source : "" },
		{ "trace", options->trace != NULL ? options->trace : "" },
	};
	g_autofree char *events = g_strdup_printf("events=%" G_GUINT64_FORMAT, run->n_events);
	g_autofree char *lost = g_strdup_printf("trace_lost=%" G_GINT64_FORMAT, run->n_events_lost);
	g_autofree char *elapsed = g_strdup_printf("elapsed_us=%" G_GINT64_FORMAT, run->elapsed_us);

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autofree char *line = g_strconcat(pairs[i][0], "=", pairs[i][1], NULL);

		g_strv_builder_add(lines, line);
	}
	if (options->trace != NULL)
		g_strv_builder_add(lines, lost);
	g_strv_builder_add(lines, events);
	g_strv_builder_add(lines, elapsed);
	return g_strv_builder_end(lines);
}

/* ---- Tracing ---- */

/* Trace events of the run under way. */
struct tracer {
	struct event_log *log; /* NULL: nothing is traced */
	GString *body;
};

static void on_trace(void *ctx, const struct trace_record *record)
{
	struct tracer *tracer = ctx;
	char flags[FTRACE_N_FLAGS + 1];

	ftrace_flags(&record->context, flags);
	g_string_truncate(tracer->body, 0);
	trace_body_print(record, tracer->body);
	event_log_add(tracer->log, &(struct record_event){ .t_ns = record->t_ns,
							   .cpu = record->context.cpu,
							   .comm = record->context.comm,
							   .pid = record->context.pid,
							   .flags = flags,
							   .event = trace_event_name(record->event),
							   .body = tracer->body->str });
}

static bool parse_trace(const RcuSimRunOptions *options, uint64_t *ret_events, GError **error)
{
	g_autofree char *problem =
		options->trace == NULL ? NULL : trace_events_parse(options->trace, ret_events);

	if (problem == NULL)
		return true;
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE, "--trace: %s", problem);
	return false;
}

static void tracer_attach(struct tracer *tracer, RcuSim *sim, uint64_t events)
{
	if (events == 0)
		return;
	tracer->log = event_log_new(sim->built->m->n_cpus);
	tracer->body = g_string_new(NULL);
	sim_attach_trace(sim, events, on_trace, tracer);
}

/* What was traced becomes part of @record. */
static void tracer_detach(struct tracer *tracer, struct run_record *record)
{
	record->trace = tracer->log;
	if (tracer->body != NULL)
		g_string_free(tracer->body, true);
}

static void tracer_give_up(struct tracer *tracer)
{
	event_log_free(tracer->log);
	if (tracer->body != NULL)
		g_string_free(tracer->body, true);
}

/* ---- Running ---- */

static bool report(const RcuSimRunOptions *options, const RcuSimProgress *progress, GError **error)
{
	if (options->progress == NULL || options->progress(progress, options->progress_data))
		return true;
	g_set_error_literal(error, RCUSIM_ERROR, RCUSIM_ERROR_INCOMPLETE, "interrupted");
	return false;
}

static bool advance(RcuSim *sim, const RcuSimRunOptions *options, RcuSimProgress *progress,
		    GError **error)
{
	const int64_t end_ns = progress->end_ns;
	const int64_t slice_ns = MAX(end_ns / N_SLICES, 1);

	do {
		const int64_t left_ns = end_ns - progress->now_ns;

		if (!report(options, progress, error))
			return false;
		progress->now_ns = left_ns > slice_ns ? progress->now_ns + slice_ns : end_ns;
		rcusim_run_until(sim, progress->now_ns);
		progress->n_events = rcusim_n_events(sim);
	} while (progress->now_ns < end_ns);
	return report(options, progress, error);
}

static bool store(RcuSimDatabase *database, const RcuSimScenario *scenario, int policy,
		  const struct run_record *record, const RcuSimRunOptions *options,
		  struct run_result *result, GError **error)
{
	const struct run_identity identity =
		identity_of(scenario, policy, result->label, rcusim_scenario_seed(scenario));
	g_auto(GStrv) provenance = make_provenance(options, result);

	return database == NULL ||
	       database_write_run(database, &identity, record, (const char *const *)provenance,
				  &result->hash, error);
}

static bool run_policy(const RcuSimScenario *scenario, int policy, const struct run_plan *plan,
		       const RcuSimRunOptions *options, RcuSimDatabase *database,
		       struct run_result *result, GError **error)
{
	const char *name = rcusim_scenario_policy_label(scenario, policy);
	const int64_t start_us = g_get_monotonic_time();
	g_autoptr(RcuSim) sim = NULL;
	RcuSimProgress progress = {
		.run = plan->n_before + policy + 1,
		.n_runs = plan->n_all,
		.label = label_of(scenario, plan, policy),
		.end_ns = rcusim_scenario_duration_ns(scenario),
	};
	struct tracer tracer = { 0 };
	uint64_t trace_events = 0;
	struct run_record *record;
	bool stored;

	if (!parse_trace(options, &trace_events, error))
		return false;
	sim = rcusim_new(scenario, name, rcusim_scenario_seed(scenario), flags_of(options), error);
	if (sim == NULL)
		return false;
	tracer_attach(&tracer, sim, trace_events);
	if (!advance(sim, options, &progress, error)) {
		tracer_give_up(&tracer);
		return false;
	}
	record = study_collect(sim);
	tracer_detach(&tracer, record);
	result->label = g_strdup(progress.label);
	result->policy = g_strdup(name);
	result->metrics = g_array_ref(record->metrics); /* what it points to is static */
	result->samples = g_array_ref(record->samples);
	result->stalls = g_strdup(sim->stalls->str);
	result->n_events = rcusim_n_events(sim);
	result->elapsed_us = g_get_monotonic_time() - start_us;
	result->n_events_lost = record->trace != NULL ? record->trace->n_lost : 0;
	stored = store(database, scenario, policy, record, options, result, error);
	if (database == NULL)
		result->trace = g_steal_pointer(&record->trace);
	run_record_free(record);
	progress.saved = true;
	return stored && report(options, &progress, error);
}

/* Known before anything is simulated: the database would refuse these runs in the end. */
bool run_refuse_repetitions(const RcuSimScenario *scenario, const struct run_plan *plan,
			    RcuSimDatabase *database, GError **error)
{
	const uint64_t seed = rcusim_scenario_seed(scenario);

	for (int i = 0; database != NULL && i < rcusim_scenario_n_policies(scenario); i++) {
		const struct run_identity identity =
			identity_of(scenario, i, label_of(scenario, plan, i), seed);
		int64_t run;

		if (!database_find_run(database, &identity, &run, NULL) || run == 0)
			continue;
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM,
			    "%s: holds %s under %s with seed %" G_GUINT64_FORMAT
			    " already; choose another --seed",
			    rcusim_database_path(database), rcusim_scenario_name(scenario),
			    identity.label, seed);
		return false;
	}
	return true;
}

/* ---- Expectations ---- */

static const struct run_result *run_at(const RcuSimResults *results, int run)
{
	return &g_array_index(results->runs, struct run_result, run);
}

static const struct record_metric *find_metric(const struct run_result *run, const char *name)
{
	for (guint i = 0; i < run->metrics->len; i++) {
		const struct record_metric *metric =
			&g_array_index(run->metrics, struct record_metric, i);

		if (strcmp(metric->name, name) == 0)
			return metric;
	}
	return NULL;
}

static bool holds(int relation, int64_t value, int64_t bound)
{
	if (relation == EXPECT_AT_MOST)
		return value <= bound;
	return relation == EXPECT_AT_LEAST ? value >= bound : value == bound;
}

static const char *relation_name(int relation)
{
	if (relation == EXPECT_AT_MOST)
		return "at most";
	return relation == EXPECT_AT_LEAST ? "at least" : "equals";
}

static void check_expectations(RcuSimResults *results, const struct scenario *scenario)
{
	for (int e = 0; e < scenario->n_expects; e++) {
		const struct scenario_expect *expect = &scenario->expects[e];

		for (guint r = 0; r < results->runs->len; r++) {
			const struct run_result *run = run_at(results, (int)r);
			const struct record_metric *metric = find_metric(run, expect->metric);
			RcuSimExpectation expectation;

			if (expect->policy != NULL && strcmp(expect->policy, run->policy) != 0)
				continue;
			if (metric == NULL) /* the loader accepts only metrics that there are */
				continue;
			expectation = (RcuSimExpectation){
				.metric = metric->name,
				.unit = metric->unit,
				.label = run->label,
				.relation = relation_name(expect->relation),
				.bound = expect->value,
				.value = metric->value,
				.ok = holds(expect->relation, metric->value, expect->value),
			};
			g_array_append_val(results->expectations, expectation);
		}
	}
}

/* ---- The public face ---- */

RcuSimResults *run_scenario(const RcuSimScenario *scenario, const struct run_plan *plan,
			    const RcuSimRunOptions *options, RcuSimDatabase *database,
			    GError **error)
{
	static const RcuSimRunOptions defaults;
	g_autoptr(RcuSimResults) results = results_new();

	if (!run_refuse_repetitions(scenario, plan, database, error))
		return NULL;
	for (int i = 0; i < rcusim_scenario_n_policies(scenario); i++) {
		struct run_result result = { 0 };
		const bool done =
			run_policy(scenario, i, plan, options != NULL ? options : &defaults,
				   database, &result, error);

		g_array_append_val(results->runs, result);
		if (!done)
			return NULL;
	}
	check_expectations(results, scenario_contents(scenario));
	return g_steal_pointer(&results);
}

RcuSimResults *rcusim_run_scenario(const RcuSimScenario *scenario, const RcuSimRunOptions *options,
				   RcuSimDatabase *database, GError **error)
{
	const struct run_plan plan = { .n_all = rcusim_scenario_n_policies(scenario) };

	return run_scenario(scenario, &plan, options, database, error);
}

int rcusim_results_n_runs(const RcuSimResults *results)
{
	return (int)results->runs->len;
}

const char *rcusim_results_label(const RcuSimResults *results, int run)
{
	return run_at(results, run)->label;
}

const char *rcusim_results_stalls(const RcuSimResults *results, int run)
{
	return run_at(results, run)->stalls;
}

const char *rcusim_results_hash(const RcuSimResults *results, int run)
{
	return run_at(results, run)->hash;
}

uint64_t rcusim_results_n_events(const RcuSimResults *results, int run)
{
	return run_at(results, run)->n_events;
}

int64_t rcusim_results_elapsed_us(const RcuSimResults *results, int run)
{
	return run_at(results, run)->elapsed_us;
}

bool rcusim_results_metric(const RcuSimResults *results, int run, const char *name,
			   int64_t *ret_value)
{
	const struct record_metric *metric = find_metric(run_at(results, run), name);

	if (metric == NULL)
		return false;
	*ret_value = metric->value;
	return true;
}

bool rcusim_results_export_ftrace(const RcuSimResults *results, int run, const char *path,
				  bool replace, GError **error)
{
	g_assert(run_at(results, run)->trace != NULL);
	return ftrace_write(run_at(results, run)->trace, path, replace, error);
}

int64_t rcusim_results_n_events_lost(const RcuSimResults *results, int run)
{
	return run_at(results, run)->n_events_lost;
}

void run_forget_samples(RcuSimResults *results)
{
	for (guint i = 0; i < results->runs->len; i++) {
		struct run_result *run = &g_array_index(results->runs, struct run_result, i);

		g_array_unref(run->samples);
		run->samples = g_array_new(false, true, sizeof(struct record_sample));
	}
}

int rcusim_results_n_samples(const RcuSimResults *results, int run)
{
	return (int)run_at(results, run)->samples->len;
}

int64_t rcusim_results_backlog(const RcuSimResults *results, int run, int sample)
{
	return g_array_index(run_at(results, run)->samples, struct record_sample, sample)
		.unfreed_objects;
}

const RcuSimExpectation *rcusim_results_expectation(const RcuSimResults *results, int i)
{
	if (i < 0 || i >= (int)results->expectations->len)
		return NULL;
	return &g_array_index(results->expectations, RcuSimExpectation, i);
}

int rcusim_results_n_failed(const RcuSimResults *results)
{
	const RcuSimExpectation *expectation;
	int n_failed = 0;

	for (int i = 0; (expectation = rcusim_results_expectation(results, i)) != NULL; i++)
		n_failed += !expectation->ok;
	return n_failed;
}

int64_t rcusim_results_unexpected_violations(const RcuSimResults *results, int run)
{
	const char *label = rcusim_results_label(results, run);
	const RcuSimExpectation *expectation;
	int64_t n_violations = 0;

	for (int i = 0; (expectation = rcusim_results_expectation(results, i)) != NULL; i++)
		if (strcmp(expectation->metric, "violations") == 0 &&
		    strcmp(expectation->label, label) == 0)
			return 0;
	rcusim_results_metric(results, run, "violations", &n_violations);
	return n_violations;
}
