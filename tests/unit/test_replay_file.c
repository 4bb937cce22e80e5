/* Replay files: what is read, and every problem that is told. */
#include <string.h>

#include "mm/address_space.h"
#include "scenario/replay_file.h"

static struct replay *parse(const char *text, char **ret_message)
{
	struct diag *diag = diag_new();
	struct replay *replay = replay_parse(text, strlen(text), "t.replay", diag);
	g_autoptr(GError) error = NULL;

	*ret_message = NULL;
	if (replay == NULL) {
		diag_to_error(diag, RCUSIM_ERROR_INVALID, &error);
		*ret_message = g_strdup(error->message);
	}
	diag_free(diag);
	return replay;
}

static void test_every_operation_is_read(void)
{
	g_autofree char *message = NULL;
	struct replay *replay = parse("rcusim-replay 1\n"
				      "# a comment\n"
				      "\n"
				      "task 1 make at 0x10\r\n"
				      "1 . image 0x7ffc0000 0x21000 rw-g - 0\n"
				      "1 +7 exec cc1\n"
				      "1 . image 4096 1 r-xv 3 8192\n"
				      "1 +5000 mmap 0x10000 4097 rw- pn 2 4096\n"
				      "1 . mprotect 0x10000 0x1000 r--\n"
				      "1 . mremap 0x10000 0x1000 0x2000 0x40000 d\n"
				      "1 . brk 0x1234\n"
				      "1 . madvise 0x10000 0x1000 nohugepage\n"
				      "1 . mlock 0x10000 0x1000\n"
				      "1 . munlock 0x10000 0x1000\n"
				      "1 . munmap 0x10000 0x1000\n"
				      "task 2 make\n"
				      "1 . clone 2 vm,vfork\n"
				      "2 . sleep 99\n"
				      "2 . exit\n"
				      "1 . wait 2\n",
				      &message);
	const struct replay_op *ops;

	g_assert_cmpstr(message, ==, NULL);
	g_assert_cmpint(replay->n_tasks, ==, 2);
	g_assert_cmpint(replay->n_ops, ==, 15);
	g_assert_cmpstr(replay->tasks[0].name, ==, "cc1"); /* by its last exec */
	g_assert_cmpint(replay->tasks[0].at_ns, ==, 16);
	g_assert_cmpint(replay->tasks[1].at_ns, ==, -1);
	ops = replay->ops;
	g_assert_cmpuint(ops[0].set, ==, VMA_READ | VMA_WRITE | VMA_GROWSDOWN | VMA_ACCOUNT);
	g_assert_cmpint(ops[1].think_ns, ==, 7);
	g_assert_cmpuint(ops[2].set, ==, VMA_READ | VMA_EXEC | VMA_SPECIAL);
	g_assert_cmpuint(ops[2].len, ==, 4096);
	g_assert_cmpuint(ops[2].file, ==, 3);
	g_assert_cmpuint(ops[2].offset, ==, 8192);
	g_assert_cmpuint(ops[3].set, ==, VMA_READ | VMA_WRITE | VMA_NORESERVE); /* no VM_ACCOUNT */
	g_assert_cmpuint(ops[3].len, ==, 8192);
	g_assert_cmpuint(ops[5].new_addr, ==, 0x40000);
	g_assert_cmpuint(ops[5].new_len, ==, 0x2000);
	g_assert_cmpuint(ops[5].set, ==, 1);
	g_assert_cmpuint(ops[7].set, ==, VMA_NOHUGEPAGE);
	g_assert_cmpuint(ops[7].clear, ==, VMA_HUGEPAGE);
	g_assert_cmpuint(ops[11].set, ==, REPLAY_CLONE_VM | REPLAY_CLONE_VFORK);
	g_assert_cmpint(ops[12].sleep_ns, ==, 99);
	replay_unref(replay);
}

static const struct {
	const char *lines;
	const char *message; /* a part of it */
} bad[] = {
	{ "1 . exit\n", "t.replay:2:1: error: task 1 is not declared" },
	{ "task 2 a at 0\n", "found task 2; expected 1" },
	{ "task 1\n", "found 2 words" },
	{ "task 1 a at -1\n", "found \"-1\" as NS" },
	{ "task 1 a at 99999999999999999999\n", "as NS; expected a number" },
	{ "task 1 a\n", "task 1 is declared and nothing starts it" },
	{ "task 1 a\ntask 2 b at 0\n1 . exit\n", "t.replay:4:1: error: task 1 is not there yet" },
	{ "task 1 a at 0\n1 . exti\n", "did you mean \"exit\"?" },
	{ "task 1 a at 0\n1 . frobnicate\n", "expected one of exec, image, mmap" },
	{ "task 1 a at 0\n1 exit\n", "found 2 words; expected TASK THINK OPERATION" },
	{ "task 1 a at 0\n1 5 exit\n", "found \"5\" as THINK; expected +NS" },
	{ "task 1 a at 0\n1 +-5 exit\n", "found \"-5\" as THINK" },
	{ "task 1 a at 0\n1 . exit\n1 . exit\n", "t.replay:4:1: error: task 1 has exited" },
	{ "task 1 a at 0\n1 . munmap 0x1001 0x1000\n",
	  "found \"0x1001\" as ADDR; expected a multiple" },
	{ "task 1 a at 0\n1 . munmap 0x1000\n",
	  "found 1 arguments of munmap; expected 2: ADDR LEN" },
	{ "task 1 a at 0\n1 . munmap 0xfffffffffffff000 0x2000\n", "a range that ends below 2^64" },
	{ "task 1 a at 0\n1 . munmap 0x1000 0xffffffffffffffff\n", "as LEN" },
	{ "task 1 a at 0\n1 . mmap 0x1000 0 r-- p - 0\n",
	  "found \"0\" as LEN; expected at least 1" },
	{ "task 1 a at 0\n1 . mmap 0x1000 1 r-- q - 0\n", "found \"q\" as FLAGS" },
	{ "task 1 a at 0\n1 . mmap 0x1000 1 r-- pz - 0\n",
	  "found \"pz\" as FLAGS; expected letters" },
	{ "task 1 a at 0\n1 . mmap 0x1000 1 rwxx p - 0\n", "found \"rwxx\" as PROT" },
	{ "task 1 a at 0\n1 . mmap 0x1000 1 w-- p - 0\n", "found \"w--\" as PROT" },
	{ "task 1 a at 0\n1 . mmap 0x1000 1 r-- p f 0\n", "found \"f\" as FILE" },
	{ "task 1 a at 0\n1 . mremap 0x1000 1 1 0x1000 x\n",
	  "found \"x\" as FLAGS; expected d or -" },
	{ "task 1 a at 0\n1 . madvise 0x1000 1 willneed\n", "found \"willneed\" as ADVICE" },
	{ "task 1 a at 0\n1 . brk 0x1000\n1 . image 0x1000 1 r-- - 0\n",
	  "right after the task's exec" },
	{ "task 1 a at 0\n1 +1 image 0x1000 1 r-- - 0\n", "a time before an image line" },
	{ "task 1 a at 0\n1 . clone 1 -\n", "task 1 is there already" },
	{ "task 1 a at 0\n1 . clone 2 -\n", "task 2 is not declared; expected 1 ... 1" },
	{ "task 1 a at 0\ntask 2 b\n1 . clone 2 vm,spoon\n", "found \"vm,spoon\" as FLAGS" },
	{ "task 1 a at 0\ntask 2 b\n1 . clone 2 thread\n", "expected vm with thread" },
	{ "task 1 a at 0\ntask 2 b\n1 . clone 2 -,vm\n", "found \"-,vm\" as FLAGS" },
	{ "task 1 a at 0\ntask 2 b\n1 . wait 2\n1 . clone 2 -\n", "task 2 is not there yet" },
	{ "task 1 a at 0\n1 . wait 1\n", "a task waits for itself" },
	{ "task 1 a at 0\ntask 2 b\n1 . clone 2 -\n1 . wait 2\n1 . wait 2\n",
	  "waited for already" },
	{ "1 2 3 4 5 6 7 8 9 10 11 12\n", "more than 10 words" },
	{ "99999999999999999999999 . exit\n", "as task; expected a number" },
};

static void test_every_problem_is_told(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *text = g_strconcat("rcusim-replay 1\n", bad[i].lines, NULL);
		g_autofree char *message = NULL;
		struct replay *replay = parse(text, &message);

		g_assert_null(replay);
		if (strstr(message, bad[i].message) == NULL)
			g_error("%s: told \"%s\", not \"%s\"", bad[i].lines, message,
				bad[i].message);
	}
}

static void test_all_problems_of_a_file_are_told_at_once(void)
{
	g_autofree char *message = NULL;

	g_assert_null(parse("rcusim-replay 1\ntask 1 a at 0\n1 . exti\n1 . brk x\n1 . brk y\n",
			    &message));
	g_assert_nonnull(strstr(message, "t.replay:3:1: error: found \"exti\""));
	g_assert_nonnull(strstr(message, "t.replay:4:1: error: found \"x\" as ADDR"));
	g_assert_nonnull(strstr(message, "t.replay:5:1: error: found \"y\" as ADDR"));
}

static void test_another_file_is_told_by_its_first_line(void)
{
	static const char *const others[] = { "", "{}\n", "12180 1795219565.740576 execve(\n",
					      "rcusim-replay 2\n" };

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autofree char *message = NULL;

		g_assert_null(parse(others[i], &message));
		g_assert_nonnull(strstr(message, "expected \"rcusim-replay 1\""));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/replay-file/every-operation-is-read", test_every_operation_is_read);
	g_test_add_func("/replay-file/every-problem-is-told", test_every_problem_is_told);
	g_test_add_func("/replay-file/all-problems-are-told-at-once",
			test_all_problems_of_a_file_are_told_at_once);
	g_test_add_func("/replay-file/another-file-is-told-by-its-first-line",
			test_another_file_is_told_by_its_first_line);
	return g_test_run();
}
