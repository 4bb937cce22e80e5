/*
 * The machine as a whole: building it, observing it, taking it down.
 */
#include "machine/machine.h"

#include <stdio.h>

#include <glib.h>

#include "machine/cpu.h"
#include "machine/eevdf.h"
#include "machine/frame.h"
#include "machine/nohz_full.h"
#include "machine/sched.h"
#include "machine/softirq.h"
#include "machine/stream.h"
#include "machine/tick.h"
#include "machine/workqueue.h"

/* 1 + floor(log2(min(cpus, 8))): how the scheduler scales its base slice. */
static int64_t slice_factor(int64_t cpus)
{
	int64_t factor = 1;

	for (int64_t n = cpus < 8 ? cpus : 8; n > 1; n /= 2)
		factor++;
	return factor;
}

static void cpu_init(struct machine *m, int id)
{
	struct sim_cpu *cpu = &m->cpus[id];
	const uint32_t actor = (uint32_t)id;
	char name[32];

	cpu->m = m;
	cpu->id = id;
	cpu->op_slot = engine_slot_new(m->engine, SIM_RANK_OP_END, actor, cpu_op_event, cpu);
	cpu->tick_slot = engine_slot_new(m->engine, SIM_RANK_TICK, actor, tick_event, cpu);
	cpu->ipi_slot = engine_slot_new(m->engine, SIM_RANK_IPI, actor, cpu_ipi_event, cpu);
	cpu->dispatch_slot =
		engine_slot_new(m->engine, SIM_RANK_WAKE, actor, sched_dispatch_event, cpu);
	cpu->softirq_frame = (struct sim_frame){
		.kind = FRAME_SOFTIRQ, .cpu = cpu, .step = softirq_step, .step_ctx = cpu
	};
	/* idle since ever, without tick */
	cpu->tick_hit_idle = true;
	if (m->config.skew_tick)
		cpu->tick_skew_ns = m->tick_ns / 2 / m->n_cpus * id;
	snprintf(cpu->idle_name, sizeof(cpu->idle_name), "swapper/%d", id);
	snprintf(name, sizeof(name), "ksoftirqd/%d", id);
	cpu->ksoftirqd = task_new(m, name, TASK_KSOFTIRQD, id, id, ksoftirqd_step, cpu);
	cpu->ksoftirqd->vlag = eevdf_clamp_lag(m, m->config.ksoftirqd_lag_ns);
}

struct machine *machine_new(const struct machine_config *config, const struct cost_profile *costs,
			    bool reference)
{
	struct machine *m = g_new0(struct machine, 1);

	m->engine = engine_new();
	m->config = *config;
	m->costs = *costs;
	m->reference = reference;
	m->n_cpus = (int)config->cpus;
	m->tick_ns = NSEC_PER_SEC / config->hz;
	m->slice_ns = time_mul(config->base_slice_ns, slice_factor(config->cpus));
	stream_init(m);
	m->timekeeper = -1;
	m->jiffies_slot = engine_slot_new(m->engine, SIM_RANK_JIFFIES, 0, tick_jiffies_event, m);
	m->cpus = g_new0(struct sim_cpu, (gsize)m->n_cpus);
	for (int i = 0; i < m->n_cpus; i++) {
		cpumask_set_cpu(&m->all_cpus, i);
		cpu_init(m, i);
	}
	nohz_full_init(m);
	return m;
}

void machine_free(struct machine *m)
{
	if (m == NULL)
		return;
	while (m->tasks != NULL) {
		struct sim_task *task = m->tasks;

		m->tasks = task->next;
		g_free(task->body);
		g_free(task->name);
		g_free(task);
	}
	machine_workqueues_free(m);
	engine_free(m->engine);
	g_free(m->cpus);
	g_free(m);
}

void machine_observe(struct machine *m)
{
	for (int i = 0; i < m->n_cpus; i++)
		cpu_settle(&m->cpus[i]);
	if (m->hooks.observe != NULL)
		m->hooks.observe(m->hooks.observe_ctx);
}

void machine_settle_all(struct machine *m, int64_t t_ns)
{
	const struct sim_key key = {
		.t_ns = t_ns, .delta = UINT32_MAX, .rank = SIM_RANK_STOP, .actor = UINT32_MAX
	};

	for (int i = 0; i < m->n_cpus; i++) {
		struct sim_frame *frame = cpu_frame(&m->cpus[i]);

		if (frame != NULL)
			frame_settle(frame, &key);
		cpu_account(&m->cpus[i]);
	}
}
