/*
 * main.c - the command: finds the sub-command, and keeps the promises about streams, signals and statuses.
 *
 * Data goes to stdout, messages to stderr. The locale is never set: a number looks the same everywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

const struct cli_command *const cli_commands[] = {
	&cli_run,      &cli_compare,   &cli_query, &cli_scenario, &cli_policy,  &cli_trace,
	&cli_validate, &cli_calibrate, &cli_hash,  &cli_doctor,   &cli_version, NULL,
};

const struct cli_status_row cli_statuses[] = {
	{ "0", "done" },
	{ "1",
	  "an expect clause did not hold, a lifetime violation nobody expected, or --fail-above" },
	{ "2", "command line" },
	{ "3", "scenario or database not valid" },
	{ "4", "the outside world failed: cannot read or create, disk full, locked" },
	{ "5", "the simulator broke an invariant of its own" },
	{ "6", "incomplete: a bound or limit was reached" },
	{ "130, 143", "interrupted" },
	{ NULL, NULL },
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
	stop_signal = number;
}

int cli_stop_signal(void)
{
	return stop_signal;
}

void cli_catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	struct sigaction old;

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) /* nohup */
			sigaction(numbers[i], &action, NULL);
}

/* A database must never get the descriptor of a closed stream: messages would be written into it. */
static bool open_standard_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return false;
	return true;
}

/* Whether stdout is a pipe whose reader has gone. */
static bool is_unread(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* Output that nobody reads to its end is no failure; output that could not be written is one. */
static int finish(int status)
{
	const bool had_error = ferror(stdout) != 0;
	const bool is_bad = fflush(stdout) != 0 || had_error;

	if (!is_bad || is_unread())
		return status;
	fprintf(stderr, "rcusim: cannot write to standard output: %s\n", g_strerror(errno));
	return status == CLI_OK || status == CLI_DIFFERS ? CLI_SYSTEM : status;
}

/* Every command and "help", NULL-terminated; g_free(). */
static const char **command_names(void)
{
	const char **names = g_new0(const char *, G_N_ELEMENTS(cli_commands) + 1);
	size_t n = 0;

	for (; cli_commands[n] != NULL; n++)
		names[n] = cli_commands[n]->name;
	names[n] = "help";
	return names;
}

static int unknown_command(const char *name)
{
	g_autofree const char **names = command_names();

	return cli_unknown("command", name, names);
}

static void print_first_screen(FILE *out)
{
	fputs("rcusim - what RCU callback offloading costs, and what a policy for freeing VMAs saves\n\n"
	      "usage: rcusim COMMAND [option...] [argument...]\n\n"
	      "Try:\n"
	      "  rcusim scenario list             the scenarios that come with it\n"
	      "  rcusim run exit-storm            run one of them under its policies\n"
	      "  rcusim help                      all commands; the manual page: man rcusim\n",
	      out);
}

static void print_help(void)
{
	fputs("usage: rcusim COMMAND [option...] [argument...]\n\nCommands:\n", stdout);
	for (int i = 0; cli_commands[i] != NULL; i++)
		printf("  %-10s%s\n", cli_commands[i]->name, cli_commands[i]->summary);
	printf("  %-10s%s\n\n", "help", "this, or help COMMAND");
	puts("Example:\n  rcusim run exit-storm --policy per-vma,direct-on-exit -o storm.db\n"
	     "  rcusim query storm.db latency\n\nExit status:");
	for (int i = 0; cli_statuses[i].status != NULL; i++)
		printf("  %-10s%s\n", cli_statuses[i].status, cli_statuses[i].meaning);
	puts("\nrcusim help --man prints the manual page, rcusim help --completion that of bash.");
}

const struct cli_command *cli_command_find(const char *name)
{
	for (int i = 0; cli_commands[i] != NULL; i++)
		if (strcmp(cli_commands[i]->name, name) == 0)
			return cli_commands[i];
	return NULL;
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
	struct cli_options options = { .fail_above_permyriad = -1 };
	int status = CLI_USAGE;

	if (cli_parse(command, &options, &argc, &argv)) {
		if (options.help) {
			cli_print_help(command);
			status = CLI_OK;
		} else {
			status = command->run(&options, argc - 1, argv + 1);
		}
	}
	cli_options_clear(&options);
	return status;
}

static int help(int argc, char **argv)
{
	const struct cli_command *command = argc > 1 ? cli_command_find(argv[1]) : NULL;

	if (argc > 1 && strcmp(argv[1], "--man") == 0)
		return cli_manual();
	if (argc > 1 &&
	    (strcmp(argv[1], "--completion") == 0 || strcmp(argv[1], "--complete") == 0))
		return cli_complete(argc - 1, argv + 1);
	if (argc <= 1 || strcmp(argv[1], "help") == 0)
		print_help();
	else if (command == NULL)
		return unknown_command(argv[1]);
	else
		cli_print_help(command);
	return CLI_OK;
}

static int dispatch(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct cli_command *command;

	if (name == NULL) {
		print_first_screen(stderr);
		return CLI_USAGE;
	}
	if (strcmp(name, "help") == 0)
		return help(argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return help(1, argv);
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		name = "version";
	if (*name == '-')
		return cli_usage(
			NULL,
			"found \"%s\" before the command; options come after it: rcusim run %s",
			name, name);
	command = cli_command_find(name);
	if (command == NULL)
		return unknown_command(name);
	return run_command(command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	if (!open_standard_streams())
		return CLI_SYSTEM;
	signal(SIGPIPE, SIG_IGN); /* EPIPE is seen where it happens */
#ifdef SIGXFSZ
	signal(SIGXFSZ, SIG_IGN); /* a file-size limit is a full disk */
#endif
	return finish(dispatch(argc, argv));
}
