#include "engine/fixed.h"

/* ln 2 = 0.693147..., pi / 2 = 1.570796... and 1, with 62 fraction bits */
#define LN2_Q62     UINT64_C(0x2c5c85fdf473de6b)
#define HALF_PI_Q62 UINT64_C(0x6487ed5110b4611a)
#define ONE_Q62     (UINT64_C(1) << 62)

static uint64_t mul_q62(uint64_t a, uint64_t b)
{
	return (uint64_t)((unsigned __int128)a * b >> 62);
}

/* 2 artanh(z), z a Q62 in [0, 1/3]: z + z^3/3 + z^5/5 + ... */
static uint64_t two_artanh_q62(uint64_t z)
{
	const uint64_t z2 = mul_q62(z, z);
	uint64_t power = z, sum = 0;

	for (uint64_t k = 1; power != 0; k += 2) {
		sum += power / k;
		power = mul_q62(power, z2);
	}
	return 2 * sum;
}

uint64_t fixed_minus_log(uint64_t u)
{
	/* 2u + 1 over 2^65, scaled to m / 2^64 in [1/2, 1) by 2^shift */
	const unsigned __int128 twice = ((unsigned __int128)u << 1) + 1;
	const int shift = u == 0 ? 64 : __builtin_clzll(u);
	const uint64_t m = (uint64_t)(twice << shift >> 1);
	const unsigned __int128 one = (unsigned __int128)1 << 64;
	/* -ln f = 2 artanh((1 - f) / (1 + f)) */
	const uint64_t z = (uint64_t)(((one - m) << 62) / (one + m));
	const unsigned __int128 log_q62 = (unsigned __int128)(unsigned int)shift * LN2_Q62 + two_artanh_q62(z);

	return (uint64_t)(log_q62 >> (62 - FIXED_BITS));
}

uint64_t fixed_minus_log_1m(uint64_t n)
{
	/* 1 - 1/n = (1 - z) / (1 + z) with z = 1 / (2n - 1) */
	return two_artanh_q62(ONE_Q62 / (2 * n - 1)) >> (62 - FIXED_BITS);
}

/* The series of cos (@term 1, @k 0) or sin (@term x, @k 1) of a Q62 x in [0, pi/2]. */
static int64_t cos_or_sin_q62(uint64_t x, uint64_t term, uint64_t k)
{
	const uint64_t x2 = mul_q62(x, x);
	uint64_t sum = 0;

	for (bool plus = true; term != 0; plus = !plus, k += 2) {
		sum = plus ? sum + term : sum - term;
		term = mul_q62(term, x2) / ((k + 1) * (k + 2));
	}
	return (int64_t)sum;
}

int64_t fixed_cos_turn(uint64_t u)
{
	const unsigned int quadrant = (unsigned int)(u >> 62);
	const uint64_t x = mul_q62(HALF_PI_Q62, u & (ONE_Q62 - 1));
	const int64_t value = quadrant % 2 == 0 ? cos_or_sin_q62(x, ONE_Q62, 0) : cos_or_sin_q62(x, x, 1);
	const int64_t q57 = value / (1 << (62 - FIXED_BITS));

	return quadrant == 1 || quadrant == 2 ? -q57 : q57;
}

uint64_t fixed_sqrt(uint64_t x)
{
	unsigned __int128 rest = (unsigned __int128)x << FIXED_BITS;
	unsigned __int128 root = 0, bit = (unsigned __int128)1 << 126;

	while (bit > rest)
		bit >>= 2;
	for (; bit != 0; bit >>= 2) {
		if (rest >= root + bit) {
			rest -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return (uint64_t)root;
}

int64_t fixed_scale_exp(int64_t value, int64_t x, int64_t limit)
{
	/* e^x = 2^k e^r with r in [0, ln 2) */
	const __int128 x_q62 = (__int128)x * (1 << (62 - FIXED_BITS));
	const int64_t ln2 = (int64_t)LN2_Q62;
	int64_t k = (int64_t)(x_q62 / ln2);
	uint64_t r, term = ONE_Q62, sum = 0;
	unsigned __int128 product;

	if (x_q62 - (__int128)k * ln2 < 0)
		k--;
	r = (uint64_t)(x_q62 - (__int128)k * ln2);
	for (uint64_t n = 1; term != 0; n++) {
		sum += term;
		term = mul_q62(term, r) / n;
	}
	if (value == 0 || k < -63)
		return 0;
	if (k > 62)
		return limit;
	product = (unsigned __int128)(uint64_t)value * sum; /* below 2^63 * 2^63 */
	product = k <= 62 ? product >> (62 - k) : product;
	return product > (unsigned __int128)(uint64_t)limit ? limit : (int64_t)(uint64_t)product;
}
