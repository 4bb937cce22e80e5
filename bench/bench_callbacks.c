/*
 * bench_callbacks.c - callbacks per event: the cost of a flood grows with its interactions, not with its callbacks.
 *
 * Prints, for one exit of 10^3 ... 10^7 VMAs, the events executed until the last free and the bound on them
 * (event_cost.h). Exit status 1 if it does not hold.
 */
#include <stdio.h>

#include "event_cost.h"

int main(void)
{
	bool holds = true;

	printf("events <= %d * jiffies + %d * grace periods + %d * wakeups + %d * VMAs / %" PRId64
	       "\n\n",
	       EVENTS_PER_JIFFY, EVENTS_PER_GRACE_PERIOD, EVENTS_PER_WAKEUP, EVENTS_PER_QHIMARK,
	       EVENT_COST_QHIMARK);
	printf("%9s %9s %14s %9s %9s %9s %16s\n", "VMAs", "jiffies", "grace periods", "wakeups",
	       "events", "bound", "callbacks/event");
	for (int64_t n = 1000; n <= 10000000; n *= 10) {
		const struct event_cost c = event_cost_measure(n);
		const bool ok = event_cost_holds(&c);

		printf("%9" PRId64 " %9" PRId64 " %14" PRId64 " %9" PRId64 " %9" PRId64 " %9" PRId64
		       " %16.1f%s\n",
		       n, c.jiffies, c.grace_periods, c.wakeups, c.events, event_cost_bound(&c),
		       (double)c.callbacks / (double)c.events, ok ? "" : "  does not hold");
		holds = holds && ok;
	}
	printf("\n%" PRId64 " callbacks: at least %" PRId64 " per event are wanted\n",
	       EVENT_COST_N_RATIO, CALLBACKS_PER_EVENT_MIN);
	return holds ? 0 : 1;
}
