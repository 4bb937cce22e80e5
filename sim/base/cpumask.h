/* cpumask.h - a set of CPU numbers, and the kernel's cpu list syntax. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define SIM_MAX_CPUS 4096

struct cpumask {
	uint64_t bits[SIM_MAX_CPUS / 64];
};

static inline bool cpumask_test_cpu(const struct cpumask *mask, int cpu)
{
	return (mask->bits[cpu / 64] >> (cpu % 64)) & 1;
}

static inline void cpumask_set_cpu(struct cpumask *mask, int cpu)
{
	mask->bits[cpu / 64] |= UINT64_C(1) << (cpu % 64);
}

static inline void cpumask_clear_cpu(struct cpumask *mask, int cpu)
{
	mask->bits[cpu / 64] &= ~(UINT64_C(1) << (cpu % 64));
}

/* Number of CPUs in @mask. */
int cpumask_weight(const struct cpumask *mask);

/* First CPU of @mask that is not below @cpu, or -1. */
int cpumask_next(const struct cpumask *mask, int cpu);

#define for_each_cpu(cpu, mask) \
	for ((cpu) = cpumask_next((mask), 0); (cpu) >= 0; (cpu) = cpumask_next((mask), (cpu) + 1))

/**
 * cpumask_parse:
 * @text: kernel cpu list: "0-3,8", "all", "N" for the last CPU, "0-15:2/4" groups; "" is the empty set
 * @n_cpus: CPUs are 0 ... @n_cpus - 1
 * @ret_why: (out): on failure what was found and what is accepted, to be freed with g_free()
 *
 * Refuses reversed or open ranges, a CPU beyond @n_cpus - 1, a CPU listed twice, stray characters.
 *
 * Returns: whether @text was valid; @mask is only written then
 */
bool cpumask_parse(struct cpumask *mask, const char *text, int n_cpus, char **ret_why);

/* The shortest list that parses to @mask, "" for none; to be freed with g_free(). */
char *cpumask_format(const struct cpumask *mask);
