/*
 * compare_databases.c - runs that are stored already, side by side.
 *
 * Within one database the policies of a scenario are compared, between two the runs of the same scenario
 * name, policy label and seed. That both were asked the same is not taken for granted: parameters in which
 * the two differ are named.
 */
#include <string.h>

#include "study/comparison.h"

#define MAX_NAMED 6 /* in a message */

/* A run and where it stands in the comparison. */
struct stored_run {
	int64_t run;
	char *scenario, *label, *seed, *hash, *params;
	int group, variant;
	char *key; /* the seed, and what tells it from other runs with it; NULL: not compared */
};

static void stored_run_free(void *data)
{
	struct stored_run *run = data;

	g_free(run->scenario);
	g_free(run->label);
	g_free(run->seed);
	g_free(run->hash);
	g_free(run->params);
	g_free(run->key);
	g_free(run);
}

static GPtrArray *read_runs(RcuSimDatabase *database, GError **error)
{
	g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(stored_run_free);
	g_autoptr(RcuSimQuery) query = rcusim_query_new(
		database,
		"SELECT run.run, scenario.name, label, seed, scenario_hash, policy || params"
		" FROM run JOIN scenario USING (scenario) ORDER BY run.run",
		error);
	GError *failure = NULL;

	while (query != NULL && rcusim_query_next(query, &failure)) {
		struct stored_run *run = g_new0(struct stored_run, 1);

		run->run = rcusim_query_integer(query, 0);
		run->scenario = g_strdup(rcusim_query_text(query, 1));
		run->label = g_strdup(rcusim_query_text(query, 2));
		run->seed = g_strdup(rcusim_query_text(query, 3));
		run->hash = g_strdup(rcusim_query_text(query, 4));
		run->params = g_strdup(rcusim_query_text(query, 5));
		g_ptr_array_add(runs, run);
	}
	if (failure != NULL)
		g_propagate_error(error, failure);
	return query == NULL || failure != NULL ? NULL : g_steal_pointer(&runs);
}

static const struct stored_run *run_numbered(const GPtrArray *runs, int64_t number)
{
	for (guint i = 0; i < runs->len; i++) {
		const struct stored_run *run = runs->pdata[i];

		if (run->run == number)
			return run;
	}
	return NULL;
}

static bool add_metrics(RcuSimComparison *comparison, RcuSimDatabase *database,
			const GPtrArray *runs, GError **error)
{
	g_autoptr(RcuSimQuery) query = rcusim_query_new(
		database, "SELECT run, metric, unit, value FROM v_metrics ORDER BY run, seq",
		error);
	const struct stored_run *run = NULL;
	GError *failure = NULL;

	while (query != NULL && rcusim_query_next(query, &failure)) {
		const int64_t number = rcusim_query_integer(query, 0);

		if (run == NULL || run->run != number)
			run = run_numbered(runs, number);
		if (run != NULL && run->key != NULL)
			comparison_add(comparison, run->group, run->variant, run->key,
				       rcusim_query_text(query, 1), rcusim_query_text(query, 2),
				       rcusim_query_integer(query, 3));
	}
	if (failure != NULL)
		g_propagate_error(error, failure);
	return query != NULL && failure == NULL;
}

/* ---- One database ---- */

static bool same_place(const struct stored_run *a, const struct stored_run *b)
{
	return strcmp(a->scenario, b->scenario) == 0 && strcmp(a->label, b->label) == 0 &&
	       strcmp(a->seed, b->seed) == 0;
}

/* Runs that only --set told apart have the same label: the number of the run is added. */
static char *unique_label(const GPtrArray *runs, const struct stored_run *run)
{
	for (guint i = 0; i < runs->len; i++)
		if (runs->pdata[i] != run && same_place(runs->pdata[i], run))
			return g_strdup_printf("%s run %" G_GINT64_FORMAT, run->label, run->run);
	return g_strdup(run->label);
}

RcuSimComparison *rcusim_compare_database(RcuSimDatabase *database, GError **error)
{
	g_autoptr(RcuSimComparison) comparison = comparison_new();
	g_autoptr(GPtrArray) runs = read_runs(database, error);

	if (runs == NULL)
		return NULL;
	for (guint i = 0; i < runs->len; i++) {
		struct stored_run *run = runs->pdata[i];
		g_autofree char *label = unique_label(runs, run);

		run->group = comparison_group(comparison, run->scenario, NULL);
		run->variant = comparison_variant(comparison, run->group, label);
		run->key = g_strdup(run->seed);
	}
	return add_metrics(comparison, database, runs, error) ? g_steal_pointer(&comparison) : NULL;
}

/* ---- Two databases ---- */

/* The like of @run in @others that nobody has taken: with equal parameters if there is one. */
static struct stored_run *partner_of(const struct stored_run *run, const GPtrArray *others)
{
	struct stored_run *partner = NULL;

	for (guint i = 0; i < others->len; i++) {
		struct stored_run *other = others->pdata[i];

		if (other->key != NULL || !same_place(run, other))
			continue;
		if (strcmp(run->hash, other->hash) == 0 && strcmp(run->params, other->params) == 0)
			return other;
		if (partner == NULL)
			partner = other;
	}
	return partner;
}

static GHashTable *read_params(RcuSimDatabase *database, int64_t run, GPtrArray *names)
{
	GHashTable *params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autofree char *sql = g_strdup_printf(
		"SELECT parameter, value FROM v_params WHERE run = %" G_GINT64_FORMAT, run);
	g_autoptr(RcuSimQuery) query = rcusim_query_new(database, sql, NULL);

	while (query != NULL && rcusim_query_next(query, NULL)) {
		const char *name = rcusim_query_text(query, 0);

		if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
			g_ptr_array_add(names, g_strdup(name));
		g_hash_table_replace(params, g_strdup(name), g_strdup(rcusim_query_text(query, 1)));
	}
	return params;
}

static bool has_note(const RcuSimComparison *comparison, const char *note)
{
	for (int i = 0; rcusim_comparison_note(comparison, i) != NULL; i++)
		if (strcmp(rcusim_comparison_note(comparison, i), note) == 0)
			return true;
	return false;
}

/* Adds "rcu.blimit is 10 in A and 20 in B, ..." once, however many runs it holds for. */
static void note_differences(RcuSimComparison *comparison, RcuSimDatabase *a,
			     const struct stored_run *left, RcuSimDatabase *b,
			     const struct stored_run *right)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) in_a = read_params(a, left->run, names);
	g_autoptr(GHashTable) in_b = read_params(b, right->run, names);
	const bool is_policy = strcmp(left->hash, right->hash) == 0;
	g_autoptr(GString) note = g_string_new(left->scenario);
	int n = 0;

	if (is_policy)
		g_string_append_printf(note, ", %s", left->label);
	g_string_append(note, ": the runs differ in more than the program:");
	for (guint i = 0; i < names->len; i++) {
		const char *x = g_hash_table_lookup(in_a, names->pdata[i]);
		const char *y = g_hash_table_lookup(in_b, names->pdata[i]);

		if (g_strcmp0(x, y) == 0)
			continue;
		if (n++ < MAX_NAMED)
			g_string_append_printf(note, "%s %s is %s in A and %s in B",
					       n > 1 ? "," : "", (char *)names->pdata[i],
					       x == NULL ? "absent" : x, y == NULL ? "absent" : y);
	}
	if (n == 0)
		g_string_append(note, " their scenarios have different hashes");
	else if (n > MAX_NAMED)
		g_string_append_printf(note, " and %d more", n - MAX_NAMED);
	if (!has_note(comparison, note->str))
		comparison_add_note(comparison, g_strdup(note->str));
}

static void note_unpaired(RcuSimComparison *comparison, const char *name, const GPtrArray *runs)
{
	g_autoptr(GString) list = g_string_new(NULL);
	int n = 0;

	for (guint i = 0; i < runs->len; i++) {
		const struct stored_run *run = runs->pdata[i];

		if (run->key != NULL)
			continue;
		if (n++ < 3)
			g_string_append_printf(list, "%s%s under %s with seed %s",
					       n > 1 ? ", " : "", run->scenario, run->label,
					       run->seed);
	}
	if (n > 0)
		comparison_add_note(
			comparison,
			g_strdup_printf("runs of %s without a partner, left out: %d: %s%s", name, n,
					list->str, n > 3 ? ", ..." : ""));
}

/* Returns how many pairs there are. */
static int pair_up(RcuSimComparison *comparison, RcuSimDatabase *a, GPtrArray *left,
		   RcuSimDatabase *b, GPtrArray *right)
{
	int n = 0;

	for (guint i = 0; i < left->len; i++) {
		struct stored_run *run = left->pdata[i];
		struct stored_run *partner = partner_of(run, right);
		char *key;

		if (partner == NULL)
			continue;
		run->group = comparison_group(comparison, run->scenario, run->label);
		partner->group = run->group;
		run->variant = comparison_variant(comparison, run->group, "A");
		partner->variant = comparison_variant(comparison, run->group, "B");
		key = g_strdup_printf("%s %d", run->seed, n++);
		run->key = key;
		partner->key = g_strdup(key);
		if (strcmp(run->hash, partner->hash) != 0 ||
		    strcmp(run->params, partner->params) != 0)
			note_differences(comparison, a, run, b, partner);
	}
	return n;
}

/* What a database has, for someone who wonders why nothing pairs. */
static char *describe(const GPtrArray *runs)
{
	const struct stored_run *first = runs->len == 0 ? NULL : runs->pdata[0];

	return first == NULL ? g_strdup("holds no runs")
			     : g_strdup_printf("holds runs like %s under %s with seed %s",
					       first->scenario, first->label, first->seed);
}

RcuSimComparison *rcusim_compare_databases(RcuSimDatabase *a, RcuSimDatabase *b, GError **error)
{
	g_autoptr(RcuSimComparison) comparison = comparison_new();
	g_autoptr(GPtrArray) left = read_runs(a, error);
	g_autoptr(GPtrArray) right = left == NULL ? NULL : read_runs(b, error);

	if (right == NULL)
		return NULL;
	if (pair_up(comparison, a, left, b, right) == 0) {
		g_autofree char *in_a = describe(left);
		g_autofree char *in_b = describe(right);

		g_set_error(
			error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			"no run of %s has its like in %s, with the same scenario name, policy label "
			"and seed: the first %s, the second %s",
			rcusim_database_path(a), rcusim_database_path(b), in_a, in_b);
		return NULL;
	}
	note_unpaired(comparison, "A", left);
	note_unpaired(comparison, "B", right);
	if (!add_metrics(comparison, a, left, error) || !add_metrics(comparison, b, right, error))
		return NULL;
	return g_steal_pointer(&comparison);
}
