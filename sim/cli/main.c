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
	&cli_run, &cli_query, &cli_scenario, &cli_policy, &cli_hash, &cli_version, NULL,
};

static const char statuses[] =
	"Exit status: 0 done; 1 an expect clause did not hold, or a lifetime violation nobody expected;\n"
	"2 command line; 3 scenario or database not valid; 4 the outside world failed; 5 the simulator\n"
	"broke an invariant of its own; 6 incomplete; 130, 143 interrupted.\n";

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

static const char *const *command_names(void)
{
	static const char *const names[] = { "run",  "query",   "scenario", "policy",
					     "hash", "version", "help",     NULL };

	return names;
}

static void print_first_screen(FILE *out)
{
	fputs("rcusim - what RCU callback offloading costs, and what a policy for freeing VMAs saves\n\n"
	      "usage: rcusim COMMAND [option...] [argument...]\n\n"
	      "Try:\n"
	      "  rcusim scenario list             the scenarios that come with it\n"
	      "  rcusim run exit-storm            run one of them under its policies\n"
	      "  rcusim help                      all commands\n",
	      out);
}

static void print_help(void)
{
	fputs("usage: rcusim COMMAND [option...] [argument...]\n\nCommands:\n", stdout);
	for (int i = 0; cli_commands[i] != NULL; i++)
		printf("  %-10s%s\n", cli_commands[i]->name, cli_commands[i]->summary);
	printf("  %-10s%s\n\n", "help", "this, or help COMMAND");
	printf("Example:\n  rcusim run exit-storm --policy per-vma,direct-on-exit -o storm.db\n"
	       "  rcusim query storm.db latency\n\n%s",
	       statuses);
}

static const struct cli_command *find_command(const char *name)
{
	for (int i = 0; cli_commands[i] != NULL; i++)
		if (strcmp(cli_commands[i]->name, name) == 0)
			return cli_commands[i];
	return NULL;
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
	struct cli_options options = { 0 };
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
	const struct cli_command *command = argc > 1 ? find_command(argv[1]) : NULL;

	if (argc <= 1 || strcmp(argv[1], "help") == 0)
		print_help();
	else if (command == NULL)
		return cli_unknown("command", argv[1], command_names());
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
	command = find_command(name);
	if (command == NULL)
		return cli_unknown("command", name, command_names());
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
