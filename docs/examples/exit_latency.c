/* exit_latency.c - run a scenario under each of its policies, and print what an exit takes. */
#include <inttypes.h>
#include <stdio.h>

#include <rcusim/rcusim.h>

int main(int argc, char **argv)
{
	const char *const sets[] = { "rcu.blimit=20", NULL };
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) scenario = NULL;

	scenario = rcusim_scenario_load(argc > 1 ? argv[1] : "exit-storm", sets, &error);
	for (int i = 0; scenario != NULL && i < rcusim_scenario_n_policies(scenario); i++) {
		const char *policy = rcusim_scenario_policy_label(scenario, i);
		g_autoptr(RcuSim) sim = NULL;
		int64_t p99_ns = 0;

		sim = rcusim_new(scenario, policy, rcusim_scenario_seed(scenario), RCUSIM_FLAG_NONE,
				 &error);
		if (sim == NULL)
			break;
		rcusim_run_until(sim, rcusim_scenario_duration_ns(scenario));
		rcusim_metric(sim, "exit_latency_p99_ns", &p99_ns);
		printf("%s,%" PRId64 "\n", policy, p99_ns);
	}
	if (error == NULL)
		return 0;
	fprintf(stderr, "%s\n", error->message);
	return error->code;
}
