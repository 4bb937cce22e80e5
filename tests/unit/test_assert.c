/* test_assert.c - a broken assertion ends the process at once, with one line and status 5. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "base/assert.h"
#include "base/diag.h"

static void test_one_line_and_status_5(void)
{
	char text[1024] = { 0 };
	int ends[2], status = 0;
	ssize_t n;
	pid_t child;

	g_assert_cmpint(pipe(ends), ==, 0);
	fflush(NULL);
	child = fork();
	g_assert_cmpint(child, >=, 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		printf("half a row"); /* in stdio's buffer: must not come out */
		sim_assert(1 + 1 == 3);
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, RCUSIM_ERROR_INTERNAL);
	g_assert_cmpint(n, >, 0);
	g_assert_true(g_str_has_prefix(text, "rcusim: internal error: "));
	g_assert_nonnull(strstr(text, "test_assert.c:"));
	g_assert_true(
		g_str_has_suffix(text, "test_one_line_and_status_5: 1 + 1 == 3 does not hold\n"));
	g_assert_true(strchr(text, '\n') == text + n - 1);
}

static void test_problems_are_sorted_and_cut(void)
{
	struct diag *diag = diag_new();
	g_autoptr(GError) error = NULL;

	diag_add(diag, (struct diag_place){ "b", 2, 1 }, "$.x", "second of b");
	diag_add(diag, (struct diag_place){ "a", 1, 1 }, NULL, "only of a");
	diag_add(diag, (struct diag_place){ "b", 1, 9 }, "$.y", "first of %s", "b");
	diag_add(diag, (struct diag_place){ "--set x=1", 0, 0 }, NULL, "no line");
	g_assert_cmpint(diag_n(diag), ==, 4);
	g_assert_cmpint(diag_n_unplaced(diag), ==, 1);
	diag_to_error(diag, RCUSIM_ERROR_INVALID, &error);
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID);
	g_assert_cmpstr(error->message, ==,
			"b:1:9: error: $.y: first of b\n"
			"b:2:1: error: $.x: second of b\n"
			"a:1:1: error: only of a\n"
			"--set x=1: error: no line");
	diag_free(diag);
}

static void test_what_is_shown_is_short_and_prints(void)
{
	g_autofree char *long_text = g_strnfill(100, 'x');
	g_autofree char *cut = diag_quote(long_text);
	g_autofree char *escaped = diag_quote("a\"b\\\n\x1b[31m\xe2\x80\xae\xf0\x9f\x98\x80\xff");

	g_assert_cmpint(strlen(cut), ==, 65);
	g_assert_true(g_str_has_suffix(cut, "x...\""));
	g_assert_cmpstr(escaped, ==,
			"\"a\\\"b\\\\\\u000a\\u001b[31m\\u202e\xf0\x9f\x98\x80\xef\xbf\xbd\"");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/assert/one-line-and-status-5", test_one_line_and_status_5);
	g_test_add_func("/assert/problems-are-sorted-and-cut", test_problems_are_sorted_and_cut);
	g_test_add_func("/assert/what-is-shown-is-short-and-prints",
			test_what_is_shown_is_short_and_prints);
	return g_test_run();
}
