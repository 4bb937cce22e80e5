/*
 * test_trace_events.c - events that say what a CPU does for RCU: rcu_watching (rcu_dyntick), rcu_utilization, and those of
 * kfree_rcu(), each in the kernel's layout (rcu-behaviour.md 14.2, 14.3).
 *
 * HZ is 250, nothing has a cost. CPU 1 has no kthreads and is offloaded: unless a test gives it something, it sleeps.
 */
#include <string.h>

#include "model/machine.h"
#include "trace/event_format.h"

#define QUIET \
	"'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0' %s}, 'rcu': {'rcu_nocbs': 'all' %s}"

static TestMachine *traced_new(const char *machine, const char *rcu)
{
	TestMachine *tm = test_machine_new_free(RCUSIM_FLAG_REFERENCE, QUIET, machine, rcu);

	test_machine_trace(tm);
	return tm;
}

/* "EVENT: BODY" of each record of CPU @cpu whose event's name begins with @prefix, a line each. */
static char *lines(const TestMachine *tm, int cpu, const char *prefix)
{
	GString *out = g_string_new(NULL);

	for (int i = 0; i < (int)tm->trace->len; i++) {
		const struct trace_record *record = test_trace_at(tm, i);

		if (record->context.cpu != cpu ||
		    !g_str_has_prefix(trace_event_name(record->event), prefix))
			continue;
		g_string_append_printf(out, "%s: ", trace_event_name(record->event));
		trace_body_print(record, out);
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, false);
}

/* The same without the last word of each line: where a counter starts is the machine's affair. */
static char *words(const TestMachine *tm, int cpu, const char *prefix)
{
	g_autofree char *text = lines(tm, cpu, prefix);
	g_auto(GStrv) all = g_strsplit(text, "\n", -1);
	GString *out = g_string_new(NULL);

	for (int i = 0; all[i] != NULL && all[i][0] != '\0'; i++)
		g_string_append_printf(out, "%.*s\n", (int)(strrchr(all[i], ' ') - all[i]), all[i]);
	return g_string_free(out, false);
}

/* Of CPU 1, in the first event with @text. */
static int64_t counter(const TestMachine *tm, const char *text)
{
	const int i = test_trace_find(tm, 0, TRACE_RCU_WATCHING, 1, text);

	g_assert_cmpint(i, >=, 0);
	return test_trace_at(tm, i)->arg[2];
}

/* --- rcu_watching --- */

/* A task from 5 ms to 5.1 ms; the tick that it started hits the idle CPU at 8 ms, and then stops. */
static void idle_and_back(TestMachine *tm)
{
	TEST_SCRIPT(tm, "short", 1, false, MS(5), STEP(KERNEL, US(100)));
	test_run_until(tm, MS(30));
}

/*
 * RCU watches from the task's start on, "Start", until its end, "End"; the tick is "Startirq" and "Endirq". Before a stop
 * and after a resumption the counter is the same; two steps of the counter are 8, as two bits are below it.
 */
static void test_idle_is_not_watched(void)
{
	g_autoptr(TestMachine) tm = traced_new("", "");
	g_autofree char *found = NULL;

	idle_and_back(tm);
	found = words(tm, 1, "rcu_watching");
	g_assert_cmpstr(found, ==,
			"rcu_watching: Start 0 1\nrcu_watching: End 1 0\n"
			"rcu_watching: Startirq 0 1\nrcu_watching: Endirq 1 0\n");
	g_assert_cmpint(counter(tm, "Start"), ==, counter(tm, "End"));
	g_assert_cmpint(counter(tm, "Startirq"), ==, counter(tm, "Endirq"));
	g_assert_cmpint(counter(tm, "Startirq") - counter(tm, "Start"), ==, 8);
	g_assert_cmpint(counter(tm, "Start") & 4, ==, 4); /* it is watched */
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_WATCHING, 1, "Start"), ==, MS(5));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_WATCHING, 1, "End"), ==, MS(5) + US(100));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_WATCHING, 1, "Startirq"), ==, MS(8));
}

/* V19: another name, and each word means the opposite. */
static void test_dyntick_says_the_opposite(void)
{
	g_autoptr(TestMachine) tm = traced_new("", ", 'kernel': '6.1'");
	g_autofree char *found = NULL;

	idle_and_back(tm);
	found = words(tm, 1, "rcu_dyntick");
	g_assert_cmpstr(found, ==,
			"rcu_dyntick: End 0 1\nrcu_dyntick: Start 1 0\n"
			"rcu_dyntick: Endirq 0 1\nrcu_dyntick: Startirq 1 0\n");
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_WATCHING, -1, NULL), ==, 0);
}

/* Of adaptive-tick CPUs user mode, too: a system call of 100 us between two stretches of it. */
static void test_user_mode_is_not_watched(void)
{
	g_autoptr(TestMachine) tm = traced_new(", 'nohz_full': '1'", "");
	g_autofree char *found = NULL;

	TEST_SCRIPT(tm, "app", 1, false, MS(5), STEP(USER, US(200)), STEP(KERNEL, US(100)),
		    STEP(USER, US(200)));
	test_run_until(tm, MS(7));
	found = words(tm, 1, "rcu_watching");
	g_assert_cmpstr(found, ==,
			"rcu_watching: Start 0 1\nrcu_watching: End 1 0\n"
			"rcu_watching: Start 0 1\nrcu_watching: End 1 0\n"
			"rcu_watching: Start 0 1\nrcu_watching: End 1 0\n");
}

/* --- rcu_utilization --- */

/* What the same task, tick and grace period are to it; the softirq of the tick at 8 ms reports for CPU 1. */
static void test_utilization_has_its_pairs(void)
{
	static const char *const parts[] = { "scheduler-tick", "context switch", "RCU core" };
	g_autoptr(TestMachine) tm = traced_new("", ", 'jiffies_till_first_fqs': 5");
	g_autofree char *found = NULL;

	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	TEST_SCRIPT(tm, "busy", 1, false, US(100), STEP(KERNEL, MS(6)));
	test_run_until(tm, MS(7));
	found = lines(tm, 1, "rcu_utilization");
	g_assert_cmpstr(
		found, ==,
		"rcu_utilization: Start context switch\nrcu_utilization: End context switch\n"
		"rcu_utilization: Start scheduler-tick\nrcu_utilization: End scheduler-tick\n"
		"rcu_utilization: Start RCU core\nrcu_utilization: End RCU core\n"
		"rcu_utilization: Start context switch\nrcu_utilization: End context switch\n");
	test_run_until(tm, MS(60));
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *start = g_strconcat("Start ", parts[i], NULL);
		g_autofree char *end = g_strconcat("End ", parts[i], NULL);

		g_assert_cmpint(test_trace_count(tm, TRACE_RCU_UTILIZATION, -1, start), ==,
				test_trace_count(tm, TRACE_RCU_UTILIZATION, -1, end));
	}
}

/* --- kfree_rcu() --- */

static TestMachine *kfree_new(int objects, int pages)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 1, 'hz': 250}, 'duration': '20s', 'rcu': {'rcu_min_cached_objs': %d}, "
		"'workload': [{'id': 'f', 'kind': 'free-loop', 'method': 'kfree-rcu', 'objects': %d, "
		"'cpus': '0', 'arrive': {'from': '1ms'}}]",
		pages, objects);

	test_machine_trace(tm);
	test_run_until(tm, MS(15000));
	g_assert_cmpint(test_metric(tm, "unfreed_objects_left"), ==, 0);
	return tm;
}

/* 600 pointers on pages of 507: one event each page, and the pages can be told apart. */
static void test_pages_are_freed_in_bulk(void)
{
	g_autoptr(TestMachine) tm = kfree_new(600, 5);
	g_autofree char *found = lines(tm, 0, "rcu_invoke_kfree_bulk_callback");
	g_auto(GStrv) each = g_strsplit(found, "\n", -1);

	g_assert_cmpint((int)g_strv_length(each), ==, 3);
	g_assert_true(g_str_has_prefix(each[0], "rcu_invoke_kfree_bulk_callback: rcu_preempt "
						"bulk=0x"));
	g_assert_true(g_str_has_suffix(each[0], " nr_records=507"));
	g_assert_true(g_str_has_suffix(each[1], " nr_records=93"));
	g_assert_cmpint(memcmp(each[0], each[1], strlen(each[0]) - strlen("nr_records=507")), !=,
			0);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_INVOKE_KVFREE_CALLBACK, -1, NULL), ==, 0);
}

/* Without pages: an event for each object. */
static void test_heads_are_freed_one_by_one(void)
{
	g_autoptr(TestMachine) tm = kfree_new(3, 0);
	g_autofree char *found = lines(tm, 0, "rcu_invoke_kvfree_callback");
	g_auto(GStrv) each = g_strsplit(found, "\n", -1);

	g_assert_cmpint((int)g_strv_length(each), ==, 4);
	for (int i = 0; i < 3; i++) {
		g_assert_true(
			g_str_has_prefix(each[i], "rcu_invoke_kvfree_callback: rcu_preempt rhp="));
		g_assert_true(g_str_has_suffix(each[i], " func=0"));
	}
	g_assert_cmpstr(each[0], !=, each[1]);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_INVOKE_KFREE_BULK_CALLBACK, -1, NULL), ==,
			0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/watching/idle", test_idle_is_not_watched);
	g_test_add_func("/watching/dyntick-says-the-opposite", test_dyntick_says_the_opposite);
	g_test_add_func("/watching/user-mode", test_user_mode_is_not_watched);
	g_test_add_func("/utilization/pairs", test_utilization_has_its_pairs);
	g_test_add_func("/kfree/pages", test_pages_are_freed_in_bulk);
	g_test_add_func("/kfree/heads", test_heads_are_freed_one_by_one);
	return g_test_run();
}
