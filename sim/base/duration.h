/*
 * duration.h - durations and sizes as people write them: a number and its unit, exact.
 *
 * "10ms", "1.5us", "4KiB". The fraction must come out even: "0.5ns" is refused, "0.5us" is 500 ns. There is
 * no sign, no exponent, no space, and no unit but those listed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * duration_parse:
 * @ret_why: (out): on failure what was found and what is accepted; g_free()
 *
 * Returns: whether @text is a duration in ns, us, ms or s that fits; @ret_ns is only written then
 */
bool duration_parse(const char *text, int64_t *ret_ns, char **ret_why);
/* The same for sizes in B, KiB, MiB or GiB. */
bool size_parse(const char *text, int64_t *ret_bytes, char **ret_why);

/* With the largest unit that leaves a whole number: "500ms", "1500us", "0ns"; g_free(). @ns >= 0. */
char *duration_format(int64_t ns);
char *size_format(int64_t bytes);
