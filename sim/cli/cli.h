/* cli.h - what the sub-commands share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

#include <rcusim/rcusim.h>

/* Exit statuses: those of RcuSimError, and */
enum cli_status {
	CLI_OK = 0,
	CLI_DIFFERS = 1, /* an expect clause did not hold, or an unexpected lifetime violation */
	CLI_USAGE = RCUSIM_ERROR_USAGE,
	CLI_SYSTEM = RCUSIM_ERROR_SYSTEM,
	CLI_SIGNAL = 128, /* plus the signal's number */
};

/* Options; a command accepts some of them. */
enum cli_option {
	CLI_POLICY = 1 << 0,
	CLI_SEED = 1 << 1,
	CLI_SET = 1 << 2,
	CLI_OUTPUT = 1 << 3,
	CLI_FORMAT = 1 << 4, /* and --json */
	CLI_PROGRESS = 1 << 5,
	CLI_REFERENCE = 1 << 6,
	CLI_FORCE = 1 << 7,
	CLI_APPEND = 1 << 8,
	CLI_QUIET = 1 << 9,
	CLI_VERBOSE = 1 << 10,
	CLI_LIST = 1 << 11,
	CLI_HELP = 1 << 12, /* every command */
	CLI_COLOR = 1 << 13,
	CLI_VARY = 1 << 14, /* and --varied */
	CLI_REPLICATIONS = 1 << 15,
	CLI_METRIC = 1 << 16,
	CLI_BASE = 1 << 17,
	CLI_FAIL_ABOVE = 1 << 18,
	CLI_VARIED = 1 << 19,
	CLI_TEXT_OUTPUT = 1 << 20, /* --output of a text file */
	CLI_REPLACE = 1 << 21,     /* --force of one */
	CLI_LENIENT = 1 << 22,
	CLI_IMAGE = 1 << 23,
	CLI_LAB_SET = 1 << 24, /* --set of names of measured sets, too */
	CLI_ROWS = 1 << 25,
	CLI_SHOW = 1 << 26,
	CLI_JOBS = 1 << 27,
	CLI_TRACE = 1 << 28,
	CLI_LAYOUT = 1 << 29,   /* --format of a trace */
	CLI_DOCUMENT = 1 << 30, /* --output of one */
};

enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };

struct cli_command;

struct cli_options {
	const struct cli_command *command; /* whose they are */
	char *policies;                    /* NULL: the scenario's own */
	bool has_seed;
	uint64_t seed;
	char **sets; /* of --cmdline, then of --set; NULL: none */
	guint n_cmdline_sets;
	char *output;
	char *image;
	char *trace; /* events; NULL: none */
	bool has_format;
	RcuSimFormat format;
	enum cli_color color;
	char **varies;            /* NULL: none */
	int n_replications;       /* 0: not given */
	char *metrics, *base;     /* NULL: not given */
	char **names;             /* of measured sets; NULL: none */
	char *show;               /* NULL: not given */
	int n_jobs;               /* 0: not given */
	int fail_above_permyriad; /* -1: not given */
	bool progress, reference, force, append, quiet, verbose, list, varied, help, lenient, rows;
};

/* A row of the table of options. */
struct cli_option_row {
	unsigned int bit; /* enum cli_option */
	char letter;      /* 0: none */
	const char *name;
	const char *argument; /* NULL: none; "[=...]": it may be left out */
	const char *help;
};

struct cli_command {
	const char *name;
	const char *arguments; /* "SCENARIO..." */
	const char *summary;   /* one line */
	const char *about;     /* for --help; may be NULL */
	const char *example;   /* lines that work as they stand */
	unsigned int options;  /* enum cli_option, or-ed */
	/* Returns: the exit status. */
	int (*run)(const struct cli_options *options, int argc, char **argv);
};

extern const struct cli_command cli_run, cli_compare, cli_query, cli_scenario, cli_policy,
	cli_trace, cli_validate, cli_calibrate, cli_hash, cli_doctor, cli_version;
/* Closed by NULL. */
extern const struct cli_command *const cli_commands[];
/* The command called @name, or NULL. */
const struct cli_command *cli_command_find(const char *name);

/* Exit statuses and what they say; closed by NULL. */
struct cli_status_row {
	const char *status, *meaning;
};
extern const struct cli_status_row cli_statuses[];

/* Prints the manual page. */
int cli_manual(void);
/* "--completion" prints a function for bash, "--complete N WORD..." what may stand at word N of a line. */
int cli_complete(int argc, char **argv);

/**
 * cli_parse:
 * @argv: arguments of the command; on return what is not an option
 *
 * Returns: whether to go on; a complaint has been printed otherwise
 */
bool cli_parse(const struct cli_command *command, struct cli_options *options, int *argc,
	       char ***argv);
void cli_options_clear(struct cli_options *options);
void cli_print_help(const struct cli_command *command);
/* Option @i of those that @command (NULL: any) accepts; NULL past the end. */
const struct cli_option_row *cli_option(const struct cli_command *command, int i);

/* @name with the overrides, policies and seed of @options; tells what of --cmdline had no effect. */
RcuSimScenario *cli_load_scenario(const struct cli_options *options, const char *name,
				  GError **error);

/* The nearest of @accepted (NULL-terminated) if @word is likely a slip for it, else NULL. */
const char *cli_nearest(const char *word, const char *const *accepted);
/* Prints `rcusim: found "word"; did you mean "x"?`, or the accepted words; returns CLI_USAGE. */
int cli_unknown(const char *what, const char *word, const char *const *accepted);

/* Prints "rcusim: message" on stderr, made printable, and where it helps to look; returns CLI_USAGE. */
int cli_usage(const struct cli_command *command, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Prints @error; returns its exit status. */
int cli_fail(const GError *error);
/* The status that says more. */
static inline int cli_worse(int a, int b)
{
	return a > b ? a : b;
}
void cli_complain(const char *message);

/* What stdout can show, by --color, NO_COLOR, TERM and the locale's name. */
RcuSimStyle cli_style(const struct cli_options *options);
/* Whether @format is read by people. */
static inline bool cli_is_for_reading(const struct cli_options *options)
{
	return options->format == RCUSIM_FORMAT_TABLE || options->format == RCUSIM_FORMAT_TEXT;
}
/* Prints a line for people; as text in ASCII and wrapped, further lines with @indent. */
void cli_print_line(FILE *out, const struct cli_options *options, const char *indent,
		    const char *format, ...) G_GNUC_PRINTF(4, 5);

/**
 * cli_print_histogram:
 * @hash: of a run in @database
 *
 * Returns: whether the run has a distribution called @what; it has been printed, headed by @label
 */
bool cli_print_histogram(const struct cli_options *options, RcuSimDatabase *database,
			 const char *hash, const char *label, const char *what);
/* Prints every distribution of query "histogram"; returns the exit status. */
int cli_print_histograms(const struct cli_options *options, RcuSimQuery *query);

/* Number of the signal that asked us to stop, or 0. */
int cli_stop_signal(void);
/* From now on signals ask instead of ending the process; a second one ends it. */
void cli_catch_signals(void);
