/*
 * Workqueues: __queue_work(), worker_thread(), process_one_work(), delayed_work_timer_fn(), wq_worker_sleeping().
 *
 * A bound pool keeps one kworker running: another one is woken only when that one sleeps inside an item. An
 * unbound pool does not count, and wakes a kworker for each item. An item is never executed by two kworkers at
 * once: queued while it is executed, it waits for that kworker. A kworker of a bound pool is woken on its CPU, of
 * an unbound one wherever the scheduler puts it among the housekeeping CPUs.
 */
#include "machine/workqueue.h"

#include <stdio.h>

#include <glib.h>

struct work_list {
	struct sim_work *head, *tail;
};

struct worker {
	struct worker_pool *pool;
	struct sim_task *task;
	struct sim_work *current;   /* being executed */
	struct work_list scheduled; /* that only this one may execute next */
	bool asleep;                /* inside an item */
	bool entered;               /* the item's fixed cost is paid */
	struct worker *next;        /* of the pool, in the order of their creation */
};

struct worker_pool {
	struct workqueue *wq;
	int cpu; /* or -1: unbound */
	struct work_list worklist;
	struct worker *workers, *workers_tail;
	int n_workers;
};

static void list_push(struct work_list *list, struct sim_work *work)
{
	work->next = NULL;
	if (list->tail != NULL)
		list->tail->next = work;
	else
		list->head = work;
	list->tail = work;
}

static struct sim_work *list_pop(struct work_list *list)
{
	struct sim_work *work = list->head;

	if (work == NULL)
		return NULL;
	list->head = work->next;
	if (list->head == NULL)
		list->tail = NULL;
	return work;
}

static void list_remove(struct work_list *list, struct sim_work *work)
{
	struct sim_work *prev = NULL;

	for (struct sim_work *w = list->head; w != work; w = w->next)
		prev = w;
	if (prev != NULL)
		prev->next = work->next;
	else
		list->head = work->next;
	if (list->tail == work)
		list->tail = prev;
}

static struct workqueue *workqueue_new(struct machine *m, enum workqueue_kind kind)
{
	struct workqueue *wq = g_new0(struct workqueue, 1);
	const bool unbound = kind == WORKQUEUE_UNBOUND;

	wq->m = m;
	wq->kind = kind;
	wq->n_pools = unbound ? 1 : m->n_cpus;
	wq->pools = g_new0(struct worker_pool, (gsize)wq->n_pools);
	for (int i = 0; i < wq->n_pools; i++) {
		wq->pools[i].wq = wq;
		wq->pools[i].cpu = unbound ? -1 : i;
	}
	return wq;
}

static void workqueue_free(struct workqueue *wq)
{
	if (wq == NULL)
		return;
	for (int i = 0; i < wq->n_pools; i++)
		while (wq->pools[i].workers != NULL) {
			struct worker *worker = wq->pools[i].workers;

			wq->pools[i].workers = worker->next;
			g_free(worker);
		}
	g_free(wq->pools);
	g_free(wq);
}

struct workqueue *machine_workqueue(struct machine *m, enum workqueue_kind kind)
{
	if (m->workqueues == NULL)
		m->workqueues = g_new0(struct workqueue *, WORKQUEUE_N_KINDS);
	if (m->workqueues[kind] == NULL)
		m->workqueues[kind] = workqueue_new(m, kind);
	return m->workqueues[kind];
}

void machine_workqueues_free(struct machine *m)
{
	for (int i = 0; m->workqueues != NULL && i < WORKQUEUE_N_KINDS; i++)
		workqueue_free(m->workqueues[i]);
	g_free(m->workqueues);
}

void work_init(struct sim_work *work, const char *name, bool (*step)(void *, struct sim_frame *),
	       void *ctx)
{
	*work = (struct sim_work){ .name = name, .step = step, .ctx = ctx };
}

/* --- kworkers --- */

/* The next item: one kept for @worker, else the first of its pool that no other kworker is executing. */
static bool worker_take(struct worker *worker)
{
	struct sim_work *work = list_pop(&worker->scheduled);

	if (work == NULL)
		work = list_pop(&worker->pool->worklist);
	if (work == NULL)
		return false;
	sim_assert(work->pending && work->worker == NULL);
	work->pool = NULL;
	work->on = NULL;
	work->pending = false; /* it may be queued again from now on */
	work->worker = worker;
	worker->current = work;
	worker->entered = false;
	return true;
}

/* The instance just executed is over: whoever flushes it goes on. */
static void worker_finish(struct worker *worker)
{
	struct sim_work *work = worker->current;

	worker->current = NULL;
	work->worker = NULL;
	work->n_done++;
	while (work->flushes != NULL && work->flushes->seq <= work->n_done) {
		struct work_flush *flush = work->flushes;

		work->flushes = flush->next;
		flush->done(flush->ctx, &worker->task->frame);
	}
}

/* worker_thread(): items until there is none. */
static void worker_step(void *ctx)
{
	struct worker *worker = ctx;
	struct sim_frame *frame = &worker->task->frame;

	worker->asleep = false;
	while (worker->current != NULL || worker_take(worker)) {
		if (!worker->entered) {
			worker->entered = true;
			frame_charge(frame, worker->task->m->costs.kworker);
		}
		if (worker->current->step(worker->current->ctx, frame))
			return;
		worker_finish(worker);
		if (frame_cond_resched(frame)) /* process_one_work()'s */
			return;
	}
	task_block(worker->task);
}

static struct worker *worker_new(struct worker_pool *pool, int cpu)
{
	struct worker *worker = g_new0(struct worker, 1);
	struct machine *m = pool->wq->m;
	char name[48];

	if (pool->cpu >= 0)
		snprintf(name, sizeof(name), "kworker/%d:%d%s", pool->cpu, pool->n_workers,
			 pool->wq->kind == WORKQUEUE_HIGHPRI ? "H" : "");
	else
		/* pools are numbered: four per CPU (two of them for softirqs), then the unbound one */
		snprintf(name, sizeof(name), "kworker/u%d:%d", 4 * m->n_cpus, pool->n_workers);
	if (pool->cpu < 0 && !cpumask_test_cpu(&m->config.housekeeping, cpu))
		cpu = cpumask_next(&m->config.housekeeping, 0);
	worker->pool = pool;
	worker->task = task_new(m, name, TASK_KWORKER, pool->cpu, cpu, worker_step, worker);
	worker->task->highpri = pool->wq->kind == WORKQUEUE_HIGHPRI;
	if (pool->workers_tail != NULL)
		pool->workers_tail->next = worker;
	else
		pool->workers = worker;
	pool->workers_tail = worker;
	pool->n_workers++;
	return worker;
}

static bool worker_is_idle(const struct worker *worker)
{
	return worker->current == NULL && worker->scheduled.head == NULL &&
	       worker->task->state == TASK_SLEEPING;
}

/* need_more_worker(): of a bound pool only if none of its kworkers runs, or is about to. */
static bool needs_worker(const struct worker_pool *pool)
{
	if (pool->worklist.head == NULL)
		return false;
	for (const struct worker *w = pool->workers; pool->cpu >= 0 && w != NULL; w = w->next)
		if (!worker_is_idle(w) && !w->asleep)
			return false;
	return true;
}

/* kick_pool(): wake an idle kworker for what is queued, or make one. */
static void pool_kick(struct worker_pool *pool, int cpu, struct sim_frame *waker)
{
	struct worker *worker = pool->workers;

	if (!needs_worker(pool))
		return;
	while (worker != NULL && !worker_is_idle(worker))
		worker = worker->next;
	if (worker == NULL)
		worker = worker_new(pool, cpu);
	task_wake(worker->task, waker);
}

void work_sleep(struct sim_frame *frame)
{
	struct worker *worker = frame->step_ctx;

	sim_assert(frame->task->kind == TASK_KWORKER && worker->current != NULL);
	worker->asleep = true;
	task_block(worker->task);
	pool_kick(worker->pool, frame->cpu->id, frame);
}

/* --- queueing --- */

static void insert_work(struct workqueue *wq, int cpu, struct sim_work *work,
			struct sim_frame *waker)
{
	struct worker_pool *pool = &wq->pools[wq->kind == WORKQUEUE_UNBOUND ? 0 : cpu];

	work->n_queued++;
	if (work->worker != NULL) { /* it must not run twice at once */
		work->on = work->worker;
		list_push(&work->worker->scheduled, work);
		return;
	}
	work->pool = pool;
	list_push(&pool->worklist, work);
	pool_kick(pool, cpu, waker);
}

bool queue_work_on(struct workqueue *wq, int cpu, struct sim_work *work, struct sim_frame *waker)
{
	if (work->pending)
		return false;
	work->pending = true;
	insert_work(wq, cpu, work, waker);
	return true;
}

/* delayed_work_timer_fn(): queued on the CPU whose timer it was. */
static void delayed_work_timer(void *ctx, struct sim_cpu *cpu)
{
	struct delayed_work *dwork = ctx;

	insert_work(dwork->wq, cpu->id, &dwork->work, cpu->softirq_runner);
}

void delayed_work_init(struct delayed_work *dwork, struct workqueue *wq, const char *name,
		       bool (*step)(void *, struct sim_frame *), void *ctx)
{
	work_init(&dwork->work, name, step, ctx);
	dwork->wq = wq;
	dwork->timer = (struct sim_timer){ .fn = delayed_work_timer, .ctx = dwork };
}

bool queue_delayed_work_on(struct delayed_work *dwork, int cpu, int64_t delay,
			   struct sim_frame *waker)
{
	struct machine *m = dwork->wq->m;

	if (dwork->work.pending)
		return false;
	dwork->work.pending = true;
	if (delay == 0)
		insert_work(dwork->wq, cpu, &dwork->work, waker);
	else
		timer_mod(&dwork->timer, &m->cpus[cpu], m->jiffies + delay);
	return true;
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	struct sim_work *work = &dwork->work;

	if (!work->pending)
		return false;
	if (timer_is_pending(&dwork->timer)) {
		timer_del(&dwork->timer);
	} else {
		list_remove(work->on != NULL ? &work->on->scheduled : &work->pool->worklist, work);
		work->pool = NULL;
		work->on = NULL;
		work->n_queued--;
		for (const struct work_flush *f = work->flushes; f != NULL; f = f->next)
			sim_assert(f->seq <= work->n_queued); /* nobody waits for it */
	}
	work->pending = false;
	return true;
}

bool mod_delayed_work_on(struct delayed_work *dwork, int cpu, int64_t delay,
			 struct sim_frame *waker)
{
	const bool was_pending = cancel_delayed_work(dwork);

	queue_delayed_work_on(dwork, cpu, delay, waker);
	return was_pending;
}

int64_t delayed_work_expires(const struct delayed_work *dwork)
{
	return timer_is_pending(&dwork->timer) ? dwork->timer.nominal : -1;
}

/* --- flushing --- */

bool work_busy(const struct sim_work *work)
{
	return work->pending || work->worker != NULL;
}

bool flush_work(struct sim_work *work, struct work_flush *flush)
{
	struct work_flush **link = &work->flushes;

	if (work->n_queued == work->n_done)
		return false; /* neither queued nor being executed */
	flush->seq = work->n_queued;
	flush->next = NULL;
	while (*link != NULL)
		link = &(*link)->next;
	*link = flush;
	return true;
}
