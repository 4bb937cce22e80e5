/* test_strace.c - what strace writes, line by line, and the replay it becomes. */
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include <rcusim/trace.h>

#include "base/diag.h"
#include "mm/replay.h"
#include "scenario/replay_file.h"
#include "unit/import_text.h"

static char *import_with(const char *text, const char *image, bool lenient, char **ret_message)
{
	const struct rcusim_trace_options options = { .source = RCUSIM_TRACE_STRACE,
						      .lenient = lenient,
						      .image = image };

	return import_text(text, "t.strace", &options, ret_message);
}

/* The lines of @replay but header, comments and images. */
static char *operations(const char *replay)
{
	g_auto(GStrv) lines = g_strsplit(replay, "\n", -1);
	GString *kept = g_string_new(NULL);

	for (int i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
		if (lines[i][0] != '#' && strstr(lines[i], " image ") == NULL)
			g_string_append_printf(kept, "%s\n", lines[i]);
	return g_string_free(kept, FALSE);
}

static void check(const char *text, const char *expected)
{
	g_autofree char *message = NULL;
	g_autofree char *replay = import_with(text, NULL, false, &message);
	g_autofree char *found = NULL;

	g_assert_cmpstr(message, ==, NULL);
	found = operations(replay);
	g_assert_cmpstr(found, ==, expected);
}

/* The plan of @replay; every call of it works. */
static struct replay_plan *plan_of(const char *text, struct replay **ret_replay)
{
	struct diag *diag = diag_new();
	struct replay_plan *plan;

	*ret_replay = replay_parse(text, strlen(text), "t.replay", diag);
	if (*ret_replay == NULL) {
		g_autoptr(GError) error = NULL;

		diag_to_error(diag, RCUSIM_ERROR_INVALID, &error);
		g_error("%s", error->message);
	}
	diag_free(diag);
	plan = replay_plan_new(*ret_replay, 65530, 1000);
	g_assert_cmpint(plan->n_failed, ==, 0);
	return plan;
}

#define EXEC \
	"10 1700000000.000000 execve(\"/bin/x\", [\"x\"], 0x7ffe0 /* 1 var */) = 0 <0.000100>\n"
#define X "task 1 x at 0\n1 . exec x\n"
#define EXIT \
	"10 1700000001.000000 exit_group(0)   = ?\n10 1700000001.000001 +++ exited with 0 +++\n"
#define MMAP(t, at)                                                                         \
	t " mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = " at \
	  " <0.000010>\n"

static void test_every_mapping_call(void)
{
	check(EXEC
	      "10 1700000000.000200 brk(NULL)       = 0x555555600000 <0.000010>\n"
	      "10 1700000000.000300 brk(0x555555621000) = 0x555555621000 <0.000010>\n"
	      "10 1700000000.000310 brk(0x555555621000) = 0x555555621000 <0.000010>\n"
	      "10 1700000000.000400 mmap(NULL, 5000, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f0000000000 <0.000010>\n"
	      "10 1700000000.000500 mmap(0x7f0000001000, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x1000) = 0x7f0000001000 <0.000010>\n"
	      "10 1700000000.000600 mmap2(NULL, 4096, PROT_NONE, MAP_SHARED|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0) = 0x7f0000010000 <0.000010>\n"
	      "10 1700000000.000700 mprotect(0x7f0000000000, 4096, PROT_READ|PROT_WRITE) = 0 <0.000010>\n"
	      "10 1700000000.000800 mremap(0x7f0000000000, 8192, 16384, MREMAP_MAYMOVE) = 0x7f0000020000 <0.000010>\n"
	      "10 1700000000.000900 madvise(0x7f0000020000, 4096, MADV_DONTFORK) = 0 <0.000010>\n"
	      "10 1700000000.000950 madvise(0x7f0000020000, 4096, MADV_DONTNEED) = 0 <0.000010>\n"
	      "10 1700000000.001000 mlock(0x7f0000020010, 10) = 0 <0.000010>\n"
	      "10 1700000000.001100 munlock(0x7f0000020000, 4096) = 0 <0.000010>\n"
	      "10 1700000000.001200 munmap(0x7f0000020000, 16384) = 0 <0.000010>\n"
	      "10 1700000000.001250 munmap(0x7f0000020000, 16384) = -1 EINVAL (Invalid argument) <0.000010>\n"
	      "10 1700000000.001260 getpid() = 10 <0.000010>\n" EXIT,
	      X "1 +100000 brk 0x555555600000\n"
		"1 +90000 brk 0x555555621000\n"
		"1 +90000 mmap 0x7f0000000000 0x2000 r-- p 3 0\n"
		"1 +90000 mmap 0x7f0000001000 0x1000 r-x p 3 0x1000\n"
		"1 +90000 mmap 0x7f0000010000 0x1000 --- san 4 0\n"
		"1 +90000 mprotect 0x7f0000000000 0x1000 rw-\n"
		"1 +90000 mremap 0x7f0000000000 0x2000 0x4000 0x7f0000020000 -\n"
		"1 +90000 madvise 0x7f0000020000 0x1000 dontfork\n"
		"1 +90000 mlock 0x7f0000020000 0x1000\n"
		"1 +90000 munlock 0x7f0000020000 0x1000\n"
		"1 +90000 munmap 0x7f0000020000 0x4000\n"
		"1 +998790000 exit\n");
}

static void test_forms_of_the_line(void)
{
	/* without a pid, with nanoseconds, CR LF, no line end, paths, odd strings, calls nobody knows */
	check("1700000000.000000000 execve(\"/bin/x\", [\"x\"], 0x7ffe0 /* 1 var */) = 0 <0.000100>\r\n"
	      "1700000000.000200 write(1</dev/pts/0(a)>, \") = 3 <unfinished ...>\\\"\", 10) = 10 <0.000010>\n"
	      "1700000000.000300 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</lib/a,b.so>, 0) = 0x7f0000000000 <0.000010>\n"
	      "1700000000.000400 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 4</lib/a,b.so>, 0) = 0x7f0000004000 <0.000010>\n"
	      "1700000000.000500 getsockopt(3<TCP:[127.0.0.1:1->127.0.0.1:2]>, 1<<3, 0) = 0 <0.000010>\n"
	      "strace: Process 77 attached\n"
	      "\n"
	      "1700000000.000600 --- SIGCHLD {si_signo=SIGCHLD, si_pid=77} ---\n"
	      "1700000000.000700 syscall_0x1ff(0x1, 0x2) = -1 ENOSYS (Function not implemented) <0.000010>\n"
	      "1700000000.000800 exit_group(0) = ?",
	      X "1 +200000 mmap 0x7f0000000000 0x1000 r-- p 3 0\n"
		"1 +90000 mmap 0x7f0000004000 0x1000 r-- p 3 0\n"
		"1 +390000 exit\n");
}

/* A pid only while there are several tasks; a note may cut a line in two. */
static void test_on_a_terminal(void)
{
	check("1700000000.000000 execve(\"/bin/x\", [\"x\"], 0x7ffe0 /* 1 var */) = 0 <0.000100>\n"
	      "1700000000.000200 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLDstrace: Process 11 attached\n"
	      ", child_tidptr=0x7f0000) = 11 <0.000100>\n"
	      "[pid    11] 1700000000.000400 exit_group(0) = ?\n"
	      "[pid    10] 1700000000.000500 wait4(-1,  <unfinished ...>\n"
	      "[pid    11] 1700000000.000600 +++ exited with 0 +++\n"
	      "1700000000.000700 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 11 <0.000200>\n"
	      "1700000000.000800 exit_group(0) = ?\n1700000000.000900 +++ exited with 0 +++\n",
	      X "task 2 x\n"
		"1 +100000 clone 2 -\n"
		"2 +100000 exit\n"
		"1 +200000 wait 2\n"
		"1 +100000 exit\n");
}

static void test_children_before_their_clone_returns(void)
{
	check(EXEC
	      "10 1700000000.000200 vfork( <unfinished ...>\n"
	      "11 1700000000.000300 execve(\"/usr/bin/a b\", [\"a\"], 0x7ffe0 /* 1 var */ <unfinished ...>\n"
	      "10 1700000000.000400 <... vfork resumed>) = 11 <0.000150>\n"
	      "11 1700000000.000500 <... execve resumed>) = 0 <0.000100>\n"
	      "10 1700000000.000600 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7000}, 88) = 12 <0.000100>\n"
	      "12 1700000000.000800 +++ killed by SIGKILL +++\n"
	      "11 1700000000.000900 exit_group(0) = ?\n"
	      "11 1700000000.001000 +++ exited with 0 +++\n" EXIT,
	      X "task 2 x\n"
		"1 +100000 clone 2 vm,vfork\n"
		"2 +100000 exec a_b\n"
		"task 3 x\n"
		"1 +250000 clone 3 vm,vfork\n"
		"3 +100000 exit\n"
		"1 . wait 3\n"
		"2 +500000 exit\n"
		"1 . wait 2\n"
		"1 +999000000 exit\n");
}

static void test_threads(void)
{
	check(EXEC
	      "10 1700000000.000200 clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD, stack=0x7f0} => {parent_tid=[11]}, 88) = 11 <0.000050>\n"
	      "10 1700000000.000300 clone(child_stack=0x7f0, flags=CLONE_VM|CLONE_THREAD, parent_tid=[12]) = 12 <0.000050>\n"
	      "11 1700000000.000400 futex(0x7f0, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>\n"
	      "12 1700000000.000500 futex(0x7f0, FUTEX_WAKE_PRIVATE, 2) = 1 <0.000100>\n"
	      "12 1700000000.000700 exit(0) = ?\n"
	      "12 1700000000.000800 +++ exited with 0 +++\n"
	      "10 1700000000.000900 exit_group(0 <unfinished ...>\n"
	      "11 1700000000.001000 <... futex resumed>) = ?\n"
	      "10 1700000000.001100 <... exit_group resumed>) = ?\n"
	      "11 1700000000.001200 +++ exited with 0 +++\n"
	      "10 1700000000.001300 +++ exited with 0 +++\n",
	      X "task 2 x\n"
		"1 +100000 clone 2 vm,thread\n"
		"task 3 x\n"
		"1 +50000 clone 3 vm,thread\n"
		"3 +350000 exit\n"
		"2 +950000 exit\n"
		"1 +550000 exit\n");
}

static void test_exec_of_a_thread(void)
{
	check(EXEC
	      "10 1700000000.000200 clone3({flags=CLONE_VM|CLONE_THREAD, stack=0x7f0} => {parent_tid=[11]}, 88) = 11 <0.000050>\n"
	      "10 1700000000.000300 clone(child_stack=NULL, flags=SIGCHLD) = 12 <0.000050>\n"
	      "11 1700000000.000400 execve(\"/bin/y\", [\"y\"], 0x7ffe0 /* 1 var */ <unfinished ...>\n"
	      "10 1700000000.000500 +++ superseded by execve in pid 11 +++\n"
	      "10 1700000000.000600 <... execve resumed>) = 0 <0.000100>\n"
	      "12 1700000000.000700 +++ exited with 0 +++\n" EXIT,
	      X "task 2 x\n"
		"1 +100000 clone 2 vm,thread\n"
		"task 3 x\n"
		"1 +50000 clone 3 -\n"
		"1 +150000 exit\n"
		"2 +150000 exec y\n"
		"3 +350000 exit\n"
		"2 +999500000 exit\n");
}

static void test_blocking_calls(void)
{
	check(EXEC
	      "10 1700000000.000200 nanosleep({tv_sec=0, tv_nsec=5000000}, NULL) = 0 <0.005000>\n"
	      "10 1700000000.010000 read(3, \"x\", 1) = 1 <0.000900>\n"
	      "10 1700000000.012000 read(3, \"x\", 1) = 1 <0.002000>\n"
	      "10 1700000000.015000 poll([{fd=3, events=POLLIN}], 1, 10) = 0 (Timeout) <0.000010>\n"
	      "10 1700000000.016000 futex(0x7f0, FUTEX_WAIT, 1, NULL) = -1 EAGAIN (Resource temporarily unavailable) <0.000010>\n"
	      "10 1700000000.017000 rt_sigsuspend([], 8) = ? ERESTARTNOHAND (To be restarted if no handler) <0.001000>\n" EXIT,
	      X "1 +100000 sleep 5000000\n"
		"1 +6800000 sleep 2000000\n"
		"1 +1000000 sleep 10000\n"
		"1 +990000 sleep 10000\n"
		"1 +990000 sleep 1000000\n"
		"1 +982000000 exit\n");
}

static void test_waits_that_are_in_the_trace(void)
{
	check(EXEC
	      "10 1700000000.000200 clone(child_stack=NULL, flags=SIGCHLD) = 11 <0.000050>\n"
	      "10 1700000000.000300 clone(child_stack=NULL, flags=SIGCHLD) = 12 <0.000050>\n"
	      "10 1700000000.000400 wait4(-1, 0x7ffe, WNOHANG, NULL) = 0 <0.000010>\n"
	      "10 1700000000.000500 waitid(P_PID, 12,  <unfinished ...>\n"
	      "11 1700000000.000600 +++ exited with 0 +++\n"
	      "12 1700000000.000700 +++ exited with 0 +++\n"
	      "10 1700000000.000800 <... waitid resumed>{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=12, si_uid=0}, WEXITED, NULL) = 0 <0.000300>\n"
	      "10 1700000000.000900 wait4(11, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 11 <0.000010>\n" EXIT,
	      X "task 2 x\n"
		"1 +100000 clone 2 -\n"
		"task 3 x\n"
		"1 +50000 clone 3 -\n"
		"2 +350000 exit\n"
		"3 +350000 exit\n"
		"1 +150000 wait 3\n"
		"1 +100000 wait 2\n"
		"1 +999090000 exit\n");
}

static void test_a_pid_is_used_again(void)
{
	check(EXEC "10 1700000000.000200 vfork() = 11 <0.000050>\n"
		   "11 1700000000.000300 +++ exited with 0 +++\n"
		   "10 1700000000.000400 vfork() = 11 <0.000050>\n"
		   "11 1700000000.000500 +++ exited with 0 +++\n" EXIT,
	      X "task 2 x\n"
		"1 +100000 clone 2 vm,vfork\n"
		"2 +50000 exit\n"
		"1 . wait 2\n"
		"task 3 x\n"
		"1 +100000 clone 3 vm,vfork\n"
		"3 +50000 exit\n"
		"1 . wait 3\n"
		"1 +999500000 exit\n");
}

static void test_who_was_there_before_is_a_root(void)
{
	check("10 1700000000.000000 getpid() = 10 <0.000010>\n" MMAP("10 1700000000.000100",
								     "0x7f0000000000")
		      MMAP("20 1700000000.000300", "0x7f0000008000"),
	      "task 1 task at 100000\n"
	      "1 . mmap 0x7f0000000000 0x2000 rw- pa - 0\n"
	      "task 2 task at 300000\n"
	      "2 . mmap 0x7f0000008000 0x2000 rw- pa - 0\n"
	      "2 . exit\n"
	      "1 +190000 exit\n");
}

static const struct {
	const char *line, *message;
} bad_lines[] = {
	{ "12:00:00.123456 brk(NULL) = 0x5000 <0.000010>",
	  "t.strace:2:1: error: found a time of day (strace -t, -tt)" },
	{ "10 12:00:00 brk(NULL) = 0x5000 <0.000010>", "t.strace:2:4: error: found a time of day" },
	{ "     0.000123 brk(NULL) = 0x5000 <0.000010>", "relative to another line (strace -r)" },
	{ "10 brk(NULL) = 0x5000",
	  "expected a time like 1795219565.743627: accepted is what strace -f -ttt -T" },
	{ "brk(NULL) = 0x5000", "found \"brk(NULL) = 0x5000\"; expected a time" },
	{ "10 1700000000.1 brk(NULL) = 0x5000", "no time like <0.000012> at the end of the call" },
	{ "10 1700000000.1 brk(NULL", "found the end of the line inside a call" },
	{ "10 1700000000.1 mmap(NULL, 8192, PROT_READ, MAP_PRI",
	  "the end of the line inside a call" },
	{ "10 1700000000.1 brk(NULL) ", "found no result of brk" },
	{ "10 1700000000.1 brk(NULL) = zzz <0.000010>", "found no number as result" },
	{ "10 1700000000.1 what is this", "found \"what is this\"; expected a system call" },
	{ "10 1700000000.1 <... brk resumed>) = 0x5000 <0.000010>",
	  "the end of brk, which has not begun" },
	{ "10 1700000000.1 +++ exited wi", "unknown or cut \"+++\" line" },
	{ "10 1700000000.1 --- SIGCHLD {si_signo", "a signal that does not end" },
	{ "10 1700000000.1 mmap(NULL, x, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7000 <0.1>",
	  "found \"x\" as argument 2 of mmap; expected a number" },
	{ "10 1700000000.1 mmap(NULL, 1, PROT_READ, MAP_FIXED, 3, 0) = 0x7000 <0.1>",
	  "as argument 4 of mmap; expected MAP_SHARED" },
	{ "10 1700000000.1 mmap(NULL, 1, READ, MAP_PRIVATE, 3, 0) = 0x7000 <0.1>",
	  "as argument 3 of mmap; expected PROT_NONE" },
	{ "10 1700000000.1 mmap(NULL, 1, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7001 <0.1>",
	  "expected a multiple of 4096" },
	{ "10 1700000000.1 munmap(0xffffffffff600000, 1) = 0 <0.1>",
	  "expected an address below 2^63" },
	{ "10 1700000000.1 clone(child_stack=NULL) = 11 <0.1>", "expected arguments with flags=" },
	{ "10 1700000000.1 execve(0x1234, [], NULL) = 0 <0.1>",
	  "expected a path in quotation marks" },
	{ "99999999999 1700000000.1 brk(NULL) = 0x5000 <0.1>", "found no pid here" },
	{ "[pid 11 1700000000.1 brk(NULL) = 0x5000 <0.1>", "found no ']' after \"[pid\"" },
	{ "10 1800000000.1 brk(NULL) = 0x5000 <0.1>",
	  "more than 400000 s from that of the first line" },
	{ "\x89PNG\x1a", "expected a time" },
};

static void test_bad_lines_are_told_with_their_place(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bad_lines); i++) {
		g_autofree char *text = g_strconcat(EXEC, bad_lines[i].line, "\n", EXIT, NULL);
		g_autofree char *message = NULL, *good = NULL;
		g_autofree char *none = import_with(text, NULL, false, &message);
		g_autofree char *lenient = NULL;

		g_assert_null(none);
		g_assert_nonnull(message);
		if (strstr(message, bad_lines[i].message) == NULL)
			g_error("%s\ngives %s\nnot   %s", bad_lines[i].line, message,
				bad_lines[i].message);
		g_assert_true(g_str_has_prefix(message, "t.strace:2:"));
		lenient = import_with(text, NULL, true, &good);
		g_assert_nonnull(lenient);
		g_assert_nonnull(strstr(lenient, "; 1 line skipped"));
	}
}

static void test_many_bad_lines_are_counted(void)
{
	GString *text = g_string_new(EXEC);
	g_autofree char *message = NULL;

	for (int i = 0; i < 50; i++)
		g_string_append(text, "garbage\n");
	g_assert_null(import_with(text->str, NULL, false, &message));
	g_assert_true(g_str_has_suffix(message, "\n... 30 more"));
	g_string_free(text, TRUE);
}

static void test_image_counts_are_a_parameter(void)
{
	const struct rcusim_trace_options bad = { .source = RCUSIM_TRACE_STRACE,
						  .image = "binary=9" };
	g_autoptr(GError) error = NULL;
	g_autofree char *message = NULL;
	g_autofree char *replay =
		import_with(EXEC EXIT, "binary=1,loader=0,vdso=3", false, &message);
	int n = 0;

	for (const char *p = replay; (p = strstr(p, " image ")) != NULL; p++)
		n++;
	g_assert_cmpint(n, ==, 1 + 0 + 1 + 3);
	g_assert_nonnull(strstr(replay, "# images: binary=1,loader=0,stack=1,vdso=3\n"));
	g_assert_null(rcusim_trace_parse(EXEC, strlen(EXEC), "t", &bad, &error));
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE);
	g_assert_nonnull(strstr(error->message, "found \"binary=9\"; expected of binary=0...5"));
}

static char *read_data(const char *name, const char *suffix)
{
	g_autofree char *file = g_strconcat(name, suffix, NULL);
	g_autofree char *path =
		g_test_build_filename(G_TEST_DIST, "unit", "data", "maps", file, NULL);
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	g_assert_nonnull(text);
	return text;
}

/* VMAs in @maps; [vsyscall] is none. */
static int64_t count_vmas(const char *maps)
{
	g_auto(GStrv) lines = g_strsplit(maps, "\n", -1);
	int64_t n = 0;

	for (int i = 0; lines[i] != NULL; i++)
		n += *lines[i] != '\0' && strstr(lines[i], "[vsyscall]") == NULL;
	return n;
}

/* Programs that print their own maps last: a real kernel's count, with its number of vvar VMAs. */
static void test_as_many_vmas_as_a_real_kernel(void)
{
	static const struct {
		const char *name, *image;
	} programs[] = {
		{ "pm", "vdso=3" },        { "pm-nopie", "vdso=3" },
		{ "pm-static", "vdso=3" }, { "pm-spie", "vdso=3" },
		{ "bash", "vdso=3" },      { "python3", "vdso=3" },
		{ "perl", "vdso=3" },      { "pm-small", "binary=4,vdso=3" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
		g_autofree char *trace = read_data(programs[i].name, ".strace");
		g_autofree char *maps = read_data(programs[i].name, ".maps");
		g_autofree char *message = NULL;
		g_autofree char *text = import_with(trace, programs[i].image, false, &message);
		struct replay *replay;
		struct replay_plan *plan;
		const struct replay_task_plan *task;

		g_assert_cmpstr(message, ==, NULL);
		plan = plan_of(text, &replay);
		task = &plan->tasks[0];
		g_test_message("%s", programs[i].name);
		g_assert_cmpint(task->steps[task->n_steps - 1].n_vmas, ==, count_vmas(maps));
		replay_plan_free(plan);
		replay_unref(replay);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/strace/every-mapping-call", test_every_mapping_call);
	g_test_add_func("/strace/forms-of-the-line", test_forms_of_the_line);
	g_test_add_func("/strace/on-a-terminal", test_on_a_terminal);
	g_test_add_func("/strace/children-before-their-clone-returns",
			test_children_before_their_clone_returns);
	g_test_add_func("/strace/threads", test_threads);
	g_test_add_func("/strace/exec-of-a-thread", test_exec_of_a_thread);
	g_test_add_func("/strace/blocking-calls", test_blocking_calls);
	g_test_add_func("/strace/waits-that-are-in-the-trace", test_waits_that_are_in_the_trace);
	g_test_add_func("/strace/a-pid-is-used-again", test_a_pid_is_used_again);
	g_test_add_func("/strace/who-was-there-before-is-a-root",
			test_who_was_there_before_is_a_root);
	g_test_add_func("/strace/bad-lines-are-told-with-their-place",
			test_bad_lines_are_told_with_their_place);
	g_test_add_func("/strace/many-bad-lines-are-counted", test_many_bad_lines_are_counted);
	g_test_add_func("/strace/image-counts-are-a-parameter", test_image_counts_are_a_parameter);
	g_test_add_func("/strace/as-many-vmas-as-a-real-kernel",
			test_as_many_vmas_as_a_real_kernel);
	return g_test_run();
}
