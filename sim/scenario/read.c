/*
 * read.c - the root of a scenario and its sections.
 *
 * Order matters in one way only: what later checks refer to is read first (machine.cpus before any CPU
 * list, vma.max_map_count before workloads, policies before expectations).
 */
#include "scenario/read.h"

#include <string.h>

#include "base/assert.h"
#include "base/decimal.h"
#include "scenario/root.h"

bool id_is_valid(const char *id)
{
	return *id != '\0' && strlen(id) <= SCENARIO_MAX_ID &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
}

static void root_refuse_unknown(struct param_reader *reader, const struct json *root)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	static const char *const others[] = { "policies", "workload", "vary",    "objectives",
					      "expect",   "include",  "$schema", NULL };

	g_ptr_array_add(names, (void *)"schema_version");
	g_ptr_array_add(names, (void *)"seed");
	names_add(names, root_params);
	for (const struct section *section = sections; section->name != NULL; section++)
		g_ptr_array_add(names, (void *)section->name);
	for (int i = 0; others[i] != NULL; i++)
		g_ptr_array_add(names, (void *)others[i]);
	g_ptr_array_add(names, NULL);
	json_refuse_unknown(reader, root, (const char *const *)names->pdata);
}

static void version_read(struct param_reader *reader, const struct json *root)
{
	const struct json *version = json_find(root, "schema_version");
	const struct json *schema = json_find(root, "$schema");
	int64_t value = 0;

	if (version == NULL)
		json_missing(reader, root, "schema_version", "1");
	else if (version->type != JSON_NUMBER ||
		 decimal_int64(version->text, &value) != DECIMAL_EXACT ||
		 value != SCENARIO_SCHEMA_VERSION)
		json_refuse(reader, version, "1, the version that this program reads");
	if (schema != NULL && schema->type != JSON_STRING)
		json_refuse(reader, schema, "a string");
}

static void seed_read(struct param_reader *reader, const struct json *root, uint64_t *ret)
{
	const struct json *seed = json_find(root, "seed");
	enum decimal_verdict verdict = DECIMAL_NOT_A_NUMBER;

	*ret = 1;
	if (seed == NULL)
		return;
	if (seed->type == JSON_NUMBER)
		verdict = decimal_uint64(seed->text, ret);
	else if (seed->type == JSON_STRING)
		verdict = decimal_seed(seed->text, ret);
	if (verdict == DECIMAL_EXACT)
		param_note_origin(reader, "", "seed", seed);
	else
		json_refuse(
			reader, seed,
			"an integer 0 ... 18446744073709551615, or a string of it or like \"0x5eed\"");
}

static void section_read(struct param_reader *reader, const struct section *section,
			 const struct json *root, struct scenario *contents)
{
	const struct json *json = json_find(root, section->name);
	void *base = (char *)contents + section->offset;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const bool costs = section->params == cost_params;

	params_set_defaults(section->params, base, reader->n_cpus);
	if (costs)
		costs_profile_read(reader, json, contents);
	if (json == NULL)
		return;
	if (costs)
		g_ptr_array_add(names, (void *)"profile");
	names_add(names, section->params);
	g_ptr_array_add(names, NULL);
	if (json_refuse_unknown(reader, json, (const char *const *)names->pdata))
		params_read(reader, section->params, json, section->name, base);
}

/* Without a list of their own housekeeping kthreads keep off the adaptive-tick CPUs (rcu-behaviour.md 6.2). */
static void housekeeping_read(struct param_reader *reader, struct machine_config *machine)
{
	int cpu;

	if (g_tree_lookup(reader->origins, "machine.housekeeping") != NULL)
		return;
	for_each_cpu(cpu, &machine->nohz_full)
		cpumask_clear_cpu(&machine->housekeeping, cpu);
}

/* CPU lists refer to machine.cpus: it is read before all else, its problems are told with its section. */
static int cpus_read(const struct json *root)
{
	const struct json *json = json_find(json_find(root, "machine"), "cpus");
	const struct param *cpus = param_find(machine_params, "cpus");
	int64_t value = 0;

	if (json == NULL)
		return (int)cpus->dflt;
	if (json->type != JSON_NUMBER || decimal_int64(json->text, &value) != DECIMAL_EXACT ||
	    value < cpus->min || value > cpus->max)
		return SIM_MAX_CPUS; /* one problem is enough: every list is within that */
	return (int)value;
}

void scenario_read(struct param_reader *reader, const struct json *root, struct scenario *contents)
{
	reader->n_cpus = cpus_read(root);
	root_refuse_unknown(reader, root);
	version_read(reader, root);
	params_set_defaults(root_params, contents, reader->n_cpus);
	params_read(reader, root_params, root, "", contents);
	seed_read(reader, root, &contents->seed);
	for (const struct section *section = sections; section->name != NULL; section++)
		section_read(reader, section, root, contents);
	housekeeping_read(reader, &contents->machine);
	policies_read(reader, root, contents);
	workloads_read(reader, root, contents);
	vary_read(reader, root, contents);
	objectives_read(reader, root, contents);
	expects_read(reader, root, contents);
	scenario_check(reader, root, contents);
}
