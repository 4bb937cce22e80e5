#include "scenario/replay_file.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "base/edit.h"
#include "mm/address_space.h"

#define HEADER       "rcusim-replay 1"
#define MAX_WORDS    10
#define MAX_PROBLEMS 1000
#define MAX_TIME     (INT64_C(1000000) * INT64_C(1000000000))

/* A task while its file is read. */
struct task_state {
	bool started, alive, waited;
	bool at_image; /* an image line may follow */
};

struct replay_reader {
	struct diag *diag;
	struct diag_place place; /* of the line being read */
	GArray *tasks;           /* struct replay_task */
	GArray *states;          /* struct task_state */
	GArray *ops;             /* struct replay_op */
	char *words[MAX_WORDS + 1];
	int n_words;
	bool bad; /* the line has told its problem */
};

static bool bad_line(struct replay_reader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool bad_line(struct replay_reader *r, const char *format, ...)
{
	va_list args;
	g_autofree char *message = NULL;

	if (r->bad)
		return false;
	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	diag_add(r->diag, r->place, NULL, "%s", message);
	r->bad = true;
	return false;
}

static bool bad_word(struct replay_reader *r, const char *what, const char *word,
		     const char *accepted)
{
	g_autofree char *quoted = diag_quote(word);

	return bad_line(r, "found %s as %s; expected %s", quoted, what, accepted);
}

/* --- words --- */

static bool read_u64(struct replay_reader *r, const char *what, const char *word, uint64_t max,
		     uint64_t *ret)
{
	const bool hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
	const char *digits = hex ? word + 2 : word;
	uint64_t value = 0;
	bool fits = *digits != '\0';

	for (const char *p = digits; fits && *p != '\0'; p++) {
		const int digit = g_ascii_xdigit_value(*p);
		const uint64_t base = hex ? 16 : 10;

		fits = digit >= 0 && (uint64_t)digit < base &&
		       !__builtin_mul_overflow(value, base, &value) &&
		       !__builtin_add_overflow(value, (uint64_t)digit, &value);
	}
	if (!fits || value > max) {
		g_autofree char *accepted =
			g_strdup_printf("a number, decimal or 0x, 0 ... %" PRIu64, max);

		return bad_word(r, what, word, accepted);
	}
	*ret = value;
	return true;
}

static bool read_time(struct replay_reader *r, const char *what, const char *word, int64_t *ret_ns)
{
	uint64_t value = 0;

	if (!read_u64(r, what, word, MAX_TIME, &value))
		return false;
	*ret_ns = (int64_t)value;
	return true;
}

static bool read_addr(struct replay_reader *r, const char *what, const char *word, uint64_t *ret)
{
	if (!read_u64(r, what, word, UINT64_MAX, ret))
		return false;
	return *ret % VMA_PAGE_SIZE == 0 || bad_word(r, what, word, "a multiple of 4096");
}

static bool read_file_number(struct replay_reader *r, const char *word, uint32_t *ret)
{
	uint64_t value = 0;

	if (strcmp(word, "-") != 0 && !read_u64(r, "FILE", word, UINT32_MAX, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

/* A task that is declared; its number from 0. */
static bool read_task(struct replay_reader *r, const char *word, int32_t *ret)
{
	uint64_t number = 0;

	if (!read_u64(r, "task", word, REPLAY_MAX_TASKS, &number))
		return false;
	if (number == 0 || number > r->tasks->len)
		return bad_line(
			r,
			"task %" PRIu64
			" is not declared; expected 1 ... %u, or a line \"task N NAME\" before",
			number, r->tasks->len);
	*ret = (int32_t)number - 1;
	return true;
}

static struct task_state *state_of(struct replay_reader *r, int32_t task)
{
	return &g_array_index(r->states, struct task_state, task);
}

/* "r-x", and @more letters with their flags behind it. */
struct letter {
	char letter;
	uint32_t flag;
};

static const struct letter image_letters[] = { { 's', VMA_SHARED },
					       { 'g', VMA_GROWSDOWN },
					       { 'v', VMA_SPECIAL },
					       { 0 } };
static const struct letter mmap_letters[] = { { 'p', 0 },
					      { 's', VMA_SHARED },
					      { 'a', 0 },
					      { 'g', VMA_GROWSDOWN },
					      { 'n', VMA_NORESERVE },
					      { 'l', VMA_LOCKED },
					      { 0 } };

static bool read_letters(struct replay_reader *r, const char *what, const char *word,
			 const char *from, const struct letter *letters, uint32_t *flags)
{
	for (const char *p = from; *p != '\0'; p++) {
		const struct letter *found = letters;

		while (found->letter != 0 && found->letter != *p)
			found++;
		if (found->letter == 0)
			return bad_word(r, what, word, "letters as docs/replay.md lists them");
		*flags |= found->flag;
	}
	return true;
}

static bool read_prot(struct replay_reader *r, const char *word, const struct letter *more,
		      uint32_t *flags)
{
	static const char letters[] = "rwx";
	static const uint32_t bits[] = { VMA_READ, VMA_WRITE, VMA_EXEC };

	for (int i = 0; i < 3; i++) {
		if (word[i] == letters[i])
			*flags |= bits[i];
		else if (word[i] != '-')
			return bad_word(r, "PROT", word, "one like \"r-x\"");
	}
	if (more == NULL && word[3] != '\0')
		return bad_word(r, "PROT", word, "one like \"r-x\"");
	return more == NULL || read_letters(r, "PROT", word, word + 3, more, flags);
}

/* A private mapping that one may write to counts against the commit limit (accountable_mapping()). */
static uint32_t with_account(uint32_t flags)
{
	const uint32_t mask = VMA_WRITE | VMA_SHARED | VMA_NORESERVE;

	return (flags & mask) == VMA_WRITE ? flags | VMA_ACCOUNT : flags;
}

/* ADDR LEN at @words: whole pages that do not wrap around. */
static bool read_range(struct replay_reader *r, char *const *words, uint64_t *ret_addr,
		       uint64_t *ret_len)
{
	uint64_t end;

	if (!read_addr(r, "ADDR", words[0], ret_addr) ||
	    !read_u64(r, "LEN", words[1], UINT64_MAX - VMA_PAGE_SIZE, ret_len))
		return false;
	*ret_len = (*ret_len + VMA_PAGE_SIZE - 1) / VMA_PAGE_SIZE * VMA_PAGE_SIZE;
	return !__builtin_add_overflow(*ret_addr, *ret_len, &end) ||
	       bad_word(r, "LEN", words[1], "a range that ends below 2^64");
}

/* --- operations: @a holds the arguments --- */

static bool read_vma(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	if (!read_range(r, a, &op->addr, &op->len) || !read_file_number(r, a[3], &op->file) ||
	    !read_addr(r, "OFFSET", a[4], &op->offset))
		return false;
	op->set = with_account(op->set);
	return op->len > 0 || bad_word(r, "LEN", a[1], "at least 1");
}

static bool read_image(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	if (!state_of(r, op->task)->at_image)
		return bad_line(
			r,
			"found \"image\" here; expected it right after the task's exec or start");
	return read_prot(r, a[2], image_letters, &op->set) && read_vma(r, a, op);
}

static bool read_mmap(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	char *const words[] = { a[0], a[1], a[2], a[4], a[5] };

	if (a[3][0] != 'p' && a[3][0] != 's')
		return bad_word(r, "FLAGS", a[3], "p or s, then any of a, g, n, l");
	return read_prot(r, a[2], NULL, &op->set) &&
	       read_letters(r, "FLAGS", a[3], a[3], mmap_letters, &op->set) &&
	       read_vma(r, words, op);
}

static bool read_munmap(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	return read_range(r, a, &op->addr, &op->len);
}

static bool read_brk(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	return read_u64(r, "ADDR", a[0], UINT64_MAX - VMA_PAGE_SIZE, &op->addr);
}

static bool read_mprotect(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	return read_range(r, a, &op->addr, &op->len) && read_prot(r, a[2], NULL, &op->set);
}

static bool read_mremap(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	char *const new_range[] = { a[3], a[2] };

	if (strcmp(a[4], "-") != 0 && strcmp(a[4], "d") != 0)
		return bad_word(r, "FLAGS", a[4], "d or -");
	op->set = a[4][0] == 'd';
	return read_range(r, a, &op->addr, &op->len) &&
	       read_range(r, new_range, &op->new_addr, &op->new_len);
}

static bool read_madvise(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	static const struct {
		const char *name;
		uint32_t set, clear;
	} table[] = { { "dontfork", VMA_DONTCOPY, 0 },
		      { "dofork", 0, VMA_DONTCOPY },
		      { "dontdump", VMA_DONTDUMP, 0 },
		      { "dodump", 0, VMA_DONTDUMP },
		      { "hugepage", VMA_HUGEPAGE, VMA_NOHUGEPAGE },
		      { "nohugepage", VMA_NOHUGEPAGE, VMA_HUGEPAGE },
		      { "wipeonfork", VMA_WIPEONFORK, 0 },
		      { "keeponfork", 0, VMA_WIPEONFORK } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		if (strcmp(a[2], table[i].name) != 0)
			continue;
		op->set = table[i].set;
		op->clear = table[i].clear;
		return read_range(r, a, &op->addr, &op->len);
	}
	return bad_word(
		r, "ADVICE", a[2],
		"dontfork, dofork, dontdump, dodump, hugepage, nohugepage, wipeonfork or keeponfork");
}

static bool read_mlock(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	op->set = VMA_LOCKED;
	return read_range(r, a, &op->addr, &op->len);
}

static bool read_munlock(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	op->clear = VMA_LOCKED;
	return read_range(r, a, &op->addr, &op->len);
}

static void name_task(struct replay_reader *r, int32_t number, const char *name)
{
	struct replay_task *task = &g_array_index(r->tasks, struct replay_task, number);

	g_free(task->name);
	task->name = g_strdup(name);
}

static bool read_exec(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	name_task(r, op->task, a[0]);
	return true;
}

static bool read_clone_flags(struct replay_reader *r, const char *word, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} table[] = { { "vm", REPLAY_CLONE_VM },
		      { "vfork", REPLAY_CLONE_VFORK },
		      { "thread", REPLAY_CLONE_THREAD },
		      { "-", 0 } };
	g_auto(GStrv) names = g_strsplit(word, ",", -1);

	*ret = 0;
	for (int i = 0; names[i] != NULL; i++) {
		size_t k = 0;

		while (k < G_N_ELEMENTS(table) && strcmp(names[i], table[k].name) != 0)
			k++;
		if (k == G_N_ELEMENTS(table) || (table[k].flag == 0 && names[1] != NULL))
			return bad_word(r, "FLAGS", word, "- or of vm, vfork, thread, with commas");
		*ret |= table[k].flag;
	}
	if ((*ret & REPLAY_CLONE_THREAD) != 0 && (*ret & REPLAY_CLONE_VM) == 0)
		return bad_word(r, "FLAGS", word, "vm with thread");
	return *word != '\0' ||
	       bad_word(r, "FLAGS", word, "- or of vm, vfork, thread, with commas");
}

static bool read_clone(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	struct task_state *child;

	if (!read_task(r, a[0], &op->child) || !read_clone_flags(r, a[1], &op->set))
		return false;
	child = state_of(r, op->child);
	if (child->started)
		return bad_line(
			r,
			"task %d is there already; expected one that has no \"at\" and was not cloned before",
			op->child + 1);
	child->started = true;
	child->alive = true;
	return true;
}

static bool read_wait(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	struct task_state *child;

	if (!read_task(r, a[0], &op->child))
		return false;
	child = state_of(r, op->child);
	if (child->waited)
		return bad_line(r, "task %d is waited for already; expected one wait for each",
				op->child + 1);
	child->waited = true;
	if (!child->started)
		return bad_line(r, "task %d is not there yet; expected its clone before",
				op->child + 1);
	return op->child != op->task ||
	       bad_line(r, "a task waits for itself; expected another one");
}

static bool read_sleep(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	return read_time(r, "NS", a[0], &op->sleep_ns);
}

static bool read_exit(struct replay_reader *r, char *const *a, struct replay_op *op)
{
	state_of(r, op->task)->alive = false;
	return true;
}

static const struct operation {
	const char *name;
	enum replay_kind kind;
	int n_args;
	const char *args;
	bool (*read)(struct replay_reader *r, char *const *args, struct replay_op *op);
} operations[] = {
	{ "exec", REPLAY_EXEC, 1, "NAME", read_exec },
	{ "image", REPLAY_IMAGE, 5, "ADDR LEN PROT FILE OFFSET", read_image },
	{ "mmap", REPLAY_MMAP, 6, "ADDR LEN PROT FLAGS FILE OFFSET", read_mmap },
	{ "munmap", REPLAY_MUNMAP, 2, "ADDR LEN", read_munmap },
	{ "brk", REPLAY_BRK, 1, "ADDR", read_brk },
	{ "mprotect", REPLAY_MPROTECT, 3, "ADDR LEN PROT", read_mprotect },
	{ "mremap", REPLAY_MREMAP, 5, "OLD OLDLEN NEWLEN NEW FLAGS", read_mremap },
	{ "madvise", REPLAY_MADVISE, 3, "ADDR LEN ADVICE", read_madvise },
	{ "mlock", REPLAY_MADVISE, 2, "ADDR LEN", read_mlock },
	{ "munlock", REPLAY_MADVISE, 2, "ADDR LEN", read_munlock },
	{ "clone", REPLAY_CLONE, 2, "CHILD FLAGS", read_clone },
	{ "wait", REPLAY_WAIT, 1, "CHILD", read_wait },
	{ "sleep", REPLAY_SLEEP, 1, "NS", read_sleep },
	{ "exit", REPLAY_EXIT, 0, "", read_exit },
};

static const struct operation *find_operation(struct replay_reader *r, const char *name)
{
	const char *names[G_N_ELEMENTS(operations) + 1] = { NULL };
	g_autofree char *quoted = NULL;
	g_autofree char *all = NULL;
	const char *nearest;

	for (size_t i = 0; i < G_N_ELEMENTS(operations); i++) {
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
		names[i] = operations[i].name;
	}
	quoted = diag_quote(name);
	all = g_strjoinv(", ", (char **)names);
	nearest = edit_nearest(name, names);
	if (nearest != NULL)
		bad_line(r, "found %s as operation; did you mean \"%s\"?", quoted, nearest);
	else
		bad_line(r, "found %s as operation; expected one of %s", quoted, all);
	return NULL;
}

/* --- lines --- */

static bool read_think(struct replay_reader *r, const char *word, int64_t *ret_ns)
{
	*ret_ns = 0;
	if (strcmp(word, ".") == 0)
		return true;
	if (word[0] != '+')
		return bad_word(r, "THINK", word, "+NS or \".\"");
	return read_time(r, "THINK", word + 1, ret_ns);
}

static bool task_may_act(struct replay_reader *r, int32_t task)
{
	const struct task_state *state = state_of(r, task);

	if (!state->started)
		return bad_line(
			r,
			"task %d is not there yet; expected its clone before, or \"at NS\" in its declaration",
			task + 1);
	return state->alive || bad_line(r, "task %d has exited; expected nothing of it", task + 1);
}

static void read_operation(struct replay_reader *r)
{
	struct replay_op op = { .child = -1 };
	const struct operation *operation;
	struct task_state *state;

	if (!read_task(r, r->words[0], &op.task))
		return;
	if (r->n_words < 3) {
		bad_line(r, "found %d words; expected TASK THINK OPERATION ARGUMENT...",
			 r->n_words);
		return;
	}
	if (!task_may_act(r, op.task) || !read_think(r, r->words[1], &op.think_ns))
		return;
	operation = find_operation(r, r->words[2]);
	if (operation == NULL)
		return;
	if (r->n_words - 3 != operation->n_args) {
		bad_line(r, "found %d arguments of %s; expected %d%s%s", r->n_words - 3,
			 operation->name, operation->n_args, *operation->args ? ": " : "",
			 operation->args);
		return;
	}
	op.kind = operation->kind;
	if (!operation->read(r, r->words + 3, &op))
		return;
	state = state_of(r, op.task);
	state->at_image = op.kind == REPLAY_EXEC || op.kind == REPLAY_IMAGE;
	if (op.kind == REPLAY_IMAGE && op.think_ns != 0)
		bad_line(r, "found a time before an image line; expected \".\"");
	else if (r->ops->len >= REPLAY_MAX_OPS)
		bad_line(r, "found more than %d operations; no more are accepted", REPLAY_MAX_OPS);
	else
		g_array_append_val(r->ops, op);
}

/* task N NAME [at NS] */
static void read_declaration(struct replay_reader *r)
{
	struct replay_task task = { .at_ns = -1 };
	struct task_state state = { 0 };
	uint64_t number = 0;

	if (r->n_words != 3 && !(r->n_words == 5 && strcmp(r->words[3], "at") == 0)) {
		bad_line(r, "found %d words; expected task N NAME, or task N NAME at NS",
			 r->n_words);
		return;
	}
	if (!read_u64(r, "N", r->words[1], REPLAY_MAX_TASKS, &number))
		return;
	if (number != r->tasks->len + 1) {
		bad_line(r,
			 "found task %" PRIu64 "; expected %u: tasks are numbered from 1 in order",
			 number, r->tasks->len + 1);
		return;
	}
	if (r->n_words == 5 && !read_time(r, "NS", r->words[4], &task.at_ns))
		return;
	state.started = state.alive = state.at_image = task.at_ns >= 0;
	g_array_append_val(r->tasks, task);
	g_array_append_val(r->states, state);
	name_task(r, (int32_t)r->tasks->len - 1, r->words[2]);
}

static void read_header(struct replay_reader *r, const char *line)
{
	g_autofree char *quoted = diag_quote(line);

	if (strcmp(line, HEADER) != 0)
		bad_line(r, "found %s as first line; expected \"" HEADER "\"", quoted);
}

/* Cuts @line into words; false if there are too many. */
static bool split(struct replay_reader *r, char *line)
{
	r->n_words = 0;
	for (char *p = line;;) {
		p += strspn(p, " \t\r");
		if (*p == '\0')
			return true;
		if (r->n_words == MAX_WORDS)
			return bad_line(r, "found more than %d words in a line", MAX_WORDS);
		r->words[r->n_words++] = p;
		p += strcspn(p, " \t\r");
		if (*p != '\0')
			*p++ = '\0';
	}
}

static void read_line(struct replay_reader *r, char *line)
{
	r->bad = false;
	if (r->place.line == 1) {
		g_strchomp(line);
		read_header(r, line);
		return;
	}
	if (line[0] == '#' || !split(r, line) || r->n_words == 0)
		return;
	if (strcmp(r->words[0], "task") == 0)
		read_declaration(r);
	else
		read_operation(r);
}

static struct replay *finish(struct replay_reader *r)
{
	struct replay *replay = g_new0(struct replay, 1);

	replay->n_refs = 1;
	replay->n_tasks = (int32_t)r->tasks->len;
	replay->n_ops = r->ops->len;
	replay->tasks = (struct replay_task *)(void *)g_array_free(r->tasks, FALSE);
	replay->ops = (struct replay_op *)(void *)g_array_free(r->ops, FALSE);
	g_array_unref(r->states);
	return replay;
}

/* What is wrong with the file as a whole. */
static void check_whole(struct replay_reader *r, const char *text, size_t len)
{
	r->place.line = 0;
	r->bad = false;
	if (len == 0)
		bad_line(r, "found an empty file; expected \"" HEADER "\" as first line");
	else if (len > REPLAY_MAX_BYTES)
		bad_line(r, "found more than %" PRId64 " bytes; no more are accepted",
			 REPLAY_MAX_BYTES);
	else if (memchr(text, '\0', len) != NULL)
		bad_line(r, "found a NUL byte; expected text");
}

/* Up to so many problems; without its first line it is some other file. */
static void read_lines(struct replay_reader *r, const char *text, const char *text_end)
{
	const int n_before = diag_n(r->diag);

	for (const char *p = text; p < text_end;) {
		const char *end = memchr(p, '\n', (size_t)(text_end - p));
		g_autofree char *line = g_strndup(p, (size_t)((end ? end : text_end) - p));

		r->place.line++;
		read_line(r, line);
		if (diag_n(r->diag) - n_before >= (r->place.line == 1 ? 1 : MAX_PROBLEMS))
			return;
		p = end != NULL ? end + 1 : text_end;
	}
}

static void check_started(struct replay_reader *r)
{
	r->place.line = 0;
	for (guint i = 0; i < r->states->len; i++) {
		r->bad = false;
		if (!state_of(r, (int32_t)i)->started)
			bad_line(
				r,
				"task %u is declared and nothing starts it; expected a clone, or \"at NS\"",
				i + 1);
	}
}

struct replay *replay_parse(const char *text, size_t len, const char *file, struct diag *diag)
{
	struct replay_reader r = { .diag = diag,
				   .place = { .file = file, .line = 0, .col = 1 },
				   .tasks = g_array_new(FALSE, TRUE, sizeof(struct replay_task)),
				   .states = g_array_new(FALSE, TRUE, sizeof(struct task_state)),
				   .ops = g_array_new(FALSE, TRUE, sizeof(struct replay_op)) };
	const int n_before = diag_n(diag);
	struct replay *replay;

	check_whole(&r, text, len);
	if (diag_n(diag) == n_before)
		read_lines(&r, text, text + len);
	if (diag_n(diag) == n_before)
		check_started(&r);
	replay = finish(&r);
	if (diag_n(diag) == n_before)
		return replay;
	replay_unref(replay);
	return NULL;
}
