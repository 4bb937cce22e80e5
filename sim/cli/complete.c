/*
 * complete.c - what may stand at the cursor: shell completion, from the tables of commands and parameters.
 *
 * The shell's function knows nothing: it hands over its words and shows what comes back, a candidate per
 * line. So it cannot fall behind the command, and it can look into the scenario that stands on the line.
 * What an argument is follows from its word in the command's table: SCENARIO, POLICY, QUERY, METRIC,
 * PATH=VALUE, FORMAT, COMMAND; for FILE and all others the shell completes names of files.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const char script[] =
	"# bash completion for rcusim; written by: rcusim help --completion\n"
	"_rcusim()\n"
	"{\n"
	"\tlocal cmd=${COMP_WORDS[0]}\n"
	"\t[[ $cmd == '~/'* ]] && cmd=$HOME/${cmd:2}\n"
	"\tmapfile -t COMPREPLY < <(\"$cmd\" help --complete \"$COMP_CWORD\" \"${COMP_WORDS[@]}\" 2>/dev/null)\n"
	"\tif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=.] ]]; then\n"
	"\t\tcompopt -o nospace 2>/dev/null\n"
	"\tfi\n"
	"\treturn 0\n"
	"}\n"
	"complete -o default -F _rcusim rcusim\n";

struct completion {
	GPtrArray *words;     /* behind "rcusim", up to the cursor; split at blanks only */
	const char *cursor;   /* the last of them */
	size_t n_kept;        /* its characters that the shell keeps: it splits at '=', too */
	const char *scenario; /* the first argument that could be one, or NULL */
	GPtrArray *candidates;
};

static void offer(struct completion *completion, const char *before, const char *word,
		  const char *after)
{
	g_autofree char *candidate = g_strconcat(before, word, after, NULL);

	if (g_str_has_prefix(candidate, completion->cursor) &&
	    !g_ptr_array_find_with_equal_func(completion->candidates, candidate, g_str_equal, NULL))
		g_ptr_array_add(completion->candidates, g_steal_pointer(&candidate));
}

static void offer_commands(struct completion *completion, const char *before)
{
	for (int i = 0; cli_commands[i] != NULL; i++)
		offer(completion, before, cli_commands[i]->name, "");
	offer(completion, before, "help", "");
}

static void offer_scenarios(struct completion *completion, const char *before)
{
	g_auto(GStrv) names = rcusim_scenario_list();

	for (int i = 0; names[i] != NULL; i++)
		offer(completion, before, names[i], "");
}

static void offer_policies(struct completion *completion, const char *before)
{
	for (int i = 0; rcusim_policy_name(i) != NULL; i++)
		offer(completion, before, rcusim_policy_name(i), "");
}

static void offer_queries(struct completion *completion, const char *before)
{
	for (int i = 0; rcusim_query_name(i) != NULL; i++)
		offer(completion, before, rcusim_query_name(i), "");
}

static void offer_metrics(struct completion *completion, const char *before)
{
	for (int i = 0; rcusim_metric_name(i) != NULL; i++)
		offer(completion, before, rcusim_metric_name(i), "");
}

static void offer_formats(struct completion *completion, const char *before)
{
	for (int i = 0; rcusim_format_name(i) != NULL; i++)
		offer(completion, before, rcusim_format_name(i), "");
}

static RcuSimScenario *scenario_on_line(const struct completion *completion)
{
	return completion->scenario == NULL || strcmp(completion->scenario, "-") == 0
		       ? NULL
		       : rcusim_scenario_load(completion->scenario, NULL, NULL);
}

/* --policy a,b,c: policies, labels of the scenario, and "all", behind the last comma. */
static void offer_policy_list(struct completion *completion, const char *before)
{
	const char *value = completion->cursor + strlen(before);
	const char *comma = strrchr(value, ',');
	g_autofree char *so_far =
		g_strndup(completion->cursor,
			  comma == NULL ? strlen(before) : (gsize)(comma + 1 - completion->cursor));
	g_autoptr(RcuSimScenario) scenario = scenario_on_line(completion);

	for (int i = 0; scenario != NULL && i < rcusim_scenario_n_policies(scenario); i++)
		offer(completion, so_far, rcusim_scenario_policy_label(scenario, i), "");
	offer_policies(completion, so_far);
	if (comma == NULL)
		offer(completion, so_far, "all", "");
}

/* "rcu.blimit" up to its next part: "rcu." is enough while "r" is typed. */
static void offer_path(struct completion *completion, const char *before, const char *path)
{
	const size_t n_typed = strlen(completion->cursor + strlen(before));
	const char *dot = strlen(path) < n_typed ? NULL : strchr(path + n_typed, '.');
	g_autofree char *part = dot == NULL ? NULL : g_strndup(path, (gsize)(dot + 1 - path));

	if (part != NULL)
		offer(completion, before, part, "");
	else
		offer(completion, before, path, "=");
}

/* "workload.ID.count" is "workload.storm.count" for every ID. */
static bool is_path_of(const char *path, const char *param_path)
{
	static const char id[] = "workload.ID.";
	const char *dot;

	if (!g_str_has_prefix(param_path, id) || !g_str_has_prefix(path, "workload."))
		return strcmp(path, param_path) == 0;
	dot = strchr(path + strlen("workload."), '.');
	return dot != NULL && strcmp(dot + 1, param_path + strlen(id)) == 0;
}

static void offer_paths(struct completion *completion, const char *before, const GPtrArray *params)
{
	g_autoptr(RcuSimScenario) scenario = scenario_on_line(completion);
	struct rcusim_scenario_value value;

	for (guint i = 0; i < params->len; i++) {
		const RcuSimParam *param = params->pdata[i];

		if (!g_str_has_prefix(param->path, "workload."))
			offer_path(completion, before, param->path);
	}
	for (int i = 0; scenario != NULL && rcusim_scenario_value(scenario, i, &value); i++)
		if (g_str_has_prefix(value.path, "workload.") &&
		    !g_str_has_suffix(value.path, ".id") && !g_str_has_suffix(value.path, ".kind"))
			offer_path(completion, before, value.path);
}

static void offer_values(struct completion *completion, const char *before, const char *equals,
			 const GPtrArray *params)
{
	g_autofree char *start =
		g_strndup(completion->cursor, (gsize)(equals + 1 - completion->cursor));
	g_autofree char *path =
		g_strndup(start + strlen(before), strlen(start) - strlen(before) - 1);

	for (guint i = 0; i < params->len; i++) {
		const RcuSimParam *param = params->pdata[i];

		if (param->choices != NULL && is_path_of(path, param->path))
			for (int k = 0; param->choices[k] != NULL; k++)
				offer(completion, start, param->choices[k], "");
	}
}

static void offer_settings(struct completion *completion, const char *before)
{
	g_autoptr(GPtrArray) params = rcusim_scenario_params();
	const char *equals = strchr(completion->cursor + strlen(before), '=');

	if (equals == NULL)
		offer_paths(completion, before, params);
	else
		offer_values(completion, before, equals, params);
}

static const struct {
	const char *word;
	void (*offer)(struct completion *completion, const char *before);
} kinds[] = {
	{ "COMMAND", offer_commands },    { "SCENARIO", offer_scenarios },
	{ "POLICY", offer_policies },     { "QUERY", offer_queries },
	{ "METRIC", offer_metrics },      { "FORMAT", offer_formats },
	{ "PATH=VALUE", offer_settings },
};

static void offer_kind(struct completion *completion, const char *before, const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_str_has_prefix(word, kinds[i].word))
			kinds[i].offer(completion, before);
}

static void offer_argument(struct completion *completion, const char *before,
			   const struct cli_option_row *row)
{
	if (row->bit == CLI_POLICY)
		offer_policy_list(completion, before);
	else
		offer_kind(completion, before, row->argument);
}

static void offer_options(struct completion *completion, const struct cli_command *command)
{
	const struct cli_option_row *row;

	for (int i = 0; (row = cli_option(command, i)) != NULL; i++)
		offer(completion, "--", row->name, "");
}

/* The row of "--seed", "--seed=1" or "-s"; NULL if there is none. */
static const struct cli_option_row *find_option(const struct cli_command *command, const char *word)
{
	const struct cli_option_row *row;
	const size_t n = strcspn(word, "=");

	for (int i = 0; (row = cli_option(command, i)) != NULL; i++)
		if ((n == strlen(row->name) + 2 && strncmp(word, "--", 2) == 0 &&
		     strncmp(word + 2, row->name, n - 2) == 0) ||
		    (n == 2 && word[0] == '-' && word[1] == row->letter))
			return row;
	return NULL;
}

/*
 * Argument number @n of a command whose table says @grammar: "list | show POLICY..." has commands of its own,
 * "FILE [QUERY | SQL]" has not.
 */
static void offer_positional(struct completion *completion, const char *grammar,
			     const GPtrArray *given)
{
	const bool has_actions = g_ascii_islower(*grammar);
	g_auto(GStrv) forms = g_strsplit(grammar, has_actions ? " | " : "\n", -1);

	for (int i = 0; forms[i] != NULL; i++) {
		g_auto(GStrv) words = g_strsplit(forms[i], " ", -1);
		const guint n = g_strv_length(words);
		const guint at = MIN(given->len, n - 1);

		if (has_actions && given->len == 0)
			offer(completion, "", words[0], "");
		else if ((!has_actions || strcmp(given->pdata[0], words[0]) == 0) &&
			 (at == given->len || strstr(words[at], "...") != NULL))
			offer_kind(completion, "", words[at] + strspn(words[at], "["));
	}
}

/* Whether the words before the cursor end with an option that wants one; fills @given with the arguments. */
static const struct cli_option_row *read_words(struct completion *completion,
					       const struct cli_command *command, GPtrArray *given,
					       bool *ret_only_arguments)
{
	const struct cli_option_row *wants = NULL;

	for (guint i = 1; i + 1 < completion->words->len; i++) {
		const char *word = completion->words->pdata[i];
		const struct cli_option_row *row =
			*ret_only_arguments ? NULL : find_option(command, word);

		if (wants != NULL)
			wants = NULL;
		else if (row != NULL && row->argument != NULL && row->argument[0] != '[' &&
			 strchr(word, '=') == NULL)
			wants = row;
		else if (strcmp(word, "--") == 0)
			*ret_only_arguments = true;
		else if (word[0] != '-' || *ret_only_arguments)
			g_ptr_array_add(given, (void *)word);
	}
	return wants;
}

static void offer_for_command(struct completion *completion, const struct cli_command *command)
{
	g_autoptr(GPtrArray) given = g_ptr_array_new();
	bool only_arguments = false;
	const struct cli_option_row *wants =
		read_words(completion, command, given, &only_arguments);
	const char *equals = strchr(completion->cursor, '=');
	const guint first = g_ascii_islower(*command->arguments) ? 1 : 0;

	completion->scenario = given->len > first ? given->pdata[first] : NULL;
	if (wants != NULL) {
		offer_argument(completion, "", wants);
	} else if (completion->cursor[0] == '-' && !only_arguments) {
		const struct cli_option_row *row = find_option(command, completion->cursor);
		g_autofree char *start =
			equals == NULL ? NULL
				       : g_strndup(completion->cursor,
						   (gsize)(equals + 1 - completion->cursor));

		if (start == NULL)
			offer_options(completion, command);
		else if (row != NULL && row->argument != NULL)
			offer_argument(completion, start, row);
	} else {
		offer_positional(completion, command->arguments, given);
	}
}

static void complete_words(struct completion *completion)
{
	const char *name = completion->words->pdata[0];
	const struct cli_command *command;

	if (completion->words->len == 1) {
		offer_commands(completion, "");
		offer(completion, "", "--help", "");
		offer(completion, "", "--version", "");
		return;
	}
	command = cli_command_find(name);
	if (command != NULL)
		offer_for_command(completion, command);
	else if (strcmp(name, "help") == 0)
		offer_commands(completion, "");
}

/* The shell splits "--format=json" into three: together again. */
static void join_words(struct completion *completion, int n, char **words)
{
	bool glue = false;

	for (int i = 0; i < n; i++) {
		const bool is_equals = strcmp(words[i], "=") == 0;
		GPtrArray *joined = completion->words;
		char *last = joined->len > 0 && (glue || is_equals)
				     ? g_ptr_array_steal_index(joined, joined->len - 1)
				     : NULL;

		g_ptr_array_add(joined, g_strconcat(last != NULL ? last : "", words[i], NULL));
		if (i == n - 1 && last != NULL)
			completion->n_kept = strlen(last) + (is_equals ? 1 : 0);
		g_free(last);
		glue = is_equals;
	}
	completion->cursor = completion->words->pdata[completion->words->len - 1];
}

static int print_completions(int argc, char **argv)
{
	struct completion completion = { 0 };
	int64_t n = argc > 0 ? g_ascii_strtoll(argv[0], NULL, 10) : 0;

	n = MIN(n, argc - 2);
	if (n < 1)
		return cli_usage(NULL, "--complete takes the number of a word, and the words");
	completion.words = g_ptr_array_new_with_free_func(g_free);
	completion.candidates = g_ptr_array_new_with_free_func(g_free);
	join_words(&completion, (int)n, argv + 2);
	complete_words(&completion);
	for (guint i = 0; i < completion.candidates->len; i++)
		puts((const char *)completion.candidates->pdata[i] + completion.n_kept);
	g_ptr_array_unref(completion.candidates);
	g_ptr_array_unref(completion.words);
	return CLI_OK;
}

int cli_complete(int argc, char **argv)
{
	if (strcmp(argv[0], "--complete") == 0)
		return print_completions(argc - 1, argv + 1);
	fputs(script, stdout);
	return CLI_OK;
}
