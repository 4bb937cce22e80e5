/* range_set.h - which bytes of an address space have been mapped. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct range_set;

struct range {
	uint64_t start, end; /* end exclusive */
};

struct range_set *range_set_new(void);
void range_set_free(struct range_set *set);
void range_set_add(struct range_set *set, uint64_t start, uint64_t end);
/* Whether anything of [@start, @end) is in the set; @ret (nullable): the highest range that overlaps. */
bool range_set_overlaps(const struct range_set *set, uint64_t start, uint64_t end,
			struct range *ret);
/* The lowest part of [@start, @end) that is not in the set; false if there is none. */
bool range_set_hole(const struct range_set *set, uint64_t start, uint64_t end, struct range *ret);
/* Highest end of a range that ends at or below @at; 0: there is none. */
uint64_t range_set_end_below(const struct range_set *set, uint64_t at);
/* Lowest start of a range that begins at or above @at; UINT64_MAX: there is none. */
uint64_t range_set_start_above(const struct range_set *set, uint64_t at);
