#include "trace/strace_call.h"

#include <string.h>

#include "trace/doc.h"

#define MAX_ARGS 8
#define MS_NS    INT64_C(1000000)
/* Nothing is mapped beyond: also what [vsyscall] is in. */
#define MAX_ADDR (UINT64_C(1) << 63)

struct arguments {
	const struct trace_line *line;
	struct strace_line *parts;
	const struct call_names *names;
	char *arg[MAX_ARGS];
	int n;
};

/* --- arguments --- */

static void split_arguments(struct arguments *a, char *text)
{
	a->n = 0;
	while (a->n < MAX_ARGS) {
		char *end = strace_scan(text, ",");
		const bool is_last = *end == '\0';

		*end = '\0';
		a->arg[a->n] = g_strstrip(text);
		if (!is_last || *a->arg[a->n] != '\0')
			a->n++;
		if (is_last)
			return;
		text = end + 1;
	}
}

static bool bad_argument(const struct arguments *a, int i, const char *expected)
{
	g_autofree char *quoted = diag_quote(i < a->n ? a->arg[i] : "");

	return trace_line_fault(a->line, i < a->n ? a->arg[i] : a->parts->args,
				"found %s as argument %d of %s; expected %s", quoted, i + 1,
				a->parts->name, expected);
}

/* A number, decimal or 0x, or NULL; -y and comments may follow. */
static bool take_u64(const struct arguments *a, int i, uint64_t *ret)
{
	const char *text = i < a->n ? a->arg[i] : "";
	const bool hex = g_str_has_prefix(text, "0x");
	char *end;

	*ret = 0;
	if (strcmp(text, "NULL") == 0)
		return true;
	if (!g_ascii_isdigit(*text))
		return bad_argument(a, i, "a number or NULL");
	*ret = g_ascii_strtoull(text, &end, hex ? 16 : 10);
	return *end == '\0' || *end == ' ' || *end == '<' || bad_argument(a, i, "a number or NULL");
}

static uint64_t page_up(uint64_t value)
{
	return (value + TRACE_PAGE - 1) & ~(TRACE_PAGE - 1);
}

/* A range in pages, wholly below MAX_ADDR. */
static bool take_range(const struct arguments *a, int i, struct strace_call *call)
{
	uint64_t offset;

	if (!take_u64(a, i, &call->addr) || !take_u64(a, i + 1, &call->len))
		return false;
	if (call->addr >= MAX_ADDR)
		return bad_argument(a, i, "an address below 2^63");
	if (call->len >= MAX_ADDR - call->addr)
		return bad_argument(a, i + 1, "a range that ends below 2^63");
	offset = call->addr % TRACE_PAGE;
	call->addr -= offset;
	call->len = page_up(call->len + offset);
	return true;
}

/* Whether @word is one of the words of @text, which are joined by '|'. */
static bool has_word(const char *text, const char *word)
{
	const size_t n = strlen(word);

	for (const char *p = text; (p = strstr(p, word)) != NULL; p += n)
		if ((p == text || strchr("|= ", p[-1]) != NULL) &&
		    (p[n] == '\0' || strchr("|, })", p[n]) != NULL))
			return true;
	return false;
}

static bool take_prot(const struct arguments *a, int i, uint8_t *ret)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} words[] = { { "PROT_READ", TRACE_READ },
		      { "PROT_WRITE", TRACE_WRITE },
		      { "PROT_EXEC", TRACE_X } };
	const char *text = i < a->n ? a->arg[i] : "";

	*ret = 0;
	for (size_t k = 0; k < G_N_ELEMENTS(words); k++)
		if (has_word(text, words[k].name))
			*ret |= words[k].bit;
	if (*ret != 0 || has_word(text, "PROT_NONE"))
		return true;
	if (g_ascii_isdigit(*text)) { /* strace -X raw */
		*ret = (uint8_t)(g_ascii_strtoull(text, NULL, 0) & 7);
		return true;
	}
	return bad_argument(a, i, "PROT_NONE, or of PROT_READ, PROT_WRITE, PROT_EXEC");
}

/* The string that @text begins with, without its quotes; in place. */
static char *take_string(char *text)
{
	if (*text != '"')
		return NULL;
	text[strcspn(text + 1, "\"") + 1] = '\0';
	return text + 1;
}

/* --- calls --- */

static bool begin_mmap(struct arguments *a, struct strace_call *call)
{
	const char *flags = a->n > 3 ? a->arg[3] : "";
	char *file = a->n > 4 ? a->arg[4] : NULL;
	char *path = file == NULL ? NULL : strchr(file, '<');

	if (!take_range(a, 0, call) || !take_prot(a, 2, &call->prot))
		return false;
	if (call->len == 0)
		return bad_argument(a, 1, "a length of at least 1");
	if (has_word(flags, "MAP_SHARED") || has_word(flags, "MAP_SHARED_VALIDATE"))
		call->op_flags |= TRACE_SHARED;
	else if (!has_word(flags, "MAP_PRIVATE"))
		return bad_argument(a, 3, "MAP_SHARED or MAP_PRIVATE with others");
	if (has_word(flags, "MAP_ANONYMOUS") || has_word(flags, "MAP_ANON"))
		call->op_flags |= TRACE_ANONYMOUS;
	if (has_word(flags, "MAP_GROWSDOWN"))
		call->op_flags |= TRACE_GROWSDOWN;
	if (has_word(flags, "MAP_NORESERVE"))
		call->op_flags |= TRACE_NORESERVE;
	if (has_word(flags, "MAP_LOCKED"))
		call->op_flags |= TRACE_LOCKED;
	call->flags |= call->addr != 0 ? CALL_HINT : 0;
	if (call->op_flags & TRACE_ANONYMOUS)
		return true;
	if (!take_u64(a, 5, &call->offset) || file == NULL || !g_ascii_isdigit(*file))
		return bad_argument(a, 4, "a file descriptor, or MAP_ANONYMOUS");
	call->offset &= ~(TRACE_PAGE - 1);
	call->file = (uint32_t)MIN(g_ascii_strtoull(file, NULL, 10), 1 << 30) + 1;
	if (path != NULL) {
		call->file = a->names->path(a->names->context, path) + 1;
		call->flags |= CALL_PATH_IS_FILE;
	}
	return true;
}

static bool begin_range(struct arguments *a, struct strace_call *call)
{
	return take_range(a, 0, call);
}

static bool begin_mprotect(struct arguments *a, struct strace_call *call)
{
	return take_range(a, 0, call) && take_prot(a, 2, &call->prot);
}

static bool begin_brk(struct arguments *a, struct strace_call *call)
{
	return take_u64(a, 0, &call->addr);
}

static bool begin_mremap(struct arguments *a, struct strace_call *call)
{
	if (!take_range(a, 0, call) || !take_u64(a, 2, &call->new_len))
		return false;
	if (call->new_len == 0 || call->new_len >= MAX_ADDR)
		return bad_argument(a, 2, "a length of at least 1");
	call->new_len = page_up(call->new_len);
	if (a->n > 3 && has_word(a->arg[3], "MREMAP_DONTUNMAP"))
		call->op_flags |= TRACE_DONTUNMAP;
	return true;
}

static bool begin_madvise(struct arguments *a, struct strace_call *call)
{
	if (!take_range(a, 0, call))
		return false;
	for (int i = 0; i < TRACE_N_ADVICES && a->n > 2; i++) {
		g_autofree char *name = g_ascii_strup(trace_advice_name(i), -1);

		if (g_str_has_prefix(a->arg[2], "MADV_") && strcmp(a->arg[2] + 5, name) == 0) {
			call->op_flags = (uint16_t)i;
			return true;
		}
	}
	call->kind = CALL_OTHER;
	return true;
}

static bool begin_clone(struct arguments *a, struct strace_call *call)
{
	static const struct {
		const char *name;
		uint16_t flag;
	} words[] = { { "CLONE_VM", TRACE_VM },
		      { "CLONE_VFORK", TRACE_VFORK },
		      { "CLONE_THREAD", TRACE_THREAD } };
	const char *flags = NULL;

	if (strcmp(a->parts->name, "fork") == 0)
		return true;
	if (strcmp(a->parts->name, "vfork") == 0) {
		call->op_flags = TRACE_VM | TRACE_VFORK;
		return true;
	}
	for (int i = 0; i < a->n && flags == NULL; i++)
		flags = strstr(a->arg[i], "flags=");
	if (flags == NULL)
		return bad_argument(a, 0, "arguments with flags=");
	flags += strlen("flags=");
	for (size_t k = 0; k < G_N_ELEMENTS(words); k++) {
		g_autofree char *text = g_strndup(flags, strcspn(flags, ",}"));

		if (has_word(text, words[k].name))
			call->op_flags |= words[k].flag;
	}
	if (call->op_flags & TRACE_THREAD)
		call->op_flags |= TRACE_VM;
	return true;
}

static bool begin_exec(struct arguments *a, struct strace_call *call)
{
	const int i = strcmp(a->parts->name, "execveat") == 0 ? 1 : 0;
	char *path = i < a->n ? take_string(a->arg[i]) : NULL;
	const char *slash = path == NULL ? NULL : strrchr(path, '/');

	if (path == NULL)
		return bad_argument(a, i, "a path in quotation marks");
	call->addr = a->names->program(a->names->context, slash == NULL ? path : slash + 1);
	return true;
}

static bool begin_nothing(struct arguments *a, struct strace_call *call)
{
	return true;
}

/* Only waiting sleeps; waking does not. */
static bool begin_futex(struct arguments *a, struct strace_call *call)
{
	const char *op = a->n > 1 ? a->arg[1] : "";

	if (!g_str_has_prefix(op, "FUTEX_WAIT") && !g_str_has_prefix(op, "FUTEX_LOCK_PI"))
		call->kind = CALL_OTHER;
	return true;
}

static bool begin_read(struct arguments *a, struct strace_call *call)
{
	call->flags |= CALL_MAYBE_SLEEP;
	return true;
}

static const struct row {
	const char *name;
	enum call_kind kind;
	bool (*begin)(struct arguments *a, struct strace_call *call);
} rows[] = {
	{ "accept", CALL_SLEEP, begin_read },
	{ "accept4", CALL_SLEEP, begin_read },
	{ "brk", CALL_BRK, begin_brk },
	{ "clock_nanosleep", CALL_SLEEP, begin_nothing },
	{ "clone", CALL_CLONE, begin_clone },
	{ "clone3", CALL_CLONE, begin_clone },
	{ "epoll_pwait", CALL_SLEEP, begin_nothing },
	{ "epoll_pwait2", CALL_SLEEP, begin_nothing },
	{ "epoll_wait", CALL_SLEEP, begin_nothing },
	{ "execve", CALL_EXEC, begin_exec },
	{ "execveat", CALL_EXEC, begin_exec },
	{ "exit", CALL_EXIT, begin_nothing },
	{ "exit_group", CALL_EXIT_GROUP, begin_nothing },
	{ "flock", CALL_SLEEP, begin_nothing },
	{ "fork", CALL_CLONE, begin_clone },
	{ "futex", CALL_SLEEP, begin_futex },
	{ "futex_waitv", CALL_SLEEP, begin_nothing },
	{ "madvise", CALL_MADVISE, begin_madvise },
	{ "mlock", CALL_MLOCK, begin_range },
	{ "mlock2", CALL_MLOCK, begin_range },
	{ "mmap", CALL_MMAP, begin_mmap },
	{ "mmap2", CALL_MMAP, begin_mmap },
	{ "mprotect", CALL_MPROTECT, begin_mprotect },
	{ "mremap", CALL_MREMAP, begin_mremap },
	{ "munlock", CALL_MUNLOCK, begin_range },
	{ "munmap", CALL_MUNMAP, begin_range },
	{ "nanosleep", CALL_SLEEP, begin_nothing },
	{ "_newselect", CALL_SLEEP, begin_nothing },
	{ "old_mmap", CALL_MMAP, begin_mmap },
	{ "pause", CALL_SLEEP, begin_nothing },
	{ "pkey_mprotect", CALL_MPROTECT, begin_mprotect },
	{ "poll", CALL_SLEEP, begin_nothing },
	{ "ppoll", CALL_SLEEP, begin_nothing },
	{ "pread64", CALL_SLEEP, begin_read },
	{ "preadv", CALL_SLEEP, begin_read },
	{ "preadv2", CALL_SLEEP, begin_read },
	{ "pselect6", CALL_SLEEP, begin_nothing },
	{ "read", CALL_SLEEP, begin_read },
	{ "readv", CALL_SLEEP, begin_read },
	{ "recv", CALL_SLEEP, begin_read },
	{ "recvfrom", CALL_SLEEP, begin_read },
	{ "recvmmsg", CALL_SLEEP, begin_read },
	{ "recvmsg", CALL_SLEEP, begin_read },
	{ "restart_syscall", CALL_SLEEP, begin_nothing },
	{ "rt_sigsuspend", CALL_SLEEP, begin_nothing },
	{ "rt_sigtimedwait", CALL_SLEEP, begin_nothing },
	{ "select", CALL_SLEEP, begin_nothing },
	{ "vfork", CALL_CLONE, begin_clone },
	{ "wait4", CALL_WAIT, begin_nothing },
	{ "waitid", CALL_WAIT, begin_nothing },
	{ "waitpid", CALL_WAIT, begin_nothing },
};

static const struct row *row_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

bool strace_call_is_wait(const char *name)
{
	const struct row *row = row_of(name);

	return row != NULL && row->kind == CALL_WAIT;
}

bool strace_call_begin(const struct trace_line *line, struct strace_line *parts,
		       const struct call_names *names, struct strace_call *ret)
{
	struct arguments a = { .line = line, .parts = parts, .names = names };
	const struct row *row = row_of(parts->name);

	*ret = (struct strace_call){ .kind = CALL_OTHER,
				     .pid = parts->pid,
				     .start_ns = parts->t_ns,
				     .end_ns = parts->t_ns,
				     .line = line->number };
	if (row == NULL)
		return true;
	ret->kind = (uint8_t)row->kind;
	/* A call that failed may have arguments that make no sense. */
	if (parts->result_kind == STRACE_ERROR && row->kind != CALL_SLEEP && row->kind != CALL_WAIT)
		return true;
	/* waitid()'s are looked at as a whole, when it has returned. */
	if (row->kind != CALL_WAIT)
		split_arguments(&a, parts->args);
	return row->begin(&a, ret);
}

/* si_pid=N, which waitid() returns; 0: none. */
static uint64_t pid_of_siginfo(const char *args)
{
	const char *at = strstr(args, "si_pid=");

	return at == NULL ? 0 : g_ascii_strtoull(at + strlen("si_pid="), NULL, 10);
}

/* The child whose end was waited for; 0: there was none. Stopping and continuing are not the end. */
static uint64_t waited_child(const struct strace_line *parts)
{
	static const char *const others[] = { "WIFSTOPPED", "WIFCONTINUED", "CLD_STOPPED",
					      "CLD_CONTINUED", "CLD_TRAPPED" };

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		if (strstr(parts->args, others[i]) != NULL)
			return 0;
	return parts->result == 0 ? pid_of_siginfo(parts->args) : parts->result;
}

bool strace_call_end(const struct trace_line *line, struct strace_line *parts,
		     struct strace_call *call)
{
	const bool places =
		call->kind == CALL_MMAP || call->kind == CALL_MREMAP || call->kind == CALL_BRK;

	call->flags |= CALL_DONE;
	call->end_ns = call->start_ns + MAX(parts->took_ns, 0);
	call->result = parts->result;
	if (call->kind == CALL_SLEEP) {
		/* A sleep that ended in an error was one. */
		if (parts->took_ns <= ((call->flags & CALL_MAYBE_SLEEP) != 0 ? MS_NS : 0))
			call->flags |= CALL_FAILED;
	} else if (parts->result_kind != STRACE_VALUE) {
		call->flags |= CALL_FAILED;
	}
	if (call->kind == CALL_WAIT)
		call->addr = parts->result_kind == STRACE_VALUE ? waited_child(parts) : 0;
	if ((call->flags & CALL_FAILED) != 0 || call->kind == CALL_OTHER)
		return true;
	if (places && call->kind != CALL_BRK && call->result % TRACE_PAGE != 0)
		return trace_line_fault(line, NULL,
					"found 0x%" G_GINT64_MODIFIER
					"x as result; expected a multiple of 4096",
					call->result);
	if (places &&
	    (call->result == 0 || call->result >= MAX_ADDR - MAX(call->len, call->new_len)))
		return trace_line_fault(line, NULL,
					"found 0x%" G_GINT64_MODIFIER
					"x as result; expected an address below 2^63",
					call->result);
	if (call->kind == CALL_CLONE && (call->result == 0 || call->result > INT32_MAX))
		return trace_line_fault(line, NULL, "found no pid as result of a clone");
	return true;
}
