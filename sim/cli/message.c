/* message.c - what the command says on stderr. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* Not a handled error: nothing of a name may act on the terminal. */
static void print_line(const char *prefix, const char *line)
{
	g_autofree char *printable = rcusim_format_printable(line);

	fprintf(stderr, "%s%s\n", prefix, printable);
}

/* Lines that name a place in a file stay as editors and compilers have them. */
void cli_complain(const char *message)
{
	g_auto(GStrv) lines = g_strsplit(message, "\n", -1);

	for (int i = 0; lines[i] != NULL; i++)
		if (*lines[i] != '\0')
			print_line(strstr(lines[i], ": error: ") != NULL || i > 0 ? "" : "rcusim: ",
				   lines[i]);
}

int cli_fail(const GError *error)
{
	cli_complain(error->message);
	return error->domain == RCUSIM_ERROR ? error->code : CLI_SYSTEM;
}

int cli_usage(const struct cli_command *command, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	cli_complain(message);
	if (command != NULL)
		fprintf(stderr, "rcusim: see rcusim %s --help\n", command->name);
	return CLI_USAGE;
}

/* Insertions, deletions, substitutions and swaps of neighbours from @a to @b. */
static int distance(const char *a, const char *b)
{
	enum { MAX_LENGTH = 48 };
	const int n = (int)strlen(a), m = (int)strlen(b);
	int d[MAX_LENGTH + 1][MAX_LENGTH + 1];

	if (n > MAX_LENGTH || m > MAX_LENGTH)
		return MAX_LENGTH;
	for (int i = 0; i <= n; i++)
		d[i][0] = i;
	for (int j = 0; j <= m; j++)
		d[0][j] = j;
	for (int i = 1; i <= n; i++) {
		for (int j = 1; j <= m; j++) {
			const bool same = g_ascii_tolower(a[i - 1]) == g_ascii_tolower(b[j - 1]);

			d[i][j] = MIN(MIN(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + !same);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = MIN(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[n][m];
}

const char *cli_nearest(const char *word, const char *const *accepted)
{
	const char *nearest = NULL;
	int least = strlen(word) <= 4 ? 2 : 3; /* one slip in a short word, two in a longer one */

	for (int i = 0; accepted[i] != NULL; i++) {
		const int d = distance(word, accepted[i]);
		/* What was begun right is likely meant, too: "ver" for "version". */
		const bool is_start = strlen(word) >= 3 && g_str_has_prefix(accepted[i], word);

		if (d < least || (is_start && nearest == NULL)) {
			nearest = accepted[i];
			least = MIN(d, least);
		}
	}
	return nearest;
}

int cli_unknown(const char *what, const char *word, const char *const *accepted)
{
	const char *nearest = cli_nearest(word, accepted);
	g_autofree char *all = g_strjoinv(", ", (char **)accepted);

	if (nearest != NULL)
		return cli_usage(NULL, "there is no %s \"%s\"; did you mean \"%s\"?", what, word,
				 nearest);
	return cli_usage(NULL, "there is no %s \"%s\"; there are: %s", what, word, all);
}
