/* collect.h - what a run leaves behind. */
#pragma once

#include <rcusim/sim.h>

#include "record/run_record.h"

/* Everything there is to say about @sim as of now; to be freed with run_record_free(). */
struct run_record *study_collect(RcuSim *sim);

/* Appends every metric, in the order of metric_infos, as struct record_metric. */
void study_collect_metrics(RcuSim *sim, GArray *metrics);
