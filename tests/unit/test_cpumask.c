/* test_cpumask.c - CPU lists as the kernel writes them. */
#include <string.h>

#include <glib.h>

#include "base/cpumask.h"

struct list {
	const char *text;
	int n_cpus;
	const char *formatted;
};

static const struct list accepted[] = {
	{ "", 8, "" },
	{ "0", 1, "0" },
	{ "7", 8, "7" },
	{ "0-7", 8, "0-7" },
	{ "3-3", 8, "3" },
	{ "0,2,4", 8, "0,2,4" },
	{ "4,0,2", 8, "0,2,4" },
	{ "0-1,2-3", 8, "0-3" },
	{ "0-3,8", 16, "0-3,8" },
	{ "all", 16, "0-15" },
	{ "N", 16, "15" },
	{ "8-N", 16, "8-15" },
	{ "0-15:2/4", 16, "0-1,4-5,8-9,12-13" },
	{ "all:1/2", 8, "0,2,4,6" },
	{ "0-6:3/3", 8, "0-6" },
	{ "0-9:1/4,15", 16, "0,4,8,15" },
	{ "007", 8, "7" },
	{ "0-4095", SIM_MAX_CPUS, "0-4095" },
	{ "63,64,4095", SIM_MAX_CPUS, "63-64,4095" },
};

static void test_accepts_lists(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(accepted); i++) {
		g_autofree char *why = NULL;
		g_autofree char *formatted = NULL;
		struct cpumask mask, again;

		g_assert_true(cpumask_parse(&mask, accepted[i].text, accepted[i].n_cpus, &why));
		formatted = cpumask_format(&mask);
		g_assert_cmpstr(formatted, ==, accepted[i].formatted);
		g_assert_true(cpumask_parse(&again, formatted, accepted[i].n_cpus, &why));
		g_assert_cmpmem(&mask, sizeof(mask), &again, sizeof(again));
	}
}

static const struct list refused[] = {
	{ "8", 8, "\"8\" refers to CPU 8; expected a CPU list within 0-7" },
	{ "0-1000000000", 8, "refers to CPU 1000000000" },
	{ "99999999999999999999", 8, "refers to CPU 1000000000" },
	{ "0-8", 8, "refers to CPU 8" },
	{ "3-0", 8, "has the reversed range 3-0" },
	{ "0-3,2", 8, "lists CPU 2 twice" },
	{ "1,1", 8, "lists CPU 1 twice" },
	{ "all,3", 8, "lists CPU 3 twice" },
	{ "0-", 8, "ends where a CPU number is due" },
	{ "-1", 8, "has no CPU number where one is due" },
	{ "-", 8, "has no CPU number" },
	{ ",", 8, "has no CPU number" },
	{ "0,,1", 8, "has no CPU number" },
	{ "0,", 8, "ends where a CPU number is due" },
	{ ",0", 8, "has no CPU number" },
	{ "0 ", 8, "has the stray text \" \"" },
	{ " 0", 8, "has no CPU number" },
	{ "0-3 8", 16, "has the stray text" },
	{ "0..3", 8, "has the stray text \"..3\"" },
	{ "a", 8, "has no CPU number" },
	{ "ALL", 8, "has no CPU number" },
	{ "allx", 8, "has the stray text \"x\"" },
	{ "0x3", 8, "has the stray text" },
	{ "1e1", 16, "has the stray text" },
	{ "0-7:2", 8, "has a group without \"/\"" },
	{ "0-7:0/2", 8, "takes 0 of groups of 2 CPUs" },
	{ "0-7:3/2", 8, "takes 3 of groups of 2 CPUs" },
	{ "0-7:1/0", 8, "takes 1 of groups of 0 CPUs" },
	{ "3:1/2", 8, "has the stray text \":1/2\"" },
	{ "0-7:/2", 8, "has no CPU number" },
};

static void test_refuses_with_the_reason(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autofree char *why = NULL;
		struct cpumask mask, before;

		memset(&mask, 0x5a, sizeof(mask));
		before = mask;
		if (cpumask_parse(&mask, refused[i].text, refused[i].n_cpus, &why))
			g_error("accepted: %s", refused[i].text);
		if (strstr(why, refused[i].formatted) == NULL)
			g_error("for: %s\nmessage: %s\nlacks: %s", refused[i].text, why,
				refused[i].formatted);
		g_assert_cmpmem(&mask, sizeof(mask), &before, sizeof(before));
	}
}

/* Random sets against a plain array. */
static void test_random_sets_survive_a_round_trip(void)
{
	for (int round = 0; round < 300; round++) {
		bool in[SIM_MAX_CPUS] = { false };
		const int n_cpus = g_test_rand_int_range(1, round % 3 ? 130 : SIM_MAX_CPUS + 1);
		g_autofree char *text = NULL;
		g_autofree char *why = NULL;
		struct cpumask mask, parsed;
		int n = 0, cpu;

		memset(&mask, 0, sizeof(mask));
		for (int i = g_test_rand_int_range(0, n_cpus + 1); i > 0; i--) {
			cpu = g_test_rand_int_range(0, n_cpus);
			n += !in[cpu];
			in[cpu] = true;
			cpumask_set_cpu(&mask, cpu);
		}
		text = cpumask_format(&mask);
		g_assert_true(cpumask_parse(&parsed, text, n_cpus, &why));
		g_assert_cmpint(cpumask_weight(&parsed), ==, n);
		for_each_cpu(cpu, &parsed)
			g_assert_true(in[cpu]);
		for (cpu = 0; cpu < n_cpus; cpu++)
			g_assert_true(cpumask_test_cpu(&parsed, cpu) == in[cpu]);
	}
}

static void test_next_ends_behind_the_last_cpu(void)
{
	struct cpumask mask;

	memset(&mask, 0, sizeof(mask));
	g_assert_cmpint(cpumask_next(&mask, 0), ==, -1);
	cpumask_set_cpu(&mask, SIM_MAX_CPUS - 1);
	g_assert_cmpint(cpumask_next(&mask, 0), ==, SIM_MAX_CPUS - 1);
	g_assert_cmpint(cpumask_next(&mask, SIM_MAX_CPUS - 1), ==, SIM_MAX_CPUS - 1);
	g_assert_cmpint(cpumask_next(&mask, SIM_MAX_CPUS), ==, -1);
	cpumask_clear_cpu(&mask, SIM_MAX_CPUS - 1);
	g_assert_cmpint(cpumask_weight(&mask), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cpumask/accepts-lists", test_accepts_lists);
	g_test_add_func("/cpumask/refuses-with-the-reason", test_refuses_with_the_reason);
	g_test_add_func("/cpumask/random-sets-survive-a-round-trip",
			test_random_sets_survive_a_round_trip);
	g_test_add_func("/cpumask/next-ends-behind-the-last-cpu",
			test_next_ends_behind_the_last_cpu);
	return g_test_run();
}
