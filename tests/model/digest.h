/* digest.h - everything a run left behind, as one text: equal runs have equal texts. */
#pragma once

#include <rcusim/sim.h>

/* To be freed with g_free(). */
char *digest_of_run(RcuSim *sim);
