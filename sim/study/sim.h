/* sim.h - one simulated run: the machine, and the recorder that watches it. */
#pragma once

#include <rcusim/sim.h>

#include "machine/probe.h"
#include "record/run_record.h"
#include "scenario/build.h"

struct RcuSim {
	struct built_machine *built;
	struct probe probe;
	int64_t sample_every_ns; /* 0: no samples */
	struct sim_slot sample_slot;
	bool record_batches;
	void (*trace)(void *ctx, const struct trace_record *record); /* or NULL */
	void *trace_ctx;
	/* rows collected so far */
	GArray *grace_periods, *batches, *samples, *violations;
	GString *stalls;   /* the reports of stalled grace periods */
	GArray *n_batches; /* int64_t per CPU: batches seen, recorded or not */
};

/*
 * Tell @trace the kernel's trace events whose TRACE_EVENT_BIT() is in @events, from now on. Complete only in
 * reference mode (machine/probe.h).
 */
void sim_attach_trace(RcuSim *sim, uint64_t events,
		      void (*trace)(void *ctx, const struct trace_record *record), void *ctx);
