/* test_workqueue.c - work items: on which CPU, by which kworker, when; what is queued twice, moved, flushed. */
#include <glib.h>

#include "machine/workqueue.h"
#include "model/machine.h"

/* An item of @n operations of @ns, which may sleep after the first. */
struct item {
	TestMachine *tm;
	struct delayed_work dwork;
	struct workqueue *wq;
	int64_t n, ns;
	bool sleeps, again;
	/* what came of it */
	int64_t i;
	int n_executions, n_flushed;
	int64_t start_ns[8], end_ns[8], flushed_ns;
	int cpu;
	struct sim_task *task;
	struct work_flush flush;
	bool flushing, queued;
};

static void item_op_done(void *ctx)
{
	struct item *item = ctx;

	item->i++;
}

static bool item_step(void *ctx, struct sim_frame *frame)
{
	struct item *item = ctx;

	if (item->i == 0 && item->task == NULL) {
		item->start_ns[item->n_executions] = machine_now_ns(item->tm->m);
		item->cpu = frame->cpu->id;
		item->task = frame->task;
	}
	if (item->i == item->n) {
		item->end_ns[item->n_executions++] = machine_now_ns(item->tm->m);
		item->i = 0;
		item->task = NULL;
		return false;
	}
	if (item->sleeps && item->i == 1) {
		item->sleeps = false;
		work_sleep(frame);
		return true;
	}
	frame_exec_open(frame, item->ns, false, item_op_done, item);
	return true;
}

static void item_init(struct item *item, TestMachine *tm, struct workqueue *wq, int64_t ns)
{
	*item = (struct item){ .tm = tm, .wq = wq, .n = 1, .ns = ns, .cpu = -1 };
	delayed_work_init(&item->dwork, wq, "item", item_step, item);
}

static void queue_on_0(TestMachine *tm, void *ctx)
{
	struct item *item = ctx;

	item->queued = queue_work_on(item->wq, 0, &item->dwork.work, NULL);
}

static void queue_on_1(TestMachine *tm, void *ctx)
{
	struct item *item = ctx;

	item->queued = queue_work_on(item->wq, 1, &item->dwork.work, NULL);
}

static void delay_1(TestMachine *tm, void *ctx)
{
	struct item *item = ctx;

	item->queued = queue_delayed_work_on(&item->dwork, 1, 1, NULL);
}

static void delay_5(TestMachine *tm, void *ctx)
{
	struct item *item = ctx;

	item->queued = queue_delayed_work_on(&item->dwork, 1, 5, NULL);
}

static void move_to_1(TestMachine *tm, void *ctx)
{
	struct item *item = ctx;

	item->queued = mod_delayed_work_on(&item->dwork, 1, 1, NULL);
}

static void cancel(TestMachine *tm, void *ctx)
{
	struct item *item = ctx;

	item->queued = cancel_delayed_work(&item->dwork);
}

static void flushed(void *ctx, struct sim_frame *frame)
{
	struct item *item = ctx;

	item->n_flushed++;
	item->flushed_ns = machine_now_ns(item->tm->m);
}

static void flush(TestMachine *tm, void *ctx)
{
	struct item *item = ctx;

	item->flush = (struct work_flush){ .done = flushed, .ctx = item };
	item->flushing = flush_work(&item->dwork.work, &item->flush);
}

static int n_kworkers(const TestMachine *tm)
{
	int n = 0;

	for (const struct sim_task *task = tm->m->tasks; task != NULL; task = task->next)
		n += task->kind == TASK_KWORKER;
	return n;
}

static const struct sim_task *kworker(const TestMachine *tm, const char *name)
{
	for (const struct sim_task *task = tm->m->tasks; task != NULL; task = task->next)
		if (task->kind == TASK_KWORKER && g_strcmp0(task->name, name) == 0)
			return task;
	return NULL;
}

/* A wakeup of an idle CPU, a switch, the kworker's own work, the item's operation. */
static void test_bound_item_runs_on_its_cpu(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct workqueue *wq = machine_workqueue(tm->m, WORKQUEUE_BOUND);
	struct item item;

	tm->m->costs.idle_wake = 2000;
	tm->m->costs.context_switch = 1000;
	tm->m->costs.kworker = 300;
	item_init(&item, tm, wq, 5000);
	test_at(tm, MS(1), SIM_RANK_ARRIVAL, queue_on_1, &item);
	g_assert_cmpint(n_kworkers(tm), ==, 0);
	test_run_until(tm, MS(2));
	g_assert_true(item.queued);
	g_assert_cmpint(item.n_executions, ==, 1);
	g_assert_cmpint(item.cpu, ==, 1);
	g_assert_cmpint(item.start_ns[0], ==, MS(1) + 3000);
	g_assert_cmpint(item.end_ns[0], ==, MS(1) + 3000 + 300 + 5000);
	g_assert_cmpint(n_kworkers(tm), ==, 1);
	g_assert_nonnull(kworker(tm, "kworker/1:0"));
}

/* A timer of n jiffies armed in jiffy J runs at J + n + 1 (rcu-behaviour.md 0.4 item 2), the item right after it. */
static void test_delayed_work_comes_with_the_timer_wheel(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': 250}");
	struct workqueue *wq = machine_workqueue(tm->m, WORKQUEUE_BOUND);
	struct item one, five;

	TEST_SCRIPT(tm, "timekeeper", 0, false, 0, STEP(KERNEL, MS(200)));
	item_init(&one, tm, wq, 100);
	item_init(&five, tm, wq, 100);
	test_at(tm, MS(9), SIM_RANK_ARRIVAL, delay_1, &one); /* in jiffy 2 */
	test_at(tm, MS(9), SIM_RANK_ARRIVAL, delay_5, &five);
	test_run_until(tm, MS(100));
	g_assert_cmpint(one.start_ns[0], ==, MS(4 * (2 + 1 + 1)));
	g_assert_cmpint(five.start_ns[0], ==, MS(4 * (2 + 5 + 1)));
	g_assert_cmpint(one.cpu, ==, 1);
}

static void test_an_armed_timer_moves_only_when_asked(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': 250}");
	struct workqueue *wq = machine_workqueue(tm->m, WORKQUEUE_BOUND);
	struct item item;

	TEST_SCRIPT(tm, "timekeeper", 0, false, 0, STEP(KERNEL, MS(200)));
	item_init(&item, tm, wq, 100);
	test_at(tm, MS(1), SIM_RANK_ARRIVAL, delay_5, &item);
	test_at(tm, MS(2), SIM_RANK_ARRIVAL, delay_1, &item); /* queue: nothing changes */
	test_run_until(tm, MS(3));
	g_assert_false(item.queued);
	g_assert_cmpint(delayed_work_expires(&item.dwork), ==, 5);
	test_at(tm, MS(5), SIM_RANK_ARRIVAL, move_to_1, &item); /* jiffy 1 */
	test_run_until(tm, MS(6));
	g_assert_true(item.queued);
	g_assert_cmpint(delayed_work_expires(&item.dwork), ==, 2);
	test_run_until(tm, MS(100));
	g_assert_cmpint(item.n_executions, ==, 1);
	g_assert_cmpint(item.start_ns[0], ==, MS(12));
	g_assert_cmpint(delayed_work_expires(&item.dwork), ==, -1);
}

static void test_a_cancelled_one_never_runs(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'hz': 250}");
	struct workqueue *wq = machine_workqueue(tm->m, WORKQUEUE_BOUND);
	struct item first, item, last;

	item_init(&item, tm, wq, 100);
	test_at(tm, MS(1), SIM_RANK_ARRIVAL, delay_5, &item);
	test_at(tm, MS(2), SIM_RANK_ARRIVAL, cancel, &item);
	test_run_until(tm, MS(100));
	g_assert_true(item.queued);
	g_assert_cmpint(item.n_executions, ==, 0);
	/* out of the middle of a list */
	item_init(&first, tm, wq, 1000);
	item_init(&last, tm, wq, 1000);
	test_at(tm, MS(101), SIM_RANK_ARRIVAL, queue_on_0, &first);
	test_at(tm, MS(101) + 100, SIM_RANK_ARRIVAL, queue_on_0, &item);
	test_at(tm, MS(101) + 200, SIM_RANK_ARRIVAL, queue_on_0, &last);
	test_at(tm, MS(101) + 300, SIM_RANK_ARRIVAL, cancel, &item);
	test_run_until(tm, MS(110));
	g_assert_cmpint(first.n_executions, ==, 1);
	g_assert_cmpint(item.n_executions, ==, 0);
	g_assert_cmpint(last.n_executions, ==, 1);
}

/* Pending ends where the execution begins: one more time, by the same kworker, after it. */
static void test_queued_while_executed_runs_again(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct workqueue *wq = machine_workqueue(tm->m, WORKQUEUE_UNBOUND);
	struct item item;

	item_init(&item, tm, wq, US(10));
	test_at(tm, MS(1), SIM_RANK_ARRIVAL, queue_on_0, &item);
	test_at(tm, MS(1) + US(2), SIM_RANK_ARRIVAL, queue_on_1, &item);
	test_run_until(tm, MS(1) + US(3));
	g_assert_true(item.queued);
	test_at(tm, MS(1) + US(4), SIM_RANK_ARRIVAL, queue_on_1, &item);
	test_run_until(tm, MS(1) + US(5));
	g_assert_false(item.queued);
	test_run_until(tm, MS(2));
	g_assert_cmpint(item.n_executions, ==, 2);
	g_assert_cmpint(item.start_ns[1], ==, MS(1) + US(10));
	g_assert_cmpint(n_kworkers(tm), ==, 1);
}

static void wake_sleeper(TestMachine *tm, void *ctx)
{
	struct item *item = ctx;

	task_wake(item->task, NULL);
}

/* A bound pool runs one item at a time, until one sleeps: then another kworker takes the next. */
static void test_bound_pool_keeps_one_running(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct workqueue *wq = machine_workqueue(tm->m, WORKQUEUE_HIGHPRI);
	struct item first, second;

	item_init(&first, tm, wq, US(10));
	item_init(&second, tm, wq, US(10));
	test_at(tm, MS(1), SIM_RANK_ARRIVAL, queue_on_0, &first);
	test_at(tm, MS(1) + US(2), SIM_RANK_ARRIVAL, queue_on_0, &second);
	test_run_until(tm, MS(2));
	g_assert_cmpint(second.start_ns[0], ==, MS(1) + US(10));
	g_assert_cmpint(n_kworkers(tm), ==, 1);
	first.n = 2;
	first.sleeps = true;
	test_at(tm, MS(3), SIM_RANK_ARRIVAL, queue_on_0, &first);
	test_at(tm, MS(3) + US(2), SIM_RANK_ARRIVAL, queue_on_0, &second);
	test_at(tm, MS(4), SIM_RANK_ARRIVAL, wake_sleeper, &first);
	test_run_until(tm, MS(5));
	g_assert_cmpint(second.start_ns[1], ==, MS(3) + US(10));
	g_assert_cmpint(first.end_ns[1], ==, MS(4) + US(10));
	g_assert_cmpint(n_kworkers(tm), ==, 2);
	g_assert_nonnull(kworker(tm, "kworker/0:1H"));
}

/* Of WQ_HIGHPRI, nice -20: a running task is asked for the CPU at once, and leaves at its cond_resched(). */
static void check_preemption(enum workqueue_kind kind, int64_t start_ns)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");
	struct item item;

	TEST_SCRIPT(tm, "loop", 0, true, MS(1), STEPS(RESCHED, US(10), 40));
	item_init(&item, tm, machine_workqueue(tm->m, kind), US(1));
	test_at(tm, MS(1) + US(15), SIM_RANK_ARRIVAL, queue_on_0, &item);
	test_run_until(tm, MS(3));
	g_assert_cmpint(item.start_ns[0], ==, start_ns);
}

static void test_highpri_preempts(void)
{
	check_preemption(WORKQUEUE_HIGHPRI, MS(1) + US(20));
	check_preemption(WORKQUEUE_BOUND, MS(1) + US(400)); /* within the loop's slice */
}

static void test_unbound_pool_takes_a_kworker_per_item(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 3, 'housekeeping': '1-2'}");
	struct workqueue *wq = machine_workqueue(tm->m, WORKQUEUE_UNBOUND);
	struct item first, second;

	item_init(&first, tm, wq, US(10));
	item_init(&second, tm, wq, US(10));
	test_at(tm, MS(1), SIM_RANK_ARRIVAL, queue_on_0, &first);
	test_at(tm, MS(1) + US(2), SIM_RANK_ARRIVAL, queue_on_0, &second);
	test_run_until(tm, MS(2));
	g_assert_cmpint(first.start_ns[0], ==, MS(1));
	g_assert_cmpint(second.start_ns[0], ==, MS(1) + US(2));
	g_assert_cmpint(first.cpu, ==, 1);
	g_assert_cmpint(second.cpu, ==, 2);
	g_assert_nonnull(kworker(tm, "kworker/u12:0"));
	g_assert_nonnull(kworker(tm, "kworker/u12:1"));
}

/* The instance that is queued is waited for, not only the one under way. */
static void test_flush_waits_for_the_last_instance(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct workqueue *wq = machine_workqueue(tm->m, WORKQUEUE_BOUND);
	struct item item;

	item_init(&item, tm, wq, US(10));
	test_at(tm, US(500), SIM_RANK_ARRIVAL, flush, &item);
	test_run_until(tm, US(600));
	g_assert_false(item.flushing); /* there is nothing */
	test_at(tm, MS(1), SIM_RANK_ARRIVAL, queue_on_0, &item);
	test_at(tm, MS(1) + US(2), SIM_RANK_ARRIVAL, queue_on_0, &item);
	test_at(tm, MS(1) + US(3), SIM_RANK_ARRIVAL, flush, &item);
	test_run_until(tm, MS(1) + US(19));
	g_assert_true(item.flushing);
	g_assert_cmpint(item.n_flushed, ==, 0);
	test_run_until(tm, MS(2));
	g_assert_cmpint(item.n_flushed, ==, 1);
	g_assert_cmpint(item.flushed_ns, ==, MS(1) + US(20));
	g_assert_cmpint(item.end_ns[1], ==, item.flushed_ns);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/workqueue/bound-item-runs-on-its-cpu", test_bound_item_runs_on_its_cpu);
	g_test_add_func("/workqueue/delayed-work-comes-with-the-timer-wheel",
			test_delayed_work_comes_with_the_timer_wheel);
	g_test_add_func("/workqueue/an-armed-timer-moves-only-when-asked",
			test_an_armed_timer_moves_only_when_asked);
	g_test_add_func("/workqueue/a-cancelled-one-never-runs", test_a_cancelled_one_never_runs);
	g_test_add_func("/workqueue/queued-while-executed-runs-again",
			test_queued_while_executed_runs_again);
	g_test_add_func("/workqueue/bound-pool-keeps-one-running",
			test_bound_pool_keeps_one_running);
	g_test_add_func("/workqueue/highpri-preempts", test_highpri_preempts);
	g_test_add_func("/workqueue/unbound-pool-takes-a-kworker-per-item",
			test_unbound_pool_takes_a_kworker_per_item);
	g_test_add_func("/workqueue/flush-waits-for-the-last-instance",
			test_flush_waits_for_the_last_instance);
	return g_test_run();
}
