/*
 * load.c - RcuSimScenario: a scenario from its file to its resolved form.
 *
 * read file -> strict JSON -> includes merged -> overrides put in -> tables fill the contents -> cross
 * checks -> resolved form and hash. Each step adds its problems to one list; only a step that leaves
 * nothing to go on with ends the loading.
 */
#include "scenario/load.h"

#include <string.h>

#include "scenario/include.h"
#include "scenario/param_json.h"
#include "scenario/path.h"
#include "scenario/read.h"
#include "scenario/resolve.h"
#include "scenario/select.h"
#include "scenario/source.h"

struct RcuSimScenario {
	struct scenario contents;
	char *file; /* as messages name it */
	char *text; /* as it was read */
	GTree *origins;
	/* derived from the contents */
	char *resolved;
	char *hash;
	char **policy_params;
	GPtrArray *values; /* struct resolved_value */
};

static void policies_free(struct scenario_policy *policies, int n)
{
	for (int i = 0; i < n; i++) {
		if (policies[i].ops != NULL)
			params_clear(policies[i].ops->params, policies[i].params);
		g_free(policies[i].params);
		g_free(policies[i].label);
	}
	g_free(policies);
}

static void workload_clear(struct workload *workload)
{
	params_clear(workload_common_params, workload);
	/* whatever the kind: a distribution that it does not use is zero, and owns nothing */
	dist_clear(&workload->vmas);
	dist_clear(&workload->pause);
	dist_clear(&workload->hold);
	g_free(workload->trace);
	g_free(workload->trace_sha256);
	replay_unref(workload->replay);
}

void scenario_vary_clear(struct scenario_vary *vary)
{
	for (int i = 0; i < vary->n_values; i++)
		g_free(vary->values[i]);
	g_free(vary->values);
	g_free(vary->path);
}

void scenario_clear(struct scenario *contents)
{
	policies_free(contents->policies, contents->n_policies);
	for (int i = 0; i < contents->n_workloads; i++)
		workload_clear(&contents->workloads[i]);
	for (int i = 0; i < contents->n_vary; i++)
		scenario_vary_clear(&contents->vary[i]);
	for (int i = 0; i < contents->n_objectives; i++)
		g_free(contents->objectives[i].metric);
	for (int i = 0; i < contents->n_expects; i++) {
		g_free(contents->expects[i].metric);
		g_free(contents->expects[i].policy);
	}
	g_free(contents->workloads);
	g_free(contents->vary);
	g_free(contents->objectives);
	g_free(contents->expects);
	g_free(contents->name);
	g_free(contents->question);
	g_free(contents->cost_profile);
	g_clear_pointer(&contents->cost_sources, g_tree_unref);
	memset(contents, 0, sizeof(*contents));
}

static void scenario_forget_derived(RcuSimScenario *scenario)
{
	g_clear_pointer(&scenario->resolved, g_free);
	g_clear_pointer(&scenario->hash, g_free);
	g_clear_pointer(&scenario->policy_params, g_strfreev);
	g_clear_pointer(&scenario->values, g_ptr_array_unref);
}

/* After every change of the contents. */
static void scenario_derive(RcuSimScenario *scenario)
{
	const struct scenario *contents = &scenario->contents;

	scenario_forget_derived(scenario);
	scenario->resolved = resolve_text(contents, scenario->origins, &scenario->values);
	scenario->hash = resolve_hash(contents);
	scenario->policy_params = g_new0(char *, (gsize)contents->n_policies + 1);
	for (int i = 0; i < contents->n_policies; i++)
		scenario->policy_params[i] = resolve_policy(&contents->policies[i]);
}

void rcusim_scenario_free(RcuSimScenario *scenario)
{
	if (scenario == NULL)
		return;
	scenario_forget_derived(scenario);
	scenario_clear(&scenario->contents);
	g_clear_pointer(&scenario->origins, g_tree_unref);
	g_free(scenario->file);
	g_free(scenario->text);
	g_free(scenario);
}

/* Problems of overrides alone are the caller's command line, all others are the input's. */
static RcuSimError load_error_code(const struct diag *diag, bool unreadable)
{
	if (unreadable)
		return RCUSIM_ERROR_SYSTEM;
	return diag_n_unplaced(diag) == diag_n(diag) ? RCUSIM_ERROR_USAGE : RCUSIM_ERROR_INVALID;
}

/* Everything from the text on; @diag has the problems afterwards. */
static void scenario_fill(RcuSimScenario *scenario, size_t len, const char *const *sets,
			  struct includer *includer, struct diag *diag)
{
	struct param_reader reader = { .diag = diag,
				       .origins = scenario->origins,
				       .file = scenario->file,
				       .dir = includer->scenario_dir,
				       .files = includer->files };
	struct json *root = include_parse(includer, scenario->text, len, scenario->file);

	if (root != NULL)
		root = include_resolve(includer, root, scenario->file);
	if (root == NULL)
		return;
	sets_apply(sets, root, includer->files, diag);
	scenario_read(&reader, root, &scenario->contents);
	includer->unreadable |= reader.unreadable;
	json_free(root);
}

/* As rcusim_scenario_parse(); takes @text over, behind which is a NUL. */
static RcuSimScenario *scenario_take(char *text, size_t len, const char *file,
				     const char *const *sets, GError **error)
{
	g_autoptr(RcuSimScenario) scenario = g_new0(RcuSimScenario, 1);
	g_autofree char *dir = g_path_get_dirname(file);
	struct diag *diag = diag_new();
	struct includer includer;
	bool valid;

	scenario->file = g_strdup(strcmp(file, "-") == 0 ? "<stdin>" : file);
	scenario->text = text;
	scenario->origins = g_tree_new_full(name_order, NULL, g_free, g_free);
	includer_init(&includer, diag, dir);
	scenario_fill(scenario, len, sets, &includer, diag);
	valid = diag_n(diag) == 0;
	if (valid)
		scenario_derive(scenario);
	else
		diag_to_error(diag, load_error_code(diag, includer.unreadable), error);
	includer_clear(&includer);
	diag_free(diag);
	return valid ? g_steal_pointer(&scenario) : NULL;
}

RcuSimScenario *rcusim_scenario_parse(const char *text, size_t len, const char *file,
				      const char *const *sets, GError **error)
{
	char *copy = g_malloc(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return scenario_take(copy, len, file, sets, error);
}

RcuSimScenario *rcusim_scenario_load(const char *name, const char *const *sets, GError **error)
{
	g_autofree char *path = source_find(name, error);
	g_autofree char *text = NULL;
	size_t len;

	if (path == NULL || !source_read(path, JSON_MAX_BYTES, false, &text, &len, error))
		return NULL;
	return scenario_take(g_steal_pointer(&text), len, path, sets, error);
}

const struct scenario *scenario_contents(const RcuSimScenario *scenario)
{
	return &scenario->contents;
}

const char *rcusim_scenario_name(const RcuSimScenario *scenario)
{
	return scenario->contents.name;
}

const char *rcusim_scenario_question(const RcuSimScenario *scenario)
{
	return scenario->contents.question;
}

uint64_t rcusim_scenario_seed(const RcuSimScenario *scenario)
{
	return scenario->contents.seed;
}

int64_t rcusim_scenario_duration_ns(const RcuSimScenario *scenario)
{
	return scenario->contents.duration_ns;
}

const char *rcusim_scenario_text(const RcuSimScenario *scenario)
{
	return scenario->text;
}

const char *rcusim_scenario_resolved(const RcuSimScenario *scenario)
{
	return scenario->resolved;
}

const char *rcusim_scenario_hash(const RcuSimScenario *scenario)
{
	return scenario->hash;
}

int rcusim_scenario_n_policies(const RcuSimScenario *scenario)
{
	return scenario->contents.n_policies;
}

const char *rcusim_scenario_policy_label(const RcuSimScenario *scenario, int i)
{
	return scenario->contents.policies[i].label;
}

const char *rcusim_scenario_policy_name(const RcuSimScenario *scenario, int i)
{
	return scenario->contents.policies[i].ops->name;
}

const char *rcusim_scenario_policy_params(const RcuSimScenario *scenario, int i)
{
	return scenario->policy_params[i];
}

/* Where a default comes from; a cost figure's depends on the profile. */
static const char *value_source(const RcuSimScenario *scenario, const struct resolved_value *value)
{
	static const char costs[] = "costs_ns.";

	if (g_str_has_prefix(value->path, costs) && strcmp(value->origin, "default") == 0 &&
	    scenario->contents.cost_sources != NULL)
		return g_tree_lookup(scenario->contents.cost_sources, value->path + strlen(costs));
	if (g_str_has_prefix(value->path, costs) && strcmp(value->origin, "default") == 0)
		return cost_figure_source(scenario->contents.cost_profile,
					  value->path + strlen(costs));
	return value->source;
}

bool rcusim_scenario_value(const RcuSimScenario *scenario, int i, struct rcusim_scenario_value *ret)
{
	const struct resolved_value *value;

	if (i < 0 || i >= (int)scenario->values->len)
		return false;
	value = g_ptr_array_index(scenario->values, (guint)i);
	*ret = (struct rcusim_scenario_value){ .path = value->path,
					       .value = value->text,
					       .unit = value->unit,
					       .help = value->help,
					       .source = value_source(scenario, value),
					       .origin = value->origin };
	return true;
}

bool rcusim_scenario_select_policies(RcuSimScenario *scenario, const char *list, GError **error)
{
	struct scenario *contents = &scenario->contents;
	GArray *selected = g_array_new(FALSE, FALSE, sizeof(struct scenario_policy));
	const bool valid = policies_select(contents, list, selected, error);
	const int n = (int)selected->len;
	struct scenario_policy *policies = (void *)g_array_free(selected, FALSE);

	if (!valid) {
		policies_free(policies, n);
		return false;
	}
	policies_free(contents->policies, contents->n_policies);
	contents->policies = policies;
	contents->n_policies = n;
	policies_forget_absent(contents);
	scenario_derive(scenario);
	return true;
}

void rcusim_scenario_set_seed(RcuSimScenario *scenario, uint64_t seed)
{
	scenario->contents.seed = seed;
	g_tree_replace(scenario->origins, g_strdup("seed"), g_strdup("--seed"));
	scenario_derive(scenario);
}

char **rcusim_scenario_list(void)
{
	return source_list();
}

char **rcusim_scenario_dirs(void)
{
	return source_dirs();
}
