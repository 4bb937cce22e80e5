/*
 * The ends of a run's operations in closed form.
 *
 * With period p and phase f of operation 0, operation i is long iff (f + i) mod p == p - 1. Operation 0 may
 * have begun long ago: only its end is known; D(i), the time from there to the end of operation i, is the sum
 * of the lengths of operations 1 ... i.
 */
#include "machine/machine.h"

/* Long operations among 1 ... i. */
static int64_t n_long_after(const struct op_times *times, int64_t i)
{
	return (times->phase + i + 1) / times->period - (times->phase + 1) / times->period;
}

int64_t op_times_period_ns(const struct op_times *times)
{
	return time_add(time_mul(times->period - 1, times->short_ns), times->long_ns);
}

int64_t op_times_end(const struct op_times *times, int64_t i)
{
	const int64_t n_long = n_long_after(times, i);

	return time_add(times->first_end_ns, time_add(time_mul(i - n_long, times->short_ns),
						      time_mul(n_long, times->long_ns)));
}

/* Sum of floor(y / p) over 0 <= y < x. */
static __int128 sum_of_floors(int64_t x, int64_t p)
{
	const __int128 q = x / p, r = x % p;

	return (__int128)p * q * (q - 1) / 2 + r * q;
}

__int128 op_times_sum(const struct op_times *times, int64_t n)
{
	const int64_t p = times->period, c = times->phase + 1;
	const __int128 n_long =
		sum_of_floors(c + n, p) - sum_of_floors(c, p) - (__int128)n * (c / p);

	return (__int128)n * times->first_end_ns + (__int128)n * (n - 1) / 2 * times->short_ns +
	       n_long * (times->long_ns - times->short_ns);
}

int64_t op_times_first_long(const struct op_times *times)
{
	return times->period - 1 - times->phase;
}

int64_t op_times_n_long(const struct op_times *times, int64_t n)
{
	return (times->phase + n) / times->period;
}

/* How many of operations 1, 2, ... end within @x ns after operation 0; needs short_ns > 0 or period 1. */
static int64_t n_ends_within(const struct op_times *times, int64_t x)
{
	const int64_t period_ns = op_times_period_ns(times);
	const int64_t q = x / period_ns;
	int64_t rest = x % period_ns;
	const int64_t n_short = times->period - 1 - (times->phase + 1) % times->period;

	if (times->period == 1)
		return q;
	if (rest < n_short * times->short_ns)
		return q * times->period + rest / times->short_ns;
	rest -= n_short * times->short_ns;
	if (rest < times->long_ns)
		return q * times->period + n_short;
	rest -= times->long_ns;
	return q * times->period + n_short + 1 + rest / times->short_ns;
}

int64_t op_times_n_ends_before(const struct op_times *times, int64_t t_ns)
{
	if (t_ns <= times->first_end_ns)
		return 0;
	return 1 + n_ends_within(times, t_ns - 1 - times->first_end_ns);
}
