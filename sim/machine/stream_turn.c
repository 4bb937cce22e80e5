/*
 * Turns on a shared instruction stream: the round-robin loop of QEMU's TCG with -icount (rr_cpu_thread_fn()).
 *
 * A round gives each virtual CPU in turn an equal part of the time until the next deadline of a timer; a CPU that has
 * nothing to execute is passed over. The timer of a deadline has the CPU that reached it ask for an exit, which is
 * noticed when its turn comes next: a new round begins with that turn instead. Of a period S two busy CPUs thus get
 * S/2, S/4, S/8 and S/8, the first 5/8 of it. Deadlines are the multiples of stream_turn_ns.
 *
 * A CPU that had nothing to execute and is woken gets the turn at once, and what was left of the other's is lost. The
 * exit of an interrupt, behind its softirqs, ends the turn of its CPU. Both are seen in measurements, not read in QEMU:
 * docs/decisions.md. A CPU that spins for a lock gives its turn up (PAUSE does); one that waits for an interrupt on
 * another CPU does not, which QEMU's would.
 *
 * A CPU without a turn stands still: what it was about to do at paused_ns it does that much later, when it goes on. Its ticks and its interrupts wait as they do for interrupts to be enabled.
 */
#include "machine/cpu.h"
#include "machine/frame.h"
#include "machine/stream.h"
#include "machine/trace.h"

/* Whether a turn would not be wasted on @cpu. */
static bool can_use_turn(struct sim_cpu *cpu)
{
	const struct sim_frame *frame = cpu_frame(cpu);

	return stream_cpu_is_busy(cpu) && (frame == NULL || !frame->spinning);
}

static void cpu_pause(struct sim_cpu *cpu)
{
	struct engine *engine = cpu->m->engine;

	cpu_cut(cpu);
	if (cpu->switching)
		cpu->paused_event_ns = engine_slot_key(engine, cpu->op_slot).t_ns;
	else if (cpu->dispatching)
		cpu->paused_event_ns = engine_slot_key(engine, cpu->dispatch_slot).t_ns;
	engine_cancel(engine, cpu->op_slot);
	engine_cancel(engine, cpu->dispatch_slot);
	cpu->paused_ns = machine_now_ns(cpu->m);
	cpu->paused = true;
}

/* Interrupts that came while it stood still. */
static void deliver_deferred(struct sim_cpu *cpu)
{
	if (!cpu->tick_deferred && !cpu->call_deferred && !cpu->ipi_deferred)
		return;
	if (cpu_irqs_disabled(cpu))
		return;
	machine_enter(cpu);
	cpu_irqs_enabled(cpu);
	machine_leave(cpu->m);
}

static void cpu_resume(struct sim_cpu *cpu)
{
	struct engine *engine = cpu->m->engine;
	const int64_t ns = machine_now_ns(cpu->m) - cpu->paused_ns;
	struct sim_frame *frame = cpu_frame(cpu);

	cpu_account(cpu);
	if (cpu->busy_until_ns > cpu->paused_ns)
		cpu->busy_until_ns = time_add(cpu->busy_until_ns, ns);
	cpu->paused = false;
	if (cpu->switching)
		engine_arm(engine, cpu->op_slot, time_add(cpu->paused_event_ns, ns));
	else if (frame != NULL)
		frame_resume(frame, ns);
	if (cpu->dispatching)
		engine_arm(engine, cpu->dispatch_slot, time_add(cpu->paused_event_ns, ns));
	deliver_deferred(cpu);
}

/* The first CPU that has got something to execute since the last change. */
static struct sim_cpu *find_woken(const struct machine *m)
{
	for (int i = 0; i < m->n_cpus; i++) {
		struct sim_cpu *cpu = &m->cpus[i];

		if (cpu != m->stream_cpu && !cpu->paused && stream_cpu_is_busy(cpu))
			return cpu;
	}
	return NULL;
}

/* Whose turn is next: the first that can use it behind the one that has it, or NULL. */
static struct sim_cpu *find_next(const struct machine *m)
{
	const int first = m->stream_cpu != NULL ? m->stream_cpu->id + 1 : 0;

	for (int i = 0; i < m->n_cpus; i++) {
		struct sim_cpu *cpu = &m->cpus[(first + i) % m->n_cpus];

		if (can_use_turn(cpu))
			return cpu;
	}
	return NULL;
}

static bool turn_goes_on(const struct machine *m)
{
	return m->stream_cpu != NULL && can_use_turn(m->stream_cpu) &&
	       machine_now_ns(m) < m->stream_turn_end_ns;
}

/* icount_percpu_budget(): of what is left until the next deadline. */
static void turn_begin(struct machine *m, struct sim_cpu *cpu, bool new_round)
{
	const int64_t now_ns = machine_now_ns(m);
	const int64_t period_ns = m->config.stream_turn_ns;
	const int64_t left_ns = period_ns - now_ns % period_ns;

	if (now_ns == m->stream_turn_end_ns && left_ns == period_ns)
		m->stream_exit_cpu = m->stream_cpu;
	if (cpu == m->stream_exit_cpu) {
		m->stream_exit_cpu = NULL;
		new_round = true;
	}
	if (new_round || m->stream_cpu == NULL || cpu->id <= m->stream_cpu->id)
		m->stream_budget_ns = (left_ns + m->n_cpus - 1) / m->n_cpus;
	m->stream_turn_end_ns =
		time_add(now_ns, m->stream_budget_ns < left_ns ? m->stream_budget_ns : left_ns);
	m->stream_cpu = cpu;
}

static void pause_others(struct machine *m, const struct sim_cpu *turn)
{
	for (int i = 0; i < m->n_cpus; i++) {
		struct sim_cpu *cpu = &m->cpus[i];

		if (cpu != turn && !cpu->paused && stream_cpu_is_busy(cpu))
			cpu_pause(cpu);
	}
}

/* An interrupt that has been sent is taken at this very instant, after this event. */
static bool irq_is_coming(const struct machine *m)
{
	for (int i = 0; i < m->n_cpus; i++)
		if (m->cpus[i].in_irq)
			return true;
	return false;
}

void stream_irq_exit(struct sim_cpu *cpu)
{
	if (cpu == cpu->m->stream_cpu)
		cpu->m->stream_turn_end_ns = machine_now_ns(cpu->m);
}

void stream_turns_change(struct machine *m)
{
	struct sim_cpu *woken = find_woken(m);
	struct sim_cpu *next = woken;

	if (irq_is_coming(m))
		return; /* stream_check() asks again */
	if (next == NULL)
		next = turn_goes_on(m) ? m->stream_cpu : find_next(m);
	if (next != m->stream_cpu && next != NULL)
		turn_begin(m, next, woken != NULL);
	m->stream_cpu = next;
	pause_others(m, next);
	if (next != NULL && next->paused)
		cpu_resume(next);
}

int64_t stream_turns_next_change_ns(const struct machine *m)
{
	const int64_t now_ns = machine_now_ns(m);
	const struct sim_cpu *cpu = m->stream_cpu;
	int64_t t_ns = INT64_MAX;
	const struct sim_cpu *next;

	if (irq_is_coming(m) || find_woken(m) != NULL)
		return now_ns;
	next = find_next(m);
	if (cpu == NULL)
		return next != NULL ? now_ns : INT64_MAX;
	if (!turn_goes_on(m) && next != cpu)
		return now_ns;
	if (next != NULL && next != cpu)
		t_ns = m->stream_turn_end_ns;
	/* it becomes idle without an event */
	if (cpu->busy_until_ns > now_ns && cpu->busy_until_ns < t_ns)
		t_ns = cpu->busy_until_ns;
	return t_ns;
}
