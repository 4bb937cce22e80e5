#include <stdio.h>
#include <string.h>

#include "cli.h"

static int list(const struct cli_options *options)
{
	g_autoptr(RcuSimTable) table = rcusim_table_new(options->format, stdout);

	rcusim_table_column(table, "policy", NULL);
	rcusim_table_column(table, "does", NULL);
	for (int i = 0; rcusim_policy_name(i) != NULL; i++) {
		rcusim_table_text(table, rcusim_policy_name(i));
		rcusim_table_text(table, rcusim_policy_summary(i));
	}
	rcusim_table_end(table);
	return CLI_OK;
}

static void print_params(const struct cli_options *options, int policy)
{
	g_autoptr(RcuSimTable) table = rcusim_table_new(options->format, stdout);
	RcuSimParam *param;

	rcusim_table_column(table, "parameter", NULL);
	rcusim_table_column(table, "default", NULL);
	rcusim_table_column(table, "range", NULL);
	rcusim_table_column(table, "unit", NULL);
	rcusim_table_column(table, "meaning", NULL);
	rcusim_table_column(table, "source", NULL);
	for (int i = 0; (param = rcusim_policy_param(policy, i)) != NULL; i++) {
		rcusim_table_text(table, param->name);
		rcusim_table_text(table, param->dflt);
		rcusim_table_text(table, param->range);
		rcusim_table_text(table, param->unit);
		rcusim_table_text(table, param->help);
		rcusim_table_text(table, param->source);
		rcusim_param_free(param);
	}
	rcusim_table_end(table);
}

/* A paragraph in lines of at most 80 characters. */
static void print_wrapped(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t\n", -1);
	size_t column = 0;

	for (int i = 0; words[i] != NULL; i++) {
		const size_t length = strlen(words[i]);

		if (length == 0)
			continue;
		if (column > 0 && column + 1 + length > 80) {
			putchar('\n');
			column = 0;
		}
		printf("%s%s", column > 0 ? " " : "", words[i]);
		column += length + (column > 0);
	}
	putchar('\n');
}

/* Lists of parameters are wide; a terminal reads them better one below the other. */
static void print_for_reading(int policy)
{
	g_autoptr(RcuSimParam) first = rcusim_policy_param(policy, 0);
	RcuSimParam *param;

	printf("%s - %s\n", rcusim_policy_name(policy), rcusim_policy_summary(policy));
	if (rcusim_policy_about(policy) != NULL) {
		putchar('\n');
		print_wrapped(rcusim_policy_about(policy));
	}
	puts(first == NULL ? "\nIt has no parameters." : "\nParameters:");
	for (int i = 0; (param = rcusim_policy_param(policy, i)) != NULL; i++) {
		printf("  %s (default %s; %s)\n      %s\n", param->name, param->dflt, param->range,
		       param->help);
		if (*param->source != '\0')
			printf("      from: %s\n", param->source);
		rcusim_param_free(param);
	}
	if (first != NULL)
		printf("\nTry: rcusim run exit-storm --policy %s --set policy.%s=%s\n",
		       rcusim_policy_name(policy), first->name, first->dflt);
}

static int show(const struct cli_options *options, const char *name)
{
	const char *names[256] = { NULL };
	const int policy = rcusim_policy_find(name);

	if (policy >= 0) {
		if (options->has_format && options->format != RCUSIM_FORMAT_TABLE)
			print_params(options, policy);
		else
			print_for_reading(policy);
		return CLI_OK;
	}
	for (int i = 0; i < 255 && rcusim_policy_name(i) != NULL; i++)
		names[i] = rcusim_policy_name(i);
	return cli_unknown("policy", name, names);
}

static int run(const struct cli_options *options, int argc, char **argv)
{
	static const char *const actions[] = { "list", "show", NULL };
	int status = CLI_OK;

	if (argc == 0 || strcmp(argv[0], "list") == 0)
		return argc > 1 ? cli_usage(&cli_policy, "policy list takes no argument")
				: list(options);
	if (strcmp(argv[0], "show") != 0)
		return cli_unknown("policy command", argv[0], actions);
	if (argc == 1)
		return cli_usage(&cli_policy, "policy show needs the name of a policy");
	for (int i = 1; i < argc && status == CLI_OK; i++) {
		if (i > 1)
			putchar('\n');
		status = show(options, argv[i]);
	}
	return status;
}

const struct cli_command cli_policy = {
	.name = "policy",
	.arguments = "list | show POLICY...",
	.summary = "the policies for freeing VMAs, and their parameters",
	.example = "  rcusim policy show list-batched",
	.options = CLI_FORMAT,
	.run = run,
};
