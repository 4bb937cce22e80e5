/*
 * test_address_space.c - what the calls of an address space do to its VMAs, and what that takes.
 *
 * First rule by rule. Then random sequences against a naive oracle, an array with one entry per page, which must
 * agree on every VMA, every count and every error. test_address_space_kernel.c compares with a real kernel, which
 * does not tell what a call took.
 */
#include <errno.h>
#include <string.h>

#include <glib.h>

#include "mm/address_space.h"

#define PAGE     VMA_PAGE_SIZE
#define BASE     (UINT64_C(16) * PAGE)
#define NO_LIMIT INT64_C(1000000)

#define R  VMA_READ
#define RW (VMA_READ | VMA_WRITE)

/* An address space under test and what the last call took. */
struct test {
	struct address_space *as;
	struct vma_change change;
};

static struct test test_new(int64_t max_map_count)
{
	return (struct test){ .as = address_space_new(max_map_count) };
}

static void test_clear(struct test *t)
{
	g_assert_true(address_space_is_sane(t->as));
	address_space_free(t->as);
}

static int64_t draw(int64_t n)
{
	return g_test_rand_int_range(0, (gint32)n);
}

static bool once_in(int64_t n)
{
	return draw(n) == 0;
}

static uint64_t at(int64_t page)
{
	return BASE + (uint64_t)page * PAGE;
}

static struct vma vma_of(int64_t page, int64_t n, uint32_t flags, uint32_t file, int64_t file_page)
{
	return (struct vma){ .start = at(page),
			     .end = at(page + n),
			     .flags = flags,
			     .file = file,
			     .offset = (uint64_t)file_page * PAGE };
}

static void map(struct test *t, int64_t page, int64_t n, uint32_t flags)
{
	const struct vma vma = vma_of(page, n, flags, 0, 0);

	address_space_mmap(t->as, &vma, &t->change);
}

static void map_file(struct test *t, int64_t page, int64_t n, uint32_t flags, uint32_t file,
		     int64_t file_page)
{
	const struct vma vma = vma_of(page, n, flags, file, file_page);

	address_space_mmap(t->as, &vma, &t->change);
}

static void image(struct test *t, int64_t page, int64_t n, uint32_t flags)
{
	const struct vma vma = vma_of(page, n, flags, 0, 0);

	address_space_image(t->as, &vma, &t->change);
}

static void unmap(struct test *t, int64_t page, int64_t n)
{
	address_space_munmap(t->as, at(page), (uint64_t)n * PAGE, &t->change);
}

static void protect(struct test *t, int64_t page, int64_t n, uint32_t prot)
{
	address_space_mprotect(t->as, at(page), (uint64_t)n * PAGE, prot, &t->change);
}

static void set_flags(struct test *t, int64_t page, int64_t n, uint32_t set, uint32_t clear)
{
	address_space_set_flags(t->as, at(page), (uint64_t)n * PAGE, set, clear, &t->change);
}

static void remap(struct test *t, int64_t page, int64_t n, int64_t to, int64_t n_to, bool dontunmap)
{
	address_space_mremap(t->as, at(page), (uint64_t)n * PAGE, at(to), (uint64_t)n_to * PAGE,
			     dontunmap, &t->change);
}

static void set_brk(struct test *t, int64_t page)
{
	address_space_brk(t->as, at(page), &t->change);
}

/* What the last call took, as error, alloc, unmap, merged, stores. */
static void took(const struct test *t, int error, int64_t n_alloc, int64_t n_unmap,
		 int64_t n_merged, int64_t n_stores)
{
	g_assert_cmpint(t->change.error, ==, error);
	g_assert_cmpint(t->change.n_alloc, ==, n_alloc);
	g_assert_cmpint(t->change.n_unmap, ==, n_unmap);
	g_assert_cmpint(t->change.n_merged, ==, n_merged);
	g_assert_cmpint(t->change.n_stores, ==, n_stores);
}

/* The VMAs as "first-end flags", pages and hexadecimal flags, separated by commas. */
static void holds(const struct test *t, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);
	struct vma vma;

	for (int64_t i = 0; address_space_vma(t->as, i, &vma); i++)
		g_string_append_printf(text, "%s%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT " %x",
				       i > 0 ? ", " : "", (vma.start - BASE) / PAGE,
				       (vma.end - BASE) / PAGE, vma.flags);
	g_assert_cmpstr(text->str, ==, expected);
}

/* ---- mmap(), munmap() ---------------------------------------------------------------------------- */

static void test_a_mapping_between_equal_neighbours_makes_them_one(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 2, R);
	took(&t, 0, 1, 0, 0, 1);
	map(&t, 2, 2, R); /* the one below grows */
	took(&t, 0, 0, 0, 0, 1);
	map(&t, 6, 2, R);
	took(&t, 0, 1, 0, 0, 1);
	map(&t, 5, 1, R); /* the one above grows */
	took(&t, 0, 0, 0, 0, 1);
	map(&t, 4, 1, R); /* the one below takes over the one above */
	took(&t, 0, 0, 0, 1, 1);
	map(&t, 8, 1, RW);
	took(&t, 0, 1, 0, 0, 1);
	holds(&t, "0-8 1, 8-9 13");
	test_clear(&t);
}

static void test_parts_of_a_file_merge_where_its_offsets_go_on(void)
{
	struct test t = test_new(NO_LIMIT);

	map_file(&t, 0, 2, R, 1, 10);
	map_file(&t, 2, 2, R, 1, 12);
	took(&t, 0, 0, 0, 0, 1);
	map_file(&t, 4, 2, R, 1, 15); /* a page is left out */
	took(&t, 0, 1, 0, 0, 1);
	map_file(&t, 6, 2, R, 2, 17); /* another file */
	took(&t, 0, 1, 0, 0, 1);
	map(&t, 8, 2, R);
	took(&t, 0, 1, 0, 0, 1);
	holds(&t, "0-4 1, 4-6 1, 6-8 1, 8-10 1");
	test_clear(&t);
}

/* Each is a file of its own in tmpfs; but what was split merges again. */
static void test_shared_anonymous_mappings_stay_apart(void)
{
	struct test t = test_new(NO_LIMIT);
	struct vma vma;

	map(&t, 0, 4, RW | VMA_SHARED);
	map(&t, 4, 4, RW | VMA_SHARED);
	took(&t, 0, 1, 0, 0, 1);
	protect(&t, 1, 1, R);
	took(&t, 0, 2, 0, 0, 2);
	protect(&t, 1, 1, RW);
	took(&t, 0, 0, 0, 2, 1);
	holds(&t, "0-4 b, 4-8 b");
	g_assert_true(address_space_find(t.as, at(5), &vma));
	g_assert_cmphex(vma.file, ==, VMA_FILE_SHMEM + 1);
	test_clear(&t);
}

static void test_an_image_merges_only_with_what_comes_later(void)
{
	struct test t = test_new(NO_LIMIT);

	image(&t, 0, 2, R);
	image(&t, 2, 2, R);
	took(&t, 0, 1, 0, 0, 1);
	holds(&t, "0-2 1, 2-4 1");
	map(&t, 4, 1, R);
	took(&t, 0, 0, 0, 0, 1);
	holds(&t, "0-2 1, 2-5 1");
	test_clear(&t);
}

static void test_special_mappings_never_merge_and_never_split(void)
{
	struct test t = test_new(NO_LIMIT);

	image(&t, 2, 2, R | VMA_SPECIAL);
	map(&t, 4, 2, R | VMA_SPECIAL);
	took(&t, 0, 1, 0, 0, 1);
	unmap(&t, 0, 3);
	took(&t, EINVAL, 0, 0, 0, 0);
	unmap(&t, 3, 9);
	took(&t, EINVAL, 0, 0, 0, 0);
	protect(&t, 3, 1, RW);
	took(&t, EINVAL, 0, 0, 0, 0);
	set_flags(&t, 3, 1, VMA_LOCKED, 0); /* mlock() passes them over */
	took(&t, 0, 0, 0, 0, 0);
	remap(&t, 2, 2, 10, 3, false);
	took(&t, EFAULT, 0, 0, 0, 0);
	remap(&t, 2, 1, 10, 1, false);
	took(&t, EINVAL, 0, 0, 0, 0);
	remap(&t, 2, 2, 6, 2, false); /* as checkpointing does with the vdso */
	took(&t, 0, 1, 1, 0, 2);
	holds(&t, "4-6 2001, 6-8 2001");
	test_clear(&t);
}

static void test_half_a_vma_is_split_off_before_it_is_unmapped(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 8, R);
	unmap(&t, 0, 2);
	took(&t, 0, 1, 1, 0, 2);
	unmap(&t, 6, 2);
	took(&t, 0, 1, 1, 0, 2);
	unmap(&t, 3, 1);
	took(&t, 0, 2, 1, 0, 3);
	holds(&t, "2-3 1, 4-6 1");
	unmap(&t, 0, 8);
	took(&t, 0, 0, 2, 0, 1);
	unmap(&t, 0, 8);
	took(&t, 0, 0, 0, 0, 0);
	test_clear(&t);
}

static void test_a_fixed_mapping_clears_and_inserts_in_one_store(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 8, R);
	map(&t, 0, 8, RW);
	took(&t, 0, 1, 1, 0, 1);
	map(&t, 2, 4, R); /* two splits */
	took(&t, 0, 3, 1, 0, 3);
	holds(&t, "0-2 13, 2-6 1, 6-8 13");
	map(&t, 3, 1, R); /* what was split off takes the new one over, and itself */
	took(&t, 0, 2, 1, 1, 3);
	holds(&t, "0-2 13, 2-6 1, 6-8 13");
	test_clear(&t);
}

/* ---- Changing flags ------------------------------------------------------------------------------ */

static void test_mprotect_merges_else_splits(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 8, R);
	protect(&t, 0, 8, 0);
	took(&t, 0, 0, 0, 0, 0); /* all of it: the flags are written */
	protect(&t, 2, 2, R);
	took(&t, 0, 2, 0, 0, 2);
	protect(&t, 4, 2, R); /* the head of a VMA goes to the one below */
	took(&t, 0, 0, 0, 0, 1);
	protect(&t, 1, 1, R); /* the tail of one to the one above */
	took(&t, 0, 0, 0, 0, 1);
	holds(&t, "0-1 0, 1-6 1, 6-8 0");
	protect(&t, 1, 5, 0); /* all of it, to both */
	took(&t, 0, 0, 0, 2, 1);
	holds(&t, "0-8 0");
	test_clear(&t);
}

static void test_mprotect_keeps_what_it_did_before_a_hole(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 2, R);
	map(&t, 4, 2, R);
	protect(&t, 1, 4, 0);
	took(&t, ENOMEM, 1, 0, 0, 1);
	holds(&t, "0-1 1, 1-2 0, 4-6 1");
	protect(&t, 3, 2, 0); /* begins with one */
	took(&t, ENOMEM, 0, 0, 0, 0);
	test_clear(&t);
}

static void test_a_second_split_beyond_the_limit_leaves_the_first(void)
{
	struct test t = test_new(2);

	map(&t, 0, 8, R);
	protect(&t, 2, 2, 0);
	took(&t, ENOMEM, 1, 0, 0, 1);
	holds(&t, "0-2 1, 2-8 1");
	test_clear(&t);
}

/* A hole in a VMA is one more, half of one is not; and mmap() looks before the limit, not behind it. */
static void test_the_limit_is_where_the_kernel_looks(void)
{
	struct test t = test_new(2);

	map(&t, 0, 4, R);
	map(&t, 6, 4, R);
	unmap(&t, 1, 1);
	took(&t, ENOMEM, 0, 0, 0, 0);
	unmap(&t, 0, 1);
	took(&t, 0, 1, 1, 0, 2);
	map(&t, 20, 1, R);
	took(&t, 0, 1, 0, 0, 1);
	map(&t, 21, 1, R);
	took(&t, ENOMEM, 0, 0, 0, 0);
	holds(&t, "1-4 1, 6-10 1, 20-21 1");
	test_clear(&t);
}

/* mremap() to a free place wants four below the limit, six if it was asked for: here, by not growing. */
static void test_a_move_wants_room_below_the_limit(void)
{
	struct test t = test_new(5);

	map(&t, 0, 2, R);
	remap(&t, 0, 2, 10, 2, false);
	took(&t, ENOMEM, 0, 0, 0, 0);
	remap(&t, 0, 2, 10, 3, false);
	took(&t, 0, 1, 1, 0, 2);
	map(&t, 20, 1, R);
	remap(&t, 10, 3, 30, 4, false);
	took(&t, ENOMEM, 0, 0, 0, 0);
	test_clear(&t);
}

static void test_the_right_to_write_private_memory_is_charged(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 2, R);
	protect(&t, 0, 2, RW);
	holds(&t, "0-2 13");
	protect(&t, 0, 2, R); /* untouched, so what was charged comes back */
	holds(&t, "0-2 1");
	map_file(&t, 2, 2, RW, 1, 0);
	protect(&t, 2, 2, R); /* of a file: it stays */
	map(&t, 4, 2, RW | VMA_NORESERVE);
	map(&t, 6, 2, RW | VMA_SHARED);
	protect(&t, 6, 2, R);
	protect(&t, 6, 2, RW);
	holds(&t, "0-2 1, 2-4 11, 4-6 23, 6-8 b");
	test_clear(&t);
}

static void test_madvise_passes_over_holes_and_mlock_does_not(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 2, R);
	map(&t, 4, 2, R);
	set_flags(&t, 0, 8, VMA_DONTCOPY, 0);
	took(&t, ENOMEM, 0, 0, 0, 0);
	holds(&t, "0-2 101, 4-6 101");
	set_flags(&t, 0, 8, VMA_LOCKED, 0);
	took(&t, ENOMEM, 0, 0, 0, 0);
	holds(&t, "0-2 181, 4-6 101");
	set_flags(&t, 1, 1, 0, VMA_LOCKED);
	took(&t, 0, 1, 0, 0, 1);
	set_flags(&t, 1, 1, VMA_LOCKED, 0);
	took(&t, 0, 0, 0, 1, 1);
	test_clear(&t);
}

static void test_only_private_anonymous_memory_can_be_wiped_on_fork(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 2, R);
	map_file(&t, 2, 2, R, 1, 0);
	set_flags(&t, 1, 2, VMA_WIPEONFORK, 0);
	took(&t, EINVAL, 1, 0, 0, 1);
	holds(&t, "0-1 1, 1-2 401, 2-4 1");
	test_clear(&t);
}

/* ---- brk() --------------------------------------------------------------------------------------- */

static void test_the_heap_grows_in_its_vma(void)
{
	struct test t = test_new(NO_LIMIT);

	image(&t, 0, 4, RW); /* bss */
	set_brk(&t, 4);
	took(&t, 0, 0, 0, 0, 0);
	set_brk(&t, 6); /* a new VMA, equal to the one below it */
	took(&t, 0, 1, 0, 0, 1);
	holds(&t, "0-4 13, 4-6 13");
	address_space_brk(t.as, at(8) - 1, &t.change);
	took(&t, 0, 0, 0, 0, 1);
	address_space_brk(t.as, at(7) + 1, &t.change); /* the same page */
	took(&t, 0, 0, 0, 0, 0);
	set_brk(&t, 5);
	took(&t, 0, 1, 1, 0, 2);
	set_brk(&t, 3);
	took(&t, ENOMEM, 0, 0, 0, 0);
	set_brk(&t, 4);
	took(&t, 0, 0, 1, 0, 1);
	holds(&t, "0-4 13");
	test_clear(&t);
}

static void test_the_heap_keeps_a_page_away_from_what_is_above(void)
{
	struct test t = test_new(NO_LIMIT);

	set_brk(&t, 0);
	map(&t, 8, 2, RW);
	set_brk(&t, 8);
	took(&t, ENOMEM, 0, 0, 0, 0);
	set_brk(&t, 12);
	took(&t, ENOMEM, 0, 0, 0, 0);
	set_brk(&t, 7);
	took(&t, 0, 1, 0, 0, 1);
	unmap(&t, 8, 2);
	map(&t, 300, 2, RW | VMA_GROWSDOWN); /* a stack keeps 256 pages */
	set_brk(&t, 44);
	took(&t, ENOMEM, 0, 0, 0, 0);
	set_brk(&t, 43);
	took(&t, 0, 0, 0, 0, 1);
	holds(&t, "0-43 13, 300-302 53");
	unmap(&t, 40, 3); /* nothing left to shrink */
	set_brk(&t, 41);
	took(&t, ENOMEM, 0, 0, 0, 0);
	test_clear(&t);
}

/* ---- mremap(), fork() ---------------------------------------------------------------------------- */

static void test_mremap_grows_into_the_next_vma(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 2, R);
	map(&t, 4, 2, R);
	remap(&t, 0, 2, 0, 5, false); /* no room */
	took(&t, ENOMEM, 0, 0, 0, 0);
	remap(&t, 0, 1, 0, 2, false); /* the VMA goes on behind the range */
	took(&t, ENOMEM, 0, 0, 0, 0);
	remap(&t, 1, 1, 1, 2, false);
	took(&t, 0, 0, 0, 0, 1);
	remap(&t, 0, 3, 0, 4, false);
	took(&t, 0, 0, 0, 1, 1);
	holds(&t, "0-6 1");
	remap(&t, 0, 6, 0, 2, false);
	took(&t, 0, 1, 1, 0, 2);
	holds(&t, "0-2 1");
	test_clear(&t);
}

static void test_a_move_unmaps_what_is_at_its_target(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 4, R);
	map(&t, 10, 4, RW);
	remap(&t, 0, 4, 11, 2, false); /* target, tail, copy, old range */
	took(&t, 0, 4, 3, 0, 2 + 1 + 2 + 1 + 1);
	holds(&t, "10-11 13, 11-13 1, 13-14 13");
	test_clear(&t);
}

/* The copy is next to what it is copied from, and one VMA with it until the old range goes. */
static void test_a_move_can_merge_with_its_own_source(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 4, R);
	remap(&t, 2, 2, 4, 2, false);
	took(&t, 0, 2, 1, 0, 1 + 2 + 1);
	holds(&t, "0-2 1, 4-6 1");
	test_clear(&t);
}

static void test_a_move_needs_one_vma(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 2, R);
	map(&t, 2, 2, RW);
	remap(&t, 1, 2, 10, 2, false);
	took(&t, EFAULT, 0, 0, 0, 0);
	remap(&t, 5, 2, 10, 2, false);
	took(&t, EFAULT, 0, 0, 0, 0);
	remap(&t, 0, 2, 1, 2, false);
	took(&t, EINVAL, 0, 0, 0, 0);
	remap(&t, 0, 0, 10, 2, false); /* only shared memory is doubled */
	took(&t, EINVAL, 0, 0, 0, 0);
	map_file(&t, 20, 2, R | VMA_SHARED, 1, 7);
	remap(&t, 21, 0, 30, 2, false);
	took(&t, 0, 1, 0, 0, 1);
	holds(&t, "0-2 1, 2-4 13, 20-22 9, 30-32 9");
	test_clear(&t);
}

static void test_dontunmap_leaves_the_old_range_unlocked(void)
{
	struct test t = test_new(NO_LIMIT);

	map(&t, 0, 4, R | VMA_LOCKED);
	remap(&t, 0, 2, 10, 3, true);
	took(&t, EINVAL, 0, 0, 0, 0);
	remap(&t, 0, 2, 10, 2, true);
	took(&t, 0, 1, 0, 0, 1);
	holds(&t, "0-4 1, 10-12 81"); /* all of it */
	test_clear(&t);
}

static void test_fork_leaves_out_what_is_not_to_be_copied(void)
{
	struct test t = test_new(NO_LIMIT), child;

	set_brk(&t, 100);
	map(&t, 0, 2, R | VMA_LOCKED);
	map(&t, 2, 2, R);
	set_flags(&t, 4, 1, VMA_DONTCOPY, 0);
	map(&t, 4, 2, R | VMA_DONTCOPY);
	map(&t, 6, 2, RW | VMA_WIPEONFORK);
	child = (struct test){ .as = address_space_fork(t.as) };
	holds(&child, "0-2 1, 2-4 1, 6-8 413");
	set_brk(&child, 102); /* its heap begins where the parent's does */
	took(&child, 0, 1, 0, 0, 1);
	holds(&t, "0-2 81, 2-4 1, 4-6 101, 6-8 413");
	test_clear(&child);
	test_clear(&t);
}

/* ---- What comes from a hostile file --------------------------------------------------------------- */

static void test_ranges_beyond_64_bits_are_refused(void)
{
	const uint64_t top = UINT64_MAX - PAGE + 1; /* the last page, whose end is not a number */
	struct test t = test_new(NO_LIMIT);
	struct vma vma = { .start = top - PAGE, .end = top, .flags = R };

	address_space_mmap(t.as, &vma, &t.change);
	took(&t, 0, 1, 0, 0, 1);
	vma = (struct vma){ .start = top - PAGE, .end = UINT64_MAX, .flags = R };
	address_space_mmap(t.as, &vma, &t.change);
	took(&t, EINVAL, 0, 0, 0, 0);
	vma = (struct vma){ .start = 8 * PAGE, .end = 4 * PAGE, .flags = R };
	address_space_mmap(t.as, &vma, &t.change);
	took(&t, EINVAL, 0, 0, 0, 0);
	vma = vma_of(0, 2, R, 1, 0);
	vma.offset = top;
	address_space_mmap(t.as, &vma, &t.change);
	took(&t, EINVAL, 0, 0, 0, 0);
	address_space_munmap(t.as, top, PAGE, &t.change);
	took(&t, EINVAL, 0, 0, 0, 0);
	address_space_munmap(t.as, PAGE, UINT64_MAX, &t.change);
	took(&t, EINVAL, 0, 0, 0, 0);
	address_space_mprotect(t.as, top - PAGE, 2 * PAGE, 0, &t.change);
	took(&t, EINVAL, 0, 0, 0, 0);
	address_space_set_flags(t.as, 1, PAGE, VMA_LOCKED, 0, &t.change);
	took(&t, EINVAL, 0, 0, 0, 0);
	address_space_mremap(t.as, top - PAGE, PAGE, top - PAGE, 2 * PAGE, false, &t.change);
	took(&t, EINVAL, 0, 0, 0, 0);
	address_space_mremap(t.as, top - PAGE, PAGE, top - PAGE, UINT64_MAX, false, &t.change);
	took(&t, EINVAL, 0, 0, 0, 0);
	address_space_brk(t.as, 0, &t.change);
	address_space_brk(t.as, UINT64_MAX, &t.change);
	took(&t, EINVAL, 0, 0, 0, 0);
	address_space_brk(t.as, top, &t.change);
	took(&t, ENOMEM, 0, 0, 0, 0);
	address_space_munmap(t.as, 0, top, &t.change);
	took(&t, 0, 0, 1, 0, 1);
	address_space_brk(t.as, top, &t.change);
	took(&t, 0, 1, 0, 0, 1);
	g_assert_false(address_space_vma(t.as, -1, &vma));
	g_assert_false(address_space_find(t.as, top, &vma));
	test_clear(&t);
}

/* ---- Runs ---------------------------------------------------------------------------------------- */

/* Thread stacks, each with its guard below: from the top down, as mmap() places them. */
static void test_equal_vmas_at_a_stride_are_one_run(void)
{
	struct test t = test_new(NO_LIMIT);
	struct address_space *child;
	struct vma vma;

	for (int64_t i = 59999; i >= 0; i--)
		map_file(&t, 3 * i, 2, R, 1, 5 * i);
	g_assert_cmpint(address_space_n_vmas(t.as), ==, 60000);
	g_assert_cmpint(address_space_n_runs(t.as), ==, 1);
	g_assert_true(address_space_vma(t.as, 777, &vma));
	g_assert_cmphex(vma.start, ==, at(3 * 777));
	g_assert_cmphex(vma.offset, ==, 5 * 777 * PAGE);
	protect(&t, 3 * 777, 2, 0); /* cut, and joined again */
	g_assert_cmpint(address_space_n_runs(t.as), ==, 3);
	protect(&t, 3 * 777, 2, R);
	g_assert_cmpint(address_space_n_runs(t.as), ==, 1);
	child = address_space_fork(t.as);
	g_assert_cmpint(address_space_n_vmas(child), ==, 60000);
	address_space_free(child);
	unmap(&t, 1, 3 * 60000);
	took(&t, 0, 1, 60000, 0, 2);
	holds(&t, "0-1 1");
	test_clear(&t);
}

/* Not one run of it is longer than one VMA: the tree must do. */
static void test_alternating_protections_make_as_many_runs_as_vmas(void)
{
	struct test t = test_new(65530), child;
	struct vma vma;

	map(&t, 0, 65530, R);
	for (int64_t i = 0; i < 65530; i += 2)
		protect(&t, i, 1, 0);
	took(&t, 0, 2, 0, 0, 2);
	g_assert_cmpint(address_space_n_vmas(t.as), ==, 65530);
	g_assert_cmpint(address_space_n_runs(t.as), ==, 65530);
	for (int64_t i = 0; i < 65530; i += 97) {
		g_assert_true(address_space_vma(t.as, i, &vma));
		g_assert_cmphex(vma.start, ==, at(i));
	}
	child = (struct test){ .as = address_space_fork(t.as) };
	for (int64_t i = 0; i < 10000; i++) {
		unmap(&child, draw(65530), 1 + draw(3));
		if (i % 1000 == 0)
			g_assert_true(address_space_is_sane(child.as));
	}
	test_clear(&child);
	protect(&t, 0, 65530, R);
	took(&t, 0, 0, 0, 65529, 32765);
	holds(&t, "0-65530 1");
	test_clear(&t);
}

/* ---- The naive oracle ---------------------------------------------------------------------------- */

#define N_PAGES     64
#define N_SEQUENCES 500
#define N_STEPS     120

/* Pages with the same id, which is not 0, are one VMA. */
struct page {
	int64_t id;
	uint32_t flags, file;
	int64_t file_page;
};

struct naive {
	struct page pages[N_PAGES + 1]; /* the last one stays unmapped */
	struct vma_change took;
	int64_t last_id;
	uint32_t n_shmem;
	int64_t start_brk, brk; /* pages; -1 if not known */
};

/* Whether a VMA goes on from page @p - 1 to page @p. */
static bool goes_on(const struct naive *n, int64_t p)
{
	return p > 0 && n->pages[p].id != 0 && n->pages[p - 1].id == n->pages[p].id;
}

/* From page @p on, what belongs to the VMA there becomes @id. */
static void rename_from(struct naive *n, int64_t p, int64_t id)
{
	const int64_t old = n->pages[p].id;

	for (; p < N_PAGES && n->pages[p].id == old; p++)
		n->pages[p].id = id;
}

static void naive_split(struct naive *n, int64_t p)
{
	if (!goes_on(n, p))
		return;
	rename_from(n, p, ++n->last_id);
	n->took.n_alloc++;
	n->took.n_stores++;
}

/* The VMAs that meet at page @p become one if they fit. */
static bool naive_join(struct naive *n, int64_t p)
{
	const struct page *low = &n->pages[MAX(p, 1) - 1], *high = &n->pages[p];

	if (p == 0 || low->id == 0 || high->id == 0 || low->id == high->id ||
	    low->flags != high->flags || (low->flags & VMA_SPECIAL) != 0 ||
	    low->file != high->file || (low->file != 0 && low->file_page + 1 != high->file_page))
		return false;
	rename_from(n, p, low->id);
	return true;
}

static bool cuts_special(const struct naive *n, int64_t p)
{
	return goes_on(n, p) && (n->pages[p].flags & VMA_SPECIAL) != 0;
}

static bool naive_unmap(struct naive *n, int64_t first, int64_t end)
{
	int64_t last = 0;

	naive_split(n, first);
	naive_split(n, end);
	for (int64_t p = first; p < end; p++) {
		n->took.n_unmap += n->pages[p].id != 0 && n->pages[p].id != last;
		last = n->pages[p].id != 0 ? n->pages[p].id : last;
		n->pages[p] = (struct page){ 0 };
	}
	return last != 0;
}

static void naive_munmap(struct naive *n, int64_t first, int64_t end)
{
	if (first == end)
		return;
	if (cuts_special(n, first) || cuts_special(n, end)) {
		n->took.error = EINVAL;
		return;
	}
	if (naive_unmap(n, first, end))
		n->took.n_stores++;
}

/* Pages from @first to @end, unmapped so far, become a VMA like @like, whose file page is that of @first. */
static void naive_insert(struct naive *n, int64_t first, int64_t end, const struct page *like,
			 bool merge)
{
	int joined = 0;

	n->last_id++;
	for (int64_t p = first; p < end; p++) {
		n->pages[p] = *like;
		n->pages[p].id = n->last_id;
		n->pages[p].file_page = like->file != 0 ? like->file_page + p - first : 0;
	}
	if (merge)
		joined = naive_join(n, first) + naive_join(n, end);
	n->took.n_stores++;
	n->took.n_alloc += joined == 0;
	n->took.n_merged += joined == 2;
}

static void naive_map(struct naive *n, int64_t first, int64_t end, struct page like, bool merge)
{
	if (cuts_special(n, first) || cuts_special(n, end)) {
		n->took.error = EINVAL;
		return;
	}
	if ((like.flags & (VMA_WRITE | VMA_SHARED | VMA_NORESERVE)) == VMA_WRITE)
		like.flags |= VMA_ACCOUNT;
	if (like.file == 0 && (like.flags & VMA_SHARED) != 0)
		like.file = VMA_FILE_SHMEM + n->n_shmem++;
	naive_unmap(n, first, end);
	naive_insert(n, first, end, &like, merge);
}

/* Pages from @first to @end, of one VMA, get @flags. */
static void naive_modify(struct naive *n, int64_t first, int64_t end, uint32_t flags)
{
	const bool is_head = !goes_on(n, first), is_tail = !goes_on(n, end);
	int joined = 0;

	if (flags == n->pages[first].flags)
		return;
	if (cuts_special(n, first) || cuts_special(n, end)) {
		n->took.error = EINVAL;
		return;
	}
	if (!is_tail)
		rename_from(n, end, ++n->last_id);
	rename_from(n, first, ++n->last_id);
	for (int64_t p = first; p < end; p++)
		n->pages[p].flags = flags;
	joined = (is_head && naive_join(n, first)) + (is_tail && naive_join(n, end));
	if (joined > 0) {
		n->took.n_stores++;
		n->took.n_merged += (is_head && is_tail) + (joined == 2);
	} else {
		n->took.n_alloc += !is_head + !is_tail;
		n->took.n_stores += !is_head + !is_tail;
	}
}

static uint32_t naive_protect_flags(const struct page *page, uint32_t prot)
{
	uint32_t flags = (page->flags & ~(uint32_t)VMA_PROT) | prot;

	if ((prot & VMA_WRITE) == 0)
		return page->file == 0 ? flags & ~(uint32_t)VMA_ACCOUNT : flags;
	if ((page->flags & (VMA_WRITE | VMA_SHARED | VMA_NORESERVE)) == 0)
		flags |= VMA_ACCOUNT;
	return flags;
}

static void naive_mprotect(struct naive *n, int64_t first, int64_t end, uint32_t prot)
{
	for (int64_t p = first, stop; p < end && n->took.error == 0; p = stop) {
		for (stop = p + 1; stop < end && goes_on(n, stop); stop++)
			;
		if (n->pages[p].id == 0)
			n->took.error = ENOMEM;
		else
			naive_modify(n, p, stop, naive_protect_flags(&n->pages[p], prot));
	}
}

static void naive_set_flags(struct naive *n, int64_t first, int64_t end, uint32_t set,
			    uint32_t clear)
{
	const bool is_mlock = ((set | clear) & VMA_LOCKED) != 0;
	bool has_hole = false;

	for (int64_t p = first, stop; p < end && n->took.error == 0; p = stop) {
		for (stop = p + 1; stop < end && goes_on(n, stop); stop++)
			;
		if (n->pages[p].id == 0) {
			has_hole = true;
			if (is_mlock)
				break;
		} else if ((set & VMA_WIPEONFORK) != 0 && n->pages[p].file != 0) {
			n->took.error = EINVAL;
		} else if (!is_mlock || (n->pages[p].flags & VMA_SPECIAL) == 0) {
			naive_modify(n, p, stop, (n->pages[p].flags & ~clear) | set);
		}
	}
	if (n->took.error == 0 && has_hole)
		n->took.error = ENOMEM;
}

static void naive_brk(struct naive *n, int64_t brk)
{
	bool is_free = true, is_mapped = false;

	if (n->brk < 0) {
		n->start_brk = n->brk = brk;
		return;
	}
	for (int64_t p = n->brk; p <= brk; p++)
		is_free = is_free && n->pages[p].id == 0;
	for (int64_t p = brk; p < n->brk; p++)
		is_mapped = is_mapped || n->pages[p].id != 0;
	if (brk < n->start_brk || (brk > n->brk && !is_free) || (brk < n->brk && !is_mapped)) {
		n->took.error = ENOMEM;
	} else if (brk > n->brk) {
		const struct page heap = { .flags = RW | VMA_ACCOUNT };

		naive_insert(n, n->brk, brk, &heap, n->brk > n->start_brk);
	} else {
		naive_munmap(n, brk, n->brk);
	}
	if (n->took.error == 0)
		n->brk = brk;
}

/* What the range is before it moves; with the errors in the order of the kernel. */
static int naive_mremap_error(const struct naive *n, int64_t from, int64_t len, int64_t to,
			      int64_t new_len, bool dontunmap)
{
	const struct page *page = &n->pages[from];
	const int64_t kept = MIN(len, new_len);
	int64_t end = from + 1;

	while (goes_on(n, end))
		end++;
	if (dontunmap && len != new_len)
		return EINVAL;
	if (page->id == 0)
		return EFAULT;
	if (to == from && !dontunmap)
		return 0;
	if (from < to + new_len && to < from + len)
		return EINVAL;
	if (kept == 0 && (page->flags & VMA_SHARED) == 0)
		return EINVAL;
	if (dontunmap && (page->flags & VMA_SPECIAL) != 0)
		return EINVAL;
	if (kept > end - from)
		return EFAULT;
	if ((page->flags & VMA_SPECIAL) != 0 && new_len > kept)
		return EFAULT;
	if (cuts_special(n, to) || cuts_special(n, to + new_len))
		return EINVAL;
	if (len > kept && (cuts_special(n, from + kept) || cuts_special(n, from + len)))
		return EINVAL;
	if (!dontunmap && (cuts_special(n, from) || cuts_special(n, from + len)))
		return EINVAL;
	return 0;
}

static void naive_grow(struct naive *n, int64_t from, int64_t len, int64_t new_len)
{
	struct page like = n->pages[from];
	int64_t end = from + 1;
	bool is_free = true;

	while (goes_on(n, end))
		end++;
	for (int64_t p = end; p < from + new_len; p++)
		is_free = is_free && n->pages[p].id == 0;
	if (len == 0 && (like.flags & VMA_SHARED) == 0)
		n->took.error = EINVAL;
	else if (len > end - from || (like.flags & VMA_SPECIAL) != 0)
		n->took.error = EFAULT;
	else if (len != end - from || !is_free)
		n->took.error = ENOMEM;
	if (n->took.error != 0)
		return;
	like.file_page += end - from;
	naive_insert(n, end, from + new_len, &like, true);
}

static void naive_mremap(struct naive *n, int64_t from, int64_t len, int64_t to, int64_t new_len,
			 bool dontunmap)
{
	const int64_t kept = MIN(len, new_len);
	struct page like;

	n->took.error = naive_mremap_error(n, from, len, to, new_len, dontunmap);
	if (n->took.error != 0)
		return;
	if (to == from) {
		if (new_len > len)
			naive_grow(n, from, len, new_len);
		else
			naive_munmap(n, from + new_len, from + len);
		return;
	}
	naive_munmap(n, to, to + new_len);
	naive_munmap(n, from + kept, from + len);
	like = n->pages[from];
	naive_insert(n, to, to + new_len, &like, true);
	if (!dontunmap) {
		naive_munmap(n, from, from + kept);
		return;
	}
	/* mlock() is undone for all of the VMA */
	for (int64_t p = 0, id = n->pages[from].id; p < N_PAGES; p++)
		if (n->pages[p].id == id)
			n->pages[p].flags &= ~(uint32_t)VMA_LOCKED;
}

/* ---- Random sequences ---------------------------------------------------------------------------- */

/* The VMA that begins at page @p of the oracle. */
static struct vma naive_vma(const struct naive *n, int64_t p)
{
	int64_t end = p + 1;

	while (goes_on(n, end))
		end++;
	return vma_of(p, end - p, n->pages[p].flags, n->pages[p].file, n->pages[p].file_page);
}

static void compare_vma(const struct vma *vma, const struct vma *expected)
{
	g_assert_cmphex(vma->start, ==, expected->start);
	g_assert_cmphex(vma->end, ==, expected->end);
	g_assert_cmphex(vma->flags, ==, expected->flags);
	g_assert_cmphex(vma->file, ==, expected->file);
	g_assert_cmphex(vma->offset, ==, expected->offset);
}

static void compare(const struct test *t, const struct naive *n, int64_t n_before)
{
	const struct vma_change *took_by_naive = &n->took;
	int64_t n_vmas = 0, p_next = N_PAGES;
	struct vma vma, expected;

	took(t, took_by_naive->error, took_by_naive->n_alloc, took_by_naive->n_unmap,
	     took_by_naive->n_merged, took_by_naive->n_stores);
	for (int64_t p = 0; p < N_PAGES; p++) {
		if (n->pages[p].id == 0 || goes_on(n, p))
			continue;
		expected = naive_vma(n, p);
		g_assert_true(address_space_vma(t->as, n_vmas++, &vma));
		compare_vma(&vma, &expected);
	}
	g_assert_false(address_space_vma(t->as, n_vmas, &vma));
	g_assert_cmpint(address_space_n_vmas(t->as), ==, n_vmas);
	g_assert_cmpint(n_before + t->change.n_alloc - t->change.n_unmap - t->change.n_merged, ==,
			n_vmas);
	g_assert_true(address_space_is_sane(t->as));
	/* from the top down: the lowest VMA that ends above the page is the last one seen */
	for (int64_t p = N_PAGES - 1; p >= 0; p--) {
		if (n->pages[p].id != 0)
			p_next = p;
		g_assert_cmpint(address_space_find(t->as, at(p), &vma), ==, p_next < N_PAGES);
		if (p_next == N_PAGES)
			continue;
		while (goes_on(n, p_next))
			p_next--;
		expected = naive_vma(n, p_next);
		compare_vma(&vma, &expected);
	}
}

static int64_t draw_len(int64_t first)
{
	const int64_t n_max = once_in(8) ? N_PAGES : 5;

	return 1 + draw(MIN(n_max, N_PAGES - first));
}

static uint32_t draw_prot(void)
{
	return (uint32_t)(once_in(3) ? 0 : once_in(2) ? R : RW);
}

/* A mapping, or a row of equal ones: those are held as runs, and what follows cuts them. */
static void random_map(struct test *t, struct naive *n)
{
	const int64_t first = draw(N_PAGES), len = draw_len(first), stride = len + draw(2);
	const int64_t count = once_in(3) ? 1 + draw(12) : 1;
	const bool merge = !once_in(4);
	struct page like = { .flags = draw_prot(), .file = (uint32_t)draw(3) };

	like.flags |= (uint32_t)(once_in(6) ? VMA_SHARED : 0);
	like.flags |= (uint32_t)(once_in(30) ? VMA_SPECIAL : 0);
	for (int64_t p = first; p < first + count * stride && p + len <= N_PAGES; p += stride) {
		const int64_t n_before = address_space_n_vmas(t->as);
		struct vma vma;

		like.file_page = like.file != 0 ? (once_in(8) ? draw(9) : p) : 0;
		vma = vma_of(p, len, like.flags, like.file, like.file_page);
		n->took = (struct vma_change){ 0 };
		naive_map(n, p, p + len, like, merge);
		if (merge)
			address_space_mmap(t->as, &vma, &t->change);
		else
			address_space_image(t->as, &vma, &t->change);
		compare(t, n, n_before);
	}
}

static void random_set_flags(struct test *t, struct naive *n)
{
	static const uint32_t bits[] = { VMA_LOCKED, VMA_DONTCOPY, VMA_WIPEONFORK };
	const int64_t first = draw(N_PAGES), len = draw_len(first);
	const uint32_t bit = bits[draw(G_N_ELEMENTS(bits))];
	const uint32_t set = once_in(2) ? bit : 0, clear = set != 0 ? 0 : bit;

	set_flags(t, first, len, set, clear);
	naive_set_flags(n, first, first + len, set, clear);
}

static void random_mremap(struct test *t, struct naive *n)
{
	const int64_t from = draw(N_PAGES), to = once_in(3) ? from : draw(N_PAGES);
	int64_t len = draw_len(from), new_len = draw_len(to);
	const bool dontunmap = once_in(6);

	if (!once_in(4) && n->pages[from].id != 0)
		for (len = 1; goes_on(n, from + len); len++)
			;
	if (once_in(20))
		len = 0;
	if ((dontunmap || once_in(3)) && len > 0 && to + len <= N_PAGES)
		new_len = len;
	remap(t, from, len, to, new_len, dontunmap);
	naive_mremap(n, from, len, to, new_len, dontunmap);
}

static void random_call(struct test *t, struct naive *n)
{
	const int64_t first = draw(N_PAGES), len = draw_len(first);
	const uint32_t prot = draw_prot();

	switch (draw(10)) {
	case 0:
	case 1:
		unmap(t, first, len);
		naive_munmap(n, first, first + len);
		break;
	case 2:
	case 3:
	case 4:
		protect(t, first, len, prot);
		naive_mprotect(n, first, first + len, prot);
		break;
	case 5:
	case 6:
		random_set_flags(t, n);
		break;
	case 7:
		set_brk(t, first);
		naive_brk(n, first);
		break;
	default:
		random_mremap(t, n);
		break;
	}
}

/* Go on in the child now and then. */
static void random_fork(struct test *t, struct naive *n)
{
	struct address_space *child = address_space_fork(t->as);

	address_space_free(t->as);
	t->as = child;
	for (int64_t p = 0; p < N_PAGES; p++) {
		if ((n->pages[p].flags & VMA_DONTCOPY) != 0)
			n->pages[p] = (struct page){ 0 };
		n->pages[p].flags &= ~(uint32_t)VMA_LOCKED;
	}
	t->change = n->took = (struct vma_change){ 0 };
	compare(t, n, address_space_n_vmas(child));
}

static void test_random_calls_do_what_a_page_array_does(void)
{
	for (int i = 0; i < N_SEQUENCES; i++) {
		struct naive n = { .start_brk = -1, .brk = -1 };
		struct test t = test_new(NO_LIMIT);

		for (int k = 0; k < N_STEPS; k++) {
			const int64_t n_before = address_space_n_vmas(t.as);

			n.took = (struct vma_change){ 0 };
			if (once_in(3)) {
				random_map(&t, &n);
			} else {
				random_call(&t, &n);
				compare(&t, &n, n_before);
			}
			if (once_in(50))
				random_fork(&t, &n);
		}
		test_clear(&t);
	}
}

#define TEST(path, function) g_test_add_func("/address-space/" path, function)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	TEST("a-mapping-between-equal-neighbours-makes-them-one",
	     test_a_mapping_between_equal_neighbours_makes_them_one);
	TEST("parts-of-a-file-merge-where-its-offsets-go-on",
	     test_parts_of_a_file_merge_where_its_offsets_go_on);
	TEST("shared-anonymous-mappings-stay-apart", test_shared_anonymous_mappings_stay_apart);
	TEST("an-image-merges-only-with-what-comes-later",
	     test_an_image_merges_only_with_what_comes_later);
	TEST("special-mappings-never-merge-and-never-split",
	     test_special_mappings_never_merge_and_never_split);
	TEST("half-a-vma-is-split-off-before-it-is-unmapped",
	     test_half_a_vma_is_split_off_before_it_is_unmapped);
	TEST("a-fixed-mapping-clears-and-inserts-in-one-store",
	     test_a_fixed_mapping_clears_and_inserts_in_one_store);
	TEST("mprotect-merges-else-splits", test_mprotect_merges_else_splits);
	TEST("mprotect-keeps-what-it-did-before-a-hole",
	     test_mprotect_keeps_what_it_did_before_a_hole);
	TEST("a-second-split-beyond-the-limit-leaves-the-first",
	     test_a_second_split_beyond_the_limit_leaves_the_first);
	TEST("the-limit-is-where-the-kernel-looks", test_the_limit_is_where_the_kernel_looks);
	TEST("a-move-wants-room-below-the-limit", test_a_move_wants_room_below_the_limit);
	TEST("the-right-to-write-private-memory-is-charged",
	     test_the_right_to_write_private_memory_is_charged);
	TEST("madvise-passes-over-holes-and-mlock-does-not",
	     test_madvise_passes_over_holes_and_mlock_does_not);
	TEST("only-private-anonymous-memory-can-be-wiped-on-fork",
	     test_only_private_anonymous_memory_can_be_wiped_on_fork);
	TEST("the-heap-grows-in-its-vma", test_the_heap_grows_in_its_vma);
	TEST("the-heap-keeps-a-page-away-from-what-is-above",
	     test_the_heap_keeps_a_page_away_from_what_is_above);
	TEST("mremap-grows-into-the-next-vma", test_mremap_grows_into_the_next_vma);
	TEST("a-move-unmaps-what-is-at-its-target", test_a_move_unmaps_what_is_at_its_target);
	TEST("a-move-can-merge-with-its-own-source", test_a_move_can_merge_with_its_own_source);
	TEST("a-move-needs-one-vma", test_a_move_needs_one_vma);
	TEST("dontunmap-leaves-the-old-range-unlocked",
	     test_dontunmap_leaves_the_old_range_unlocked);
	TEST("fork-leaves-out-what-is-not-to-be-copied",
	     test_fork_leaves_out_what_is_not_to_be_copied);
	TEST("ranges-beyond-64-bits-are-refused", test_ranges_beyond_64_bits_are_refused);
	TEST("equal-vmas-at-a-stride-are-one-run", test_equal_vmas_at_a_stride_are_one_run);
	TEST("alternating-protections-make-as-many-runs-as-vmas",
	     test_alternating_protections_make_as_many_runs_as_vmas);
	TEST("random-calls-do-what-a-page-array-does", test_random_calls_do_what_a_page_array_does);
	return g_test_run();
}
