/*
 * manual.c - the manual page, from the tables of commands, options, parameters, policies and metrics.
 *
 * In the macros of man(7): old, and read by every man. Text is escaped where it is printed; nothing in the
 * tables knows of the page.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* Of the text that is here and not in a table; a page has to have a date. */
#define MANUAL_DATE "2026-11-21"

static const struct {
	const char *name, *meaning;
} environment[] = {
	{ "RCUSIM_SCENARIOS",
	  "directory of shipped scenarios to look into before the program's own" },
	{ "TERM",
	  "if it is \"dumb\", progress is shown in lines, and tables have neither colour nor UTF-8" },
	{ "LC_ALL, LC_CTYPE, LANG",
	  "the first that is set decides by its name whether tables may hold more than ASCII; nothing else" },
	{ "NO_COLOR", "if it is set and not empty, there is no colour but with --color always" },
};

static const struct {
	const char *name, *meaning;
} files[] = {
	{ "output/",
	  "where run puts NAME.db if there is such a directory; else it is the working directory" },
	{ "PREFIX/share/rcusim/scenarios/",
	  "the shipped scenarios; PREFIX is where the running program is installed" },
	{ "PREFIX/share/rcusim/scenario.schema.json",
	  "JSON Schema of scenario files, for editors" },
	{ "FILE.db.partial", "a database before its first run is complete" },
};

/* @n characters of @text so that none of them is roff's; they may begin a line. */
static void put_n(const char *text, size_t n)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\\')
			fputs("\\e", stdout);
		else if (text[i] == '-')
			fputs("\\-", stdout);
		else
			putchar(text[i]);
	}
}

static void put(const char *text)
{
	put_n(text, strlen(text));
}

static void put_line(const char *text)
{
	put(text);
	putchar('\n');
}

/* A paragraph, in lines that sources of manual pages are to keep to. */
static void put_text(const char *text)
{
	enum { MAX_COLUMNS = 72 };
	size_t column = 0;

	while (*(text += strspn(text, " \t\n")) != '\0') {
		const size_t n = strcspn(text, " \t\n");

		if (column > 0) {
			const bool fits = column + 1 + n <= MAX_COLUMNS;

			putchar(fits ? ' ' : '\n');
			column = fits ? column + 1 : 0;
		}
		put_n(text, n);
		column += n;
		text += n;
	}
	putchar('\n');
}

static void put_bold(const char *text)
{
	fputs("\\fB", stdout);
	put(text);
	fputs("\\fR", stdout);
}

static void put_section(const char *title)
{
	printf(".SH %s\n", title);
}

static void put_subsection(const char *title)
{
	fputs(".SS \"", stdout);
	for (; *title != '\0'; title++) {
		if (*title == '-')
			fputs("\\-", stdout);
		else
			putchar(*title);
	}
	fputs("\"\n", stdout);
}

/* Lines as they stand, without fill. */
static void put_example(const char *lines)
{
	g_auto(GStrv) split = g_strsplit(lines, "\n", -1);

	fputs(".PP\n.EX\n", stdout);
	for (int i = 0; split[i] != NULL; i++)
		put_line(split[i]);
	fputs(".EE\n", stdout);
}

static void put_head(void)
{
	printf(".\\\" Written by: rcusim help --man\n.TH RCUSIM 1 \"%s\" \"rcusim %s\" \"User Commands\"\n",
	       MANUAL_DATE, rcusim_version());
	put_section("NAME");
	fputs("rcusim \\- simulate what RCU callback offloading and the freeing of VMAs cost\n",
	      stdout);
	put_section("SYNOPSIS");
	fputs(".B rcusim\n\\fICOMMAND\\fR [\\fIoption\\fR...] [\\fIargument\\fR...]\n", stdout);
	put_section("DESCRIPTION");
	put_text(
		"A deterministic discrete-event simulator of Linux RCU callback offloading under floods of "
		"freed VMAs. A scenario, a JSON file, describes a machine, its RCU parameters and its "
		"workload; a run of it under each of several policies for freeing VMAs goes into an SQLite "
		"database. Equal scenario, policy and seed give an equal outcome, on any machine.");
}

static void put_commands(void)
{
	put_section("COMMANDS");
	for (int i = 0; cli_commands[i] != NULL; i++) {
		const struct cli_command *command = cli_commands[i];
		const struct cli_option_row *row;
		g_autofree char *title = g_strconcat(command->name, " ", command->arguments, NULL);

		put_subsection(g_strstrip(title));
		put_text(command->about != NULL ? command->about : command->summary);
		fputs(".PP\nOptions:\n", stdout);
		for (int k = 0; (row = cli_option(command, k)) != NULL; k++) {
			g_autofree char *name = g_strconcat("--", row->name, NULL);

			put_bold(name);
			puts(cli_option(command, k + 1) != NULL ? "," : ".");
		}
		put_example(command->example);
	}
}

static void put_options(void)
{
	const struct cli_option_row *row;

	put_section("OPTIONS");
	puts("They mean the same with every command that accepts them.");
	for (int i = 0; (row = cli_option(NULL, i)) != NULL; i++) {
		g_autofree char *name = g_strconcat("--", row->name, NULL);

		fputs(".TP\n", stdout);
		if (row->letter != 0)
			printf("\\fB\\-%c\\fR, ", row->letter);
		put_bold(name);
		if (row->argument != NULL) {
			fputs(row->argument[0] == '[' ? "\\fI" : " \\fI", stdout);
			put(row->argument);
			fputs("\\fR", stdout);
		}
		putchar('\n');
		put_text(row->help);
	}
}

static void put_param(const RcuSimParam *param, const char *name)
{
	g_autoptr(GString) text = g_string_new(param->help);

	fputs(".TP\n", stdout);
	put_bold(name);
	putchar('\n');
	g_string_append_printf(text, " (%s", param->type);
	if (*param->range != '\0')
		g_string_append_printf(text, ": %s", param->range);
	if (*param->unit != '\0' && strstr(param->range, param->unit) == NULL &&
	    strcmp(param->unit, "ns") != 0)
		g_string_append_printf(text, "; in %s", param->unit);
	if (*param->dflt != '\0')
		g_string_append_printf(text, "; default %s", param->dflt);
	g_string_append_c(text, ')');
	put_text(text->str);
}

static void put_params(void)
{
	g_autoptr(GPtrArray) params = rcusim_scenario_params();
	const char *group = NULL;

	put_section("SCENARIO PARAMETERS");
	puts("Each by its path, as \\fB\\-\\-set\\fR takes it.\n"
	     "\\fIID\\fR stands for the \"id\" of an entry of \"workload\".");
	for (guint i = 0; i < params->len; i++) {
		const RcuSimParam *param = params->pdata[i];
		const char *help = rcusim_scenario_group_help(param->group);

		if (g_str_has_prefix(param->group, "policy "))
			continue;
		if (g_strcmp0(group, param->group) != 0) {
			group = param->group;
			put_subsection(*group == '\0' ? "top level" : group);
			if (help != NULL)
				put_text(help);
		}
		put_param(param, param->path);
	}
}

static void put_policies(void)
{
	put_section("POLICIES");
	puts("Their parameters are set as policy.\\fINAME\\fR=\\fIVALUE\\fR.");
	for (int i = 0; rcusim_policy_name(i) != NULL; i++) {
		RcuSimParam *param;

		put_subsection(rcusim_policy_name(i));
		put_text(rcusim_policy_summary(i));
		if (rcusim_policy_about(i) != NULL) {
			puts(".PP");
			put_text(rcusim_policy_about(i));
		}
		for (int k = 0; (param = rcusim_policy_param(i, k)) != NULL; k++) {
			put_param(param, param->path);
			rcusim_param_free(param);
		}
	}
}

static void put_item(const char *name, const char *meaning)
{
	fputs(".TP\n", stdout);
	put_bold(name);
	putchar('\n');
	put_text(meaning);
}

static void put_metrics(void)
{
	put_section("METRICS");
	for (int i = 0; rcusim_metric_name(i) != NULL; i++)
		put_item(rcusim_metric_name(i), rcusim_metric_help(i));
	put_section("QUERIES");
	puts("Named queries of \\fBrcusim query\\fR.");
	for (int i = 0; rcusim_query_name(i) != NULL; i++)
		put_item(rcusim_query_name(i), rcusim_query_help(i));
}

static void put_rest(void)
{
	put_section("EXIT STATUS");
	for (int i = 0; cli_statuses[i].status != NULL; i++)
		put_item(cli_statuses[i].status, cli_statuses[i].meaning);
	put_section("ENVIRONMENT");
	for (size_t i = 0; i < G_N_ELEMENTS(environment); i++)
		put_item(environment[i].name, environment[i].meaning);
	put_section("FILES");
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		put_item(files[i].name, files[i].meaning);
	put_section("EXAMPLES");
	for (int i = 0; cli_commands[i] != NULL; i++) {
		put_text(cli_commands[i]->summary);
		put_example(cli_commands[i]->example);
		if (cli_commands[i + 1] != NULL)
			puts(".PP");
	}
	put_section("SEE ALSO");
	puts(".BR sqlite3 (1)");
}

int cli_manual(void)
{
	put_head();
	put_commands();
	put_options();
	put_params();
	put_policies();
	put_metrics();
	put_rest();
	return CLI_OK;
}
