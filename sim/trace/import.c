/* import.c - recordings in, a replay and a scenario out. */
#include <inttypes.h>
#include <string.h>

#include <rcusim/trace.h>

#include "trace/doc.h"
#include "trace/input.h"
#include "trace/maps.h"
#include "trace/strace_log.h"
#include "trace/strace_replay.h"
#include "trace/text_output.h"

struct RcuSimTrace {
	struct trace_doc *doc;
	char *name; /* of the (first) file, without directory */
	char *summary, *skipped;
	char *comment;
	int64_t span_ns;
};

void rcusim_trace_free(RcuSimTrace *trace)
{
	if (trace == NULL)
		return;
	trace_doc_free(trace->doc);
	g_free(trace->name);
	g_free(trace->summary);
	g_free(trace->skipped);
	g_free(trace->comment);
	g_free(trace);
}

const char *rcusim_trace_summary(const RcuSimTrace *trace)
{
	return trace->summary;
}

const char *rcusim_trace_skipped(const RcuSimTrace *trace)
{
	return trace->skipped;
}

/* 1987 as "1,987". */
static char *with_commas(int64_t value)
{
	GString *text = g_string_new(NULL);

	g_string_printf(text, "%" PRId64, value);
	for (gssize at = (gssize)text->len - 3; at > 0; at -= 3)
		g_string_insert_c(text, at, ',');
	return g_string_free(text, FALSE);
}

static char *counted(int64_t n, const char *singular, const char *plural)
{
	g_autofree char *number = with_commas(n);

	return g_strconcat(number, " ", n == 1 ? singular : plural, NULL);
}

/* --- strace --- */

/* "x.12180" -> 12180: a file of strace -ff. */
static int32_t pid_of_name(const char *file)
{
	const char *dot = strrchr(file, '.');
	char *end;
	guint64 pid;

	if (dot == NULL || !g_ascii_isdigit(dot[1]))
		return 0;
	pid = g_ascii_strtoull(dot + 1, &end, 10);
	return *end == '\0' && pid <= INT32_MAX ? (int32_t)pid : 0;
}

static void describe_strace(RcuSimTrace *trace, const struct strace_totals *totals,
			    const struct exec_counts *counts, int64_t n_skipped)
{
	g_autofree char *processes = counted(totals->n_processes, "process", "processes");
	g_autofree char *threads = counted(totals->n_threads, "thread", "threads");
	g_autofree char *execs = counted(totals->n_execs, "exec", "execs");
	g_autofree char *calls = counted(totals->n_mapping_calls, "mapping call", "mapping calls");
	g_autofree char *lines = counted(n_skipped, "line", "lines");
	g_autofree char *cut =
		totals->n_cut == 0
			? g_strdup("")
			: g_strdup_printf("; %" PRId64 " alive at its end", totals->n_cut);
	const int64_t centiseconds = totals->span_ns / 10000000;

	trace->summary = g_strdup_printf("%s: %s, %s, %s, %s, %" PRId64 ".%02d s; %s skipped%s",
					 trace->name, processes, threads, execs, calls,
					 centiseconds / 100, (int)(centiseconds % 100), lines, cut);
	trace->comment =
		g_strdup_printf("images: binary=%d,loader=%d,stack=%d,vdso=%d", counts->binary,
				counts->loader, counts->stack, counts->vdso);
	trace->span_ns = totals->span_ns;
}

static bool read_straces(struct strace_log *log, const char *const *files, GError **error)
{
	const bool by_time = files[1] != NULL;

	for (int i = 0; files[i] != NULL; i++) {
		struct trace_input *input = trace_input_open(files[i], error);
		bool good;

		if (input == NULL)
			return false;
		good = i < UINT16_MAX &&
		       strace_log_read(log, input, files[i], by_time ? pid_of_name(files[i]) : 0,
				       by_time, error);
		trace_input_free(input);
		if (!good)
			return false;
	}
	if (by_time)
		strace_log_sort(log);
	return true;
}

static bool read_strace_bytes(struct strace_log *log, const void *bytes, size_t len,
			      const char *file, GError **error)
{
	struct trace_input *input = trace_input_new(file, bytes, len);
	const bool good = strace_log_read(log, input, file, 0, false, error);

	trace_input_free(input);
	return good;
}

/* Bad lines end the import, or are only told. */
static bool may_go_on(RcuSimTrace *trace, struct diag *diag, bool lenient, GError **error)
{
	g_autoptr(GError) problems = NULL;

	if (diag_n(diag) == 0)
		return true;
	diag_to_error(diag, RCUSIM_ERROR_INVALID, &problems);
	if (lenient) {
		trace->skipped = g_strdup(problems->message);
		return true;
	}
	g_propagate_error(error, g_steal_pointer(&problems));
	return false;
}

static bool import_strace(RcuSimTrace *trace, struct strace_log *log,
			  const struct exec_counts *counts, bool lenient, GError **error)
{
	struct strace_totals totals;

	if (!may_go_on(trace, log->diag, lenient, error) ||
	    !strace_replay(log, counts, &totals, error))
		return false;
	if (totals.n_processes == 0) {
		g_set_error(
			error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			"%s: error: found no call of a process; expected what strace -f -ttt -T writes",
			(const char *)g_ptr_array_index(log->files, 0));
		return false;
	}
	describe_strace(trace, &totals, counts, diag_n(log->diag));
	return true;
}

/* --- maps --- */

static bool import_maps(RcuSimTrace *trace, struct trace_input *input, const char *file,
			bool lenient, GError **error)
{
	struct diag *diag = diag_new();
	int64_t n = 0;
	const bool good = maps_read(input, file, trace->doc, diag, &n, error) &&
			  may_go_on(trace, diag, lenient, error);
	g_autofree char *vmas = counted(n, "VMA", "VMAs");
	g_autofree char *lines = counted(diag_n(diag), "line", "lines");

	trace->summary = g_strdup_printf("%s: %s; %s skipped", trace->name, vmas, lines);
	trace->comment = g_strdup("an address space as it was");
	diag_free(diag);
	return good;
}

/* --- both --- */

static RcuSimTrace *trace_new(const char *file, const struct rcusim_trace_options *options,
			      struct exec_counts *counts, GError **error)
{
	RcuSimTrace *trace;
	char *problem;

	*counts = exec_counts_default;
	problem = options->image == NULL ? NULL : exec_counts_parse(options->image, counts);
	if (problem != NULL) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE, "--image: %s", problem);
		g_free(problem);
		return NULL;
	}
	trace = g_new0(RcuSimTrace, 1);
	trace->doc = trace_doc_new();
	trace->name = strcmp(file, "-") == 0 ? g_strdup("stdin") : g_path_get_basename(file);
	for (size_t i = 0; i < 2; i++) {
		static const char *const suffixes[] = { ".gz", ".xz" };

		if (g_str_has_suffix(trace->name, suffixes[i]))
			trace->name[strlen(trace->name) - 3] = '\0';
	}
	return trace;
}

RcuSimTrace *rcusim_trace_import(const char *const *files,
				 const struct rcusim_trace_options *options, GError **error)
{
	struct exec_counts counts;
	g_autoptr(RcuSimTrace) trace = trace_new(files[0], options, &counts, error);
	bool good;

	if (trace == NULL)
		return NULL;
	if (options->source == RCUSIM_TRACE_MAPS) {
		struct trace_input *input = trace_input_open(files[0], error);

		good = input != NULL &&
		       import_maps(trace, input, files[0], options->lenient, error);
		trace_input_free(input);
	} else {
		struct diag *diag = diag_new();
		struct strace_log *log = strace_log_new(trace->doc, diag);

		good = read_straces(log, files, error) &&
		       import_strace(trace, log, &counts, options->lenient, error);
		strace_log_free(log);
		diag_free(diag);
	}
	return good ? g_steal_pointer(&trace) : NULL;
}

RcuSimTrace *rcusim_trace_parse(const void *bytes, size_t len, const char *file,
				const struct rcusim_trace_options *options, GError **error)
{
	struct exec_counts counts;
	g_autoptr(RcuSimTrace) trace = trace_new(file, options, &counts, error);
	bool good;

	if (trace == NULL)
		return NULL;
	if (options->source == RCUSIM_TRACE_MAPS) {
		struct trace_input *input = trace_input_new(file, bytes, len);

		good = import_maps(trace, input, file, options->lenient, error);
		trace_input_free(input);
	} else {
		struct diag *diag = diag_new();
		struct strace_log *log = strace_log_new(trace->doc, diag);

		good = read_strace_bytes(log, bytes, len, file, error) &&
		       import_strace(trace, log, &counts, options->lenient, error);
		strace_log_free(log);
		diag_free(diag);
	}
	return good ? g_steal_pointer(&trace) : NULL;
}

/* --- out --- */

void rcusim_trace_print(const RcuSimTrace *trace, FILE *out)
{
	g_autofree char *from = g_strconcat("from ", trace->summary, NULL);
	const char *const comments[] = { from, trace->comment, NULL };

	/* A file's name may hold anything. */
	for (char *p = from; *p != '\0'; p++)
		if (g_ascii_iscntrl(*p))
			*p = '?';
	trace_doc_write(trace->doc, comments, out);
}

/* @text as JSON has it in a string. */
static char *json_escape(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *json = g_string_new(NULL);

	for (const char *p = valid; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_c(json, '\\');
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			g_string_append_printf(json, "\\u%04x", (unsigned int)*p);
		else
			g_string_append_c(json, *p);
	}
	return g_string_free(json, FALSE);
}

/* Long enough for four times the recorded span, and then for callbacks to be invoked. */
static void print_scenario(const RcuSimTrace *trace, const char *replay, FILE *out)
{
	const int64_t duration_ms = (4 * (trace->span_ns / 1000) + 1000000) / 1000 + 1;
	g_autofree char *base = g_path_get_basename(replay);
	g_autofree char *stem = g_strndup(base, strlen(base) - strlen(".replay"));
	g_autofree char *file = json_escape(base);
	g_autofree char *name = json_escape(stem);
	g_autofree char *from = json_escape(trace->summary);

	fprintf(out,
		"{\n"
		"  \"comment\": \"from %s\",\n"
		"  \"schema_version\": 1,\n"
		"  \"name\": \"%s\",\n"
		"  \"question\": \"What does %s cost under each policy?\",\n"
		"  \"include\": [\"machines/server-16.json\"],\n"
		"  \"seed\": 1,\n"
		"  \"duration\": \"%" PRId64 "ms\",\n"
		"  \"rcu\": { \"rcu_nocbs\": \"8-15\" },\n"
		"  \"policies\": { \"per-vma\": {}, \"list-batched\": {}, \"whole-list\": {}, "
		"\"direct-on-exit\": {} },\n"
		"  \"workload\": [\n"
		"    { \"id\": \"replay\", \"kind\": \"replay\", \"cpus\": \"8-15\", \"trace\": \"%s\" }\n"
		"  ],\n"
		"  \"expect\": [\n"
		"    { \"metric\": \"callbacks_left\", \"equals\": 0 },\n"
		"    { \"metric\": \"violations\", \"equals\": 0 }\n"
		"  ]\n"
		"}\n",
		from, name, name, duration_ms, file);
}

bool rcusim_trace_write(const RcuSimTrace *trace, const char *path, bool replace, GError **error)
{
	const bool with_scenario = g_str_has_suffix(path, ".json");
	g_autofree char *replay =
		with_scenario ? g_strdup_printf("%.*s.replay",
						(int)(strlen(path) - strlen(".json")), path)
			      : g_strdup(path);
	struct text_output text = { 0 }, scenario = { 0 };
	bool good =
		text_output_open(&text, replay, replace ? "rcusim-replay " : NULL, error) &&
		(!with_scenario || text_output_open(&scenario, path, replace ? "{" : NULL, error));

	if (good) {
		rcusim_trace_print(trace, text.out);
		good = text_output_commit(&text, replace, error);
	}
	if (good && with_scenario) {
		print_scenario(trace, replay, scenario.out);
		good = text_output_commit(&scenario, replace, error);
	}
	text_output_clear(&text);
	text_output_clear(&scenario);
	return good;
}
