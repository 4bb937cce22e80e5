/*
 * test_cost.c - a flood costs events for its interactions, not for its callbacks (architecture.md 4).
 */
#include "../bench/event_cost.h"

/* events <= a * jiffies + b * grace periods + c * wakeups + d * n / qhimark, with the same factors for every n. */
static void test_events_are_bounded(void)
{
	for (int64_t n = 1000; n <= 10000000; n *= 10) {
		const struct event_cost c = event_cost_measure(n);

		g_test_message("%" PRId64 " VMAs: %" PRId64 " events, at most %" PRId64, n,
			       c.events, event_cost_bound(&c));
		g_assert_cmpint(c.callbacks, ==, n);
		g_assert_cmpint(c.events, <=, event_cost_bound(&c));
	}
}

/* A thousand callbacks per event in a large flood. */
static void test_large_flood_is_cheap(void)
{
	const struct event_cost c = event_cost_measure(EVENT_COST_N_RATIO);

	g_assert_cmpint(c.callbacks, >=, CALLBACKS_PER_EVENT_MIN * c.events);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cost/events-are-bounded", test_events_are_bounded);
	g_test_add_func("/cost/large-flood-is-cheap", test_large_flood_is_cheap);
	return g_test_run();
}
