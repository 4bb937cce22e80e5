/* options.c - one table of options, so that they mean the same everywhere. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct cli_option_row rows[] = {
	{ CLI_POLICY, 'p', "policy", "LIST",
	  "policies to run, comma-separated, or \"all\"; default: the scenario's" },
	{ CLI_SEED, 's', "seed", "N",
	  "root of all chance, 0 ... 2^64-1, decimal or 0x; default: the scenario's" },
	{ CLI_SET, 0, "set", "PATH=VALUE",
	  "change one parameter, as rcu.blimit=20; may be repeated" },
	{ CLI_SET, 0, "cmdline", "TEXT",
	  "kernel parameters, as \"rcutree.blimit=20\", or @FILE with them; before --set" },
	{ CLI_LAB_SET, 0, "set", "NAME",
	  "only this set, or row NAME/NUMBER; PATH=VALUE changes a parameter of all; may be repeated" },
	{ CLI_ROWS, 0, "rows", NULL, "every row with what was measured and what was simulated" },
	{ CLI_SHOW, 0, "show", "ROW",
	  "print the command that simulates row SET/NUMBER, and run nothing" },
	{ CLI_DOCUMENT, 'o', "output", "FILE.md",
	  "write it as a document, with plots in the folder FILE, and print the requirements only" },
	{ CLI_JOBS, 'j', "jobs", "N", "threads; default: one per processor" },
	{ CLI_VARY, 0, "vary", "PATH=VALUE,...",
	  "also compare values of a parameter, as rcu.blimit=10,20; repeated: crossed" },
	{ CLI_VARIED, 0, "varied", NULL, "vary what the scenario's \"vary\" says" },
	{ CLI_REPLICATIONS, 'n', "replications", "N",
	  "run each variant with N seeds, the first and those that follow; default: 5" },
	{ CLI_METRIC, 'm', "metric", "METRIC,...",
	  "metrics to show, comma-separated, or \"all\"; default: those most asked for" },
	{ CLI_BASE, 'b', "base", "LABEL", "compare with this column; default: the first" },
	{ CLI_FAIL_ABOVE, 0, "fail-above", "PERCENT",
	  "status 1 if a metric shown is worse by more, beyond its interval" },
	{ CLI_OUTPUT, 'o', "output", "FILE",
	  "database to write; default: output/NAME.db if there is output/, else NAME.db" },
	{ CLI_FORCE, 'f', "force", NULL, "replace an rcusim database of that name" },
	{ CLI_TEXT_OUTPUT, 'o', "output", "FILE",
	  "replay or trace to write, or FILE.json: a scenario; default: stdout" },
	{ CLI_REPLACE, 'f', "force", NULL, "replace a replay, scenario or trace of that name" },
	{ CLI_LAYOUT, 0, "format", "LAYOUT", "of what trace export writes: ftrace" },
	{ CLI_LENIENT, 0, "lenient", NULL, "skip bad lines, and say which" },
	{ CLI_IMAGE, 0, "image", "COUNTS",
	  "VMAs that exec maps by itself; default: binary=5,loader=4,stack=1,vdso=2" },
	{ CLI_APPEND, 'a', "append", NULL, "add to an rcusim database of that name" },
	{ CLI_REFERENCE, 0, "reference", NULL,
	  "execute every operation as its own event: slow, same outcome" },
	{ CLI_TRACE, 0, "trace", "[=EVENTS]",
	  "keep kernel trace events: all, rcu, callbacks, sched, irq or names" },
	{ CLI_LIST, 'l', "list", NULL, "list the named queries" },
	{ CLI_FORMAT, 0, "format", "FORMAT",
	  "table (rounded), text (ASCII, 72 columns, for mail), json, jsonl or csv" },
	{ CLI_FORMAT, 0, "json", NULL, "the same as --format json" },
	{ CLI_COLOR, 0, "color", "WHEN",
	  "auto (on a terminal, unless NO_COLOR is set), always or never" },
	{ CLI_PROGRESS, 0, "progress", NULL, "show progress on stderr even if it is no terminal" },
	{ CLI_QUIET, 'q', "quiet", NULL, "print only what went wrong" },
	{ CLI_VERBOSE, 'v', "verbose", NULL, "print more" },
	{ CLI_HELP, 'h', "help", NULL, "show this help" },
};

static bool *flag_of(struct cli_options *options, unsigned int bit)
{
	switch (bit) {
	case CLI_FORCE:
	case CLI_REPLACE:
		return &options->force;
	case CLI_LENIENT:
		return &options->lenient;
	case CLI_APPEND:
		return &options->append;
	case CLI_REFERENCE:
		return &options->reference;
	case CLI_LIST:
		return &options->list;
	case CLI_ROWS:
		return &options->rows;
	case CLI_VARIED:
		return &options->varied;
	case CLI_PROGRESS:
		return &options->progress;
	case CLI_QUIET:
		return &options->quiet;
	case CLI_VERBOSE:
		return &options->verbose;
	default:
		return &options->help;
	}
}

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool refuse(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_propagate_error(error,
			  g_error_new_valist(RCUSIM_ERROR, RCUSIM_ERROR_USAGE, format, args));
	va_end(args);
	return false;
}

/* An option that is given twice must be given the same; anything else is a slip. */
static bool take_string(char **into, const char *name, const char *value, GError **error)
{
	if (*into != NULL && strcmp(*into, value) != 0)
		return refuse(error, "--%s is given twice: \"%s\" and \"%s\"", name, *into, value);
	g_free(*into);
	*into = g_strdup(value);
	return true;
}

static bool parse_seed(const char *text, uint64_t *ret_seed)
{
	const bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = is_hex ? text + 2 : text;
	char *end;

	for (const char *p = digits; *p != '\0'; p++)
		if (!(is_hex ? g_ascii_isxdigit(*p) : g_ascii_isdigit(*p)))
			return false;
	errno = 0;
	*ret_seed = g_ascii_strtoull(digits, &end, is_hex ? 16 : 10);
	return *digits != '\0' && *end == '\0' && errno == 0;
}

static bool take_seed(struct cli_options *options, const char *value, GError **error)
{
	uint64_t seed;

	if (!parse_seed(value, &seed))
		return refuse(error,
			      "--seed \"%s\" is no seed; accepted: 0 ... %" G_GUINT64_FORMAT
			      ", decimal or hexadecimal with 0x",
			      value, G_MAXUINT64);
	if (options->has_seed && options->seed != seed)
		return refuse(error,
			      "--seed is given twice: %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT,
			      options->seed, seed);
	options->has_seed = true;
	options->seed = seed;
	return true;
}

static bool take_format(struct cli_options *options, const char *value, GError **error)
{
	RcuSimFormat format;
	g_autofree char *all = NULL;

	if (!rcusim_format_parse(value, &format)) {
		const char *names[16] = { NULL };
		const char *nearest;

		for (int i = 0; i < 15 && rcusim_format_name(i) != NULL; i++)
			names[i] = rcusim_format_name(i);
		nearest = cli_nearest(value, names);
		if (nearest != NULL)
			return refuse(error, "--format \"%s\" is no format; did you mean \"%s\"?",
				      value, nearest);
		all = g_strjoinv(", ", (char **)(void *)names);
		return refuse(error, "--format \"%s\" is no format; accepted: %s", value, all);
	}
	if (options->has_format && options->format != format)
		return refuse(error, "--format is given twice");
	options->has_format = true;
	options->format = format;
	return true;
}

static bool take_layout(struct cli_options *options, const char *value, GError **error)
{
	if (strcmp(value, "ftrace") != 0)
		return refuse(error, "--format \"%s\" is no layout of a trace; accepted: ftrace",
			      value);
	options->has_format = true;
	return true;
}

static void insert_set(struct cli_options *options, guint at, const char *set)
{
	const guint n = options->sets == NULL ? 0 : g_strv_length(options->sets);

	options->sets = g_renew(char *, options->sets, n + 2);
	memmove(&options->sets[at + 1], &options->sets[at], sizeof(char *) * (n - at));
	options->sets[at] = g_strdup(set);
	options->sets[n + 1] = NULL;
}

static bool take_set(struct cli_options *options, const char *value, GError **error)
{
	if (strchr(value, '=') == NULL || value[0] == '=')
		return refuse(error, "--set \"%s\" is no PATH=VALUE, as rcu.blimit=20", value);
	insert_set(options, options->sets == NULL ? 0 : g_strv_length(options->sets), value);
	return true;
}

static bool take_one_more(char ***into, const char *value)
{
	const guint n = *into == NULL ? 0 : g_strv_length(*into);

	*into = g_renew(char *, *into, n + 2);
	(*into)[n] = g_strdup(value);
	(*into)[n + 1] = NULL;
	return true;
}

static bool take_lab_set(struct cli_options *options, const char *value, GError **error)
{
	return strchr(value, '=') != NULL ? take_set(options, value, error)
					  : take_one_more(&options->names, value);
}

static bool take_jobs(struct cli_options *options, const char *value, GError **error)
{
	guint64 n;

	if (!g_ascii_string_to_unsigned(value, 10, 1, 1024, &n, NULL))
		return refuse(error, "--jobs \"%s\" is no number of threads; accepted: 1 ... 1024",
			      value);
	options->n_jobs = (int)n;
	return true;
}

static bool take_color(struct cli_options *options, const char *value, GError **error)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(value, names[i]) == 0) {
			options->color = (enum cli_color)i;
			return true;
		}
	return refuse(error, "--color \"%s\"; accepted: auto, always, never", value);
}

/* A decimal number with at most two digits behind the point, times 100. */
static bool parse_hundredths(const char *text, int *ret_hundredths)
{
	const size_t n_whole = strspn(text, "0123456789");
	const char *rest = text + n_whole;
	int hundredths = 0;

	if (n_whole == 0 || n_whole > 6)
		return false;
	for (size_t i = 0; i < n_whole; i++)
		hundredths = hundredths * 10 + (text[i] - '0');
	hundredths *= 100;
	if (*rest == '.') {
		const size_t n = strspn(rest + 1, "0123456789");

		if (n < 1 || n > 2)
			return false;
		hundredths += 10 * (rest[1] - '0') + (n == 2 ? rest[2] - '0' : 0);
		rest += n + 1;
	}
	*ret_hundredths = hundredths;
	return *rest == '\0' || strcmp(rest, "%") == 0;
}

static bool take_fail_above(struct cli_options *options, const char *value, GError **error)
{
	if (parse_hundredths(value, &options->fail_above_permyriad))
		return true;
	return refuse(error,
		      "--fail-above \"%s\" is no percentage; accepted: 0 ... 999999, "
		      "with at most two decimals",
		      value);
}

static bool take_replications(struct cli_options *options, const char *value, GError **error)
{
	guint64 n;

	if (!g_ascii_string_to_unsigned(value, 10, 1, 1000, &n, NULL))
		return refuse(error,
			      "--replications \"%s\" is no number of runs; accepted: 1 ... 1000",
			      value);
	options->n_replications = (int)n;
	return true;
}

/* Behind the parameters of earlier --cmdline, before all --set: these change what a kernel was booted with. */
static bool take_cmdline(struct cli_options *options, const char *value, GError **error)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) sets = NULL;

	if (value[0] == '@' && !g_file_get_contents(value + 1, &text, NULL, error))
		return false; /* GLib's message names the file */
	sets = rcusim_scenario_sets_from_cmdline(text != NULL ? text : value, error);
	if (sets == NULL) {
		g_prefix_error(error, "--cmdline: ");
		return false;
	}
	for (int i = 0; sets[i] != NULL; i++)
		insert_set(options, options->n_cmdline_sets++, sets[i]);
	return true;
}

static bool take(struct cli_options *options, const struct cli_option_row *row, const char *value,
		 GError **error)
{
	switch (row->bit) {
	case CLI_POLICY:
		return take_string(&options->policies, row->name, value, error);
	case CLI_OUTPUT:
	case CLI_TEXT_OUTPUT:
	case CLI_DOCUMENT:
		return take_string(&options->output, row->name, value, error);
	case CLI_BASE:
		return take_string(&options->base, row->name, value, error);
	case CLI_METRIC:
		return take_string(&options->metrics, row->name, value, error);
	case CLI_VARY:
		return take_one_more(&options->varies, value);
	case CLI_LAB_SET:
		return take_lab_set(options, value, error);
	case CLI_JOBS:
		return take_jobs(options, value, error);
	case CLI_SHOW:
		return take_string(&options->show, row->name, value, error);
	case CLI_REPLICATIONS:
		return take_replications(options, value, error);
	case CLI_FAIL_ABOVE:
		return take_fail_above(options, value, error);
	case CLI_COLOR:
		return take_color(options, value, error);
	case CLI_LAYOUT:
		return take_layout(options, value, error);
	case CLI_TRACE:
		return take_string(&options->trace, row->name, value == NULL ? "all" : value,
				   error);
	case CLI_IMAGE:
		return take_string(&options->image, row->name, value, error);
	case CLI_SEED:
		return take_seed(options, value, error);
	case CLI_SET:
		return strcmp(row->name, "cmdline") == 0 ? take_cmdline(options, value, error)
							 : take_set(options, value, error);
	case CLI_FORMAT:
		return take_format(options, row->argument == NULL ? "json" : value, error);
	default:
		*flag_of(options, row->bit) = true;
		return true;
	}
}

static bool is_accepted(const struct cli_command *command, const struct cli_option_row *row)
{
	return command == NULL || row->bit == CLI_HELP || (command->options & row->bit) != 0;
}

/* GOption's callback; @name is "--seed" or "-s". Commands may have options of one name that differ. */
static gboolean on_option(const char *name, const char *value, void *data, GError **error)
{
	struct cli_options *options = data;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (is_accepted(options->command, &rows[i]) &&
		    ((name[1] == '-' && strcmp(name + 2, rows[i].name) == 0) ||
		     (name[1] != '-' && name[1] == rows[i].letter)))
			return take(options, &rows[i], value, error);
	return refuse(error, "unknown option %s", name);
}

const struct cli_option_row *cli_option(const struct cli_command *command, int i)
{
	for (size_t k = 0; k < G_N_ELEMENTS(rows); k++)
		if (is_accepted(command, &rows[k]) && i-- == 0)
			return &rows[k];
	return NULL;
}

static int option_flags(const struct cli_option_row *row)
{
	if (row->argument == NULL)
		return G_OPTION_FLAG_NO_ARG;
	return G_OPTION_FLAG_FILENAME | (row->argument[0] == '[' ? G_OPTION_FLAG_OPTIONAL_ARG : 0);
}

static GOptionContext *make_context(const struct cli_command *command, struct cli_options *options)
{
	GOptionContext *context = g_option_context_new(NULL);
	GOptionGroup *group = g_option_group_new("main", "", "", options, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const GOptionEntry entries[] = {
			/* as a file name: no conversion from the locale, which we do not use */
			{ rows[i].name, rows[i].letter, option_flags(&rows[i]),
			  G_OPTION_ARG_CALLBACK, (void *)on_option, rows[i].help,
			  rows[i].argument },
			{ 0 },
		};

		if (is_accepted(command, &rows[i]))
			g_option_group_add_entries(group, entries);
	}
	g_option_context_set_main_group(context, group);
	g_option_context_set_help_enabled(context, false);
	return context;
}

/* The option that "Unknown option --sed" may have meant. */
static int complain_unknown(const struct cli_command *command, const char *message)
{
	const char *dashes = strstr(message, " -");
	const char *names[G_N_ELEMENTS(rows) + 1] = { NULL };
	g_autofree char *word = NULL;
	const char *nearest;
	int n = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (is_accepted(command, &rows[i]))
			names[n++] = rows[i].name;
	word = g_strdup(dashes == NULL ? "" : dashes + 1 + strspn(dashes + 1, "-"));
	word[strcspn(word, "=")] = '\0';
	nearest = cli_nearest(word, names);
	if (nearest != NULL)
		return cli_usage(command, "unknown option --%s; did you mean \"--%s\"?", word,
				 nearest);
	return cli_usage(command, "unknown option %s", dashes == NULL ? "" : dashes + 1);
}

bool cli_parse(const struct cli_command *command, struct cli_options *options, int *argc,
	       char ***argv)
{
	g_autoptr(GOptionContext) context = make_context(command, options);
	g_autoptr(GError) error = NULL;

	options->command = command;
	if (!g_option_context_parse(context, argc, argv, &error)) {
		if (g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
			complain_unknown(command, error->message);
		else
			cli_usage(command, "%s", error->message);
		return false;
	}
	if (*argc > 1 && strcmp((*argv)[1], "--") == 0) {
		memmove(&(*argv)[1], &(*argv)[2], sizeof(char *) * (size_t)(*argc - 1));
		--*argc;
	}
	return true;
}

void cli_options_clear(struct cli_options *options)
{
	g_free(options->policies);
	g_strfreev(options->sets);
	g_strfreev(options->varies);
	g_strfreev(options->names);
	g_free(options->show);
	g_free(options->metrics);
	g_free(options->base);
	g_free(options->output);
	g_free(options->image);
	g_free(options->trace);
}

void cli_print_help(const struct cli_command *command)
{
	printf("usage: rcusim %s [option...]%s%s\n\n%s\n", command->name,
	       *command->arguments == '\0' ? "" : " ", command->arguments,
	       command->about != NULL ? command->about : command->summary);
	printf("\nExample:\n%s\n\nOptions:\n", command->example);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *name = NULL;

		if (!is_accepted(command, &rows[i]))
			continue;
		name = g_strconcat("--", rows[i].name,
				   rows[i].argument == NULL || rows[i].argument[0] == '[' ? ""
											  : " ",
				   rows[i].argument == NULL ? "" : rows[i].argument, NULL);
		if (rows[i].letter != 0)
			printf("  -%c, %-20s  %s\n", rows[i].letter, name, rows[i].help);
		else
			printf("      %-20s  %s\n", name, rows[i].help);
	}
}
