/*
 * bench_mm_calls.c - what mapping calls, fork, exec and exit cost on the kernel that runs this.
 *
 * Medians of calls on untouched pages, beside the figures of the profile server-default that were taken from such
 * a run. It judges nothing: a figure of another machine is another figure.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "machine/costs.h"

#define N      4001
#define N_FORK 301
#define PAGE   4096

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int64_t median(int64_t *sample, size_t n)
{
	qsort(sample, n, sizeof(sample[0]), compare);
	return sample[n / 2];
}

static void *map(void *at, size_t len, int prot, int flags)
{
	void *p = mmap(at, len, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return p;
}

static void map_new(char *arena, int i)
{
	map(arena + i * PAGE, PAGE, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_FIXED);
}

static void unmap_one(char *arena, int i)
{
	munmap(arena + i * PAGE, PAGE);
}

static void protect_split(char *arena, int i)
{
	mprotect(arena + 2 * i * PAGE, PAGE, PROT_READ);
}

static void protect_merge(char *arena, int i)
{
	mprotect(arena + 2 * i * PAGE, PAGE, PROT_READ | PROT_WRITE);
}

static void grow_brk(char *arena, int i)
{
	if (sbrk(PAGE) == NULL)
		exit(1);
}

static int64_t measure(void (*call)(char *arena, int i), char *arena)
{
	static int64_t sample[N];

	for (int i = 0; i < N; i++) {
		const int64_t start_ns = now_ns();

		call(arena, i);
		sample[i] = now_ns() - start_ns;
	}
	return median(sample, N);
}

/* A child that exits at once, or runs this program to do so. */
static pid_t start_child(bool vforks, bool execs)
{
	const pid_t pid = vforks ? vfork() : fork();

	if (pid != 0)
		return pid;
	if (execs)
		execl("/proc/self/exe", "bench_mm_calls", "exit", (char *)NULL);
	_exit(0);
}

/* Until the parent goes on, and until it has waited for the child. */
static int64_t measure_child(bool vforks, bool execs, int64_t *ret_call_ns)
{
	int64_t call[N_FORK], whole[N_FORK];

	for (int i = 0; i < N_FORK; i++) {
		const int64_t start_ns = now_ns();
		const pid_t pid = start_child(vforks, execs);

		call[i] = now_ns() - start_ns;
		waitpid(pid, NULL, 0);
		whole[i] = now_ns() - start_ns;
	}
	*ret_call_ns = median(call, N_FORK);
	return median(whole, N_FORK);
}

static void print(const char *what, int64_t ns, const char *figure)
{
	printf("%-44s %10" PRId64 " ns", what, ns);
	for (const struct param *p = cost_params; figure != NULL && p->name != NULL; p++)
		if (strcmp(p->name, figure) == 0)
			printf("   %s: %" PRId64, figure, p->dflt);
	putchar('\n');
}

int main(int argc, char **argv)
{
	const int n_vmas = 6400;
	char *arena = map(NULL, 2 * N * PAGE, PROT_NONE, 0);
	char *vmas;
	int64_t small_ns, large_ns, whole_ns, exec_ns, vfork_ns;

	if (argc > 1)
		_exit(0);
	print("mmap(), a new VMA", measure(map_new, arena), "map_call");
	print("brk(), one page more", measure(grow_brk, NULL), "map_call");
	print("munmap(), one VMA", measure(unmap_one, arena), "munmap");
	map(arena, 2 * N * PAGE, PROT_READ | PROT_WRITE, MAP_FIXED);
	print("mprotect(), a split", measure(protect_split, arena), "map_call");
	print("mprotect(), a merge", measure(protect_merge, arena), "map_call");
	munmap(arena, 2 * N * PAGE);
	whole_ns = measure_child(false, false, &small_ns);
	print("fork() of a small process", small_ns, "fork");
	print("fork(), exit, wait", whole_ns, NULL);
	vmas = map(NULL, n_vmas * PAGE, PROT_NONE, 0);
	for (int i = 0; i < n_vmas; i += 2)
		mprotect(vmas + i * PAGE, PAGE, PROT_READ);
	measure_child(false, false, &large_ns);
	print("fork(), per VMA more", (large_ns - small_ns) / n_vmas, "fork_vma");
	munmap(vmas, n_vmas * PAGE);
	whole_ns = measure_child(true, false, &vfork_ns);
	print("vfork(), exit, wait", whole_ns, "exit");
	whole_ns = measure_child(true, true, &exec_ns);
	print("vfork(), exec, exit, wait", whole_ns, "exec");
	return 0;
}
