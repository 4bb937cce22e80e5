/*
 * test_timer.c - the timer wheel: rounding and order (rcu-behaviour.md 0.4 item 2).
 *
 * When a timer fires on a running machine is tested in tests/model/test_ticks.c.
 */
#include <glib.h>

#include "machine/timer.h"

/* A CPU whose tick runs: queueing a timer on it needs no event. */
struct wheel {
	struct machine m;
	struct sim_cpu cpu;
};

static void wheel_init(struct wheel *wheel, int64_t jiffies)
{
	*wheel = (struct wheel){ .m = { .jiffies = jiffies, .engine = engine_new() } };
	wheel->cpu = (struct sim_cpu){ .m = &wheel->m, .tick_on = true };
}

static void wheel_clear(struct wheel *wheel)
{
	engine_free(wheel->m.engine);
}

/* "The smallest multiple of G strictly greater than the nominal expiry", by looking at each jiffy. */
static int64_t naive_round(int64_t now, int64_t nominal)
{
	const int64_t distance = nominal - now;
	const int64_t granularity = distance < 63     ? 1
				    : distance < 504  ? 8
				    : distance < 4032 ? 64
						      : 512;
	int64_t jiffy = nominal + 1;

	while (jiffy % granularity != 0)
		jiffy++;
	return jiffy;
}

static void test_rounds_up_to_the_level(void)
{
	static const int64_t distances[] = { 0,    1,    2,    61,    62,   63,  64,
					     71,   72,   503,  504,   505,  511, 2500,
					     4031, 4032, 4033, 10000, 32255 };

	for (size_t i = 0; i < G_N_ELEMENTS(distances); i++)
		for (int64_t now = 0; now < 1100; now++)
			g_assert_cmpint(timer_wheel_round(now, now + distances[i]), ==,
					naive_round(now, now + distances[i]));
	for (int i = 0; i < 100000; i++) {
		const int64_t now = g_test_rand_int_range(0, 1000000);
		const int64_t nominal = now + g_test_rand_int_range(0, 32256);

		g_assert_cmpint(timer_wheel_round(now, nominal), ==, naive_round(now, nominal));
	}
}

/* Always late, by at least a jiffy and at most by one granule. */
static void test_is_late_by_at_most_a_granule(void)
{
	for (int i = 0; i < 100000; i++) {
		const int64_t now = g_test_rand_int_range(0, 1000000);
		const int64_t distance = g_test_rand_int_range(0, 32256);
		const int64_t late = timer_wheel_round(now, now + distance) - now - distance;

		g_assert_cmpint(late, >=, 1);
		g_assert_cmpint(late, <=,
				distance < 63     ? 1
				: distance < 504  ? 8
				: distance < 4032 ? 64
						  : 512);
	}
	/* the example: a lazy flush in 2500 jiffies may be 64 jiffies late */
	g_assert_cmpint(timer_wheel_round(60, 2560), ==, 2624);
}

static void nothing(void *ctx, struct sim_cpu *cpu)
{
}

static void test_due_timers_come_in_order(void)
{
	struct sim_timer timers[4] = {
		{ .fn = nothing }, { .fn = nothing }, { .fn = nothing }, { .fn = nothing }
	};
	struct wheel wheel;

	wheel_init(&wheel, 100);
	timer_mod(&timers[0], &wheel.cpu, 103);
	timer_mod(&timers[1], &wheel.cpu, 101);
	timer_mod(&timers[2], &wheel.cpu, 101); /* the same jiffy: after the one queued before it */
	timer_mod(&timers[3], &wheel.cpu, 100);
	g_assert_false(timer_is_due(&wheel.cpu));
	wheel.m.jiffies = 101;
	g_assert_true(timer_take_due(&wheel.cpu) == &timers[3]);
	g_assert_false(timer_is_pending(&timers[3]));
	g_assert_null(timer_take_due(&wheel.cpu));
	wheel.m.jiffies = 102;
	g_assert_true(timer_take_due(&wheel.cpu) == &timers[1]);
	g_assert_true(timer_take_due(&wheel.cpu) == &timers[2]);
	g_assert_null(timer_take_due(&wheel.cpu));
	wheel.m.jiffies = 110; /* jiffies may skip: late timers are due all the same */
	g_assert_true(timer_take_due(&wheel.cpu) == &timers[0]);
	wheel_clear(&wheel);
}

static void test_a_timer_can_be_moved_and_deleted(void)
{
	struct sim_timer a = { .fn = nothing }, b = { .fn = nothing };
	struct wheel wheel;

	wheel_init(&wheel, 7);
	timer_del(&a); /* not queued: nothing happens */
	g_assert_false(timer_is_pending(&a));
	timer_mod(&a, &wheel.cpu, 8);
	timer_mod(&b, &wheel.cpu, 9);
	g_assert_true(timer_is_pending(&a));
	timer_mod(&a, &wheel.cpu, 12);
	g_assert_true(wheel.cpu.timers == &b);
	g_assert_cmpint(a.expires, ==, 13);
	timer_del(&b);
	g_assert_true(wheel.cpu.timers == &a);
	timer_del(&a);
	g_assert_null(wheel.cpu.timers);
	g_assert_false(timer_is_pending(&a));
	wheel_clear(&wheel);
}

/* A list of timers kept by brute force. */
static void test_random_timers_come_in_order(void)
{
	struct sim_timer timers[30];
	int64_t nominal[30];
	struct wheel wheel;

	for (int round = 0; round < 500; round++) {
		const int64_t now = g_test_rand_int_range(0, 1000);
		int64_t last = 0;
		int n = 0;

		wheel_init(&wheel, now);
		for (int i = 0; i < 30; i++) {
			timers[i] = (struct sim_timer){ .fn = nothing };
			nominal[i] = now + g_test_rand_int_range(0, 600);
			timer_mod(&timers[i], &wheel.cpu, nominal[i]);
			if (g_test_rand_bit())
				timer_mod(&timers[i], &wheel.cpu,
					  nominal[i] = now + g_test_rand_int_range(0, 600));
		}
		for (wheel.m.jiffies = now; wheel.m.jiffies < now + 700; wheel.m.jiffies++) {
			struct sim_timer *timer;

			while ((timer = timer_take_due(&wheel.cpu)) != NULL) {
				g_assert_cmpint(naive_round(now, nominal[timer - timers]), ==,
						wheel.m.jiffies);
				g_assert_cmpint(wheel.m.jiffies, >=, last);
				last = wheel.m.jiffies;
				n++;
			}
		}
		g_assert_cmpint(n, ==, 30);
		wheel_clear(&wheel);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/timer/rounds-up-to-the-level", test_rounds_up_to_the_level);
	g_test_add_func("/timer/is-late-by-at-most-a-granule", test_is_late_by_at_most_a_granule);
	g_test_add_func("/timer/due-timers-come-in-order", test_due_timers_come_in_order);
	g_test_add_func("/timer/a-timer-can-be-moved-and-deleted",
			test_a_timer_can_be_moved_and_deleted);
	g_test_add_func("/timer/random-timers-come-in-order", test_random_timers_come_in_order);
	return g_test_run();
}
