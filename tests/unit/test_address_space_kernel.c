/*
 * test_address_space_kernel.c - the model of an address space against the kernel that runs this test.
 *
 * Random calls go to both: to the kernel within an arena of this process, far from what the C library maps, to the
 * model at the same addresses. After every call /proc/self/maps must list in the arena what the model lists, and the
 * call must have failed in one exactly if it did in the other, with the same error. No page of the arena is ever
 * touched: that is what the model assumes (address_space.c). System calls are made directly, so that no wrapper
 * or sanitizer has an opinion on them. A child moves its break, for the heap of this process is in use.
 *
 * The model is that of 6.12; these calls differ in later kernels, and the generator leaves them out:
 *   - since 6.17 a move that keeps the length may span several VMAs; before, that was EFAULT;
 *   - since 6.17 a move that fails does not unmap its target; the model never does, on purpose (vma_mremap.c).
 * A mremap() that is wrong in two ways gets EINVAL or EFAULT by the order of the checks, which 6.17 changed.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/mman.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "mm/address_space.h"

#define N_STEPS 4000
#define N_PAGES 64 /* of the arena, between two fences of one page */
#define PAGE    VMA_PAGE_SIZE

/* Kinds of calls: random_call(). */
#define N_KINDS 5

#define ARENA     UINT64_C(0x200000000000)
#define ARENA_END (ARENA + (N_PAGES + 2) * PAGE)

#if defined(__SANITIZE_ADDRESS__)
#define RUNNING_ON_SANITIZER true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RUNNING_ON_SANITIZER true
#endif
#endif
#ifndef RUNNING_ON_SANITIZER
#define RUNNING_ON_SANITIZER false
#endif

/* Kernel and model, and which inode is which file. */
struct live {
	struct address_space *as;
	GRand *rand;
	uint64_t first, end; /* what is compared */
	int fds[2];          /* files 1 and 2 */
	GArray *inodes;      /* guint64: that of file i at i */
	GArray *files;       /* guint32 */
	struct vma_change change;
	long error;                        /* of the kernel's call */
	int64_t n_done[N_KINDS], n_merged; /* calls that succeeded, VMAs merged */
	char what[200];
};

static int64_t draw(struct live *live, int64_t n)
{
	return g_rand_int_range(live->rand, 0, (gint32)n);
}

static bool once_in(struct live *live, int64_t n)
{
	return draw(live, n) == 0;
}

static long error_of(long result)
{
	return result == -1 ? errno : 0;
}

static long kernel_mmap(uint64_t addr, uint64_t len, int prot, int flags, int fd, uint64_t offset)
{
	return error_of(syscall(SYS_mmap, addr, len, prot, flags, fd, offset));
}

/* ---- What both list ----------------------------------------------------------------------------- */

static void append_vma(GString *text, uint64_t start, uint64_t end, const char *prot,
		       uint64_t offset, uint32_t file)
{
	g_string_append_printf(text, "%03" PRIx64 "-%03" PRIx64 " %s %" PRIx64 " %x\n",
			       (start - ARENA) / PAGE, (end - ARENA) / PAGE, prot, offset, file);
}

static char *model_list(const struct address_space *as)
{
	GString *text = g_string_new(NULL);
	struct vma vma;

	for (int64_t i = 0; address_space_vma(as, i, &vma); i++) {
		const char prot[] = { (vma.flags & VMA_READ) != 0 ? 'r' : '-',
				      (vma.flags & VMA_WRITE) != 0 ? 'w' : '-',
				      (vma.flags & VMA_EXEC) != 0 ? 'x' : '-',
				      (vma.flags & VMA_SHARED) != 0 ? 's' : 'p', '\0' };

		append_vma(text, vma.start, vma.end, prot, vma.offset, vma.file);
	}
	return g_string_free(text, FALSE);
}

/* The number that the model has for @inode; a new inode is the file that the model has at @start. */
static uint32_t file_of_inode(struct live *live, uint64_t inode, uint64_t start)
{
	struct vma vma;

	if (inode == 0)
		return 0;
	for (guint i = 0; i < live->inodes->len; i++)
		if (g_array_index(live->inodes, guint64, i) == inode)
			return g_array_index(live->files, guint32, i);
	if (!address_space_find(live->as, start, &vma))
		return 0;
	for (guint i = 0; i < live->files->len; i++)
		if (g_array_index(live->files, guint32, i) == vma.file)
			return UINT32_MAX; /* it is another one */
	g_array_append_val(live->inodes, inode);
	g_array_append_val(live->files, vma.file);
	return vma.file;
}

static char *read_maps(const char *path)
{
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static char *kernel_list(struct live *live, const char *path)
{
	GString *text = g_string_new(NULL);
	g_autofree char *maps = read_maps(path);

	g_assert_nonnull(maps);
	for (char *line = maps; line != NULL && *line != '\0';) {
		char *rest = line, prot[5] = "";
		const uint64_t start = g_ascii_strtoull(rest, &rest, 16);
		const uint64_t end = g_ascii_strtoull(rest + 1, &rest, 16);
		uint64_t offset, inode;

		memcpy(prot, rest + 1, 4);
		offset = g_ascii_strtoull(rest + 5, &rest, 16);
		rest = strchr(rest + 1, ' '); /* past the device */
		inode = g_ascii_strtoull(rest, &rest, 10);
		if (start >= live->first && end <= live->end)
			append_vma(text, start, end, prot, offset,
				   file_of_inode(live, inode, start));
		line = strchr(rest, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	return g_string_free(text, FALSE);
}

static void compare(struct live *live, const char *path, int64_t n_before)
{
	g_autofree char *model = model_list(live->as);
	g_autofree char *kernel = kernel_list(live, path);
	const struct vma_change *change = &live->change;

	if (change->error == EFAULT && live->error == EINVAL)
		live->error = EFAULT; /* see the head of this file */
	if (strcmp(model, kernel) != 0 || change->error != live->error)
		g_test_message("%s: kernel %ld, model %d", live->what, live->error, change->error);
	g_assert_cmpstr(model, ==, kernel);
	g_assert_cmpint(change->error, ==, live->error);
	g_assert_cmpint(n_before + change->n_alloc - change->n_unmap - change->n_merged, ==,
			address_space_n_vmas(live->as));
	g_assert_true(address_space_is_sane(live->as));
}

/* A child's address space is that of its parent without what is VMA_DONTCOPY. */
static void compare_fork(struct live *live)
{
	struct address_space *parent = live->as;
	g_autofree char *path = NULL, *model = NULL, *kernel = NULL;
	const pid_t pid = fork();

	g_assert_cmpint(pid, >=, 0);
	if (pid == 0)
		for (;;)
			pause();
	live->as = address_space_fork(parent);
	g_assert_true(address_space_is_sane(live->as));
	path = g_strdup_printf("/proc/%d/maps", (int)pid);
	model = model_list(live->as);
	kernel = kernel_list(live, path);
	g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
	g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
	g_assert_cmpstr(model, ==, kernel);
	address_space_free(live->as);
	live->as = parent;
}

/* ---- Random calls ------------------------------------------------------------------------------- */

static uint64_t random_page(struct live *live)
{
	return ARENA + (uint64_t)(1 + draw(live, N_PAGES)) * PAGE;
}

/* From @addr on, mostly a few pages; never into the fence. */
static uint64_t random_len(struct live *live, uint64_t addr)
{
	const int64_t n_left = (int64_t)((ARENA_END - PAGE - addr) / PAGE);
	const int64_t n_max = once_in(live, 8) ? N_PAGES : 6;

	return (uint64_t)(1 + draw(live, MIN(n_left, n_max))) * PAGE;
}

static uint32_t random_prot(struct live *live)
{
	static const uint32_t prots[] = { 0, VMA_READ, VMA_READ | VMA_WRITE };

	return prots[draw(live, G_N_ELEMENTS(prots))];
}

static int kernel_prot(uint32_t prot)
{
	return ((prot & VMA_READ) != 0 ? PROT_READ : 0) |
	       ((prot & VMA_WRITE) != 0 ? PROT_WRITE : 0) |
	       ((prot & VMA_EXEC) != 0 ? PROT_EXEC : 0);
}

static void call_mmap(struct live *live, uint64_t addr, uint64_t len, uint32_t flags, uint32_t file,
		      uint64_t offset)
{
	const struct vma vma = {
		.start = addr, .end = addr + len, .flags = flags, .file = file, .offset = offset
	};
	const int map = MAP_FIXED | ((flags & VMA_SHARED) != 0 ? MAP_SHARED : MAP_PRIVATE) |
			((flags & VMA_NORESERVE) != 0 ? MAP_NORESERVE : 0) |
			(file == 0 ? MAP_ANONYMOUS : 0);

	snprintf(live->what, sizeof(live->what), "mmap %" PRIx64 "+%" PRIx64 " %x file %u %" PRIx64,
		 (addr - ARENA) / PAGE, len / PAGE, flags, file, offset);
	live->error = kernel_mmap(addr, len, kernel_prot(flags & VMA_PROT), map,
				  file == 0 ? -1 : live->fds[file - 1], offset);
	address_space_mmap(live->as, &vma, &live->change);
}

/* Files at the offset that belongs to their address, so that neighbours fit; sometimes another one. */
static void random_mmap(struct live *live)
{
	const uint64_t addr = random_page(live), len = random_len(live, addr);
	const uint32_t file = once_in(live, 2) ? 0 : (uint32_t)(1 + draw(live, 2));
	uint32_t flags = random_prot(live);
	uint64_t offset = 0;

	if (once_in(live, file == 0 ? 8 : 2))
		flags |= VMA_SHARED;
	else if (once_in(live, 6))
		flags |= VMA_NORESERVE;
	else if (file == 0 && once_in(live, 6))
		flags |= VMA_EXEC;
	if (file != 0)
		offset = (once_in(live, 6) ? (uint64_t)draw(live, N_PAGES) * PAGE : addr - ARENA);
	call_mmap(live, addr, len, flags, file, offset);
}

static void random_munmap(struct live *live)
{
	const uint64_t addr = random_page(live);
	const uint64_t len =
		once_in(live, 50) ? 0 : random_len(live, addr) - (once_in(live, 4) ? 1 : 0);

	snprintf(live->what, sizeof(live->what), "munmap %" PRIx64 "+%" PRIx64,
		 (addr - ARENA) / PAGE, len);
	live->error = error_of(syscall(SYS_munmap, addr, len));
	address_space_munmap(live->as, addr, len, &live->change);
}

static void random_mprotect(struct live *live)
{
	const uint64_t addr = random_page(live);
	const uint64_t len =
		once_in(live, 50) ? 0 : random_len(live, addr) - (once_in(live, 4) ? 1 : 0);
	const uint32_t prot = random_prot(live);

	snprintf(live->what, sizeof(live->what), "mprotect %" PRIx64 "+%" PRIx64 " %x",
		 (addr - ARENA) / PAGE, len, prot);
	live->error = error_of(syscall(SYS_mprotect, addr, len, kernel_prot(prot)));
	address_space_mprotect(live->as, addr, len, prot, &live->change);
}

static void random_madvise(struct live *live)
{
	static const struct {
		int advice;
		uint32_t set, clear;
	} advices[] = {
		{ MADV_DONTFORK, VMA_DONTCOPY, 0 },     { MADV_DOFORK, 0, VMA_DONTCOPY },
		{ MADV_DONTDUMP, VMA_DONTDUMP, 0 },     { MADV_DODUMP, 0, VMA_DONTDUMP },
		{ MADV_WIPEONFORK, VMA_WIPEONFORK, 0 }, { MADV_KEEPONFORK, 0, VMA_WIPEONFORK },
	};
	const uint64_t addr = random_page(live), len = random_len(live, addr);
	const int64_t i = draw(live, G_N_ELEMENTS(advices));

	snprintf(live->what, sizeof(live->what), "madvise %" PRIx64 "+%" PRIx64 " %d",
		 (addr - ARENA) / PAGE, len, advices[i].advice);
	live->error = error_of(syscall(SYS_madvise, addr, len, advices[i].advice));
	address_space_set_flags(live->as, addr, len, advices[i].set, advices[i].clear,
				&live->change);
}

static void call_mremap(struct live *live, uint64_t old_addr, uint64_t old_len, uint64_t new_addr,
			uint64_t new_len, bool dontunmap)
{
	const bool moves = new_addr != old_addr || dontunmap;

	snprintf(live->what, sizeof(live->what),
		 "mremap %" PRIx64 "+%" PRIx64 " to %" PRIx64 "+%" PRIx64 "%s",
		 (old_addr - ARENA) / PAGE, old_len / PAGE, (new_addr - ARENA) / PAGE,
		 new_len / PAGE, dontunmap ? " dontunmap" : "");
	live->error = error_of(syscall(SYS_mremap, old_addr, old_len, new_len,
				       (moves ? MREMAP_MAYMOVE | MREMAP_FIXED : 0) |
					       (dontunmap ? MREMAP_DONTUNMAP : 0),
				       new_addr));
	address_space_mremap(live->as, old_addr, old_len, new_addr, new_len, dontunmap,
			     &live->change);
}

static void random_mremap(struct live *live)
{
	const uint64_t old_addr = random_page(live);
	const uint64_t new_addr = once_in(live, 3) ? old_addr : random_page(live);
	uint64_t old_len = random_len(live, old_addr), new_len = random_len(live, new_addr);
	bool dontunmap = new_addr != old_addr && once_in(live, 4);
	struct vma vma;

	/* what a program would do: all of a VMA, or what is left of it */
	if (!once_in(live, 4) && address_space_find(live->as, old_addr, &vma) &&
	    vma.start <= old_addr)
		old_len = vma.end - old_addr;
	if (once_in(live, 20))
		old_len = 0;
	if (once_in(live, 3) || (dontunmap && !once_in(live, 8)))
		new_len = old_len;
	if (new_addr + new_len > ARENA_END - PAGE)
		new_len = ARENA_END - PAGE - new_addr;
	if (dontunmap && old_len != new_len && !once_in(live, 20))
		dontunmap = false;
	/* see the head of this file */
	if (new_addr != old_addr && address_space_find(live->as, old_addr, &vma) &&
	    vma.start <= old_addr && old_len == new_len && old_len > vma.end - old_addr)
		old_len = new_len = vma.end - old_addr;
	call_mremap(live, old_addr, old_len, new_addr, new_len, dontunmap);
}

/* mmap() and mprotect() three times as often as munmap() and madvise(). */
static void random_call(struct live *live)
{
	static void (*const calls[N_KINDS])(struct live *) = { random_mmap, random_mprotect,
							       random_mremap, random_munmap,
							       random_madvise };
	static const int kinds[] = { 0, 0, 0, 1, 1, 1, 2, 2, 3, 4 };
	const int kind = kinds[draw(live, G_N_ELEMENTS(kinds))];

	calls[kind](live);
	live->n_done[kind] += live->error == 0;
	live->n_merged += live->change.n_merged;
}

/* ---- The arena ---------------------------------------------------------------------------------- */

static int new_file(const char *name)
{
	const int fd = (int)syscall(SYS_memfd_create, name, 0u);

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(ftruncate(fd, (off_t)(2 * N_PAGES * PAGE)), ==, 0);
	return fd;
}

/* A fence is a mapping that nothing merges with, on both sides. */
static bool live_init(struct live *live, uint64_t n_pages, int64_t max_map_count)
{
	const uint64_t fences[] = { ARENA, ARENA + (n_pages + 1) * PAGE };
	g_autofree char *maps = read_maps("/proc/self/maps");

	memset(live, 0, sizeof(*live));
	if (maps == NULL) {
		g_test_skip("no /proc/self/maps");
		return false;
	}
	if (kernel_mmap(ARENA, (n_pages + 2) * PAGE, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
			0) != 0) {
		g_test_skip("the addresses of the arena are in use");
		return false;
	}
	g_assert_cmpint(error_of(syscall(SYS_munmap, ARENA, (n_pages + 2) * PAGE)), ==, 0);
	live->rand = g_rand_new_with_seed(20250212);
	live->first = ARENA;
	live->end = ARENA + (n_pages + 2) * PAGE;
	live->as = address_space_new(max_map_count);
	live->inodes = g_array_new(false, false, sizeof(guint64));
	live->files = g_array_new(false, false, sizeof(guint32));
	live->fds[0] = new_file("one");
	live->fds[1] = new_file("two");
	for (size_t i = 0; i < G_N_ELEMENTS(fences); i++) {
		call_mmap(live, fences[i], PAGE, VMA_SHARED, 0, 0);
		g_assert_cmpint(live->error, ==, 0);
		g_assert_cmpint(live->change.error, ==, 0);
	}
	return true;
}

static void live_clear(struct live *live, uint64_t n_pages)
{
	g_assert_cmpint(error_of(syscall(SYS_munmap, ARENA, (n_pages + 2) * PAGE)), ==, 0);
	address_space_free(live->as);
	g_rand_free(live->rand);
	g_array_unref(live->inodes);
	g_array_unref(live->files);
	close(live->fds[0]);
	close(live->fds[1]);
}

static void test_the_kernel_lists_the_same_vmas_after_every_call(void)
{
	struct live live;

	if (!live_init(&live, N_PAGES, 65530))
		return;
	for (int i = 0; i < N_STEPS; i++) {
		const int64_t n_before = address_space_n_vmas(live.as);

		random_call(&live);
		compare(&live, "/proc/self/maps", n_before);
		if (i % 500 == 499)
			compare_fork(&live);
	}
	/* mostly calls that do something */
	for (int kind = 0; kind < N_KINDS; kind++)
		g_assert_cmpint(live.n_done[kind], >=, N_STEPS / 40);
	g_assert_cmpint(live.n_merged, >=, N_STEPS / 40);
	live_clear(&live, N_PAGES);
}

/* ---- The limit ---------------------------------------------------------------------------------- */

/* Lines of /proc/self/maps that are VMAs of this process outside the arena; [vsyscall] is none. */
static int64_t n_vmas_elsewhere(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int64_t n = 0;
	char line[1024];

	g_assert_nonnull(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		const uint64_t start = g_ascii_strtoull(line, NULL, 16);

		n += (start < ARENA || start >= ARENA + (UINT64_C(1) << 40)) &&
		     strstr(line, "[vsyscall]") == NULL;
	}
	fclose(maps);
	return n;
}

static int64_t read_max_map_count(void)
{
	g_autofree char *text = NULL;

	return g_file_get_contents("/proc/sys/vm/max_map_count", &text, NULL, NULL)
		       ? g_ascii_strtoll(text, NULL, 10)
		       : 0;
}

static void expect_both(struct live *live, long error)
{
	if (live->error != error || live->change.error != error)
		g_test_message("%s: kernel %ld, model %d", live->what, live->error,
			       live->change.error);
	g_assert_cmpint(live->error, ==, error);
	g_assert_cmpint(live->change.error, ==, error);
}

static void call_munmap(struct live *live, uint64_t addr, uint64_t len)
{
	snprintf(live->what, sizeof(live->what), "munmap %" PRIx64, (addr - ARENA) / PAGE);
	live->error = error_of(syscall(SYS_munmap, addr, len));
	address_space_munmap(live->as, addr, len, &live->change);
}

static void call_mprotect(struct live *live, uint64_t addr, uint64_t len, uint32_t prot)
{
	snprintf(live->what, sizeof(live->what), "mprotect %" PRIx64, (addr - ARENA) / PAGE);
	live->error = error_of(syscall(SYS_mprotect, addr, len, kernel_prot(prot)));
	address_space_mprotect(live->as, addr, len, prot, &live->change);
}

/* Both are six VMAs below the limit: what still goes, and what does not. */
static void calls_near_the_limit(struct live *live, uint64_t big)
{
	const uint64_t free_page = big + 40 * PAGE;

	/* a move to a place that was asked for needs six below */
	call_mremap(live, big + 16 * PAGE, PAGE, free_page, PAGE, false);
	expect_both(live, 0);
	call_munmap(live, free_page, PAGE); /* five below: the move made a hole */
	expect_both(live, 0);
	call_mremap(live, big + 18 * PAGE, PAGE, free_page, PAGE, false);
	expect_both(live, ENOMEM);
	call_mprotect(live, big + 19 * PAGE, PAGE, VMA_READ); /* one split */
	expect_both(live, 0);
	call_mprotect(live, big + PAGE, PAGE, VMA_READ); /* two splits */
	expect_both(live, 0);
	call_mprotect(live, big + 3 * PAGE, PAGE, VMA_READ);
	expect_both(live, 0);
	/* at the limit: no split, but merges, trims, and one mapping more */
	call_mprotect(live, big + 5 * PAGE, PAGE, VMA_READ);
	expect_both(live, ENOMEM);
	call_munmap(live, big + 8 * PAGE, PAGE);
	expect_both(live, ENOMEM);
	call_mmap(live, big + 8 * PAGE, PAGE, 0, 0, 0);
	expect_both(live, ENOMEM); /* MAP_FIXED in the middle is a hole first */
	call_munmap(live, big, PAGE / 2);
	expect_both(live, 0); /* the first page of a VMA, which is that page */
	call_mprotect(live, big + PAGE, PAGE, VMA_READ | VMA_WRITE);
	expect_both(live, 0);
	call_mmap(live, free_page, PAGE, VMA_READ, 0, 0);
	expect_both(live, 0);
	call_mmap(live, free_page + 2 * PAGE, PAGE, VMA_READ, 0, 0);
	expect_both(live, 0);
	call_mmap(live, free_page + 4 * PAGE, PAGE, VMA_READ, 0, 0);
	expect_both(live, 0); /* one above it */
	call_mmap(live, free_page + 6 * PAGE, PAGE, VMA_READ, 0, 0);
	expect_both(live, ENOMEM);
	call_mmap(live, free_page + PAGE, PAGE, VMA_READ, 0, 0);
	expect_both(live, ENOMEM); /* even if it would merge */
	call_munmap(live, free_page, PAGE);
	expect_both(live, 0);
}

/* A few pages of one VMA, then single pages with a hole behind each until the limit is near. */
static void test_the_kernel_refuses_the_same_calls_near_max_map_count(void)
{
	const int64_t max = read_max_map_count();
	const uint64_t n_pages = 2 * (uint64_t)max + 64;
	uint64_t big;
	struct live live;
	int64_t n;

	if (max == 0 || max > 100000 || RUNNING_ON_SANITIZER) {
		g_test_skip("the limit is unknown, or too high, or VMAs come and go by themselves");
		return;
	}
	if (!live_init(&live, n_pages, max - n_vmas_elsewhere()))
		return;
	big = ARENA + (n_pages - 60) * PAGE;
	call_mmap(&live, big, 20 * PAGE, VMA_READ | VMA_WRITE, 0, 0);
	expect_both(&live, 0);
	n = max - n_vmas_elsewhere() - 6 - address_space_n_vmas(live.as);
	for (int64_t i = 0; i < n; i++) {
		call_mmap(&live, ARENA + (2 + 2 * (uint64_t)i) * PAGE, PAGE, VMA_READ, 0, 0);
		expect_both(&live, 0);
	}
	calls_near_the_limit(&live, big);
	live_clear(&live, n_pages);
}

/* ---- The heap ----------------------------------------------------------------------------------- */

#define N_BRK_STEPS   1000
#define N_BRK_PAGES   64
#define BRK_SYSCALL   0
#define MMAP_SYSCALL  1
#define UNMAP_SYSCALL 2

/* What the child does for its parent: it must not allocate, for the C library would use its heap for that. */
struct order {
	uint64_t kind, addr, len;
};

static void serve(int from_parent, int to_parent)
{
	struct order order;

	while (read(from_parent, &order, sizeof(order)) == (ssize_t)sizeof(order)) {
		long error;

		if (order.kind == BRK_SYSCALL)
			error = (uint64_t)syscall(SYS_brk, order.addr) == order.addr ? 0 : ENOMEM;
		else if (order.kind == MMAP_SYSCALL)
			error = kernel_mmap(order.addr, order.len, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		else
			error = error_of(syscall(SYS_munmap, order.addr, order.len));
		if (write(to_parent, &error, sizeof(error)) != (ssize_t)sizeof(error))
			break;
	}
	_exit(0);
}

static long ask(const int *pipes, const struct order *order)
{
	long error = -1;

	g_assert_cmpint(write(pipes[1], order, sizeof(*order)), ==, sizeof(*order));
	g_assert_cmpint(read(pipes[2], &error, sizeof(error)), ==, sizeof(error));
	return error;
}

/* Grow and shrink, with holes made into the heap, and mappings put in its way. */
static void random_order(struct live *live, const int *pipes, uint64_t base)
{
	const uint64_t page = (uint64_t)draw(live, N_BRK_PAGES);
	const uint64_t kind = !once_in(live, 3)  ? BRK_SYSCALL
			      : once_in(live, 4) ? MMAP_SYSCALL
						 : UNMAP_SYSCALL;
	const int64_t n_max = kind == MMAP_SYSCALL ? 3 : 24;
	struct order order = { .kind = kind,
			       .addr = base + page * PAGE,
			       .len = PAGE * (uint64_t)(1 + draw(live, n_max)) };
	const struct vma vma = { .start = order.addr,
				 .end = order.addr + order.len,
				 .flags = VMA_READ | VMA_WRITE };

	if (kind == BRK_SYSCALL && once_in(live, 3) && page > 0)
		order.addr -= 1 + (uint64_t)draw(live, 4000);
	snprintf(live->what, sizeof(live->what), "%d of %" PRIx64 "+%" PRIx64, (int)kind,
		 order.addr, order.len);
	live->error = ask(pipes, &order);
	if (kind == BRK_SYSCALL)
		address_space_brk(live->as, order.addr, &live->change);
	else if (kind == MMAP_SYSCALL)
		address_space_mmap(live->as, &vma, &live->change);
	else
		address_space_munmap(live->as, order.addr, order.len, &live->change);
	live->n_done[kind] += live->error == 0;
}

/*
 * The heap so far was touched, and fork() has given it a second anon_vma: what grows above it does not merge with it, so
 * that it is as if the heap began there.
 */
static void test_the_kernel_moves_the_break_as_the_model_does(void)
{
	const uint64_t base = ((uint64_t)syscall(SYS_brk, 0) + PAGE - 1) / PAGE * PAGE;
	struct live live = { .first = base, .end = base + (N_BRK_PAGES + 4) * PAGE };
	int pipes[4]; /* to the child: 0, 1; from it: 2, 3 */
	g_autofree char *path = NULL;
	pid_t pid;

	g_assert_cmpint(pipe(pipes), ==, 0);
	g_assert_cmpint(pipe(pipes + 2), ==, 0);
	pid = fork();
	g_assert_cmpint(pid, >=, 0);
	if (pid == 0) {
		close(pipes[1]);
		serve(pipes[0], pipes[3]);
	}
	path = g_strdup_printf("/proc/%d/maps", (int)pid);
	live.as = address_space_new(65530);
	live.rand = g_rand_new_with_seed(20250212);
	live.inodes = g_array_new(false, false, sizeof(guint64));
	live.files = g_array_new(false, false, sizeof(guint32));
	address_space_brk(live.as, base, &live.change);
	for (int i = 0; i < N_BRK_STEPS; i++) {
		const int64_t n_before = address_space_n_vmas(live.as);

		random_order(&live, pipes, base);
		compare(&live, path, n_before);
	}
	g_assert_cmpint(live.n_done[BRK_SYSCALL], >=, N_BRK_STEPS / 10);
	for (size_t i = 0; i < G_N_ELEMENTS(pipes); i++)
		close(pipes[i]);
	g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
	address_space_free(live.as);
	g_rand_free(live.rand);
	g_array_unref(live.inodes);
	g_array_unref(live.files);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/address-space/the-kernel-lists-the-same-vmas-after-every-call",
			test_the_kernel_lists_the_same_vmas_after_every_call);
	g_test_add_func("/address-space/the-kernel-refuses-the-same-calls-near-max-map-count",
			test_the_kernel_refuses_the_same_calls_near_max_map_count);
	g_test_add_func("/address-space/the-kernel-moves-the-break-as-the-model-does",
			test_the_kernel_moves_the_break_as_the_model_does);
	return g_test_run();
}
