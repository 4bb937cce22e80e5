/*
 * fixed.h - logarithm, normal quantile and exponential in integers.
 *
 * libm gives other bits on another CPU or C library; these do not, and the sampling path may not have
 * floats at all. A probability is given exactly, however small it is: as (k, w) it is 2^-k (1 - w / 2^65),
 * which is in (2^-(k+1), 2^-k].
 */
#pragma once

#include <stdint.h>

#define FIXED_LOG_BITS    57 /* units of 2^-57 */
#define FIXED_NORMAL_BITS 44 /* units of 2^-44 */

/* -ln of the probability (@k, @w), k <= 66, within 2^-57. */
uint64_t fixed_neg_log(int k, uint64_t w);

/* How many standard deviations a normal variable exceeds with the probability (@k, @w), 1 <= k <= 66:
 * 0 or more, within 10^-12. */
int64_t fixed_normal_quantile(int k, uint64_t w);

/* @factor >= 0 times e^(@y / 2^44), to the nearest integer, at most @max; |y| < 2^62. */
int64_t fixed_scale_exp(int64_t factor, int64_t y, int64_t max);
