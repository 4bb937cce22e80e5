/* units.h - times in ns, overflow-checked arithmetic. */
#pragma once

#include <stdint.h>

#include "base/assert.h"

#define NSEC_PER_USEC INT64_C(1000)
#define NSEC_PER_MSEC INT64_C(1000000)
#define NSEC_PER_SEC  INT64_C(1000000000)

/* Sum of two times in ns; the simulator aborts rather than wrap. */
static inline int64_t time_add(int64_t a_ns, int64_t b_ns)
{
	int64_t sum_ns;

	if (__builtin_add_overflow(a_ns, b_ns, &sum_ns))
		sim_assert_failed("time does not overflow", __FILE__, __LINE__, __func__);
	return sum_ns;
}

/* @n times @each_ns, checked like time_add(). */
static inline int64_t time_mul(int64_t n, int64_t each_ns)
{
	int64_t product_ns;

	if (__builtin_mul_overflow(n, each_ns, &product_ns))
		sim_assert_failed("time does not overflow", __FILE__, __LINE__, __func__);
	return product_ns;
}
