/*
 * fixed.h - logarithm, exponential, cosine and square root in fixed point.
 *
 * Integers only, so that a sample has the same bits on every compiler, C library and CPU; series, so that there
 * is no table to trust. Errors are below 2^-50 of the result's scale, far below what any sample shows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FIXED_BITS 57 /* fraction bits of a Q57: -ln(2^-64) = 44.4 fits beside the sign */

/* -ln((u + 1/2) / 2^64) as Q57, at least 0. */
uint64_t fixed_minus_log(uint64_t u);
/* -ln(1 - 1 / @n) as Q57; @n >= 2. */
uint64_t fixed_minus_log_1m(uint64_t n);
/* cos(2 pi u / 2^64) as signed Q57. */
int64_t fixed_cos_turn(uint64_t u);
/* sqrt(@x) of a Q57 as Q57. */
uint64_t fixed_sqrt(uint64_t x);
/* @value * e^(@x as signed Q57), rounded down, or @limit if that is less; @value and @limit >= 0. */
int64_t fixed_scale_exp(int64_t value, int64_t x, int64_t limit);
