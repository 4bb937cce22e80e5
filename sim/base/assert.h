/* assert.h - assertions that stay in every build. */
#pragma once

#include <stdbool.h>

/*
 * A broken assertion is a defect of the simulator, never of its input: it prints one line that names
 * the condition and its place, and ends the process with exit status 5 (architecture.md 10).
 */
_Noreturn void sim_assert_failed(const char *condition, const char *file, int line,
				 const char *function);

#define sim_assert(condition) \
	((condition) ? (void)0 : sim_assert_failed(#condition, __FILE__, __LINE__, __func__))

/* Control must not come here. */
#define sim_assert_not_reached(what) sim_assert_failed(what, __FILE__, __LINE__, __func__)

/* Walks whole structures: debug and sanitizer builds only. */
#ifdef SIM_ASSERT_SLOW
#define sim_assert_slow(condition) sim_assert(condition)
#else
#define sim_assert_slow(condition) ((void)sizeof(condition))
#endif
