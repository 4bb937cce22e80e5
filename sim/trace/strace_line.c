#include "trace/strace_line.h"

#include <string.h>

#define NS_PER_S INT64_C(1000000000)
/* Beyond these a sum of times would not fit; before FIRST_S no computer ran strace: such times are relative. */
#define FIRST_S INT64_C(100000000)
#define LAST_S  INT64_C(8000000000)
#define LONG_S  INT64_C(100000)

#define OPTIONS "accepted is what strace -f -ttt -T writes"

static const char unfinished[] = "<unfinished ...>";
static const char detached[] = "<detached ...>";

/* --- numbers --- */

/* Digits at *@p, at most @max; false if there are none, or too many. */
static bool take_number(char **p, int64_t max, int64_t *ret)
{
	int64_t value = 0;

	if (!g_ascii_isdigit(**p))
		return false;
	for (; g_ascii_isdigit(**p); ++*p) {
		value = value * 10 + (**p - '0');
		if (value > max)
			return false;
	}
	*ret = value;
	return true;
}

/* Seconds with 1 to 9 decimals, as ns. */
static bool take_seconds(char **p, int64_t max_s, int64_t *ret_ns)
{
	int64_t unit = NS_PER_S;
	int64_t value;

	if (!take_number(p, max_s, &value) || **p != '.' || !g_ascii_isdigit((*p)[1]))
		return false;
	value *= NS_PER_S;
	for (++*p; g_ascii_isdigit(**p) && unit > 1; ++*p) {
		unit /= 10;
		value += (**p - '0') * unit;
	}
	*ret_ns = value;
	return !g_ascii_isdigit(**p);
}

static char *skip_blanks(char *p)
{
	return p + strspn(p, " \t");
}

/* --- brackets --- */

/* The closing quote of the string that opens at @p, or the end. */
static char *skip_string(char *p)
{
	for (p++; *p != '\0' && *p != '"'; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	return p;
}

/* The '>' that closes an annotation of -y; sockets have "->" inside, and strace escapes other '>'. */
static char *skip_annotation(char *p)
{
	char *close = p;

	if (p[1] == '<')
		return p + 1; /* 1<<3 */
	while ((close = strchr(close + 1, '>')) != NULL)
		if (close[-1] != '-')
			return close;
	return p;
}

char *strace_scan(char *text, const char *stops)
{
	int depth = 0;
	char *p;

	for (p = text; *p != '\0'; p++) {
		if (depth == 0 && strchr(stops, *p) != NULL)
			return p;
		if (*p == '"')
			p = skip_string(p);
		else if (*p == '<')
			p = skip_annotation(p);
		else if (*p == '/' && p[1] == '*' && strstr(p + 2, "*/") != NULL)
			p = strstr(p + 2, "*/") + 1;
		else if (strchr("([{", *p) != NULL)
			depth++;
		else if (strchr(")]}", *p) != NULL)
			depth--;
		if (*p == '\0')
			break;
	}
	return p;
}

/* --- what precedes the call --- */

static bool take_pid(const struct trace_line *line, char **p, int32_t *ret)
{
	char *at = *p;
	int64_t pid;

	if (!take_number(p, INT32_MAX, &pid) || pid == 0)
		return trace_line_fault(line, at, "found no pid here; expected 1 ... 2147483647");
	*ret = (int32_t)pid;
	return true;
}

/* A pid is there if a time or anything else follows the first number, and does not belong to it. */
static bool take_prefix(const struct trace_line *line, char **p, int32_t *ret_pid)
{
	char *digits = *p;

	*ret_pid = 0;
	if (g_str_has_prefix(*p, "[pid ")) {
		*p = skip_blanks(*p + strlen("[pid "));
		if (!take_pid(line, p, ret_pid))
			return false;
		if (**p != ']')
			return trace_line_fault(line, *p, "found no ']' after \"[pid\"; " OPTIONS);
		*p = skip_blanks(*p + 1);
		return true;
	}
	digits += strspn(digits, "0123456789");
	if (digits == *p || (*digits != ' ' && *digits != '\t'))
		return true;
	if (!take_pid(line, p, ret_pid))
		return false;
	*p = skip_blanks(*p);
	return true;
}

static bool take_time(const struct trace_line *line, char **p, int64_t *ret_ns)
{
	char *at = *p;
	g_autofree char *quoted = NULL;

	if (g_ascii_isdigit(*at) && take_seconds(p, LAST_S, ret_ns)) {
		if (*ret_ns < FIRST_S * NS_PER_S)
			return trace_line_fault(
				line, at,
				"found a time relative to another line (strace -r); expected seconds since 1970: " OPTIONS);
		if (**p == ' ' || **p == '\t') {
			*p = skip_blanks(*p);
			return true;
		}
	}
	if (g_ascii_isdigit(*at) && at[strspn(at, "0123456789")] == ':')
		return trace_line_fault(
			line, at,
			"found a time of day (strace -t, -tt); expected seconds since 1970: " OPTIONS);
	quoted = diag_quote(at);
	return trace_line_fault(
		line, at, "found %s; expected a time like 1795219565.743627: " OPTIONS, quoted);
}

/* --- results --- */

static bool take_value(char *p, uint64_t *ret)
{
	const bool negative = *p == '-';
	const int base = g_str_has_prefix(p, "0x") ? 16 : 10;
	char *end;

	p += negative;
	if (!g_ascii_isdigit(*p))
		return false;
	*ret = g_ascii_strtoull(p, &end, base);
	if (negative)
		*ret = -*ret;
	return *end == '\0' || strchr(" <(\t", *end) != NULL;
}

/* Takes "<0.000012>" off the end of @p; -1 if it is not there. */
static int64_t take_took(char *p)
{
	char *open = strrchr(p, '<');
	char *q = open == NULL ? NULL : open + 1;
	int64_t ns;

	if (open == NULL || !g_ascii_isdigit(*q) || !take_seconds(&q, LONG_S, &ns) ||
	    strcmp(q, ">") != 0)
		return -1;
	*open = '\0';
	return ns;
}

/* What follows the closing bracket: "= -1 ENOENT (No such file or directory) <0.000012>". */
static bool take_result(const struct trace_line *line, char *p, struct strace_line *ret)
{
	char *at;

	g_strchomp(p);
	ret->took_ns = take_took(p);
	at = skip_blanks(p);
	if (*at != '=' || (at[1] != ' ' && at[1] != '\t'))
		return trace_line_fault(line, at, "found no result of %s; expected \"= VALUE\"",
					ret->name == NULL ? "the call" : ret->name);
	at = skip_blanks(at + 1);
	if (*at == '?') {
		at = skip_blanks(at + 1);
		ret->result_kind = *at == 'E' ? STRACE_ERROR : STRACE_NO_RESULT;
		return true;
	}
	if (!take_value(at, &ret->result))
		return trace_line_fault(line, at, "found no number as result; expected one, or ?");
	ret->result_kind = STRACE_VALUE;
	if (*at == '-') {
		at += 1 + strspn(at + 1, "0123456789");
		at = skip_blanks(at);
		if (*at == 'E')
			ret->result_kind = STRACE_ERROR;
	}
	if (ret->took_ns < 0)
		return trace_line_fault(
			line, p, "found no time like <0.000012> at the end of the call; " OPTIONS);
	return true;
}

/* Cuts "args) = result"; with odd strings inside, the last ") = " is taken. */
static bool take_args_and_result(const struct trace_line *line, char *p, struct strace_line *ret)
{
	char *close = strace_scan(p, ")");

	if (*close == '\0') {
		close = NULL;
		for (char *q = p; (q = strstr(q, ") ")) != NULL; q++)
			if (*skip_blanks(q + 1) == '=')
				close = q;
	}
	if (close == NULL)
		return trace_line_fault(line, p + strlen(p),
					"found the end of the line inside a call; expected its "
					"result, or <unfinished ...>");
	*close = '\0';
	ret->args = p;
	return take_result(line, close + 1, ret);
}

/* --- kinds of lines --- */

/* Whether @p ends in @suffix, which is taken off. */
static bool take_suffix(char *p, const char *suffix)
{
	g_strchomp(p);
	if (!g_str_has_suffix(p, suffix))
		return false;
	p[strlen(p) - strlen(suffix)] = '\0';
	g_strchomp(p);
	return true;
}

static bool parse_call(const struct trace_line *line, char *p, struct strace_line *ret)
{
	char *open = p;
	char *note;

	while (g_ascii_isalnum(*open) || *open == '_' || *open == '?')
		open++;
	if (open == p || *open != '(') {
		g_autofree char *quoted = diag_quote(p);

		return trace_line_fault(line, p, "found %s; expected a system call: " OPTIONS,
					quoted);
	}
	*open = '\0';
	ret->name = p;
	ret->args = open + 1;
	if (take_suffix(ret->args, unfinished) || take_suffix(ret->args, detached)) {
		ret->kind = STRACE_BEGIN;
		return true;
	}
	note = strstr(ret->args, "strace: Process ");
	if (note != NULL && g_str_has_suffix(note, " attached") && strchr(note, '"') == NULL) {
		*note = '\0';
		ret->kind = STRACE_CUT;
		return true;
	}
	ret->kind = STRACE_CALL;
	return take_args_and_result(line, ret->args, ret);
}

/* <... mmap resumed>) = 0x7f0000000000 <0.000012> */
static bool parse_resumed(const struct trace_line *line, char *p, struct strace_line *ret)
{
	char *name = p + strlen("<... ");
	char *end = strchr(name, ' ');

	if (end == NULL || !g_str_has_prefix(end, " resumed>"))
		return trace_line_fault(line, p,
					"found no \"resumed>\"; expected \"<... NAME resumed>\"");
	*end = '\0';
	ret->kind = STRACE_RESUMED;
	ret->name = name;
	end += strlen(" resumed>");
	if (take_suffix(end, unfinished) || take_suffix(end, detached)) {
		ret->kind = STRACE_NOTHING; /* it was never seen to end */
		return true;
	}
	return take_args_and_result(line, end, ret);
}

static bool parse_death(const struct trace_line *line, char *p, struct strace_line *ret)
{
	static const char superseded[] = "+++ superseded by execve in pid ";

	if (g_str_has_suffix(p, " +++")) {
		ret->kind = STRACE_DEATH;
		if (g_str_has_prefix(p, "+++ exited with ") ||
		    g_str_has_prefix(p, "+++ killed by "))
			return true;
		ret->kind = STRACE_SUPERSEDED;
		if (g_str_has_prefix(p, superseded)) {
			p += strlen(superseded);
			return take_pid(line, &p, &ret->by);
		}
	}
	return trace_line_fault(
		line, p,
		"found an unknown or cut \"+++\" line; expected \"+++ exited with 0 +++\"");
}

static bool parse_event(const struct trace_line *line, char *p, struct strace_line *ret)
{
	if (g_str_has_prefix(p, "<... "))
		return parse_resumed(line, p, ret);
	if (g_str_has_prefix(p, "+++ "))
		return parse_death(line, p, ret);
	if (g_str_has_prefix(p, "--- ")) {
		ret->kind = STRACE_SIGNAL;
		return g_str_has_suffix(p, " ---") ||
		       trace_line_fault(line, p, "found a signal that does not end in \" ---\"");
	}
	return parse_call(line, p, ret);
}

/* Lines that strace itself says, and what it cut by saying them. */
static bool is_note(char *p)
{
	return *p == '\0' || g_str_has_prefix(p, "strace: ") ||
	       (g_str_has_prefix(p, "Process ") &&
		(g_str_has_suffix(p, "attached") || g_str_has_suffix(p, "detached"))) ||
	       g_str_has_prefix(p, "[ Process PID=") || strcmp(p, unfinished) == 0;
}

bool strace_line_parse(const struct trace_line *line, struct strace_line *ret)
{
	char *p = line->text;

	*ret = (struct strace_line){ .kind = STRACE_NOTHING, .took_ns = -1 };
	g_strchomp(p);
	p = skip_blanks(p);
	if (is_note(p))
		return true;
	if (*p == ',' || *p == ')') {
		ret->kind = STRACE_REST;
		return take_args_and_result(line, p, ret);
	}
	if (!take_prefix(line, &p, &ret->pid))
		return false;
	if (is_note(p)) /* [pid 12] strace: ... */
		return true;
	return take_time(line, &p, &ret->t_ns) && parse_event(line, p, ret);
}
