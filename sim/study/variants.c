/*
 * variants.c - policies times parameter values: which runs there are, and what they are called.
 *
 * Each combination of the varied values is the scenario loaded anew with these values as overrides, so that
 * values are checked, and spelled in messages, as those of --set. Two combinations that leave a policy with
 * the same scenario hash and the same parameters are the same run: it is done once, and its label does
 * not name what has no effect on it.
 */
#include "study/variants.h"

#include <string.h>

#include "scenario/load.h"

/* More columns nobody compares; grids are for sweeps. */
#define MAX_COMBINATIONS 256

/* One parameter and its values, as "path=value" overrides. */
struct dimension {
	char *path;
	GPtrArray *sets; /* char */
};

static void dimension_free(void *data)
{
	struct dimension *dimension = data;

	g_free(dimension->path);
	g_ptr_array_unref(dimension->sets);
	g_free(dimension);
}

static void variant_scenario_free(void *data)
{
	struct variant_scenario *variant = data;

	rcusim_scenario_free(variant->scenario);
	g_strfreev(variant->labels);
	g_free(variant);
}

void rcusim_variants_free(RcuSimVariants *variants)
{
	if (variants == NULL)
		return;
	rcusim_scenario_free(variants->scenario);
	g_ptr_array_unref(variants->scenarios);
	g_ptr_array_unref(variants->labels);
	g_free(variants);
}

/* ---- What to vary ---- */

static struct dimension *dimension_new(const char *path, size_t length)
{
	struct dimension *dimension = g_new0(struct dimension, 1);

	dimension->path = g_strndup(path, length);
	dimension->sets = g_ptr_array_new_with_free_func(g_free);
	return dimension;
}

static void dimension_add(struct dimension *dimension, const char *value, size_t length)
{
	g_autofree char *text = g_strndup(value, length);

	g_ptr_array_add(dimension->sets, g_strconcat(dimension->path, "=", text, NULL));
}

/* Up to the next comma that is not within quotation marks, brackets or braces. */
static size_t value_length(const char *text)
{
	int depth = 0;
	bool quoted = false;
	size_t i;

	for (i = 0; text[i] != '\0' && (quoted || depth > 0 || text[i] != ','); i++) {
		if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
			quoted = !quoted;
		else if (!quoted && strchr("{[", text[i]) != NULL)
			depth++;
		else if (!quoted && strchr("}]", text[i]) != NULL)
			depth--;
	}
	return i;
}

static bool dimension_parse(GPtrArray *dimensions, const char *vary, GError **error)
{
	const char *equals = strchr(vary, '=');
	struct dimension *dimension;

	if (equals == NULL || equals == vary || equals[1] == '\0') {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
			    "--vary \"%s\" is no PATH=VALUE,VALUE,..., as rcu.blimit=10,20", vary);
		return false;
	}
	dimension = dimension_new(vary, (size_t)(equals - vary));
	g_ptr_array_add(dimensions, dimension);
	for (guint i = 0; i + 1 < dimensions->len; i++) {
		const struct dimension *other = dimensions->pdata[i];

		if (strcmp(other->path, dimension->path) != 0)
			continue;
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
			    "--vary %s is given twice; list all values in one: %s=V1,V2",
			    dimension->path, dimension->path);
		return false;
	}
	for (const char *value = equals + 1;;) {
		const size_t length = value_length(value);

		dimension_add(dimension, value, length);
		if (value[length] == '\0')
			return true;
		value += length + 1;
	}
}

static void add_varied(GPtrArray *dimensions, const struct scenario *contents)
{
	for (int i = 0; i < contents->n_vary; i++) {
		const struct scenario_vary *vary = &contents->vary[i];
		struct dimension *dimension = dimension_new(vary->path, strlen(vary->path));

		for (int k = 0; k < vary->n_values; k++)
			dimension_add(dimension, vary->values[k], strlen(vary->values[k]));
		g_ptr_array_add(dimensions, dimension);
	}
}

static GPtrArray *dimensions_of(const RcuSimVariantsSpec *spec, const struct scenario *contents,
				GError **error)
{
	g_autoptr(GPtrArray) dimensions = g_ptr_array_new_with_free_func(dimension_free);
	int64_t n = 1;

	if (spec->varied && contents->n_vary == 0) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
			    "scenario %s has no \"vary\" for these policies; "
			    "name the parameter: --vary rcu.blimit=10,20",
			    contents->name);
		return NULL;
	}
	if (spec->varied)
		add_varied(dimensions, contents);
	for (int i = 0; spec->varies != NULL && spec->varies[i] != NULL; i++)
		if (!dimension_parse(dimensions, spec->varies[i], error))
			return NULL;
	for (guint i = 0; i < dimensions->len; i++)
		n = MIN(n * ((struct dimension *)dimensions->pdata[i])->sets->len, G_MAXINT);
	if (n <= MAX_COMBINATIONS)
		return g_steal_pointer(&dimensions);
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
		    "%d combinations of values; at most %d fit side by side", (int)n,
		    MAX_COMBINATIONS);
	return NULL;
}

/* ---- Combinations: number @i has value i % n of the last parameter, and so on ---- */

static guint value_of(const GPtrArray *dimensions, guint combination, guint dimension)
{
	for (guint i = dimensions->len; i-- > 0;) {
		const guint n = ((struct dimension *)dimensions->pdata[i])->sets->len;

		if (i == dimension)
			return combination % n;
		combination /= n;
	}
	return 0;
}

static guint n_combinations(const GPtrArray *dimensions)
{
	guint n = 1;

	for (guint i = 0; i < dimensions->len; i++)
		n *= ((struct dimension *)dimensions->pdata[i])->sets->len;
	return n;
}

/* The overrides of combination @i behind those of the caller. */
static char **sets_of(const RcuSimVariantsSpec *spec, const GPtrArray *dimensions, guint i)
{
	g_autoptr(GStrvBuilder) sets = g_strv_builder_new();

	if (spec->sets != NULL)
		g_strv_builder_addv(sets, (const char **)spec->sets);
	for (guint d = 0; d < dimensions->len; d++) {
		const struct dimension *dimension = dimensions->pdata[d];

		g_strv_builder_add(sets, dimension->sets->pdata[value_of(dimensions, i, d)]);
	}
	return g_strv_builder_end(sets);
}

/* Messages about what --vary put in say so. */
static void blame_vary(GError **error, const GPtrArray *dimensions)
{
	if (error == NULL || !g_error_matches(*error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE))
		return;
	for (guint d = 0; d < dimensions->len; d++) {
		const struct dimension *dimension = dimensions->pdata[d];

		for (guint i = 0; i < dimension->sets->len; i++) {
			g_autofree char *set =
				g_strconcat("--set ", dimension->sets->pdata[i], NULL);
			g_autofree char *vary =
				g_strconcat("--vary ", dimension->sets->pdata[i], NULL);
			g_auto(GStrv) parts = g_strsplit((*error)->message, set, -1);

			g_free((*error)->message);
			(*error)->message = g_strjoinv(vary, parts);
		}
	}
}

static RcuSimScenario *load(const RcuSimVariantsSpec *spec, const RcuSimScenario *first,
			    const char *const *sets, GError **error)
{
	/* Standard input can be read only once. */
	const char *text =
		first != NULL && strcmp(spec->name, "-") == 0 ? rcusim_scenario_text(first) : NULL;
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	g_autoptr(RcuSimScenario) scenario = NULL;
	g_auto(GStrv) all = NULL;

	/* first, for policy.NAME=VALUE may be about a policy that the scenario does not name */
	if (spec->policies != NULL) {
		g_autofree char *policies = g_strconcat("--policy ", spec->policies, NULL);

		g_strv_builder_add(builder, policies);
	}
	if (sets != NULL)
		g_strv_builder_addv(builder, (const char **)sets);
	all = g_strv_builder_end(builder);
	scenario = text != NULL ? rcusim_scenario_parse(text, strlen(text), spec->name,
							(const char *const *)all, error)
				: rcusim_scenario_load(spec->name, (const char *const *)all, error);

	if (scenario == NULL || (spec->policies != NULL &&
				 !rcusim_scenario_select_policies(scenario, spec->policies, error)))
		return NULL;
	if (spec->has_seed)
		rcusim_scenario_set_seed(scenario, spec->seed);
	return g_steal_pointer(&scenario);
}

/* ---- Which of them differ ---- */

static bool same_run(const GPtrArray *loaded, guint a, guint b, int policy)
{
	const RcuSimScenario *left = loaded->pdata[a], *right = loaded->pdata[b];

	return strcmp(rcusim_scenario_hash(left), rcusim_scenario_hash(right)) == 0 &&
	       strcmp(rcusim_scenario_policy_params(left, policy),
		      rcusim_scenario_policy_params(right, policy)) == 0;
}

/* Whether the values of parameter @d make a difference to policy @policy. */
static bool concerns(const GPtrArray *dimensions, const GPtrArray *loaded, guint d, int policy)
{
	for (guint i = 0; i < loaded->len; i++) {
		bool only_d = true;

		for (guint k = 0; k < dimensions->len; k++)
			only_d &= k == d || value_of(dimensions, i, k) == 0;
		if (only_d && !same_run(loaded, 0, i, policy))
			return true;
	}
	return false;
}

/* "per-vma, rcu.blimit=10"; NULL if combination @i repeats another for this policy. */
static char *label_of(const GPtrArray *dimensions, const GPtrArray *loaded, guint i, int policy)
{
	g_autoptr(GString) label =
		g_string_new(rcusim_scenario_policy_label(loaded->pdata[i], policy));

	for (guint d = 0; d < dimensions->len; d++) {
		const struct dimension *dimension = dimensions->pdata[d];
		const guint value = value_of(dimensions, i, d);
		g_autofree char *set = g_strdup(dimension->sets->pdata[value]);

		if (concerns(dimensions, loaded, d, policy))
			g_string_append_printf(label, ", %s", g_strdelimit(set, "\"", '\''));
		else if (value != 0)
			return NULL;
	}
	return g_string_free(g_steal_pointer(&label), false);
}

static bool check_dimensions(const GPtrArray *dimensions, const GPtrArray *loaded, GError **error)
{
	for (guint d = 0; d < dimensions->len; d++) {
		const struct dimension *dimension = dimensions->pdata[d];
		bool matters = dimension->sets->len == 1;

		for (int p = 0; p < rcusim_scenario_n_policies(loaded->pdata[0]); p++)
			matters |= concerns(dimensions, loaded, d, p);
		if (matters)
			continue;
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
			    "--vary %s: its values make no difference to any of the policies",
			    dimension->path);
		return false;
	}
	return true;
}

/* Combination @i, loaded, with the policies for which it has one of @labels. */
static bool add_combination(RcuSimVariants *variants, RcuSimScenario *scenario, char *const *labels,
			    GError **error)
{
	g_autoptr(GStrvBuilder) kept_labels = g_strv_builder_new();
	g_autoptr(GString) kept = g_string_new(NULL);
	struct variant_scenario *variant;

	for (int p = 0; p < rcusim_scenario_n_policies(scenario); p++) {
		if (labels[p] == NULL)
			continue;
		g_strv_builder_add(kept_labels, labels[p]);
		g_string_append_printf(kept, "%s%s", kept->len > 0 ? "," : "",
				       rcusim_scenario_policy_label(scenario, p));
	}
	if (kept->len == 0) {
		rcusim_scenario_free(scenario);
		return true;
	}
	variant = g_new0(struct variant_scenario, 1);
	variant->scenario = scenario;
	variant->labels = g_strv_builder_end(kept_labels);
	g_ptr_array_add(variants->scenarios, variant);
	return rcusim_scenario_select_policies(scenario, kept->str, error);
}

/* Takes the scenarios over that are needed. */
static bool add_combinations(RcuSimVariants *variants, const GPtrArray *dimensions,
			     GPtrArray *loaded, GError **error)
{
	const guint n_policies = (guint)rcusim_scenario_n_policies(loaded->pdata[0]);
	g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func(g_free);
	bool added = true;

	for (guint i = 0; i < loaded->len; i++)
		for (guint p = 0; p < n_policies; p++)
			g_ptr_array_add(labels, label_of(dimensions, loaded, i, (int)p));
	for (guint p = 0; p < n_policies; p++)
		for (guint i = 0; i < loaded->len; i++)
			if (labels->pdata[i * n_policies + p] != NULL)
				g_ptr_array_add(variants->labels,
						g_strdup(labels->pdata[i * n_policies + p]));
	for (guint i = 0; i < loaded->len && added; i++)
		added = add_combination(variants, g_steal_pointer(&loaded->pdata[i]),
					(char *const *)&labels->pdata[i * n_policies], error);
	return added;
}

static bool fill(RcuSimVariants *variants, const RcuSimVariantsSpec *spec,
		 const GPtrArray *dimensions, GError **error)
{
	g_autoptr(GPtrArray) loaded =
		g_ptr_array_new_with_free_func((GDestroyNotify)rcusim_scenario_free);

	for (guint i = 0; i < n_combinations(dimensions); i++) {
		g_auto(GStrv) sets = sets_of(spec, dimensions, i);
		RcuSimScenario *scenario =
			load(spec, variants->scenario, (const char *const *)sets, error);

		if (scenario == NULL) {
			blame_vary(error, dimensions);
			return false;
		}
		g_ptr_array_add(loaded, scenario);
	}
	if (!check_dimensions(dimensions, loaded, error) ||
	    !add_combinations(variants, dimensions, loaded, error))
		return false;
	if (variants->labels->len >= 2)
		return true;
	g_set_error(
		error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
		"one variant, %s: nothing to compare; name more policies (--policy all) or values "
		"(--vary rcu.blimit=10,20)",
		(char *)variants->labels->pdata[0]);
	return false;
}

RcuSimVariants *rcusim_variants_load(const RcuSimVariantsSpec *spec, GError **error)
{
	g_autoptr(RcuSimVariants) variants = g_new0(RcuSimVariants, 1);
	g_autoptr(GPtrArray) dimensions = NULL;

	variants->scenarios = g_ptr_array_new_with_free_func(variant_scenario_free);
	variants->labels = g_ptr_array_new_with_free_func(g_free);
	variants->scenario = load(spec, NULL, spec->sets, error);
	if (variants->scenario == NULL)
		return NULL;
	dimensions = dimensions_of(spec, scenario_contents(variants->scenario), error);
	if (dimensions == NULL || !fill(variants, spec, dimensions, error))
		return NULL;
	return g_steal_pointer(&variants);
}

const RcuSimScenario *rcusim_variants_scenario(const RcuSimVariants *variants)
{
	return variants->scenario;
}

int rcusim_variants_n(const RcuSimVariants *variants)
{
	return (int)variants->labels->len;
}

const char *rcusim_variants_label(const RcuSimVariants *variants, int i)
{
	return i < 0 || i >= (int)variants->labels->len ? NULL : variants->labels->pdata[i];
}
