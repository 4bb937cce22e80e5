/* test_ftrace.c - lines of trace files: every one that the lab's kernels printed, and what no kernel prints. */
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "trace/ftrace_calls.h"
#include "trace/ftrace_line.h"
#include "trace/ftrace_read.h"
#include "trace/input.h"

/* --- the lab's traces --- */

static char *traces_dir(void)
{
	return g_test_build_filename(G_TEST_DIST, "..", "scenarios", "lab", "data", "traces", NULL);
}

struct counts {
	int64_t n_lines, n_events;
	int64_t of[TRACE_N_EVENTS];
};

static void print_back(const struct ftrace_line *line, GString *out)
{
	const struct trace_context *context = &line->record.context;
	g_autoptr(GString) body = g_string_new(NULL);
	char flags[FTRACE_N_FLAGS + 1];

	trace_body_print(&line->record, body);
	ftrace_flags(context, flags);
	flags[4] = line->flags[4]; /* migrate-disable is not kept */
	g_assert_cmpstr(flags, ==, line->flags);
	ftrace_line_print(context->comm, context->pid, context->cpu, line->flags, line->record.t_ns,
			  line->event_name, body->str, out);
}

static void round_trip(const char *path, struct counts *counts)
{
	struct trace_input *input = trace_input_open(path, NULL);
	struct diag *diag = diag_new();
	g_autoptr(GString) out = g_string_new(NULL);
	struct trace_line text;
	int64_t n_events = 0;
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) header = g_string_new(NULL);

	g_assert_nonnull(input);
	while (trace_input_next(input, diag, &text, &error)) {
		g_autofree char *before = g_strdup(text.text);
		struct ftrace_line line;

		ftrace_line_parse(text.text, &line);
		counts->n_lines++;
		if (line.kind == FTRACE_COMMENT) {
			g_string_append_printf(header, "%s\n", before);
			continue;
		}
		g_string_truncate(out, 0);
		if (line.kind != FTRACE_EVENT)
			g_error("%s:%d: %s: %s", path, text.number,
				line.problem != NULL ? line.problem : "unknown", before);
		print_back(&line, out);
		g_assert_cmpstr(out->str, ==, before);
		counts->of[line.record.event]++;
		n_events++;
	}
	g_assert_no_error(error);
	g_string_truncate(out, 0);
	ftrace_header_print(n_events, n_events, strstr(path, "/i1_") != NULL ? 1 : 2, out);
	g_assert_cmpstr(out->str, ==, header->str);
	counts->n_events += n_events;
	diag_free(diag);
	trace_input_free(input);
}

static void round_trip_set(const char *dir, struct counts *counts, int *n_files)
{
	g_autoptr(GDir) files = g_dir_open(dir, 0, NULL);
	const char *name;

	g_assert_nonnull(files);
	while ((name = g_dir_read_name(files)) != NULL) {
		g_autofree char *path = g_build_filename(dir, name, NULL);

		round_trip(path, counts);
		++*n_files;
	}
}

static void test_every_line_of_the_lab_prints_back(void)
{
	g_autofree char *root = traces_dir();
	g_autoptr(GDir) sets = g_dir_open(root, 0, NULL);
	struct counts counts = { 0 };
	int n_files = 0;
	const char *name;

	g_assert_nonnull(sets);
	while ((name = g_dir_read_name(sets)) != NULL) {
		g_autofree char *dir = g_build_filename(root, name, NULL);

		round_trip_set(dir, &counts, &n_files);
	}
	g_assert_cmpint(n_files, ==, 72);
	/* counted with zcat, grep and uniq */
	g_assert_cmpint(counts.of[TRACE_RCU_SEGCB_STATS], ==, 59967);
	g_assert_cmpint(counts.of[TRACE_RCU_INVOKE_CALLBACK], ==, 107326);
	g_assert_cmpint(counts.of[TRACE_RCU_NOCB_WAKE], ==, 10681);
	g_assert_cmpint(counts.of[TRACE_RCU_BARRIER], ==, 490);
	g_assert_cmpint(counts.of[TRACE_RCU_INVOKE_KFREE_BULK_CALLBACK], ==, 20);
	g_assert_cmpint(counts.n_lines, ==, counts.n_events + 12 * (int64_t)n_files);
}

/* --- events that the lab has not --- */

static void assert_body(enum trace_event event, const char *body)
{
	g_autofree char *text = g_strdup(body);
	g_autoptr(GString) out = g_string_new(NULL);
	struct trace_record record = { .event = event };

	g_assert_true(trace_body_parse(text, &record));
	trace_body_print(&record, out);
	g_assert_cmpstr(out->str, ==, body);
}

/* rcu-behaviour.md 14.2 */
static void test_bodies_of_other_events(void)
{
	assert_body(TRACE_RCU_EXP_GRACE_PERIOD, "rcu_preempt 1234 startwait");
	assert_body(TRACE_RCU_EXP_FUNNEL_LOCK, "rcu_preempt 1 0 15 nxtlvl");
	assert_body(TRACE_RCU_PREEMPT_TASK, "rcu_preempt -1028 77");
	assert_body(TRACE_RCU_UNLOCK_PREEMPTED_TASK, "rcu_preempt-GPS 4289 77");
	assert_body(TRACE_RCU_QUIESCENT_STATE_REPORT, "preempt_rcu 4289 0>ffff 0 0 15 1");
	assert_body(TRACE_RCU_STALL_WARNING, "rcu_preempt StallDetected");
	assert_body(TRACE_RCU_WATCHING, "Endirq 4000000000000002 0 0x7fc");
	assert_body(TRACE_RCU_WATCHING, "Start 0 1   0");
	assert_body(TRACE_RCU_DYNTICK, "++= 1 3 0x8");
	assert_body(TRACE_RCU_KVFREE_CALLBACK, "rcu_preempt rhp=00000000deadbeef func=16 3");
	assert_body(TRACE_RCU_SR_NORMAL, "rcu_preempt rhp=0x00000000deadbeef event=request");
	assert_body(TRACE_SCHED_WAKING, "comm=a b= c pid=3 prio=120 target_cpu=127");
}

static void test_bodies_no_kernel_prints(void)
{
	static const struct {
		enum trace_event event;
		const char *body;
	} rows[] = {
		{ TRACE_RCU_GRACE_PERIOD, "" },
		{ TRACE_RCU_GRACE_PERIOD, "rcu_preempt" },
		{ TRACE_RCU_GRACE_PERIOD, "rcu_preempt x start" },
		{ TRACE_RCU_GRACE_PERIOD, "rcu_preempt 99999999999999999999 start" },
		{ TRACE_RCU_GRACE_PERIOD, "rcu_preempt --1 start" },
		{ TRACE_RCU_BATCH_START, "rcu_preempt CBs=1 bl=2 3" },
		{ TRACE_RCU_BATCH_START, "rcu_preempt CBs=1 bl=" },
		{ TRACE_RCU_CALLBACK, "rcu_preempt rhp=00000000000000001 func=f 1" },
		{ TRACE_SOFTIRQ_EXIT, "vec=9 [action=RCU" },
		{ TRACE_RCU_SEGCB_STATS, "SegCBQueued seglen: (DONE=0, WAIT=0, NEXT_READY=0" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdup(rows[i].body);
		struct trace_record record = { .event = rows[i].event };

		g_assert_false(trace_body_parse(text, &record));
	}
}

/* --- lines --- */

static struct ftrace_line parse(char *text)
{
	struct ftrace_line line;

	ftrace_line_parse(text, &line);
	return line;
}

static void test_trace_cmd_report(void)
{
	/* without flags and with nanoseconds, as trace-cmd report -t prints; a thread group, as with record-tgid */
	char plain[] = "          <idle>-0     [003]   153.024912345: rcu_fqs:              "
		       "rcu_preempt 4289 3 dti";
	char tgid[] = "     a - b [001]-12    (     9) [001] d..1.     1.000001: rcu_utilization: "
		      "Start context switch";
	struct ftrace_line line = parse(plain);

	g_assert_cmpint(line.kind, ==, FTRACE_EVENT);
	g_assert_cmpint(line.record.t_ns, ==, 153024912345);
	g_assert_cmpstr(line.record.context.comm, ==, "<idle>");
	g_assert_cmpstr(line.flags, ==, "");
	g_assert_cmpint(line.record.arg[1], ==, 3);
	line = parse(tgid);
	g_assert_cmpint(line.kind, ==, FTRACE_EVENT);
	g_assert_cmpstr(line.record.context.comm, ==, "a - b [001]");
	g_assert_cmpint(line.record.context.pid, ==, 12);
	g_assert_cmpstr(line.record.text, ==, "Start context switch");
}

static void test_lines_that_are_no_events(void)
{
	static const struct {
		const char *text;
		enum ftrace_line_kind kind;
	} rows[] = {
		{ "", FTRACE_COMMENT },
		{ "# tracer: nop", FTRACE_COMMENT },
		{ "cpus=2", FTRACE_COMMENT },
		{ "CPU:1 [LOST 17 EVENTS]", FTRACE_LOST },
		{ "CPU 1 [17 EVENTS DROPPED]", FTRACE_LOST },
		{ "            init-1       [000] .....     1.673574: tlb_flush: pages:-1",
		  FTRACE_OTHER },
		{ "            init-1       [000] .....     1.673574: rcu_fqs: x", FTRACE_BAD },
		{ "            init-1       [000] .....     1.673574 rcu_fqs: x", FTRACE_BAD },
		{ "            init-1       [000] .....     1.6735: rcu_fqs: x", FTRACE_BAD },
		{ "            init-1       [000] .....", FTRACE_BAD },
		{ "            init-x       [000] .....     1.673574: rcu_fqs: x", FTRACE_BAD },
		{ "            init-1       [0x0] .....     1.673574: rcu_fqs: x", FTRACE_BAD },
		{ "-1 [000] ..... 1.673574: a: x", FTRACE_BAD },
		{ "[000] ", FTRACE_BAD },
		{ "init-1 [000] ", FTRACE_BAD },
		{ "init-1 [000] ..... 1.673574:", FTRACE_BAD },
		{ "mount(\"a\", \"b\")", FTRACE_BAD },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdup(rows[i].text);
		const struct ftrace_line line = parse(text);

		if (line.kind != rows[i].kind)
			g_error("\"%s\" is of kind %d", rows[i].text, (int)line.kind);
		g_assert_true((line.kind == FTRACE_BAD) == (line.problem != NULL));
		if (line.kind == FTRACE_LOST)
			g_assert_cmpint(line.n_lost, ==, 17);
	}
}

static void test_sets_of_events(void)
{
	uint64_t set;
	char *problem = trace_events_parse("rcu_fqs,sched", &set);

	g_assert_null(problem);
	g_assert_cmpuint(set, ==,
			 TRACE_EVENT_BIT(TRACE_RCU_FQS) | TRACE_EVENT_BIT(TRACE_SCHED_SWITCH) |
				 TRACE_EVENT_BIT(TRACE_SCHED_WAKING) |
				 TRACE_EVENT_BIT(TRACE_SCHED_WAKEUP));
	g_assert_null(trace_events_parse("all", &set));
	g_assert_cmpuint(set, ==, TRACE_ALL_EVENTS);
	g_assert_null(trace_events_parse("rcu", &set));
	g_assert_cmpuint(set & TRACE_EVENT_BIT(TRACE_RCU_INVOKE_CALLBACK), ==, 0);
	g_assert_cmpuint(set & TRACE_EVENT_BIT(TRACE_RCU_WATCHING), ==, 0);
	problem = trace_events_parse("rcu,rcu_fsq", &set);
	g_assert_cmpstr(
		problem, ==,
		"\"rcu_fsq\" is no event; accepted: all, rcu, callbacks, sched, irq, or names as "
		"rcu_nocb_wake");
	g_free(problem);
}

/* --- the figures --- */

/* What the lab's own script calls them: tracestat.txt was made by it. */
static const char *const lab_names[FTRACE_N_FIGURES] = {
	[FIGURE_GP_LENGTH] = "GP start->end",
	[FIGURE_GP_DISTANCE] = "GP start->next start",
	[FIGURE_GP_REQUEST] = "newreq->GP start",
	[FIGURE_FQS_WAIT] = "fqswait->fqsstart",
	[FIGURE_FQS_SCANS] = "FQS scans per GP",
	[FIGURE_RCUOG_GP_WAIT] = "rcuog wait for GP (StartWait-EndWait)",
	[FIGURE_CALLBACK_DELAY] = "call_rcu->invoke",
	[FIGURE_RCUOG_WAKE] = "DoWake->rcuog EndSleep",
	[FIGURE_WAKE_GP_KTHREAD] = "waking->running rcu_preempt",
	[FIGURE_WAKE_RCUOG] = "waking->running rcuog",
	[FIGURE_WAKE_RCUOP] = "waking->running rcuop",
	[FIGURE_BATCH_CALLBACKS] = "callbacks per batch",
	[FIGURE_BATCH_LIMIT] = "blimit at batch start",
	[FIGURE_BATCH_LENGTH] = "batch duration",
	[FIGURE_CALLBACK_PS] = "ns per callback (batches>=10)",
	[FIGURE_RCU_SOFTIRQ] = "RCU softirq duration",
};

/* "min" of "n=2 min 10.0 p10 ...": in tenths. */
static int64_t lab_tenths(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	g_assert_nonnull(at);
	return (int64_t)(g_ascii_strtod(at + strlen(key), NULL) * 10 + 0.5);
}

/* The lab has tenths of its unit, of binary floating point; a tenth of a unit may be rounded otherwise. */
static void assert_tenths(int64_t value, int64_t per_tenth, const char *line, const char *key)
{
	const int64_t expected = lab_tenths(line, key);
	const int64_t rounded = (value + per_tenth / 2) / per_tenth;

	if (rounded < expected - 1 || rounded > expected + 1)
		g_error("%s: found %" G_GINT64_FORMAT " tenths of \"%s\"", line, rounded, key);
}

static bool check_figure(const RcuSimFtrace *ftrace, const char *line)
{
	for (int i = 0; i < FTRACE_N_FIGURES; i++) {
		const char *unit = ftrace_figures[i].unit;
		/* us or ns there, ns or ps here */
		const int64_t per_tenth = unit[0] == '\0' ? 1 : 100;
		const int64_t scale = unit[0] == '\0' ? 10 : 1;
		RcuSimFtraceFigure f;

		if (!g_str_has_prefix(line + 2, lab_names[i]) ||
		    line[2 + strlen(lab_names[i])] != ' ')
			continue;
		g_assert_true(rcusim_ftrace_figure(ftrace, i, &f));
		g_assert_cmpint(f.n * 10, ==, lab_tenths(line, " n="));
		assert_tenths(f.min * scale, per_tenth, line, " min ");
		assert_tenths(f.p10 * scale, per_tenth, line, " p10 ");
		assert_tenths(f.p50 * scale, per_tenth, line, " med ");
		assert_tenths(f.p90 * scale, per_tenth, line, " p90 ");
		assert_tenths(f.max * scale, per_tenth, line, " max ");
		if (scale == 1)
			assert_tenths(f.mean, per_tenth, line, " mean ");
		return true;
	}
	return false;
}

/* "  nocb_wake: {'FirstQ': 1, 'DoWake': 2}" */
static void check_wakes(const RcuSimFtrace *ftrace, const char *line)
{
	g_auto(GStrv) parts = g_strsplit_set(line, "'{}", -1);
	int64_t n;
	int k = 0;

	for (int i = 2; parts[i] != NULL && parts[i + 1] != NULL; i += 2, k++) {
		g_assert_cmpstr(rcusim_ftrace_nocb_wake(ftrace, k, &n), ==, parts[i]);
		g_assert_cmpint(n, ==, g_ascii_strtoll(parts[i + 1] + 2, NULL, 10));
	}
	g_assert_cmpint(k, >, 0);
	g_assert_null(rcusim_ftrace_nocb_wake(ftrace, k, &n));
}

static void test_figures_are_those_of_the_lab(void)
{
	g_autofree char *path =
		g_test_build_filename(G_TEST_DIST, "unit", "data", "tracestat.txt", NULL);
	g_autofree char *root = traces_dir();
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	RcuSimFtrace *ftrace = NULL;
	int n_traces = 0, n_figures = 0, n_wakes = 0;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		if (lines[i][0] == 'i') {
			g_autofree char *name = g_strndup(lines[i], strcspn(lines[i], " "));
			g_autofree char *file = g_build_filename(root, name, NULL);

			rcusim_ftrace_free(ftrace);
			ftrace = rcusim_ftrace_read(file, false, NULL);
			g_assert_nonnull(ftrace);
			n_traces++;
		} else if (strstr(lines[i], "nocb_wake:") != NULL) {
			check_wakes(ftrace, lines[i]);
			n_wakes++;
		} else if (strstr(lines[i], " n=") != NULL) {
			g_assert_true(check_figure(ftrace, lines[i]));
			n_figures++;
		}
	}
	rcusim_ftrace_free(ftrace);
	g_assert_cmpint(n_traces, ==, 72);
	g_assert_cmpint(n_wakes, ==, 44);
	g_assert_cmpint(n_figures, ==, 945);
}

/* --- a scenario of a trace --- */

static char *scenario_of(const char *name)
{
	g_autofree char *root = traces_dir();
	g_autofree char *path = g_build_filename(root, name, NULL);
	g_autoptr(RcuSimFtrace) ftrace = rcusim_ftrace_read(path, false, NULL);
	char *text = NULL, *copy;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	g_assert_nonnull(ftrace);
	g_assert_null(ftrace_calls_print_scenario(ftrace->calls, "t", "lab", out));
	fclose(out);
	copy = g_strdup(text);
	free(text);
	return copy;
}

static void assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		g_error("no \"%s\" in %s", part, text);
}

/* 10000 calls, of which 64 are traced: 14.4; the loop took 2025556 ns by the lab's own clock. */
static void test_bypassed_calls_are_reconstructed(void)
{
	g_autofree char *nocb = scenario_of("i1_nocb_traces/b_pervma10k_full.trace.gz");
	g_autofree char *two = scenario_of("i2_nocb_traces/d_pervma5k_2cpu_full.trace.gz");
	g_autofree char *off = scenario_of("i1_off_traces/b_pervma10k_full.trace.gz");

	assert_has(nocb, "\"cpus\": 1, \"hz\": 250, \"preempt\": \"voluntary\"");
	assert_has(nocb, "\"rcu_nocbs\": \"0\"");
	assert_has(nocb, "HZ from the ticks");
	assert_has(
		nocb,
		"\"objects\": 10000, \"arrive\": { \"from\": \"8408000ns\" }, \"comment\": \"took 2028 us\"");
	assert_has(two, "\"cpus\": \"0\", \"objects\": 5000");
	assert_has(two, "\"cpus\": \"1\", \"objects\": 5000");
	assert_has(two, "\"rcu_nocbs\": \"0-1\"");
	assert_has(off, "\"rcu_nocbs\": \"\"");
	assert_has(off, "\"objects\": 10000");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ftrace/every-line-of-the-lab-prints-back",
			test_every_line_of_the_lab_prints_back);
	g_test_add_func("/ftrace/bodies-of-other-events", test_bodies_of_other_events);
	g_test_add_func("/ftrace/bodies-no-kernel-prints", test_bodies_no_kernel_prints);
	g_test_add_func("/ftrace/trace-cmd-report", test_trace_cmd_report);
	g_test_add_func("/ftrace/lines-that-are-no-events", test_lines_that_are_no_events);
	g_test_add_func("/ftrace/sets-of-events", test_sets_of_events);
	g_test_add_func("/ftrace/figures-are-those-of-the-lab", test_figures_are_those_of_the_lab);
	g_test_add_func("/ftrace/bypassed-calls-are-reconstructed",
			test_bypassed_calls_are_reconstructed);
	return g_test_run();
}
