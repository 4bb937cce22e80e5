/* terminal.c - what the reader's terminal can show, and lines for it. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"

static bool is_dumb(void)
{
	const char *term = g_getenv("TERM");

	return term != NULL && strcmp(term, "dumb") == 0;
}

/* By the name of the locale alone: it is never set (main.c). */
static bool is_utf8(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++) {
		const char *value = g_getenv(variables[i]);
		g_autofree char *lower = NULL;

		if (value == NULL || *value == '\0')
			continue;
		lower = g_ascii_strdown(value, -1);
		return strstr(lower, "utf-8") != NULL || strstr(lower, "utf8") != NULL;
	}
	return false;
}

static bool has_color(const struct cli_options *options)
{
	const char *no_color = g_getenv("NO_COLOR"); /* https://no-color.org */

	if (options->color != CLI_COLOR_AUTO)
		return options->color == CLI_COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !is_dumb() && (no_color == NULL || *no_color == '\0');
}

static int terminal_width(void)
{
	struct winsize size = { 0 };

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col < 40 ? 0 : size.ws_col;
}

RcuSimStyle cli_style(const struct cli_options *options)
{
	if (options->format != RCUSIM_FORMAT_TABLE)
		return (RcuSimStyle){ 0 };
	return (RcuSimStyle){ .utf8 = is_utf8() && !is_dumb(),
			      .color = has_color(options),
			      .width = terminal_width() };
}

void cli_print_line(FILE *out, const struct cli_options *options, const char *indent,
		    const char *format, ...)
{
	g_autofree char *line = NULL;
	g_autofree char *safe = NULL;
	g_autofree char *wrapped = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	if (options->format == RCUSIM_FORMAT_TEXT) {
		safe = rcusim_format_ascii(line);
		wrapped = rcusim_format_wrapped(safe, RCUSIM_TEXT_WIDTH, indent);
	} else {
		wrapped = rcusim_format_printable(line);
	}
	fprintf(out, "%s\n", wrapped);
}
