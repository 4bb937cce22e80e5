/*
 * limits.c - runs a command and tells what it used.
 *
 *   limits REPORT SECONDS STACK_KIB COMMAND...
 *
 * Writes "CPU_MS ELAPSED_MS MAX_RSS_KIB" to the file REPORT and ends as the command did (128 + signal, as a
 * shell). After SECONDS the command is killed. STACK_KIB limits its stack; 0 leaves it alone.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;

static void on_alarm(int number)
{
	kill(child, SIGKILL);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

static long ms_of(struct timeval t)
{
	return t.tv_sec * 1000L + t.tv_usec / 1000L;
}

static int become(char **command, long stack_kib)
{
	const rlim_t bytes = (rlim_t)stack_kib * 1024;
	const struct rlimit stack = { bytes, bytes };

	if (stack_kib > 0 && setrlimit(RLIMIT_STACK, &stack) < 0)
		fprintf(stderr, "setrlimit: %s\n", strerror(errno));
	execv(command[0], command);
	fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
	_exit(127);
}

int main(int argc, char **argv)
{
	const long start_ms = now_ms();
	struct rusage usage;
	int status;
	FILE *report;

	if (argc < 5) {
		fprintf(stderr, "usage: %s REPORT SECONDS STACK_KIB COMMAND...\n", argv[0]);
		return 127;
	}
	child = fork();
	if (child == 0)
		return become(argv + 4, atol(argv[3]));
	signal(SIGALRM, on_alarm);
	alarm((unsigned int)atol(argv[2]));
	while (wait4(child, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return 127;
	report = fopen(argv[1], "w");
	if (report == NULL)
		return 127;
	fprintf(report, "%ld %ld %ld\n", ms_of(usage.ru_utime) + ms_of(usage.ru_stime),
		now_ms() - start_ms, usage.ru_maxrss);
	fclose(report);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
