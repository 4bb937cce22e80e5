/* decimal.h - exact 64-bit integers from text; no floating point on the way. */
#pragma once

#include <stdint.h>

enum decimal_verdict {
	DECIMAL_EXACT,       /* the value is an integer and fits */
	DECIMAL_FRACTION,    /* a number, but not an integer */
	DECIMAL_TOO_LARGE,   /* an integer beyond the type's range */
	DECIMAL_NOT_A_NUMBER /* not a JSON number */
};

/**
 * decimal_int64:
 * @token: a JSON number; its value decides, not its spelling: 1e3 and 1.0 are integers, 1.5 is not
 */
enum decimal_verdict decimal_int64(const char *token, int64_t *ret_value);
enum decimal_verdict decimal_uint64(const char *token, uint64_t *ret_value);

/* A seed in a string or on a command line: decimal digits, or 0x and up to 16 hexadecimal digits. */
enum decimal_verdict decimal_seed(const char *text, uint64_t *ret_value);
