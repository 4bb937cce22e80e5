/*
 * One simulated run: rcusim_new() and the recorder behind the machine's probe.
 */
#include "study/sim.h"

#include <inttypes.h>
#include <string.h>

#include "scenario/load.h"
#include "study/collect.h"

/* --- the recorder --- */

/* Grace periods are numbered without gaps. */
static struct record_grace_period *grace_period_row(RcuSim *sim, int64_t gp_seq)
{
	const struct record_grace_period *first =
		&g_array_index(sim->grace_periods, struct record_grace_period, 0);

	return &g_array_index(sim->grace_periods, struct record_grace_period,
			      (gp_seq - first->gp_seq) >> RCU_SEQ_CTR_SHIFT);
}

static void on_grace_period(void *ctx, const struct probe_grace_period *gp)
{
	RcuSim *sim = ctx;
	struct record_grace_period row = { .gp_seq = gp->gp_seq,
					   .start_ns = gp->start_ns,
					   .end_ns = gp->end_ns,
					   .n_fqs_scans = gp->n_fqs_scans };

	if (gp->end_ns < 0) {
		g_array_append_val(sim->grace_periods, row);
		return;
	}
	row.n_callbacks = grace_period_row(sim, gp->gp_seq)->n_callbacks;
	*grace_period_row(sim, gp->gp_seq) = row;
}

/* Callbacks become ready some time after the end of the grace period that they waited for. */
static void on_callbacks_ready(void *ctx, int64_t gp_seq, int64_t n)
{
	grace_period_row(ctx, gp_seq)->n_callbacks += n;
}

static bool continues(const struct record_batch *last, const struct record_batch *row)
{
	return last->cpu == row->cpu && last->context == row->context &&
	       last->n_callbacks == row->n_callbacks && last->n_objects == row->n_objects &&
	       last->blimit == row->blimit &&
	       (last->n_batches == 1 ||
		last->start_ns + last->n_batches * last->stride_ns == row->start_ns);
}

static void on_batch(void *ctx, const struct probe_batch *batch)
{
	RcuSim *sim = ctx;
	int64_t *seq = &g_array_index(sim->n_batches, int64_t, batch->cpu);
	struct record_batch row = { .cpu = batch->cpu,
				    .seq = (*seq)++,
				    .n_batches = 1,
				    .context = batch->context,
				    .start_ns = batch->start_ns,
				    .n_callbacks = batch->n_callbacks,
				    .n_objects = batch->n_objects,
				    .blimit = batch->blimit };

	if (!sim->record_batches)
		return;
	for (guint i = sim->batches->len; i-- > 0;) {
		struct record_batch *last = &g_array_index(sim->batches, struct record_batch, i);

		if (last->cpu != row.cpu)
			continue;
		if (continues(last, &row)) {
			if (last->n_batches == 1)
				last->stride_ns = row.start_ns - last->start_ns;
			last->n_batches++;
			return;
		}
		break;
	}
	g_array_append_val(sim->batches, row);
}

static void on_violation(void *ctx, int64_t t_ns, int64_t reader_start_ns, int64_t enqueued_ns)
{
	RcuSim *sim = ctx;
	const struct record_violation row = { .seq = sim->violations->len,
					      .t_ns = t_ns,
					      .freed_ns = t_ns,
					      .reader_start_ns = reader_start_ns,
					      .reader_end_ns = -1,
					      .what = "freed under a reader" };

	g_array_append_val(sim->violations, row);
}

#define STALLS_MAX 65536 /* bytes of reports that are kept */

static void on_stall(void *ctx, const struct probe_stall *stall)
{
	RcuSim *sim = ctx;

	if (sim->stalls->len < STALLS_MAX)
		g_string_append_printf(sim->stalls, "[%5" PRId64 ".%06" PRId64 "] ",
				       stall->t_ns / NSEC_PER_SEC,
				       stall->t_ns % NSEC_PER_SEC / 1000);
	if (sim->stalls->len < STALLS_MAX)
		g_string_append(sim->stalls, stall->text);
}

static void take_sample(void *ctx)
{
	RcuSim *sim = ctx;
	struct built_machine *built = sim->built;
	const int64_t now_ns = machine_now_ns(built->m);

	machine_observe(built->m);
	const struct record_sample row = { .t_ns = now_ns,
					   .unfreed_objects = built->mm->unfreed.objects,
					   .unfreed_bytes = built->mm->unfreed.bytes,
					   .callbacks = rcu_n_callbacks(built->rcu) };
	g_array_append_val(sim->samples, row);
	engine_arm(built->m->engine, sim->sample_slot, now_ns + sim->sample_every_ns);
}

static void on_trace(void *ctx, const struct trace_record *record)
{
	RcuSim *sim = ctx;

	sim->trace(sim->trace_ctx, record);
}

void sim_attach_trace(RcuSim *sim, uint64_t events,
		      void (*trace)(void *ctx, const struct trace_record *record), void *ctx)
{
	sim->trace = trace;
	sim->trace_ctx = ctx;
	sim->probe.trace = on_trace;
	sim->probe.trace_events = events;
}

/* --- the object --- */

static RcuSim *sim_new(struct built_machine *built, const struct scenario *scenario)
{
	RcuSim *sim = g_new0(RcuSim, 1);
	struct machine *m = built->m;

	sim->built = built;
	sim->grace_periods = g_array_new(false, true, sizeof(struct record_grace_period));
	sim->batches = g_array_new(false, true, sizeof(struct record_batch));
	sim->samples = g_array_new(false, true, sizeof(struct record_sample));
	sim->stalls = g_string_new(NULL);
	sim->violations = g_array_new(false, true, sizeof(struct record_violation));
	sim->n_batches = g_array_new(false, true, sizeof(int64_t));
	g_array_set_size(sim->n_batches, (guint)m->n_cpus);
	sim->record_batches = scenario->record_batches;
	sim->sample_every_ns = scenario->sample_every_ns;
	sim->probe = (struct probe){ .ctx = sim,
				     .grace_period = on_grace_period,
				     .callbacks_ready = on_callbacks_ready,
				     .batch = on_batch,
				     .stall = on_stall };
	m->probe = &sim->probe;
	built->mm->violation = on_violation;
	built->mm->violation_ctx = sim;
	if (sim->sample_every_ns > 0) {
		sim->sample_slot =
			engine_slot_new(m->engine, SIM_RANK_OBSERVER, 0, take_sample, sim);
		engine_arm(m->engine, sim->sample_slot, 0);
	}
	return sim;
}

RcuSim *rcusim_new(const RcuSimScenario *scenario, const char *policy, uint64_t seed,
		   RcuSimFlags flags, GError **error)
{
	const struct scenario *contents = scenario_contents(scenario);

	for (int i = 0; i < contents->n_policies; i++)
		if (strcmp(contents->policies[i].label, policy) == 0)
			return sim_new(
				scenario_build(contents, i, seed, flags & RCUSIM_FLAG_REFERENCE),
				contents);
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE, "scenario %s has no policy \"%s\"",
		    contents->name, policy);
	return NULL;
}

uint64_t rcusim_run_until(RcuSim *sim, int64_t t_end_ns)
{
	struct machine *m = sim->built->m;
	const uint64_t n = engine_run_until(m->engine, t_end_ns);

	machine_settle_all(m, t_end_ns);
	return n;
}

int64_t rcusim_now_ns(const RcuSim *sim)
{
	return machine_now_ns(sim->built->m);
}

uint64_t rcusim_n_events(const RcuSim *sim)
{
	return engine_n_events(sim->built->m->engine);
}

void rcusim_free(RcuSim *sim)
{
	if (sim == NULL)
		return;
	built_machine_free(sim->built);
	g_array_unref(sim->grace_periods);
	g_array_unref(sim->batches);
	g_array_unref(sim->samples);
	g_array_unref(sim->violations);
	g_string_free(sim->stalls, true);
	g_array_unref(sim->n_batches);
	g_free(sim);
}
