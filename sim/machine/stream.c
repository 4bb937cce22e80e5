/*
 * The share of the instruction stream that each busy CPU has, and what changes with it: the ends of the operations in
 * flight, of switches, of interrupts and of wakeups from idle. A change cuts every run, as whatever a run was planned
 * on does; the work that is left of an operation in flight is rounded up to whole ns once per change.
 */
#include "machine/stream.h"

#include "machine/cpu.h"
#include "machine/frame.h"

static int64_t divide_up(int64_t a, int64_t b)
{
	return (a + b - 1) / b;
}

bool stream_cpu_is_busy(const struct sim_cpu *cpu)
{
	return cpu->curr != NULL || cpu->switching || cpu->in_softirq || cpu->in_irq ||
	       cpu->dispatching || cpu->busy_until_ns > cpu_now_ns(cpu);
}

static int64_t n_busy_cpus(const struct machine *m)
{
	int64_t n = 0;

	for (int i = 0; i < m->n_cpus; i++)
		n += stream_cpu_is_busy(&m->cpus[i]);
	return n > 0 ? n : 1;
}

int64_t stream_work_ns(const struct machine *m, int64_t ns)
{
	return divide_up(ns, m->stream_share);
}

int64_t stream_rescale(const struct machine *m, int64_t t_ns, int64_t old_share)
{
	const int64_t now_ns = machine_now_ns(m);

	if (t_ns <= now_ns)
		return t_ns;
	return time_add(now_ns, divide_up(time_mul(t_ns - now_ns, m->stream_share), old_share));
}

static void slot_rescale(struct machine *m, struct sim_slot slot, int64_t old_share)
{
	if (!engine_is_armed(m->engine, slot))
		return;
	const int64_t t_ns = engine_slot_key(m->engine, slot).t_ns;

	if (t_ns > machine_now_ns(m))
		engine_arm(m->engine, slot, stream_rescale(m, t_ns, old_share));
}

/* The interrupt, or the switch to idle, that occupies @cpu: it is accounted already, with its old end. */
static void busy_rescale(struct sim_cpu *cpu, int64_t old_share)
{
	const int64_t until_ns = stream_rescale(cpu->m, cpu->busy_until_ns, old_share);
	const int64_t more_ns = until_ns - cpu->busy_until_ns;

	cpu->busy_until_ns = until_ns;
	cpu->time_ns[cpu->busy_mode] += more_ns;
	cpu->acct_ns += more_ns;
}

static void cpu_rescale(struct sim_cpu *cpu, int64_t old_share)
{
	struct sim_frame *frame = cpu_frame(cpu);

	busy_rescale(cpu, old_share);
	if (cpu->switching)
		slot_rescale(cpu->m, cpu->op_slot, old_share);
	else if (frame != NULL)
		frame_rescale(frame, old_share);
	if (cpu->dispatching)
		slot_rescale(cpu->m, cpu->dispatch_slot, old_share);
}

static void set_share(struct machine *m, int64_t share)
{
	const int64_t old_share = m->stream_share;

	for (int i = 0; i < m->n_cpus; i++)
		cpu_cut(&m->cpus[i]);
	m->stream_share = share;
	for (int i = 0; i < m->n_cpus; i++)
		cpu_rescale(&m->cpus[i], old_share);
}

/* An idle CPU stops being busy without an event: when its last interrupt, or its switch to idle, is over. */
static int64_t next_change_ns(const struct machine *m)
{
	const int64_t now_ns = machine_now_ns(m);
	int64_t next_ns = INT64_MAX;

	for (int i = 0; i < m->n_cpus; i++) {
		const int64_t until_ns = m->cpus[i].busy_until_ns;

		if (until_ns > now_ns && until_ns < next_ns)
			next_ns = until_ns;
	}
	return next_ns;
}

static void stream_event(void *ctx)
{
	struct machine *m = ctx;
	const int64_t share = n_busy_cpus(m);

	if (m->config.stream_turn_ns > 0)
		stream_turns_change(m);
	else if (share != m->stream_share)
		set_share(m, share);
	stream_check(m);
}

void stream_check(struct machine *m)
{
	int64_t t_ns;

	if (!m->config.shared_stream)
		return;
	if (m->config.stream_turn_ns > 0)
		t_ns = stream_turns_next_change_ns(m);
	else
		t_ns = n_busy_cpus(m) != m->stream_share ? machine_now_ns(m) : next_change_ns(m);
	if (t_ns == INT64_MAX)
		engine_cancel(m->engine, m->stream_slot);
	else if (!engine_is_armed(m->engine, m->stream_slot) ||
		 engine_slot_key(m->engine, m->stream_slot).t_ns != t_ns)
		engine_arm(m->engine, m->stream_slot, t_ns);
}

void stream_init(struct machine *m)
{
	m->stream_share = 1;
	if (m->config.shared_stream)
		m->stream_slot = engine_slot_new(m->engine, SIM_RANK_IPI, (uint32_t)m->n_cpus,
						 stream_event, m);
}
