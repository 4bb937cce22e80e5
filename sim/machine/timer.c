/*
 * The timer wheel.
 *
 * Times are jiffies. The wheel's level granularity rounds an expiry up, always past the nominal jiffy: a timer
 * of n < 63 jiffies armed in jiffy J runs in the TIMER softirq of its CPU's first tick that sees J + n + 1
 * (rcu-behaviour.md 0.4 item 2). A timer stays with the CPU that armed it.
 */
#include "machine/timer.h"

#include "machine/tick.h"

int64_t timer_wheel_round(int64_t now, int64_t nominal)
{
	const int64_t distance = nominal - now;
	int64_t granularity = 1;

	/* levels of 64 buckets, each 8 times coarser than the one before; level n ends at 63 * 8^n */
	for (int64_t limit = 63; distance >= limit && granularity < (INT64_C(1) << 24); limit *= 8)
		granularity *= 8;
	return (nominal / granularity + 1) * granularity;
}

static bool timer_before(const struct sim_timer *a, const struct sim_timer *b)
{
	return a->expires != b->expires ? a->expires < b->expires : a->seq < b->seq;
}

void timer_del(struct sim_timer *timer)
{
	struct sim_cpu *cpu = timer->cpu;
	struct sim_timer **link;

	if (cpu == NULL)
		return;
	for (link = &cpu->timers; *link != timer; link = &(*link)->next)
		;
	*link = timer->next;
	timer->cpu = NULL;
	tick_reprogram(cpu);
}

static void timer_enqueue(struct sim_timer *timer, struct sim_cpu *cpu)
{
	struct sim_timer **link;

	for (link = &cpu->timers; *link != NULL && timer_before(*link, timer);
	     link = &(*link)->next)
		;
	timer->next = *link;
	*link = timer;
	timer->cpu = cpu;
	tick_reprogram(cpu);
}

void timer_mod(struct sim_timer *timer, struct sim_cpu *cpu, int64_t nominal)
{
	timer_del(timer);
	timer->nominal = nominal;
	timer->expires = timer_wheel_round(cpu->m->jiffies, nominal);
	timer->seq = cpu->m->timer_seq++;
	timer_enqueue(timer, cpu);
}

void timer_migrate(struct sim_timer *timer, struct sim_cpu *to)
{
	timer_del(timer);
	timer_enqueue(timer, to);
}

bool timer_is_due(const struct sim_cpu *cpu)
{
	return cpu->timers != NULL && cpu->timers->expires <= cpu->m->jiffies;
}

struct sim_timer *timer_take_due(struct sim_cpu *cpu)
{
	struct sim_timer *timer = cpu->timers;

	if (!timer_is_due(cpu))
		return NULL;
	cpu->timers = timer->next;
	timer->cpu = NULL;
	return timer;
}
