#include "trace/exec_image.h"

#include <string.h>

#include "base/diag.h"
#include "trace/range_set.h"

/* mmap_base() leaves at least this below the stack: what is nearer to the first mapping is the loader. */
#define MIN_GAP (UINT64_C(128) << 20)
/* Programs that are not position-independent start here, and have their heap not far above. */
#define FIXED_BASE UINT64_C(0x400000)
#define FIXED_BRK  (UINT64_C(1) << 31)
/* Without a heap: where x86-64 puts programs and the loader when addresses are not random. */
#define USUAL_BINARY UINT64_C(0x555555600000)
#define USUAL_LOADER UINT64_C(0x7ffff7fc0000)
/* vm.mmap_min_addr */
#define LOWEST UINT64_C(0x10000)

/* The table of docs/replay.md, "What exec maps by itself". */
struct segment {
	uint8_t prot;
	uint8_t pages;
};

#define N_BEFORE 3

static const struct part {
	struct segment before[N_BEFORE]; /* of the file, below what is writable */
	uint8_t writable_pages;          /* of the file */
	uint8_t bss_pages;
} parts[] = {
	/* the program */
	{ { { TRACE_READ, 3 }, { TRACE_READ | TRACE_X, 32 }, { TRACE_READ, 10 } }, 3, 4 },
	/* the loader: that of glibc 2.36 */
	{ { { TRACE_READ, 1 }, { TRACE_READ | TRACE_X, 38 }, { TRACE_READ, 10 } }, 4, 1 },
};

enum { BINARY, LOADER };

#define STACK_PAGES  33
#define VVAR_PAGES   4
#define VCLOCK_PAGES 2
#define VDSO_PAGES   2

const struct exec_counts exec_counts_default = { .binary = 5, .loader = 4, .stack = 1, .vdso = 2 };

struct exec_life {
	struct range_set *mapped;  /* at any time, by recorded calls */
	struct range_set *touched; /* and not mapped by them */
	GHashTable *files;
	struct range relro[2]; /* of program and loader; empty: not seen */
	uint64_t brk, first_free;
	uint32_t n_files;
	bool is_known, is_used, has_brk, has_free, has_text;
};

/* --- counts --- */

static bool take_count(struct exec_counts *counts, const char *name, const char *value)
{
	struct {
		const char *name;
		int max;
		int *into;
	} rows[] = { { "binary", 5, &counts->binary },
		     { "loader", 5, &counts->loader },
		     { "stack", 1, &counts->stack },
		     { "vdso", 3, &counts->vdso } };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		if (!g_ascii_isdigit(*value) || value[1] != '\0' || *value - '0' > rows[i].max)
			return false;
		*rows[i].into = *value - '0';
		return true;
	}
	return false;
}

char *exec_counts_parse(const char *text, struct exec_counts *counts)
{
	g_auto(GStrv) words = g_strsplit(text, ",", -1);

	for (int i = 0; words[i] != NULL; i++) {
		char *equals = strchr(words[i], '=');
		g_autofree char *quoted = diag_quote(words[i]);

		if (equals != NULL)
			*equals = '\0';
		if (equals == NULL || !take_count(counts, words[i], equals + 1))
			return g_strdup_printf(
				"found %s; expected of binary=0...5, loader=0...5, stack=0...1, "
				"vdso=0...3, with commas",
				quoted);
	}
	return words[0] == NULL ? g_strdup("found nothing; expected one like binary=4,vdso=3")
				: NULL;
}

/* --- what is seen --- */

struct exec_life *exec_life_new(bool is_known)
{
	struct exec_life *life = g_new0(struct exec_life, 1);

	life->mapped = range_set_new();
	life->touched = range_set_new();
	life->files = g_hash_table_new(NULL, NULL);
	life->n_files = 2; /* program and loader */
	life->is_known = is_known;
	return life;
}

void exec_life_free(struct exec_life *life)
{
	if (life == NULL)
		return;
	range_set_free(life->mapped);
	range_set_free(life->touched);
	g_hash_table_unref(life->files);
	g_free(life);
}

void exec_life_map(struct exec_life *life, uint64_t start, uint64_t end, bool is_free,
		   bool is_program_text)
{
	life->is_used = true;
	range_set_add(life->mapped, start, end);
	life->has_text |= is_program_text;
	if (is_free && !life->has_free) {
		life->has_free = true;
		life->first_free = start;
	}
}

static bool is_seen(const struct range *relro)
{
	return relro->end > relro->start;
}

/* The first thing protected below the heap is the program's RELRO, the first above all mappings the loader's. */
static void see_relro(struct exec_life *life, const struct range *hole)
{
	if (life->has_brk && hole->end <= life->brk) {
		if (!is_seen(&life->relro[BINARY]))
			life->relro[BINARY] = *hole;
	} else if (life->has_free && hole->start >= life->first_free &&
		   hole->start - life->first_free < MIN_GAP) {
		if (!is_seen(&life->relro[LOADER]))
			life->relro[LOADER] = *hole;
	} else if (life->has_brk && !life->has_free && !is_seen(&life->relro[BINARY])) {
		life->relro[BINARY] = *hole; /* static-pie: nothing else is there yet */
	}
}

void exec_life_touch(struct exec_life *life, uint64_t start, uint64_t end, bool is_mprotect,
		     bool whole)
{
	struct range hole;

	life->is_used = true;
	if (whole && range_set_overlaps(life->mapped, start, end, NULL))
		return;
	while (range_set_hole(life->mapped, start, end, &hole)) {
		if (is_mprotect)
			see_relro(life, &hole);
		range_set_add(life->touched, hole.start, hole.end);
		start = hole.end;
	}
}

void exec_life_brk(struct exec_life *life, uint64_t brk)
{
	life->is_used = true;
	if (life->has_brk)
		return;
	life->has_brk = true;
	life->brk = brk;
}

uint32_t exec_life_new_file(struct exec_life *life)
{
	return ++life->n_files;
}

uint32_t exec_life_file(struct exec_life *life, uint32_t file, bool is_path, uint64_t offset,
			bool is_fixed)
{
	void *const key = GUINT_TO_POINTER(file * 2 + is_path);
	uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(life->files, key));

	/* A descriptor is used again; who maps the start of a file anywhere has opened it. */
	if (number == 0 || (!is_path && offset == 0 && !is_fixed)) {
		number = exec_life_new_file(life);
		g_hash_table_insert(life->files, key, GUINT_TO_POINTER(number));
	}
	return number;
}

/* --- what it must have been --- */

struct layout {
	const struct exec_life *life;
	struct range_set *taken; /* by images */
	GArray *into;
};

static bool is_free(const struct layout *l, uint64_t start, uint64_t end, struct range *ret)
{
	return start < end && !range_set_overlaps(l->life->mapped, start, end, ret) &&
	       !range_set_overlaps(l->taken, start, end, ret);
}

/* Highest place for @len bytes that ends at or below @end; 0: there is none. */
static uint64_t find_below(const struct layout *l, uint64_t end, uint64_t len)
{
	struct range in_the_way = { 0 };

	while (end >= LOWEST + len) {
		if (is_free(l, end - len, end, &in_the_way))
			return end - len;
		end = in_the_way.start & ~(TRACE_PAGE - 1);
	}
	return 0;
}

static void place(struct layout *l, struct trace_image image)
{
	if (!is_free(l, image.start, image.start + image.len, NULL))
		return;
	range_set_add(l->taken, image.start, image.start + image.len);
	g_array_append_val(l->into, image);
}

static uint64_t part_pages(const struct part *part, int n_before)
{
	uint64_t pages = 0;

	for (int i = N_BEFORE - n_before; i < N_BEFORE; i++)
		pages += part->before[i].pages;
	return pages;
}

/* The segments below @at, the writable one's start; smaller if there is less room. */
static void place_before(struct layout *l, const struct part *part, int n_before, uint32_t file,
			 uint64_t at)
{
	uint64_t lowest = MAX(range_set_end_below(l->life->mapped, at), LOWEST);

	lowest = MAX(lowest, range_set_end_below(l->taken, at));
	lowest = (lowest + TRACE_PAGE - 1) & ~(TRACE_PAGE - 1);
	for (int i = N_BEFORE - 1; i >= N_BEFORE - n_before; i--) {
		const uint64_t others = (uint64_t)(i - (N_BEFORE - n_before)) * TRACE_PAGE;
		uint64_t len = part->before[i].pages * TRACE_PAGE;

		if (at < lowest + others + TRACE_PAGE)
			continue;
		len = MIN(len, at - lowest - others);
		at -= len;
		place(l, (struct trace_image){ .start = at,
					       .len = len,
					       .prot = part->before[i].prot,
					       .file = file,
					       .offset = (uint64_t)i * 0x1000000 });
	}
}

/* What is writable: beyond RELRO if there is room, so that protecting that splits it; then the bss. */
static void place_writable(struct layout *l, const struct part *part, int n_bss, uint32_t file,
			   uint64_t at, const struct range *relro)
{
	uint64_t limit = range_set_start_above(l->life->mapped, at);
	uint64_t len = part->writable_pages * TRACE_PAGE;
	uint64_t bss = part->bss_pages * TRACE_PAGE;

	if (l->life->has_brk && l->life->brk > at)
		limit = MIN(limit, l->life->brk);
	limit = MIN(limit, range_set_start_above(l->taken, at)) & ~(TRACE_PAGE - 1);
	if (is_seen(relro))
		len = MAX(len, relro->end - relro->start + TRACE_PAGE);
	len = MIN(len, limit - at);
	place(l, (struct trace_image){ .start = at,
				       .len = len,
				       .prot = TRACE_READ | TRACE_WRITE,
				       .file = file,
				       .offset = (uint64_t)N_BEFORE * 0x1000000 });
	/* A page stays between it and the heap: they are not one VMA, since the heap's place is random. */
	if (n_bss == 0 || limit - at - len < 2 * TRACE_PAGE)
		return;
	bss = MIN(bss, limit - at - len - TRACE_PAGE);
	place(l, (struct trace_image){
			 .start = at + len, .len = bss, .prot = TRACE_READ | TRACE_WRITE });
}

/* Where the program or the loader is if nothing tells. */
static uint64_t usual_place(const struct layout *l, int which, uint64_t len)
{
	const struct exec_life *life = l->life;
	const uint64_t highest = range_set_end_below(life->mapped, UINT64_MAX);
	uint64_t end;

	if (which == LOADER) {
		end = highest == 0 ? USUAL_LOADER + len : highest + 16 * TRACE_PAGE + len;
		return find_below(l, end & ~(TRACE_PAGE - 1), len);
	}
	if (life->has_brk && life->brk < FIXED_BRK && life->brk > FIXED_BASE + len &&
	    is_free(l, FIXED_BASE, FIXED_BASE + len, NULL))
		return FIXED_BASE;
	end = life->has_brk ? life->brk : USUAL_BINARY;
	if (end > len + (1 << 20))
		end -= 1 << 20;
	return find_below(l, end & ~(TRACE_PAGE - 1), len);
}

static void place_part(struct layout *l, int which, int count)
{
	const struct part *part = &parts[which];
	const struct range *relro = &l->life->relro[which];
	const int n_before = CLAMP(count - 1, 0, N_BEFORE);
	const uint64_t before = part_pages(part, n_before) * TRACE_PAGE;
	const uint64_t behind = (part->writable_pages + (uint64_t)part->bss_pages + 1) * TRACE_PAGE;
	uint64_t at = relro->start & ~(TRACE_PAGE - 1);

	if (count == 0)
		return;
	if (!is_seen(relro)) {
		at = usual_place(l, which, before + behind);
		if (at == 0)
			return;
		at += before;
	}
	place_writable(l, part, count > N_BEFORE + 1, (uint32_t)which + 1, at, relro);
	place_before(l, part, n_before, (uint32_t)which + 1, at);
}

/* Where addresses end, judged by the highest that is used. */
static uint64_t top_of(const struct exec_life *life)
{
	const uint64_t highest = MAX(range_set_end_below(life->mapped, UINT64_MAX),
				     range_set_end_below(life->touched, UINT64_MAX));

	if (highest > UINT64_C(1) << 48)
		return UINT64_C(1) << 62;
	if (highest > UINT64_C(0x7ffffffff000))
		return UINT64_C(1) << 48;
	if (highest > 0 && highest < UINT64_C(0xfff00000) && life->brk < UINT64_C(0xfff00000))
		return UINT64_C(0xfffff000);
	return UINT64_C(0x7ffffffff000);
}

static void place_stack(struct layout *l)
{
	const struct exec_life *life = l->life;
	const uint64_t end = range_set_end_below(life->touched, UINT64_MAX);
	struct range used;
	struct trace_image stack = { .len = STACK_PAGES * TRACE_PAGE,
				     .prot = TRACE_READ | TRACE_WRITE,
				     .flags = TRACE_GROWSDOWN };

	stack.start = find_below(l, top_of(life), stack.len);
	/* Something was done to the stack, to make it executable for instance. */
	if (life->has_free && end > life->first_free + MIN_GAP &&
	    range_set_overlaps(life->touched, end - 1, end, &used) &&
	    is_free(l, used.start, used.end, NULL)) {
		stack.start = used.start & ~(TRACE_PAGE - 1);
		stack.len = ((used.end + TRACE_PAGE - 1) & ~(TRACE_PAGE - 1)) - stack.start;
		if (is_free(l, stack.start - 8 * TRACE_PAGE, stack.start, NULL)) {
			stack.start -= 8 * TRACE_PAGE;
			stack.len += 8 * TRACE_PAGE;
		}
	}
	if (stack.start > 0)
		place(l, stack);
}

/* From Linux 6.13 on vvar is two VMAs. */
static void place_vdso(struct layout *l, int count)
{
	static const struct segment segments[] = { { TRACE_READ | TRACE_X, VDSO_PAGES },
						   { TRACE_READ, VVAR_PAGES },
						   { TRACE_READ, VCLOCK_PAGES } };
	const uint64_t pages = VDSO_PAGES + VVAR_PAGES + VCLOCK_PAGES;
	uint64_t at = find_below(l, top_of(l->life) - (UINT64_C(1) << 20), pages * TRACE_PAGE);

	if (at == 0)
		return;
	at += pages * TRACE_PAGE;
	for (int i = 0; i < count; i++) {
		at -= segments[i].pages * TRACE_PAGE;
		place(l, (struct trace_image){ .start = at,
					       .len = segments[i].pages * TRACE_PAGE,
					       .prot = segments[i].prot,
					       .flags = TRACE_SPECIAL });
	}
}

/* What was touched and is nobody's: memory that something not recorded has mapped. */
static void place_rest(struct layout *l)
{
	uint64_t at = 0;

	while ((at = range_set_start_above(l->life->touched, at)) != UINT64_MAX) {
		struct range used, hole;

		if (!range_set_overlaps(l->life->touched, at, at + 1, &used))
			break;
		while (range_set_hole(l->taken, used.start, used.end, &hole)) {
			const struct trace_image rest = { .start = hole.start,
							  .len = hole.end - hole.start,
							  .prot = TRACE_READ | TRACE_WRITE };

			/* It may have been mapped by a later call as well. */
			range_set_add(l->taken, hole.start, hole.end);
			g_array_append_val(l->into, rest);
			used.start = hole.end;
		}
		at = used.end;
	}
}

static int image_compare(const void *a, const void *b)
{
	const struct trace_image *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

void exec_life_image(const struct exec_life *life, const struct exec_counts *counts, GArray *into)
{
	struct layout l = { .life = life, .into = into };
	/* The loader protects the program first and itself last: who did only the former has none. */
	const bool is_static =
		is_seen(&life->relro[BINARY]) && !is_seen(&life->relro[LOADER]) && !life->has_text;

	if (!life->is_known && !life->is_used)
		return;
	l.taken = range_set_new();
	place_part(&l, BINARY, counts->binary);
	if (!is_static)
		place_part(&l, LOADER, counts->loader);
	if (counts->stack > 0)
		place_stack(&l);
	place_vdso(&l, counts->vdso);
	place_rest(&l);
	range_set_free(l.taken);
	g_array_sort(into, image_compare);
}
