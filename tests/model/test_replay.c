/* Processes of a replay: who shares, copies and tears down an address space, who waits for whom. */
#include <glib/gstdio.h>

#include "mm/replay.h"
#include "model/machine.h"

static char *dir;

/* A machine that runs @text as its only workload; costs are 0 but for what @members say. */
static TestMachine *replay_machine(const char *text, const char *members)
{
	g_autofree char *path = g_build_filename(dir, "t.replay", NULL);
	g_autofree char *file = g_strconcat("rcusim-replay 1\n", text, NULL);
	g_autoptr(GString) costs = g_string_new("'costs_ns': {");

	g_assert_true(g_file_set_contents(path, file, -1, NULL));
	for (const struct param *p = cost_params; p->type != PARAM_END; p++)
		g_string_append_printf(costs, "%s'%s': 0", p == cost_params ? "" : ", ", p->name);
	g_string_append(costs, "},");
	return test_machine_new(RCUSIM_FLAG_NONE,
				"'machine': {'cpus': 4}, %s %s 'workload': [{'id': 'r', "
				"'kind': 'replay', 'trace': 't.replay', 'think_permille': 1000}]",
				strstr(members, "'costs_ns'") != NULL ? "" : costs->str, members);
}

static int64_t metric_of(const char *text, const char *members, const char *name)
{
	g_autoptr(TestMachine) tm = replay_machine(text, members);

	test_run_until(tm, MS(1000));
	return test_metric(tm, name);
}

#define DIRECT  "'policies': {'direct-on-exit': {}}, 'vma': {'maple': 'never'},"
#define PER_VMA "'policies': {'per-vma': {}}, 'vma': {'maple': 'never'},"

static const char vfork_child[] = "task 1 a at 0\n"
				  "1 . image 0x1000 0x1000 r-- 1 0\n"
				  "1 . image 0x3000 0x1000 r-- 1 0\n"
				  "1 . image 0x5000 0x1000 r-- 1 0\n"
				  "task 2 b\n"
				  "1 +1000 clone 2 vm,vfork\n"
				  "2 +1000000 exec c\n"
				  "2 . image 0x1000 0x1000 r-- 1 0\n"
				  "2 . image 0x3000 0x1000 r-- 1 0\n"
				  "2 +2000000 exit\n"
				  "1 +5000 wait 2\n"
				  "1 . exit\n";

static void test_a_vfork_child_leaves_the_address_space_alone(void)
{
	/* two address spaces die: the child's new one with 2 VMAs, then the parent's with its 3 */
	g_assert_cmpint(metric_of(vfork_child, DIRECT, "exits"), ==, 2);
	g_assert_cmpint(metric_of(vfork_child, DIRECT, "objects_freed"), ==, 5);
	g_assert_cmpint(metric_of(vfork_child, DIRECT, "processes_left"), ==, 0);
}

static void test_a_vfork_parent_sleeps_until_the_exec(void)
{
	/* 1 us before the clone, 1 ms of the child until its exec */
	g_assert_cmpint(metric_of(vfork_child, DIRECT, "fork_latency_max_ns"), ==, MS(1));
	g_assert_cmpint(metric_of(vfork_child, DIRECT, "replay_elapsed_max_ns"), ==, US(1) + MS(3));
}

static void test_an_exec_tears_the_old_address_space_down(void)
{
	static const char text[] = "task 1 a at 0\n"
				   "1 . image 0x1000 0x1000 r-- 1 0\n"
				   "1 . image 0x3000 0x1000 r-- 1 0\n"
				   "1 . exec b\n"
				   "1 . image 0x1000 0x1000 r-- 1 0\n"
				   "1 . exit\n";

	g_assert_cmpint(metric_of(text, DIRECT, "exits"), ==, 2);
	g_assert_cmpint(metric_of(text, DIRECT, "execs"), ==, 1);
	g_assert_cmpint(metric_of(text, DIRECT, "objects_freed"), ==, 3);
}

static void test_a_fork_copies_all_but_dontfork(void)
{
	static const char text[] = "task 1 a at 0\n"
				   "1 . image 0x1000 0x1000 r-- 1 0\n"
				   "1 . mmap 0x10000 0x1000 rw- pa - 0\n"
				   "1 . mmap 0x20000 0x1000 rw- pa - 0\n"
				   "1 . madvise 0x20000 0x1000 dontfork\n"
				   "task 2 a\n"
				   "1 . clone 2 -\n"
				   "2 . exit\n"
				   "1 . exit\n";

	g_assert_cmpint(metric_of(text, DIRECT, "objects_freed"), ==, 2 + 3);
	/* per VMA that is copied */
	g_assert_cmpint(metric_of(text,
				  DIRECT "'costs_ns': {'profile': 'icount-6.12', "
					 "'fork_vma': 1000000, 'wakeup': 0},",
				  "fork_latency_max_ns"),
			==, MS(2));
}

static void test_the_last_thread_tears_down(void)
{
	static const char text[] = "task 1 a at 0\n"
				   "1 . image 0x1000 0x1000 r-- 1 0\n"
				   "task 2 a\n"
				   "1 . clone 2 vm,thread\n"
				   "1 . exit\n"
				   "2 +3000000 mmap 0x10000 0x1000 rw- pa - 0\n"
				   "2 . exit\n";

	g_assert_cmpint(metric_of(text, DIRECT, "exits"), ==, 1);
	g_assert_cmpint(metric_of(text, DIRECT, "objects_freed"), ==, 2);
}

static void test_a_wait_includes_the_childs_exit_mmap(void)
{
	static const char text[] = "task 1 a at 0\n"
				   "task 2 a\n"
				   "1 . clone 2 -\n"
				   "2 +2000000 exit\n"
				   "1 . wait 2\n"
				   "1 +1000000 exit\n";
	static const char costs[] = DIRECT "'costs_ns': {'profile': 'icount-6.12', "
					   "'exit_mmap': 1000000, 'wakeup': 0, 'idle_wake': 0, "
					   "'context_switch': 0, 'hrtimer': 0, 'tick': 0},";

	/* child: 2 ms, exit_mmap() 1 ms; then the parent: 1 ms, exit_mmap() 1 ms */
	g_assert_cmpint(metric_of(text, costs, "replay_elapsed_max_ns"), ==, MS(5));
}

static void test_threads_wait_for_mmap_lock_and_processes_do_not(void)
{
	static const char format[] = "task 1 a at 0\n"
				     "task 2 a\n"
				     "1 . clone 2 %s\n"
				     "1 . mmap 0x10000 0x1000 rw- pa - 0\n"
				     "2 . mmap 0x20000 0x1000 rw- pa - 0\n"
				     "1 . exit\n"
				     "2 . exit\n";
	static const char costs[] = DIRECT "'costs_ns': {'profile': 'icount-6.12', "
					   "'map_call': 1000000, 'wakeup': 0, 'idle_wake': 0, "
					   "'kmem_cache_free': 0, 'free_loop_body': 0, "
					   "'cond_resched': 0, 'context_switch': 0, 'hrtimer': 0, "
					   "'tick': 0, 'remove_vma': 0},";
	g_autofree char *threads = g_strdup_printf(format, "vm,thread");
	g_autofree char *processes = g_strdup_printf(format, "-");

	g_assert_cmpint(metric_of(threads, costs, "replay_elapsed_max_ns"), ==, MS(2));
	g_assert_cmpint(metric_of(processes, costs, "replay_elapsed_max_ns"), ==, MS(1));
}

static void test_a_merge_frees_one_vma_by_the_policy(void)
{
	static const char text[] = "task 1 a at 0\n"
				   "1 . mmap 0x10000 0x1000 rw- pa - 0\n"
				   "1 . mmap 0x12000 0x1000 rw- pa - 0\n"
				   "1 . mmap 0x11000 0x1000 rw- pa - 0\n" /* closes the gap */
				   "1 . sleep 100000000\n";

	g_assert_cmpint(metric_of(text, PER_VMA, "callbacks"), ==, 1);
	g_assert_cmpint(metric_of(text, PER_VMA, "objects_freed"), ==, 1);
	/* lists are drained by later frees only */
	g_assert_cmpint(metric_of(text,
				  "'policies': {'list-batched': {}}, 'vma': {'maple': 'never'},",
				  "residue_objects"),
			==, 1);
}

static void test_every_store_frees_a_node_in_rcu_mode(void)
{
	static const char text[] = "task 1 a at 0\n"
				   "1 . mmap 0x10000 0x4000 rw- pa - 0\n" /* 1 */
				   "1 . mprotect 0x11000 0x1000 r--\n"    /* 2 splits: 2 */
				   "1 . munmap 0x10000 0x4000\n"          /* 1 */
				   "1 . sleep 100000000\n";

	/* and three VMAs at once */
	g_assert_cmpint(metric_of(text, "'policies': {'whole-list': {}},", "callbacks"), ==, 4 + 1);
}

static void test_a_call_that_the_limit_refuses_changes_nothing(void)
{
	static const char text[] = "task 1 a at 0\n"
				   "1 . mmap 0x10000 0x1000 rw- pa - 0\n"
				   "1 . mmap 0x20000 0x1000 rw- pa - 0\n"
				   "1 . mmap 0x30000 0x1000 rw- pa - 0\n"
				   "1 . mmap 0x40000 0x1000 rw- pa - 0\n"
				   "1 . exit\n";
	static const char limited[] = "'policies': {'direct-on-exit': {}}, "
				      "'vma': {'maple': 'never', 'max_map_count': 2},";

	/* mmap() looks whether there are more than the limit already */
	g_assert_cmpint(metric_of(text, limited, "map_call_errors"), ==, 1);
	g_assert_cmpint(metric_of(text, limited, "objects_freed"), ==, 3);
}

static void test_user_time_is_scaled(void)
{
	static const char text[] = "task 1 a at 0\n1 +8000000 exit\n";
	g_autofree char *path = g_build_filename(dir, "t.replay", NULL);
	g_autofree char *file = g_strconcat("rcusim-replay 1\n", text, NULL);
	g_autoptr(TestMachine) tm = NULL;

	g_assert_true(g_file_set_contents(path, file, -1, NULL));
	tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'workload': [{'id': 'r', 'kind': 'replay', 'trace': 't.replay', "
				  "'think_permille': 250, 'arrive': {'from': '3ms'}}]");
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_metric(tm, "replay_elapsed_max_ns"), ==, MS(2));
}

static void test_copies_have_processes_of_their_own(void)
{
	g_autofree char *path = g_build_filename(dir, "t.replay", NULL);
	g_autofree char *file = g_strconcat("rcusim-replay 1\n", vfork_child, NULL);
	g_autoptr(TestMachine) tm = NULL;

	g_assert_true(g_file_set_contents(path, file, -1, NULL));
	tm = test_machine_new_free(RCUSIM_FLAG_NONE,
				   DIRECT "'machine': {'cpus': 8}, 'workload': [{'id': 'r', "
					  "'kind': 'replay', 'trace': 't.replay', 'copies': 5}]");
	test_run_until(tm, MS(1000));
	g_assert_cmpint(test_metric(tm, "replays"), ==, 5);
	g_assert_cmpint(test_metric(tm, "objects_freed"), ==, 5 * 5);
}

int main(int argc, char **argv)
{
	g_autofree char *path = NULL;
	int failed;

	g_test_init(&argc, &argv, NULL);
	dir = g_dir_make_tmp("rcusim-test-XXXXXX", NULL);
	g_setenv("RCUSIM_SCENARIOS", dir, TRUE);
	g_test_add_func("/replay/vfork/a-child-leaves-the-address-space-alone",
			test_a_vfork_child_leaves_the_address_space_alone);
	g_test_add_func("/replay/vfork/a-parent-sleeps-until-the-exec",
			test_a_vfork_parent_sleeps_until_the_exec);
	g_test_add_func("/replay/exec/tears-the-old-address-space-down",
			test_an_exec_tears_the_old_address_space_down);
	g_test_add_func("/replay/fork/copies-all-but-dontfork",
			test_a_fork_copies_all_but_dontfork);
	g_test_add_func("/replay/thread/the-last-one-tears-down", test_the_last_thread_tears_down);
	g_test_add_func("/replay/wait/includes-the-childs-exit-mmap",
			test_a_wait_includes_the_childs_exit_mmap);
	g_test_add_func("/replay/mmap-lock/threads-wait-and-processes-do-not",
			test_threads_wait_for_mmap_lock_and_processes_do_not);
	g_test_add_func("/replay/free/a-merge-frees-one-vma-by-the-policy",
			test_a_merge_frees_one_vma_by_the_policy);
	g_test_add_func("/replay/free/every-store-frees-a-node-in-rcu-mode",
			test_every_store_frees_a_node_in_rcu_mode);
	g_test_add_func("/replay/limit/a-refused-call-changes-nothing",
			test_a_call_that_the_limit_refuses_changes_nothing);
	g_test_add_func("/replay/think/user-time-is-scaled", test_user_time_is_scaled);
	g_test_add_func("/replay/copies/have-processes-of-their-own",
			test_copies_have_processes_of_their_own);
	failed = g_test_run();
	path = g_build_filename(dir, "t.replay", NULL);
	g_unlink(path);
	g_rmdir(dir);
	g_free(dir);
	return failed;
}
