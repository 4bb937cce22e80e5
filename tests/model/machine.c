#include "model/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "study/collect.h"

/* --- building --- */

static char *with_defaults(const char *members)
{
	const bool policies = strstr(members, "'policies'") != NULL;
	const bool workload = strstr(members, "'workload'") != NULL;
	const bool duration = strstr(members, "'duration'") != NULL;
	char *text = g_strdup_printf("{'schema_version': 1, 'name': 't'%s%s%s%s%s}",
				     duration ? "" : ", 'duration': '1s'",
				     policies ? "" : ", 'policies': {'per-vma': {}}",
				     workload ? "" : ", 'workload': []",
				     *members == '\0' ? "" : ", ", members);

	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	return text;
}

static RcuSimScenario *parse(const char *members)
{
	g_autofree char *text = with_defaults(members);
	g_autoptr(GError) error = NULL;
	RcuSimScenario *scenario =
		rcusim_scenario_parse(text, strlen(text), "test.json", NULL, &error);

	if (scenario == NULL)
		g_error("refused: %s\n%s", text, error->message);
	return scenario;
}

static TestMachine *build(RcuSimFlags flags, const char *members)
{
	g_autoptr(RcuSimScenario) scenario = parse(members);
	TestMachine *tm = g_new0(TestMachine, 1);
	g_autoptr(GError) error = NULL;

	tm->sim = rcusim_new(scenario, rcusim_scenario_policy_label(scenario, 0),
			     rcusim_scenario_seed(scenario), flags, &error);
	g_assert_no_error(error);
	tm->m = tm->sim->built->m;
	tm->rcu = tm->sim->built->rcu;
	tm->mm = tm->sim->built->mm;
	tm->trace = g_array_new(false, false, sizeof(struct trace_record));
	tm->scripts = g_ptr_array_new();
	tm->plans = g_ptr_array_new_with_free_func(g_free);
	return tm;
}

TestMachine *test_machine_new(RcuSimFlags flags, const char *members, ...)
{
	g_autofree char *text = NULL;
	va_list ap;

	va_start(ap, members);
	text = g_strdup_vprintf(members, ap);
	va_end(ap);
	return build(flags, text);
}

TestMachine *test_machine_new_free(RcuSimFlags flags, const char *members, ...)
{
	g_autofree char *text = NULL;
	g_autoptr(GString) costs = g_string_new("'costs_ns': {");
	va_list ap;

	va_start(ap, members);
	text = g_strdup_vprintf(members, ap);
	va_end(ap);
	for (const struct param *p = cost_params; p->type != PARAM_END; p++)
		g_string_append_printf(costs, "%s'%s': 0", p == cost_params ? "" : ", ", p->name);
	g_string_append_printf(costs, "}%s%s", *text == '\0' ? "" : ", ", text);
	return build(flags, costs->str);
}

void test_machine_free(TestMachine *tm)
{
	rcusim_free(tm->sim);
	for (guint i = 0; i < tm->scripts->len; i++) {
		struct test_script *script = tm->scripts->pdata[i];

		g_array_unref(script->ends);
		g_array_unref(script->cpus);
		g_free(script->steps);
		g_free(script);
	}
	g_ptr_array_unref(tm->scripts);
	g_ptr_array_unref(tm->plans);
	g_array_unref(tm->trace);
	g_free(tm);
}

void test_run_until(TestMachine *tm, int64_t t_ns)
{
	rcusim_run_until(tm->sim, t_ns);
}

int64_t test_metric(TestMachine *tm, const char *name)
{
	int64_t value;

	if (!rcusim_metric(tm->sim, name, &value))
		g_error("no metric %s", name);
	return value;
}

char *test_metrics(TestMachine *tm, const char *const *except)
{
	g_autoptr(GArray) metrics = g_array_new(false, true, sizeof(struct record_metric));
	GString *text = g_string_new("");

	study_collect_metrics(tm->sim, metrics);
	for (guint i = 0; i < metrics->len; i++) {
		const struct record_metric *metric =
			&g_array_index(metrics, struct record_metric, i);

		if (except == NULL || !g_strv_contains(except, metric->name))
			g_string_append_printf(text, "%s %" G_GINT64_FORMAT "\n", metric->name,
					       metric->value);
	}
	return g_string_free(text, false);
}

struct rcu_data *test_rdp(TestMachine *tm, int cpu)
{
	return &tm->rcu->rdp[cpu];
}

/* --- trace --- */

static void on_trace(void *ctx, const struct trace_record *record)
{
	TestMachine *tm = ctx;

	g_array_append_vals(tm->trace, record, 1);
}

void test_machine_trace(TestMachine *tm)
{
	sim_attach_trace(tm->sim, TRACE_ALL_EVENTS, on_trace, tm);
}

const struct trace_record *test_trace_at(const TestMachine *tm, int i)
{
	g_assert_cmpint(i, >=, 0);
	g_assert_cmpint(i, <, (int)tm->trace->len);
	return &g_array_index(tm->trace, struct trace_record, i);
}

int test_trace_find(const TestMachine *tm, int from, enum trace_event event, int cpu,
		    const char *text)
{
	for (int i = from; i < (int)tm->trace->len; i++) {
		const struct trace_record *record = test_trace_at(tm, i);

		if (record->event == event && (cpu < 0 || record->cpu == cpu) &&
		    (text == NULL || strcmp(record->text, text) == 0))
			return i;
	}
	return -1;
}

int test_trace_count(const TestMachine *tm, enum trace_event event, int cpu, const char *text)
{
	int n = 0;

	for (int i = -1; (i = test_trace_find(tm, i + 1, event, cpu, text)) >= 0;)
		n++;
	return n;
}

int64_t test_trace_ns(const TestMachine *tm, enum trace_event event, int cpu, const char *text)
{
	const int i = test_trace_find(tm, 0, event, cpu, text);

	if (i < 0)
		g_error("no trace event %d \"%s\" of CPU %d", (int)event, text ? text : "", cpu);
	return test_trace_at(tm, i)->t_ns;
}

/* --- scripted tasks --- */

static void script_done(void *ctx)
{
	struct test_script *script = ctx;
	const struct test_step *step = &script->steps[script->i];
	TestMachine *tm = script->tm;
	const int64_t now_ns = machine_now_ns(tm->m);
	const int cpu = script->task->frame.cpu->id;

	g_array_append_val(script->ends, now_ns);
	g_array_append_val(script->cpus, cpu);
	if (step->act == TEST_CALL_RCU || step->act == TEST_HURRY || step->act == TEST_CALL_OFF) {
		const struct rcu_cb cb = mm_cb(tm->mm, &mm_cb_object, 1, 100);
		const struct op_times now = { .first_end_ns = now_ns, .period = 1 };

		unfreed_unlink(tm->mm, 1, cb.bytes, &now);
		if (step->act == TEST_HURRY)
			call_rcu_hurry(&tm->rcu->rdp[cpu], &cb, &script->task->frame, false);
		else
			call_rcu(&tm->rcu->rdp[cpu], &cb, &script->task->frame,
				 step->act == TEST_CALL_OFF);
	} else if (step->act == TEST_READ_LOCK) {
		rcu_read_lock(tm->rcu, script->task);
	} else if (step->act == TEST_READ_UNLOCK) {
		rcu_read_unlock(tm->rcu, script->task);
	} else if (step->act == TEST_WAKE) {
		task_wake(step->who->task, &script->task->frame);
	}
}

/* Operations of a run that nobody looked at while they ended. */
static void script_apply(void *ctx, int64_t n, const struct op_times *times)
{
	struct test_script *script = ctx;
	const int cpu = script->task->frame.cpu->id;

	for (int64_t i = 0; i < n; i++) {
		const int64_t end_ns = op_times_end(times, i);

		g_array_append_val(script->ends, end_ns);
		g_array_append_val(script->cpus, cpu);
	}
	script->n_left -= n;
}

static void script_exec_run(struct test_script *script, const struct test_step *step)
{
	const struct sim_op op = {
		.open_ns = step->ns,
		.closed_ns = step->closed_ns,
		.lock = step->lock,
		.resched = true,
		.done = script_done,
		.apply = script_apply,
		.ctx = script,
		.n = script->n_left + 1, /* one has been counted down already */
	};

	frame_exec(&script->task->frame, &op);
}

static void script_exec(struct test_script *script, const struct test_step *step)
{
	const bool closed = step->act == TEST_CLOSED || step->act == TEST_LOCKED;
	const struct sim_op op = {
		.open_ns = closed ? 0 : step->ns,
		.closed_ns = closed ? step->ns : 0,
		.lock = step->act == TEST_LOCKED ? step->lock : NULL,
		.resched = step->act == TEST_RESCHED || step->act == TEST_CALL_RCU ||
			   step->act == TEST_HURRY,
		.user = step->act == TEST_USER,
		.done = script_done,
		.ctx = script,
	};

	frame_exec(&script->task->frame, &op);
}

/* The next step that has times left; its place in the script. */
static const struct test_step *script_advance(struct test_script *script)
{
	while (script->n_left == 0) {
		script->i++;
		if (script->steps[script->i].act == TEST_LOOP)
			script->i = 0;
		script->n_left = script->steps[script->i].n > 0 ? script->steps[script->i].n : 1;
	}
	script->n_left--;
	return &script->steps[script->i];
}

static void script_step(void *ctx)
{
	struct test_script *script = ctx;
	const struct test_step *step = script_advance(script);
	struct engine *engine = script->tm->m->engine;

	if (step->act == TEST_END) {
		task_exit(script->task);
	} else if (step->act == TEST_SLEEP) {
		engine_arm(engine, script->timer, engine_now_ns(engine) + step->ns);
		task_block(script->task);
	} else if (step->act == TEST_RUN) {
		script_exec_run(script, step);
	} else {
		script_exec(script, step);
	}
}

struct test_script *test_script_new(TestMachine *tm, const char *name, int cpu, bool kthread,
				    int64_t t_ns, const struct test_step *steps, size_t n_steps)
{
	struct test_script *script = g_new0(struct test_script, 1);

	script->tm = tm;
	script->steps = g_new0(struct test_step, n_steps + 1); /* closed by TEST_END */
	memcpy(script->steps, steps, n_steps * sizeof(steps[0]));
	script->i = -1;
	script->ends = g_array_new(false, false, sizeof(int64_t));
	script->cpus = g_array_new(false, false, sizeof(int));
	script->task =
		task_new(tm->m, name, TASK_WORKLOAD, cpu, cpu < 0 ? 0 : cpu, script_step, script);
	script->task->kthread = kthread;
	script->timer = mm_task_arrival(tm->mm, script->task, t_ns < 0 ? 0 : t_ns);
	if (t_ns < 0)
		engine_cancel(tm->m->engine, script->timer);
	g_ptr_array_add(tm->scripts, script);
	return script;
}

int test_n_ends(const struct test_script *script)
{
	return (int)script->ends->len;
}

int test_end_cpu(const struct test_script *script, int i)
{
	g_assert_cmpint(i, <, test_n_ends(script));
	return g_array_index(script->cpus, int, i);
}

int64_t test_end_ns(const struct test_script *script, int i)
{
	g_assert_cmpint(i, <, test_n_ends(script));
	return g_array_index(script->ends, int64_t, i);
}

/* --- plans --- */

struct test_plan {
	TestMachine *tm;
	void (*fn)(TestMachine *tm, void *ctx);
	void *ctx;
};

static void run_plan(void *ctx)
{
	struct test_plan *plan = ctx;

	plan->fn(plan->tm, plan->ctx);
}

void test_at(TestMachine *tm, int64_t t_ns, enum sim_rank rank,
	     void (*fn)(TestMachine *tm, void *ctx), void *ctx)
{
	struct test_plan *plan = g_new0(struct test_plan, 1);

	*plan = (struct test_plan){ .tm = tm, .fn = fn, .ctx = ctx };
	g_ptr_array_add(tm->plans, plan);
	/* actors above every CPU and task */
	engine_arm(tm->m->engine,
		   engine_slot_new(tm->m->engine, rank, 1000000 + tm->n_plans++, run_plan, plan),
		   t_ns);
}

/* --- what breaks --- */

static void read_all(int fd, char *text, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n < size - 1 && (got = read(fd, text + n, size - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
}

void test_breaks(void (*fn)(TestMachine *tm), TestMachine *tm, const char *condition)
{
	char text[4096];
	int ends[2], status = 0;
	pid_t child;

	g_assert_cmpint(pipe(ends), ==, 0);
	fflush(NULL);
	child = fork();
	g_assert_cmpint(child, >=, 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		fn(tm);
		_exit(0);
	}
	close(ends[1]);
	read_all(ends[0], text, sizeof(text));
	close(ends[0]);
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != RCUSIM_ERROR_INTERNAL ||
	    strstr(text, condition) == NULL)
		g_error("%s should break; status %#x: %s", condition, (unsigned int)status, text);
	g_assert_true(g_str_has_prefix(text, "rcusim: internal error: "));
}
