/* random_scenario.h - random scenarios for the differential test: equal seed, equal text. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct random_scenario {
	char *text;        /* JSON; g_free() */
	char *replay;      /* what its trace "t.replay" holds, or NULL; g_free() */
	bool commensurate; /* all costs are multiples of 500 ns, arrivals lie on a tick */
};

struct random_scenario random_scenario_new(uint64_t seed);
/* A random replay file: processes, threads, forks, execs, calls that hit and miss. */
char *random_replay_new(uint64_t seed);

/* One exit of 20,000 VMAs under a random policy, on a random machine with costs: a flood and nothing else. */
struct random_scenario random_flood_new(uint64_t seed);

/* Half a minute of lazy callbacks, some that hurry, and memory reclaim. */
struct random_scenario random_lazy_new(uint64_t seed);
