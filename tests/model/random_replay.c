/* Random replays: small address spaces in which calls meet each other's VMAs all the time. */
#include <glib.h>

#include "model/random.h"
#include "model/random_scenario.h"

#define MAX_TASKS 12
#define N_PAGES   40

struct writer {
	struct random r;
	GString *s;
	int n_tasks;
	int parent[MAX_TASKS];
	bool alive[MAX_TASKS], waited[MAX_TASKS];
};

static uint64_t random_page(struct writer *w)
{
	return UINT64_C(0x10000000) + (uint64_t)between(&w->r, 0, N_PAGES - 1) * 4096;
}

static uint64_t random_length(struct writer *w)
{
	return (uint64_t)between(&w->r, 1, 8) * 4096;
}

static const char *random_prot(struct writer *w)
{
	static const char *const prots[] = { "---", "r--", "rw-", "rw-", "r-x" };

	return PICK(&w->r, prots);
}

/* "1 +5000 mmap" */
static void put_head(struct writer *w, int task, const char *operation)
{
	g_string_append_printf(w->s, "%d ", task + 1);
	if (chance(&w->r, 40))
		g_string_append(w->s, ".");
	else
		g_string_append_printf(w->s, "+%d", (int)between(&w->r, 0, 400) * 500);
	g_string_append_printf(w->s, " %s", operation);
}

static void put_images(struct writer *w, int task)
{
	const int n = (int)between(&w->r, 0, 5);

	for (int i = 0; i < n; i++)
		g_string_append_printf(w->s, "%d . image 0x%x 0x1000 %s%s %d 0\n", task + 1,
				       0x400000 + i * 0x2000, random_prot(w),
				       chance(&w->r, 10) ? "v" : "", (int)between(&w->r, 0, 2));
}

static int new_task(struct writer *w, int parent)
{
	const int task = w->n_tasks++;

	w->parent[task] = parent;
	w->alive[task] = true;
	g_string_append_printf(w->s, "task %d t%d", task + 1, task);
	if (parent < 0)
		g_string_append_printf(w->s, " at %d", (int)between(&w->r, 0, 20) * 500);
	g_string_append_c(w->s, '\n');
	if (parent < 0)
		put_images(w, task);
	return task;
}

static void put_clone(struct writer *w, int task)
{
	static const char *const flags[] = { "-", "-", "vm,vfork", "vfork", "vm,thread", "vm" };
	const int child = new_task(w, task);

	put_head(w, task, "clone");
	g_string_append_printf(w->s, " %d %s\n", child + 1, PICK(&w->r, flags));
}

static void put_wait(struct writer *w, int task)
{
	for (int i = 0; i < w->n_tasks; i++) {
		if (w->parent[i] != task || w->waited[i])
			continue;
		w->waited[i] = true;
		put_head(w, task, "wait");
		g_string_append_printf(w->s, " %d\n", i + 1);
		return;
	}
}

static void put_map_call(struct writer *w, int task)
{
	static const char *const advice[] = { "dontfork", "dofork", "hugepage", "nohugepage" };
	const uint64_t a = random_page(w), n = random_length(w);

	switch (between(&w->r, 0, 8)) {
	case 0:
	case 1:
	case 2:
		put_head(w, task, "mmap");
		g_string_append_printf(
			w->s, " 0x%" G_GINT64_MODIFIER "x 0x%" G_GINT64_MODIFIER "x %s %s - 0\n", a,
			n, random_prot(w), chance(&w->r, 80) ? "pa" : "s");
		break;
	case 3:
	case 4:
		put_head(w, task, "munmap");
		g_string_append_printf(
			w->s, " 0x%" G_GINT64_MODIFIER "x 0x%" G_GINT64_MODIFIER "x\n", a, n);
		break;
	case 5:
		put_head(w, task, "mprotect");
		g_string_append_printf(w->s,
				       " 0x%" G_GINT64_MODIFIER "x 0x%" G_GINT64_MODIFIER "x %s\n",
				       a, n, random_prot(w));
		break;
	case 6:
		put_head(w, task, "brk");
		g_string_append_printf(w->s, " 0x%x\n",
				       0x20000000 + (int)between(&w->r, 0, 20) * 4096);
		break;
	case 7:
		put_head(w, task, "mremap");
		g_string_append_printf(w->s,
				       " 0x%" G_GINT64_MODIFIER "x 0x%" G_GINT64_MODIFIER
				       "x 0x%" G_GINT64_MODIFIER "x 0x%" G_GINT64_MODIFIER "x -\n",
				       a, n, random_length(w),
				       chance(&w->r, 50) ? a : random_page(w));
		break;
	default:
		put_head(w, task, "madvise");
		g_string_append_printf(w->s,
				       " 0x%" G_GINT64_MODIFIER "x 0x%" G_GINT64_MODIFIER "x %s\n",
				       a, n, PICK(&w->r, advice));
		break;
	}
}

static void put_operation(struct writer *w, int task)
{
	const int what = (int)between(&w->r, 1, 100);

	if (what <= 8 && w->n_tasks < MAX_TASKS) {
		put_clone(w, task);
	} else if (what <= 13) {
		put_head(w, task, "exec x\n");
		put_images(w, task);
	} else if (what <= 18) {
		put_wait(w, task);
	} else if (what <= 21) {
		put_head(w, task, "sleep");
		g_string_append_printf(w->s, " %d\n", (int)between(&w->r, 0, 4000) * 500);
	} else if (what <= 24 && chance(&w->r, 50)) {
		w->alive[task] = false;
		put_head(w, task, "exit\n");
	} else {
		put_map_call(w, task);
	}
}

char *random_replay_new(uint64_t seed)
{
	struct writer w = { .r = { .state = seed ^ UINT64_C(0x5eed) },
			    .s = g_string_new("rcusim-replay 1\n") };
	const int n_ops = (int)between(&w.r, 1, 250);

	new_task(&w, -1);
	if (chance(&w.r, 20))
		new_task(&w, -1);
	for (int i = 0; i < n_ops; i++) {
		const int task = (int)between(&w.r, 0, w.n_tasks - 1);

		if (w.alive[task])
			put_operation(&w, task);
	}
	for (int i = 0; i < w.n_tasks; i++)
		if (w.alive[i] && chance(&w.r, 90))
			g_string_append_printf(w.s, "%d +1000 exit\n", i + 1);
	return g_string_free(w.s, false);
}
