#include "base/decimal.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <glib.h>

/* A JSON number taken apart: sign, digits[0 ... n_digits - 1] x 10^exponent. */
struct decimal {
	bool negative;
	const char *whole, *fraction;
	int n_whole, n_fraction;
	int64_t exponent; /* as written, kept within +-MAX_EXPONENT */
};

#define MAX_EXPONENT INT64_C(1000000000)

static int decimal_digits(const char **at)
{
	int n = 0;

	while (g_ascii_isdigit(**at)) {
		n++;
		(*at)++;
	}
	return n;
}

static int64_t decimal_exponent(const char *digits)
{
	int64_t exponent = 0;

	for (; g_ascii_isdigit(*digits); digits++)
		if (exponent < MAX_EXPONENT)
			exponent = exponent * 10 + (*digits - '0');
	return MIN(exponent, MAX_EXPONENT);
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
static bool decimal_split(const char *at, struct decimal *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->negative = *at == '-';
	at += ret->negative;
	ret->whole = at;
	ret->n_whole = decimal_digits(&at);
	if (ret->n_whole == 0 || (ret->n_whole > 1 && ret->whole[0] == '0'))
		return false;
	if (*at == '.') {
		ret->fraction = ++at;
		ret->n_fraction = decimal_digits(&at);
		if (ret->n_fraction == 0)
			return false;
	}
	if (*at == 'e' || *at == 'E') {
		const bool down = at[1] == '-';
		const char *digits = at + 1 + (at[1] == '-' || at[1] == '+');

		at = digits;
		if (decimal_digits(&at) == 0)
			return false;
		ret->exponent = down ? -decimal_exponent(digits) : decimal_exponent(digits);
	}
	return *at == '\0';
}

static char decimal_digit(const struct decimal *d, int64_t i)
{
	return i < d->n_whole ? d->whole[i] : d->fraction[i - d->n_whole];
}

/*
 * Magnitude of @token as an integer. Digits behind the (shifted) point must be zeros; places before it
 * that were not written are zeros, too.
 */
static enum decimal_verdict decimal_magnitude(const char *token, bool *ret_negative, uint64_t *ret)
{
	struct decimal d;
	uint64_t value = 0;
	int64_t n, point;

	if (!decimal_split(token, &d))
		return DECIMAL_NOT_A_NUMBER;
	n = (int64_t)d.n_whole + d.n_fraction;
	point = d.n_whole + d.exponent;
	for (int64_t i = MAX(point, 0); i < n; i++)
		if (decimal_digit(&d, i) != '0')
			return DECIMAL_FRACTION;
	for (int64_t i = 0; i < point; i++) {
		const uint64_t digit = i < n ? (uint64_t)(decimal_digit(&d, i) - '0') : 0;

		if (i >= n && value == 0)
			break; /* 0e9 */
		if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return DECIMAL_TOO_LARGE;
	}
	*ret_negative = d.negative && value != 0;
	*ret = value;
	return DECIMAL_EXACT;
}

enum decimal_verdict decimal_int64(const char *token, int64_t *ret_value)
{
	uint64_t magnitude;
	bool negative;
	const enum decimal_verdict verdict = decimal_magnitude(token, &negative, &magnitude);

	if (verdict != DECIMAL_EXACT)
		return verdict;
	if (magnitude > (uint64_t)INT64_MAX + negative)
		return DECIMAL_TOO_LARGE;
	/* in unsigned arithmetic, so that -2^63 does not overflow on its way */
	*ret_value = (int64_t)(negative ? UINT64_C(0) - magnitude : magnitude);
	return DECIMAL_EXACT;
}

enum decimal_verdict decimal_uint64(const char *token, uint64_t *ret_value)
{
	uint64_t magnitude;
	bool negative;
	const enum decimal_verdict verdict = decimal_magnitude(token, &negative, &magnitude);

	if (verdict != DECIMAL_EXACT)
		return verdict;
	if (negative)
		return DECIMAL_TOO_LARGE;
	*ret_value = magnitude;
	return DECIMAL_EXACT;
}

enum decimal_verdict decimal_seed(const char *text, uint64_t *ret_value)
{
	const bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *at = text + (hexadecimal ? 2 : 0);
	uint64_t value = 0;

	if (*at == '\0')
		return DECIMAL_NOT_A_NUMBER;
	for (; *at != '\0'; at++) {
		const int digit =
			hexadecimal ? g_ascii_xdigit_value(*at) : g_ascii_digit_value(*at);

		if (digit < 0)
			return DECIMAL_NOT_A_NUMBER;
		if (__builtin_mul_overflow(value, hexadecimal ? UINT64_C(16) : UINT64_C(10),
					   &value) ||
		    __builtin_add_overflow(value, (uint64_t)digit, &value))
			return DECIMAL_TOO_LARGE;
	}
	*ret_value = value;
	return DECIMAL_EXACT;
}
