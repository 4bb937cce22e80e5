/* comparison.h - how a comparison is filled. */
#pragma once

#include <rcusim/compare.h>

RcuSimComparison *comparison_new(void);

/* Number of the group of @scenario and @policy (nullable), made if there is none. */
int comparison_group(RcuSimComparison *comparison, const char *scenario, const char *policy);
/* Number of the group's variant called @label, made if there is none. */
int comparison_variant(RcuSimComparison *comparison, int group, const char *label);
/* The value of one metric of the variant's run with @seed; metrics keep the order in which they come. */
void comparison_add(RcuSimComparison *comparison, int group, int variant, const char *seed,
		    const char *metric, const char *unit, int64_t value);
/* Takes @note over. */
void comparison_add_note(RcuSimComparison *comparison, char *note);
/* Takes @results over, and what is in it to the group's variants of the same labels. */
void comparison_add_results(RcuSimComparison *comparison, int group, uint64_t seed,
			    RcuSimResults *results);
