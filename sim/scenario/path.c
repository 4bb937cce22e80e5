#include "scenario/path.h"

#include <string.h>

#include "base/edit.h"
#include "policy/registry.h"
#include "scenario/dist_json.h"
#include "scenario/read.h"
#include "scenario/root.h"

/* The seed is a string or a number; seed_read() has the last word. */
static const struct param seed_param = { .name = "seed", .type = PARAM_INT };
static const struct param profile_param = { .name = "profile",
					    .type = PARAM_ENUM,
					    .choices = cost_profile_names };

/* A path in its parts, and what messages need. */
struct path_reader {
	const char *path;
	char **parts;
	int n;
	const struct json *root;
	GArray *targets;
	char **ret_why;
};

static bool path_add(struct path_reader *reader, const struct param *param, struct json *parent,
		     const char *section)
{
	struct path_target target = { .param = *param, .parent = parent, .section = section };

	target.param.offset = 0;
	target.key = param->name;
	g_array_append_val(reader->targets, target);
	return true;
}

/* No parameter @path: its part @i is none of @accepted; always false. */
static bool path_refuse(struct path_reader *reader, int i, const char *const *accepted)
{
	const char *near = edit_nearest(reader->parts[i], accepted);
	g_autofree char *shown = diag_quote(reader->path);
	g_autofree char *hint = NULL;

	if (near != NULL) {
		g_autoptr(GString) meant = g_string_new(NULL);
		g_autofree char *quoted = NULL;

		for (int k = 0; k < reader->n; k++)
			g_string_append_printf(meant, "%s%s", k > 0 ? "." : "",
					       k == i ? near : reader->parts[k]);
		quoted = diag_quote(meant->str);
		hint = g_strdup_printf("did you mean %s?", quoted);
	} else {
		g_autofree char *all = names_list(accepted);
		g_autofree char *quoted = diag_quote(reader->parts[i]);

		hint = g_strdup_printf("in place of %s are accepted: %s", quoted,
				       *all != '\0' ? all : "none");
	}
	*reader->ret_why = g_strdup_printf("no parameter %s; %s", shown, hint);
	return false;
}

static bool path_refuse_text(struct path_reader *reader, const char *why)
{
	g_autofree char *shown = diag_quote(reader->path);

	*reader->ret_why = g_strdup_printf("no parameter %s; %s", shown, why);
	return false;
}

/* Part @i must be a parameter of @params, and the last part. */
static const struct param *path_param(struct path_reader *reader, int i, const struct param *params,
				      const char *extra)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const struct param *param = i < reader->n ? param_find(params, reader->parts[i]) : NULL;

	if (param != NULL && i == reader->n - 1)
		return param;
	if (param != NULL) {
		path_refuse_text(reader, "it has a part too many");
		return NULL;
	}
	names_add(names, params);
	if (extra != NULL)
		g_ptr_array_add(names, (void *)extra);
	g_ptr_array_add(names, NULL);
	if (i < reader->n) {
		path_refuse(reader, i, (const char *const *)names->pdata);
	} else {
		g_autofree char *all = names_list((const char *const *)names->pdata);
		g_autofree char *why = g_strdup_printf("behind it is expected one of: %s", all);

		path_refuse_text(reader, why);
	}
	return NULL;
}

static bool path_section(struct path_reader *reader, const struct section *section)
{
	const bool costs = section->params == cost_params;
	const struct param *param;

	if (costs && reader->n == 2 && strcmp(reader->parts[1], profile_param.name) == 0)
		return path_add(reader, &profile_param, (struct json *)reader->root, section->name);
	param = path_param(reader, 1, section->params, costs ? profile_param.name : NULL);
	return param != NULL && path_add(reader, param, (struct json *)reader->root, section->name);
}

static const struct vma_policy_ops *path_policy_ops(const struct json *policy)
{
	const struct json *named = json_find(policy, "policy");

	if (policy->type != JSON_OBJECT || (named != NULL && named->type != JSON_STRING))
		return NULL;
	return vma_policy_find(named != NULL ? named->text : policy->key);
}

/* A policy that has a parameter @name, or NULL. */
static const struct vma_policy_ops *path_policy_with(const char *name)
{
	for (int i = 0; vma_policies[i] != NULL; i++)
		if (param_find(vma_policies[i]->params, name) != NULL)
			return vma_policies[i];
	return NULL;
}

/* Whether a label of the scenario stands for @ops. */
static bool path_has_policy(const struct json *root, const struct vma_policy_ops *ops)
{
	const struct json *policies = json_find(root, "policies");

	for (const struct json *policy = policies ? policies->first : NULL; policy;
	     policy = policy->next)
		if (path_policy_ops(policy) == ops)
			return true;
	return false;
}

/* None of the scenario's policies has a parameter of that name. */
static bool path_refuse_policy(struct path_reader *reader)
{
	const struct vma_policy_ops *other = path_policy_with(reader->parts[1]);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *why = NULL;

	for (int i = 0; vma_policies[i] != NULL; i++)
		if (path_has_policy(reader->root, vma_policies[i]))
			names_add(names, vma_policies[i]->params);
	g_ptr_array_add(names, NULL);
	if (other == NULL && names->len > 1)
		return path_refuse(reader, 1, (const char *const *)names->pdata);
	why = other == NULL ? g_strdup("the policies of the scenario have no parameters")
			    : g_strdup_printf("it is one of policy \"%s\", which does not run here",
					      other->name);
	return path_refuse_text(reader, why);
}

/* policy.X: every policy of the scenario that has a parameter X. */
static bool path_policy(struct path_reader *reader)
{
	const struct json *policies = json_find(reader->root, "policies");
	const guint n_before = reader->targets->len;

	if (reader->n != 2)
		return path_refuse_text(reader, "expected policy.NAME, a parameter of a policy");
	for (struct json *policy = policies ? policies->first : NULL; policy;
	     policy = policy->next) {
		const struct vma_policy_ops *ops = path_policy_ops(policy);
		const struct param *param = ops ? param_find(ops->params, reader->parts[1]) : NULL;

		if (param != NULL)
			path_add(reader, param, policy, NULL);
	}
	return reader->targets->len > n_before || path_refuse_policy(reader);
}

/* policies.LABEL.X */
static bool path_policies(struct path_reader *reader)
{
	const struct json *policies = json_find(reader->root, "policies");
	struct json *policy = reader->n > 1 ? json_find(policies, reader->parts[1]) : NULL;
	const struct vma_policy_ops *ops;
	const struct param *param;

	if (policy == NULL) {
		g_autoptr(GPtrArray) labels = g_ptr_array_new();

		for (const struct json *child = policies ? policies->first : NULL; child;
		     child = child->next)
			g_ptr_array_add(labels, child->key);
		g_ptr_array_add(labels, NULL);
		if (reader->n < 2)
			return path_refuse_text(reader, "expected policies.LABEL.NAME");
		return path_refuse(reader, 1, (const char *const *)labels->pdata);
	}
	ops = path_policy_ops(policy);
	if (ops == NULL)
		return path_refuse_text(reader, "that label stands for no policy");
	param = path_param(reader, 2, ops->params, NULL);
	return param != NULL && path_add(reader, param, policy, NULL);
}

/* workload.ID.DIST.FIELD, of a distribution that the file spells as an object. */
static bool path_dist(struct path_reader *reader, struct json *entry, const struct param *param)
{
	const struct json *json = json_find(entry, param->name);
	const struct param *field;
	struct param limited;

	if (json == NULL || json->type != JSON_OBJECT)
		return path_refuse_text(
			reader, "the scenario has no distribution there; set it as a whole");
	field = path_param(reader, 3, dist_field_params(param->type), NULL);
	if (field == NULL)
		return false;
	limited = dist_field_limited(field, param);
	return path_add(reader, &limited, entry, param->name);
}

/* The entry of "workload" with @id, or NULL. */
static struct json *path_entry(const struct json *root, const char *id, GPtrArray *ids)
{
	const struct json *workload = json_find(root, "workload");
	struct json *found = NULL;

	if (workload == NULL || workload->type != JSON_ARRAY)
		return NULL;
	for (struct json *entry = workload->first; entry != NULL; entry = entry->next) {
		const struct json *own = json_find(entry, "id");

		if (own == NULL || own->type != JSON_STRING)
			continue;
		g_ptr_array_add(ids, own->text);
		if (found == NULL && strcmp(own->text, id) == 0)
			found = entry;
	}
	return found;
}

static bool path_entry_param(struct path_reader *reader, struct json *entry)
{
	const struct json *kind = json_find(entry, "kind");
	g_autoptr(GArray) params = g_array_new(TRUE, TRUE, sizeof(struct param));
	const struct param *param;
	int index = -1;

	for (int i = 0; kind != NULL && kind->type == JSON_STRING && i < WORKLOAD_N_KINDS; i++)
		if (strcmp(workload_kinds[i].name, kind->text) == 0)
			index = i;
	if (index < 0)
		return path_refuse_text(reader, "that entry has no valid \"kind\"");
	if (reader->n > 2 && strcmp(reader->parts[2], "arrive") == 0) {
		param = path_param(reader, 3, workload_arrive_params, NULL);
		return param != NULL && path_add(reader, param, entry, "arrive");
	}
	for (param = workload_common_params; param->type != PARAM_END; param++)
		if (!param->required && workload_kind_has(index, param->name))
			g_array_append_vals(params, param, 1);
	for (param = workload_kinds[index].params; param->type != PARAM_END; param++)
		g_array_append_vals(params, param, 1);
	param = reader->n > 2
			? param_find((const struct param *)(void *)params->data, reader->parts[2])
			: NULL;
	if (param != NULL && reader->n == 4 &&
	    (param->type == PARAM_COUNT_DIST || param->type == PARAM_DURATION_DIST))
		return path_dist(reader, entry, param);
	param = path_param(reader, 2, (const struct param *)(void *)params->data, "arrive");
	return param != NULL && path_add(reader, param, entry, NULL);
}

static bool path_workload(struct path_reader *reader)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	struct json *entry;

	if (reader->n < 2)
		return path_refuse_text(reader, "expected workload.ID.NAME");
	entry = path_entry(reader->root, reader->parts[1], ids);
	if (entry != NULL)
		return path_entry_param(reader, entry);
	g_ptr_array_add(ids, NULL);
	return path_refuse(reader, 1, (const char *const *)ids->pdata);
}

/* A first part that is no section: perhaps a parameter whose section was left out. */
static bool path_refuse_first(struct path_reader *reader)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (const struct section *section = sections; section->name != NULL; section++) {
		if (reader->n == 1 && param_find(section->params, reader->parts[0]) != NULL) {
			g_autofree char *why = g_strdup_printf("did you mean \"%s.%s\"?",
							       section->name, reader->parts[0]);

			return path_refuse_text(reader, why);
		}
		g_ptr_array_add(names, (void *)section->name);
	}
	names_add(names, root_params);
	g_ptr_array_add(names, (void *)"seed");
	g_ptr_array_add(names, (void *)"policy");
	g_ptr_array_add(names, (void *)"policies");
	g_ptr_array_add(names, (void *)"workload");
	g_ptr_array_add(names, NULL);
	return path_refuse(reader, 0, (const char *const *)names->pdata);
}

bool path_resolve(const struct json *root, const char *path, GArray *targets, char **ret_why)
{
	g_auto(GStrv) parts = g_strsplit(path, ".", -1);
	struct path_reader reader = { .path = path,
				      .parts = parts,
				      .n = (int)g_strv_length(parts),
				      .root = root,
				      .targets = targets,
				      .ret_why = ret_why };
	const struct section *section;
	const struct param *param;

	if (reader.n == 0)
		return path_refuse_text(&reader, "expected one like rcu.qhimark");
	if (strcmp(parts[0], "policy") == 0)
		return path_policy(&reader);
	if (strcmp(parts[0], "policies") == 0)
		return path_policies(&reader);
	if (strcmp(parts[0], "workload") == 0)
		return path_workload(&reader);
	section = section_find(parts[0]);
	if (section != NULL)
		return path_section(&reader, section);
	param = strcmp(parts[0], "seed") == 0 ? &seed_param : param_find(root_params, parts[0]);
	if (param == NULL)
		return path_refuse_first(&reader);
	if (reader.n > 1)
		return path_refuse_text(&reader, "it has a part too many");
	return path_add(&reader, param, (struct json *)root, NULL);
}
