#include "trace/ftrace.h"

#include <string.h>

#include <rcusim/ftrace.h>

#include "trace/ftrace_line.h"
#include "trace/text_output.h"

static void ftrace_print(const struct event_log *log, FILE *out)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const int64_t n = log->events->len;

	ftrace_header_print(n, n + log->n_lost, log->n_cpus, text);
	fputs(text->str, out);
	for (guint i = 0; i < log->events->len; i++) {
		const struct record_event *e = &g_array_index(log->events, struct record_event, i);

		g_string_truncate(text, 0);
		ftrace_line_print(e->comm, e->pid, e->cpu, e->flags, e->t_ns, e->event, e->body,
				  text);
		g_string_append_c(text, '\n');
		fputs(text->str, out);
	}
}

bool ftrace_write(const struct event_log *log, const char *path, bool replace, GError **error)
{
	struct text_output text = { 0 };
	bool good;

	if (path == NULL || strcmp(path, "-") == 0) {
		ftrace_print(log, stdout);
		return true;
	}
	good = text_output_open(&text, path, replace ? "# tracer: " : NULL, error);
	if (good) {
		ftrace_print(log, text.out);
		good = text_output_commit(&text, replace, error);
	}
	text_output_clear(&text);
	return good;
}

bool rcusim_ftrace_export(RcuSimDatabase *database, int64_t run, const char *path, bool replace,
			  GError **error)
{
	struct event_log *log = event_log_load(database, run, error);
	const bool good = log != NULL && ftrace_write(log, path, replace, error);

	event_log_free(log);
	return good;
}
