#include "trace/ftrace_line.h"

#include <inttypes.h>
#include <string.h>

#include "base/units.h"

/* --- out --- */

void ftrace_flags(const struct trace_context *context, char ret[static FTRACE_N_FLAGS + 1])
{
	static const char depths[] = ".123456789abcdef";
	const int depth = context->preempt_depth < 15 ? context->preempt_depth : 15;

	ret[0] = '.';
	if (context->irqs_off)
		ret[0] = context->bh_off ? 'D' : 'd';
	else if (context->bh_off)
		ret[0] = 'b';
	ret[1] = context->need_resched;
	ret[2] = context->layer;
	ret[3] = depths[depth];
	ret[4] = '.'; /* nothing modelled disables migration */
	ret[5] = '\0';
}

void ftrace_line_print(const char *comm, int64_t pid, int64_t cpu, const char *flags, int64_t t_ns,
		       const char *event_name, const char *body, GString *out)
{
	const int64_t t_us = (t_ns + 500) / 1000; /* the kernel rounds, too */

	g_string_append_printf(
		out, "%16s-%-7" PRId64 " [%03" PRId64 "] %s %5" PRId64 ".%06" PRId64 ": %s: %s",
		comm, pid, cpu, flags, t_us / 1000000, t_us % 1000000, event_name, body);
}

void ftrace_header_print(int64_t n_events, int64_t n_written, int n_cpus, GString *out)
{
	g_string_append_printf(out,
			       "# tracer: nop\n"
			       "#\n"
			       "# entries-in-buffer/entries-written: %" PRId64 "/%" PRId64
			       "   #P:%d\n"
			       "#\n",
			       n_events, n_written, n_cpus);
	g_string_append(out, "#                                _-----=> irqs-off/BH-disabled\n"
			     "#                               / _----=> need-resched\n"
			     "#                              | / _---=> hardirq/softirq\n"
			     "#                              || / _--=> preempt-depth\n"
			     "#                              ||| / _-=> migrate-disable\n"
			     "#                              |||| /     delay\n"
			     "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
			     "#              | |         |   |||||     |         |\n");
}

/* --- in --- */

static bool bad(struct ftrace_line *line, const char *where, const char *problem)
{
	line->kind = FTRACE_BAD;
	line->where = where;
	line->problem = problem;
	return false;
}

/* Decimal digits at *@text, at most 18 of them, passed over. */
static bool take_digits(char **text, int64_t *ret)
{
	const size_t n = strspn(*text, "0123456789");

	if (n == 0 || n > 18)
		return false;
	*ret = 0;
	for (size_t i = 0; i < n; i++)
		*ret = *ret * 10 + ((*text)[i] - '0');
	*text += n;
	return true;
}

/* Whether @open, a '[', begins "[012] ". */
static bool is_cpu(const char *open)
{
	const size_t n = strspn(open + 1, "0123456789");

	return n >= 1 && n <= 6 && open[1 + n] == ']' && open[2 + n] == ' ';
}

/* Splits "   comm-123  (  45) " that ends at @end; a comm may hold any of these characters. */
static bool take_task(char *text, char *end, struct ftrace_line *line)
{
	char *dash, *p;
	int64_t pid;

	while (end > text && end[-1] == ' ')
		end--;
	if (end > text && end[-1] == ')') { /* the thread group, an option of the kernel's */
		while (end > text && end[-1] != '(')
			end--;
		if (end > text)
			end--;
		while (end > text && end[-1] == ' ')
			end--;
	}
	*end = '\0';
	dash = strrchr(text, '-');
	if (dash == NULL)
		return false;
	p = dash + 1;
	if (!take_digits(&p, &pid) || *p != '\0' || pid > INT32_MAX)
		return false;
	*dash = '\0';
	text += strspn(text, " ");
	line->record.context.comm = text;
	line->record.context.pid = (int)pid;
	return *text != '\0';
}

/* "    1.706454:" or, with nanoseconds, nine digits. */
static bool take_time(char **text, int64_t *ret_ns)
{
	int64_t seconds, fraction;
	size_t n;

	if (!take_digits(text, &seconds) || **text != '.' || seconds > 4000000000)
		return false;
	++*text;
	n = strspn(*text, "0123456789");
	if ((n != 6 && n != 9) || !take_digits(text, &fraction) || **text != ':')
		return false;
	++*text;
	*ret_ns = seconds * NSEC_PER_SEC + (n == 6 ? fraction * 1000 : fraction);
	return true;
}

static bool is_flags(const char *text)
{
	const size_t n = strcspn(text, " ");

	return n >= 4 && n <= 6 && strspn(text, ".bdDXnNpBLlzZhHs0123456789abcdef") >= n &&
	       strcspn(text, ":") > n;
}

static void set_flags(struct ftrace_line *line, char *flags)
{
	struct trace_context *context = &line->record.context;

	line->flags = flags;
	context->irqs_off = flags[0] == 'd' || flags[0] == 'D';
	context->bh_off = flags[0] == 'b' || flags[0] == 'D';
	context->need_resched = flags[1];
	context->layer = flags[2];
	context->preempt_depth = g_ascii_isxdigit(flags[3]) ? g_ascii_xdigit_value(flags[3]) : 0;
}

/* What stands before the event's name; false: not the layout of a line. */
static bool take_prefix(char *text, char **ret_rest, struct ftrace_line *line)
{
	char *open = text, *rest;
	int64_t cpu = 0;

	while ((open = strchr(open, '[')) != NULL && !is_cpu(open))
		open++;
	if (open == NULL)
		return bad(line, text, "expected a CPU as in \"[000]\"");
	rest = open + 1;
	take_digits(&rest, &cpu);
	rest += strspn(rest, "] ");
	if (!take_task(text, open, line))
		return bad(line, text, "expected a task as in \"rcuog/0-18\"");
	line->record.context.cpu = (int)cpu;
	line->record.cpu = (int)cpu;
	if (is_flags(rest)) {
		char *flags = rest;

		rest += strcspn(rest, " ");
		*rest++ = '\0';
		rest += strspn(rest, " ");
		set_flags(line, flags);
	}
	if (!take_time(&rest, &line->record.t_ns))
		return bad(line, rest, "expected a time as in \"1.706454:\"");
	*ret_rest = rest + strspn(rest, " ");
	return true;
}

/* "CPU:0 [LOST 3 EVENTS]", "CPU 0 [3 EVENTS DROPPED]" */
static bool is_lost(const char *text, int64_t *ret_n)
{
	char *p;

	if (!g_str_has_prefix(text, "CPU"))
		return false;
	p = strstr(text, "LOST ");
	p = p != NULL ? p + strlen("LOST ") : strchr(text, '[');
	if (p == NULL || strstr(text, "EVENTS") == NULL)
		return false;
	p += *p == '[';
	return take_digits(&p, ret_n);
}

static bool is_comment(const char *text)
{
	text += strspn(text, " \t");
	return *text == '\0' || *text == '#' || g_str_has_prefix(text, "cpus=") ||
	       g_str_has_prefix(text, "version = ") || g_str_has_prefix(text, "CPU ");
}

void ftrace_line_parse(char *text, struct ftrace_line *ret)
{
	char *name, *body;

	*ret = (struct ftrace_line){ .kind = FTRACE_BAD, .flags = "", .event_name = "" };
	ret->record.context.layer = '.';
	ret->record.context.need_resched = '.';
	if (is_lost(text, &ret->n_lost)) {
		ret->kind = FTRACE_LOST;
		return;
	}
	if (is_comment(text)) {
		ret->kind = FTRACE_COMMENT;
		return;
	}
	if (!take_prefix(text, &name, ret))
		return;
	body = name + strcspn(name, ": ");
	if (body == name || *body != ':') {
		bad(ret, name, "expected the name of an event and a colon");
		return;
	}
	*body++ = '\0';
	body += strspn(body, " ");
	ret->event_name = name;
	ret->record.event = trace_event_find(name);
	ret->kind = FTRACE_OTHER;
	if (ret->record.event == TRACE_N_EVENTS)
		return;
	ret->kind = FTRACE_EVENT;
	ret->where = body;
	if (!trace_body_parse(body, &ret->record))
		bad(ret, body, "expected the event's fields as the kernel prints them");
}
