/*
 * comparison.c - figures by group, variant, seed and metric, and what they say in pairs.
 *
 *   group (a scenario, or a policy of one) > variant (a column) > seed (one run) > metric
 *
 * The same seed in two variants is a pair. Nothing here knows where the figures come from.
 */
#include "study/comparison.h"

#include <math.h>
#include <string.h>

#include "study/stats.h"

struct metric {
	char *name;
	char *unit;
};

struct variant {
	char *label;
	GPtrArray *
		runs; /* GHashTable: metric's name -> int64_t; by number of the seed, may be NULL */
};

struct group {
	char *scenario;
	char *policy;
	GPtrArray *seeds;    /* char */
	GPtrArray *variants; /* struct variant */
};

struct stored_results {
	uint64_t seed;
	RcuSimResults *results;
};

struct RcuSimComparison {
	GArray *metrics;   /* struct metric */
	GPtrArray *groups; /* struct group */
	GPtrArray *notes;
	GArray *results; /* struct stored_results */
};

/* ---- Filling ---- */

static void metric_clear(void *data)
{
	struct metric *metric = data;

	g_free(metric->name);
	g_free(metric->unit);
}

static void run_free(void *run)
{
	if (run != NULL)
		g_hash_table_unref(run);
}

static void variant_free(void *data)
{
	struct variant *variant = data;

	g_free(variant->label);
	g_ptr_array_unref(variant->runs);
	g_free(variant);
}

static void group_free(void *data)
{
	struct group *group = data;

	g_free(group->scenario);
	g_free(group->policy);
	g_ptr_array_unref(group->seeds);
	g_ptr_array_unref(group->variants);
	g_free(group);
}

static void stored_results_clear(void *data)
{
	rcusim_results_free(((struct stored_results *)data)->results);
}

RcuSimComparison *comparison_new(void)
{
	RcuSimComparison *comparison = g_new0(RcuSimComparison, 1);

	comparison->metrics = g_array_new(false, true, sizeof(struct metric));
	g_array_set_clear_func(comparison->metrics, metric_clear);
	comparison->groups = g_ptr_array_new_with_free_func(group_free);
	comparison->notes = g_ptr_array_new_with_free_func(g_free);
	comparison->results = g_array_new(false, true, sizeof(struct stored_results));
	g_array_set_clear_func(comparison->results, stored_results_clear);
	return comparison;
}

void rcusim_comparison_free(RcuSimComparison *comparison)
{
	if (comparison == NULL)
		return;
	g_array_unref(comparison->metrics);
	g_ptr_array_unref(comparison->groups);
	g_ptr_array_unref(comparison->notes);
	g_array_unref(comparison->results);
	g_free(comparison);
}

static struct group *group_at(const RcuSimComparison *comparison, int group)
{
	return comparison->groups->pdata[group];
}

static struct variant *variant_at(const RcuSimComparison *comparison, int group, int variant)
{
	return group_at(comparison, group)->variants->pdata[variant];
}

static const struct metric *metric_at(const RcuSimComparison *comparison, int metric)
{
	return &g_array_index(comparison->metrics, struct metric, metric);
}

int comparison_group(RcuSimComparison *comparison, const char *scenario, const char *policy)
{
	struct group *group;

	for (guint i = 0; i < comparison->groups->len; i++) {
		group = comparison->groups->pdata[i];
		if (strcmp(group->scenario, scenario) == 0 && g_strcmp0(group->policy, policy) == 0)
			return (int)i;
	}
	group = g_new0(struct group, 1);
	group->scenario = g_strdup(scenario);
	group->policy = g_strdup(policy);
	group->seeds = g_ptr_array_new_with_free_func(g_free);
	group->variants = g_ptr_array_new_with_free_func(variant_free);
	g_ptr_array_add(comparison->groups, group);
	return (int)comparison->groups->len - 1;
}

int comparison_variant(RcuSimComparison *comparison, int group, const char *label)
{
	GPtrArray *variants = group_at(comparison, group)->variants;
	struct variant *variant;

	for (guint i = 0; i < variants->len; i++)
		if (strcmp(variant_at(comparison, group, (int)i)->label, label) == 0)
			return (int)i;
	variant = g_new0(struct variant, 1);
	variant->label = g_strdup(label);
	variant->runs = g_ptr_array_new_with_free_func(run_free);
	g_ptr_array_add(variants, variant);
	return (int)variants->len - 1;
}

static guint seed_number(struct group *group, const char *seed)
{
	for (guint i = 0; i < group->seeds->len; i++)
		if (strcmp(group->seeds->pdata[i], seed) == 0)
			return i;
	g_ptr_array_add(group->seeds, g_strdup(seed));
	return group->seeds->len - 1;
}

static void note_metric(RcuSimComparison *comparison, const char *name, const char *unit)
{
	struct metric metric;

	for (guint i = 0; i < comparison->metrics->len; i++)
		if (strcmp(metric_at(comparison, (int)i)->name, name) == 0)
			return;
	metric = (struct metric){ .name = g_strdup(name), .unit = g_strdup(unit) };
	g_array_append_val(comparison->metrics, metric);
}

void comparison_add(RcuSimComparison *comparison, int group, int variant, const char *seed,
		    const char *metric, const char *unit, int64_t value)
{
	const guint number = seed_number(group_at(comparison, group), seed);
	GPtrArray *runs = variant_at(comparison, group, variant)->runs;

	note_metric(comparison, metric, unit);
	if (runs->len <= number)
		g_ptr_array_set_size(runs, (int)number + 1);
	if (runs->pdata[number] == NULL)
		runs->pdata[number] =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_replace(runs->pdata[number], g_strdup(metric),
			     g_memdup2(&value, sizeof(value)));
}

void comparison_add_note(RcuSimComparison *comparison, char *note)
{
	g_ptr_array_add(comparison->notes, note);
}

void comparison_add_results(RcuSimComparison *comparison, int group, uint64_t seed,
			    RcuSimResults *results)
{
	const struct stored_results stored = { seed, results };
	g_autofree char *key = g_strdup_printf("%" G_GUINT64_FORMAT, seed);

	for (int run = 0; run < rcusim_results_n_runs(results); run++) {
		const int variant =
			comparison_variant(comparison, group, rcusim_results_label(results, run));
		int64_t value;

		for (int i = 0; rcusim_metric_name(i) != NULL; i++)
			if (rcusim_results_metric(results, run, rcusim_metric_name(i), &value))
				comparison_add(comparison, group, variant, key,
					       rcusim_metric_name(i), rcusim_metric_unit(i), value);
	}
	g_array_append_val(comparison->results, stored);
}

/* ---- Reading ---- */

int rcusim_comparison_n_groups(const RcuSimComparison *comparison)
{
	return (int)comparison->groups->len;
}

const char *rcusim_comparison_scenario(const RcuSimComparison *comparison, int group)
{
	return group_at(comparison, group)->scenario;
}

const char *rcusim_comparison_policy(const RcuSimComparison *comparison, int group)
{
	return group_at(comparison, group)->policy;
}

int rcusim_comparison_n_variants(const RcuSimComparison *comparison, int group)
{
	return (int)group_at(comparison, group)->variants->len;
}

const char *rcusim_comparison_label(const RcuSimComparison *comparison, int group, int variant)
{
	return variant_at(comparison, group, variant)->label;
}

int rcusim_comparison_n_seeds(const RcuSimComparison *comparison, int group)
{
	return (int)group_at(comparison, group)->seeds->len;
}

int rcusim_comparison_n_pairs(const RcuSimComparison *comparison, int group, int base, int variant)
{
	const GPtrArray *left = variant_at(comparison, group, base)->runs;
	const GPtrArray *right = variant_at(comparison, group, variant)->runs;
	int n = 0;

	for (guint i = 0; i < MIN(left->len, right->len); i++)
		n += left->pdata[i] != NULL && right->pdata[i] != NULL;
	return n;
}

const char *rcusim_comparison_note(const RcuSimComparison *comparison, int i)
{
	return i < 0 || i >= (int)comparison->notes->len ? NULL : comparison->notes->pdata[i];
}

const RcuSimResults *rcusim_comparison_results(const RcuSimComparison *comparison, int i,
					       uint64_t *ret_seed)
{
	const struct stored_results *stored;

	if (i < 0 || i >= (int)comparison->results->len)
		return NULL;
	stored = &g_array_index(comparison->results, struct stored_results, i);
	*ret_seed = stored->seed;
	return stored->results;
}

const char *rcusim_comparison_metric(const RcuSimComparison *comparison, int i)
{
	return i < 0 || i >= (int)comparison->metrics->len ? NULL : metric_at(comparison, i)->name;
}

const char *rcusim_comparison_unit(const RcuSimComparison *comparison, int i)
{
	return i < 0 || i >= (int)comparison->metrics->len ? NULL : metric_at(comparison, i)->unit;
}

/* Whether the variant's run number @seed has the metric: a median of nothing is none, not one of 0. */
static bool find_value(const struct variant *variant, guint seed, const char *metric,
		       int64_t *ret_value)
{
	const char *count_name = rcusim_metric_counted_by(metric);
	GHashTable *run = seed < variant->runs->len ? variant->runs->pdata[seed] : NULL;
	const int64_t *value = run == NULL ? NULL : g_hash_table_lookup(run, metric);
	const int64_t *count;

	if (value == NULL)
		return false;
	count = count_name == NULL ? NULL : g_hash_table_lookup(run, count_name);
	if (count != NULL && *count == 0)
		return false;
	*ret_value = *value;
	return true;
}

static GArray *values_of(const struct variant *variant, guint n_seeds, const char *metric)
{
	GArray *values = g_array_new(false, true, sizeof(int64_t));
	int64_t value;

	for (guint seed = 0; seed < n_seeds; seed++)
		if (find_value(variant, seed, metric, &value))
			g_array_append_val(values, value);
	return values;
}

static RcuSimVerdict verdict_of(const char *metric, const struct stats_paired *pairs)
{
	const double low = pairs->diff.mean - pairs->diff.half;
	const double high = pairs->diff.mean + pairs->diff.half;

	if (pairs->n_lower == 0 && pairs->n_higher == 0)
		return RCUSIM_VERDICT_IDENTICAL;
	if (pairs->diff.n == 1)
		return RCUSIM_VERDICT_UNKNOWN;
	if (low <= 0 && high >= 0)
		return RCUSIM_VERDICT_NO_DIFFERENCE;
	if (!rcusim_metric_is_better_low(metric))
		return RCUSIM_VERDICT_DIFFERS;
	return high < 0 ? RCUSIM_VERDICT_BETTER : RCUSIM_VERDICT_WORSE;
}

static void judge_pairs(const struct variant *base, const struct variant *variant, guint n_seeds,
			const char *metric, RcuSimDifference *ret)
{
	g_autoptr(GArray) bases = g_array_new(false, true, sizeof(int64_t));
	g_autoptr(GArray) values = g_array_new(false, true, sizeof(int64_t));
	struct stats_paired pairs;
	struct stats_mean base_mean;
	int64_t a, b;

	for (guint seed = 0; seed < n_seeds; seed++) {
		if (!find_value(base, seed, metric, &a) || !find_value(variant, seed, metric, &b))
			continue;
		g_array_append_val(bases, a);
		g_array_append_val(values, b);
	}
	ret->n = (int)bases->len;
	if (ret->n == 0)
		return;
	pairs = stats_of_pairs((const int64_t *)bases->data, (const int64_t *)values->data, ret->n);
	base_mean = stats_of((const int64_t *)bases->data, ret->n);
	ret->diff = pairs.diff.mean;
	ret->ci_low = pairs.diff.mean - pairs.diff.half;
	ret->ci_high = pairs.diff.mean + pairs.diff.half;
	ret->n_agree = ret->diff < 0 ? pairs.n_lower : ret->diff > 0 ? pairs.n_higher : 0;
	ret->verdict = verdict_of(metric, &pairs);
	if (base_mean.mean != 0)
		ret->change_percent = 100 * ret->diff / fabs(base_mean.mean);
	else if (ret->verdict != RCUSIM_VERDICT_IDENTICAL)
		ret->change_percent = NAN;
}

RcuSimDifference rcusim_comparison_difference(const RcuSimComparison *comparison, int group,
					      int metric, int base, int variant)
{
	const char *name = metric_at(comparison, metric)->name;
	const guint n_seeds = group_at(comparison, group)->seeds->len;
	const struct variant *left = variant_at(comparison, group, base);
	const struct variant *right = variant_at(comparison, group, variant);
	g_autoptr(GArray) bases = values_of(left, n_seeds, name);
	g_autoptr(GArray) values = values_of(right, n_seeds, name);
	RcuSimDifference ret = { .n_base = (int)bases->len, .n_value = (int)values->len };

	if (ret.n_base > 0) {
		const struct stats_mean mean = stats_of((const int64_t *)bases->data, ret.n_base);

		ret.base = mean.mean;
		ret.base_half = mean.half;
	}
	if (ret.n_value > 0) {
		const struct stats_mean mean = stats_of((const int64_t *)values->data, ret.n_value);

		ret.value = mean.mean;
		ret.value_half = mean.half;
	}
	judge_pairs(left, right, n_seeds, name, &ret);
	return ret;
}

bool rcusim_comparison_exceeds(const RcuSimComparison *comparison, int group, int metric, int base,
			       int variant, int permyriad)
{
	const RcuSimDifference d =
		rcusim_comparison_difference(comparison, group, metric, base, variant);
	const double threshold = (d.n == 0 ? 0 : fabs(d.base)) * permyriad / 10000;

	return d.n > 0 && d.verdict != RCUSIM_VERDICT_IDENTICAL &&
	       rcusim_metric_is_better_low(metric_at(comparison, metric)->name) &&
	       d.ci_low > threshold;
}

const char *rcusim_verdict_name(RcuSimVerdict verdict)
{
	switch (verdict) {
	case RCUSIM_VERDICT_IDENTICAL:
		return "identical";
	case RCUSIM_VERDICT_BETTER:
		return "better";
	case RCUSIM_VERDICT_WORSE:
		return "worse";
	case RCUSIM_VERDICT_DIFFERS:
		return "differs";
	case RCUSIM_VERDICT_NO_DIFFERENCE:
		return "no difference";
	case RCUSIM_VERDICT_UNKNOWN:
		return "unknown";
	case RCUSIM_VERDICT_NONE:
	default:
		return "none";
	}
}
