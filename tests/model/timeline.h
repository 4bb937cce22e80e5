/*
 * timeline.h - what a machine traced, as lines to compare with those that the reference derives:
 *
 *   J+2 gp fqsstart 1        jiffy, relative to the first call's; event; the kernel's string; number
 *
 * with grace periods numbered from 0 where the run starts (1 is the first one in progress, 4 its end), and the
 * CPU where the event is about one. rcu_callback and WakeNot are counted, not listed.
 */
#pragma once

#include "model/machine.h"

struct timeline {
	GString *text;
	bool brief; /* only what the tables of 16.2 and later name: rcu_nocb_wake, batches, GP requests to ends */
	int n_callback, n_wake_not;
};

/* What @tm traced from jiffy @j0 on; timeline_clear(). */
struct timeline timeline_of(const TestMachine *tm, int64_t j0, bool brief);
void timeline_clear(struct timeline *line);
/* The test fails at the first line that is not that of @expected; TIMELINE_SHOW=1 prints all. */
void assert_timeline(const struct timeline *line, const char *expected);
