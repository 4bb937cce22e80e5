#include "trace/strace_log.h"

#include <string.h>

#include <rcusim/error.h>

#define MAX_NAME 32

/* What a task has begun and not yet ended. */
struct pending {
	char name[MAX_NAME];
	bool matters;
	uint32_t call;
};

struct reader {
	struct strace_log *log;
	GHashTable *pending;  /* pid -> struct pending */
	int32_t pid, cut_pid; /* of lines without one; of the call that a note has cut, -1: none */
	uint16_t source;
	bool by_time;
};

struct strace_log *strace_log_new(struct trace_doc *doc, struct diag *diag)
{
	struct strace_log *log = g_new0(struct strace_log, 1);

	log->doc = doc;
	log->diag = diag;
	log->calls = g_array_new(FALSE, FALSE, sizeof(struct strace_call));
	log->events = g_array_new(FALSE, FALSE, sizeof(struct strace_event));
	log->files = g_ptr_array_new_with_free_func(g_free);
	log->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	log->first_ns = INT64_MAX;
	log->last_ns = INT64_MIN;
	return log;
}

void strace_log_free(struct strace_log *log)
{
	if (log == NULL)
		return;
	g_array_unref(log->calls);
	g_array_unref(log->events);
	g_ptr_array_unref(log->files);
	g_hash_table_unref(log->paths);
	g_free(log);
}

static uint32_t number_program(void *context, const char *name)
{
	struct strace_log *log = context;

	return trace_doc_name(log->doc, name);
}

static uint32_t number_path(void *context, const char *path)
{
	struct strace_log *log = context;
	uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(log->paths, path));

	if (number > 0)
		return number - 1;
	number = g_hash_table_size(log->paths);
	g_hash_table_insert(log->paths, g_strdup(path), GUINT_TO_POINTER(number + 1));
	return number;
}

static void add_event(struct strace_log *log, enum event_kind kind, int64_t t_ns, uint32_t call,
		      int32_t by)
{
	const struct strace_event event = {
		.t_ns = t_ns, .call = call, .by = by, .kind = (uint8_t)kind
	};

	g_array_append_val(log->events, event);
}

static struct strace_call *call_at(struct strace_log *log, uint32_t i)
{
	return &g_array_index(log->calls, struct strace_call, i);
}

/* Whether a call has an effect beyond the time it took. */
static bool call_matters(const struct strace_call *call)
{
	if (call->kind == CALL_OTHER)
		return false;
	if (call->kind == CALL_EXIT || call->kind == CALL_EXIT_GROUP)
		return true;
	if (call->kind == CALL_WAIT)
		return true;
	return (call->flags & CALL_DONE) == 0 || (call->flags & CALL_FAILED) == 0;
}

static void add_whole(struct reader *r, const struct strace_call *call)
{
	struct strace_log *log = r->log;
	const uint32_t i = log->calls->len;

	g_array_append_val(log->calls, *call);
	if (r->by_time && call->end_ns > call->start_ns) {
		add_event(log, EVENT_BEGIN, call->start_ns, i, 0);
		add_event(log, EVENT_END, call->end_ns, i, 0);
	} else {
		add_event(log, EVENT_WHOLE, call->start_ns, i, 0);
	}
}

static bool read_begin(struct reader *r, const struct trace_line *line, struct strace_line *parts,
		       struct strace_call *call)
{
	const struct call_names names = { r->log, number_program, number_path };

	r->log->has_waits |= strace_call_is_wait(parts->name);
	if (!strace_call_begin(line, parts, &names, call))
		return false;
	call->source = r->source;
	return true;
}

static bool read_call(struct reader *r, const struct trace_line *line, struct strace_line *parts)
{
	struct strace_call call;

	if (!read_begin(r, line, parts, &call) || !strace_call_end(line, parts, &call))
		return false;
	if (call_matters(&call))
		add_whole(r, &call);
	return true;
}

static struct pending *pending_of(struct reader *r, int32_t pid)
{
	return g_hash_table_lookup(r->pending, GINT_TO_POINTER(pid));
}

static bool read_unfinished(struct reader *r, const struct trace_line *line,
			    struct strace_line *parts)
{
	struct pending *pending = pending_of(r, parts->pid);
	struct strace_call call;

	if (pending != NULL)
		return trace_line_fault(
			line, parts->name,
			"found a call of a task whose %s has not ended; expected \"<... %s resumed>\" before",
			pending->name, pending->name);
	if (!read_begin(r, line, parts, &call))
		return false;
	pending = g_new0(struct pending, 1);
	g_strlcpy(pending->name, parts->name, MAX_NAME);
	pending->matters = call_matters(&call);
	pending->call = r->log->calls->len;
	g_hash_table_insert(r->pending, GINT_TO_POINTER(parts->pid), pending);
	if (parts->kind == STRACE_CUT)
		r->cut_pid = parts->pid;
	if (pending->matters) {
		g_array_append_val(r->log->calls, call);
		add_event(r->log, EVENT_BEGIN, call.start_ns, pending->call, 0);
	}
	return true;
}

/*
 * On a terminal a lone task's lines have no pid: the same task may begin a call without, and end it with one,
 * or the other way round. Then the only call of that name is meant.
 */
static int32_t pid_of_resumed(struct reader *r, const struct strace_line *parts)
{
	GHashTableIter iter;
	void *key, *value;
	int32_t found = parts->pid;
	int n = 0;

	if (pending_of(r, parts->pid) != NULL)
		return parts->pid;
	if (parts->pid != 0)
		return 0;
	g_hash_table_iter_init(&iter, r->pending);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct pending *pending = value;

		if (strncmp(pending->name, parts->name, MAX_NAME - 1) == 0) {
			found = GPOINTER_TO_INT(key);
			n++;
		}
	}
	return n == 1 ? found : parts->pid;
}

static bool read_resumed(struct reader *r, const struct trace_line *line, struct strace_line *parts)
{
	const int32_t pid = parts->kind == STRACE_REST ? r->cut_pid : pid_of_resumed(r, parts);
	struct pending *pending = pid < 0 ? NULL : pending_of(r, pid);
	bool good = true;

	if (parts->kind == STRACE_REST && pending != NULL)
		parts->name = pending->name;
	r->cut_pid = -1;
	if (parts->name == NULL || pending == NULL ||
	    strncmp(pending->name, parts->name, MAX_NAME - 1) != 0)
		return trace_line_fault(
			line, NULL,
			"found the end of %s, which has not begun; expected \"<unfinished ...>\" before",
			parts->name == NULL ? "a call" : parts->name);
	if (pending->matters) {
		struct strace_call *call = call_at(r->log, pending->call);

		good = strace_call_end(line, parts, call);
		if (good)
			add_event(r->log, EVENT_END, MAX(call->end_ns, parts->t_ns), pending->call,
				  0);
		else
			call->flags |= CALL_FAILED;
	}
	g_hash_table_remove(r->pending, GINT_TO_POINTER(pid));
	return good;
}

/* The thread @by called execve(), and goes on as @pid. */
static void read_superseded(struct reader *r, const struct strace_line *parts)
{
	struct pending *pending = pending_of(r, parts->by);

	if (pending != NULL) {
		g_hash_table_steal(r->pending, GINT_TO_POINTER(parts->by));
		g_hash_table_insert(r->pending, GINT_TO_POINTER(parts->pid), pending);
	} else {
		g_hash_table_remove(r->pending, GINT_TO_POINTER(parts->pid));
	}
	add_event(r->log, EVENT_SUPERSEDED, parts->t_ns, (uint32_t)parts->pid, parts->by);
}

static bool see_time(struct strace_log *log, const struct trace_line *line,
		     const struct strace_line *parts)
{
	const int64_t max_ns = STRACE_MAX_SPAN_S * INT64_C(1000000000);

	if (parts->t_ns == 0)
		return true; /* a note, or a rest */
	if (log->base_ns == 0)
		log->base_ns = parts->t_ns;
	if (ABS(parts->t_ns - log->base_ns) > max_ns)
		return trace_line_fault(
			line, NULL,
			"found a time more than %d s from that of the first line; no more are accepted",
			(int)STRACE_MAX_SPAN_S);
	log->first_ns = MIN(log->first_ns, parts->t_ns);
	log->last_ns = MAX(log->last_ns, parts->t_ns);
	return true;
}

static void read_line(struct reader *r, const struct trace_line *line)
{
	struct strace_line parts;

	if (!strace_line_parse(line, &parts))
		return;
	if (parts.pid == 0)
		parts.pid = r->pid;
	if (!see_time(r->log, line, &parts))
		return;
	switch (parts.kind) {
	case STRACE_NOTHING:
	case STRACE_SIGNAL:
		break;
	case STRACE_CALL:
		read_call(r, line, &parts);
		break;
	case STRACE_BEGIN:
	case STRACE_CUT:
		read_unfinished(r, line, &parts);
		break;
	case STRACE_RESUMED:
	case STRACE_REST:
		read_resumed(r, line, &parts);
		break;
	case STRACE_DEATH:
		g_hash_table_remove(r->pending, GINT_TO_POINTER(parts.pid));
		r->log->has_deaths = true;
		add_event(r->log, EVENT_DEATH, parts.t_ns, (uint32_t)parts.pid, 0);
		break;
	case STRACE_SUPERSEDED:
		read_superseded(r, &parts);
		break;
	}
}

bool strace_log_read(struct strace_log *log, struct trace_input *input, const char *file,
		     int32_t pid, bool by_time, GError **error)
{
	struct reader r = { .log = log,
			    .pid = pid,
			    .cut_pid = -1,
			    .source = (uint16_t)log->files->len,
			    .by_time = by_time };
	g_autoptr(GError) failure = NULL;
	struct trace_line line;
	int n_lines = 0;

	g_ptr_array_add(log->files, g_strdup(file));
	r.pending = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	while (failure == NULL && trace_input_next(input, log->diag, &line, &failure)) {
		n_lines++;
		read_line(&r, &line);
		if (log->calls->len > TRACE_MAX_OPS || log->events->len / 2 > TRACE_MAX_OPS)
			g_set_error(
				&failure, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
				"%s:%d:1: error: found more than %d calls; no more are accepted",
				file, line.number, TRACE_MAX_OPS);
	}
	g_hash_table_unref(r.pending);
	if (failure == NULL && n_lines == 0 && diag_n(log->diag) == 0)
		g_set_error(
			&failure, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			"%s: error: found an empty file; expected what strace -f -ttt -T writes",
			file);
	if (failure == NULL)
		return true;
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

static int event_compare(const void *a, const void *b, void *unused)
{
	const struct strace_event *x = a, *y = b;

	return x->t_ns < y->t_ns ? -1 : x->t_ns > y->t_ns;
}

void strace_log_sort(struct strace_log *log)
{
	/* g_array_sort() promises nothing about equals; this one keeps their order. */
	g_qsort_with_data(log->events->data, (int)log->events->len, sizeof(struct strace_event),
			  event_compare, NULL);
}
