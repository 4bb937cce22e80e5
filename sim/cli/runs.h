/* runs.h - what the commands that simulate share: progress, where the database is, expect clauses. */
#pragma once

#include "cli.h"

/* A command that simulates. */
struct cli_runs {
	const struct cli_options *options;
	bool show_progress, is_terminal;
	int64_t last_shown_us;
	int last_tenth;
	int n_saved;
};

/* Metrics that are shown unless a command line asks for others; closed by NULL. */
extern const char *const cli_shown_metrics[];

/* CLI_OK, or what is wrong with --force, --append and --output. */
int cli_runs_check_options(const struct cli_command *command, const struct cli_options *options);
void cli_runs_init(struct cli_runs *runs, const struct cli_options *options);
/* What the library is told; @source: the scenario's name on the command line. */
RcuSimRunOptions cli_runs_run_options(struct cli_runs *runs, const char *source);
/* Takes the progress off the terminal. */
void cli_runs_clear_line(const struct cli_runs *runs);

/* --output, or a name made of the scenario's; (transfer full). */
char *cli_runs_output(const struct cli_options *options, const RcuSimScenario *scenario);
RcuSimDatabase *cli_runs_open(const struct cli_options *options, const char *path, GError **error);
/* Tells why the runs did not get to their end, and what is stored; @hint: what can be done with that.
   Returns the exit status. */
int cli_runs_give_up(const struct cli_runs *runs, const RcuSimDatabase *database,
		     const GError *error, const char *hint);
/* Closes the database and tells where it is and that query @next is worth a try; returns the exit status. */
int cli_runs_finish(const struct cli_runs *runs, RcuSimDatabase *database, const char *next);

/**
 * cli_runs_check:
 * @print_all: also clauses that hold
 * @seed: (nullable): named where runs have several
 * @ret_n: (out) (optional): clauses there were
 *
 * Prints expect clauses and unexpected violations; failures go to stderr where stdout is not for reading.
 *
 * Returns: whether all is as expected
 */
bool cli_runs_check(const struct cli_options *options, const RcuSimResults *results, bool print_all,
		    const char *seed, int *ret_n);

/* "ok" or "FAILED" behind @line, which colour repeats. */
void cli_print_verdict(FILE *out, const struct cli_options *options, const char *line, bool ok);

/* The most objects that a sample of any run of @results has. */
int64_t cli_runs_largest_backlog(const RcuSimResults *results);
/* Those of one run over time, @max a full column; (transfer full) or NULL without samples. */
char *cli_runs_sparkline(const RcuSimResults *results, int run, int64_t max,
			 const RcuSimStyle *style);
