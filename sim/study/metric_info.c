/* metric_info.c - what is known of a metric beyond its name, as the public API shows it. */
#include <string.h>

#include <glib.h>

#include <rcusim/sim.h>

#include "mm/metric_names.h"

static const struct metric_info *metric_called(const char *name)
{
	for (const struct metric_info *info = metric_infos; info->name != NULL; info++)
		if (strcmp(info->name, name) == 0)
			return info;
	return NULL;
}

bool rcusim_metric_is_better_low(const char *name)
{
	const struct metric_info *info = metric_called(name);

	return info != NULL && info->direction == METRIC_LOWER_IS_BETTER;
}

const char *rcusim_metric_counted_by(const char *name)
{
	static const char *const counts[][2] = {
		{ "exit_latency_", "exits" },         { "munmap_latency_", "munmaps" },
		{ "callback_latency_", "batches" },   { "grace_period_", "grace_periods" },
		{ "reader_delay_", "readers" },       { "fault_latency_", "faults" },
		{ "map_call_latency_", "map_calls" }, { "fork_latency_", "forks" },
		{ "exec_latency_", "execs" },         { "replay_elapsed_", "replays" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
		if (g_str_has_prefix(name, counts[i][0]))
			return counts[i][1];
	return NULL;
}
