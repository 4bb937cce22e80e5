/* compare_runs.c - every variant with every seed: seed by seed, so that what is stored is in pairs. */
#include "study/comparison.h"
#include "study/run_scenario.h"
#include "study/variants.h"

static const struct variant_scenario *scenario_at(const RcuSimVariants *variants, guint i)
{
	return variants->scenarios->pdata[i];
}

static struct run_plan plan_of(const RcuSimVariants *variants, guint i, int n_before, int n_seeds)
{
	return (struct run_plan){
		.labels = (const char *const *)scenario_at(variants, i)->labels,
		.n_before = n_before,
		.n_all = n_seeds * rcusim_variants_n(variants),
	};
}

/* All of them, before the first is simulated. */
static bool refuse_repetitions(const RcuSimVariants *variants, uint64_t first_seed, int n_seeds,
			       RcuSimDatabase *database, GError **error)
{
	for (int s = 0; s < n_seeds; s++)
		for (guint i = 0; i < variants->scenarios->len; i++) {
			const struct run_plan plan = plan_of(variants, i, 0, n_seeds);

			rcusim_scenario_set_seed(scenario_at(variants, i)->scenario,
						 first_seed + (uint64_t)s);
			if (!run_refuse_repetitions(scenario_at(variants, i)->scenario, &plan,
						    database, error))
				return false;
		}
	return true;
}

RcuSimComparison *rcusim_compare_variants(RcuSimVariants *variants, int n_seeds,
					  const RcuSimRunOptions *options, RcuSimDatabase *database,
					  GError **error)
{
	const uint64_t first_seed = rcusim_scenario_seed(variants->scenario);
	g_autoptr(RcuSimComparison) comparison = comparison_new();
	const int group =
		comparison_group(comparison, rcusim_scenario_name(variants->scenario), NULL);
	int n_before = 0;

	for (int i = 0; i < rcusim_variants_n(variants); i++)
		comparison_variant(comparison, group, rcusim_variants_label(variants, i));
	if (database != NULL && !refuse_repetitions(variants, first_seed, n_seeds, database, error))
		return NULL;
	for (int s = 0; s < n_seeds; s++) {
		const uint64_t seed = first_seed + (uint64_t)s; /* after the last comes 0 */

		for (guint i = 0; i < variants->scenarios->len; i++) {
			RcuSimScenario *scenario = scenario_at(variants, i)->scenario;
			const struct run_plan plan = plan_of(variants, i, n_before, n_seeds);
			RcuSimResults *results;

			rcusim_scenario_set_seed(scenario, seed);
			results = run_scenario(scenario, &plan, options, database, error);
			if (results == NULL)
				return NULL;
			n_before += rcusim_results_n_runs(results);
			if (s > 0)
				run_forget_samples(results);
			comparison_add_results(comparison, group, seed, results);
		}
	}
	return g_steal_pointer(&comparison);
}
