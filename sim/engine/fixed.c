/*
 * fixed.c - table, then a short series: every function within a few units of its last place.
 *
 *	-ln(1 - x)   x < 1/2: the nearest i/512 below from a table, then -ln(1 - r) with r < 1/256
 *	quantile     Wichura's AS 241, three rational functions: of 1/4 - q^2 in the centre, of
 *	             sqrt(-ln p) in the tails
 *	e^y          2^n from a shift, 2^(i/64) from a table, then e^h - 1 with h < 0.011
 */
#include "engine/fixed.h"

#include "base/assert.h"
#include "engine/fixed_tables.h"

/* Of AS 241, in units of 2^-64 and 2^-60. */
#define CENTRE_Q         UINT64_C(7839866231326559436) /* 0.425 */
#define CENTRE_Q_SQUARED UINT64_C(3331943148313787760) /* 0.425^2 = 0.180625 */
#define TAIL_R           UINT64_C(1844674407370955162) /* 1.6 */
#define FAR_TAIL_R       (UINT64_C(5) << 60)

/* High word of the product: a times b, where b is in units of 2^-64. */
static inline uint64_t scale(uint64_t a, uint64_t b)
{
	return (uint64_t)((unsigned __int128)a * b >> 64);
}

uint64_t fixed_neg_log(int k, uint64_t w)
{
	/* 1 - w / 2^65 = (1 - i / 512)(1 - r / 2^64) */
	const uint64_t i = w >> 56;
	const uint64_t r = (w << 8) / (512 - i);
	uint64_t series = UINT64_MAX / 7;

	sim_assert(k >= 0);
	sim_assert(k <= 66);

	/* -ln(1 - r) = r + r^2 (1/2 + r (1/3 + r (1/4 + ...))) */
	for (uint64_t n = 6; n >= 2; n--)
		series = UINT64_MAX / n + scale(series, r);

	const uint64_t log_1_r = r + scale(scale(series, r), r);
	const unsigned __int128 log =
		(unsigned __int128)FIXED_LN2 * (unsigned int)k + fixed_log[i] + log_1_r;
	const int shift = 64 - FIXED_LOG_BITS;

	return (uint64_t)((log + (1U << (shift - 1))) >> shift);
}

/* Of a number below 2^126, rounded down: 32 bits one by one, the rest in one step of Newton's. */
static uint64_t square_root(unsigned __int128 x)
{
	const uint64_t high = (uint64_t)(x >> 62);
	uint64_t root = 0, rest = high;

	if (high == 0)
		return 0;
	for (uint64_t bit = UINT64_C(1) << 62; bit != 0; bit >>= 2) {
		const uint64_t trial = root + bit;

		root >>= 1;
		if (rest >= trial) {
			rest -= trial;
			root += bit;
		}
	}

	const unsigned __int128 first = (unsigned __int128)root << 31;

	return (uint64_t)((first + x / first) >> 1);
}

/* Horner's scheme: coefficients of any unit, x in units of 2^-bits. */
static uint64_t polynomial(const uint64_t coefficients[8], uint64_t x, int bits)
{
	uint64_t sum = coefficients[7];

	for (int i = 6; i >= 0; i--)
		sum = coefficients[i] + (uint64_t)((unsigned __int128)sum * x >> bits);
	return sum;
}

static int64_t quotient(uint64_t factor, int factor_bits, uint64_t numerator, uint64_t denominator)
{
	const unsigned __int128 product = (unsigned __int128)factor * numerator / denominator;

	return (int64_t)(product >> (factor_bits - FIXED_NORMAL_BITS));
}

int64_t fixed_normal_quantile(int k, uint64_t w)
{
	sim_assert(k >= 1);

	/* 1/2 - p in units of 2^-64; the last bits of p do not matter where it is used. */
	const unsigned __int128 p = (((unsigned __int128)1 << 65) - w) >> (k + 1);
	const uint64_t q = (UINT64_C(1) << 63) - (uint64_t)p;

	if (q <= CENTRE_Q) {
		const uint64_t r = CENTRE_Q_SQUARED - scale(q, q);

		return quotient(q, 64, polynomial(fixed_centre_numerator, r, 64),
				polynomial(fixed_centre_denominator, r, 64));
	}

	const uint64_t r =
		square_root((unsigned __int128)fixed_neg_log(k, w) << (120 - FIXED_LOG_BITS));
	const uint64_t unit = UINT64_C(1) << 60;

	if (r <= FAR_TAIL_R)
		return quotient(unit, 60, polynomial(fixed_tail_numerator, r - TAIL_R, 60),
				polynomial(fixed_tail_denominator, r - TAIL_R, 60));
	return quotient(unit, 60, polynomial(fixed_far_tail_numerator, r - FAR_TAIL_R, 60),
			polynomial(fixed_far_tail_denominator, r - FAR_TAIL_R, 60));
}

int64_t fixed_scale_exp(int64_t factor, int64_t y, int64_t max)
{
	/* e^y = 2^n 2^(fraction / 2^64) */
	const __int128 y_log2 = (__int128)y * (__int128)FIXED_INVERSE_LN2;
	const int bits = FIXED_NORMAL_BITS + 62;
	const int64_t n = (int64_t)(y_log2 >> bits);
	const uint64_t fraction = (uint64_t)(y_log2 >> (bits - 64));
	const uint64_t h = scale(fraction & (UINT64_MAX >> 6), FIXED_LN2);
	const uint64_t power = fixed_exp2[fraction >> 58];
	uint64_t series = UINT64_MAX / 6;

	sim_assert(factor >= 0);
	sim_assert(max >= 0);

	/* e^h - 1 = h + h^2 s, where s = (1 + h (1 + h (1 + ...) / 4) / 3) / 2 */
	for (uint64_t i = 5; i >= 2; i--)
		series = UINT64_MAX / i + scale(series, h) / i;

	const uint64_t exp_h_1 = h + scale(scale(series, h), h);
	const unsigned __int128 product =
		(unsigned __int128)(uint64_t)factor * (power + scale(power, exp_h_1));
	const int64_t shift = 63 - n;

	if (shift <= 0)
		return factor == 0 ? 0 : max; /* at least 2^63 */
	if (shift > 127)
		return 0;

	const unsigned __int128 rounded =
		(product + ((unsigned __int128)1 << (shift - 1))) >> shift;

	return rounded > (uint64_t)max ? max : (int64_t)rounded;
}
