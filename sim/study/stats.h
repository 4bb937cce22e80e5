/* stats.h - means, paired differences and their intervals. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A mean of n values with its 95 % interval, mean - half ... mean + half. */
struct stats_mean {
	int n;
	double mean;
	double half; /* 0 for n = 1: there is no interval */
};

/* Paired differences, value less base. */
struct stats_paired {
	struct stats_mean diff;
	int n_lower, n_higher; /* pairs in which the value is below, above its base */
};

/**
 * stats_t_quantile:
 * @p: 0 < @p < 1
 * @dof: degrees of freedom, 1 or more
 *
 * Returns: what a variable with Student's t distribution is below with probability @p
 */
double stats_t_quantile(double p, int dof);

/* @n is 1 or more. */
struct stats_mean stats_of(const int64_t *values, int n);
struct stats_paired stats_of_pairs(const int64_t *base, const int64_t *values, int n);
