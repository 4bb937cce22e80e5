/* read_workload.c - "workload": entries of a kind, each with the parameters of that kind. */
#include <string.h>

#include "scenario/dist_json.h"
#include "scenario/read.h"
#include "scenario/replay_file.h"
#include "scenario/source.h"

bool workload_kind_has(int kind, const char *name)
{
	/* arrivals of these are a process of their own, at a rate: neither tasks nor a spread */
	const bool by_rate = kind == WORKLOAD_READER || kind == WORKLOAD_FAULT;

	if (kind == WORKLOAD_REPLAY && strcmp(name, "count") == 0)
		return false; /* it has copies */
	if (kind == WORKLOAD_CPU_HOTPLUG && strcmp(name, "count") == 0)
		return false; /* one task: the kernel has one lock for it */
	return !by_rate || (strcmp(name, "count") != 0 && strcmp(name, "spread") != 0);
}

static void workload_set_defaults(struct workload *workload, int kind, int n_cpus)
{
	params_set_defaults(workload_common_params, workload, n_cpus);
	params_set_defaults(workload_arrive_params, workload, n_cpus);
	if (kind >= 0)
		params_set_defaults(workload_kinds[kind].params, workload, n_cpus);
}

/* The kind that an entry names, or -1: everything else depends on it. */
static int workload_peek_kind(const struct json *json)
{
	const struct json *kind = json_find(json, "kind");

	for (int i = 0; kind != NULL && kind->type == JSON_STRING && i < WORKLOAD_N_KINDS; i++)
		if (strcmp(workload_kinds[i].name, kind->text) == 0)
			return i;
	return -1;
}

/* VMAs of an address space are limited by the scenario itself. */
static struct param workload_limited(const struct param *param, const struct scenario *contents)
{
	struct param limited = *param;

	if (param->type == PARAM_COUNT_DIST && strcmp(param->name, "vmas") == 0) {
		limited.max = MIN(limited.max, contents->vma.max_map_count);
		limited.special = "vma.max_map_count is the limit";
	}
	return limited;
}

static void workload_read_own(struct param_reader *reader, const struct json *json,
			      const struct scenario *contents, const char *prefix,
			      struct workload *workload)
{
	for (const struct param *param = workload_kinds[workload->kind].params;
	     param->type != PARAM_END; param++) {
		const struct param limited[] = { workload_limited(param, contents),
						 { .type = PARAM_END } };

		params_read(reader, limited, json, prefix, workload);
	}
}

static void workload_read_arrive(struct param_reader *reader, const struct json *json,
				 const char *prefix, struct workload *workload)
{
	const struct json *arrive = json_find(json, "arrive");
	g_autofree char *arrive_prefix = g_strconcat(prefix, ".arrive", NULL);
	const char *names[4] = { NULL };
	int n = 0;

	if (arrive == NULL)
		return;
	for (const struct param *param = workload_arrive_params; param->type != PARAM_END; param++)
		if (workload_kind_has(workload->kind, param->name))
			names[n++] = param->name;
	if (json_refuse_unknown(reader, arrive, names))
		params_read(reader, workload_arrive_params, arrive, arrive_prefix, workload);
}

static void workload_refuse_unknown(struct param_reader *reader, const struct json *json, int kind)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (const struct param *param = workload_common_params; param->type != PARAM_END; param++)
		if (workload_kind_has(kind, param->name))
			g_ptr_array_add(names, (void *)param->name);
	g_ptr_array_add(names, (void *)"arrive");
	names_add(names, workload_kinds[kind].params);
	g_ptr_array_add(names, NULL);
	json_refuse_unknown(reader, json, (const char *const *)names->pdata);
}

static void workload_read_id(struct param_reader *reader, const struct json *json, GTree *ids)
{
	const struct json *id = json_find(json, "id");
	const struct json *first;

	if (id == NULL || id->type != JSON_STRING)
		return; /* told by the table */
	if (!id_is_valid(id->text)) {
		json_refuse(reader, id, ID_EXPECTED);
		return;
	}
	first = g_tree_lookup(ids, id->text);
	if (first != NULL)
		json_problem(reader, id, "the id \"%s\" is taken by the entry at %s:%d:%d",
			     id->text, first->place.file, first->place.line, first->place.col);
	else
		g_tree_insert(ids, id->text, (void *)json);
}

/* A problem of the file that "trace" names. */
static void trace_problem(struct param_reader *reader, const struct json *json, const char *why)
{
	g_autofree char *quoted = json_describe(json);

	json_problem(reader, json, "%s: %s", quoted, why);
}

/* The file's bytes, below the scenario's directory or shipped; NULL after a problem. */
static char *trace_text(struct param_reader *reader, const struct json *json, char **ret_path,
			size_t *ret_len)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *why = NULL;
	char *text = NULL;
	bool missing;

	*ret_path = source_include(json->text, reader->dir, &why, &missing);
	if (*ret_path == NULL) {
		reader->unreadable |= missing;
		trace_problem(reader, json, why);
		return NULL;
	}
	g_ptr_array_add(reader->files, *ret_path);
	if (!source_read(*ret_path, REPLAY_MAX_BYTES, true, &text, ret_len, &error)) {
		reader->unreadable = true;
		trace_problem(reader, json, error->message);
		return NULL;
	}
	reader->trace_bytes += *ret_len;
	if (reader->trace_bytes <= REPLAY_MAX_BYTES)
		return text;
	g_free(text);
	trace_problem(reader, json, "too much text; at most 1 GiB of traces are accepted");
	return NULL;
}

/* "trace": its replay, and the hash that stands for it in the resolved form. */
static void workload_read_trace(struct param_reader *reader, const struct json *entry,
				const char *prefix, struct workload *workload)
{
	const struct json *json = json_find(entry, "trace");
	const struct json *given = json_find(entry, "trace_sha256");
	g_autofree char *text = NULL;
	g_autofree char *hash = NULL;
	g_autofree char *shown = NULL;
	char *path;
	size_t len;

	if (json == NULL || json->type != JSON_STRING)
		return; /* told by the table */
	text = trace_text(reader, json, &path, &len);
	if (text == NULL)
		return;
	workload->replay = replay_parse(text, len, path, reader->diag);
	hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, len);
	shown = diag_escape(path);
	if (*workload->trace_sha256 != '\0' && strcmp(workload->trace_sha256, hash) != 0)
		json_problem(reader, given,
			     "the file %s has the SHA-256 %s; expected that one, or \"\"", shown,
			     hash);
	g_free(workload->trace_sha256);
	workload->trace_sha256 = g_steal_pointer(&hash);
	if (given == NULL)
		g_tree_replace(reader->origins, g_strconcat(prefix, ".trace_sha256", NULL),
			       g_strconcat("file ", path, NULL));
}

static void workload_read(struct param_reader *reader, const struct json *json, GTree *ids,
			  const struct scenario *contents, struct workload *ret)
{
	const struct json *id = json_find(json, "id");
	g_autofree char *prefix =
		g_strconcat("workload.", id && id->type == JSON_STRING ? id->text : "?", NULL);
	const int kind = workload_peek_kind(json);

	workload_set_defaults(ret, kind, reader->n_cpus);
	if (json->type != JSON_OBJECT) {
		json_refuse(reader, json, "an object with \"id\" and \"kind\"");
		return;
	}
	workload_read_id(reader, json, ids);
	params_read(reader, workload_common_params, json, prefix, ret);
	ret->kind = kind;
	if (kind < 0)
		return;
	workload_refuse_unknown(reader, json, kind);
	workload_read_arrive(reader, json, prefix, ret);
	workload_read_own(reader, json, contents, prefix, ret);
	if (kind == WORKLOAD_REPLAY)
		workload_read_trace(reader, json, prefix, ret);
}

void workloads_read(struct param_reader *reader, const struct json *root, struct scenario *contents)
{
	const struct json *json = json_find(root, "workload");
	g_autoptr(GTree) ids = g_tree_new_full(name_order, NULL, NULL, NULL);

	if (json == NULL) {
		json_missing(reader, root, "workload", "an array, [] for none");
		return;
	}
	if (json->type != JSON_ARRAY) {
		json_refuse(reader, json, "an array of objects with \"id\" and \"kind\"");
		return;
	}
	contents->workloads = g_new0(struct workload, (gsize)json->n + 1);
	for (const struct json *child = json->first; child != NULL; child = child->next)
		workload_read(reader, child, ids, contents,
			      &contents->workloads[contents->n_workloads++]);
}
