/*
 * strace_replay.c - whose call it was, what it did, and when.
 *
 * A task is a pid from its clone to its death; pids are used again. The first line of an unknown pid is that of
 * a child if a clone is under way that will return this pid (or one whose result the trace does not tell), else
 * of a task that was there before. Operations are put in the order in which calls returned, but that a clone
 * comes before anything its child did.
 */
#include "trace/strace_replay.h"

#include <string.h>

#include <rcusim/error.h>

#include "base/assert.h"

struct task {
	int32_t pid;
	uint32_t parent;         /* 0: none */
	uint32_t leader;         /* of its process: itself, if it is no thread */
	uint32_t previous, next; /* living tasks of the process */
	uint32_t mm, name;
	uint32_t pending;    /* call + 1 */
	int64_t prev_end_ns; /* of its last operation */
	int64_t exit_ns;     /* start of exit(), if is_exiting */
	GArray *children;    /* to wait for when the pending call has returned */
	bool is_thread, is_alive, is_exiting, is_waited, is_seen;
};

struct mm {
	uint32_t life;
	uint64_t brk;
	bool has_brk;
};

struct maker {
	struct strace_log *log;
	const struct exec_counts *counts;
	struct strace_totals totals;
	GArray *tasks;        /* struct task, from 1 */
	GArray *mms;          /* struct mm */
	GPtrArray *lives;     /* exec_life, one for each set of images of the doc */
	GHashTable *alive;    /* pid -> task */
	GHashTable *latest;   /* pid -> task, dead or alive */
	GHashTable *expected; /* pid -> call + 1 of the clone that returns it */
	GQueue open_clones;   /* calls whose result is not known */
};

static struct task *task_at(struct maker *m, uint32_t i)
{
	return &g_array_index(m->tasks, struct task, i);
}

static struct mm *mm_of(struct maker *m, uint32_t task)
{
	return &g_array_index(m->mms, struct mm, task_at(m, task)->mm);
}

static struct exec_life *life_of(struct maker *m, uint32_t task)
{
	return g_ptr_array_index(m->lives, mm_of(m, task)->life);
}

static struct strace_call *call_at(struct maker *m, uint32_t i)
{
	return &g_array_index(m->log->calls, struct strace_call, i);
}

static uint32_t lookup(GHashTable *table, int32_t pid)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(table, GINT_TO_POINTER(pid)));
}

static void insert(GHashTable *table, int32_t pid, uint32_t value)
{
	g_hash_table_insert(table, GINT_TO_POINTER(pid), GUINT_TO_POINTER(value));
}

/* --- operations --- */

/* User time before an operation of @task that began at @start_ns. */
static int64_t think_of(struct maker *m, uint32_t task, int64_t start_ns)
{
	return MAX(0, start_ns - task_at(m, task)->prev_end_ns);
}

static void see_end(struct maker *m, uint32_t task, int64_t end_ns)
{
	struct task *t = task_at(m, task);

	t->prev_end_ns = MAX(t->prev_end_ns, end_ns);
}

static void add_op(struct maker *m, uint32_t task, enum trace_op_kind kind, int64_t think_ns,
		   uint64_t a)
{
	const struct trace_op op = {
		.task = task, .kind = (uint8_t)kind, .think_ns = think_ns, .a = a
	};

	trace_doc_add(m->log->doc, &op);
}

static uint32_t new_mm(struct maker *m, bool is_known)
{
	const struct mm mm = { .life = m->lives->len };

	g_ptr_array_add(m->lives, exec_life_new(is_known));
	g_array_append_val(m->mms, mm);
	return m->mms->len - 1;
}

static void add_images(struct maker *m, uint32_t task)
{
	const uint32_t images = trace_doc_images(m->log->doc);

	sim_assert(images == mm_of(m, task)->life);
	add_op(m, task, TRACE_IMAGES, 0, images);
}

/* --- tasks --- */

static uint32_t new_task(struct maker *m, int32_t pid, uint32_t name, int64_t now_ns)
{
	const struct task task = { .pid = pid,
				   .leader = m->tasks->len,
				   .name = name,
				   .prev_end_ns = now_ns,
				   .is_alive = true };
	const uint32_t i = m->tasks->len;

	g_array_append_val(m->tasks, task);
	insert(m->alive, pid, i);
	insert(m->latest, pid, i);
	return i;
}

/* A task that nobody in the trace has cloned: it was there when the trace began, or was attached to. */
static uint32_t new_root(struct maker *m, int32_t pid, int64_t now_ns, uint32_t name)
{
	const uint32_t i = new_task(m, pid, name, now_ns);
	const struct trace_op op = { .task = i,
				     .kind = TRACE_TASK,
				     .a = name,
				     .b = 1,
				     .c = (uint64_t)MAX(0, now_ns - m->log->first_ns) };

	task_at(m, i)->mm = new_mm(m, false);
	trace_doc_add(m->log->doc, &op);
	add_images(m, i);
	m->totals.n_processes++;
	return i;
}

static void join_process(struct maker *m, uint32_t child, uint32_t parent)
{
	struct task *c = task_at(m, child), *p = task_at(m, parent);

	c->leader = p->leader;
	c->is_thread = true;
	c->previous = parent;
	c->next = p->next;
	if (p->next != 0)
		task_at(m, p->next)->previous = child;
	p->next = child;
}

/* Both halves of a clone: the declaration of the child, and the parent's operation. */
static uint32_t start_child(struct maker *m, uint32_t i, int32_t pid, int64_t now_ns)
{
	struct strace_call *call = call_at(m, i);
	const uint32_t parent = call->task;
	const bool returned = (call->flags & CALL_DONE) != 0 && call->end_ns <= now_ns;
	const uint32_t child = new_task(m, pid, task_at(m, parent)->name,
					returned ? call->end_ns : call->start_ns);
	struct trace_op op = { .task = child, .kind = TRACE_TASK, .a = task_at(m, parent)->name };

	call->child = child;
	task_at(m, child)->parent = parent;
	if (call->op_flags & TRACE_VM) {
		task_at(m, child)->mm = task_at(m, parent)->mm;
	} else {
		const struct mm copy = *mm_of(m, parent);

		g_array_append_val(m->mms, copy);
		task_at(m, child)->mm = m->mms->len - 1;
	}
	if (call->op_flags & TRACE_THREAD) {
		join_process(m, child, parent);
		m->totals.n_threads++;
	} else {
		m->totals.n_processes++;
	}
	trace_doc_add(m->log->doc, &op);
	op = (struct trace_op){ .task = parent,
				.kind = TRACE_CLONE,
				.flags = call->op_flags,
				.think_ns = think_of(m, parent, call->start_ns),
				.a = child };
	trace_doc_add(m->log->doc, &op);
	see_end(m, parent, call->start_ns);
	return child;
}

/* --- death --- */

static void add_wait(struct maker *m, uint32_t task, uint32_t child, int64_t think_ns)
{
	add_op(m, task, TRACE_WAIT, think_ns, child);
	task_at(m, child)->is_waited = true;
}

/* Without wait4() in the trace: whoever has a child that dies has waited for it until then. */
static void infer_wait(struct maker *m, uint32_t child, int64_t now_ns)
{
	uint32_t parent = task_at(m, child)->parent;
	struct task *p = task_at(m, parent);

	if (m->log->has_waits || parent == 0)
		return;
	if (!p->is_alive) {
		parent = p->leader;
		p = task_at(m, parent);
	}
	if (!p->is_alive || p->is_exiting)
		return;
	if (p->pending != 0) {
		if (p->children == NULL)
			p->children = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		g_array_append_val(p->children, child);
		return;
	}
	add_wait(m, parent, child, 0);
	see_end(m, parent, now_ns);
}

static void leave_process(struct maker *m, struct task *t)
{
	if (t->previous != 0)
		task_at(m, t->previous)->next = t->next;
	if (t->next != 0)
		task_at(m, t->next)->previous = t->previous;
}

/* A call that never returned: the task slept in it, or died before it had an effect. */
static int64_t last_think(struct maker *m, uint32_t task, int64_t now_ns)
{
	struct task *t = task_at(m, task);
	const struct strace_call *call = t->pending == 0 ? NULL : call_at(m, t->pending - 1);

	if (!t->is_seen)
		return 0;
	if (t->is_exiting)
		return think_of(m, task, t->exit_ns);
	if (call == NULL)
		return think_of(m, task, now_ns);
	if ((call->kind != CALL_SLEEP && call->kind != CALL_WAIT) || now_ns <= call->start_ns)
		return think_of(m, task, call->start_ns);
	add_op(m, task, TRACE_SLEEP, think_of(m, task, call->start_ns),
	       (uint64_t)(now_ns - call->start_ns));
	return 0;
}

static void kill_task(struct maker *m, uint32_t task, int64_t now_ns)
{
	struct task *t = task_at(m, task);

	if (!t->is_alive)
		return;
	add_op(m, task, TRACE_EXIT, last_think(m, task, now_ns), 0);
	t->is_alive = false;
	t->pending = 0;
	g_clear_pointer(&t->children, g_array_unref);
	leave_process(m, t);
	if (lookup(m->alive, t->pid) == task)
		g_hash_table_remove(m->alive, GINT_TO_POINTER(t->pid));
	if (!t->is_thread)
		infer_wait(m, task, now_ns);
}

/* All tasks of the process but @except. */
static void kill_others(struct maker *m, uint32_t except, int64_t now_ns)
{
	while (task_at(m, except)->previous != 0)
		kill_task(m, task_at(m, except)->previous, now_ns);
	while (task_at(m, except)->next != 0)
		kill_task(m, task_at(m, except)->next, now_ns);
}

/* --- whose line it is --- */

/* On a terminal, lines of a lone task have no pid. */
static uint32_t lone_task(struct maker *m)
{
	GHashTableIter iter;
	void *task;

	if (g_hash_table_size(m->alive) != 1)
		return 0;
	g_hash_table_iter_init(&iter, m->alive);
	g_hash_table_iter_next(&iter, NULL, &task);
	return GPOINTER_TO_UINT(task);
}

static uint32_t child_of_open_clone(struct maker *m, int32_t pid, int64_t now_ns)
{
	uint32_t i = lookup(m->expected, pid);

	if (i != 0) {
		g_hash_table_remove(m->expected, GINT_TO_POINTER(pid));
		if (task_at(m, call_at(m, i - 1)->task)->is_alive)
			return start_child(m, i - 1, pid, now_ns);
	}
	if (lookup(m->alive, 0) != 0)
		return 0; /* it is the task whose pid was not known */
	while (!g_queue_is_empty(&m->open_clones)) {
		i = GPOINTER_TO_UINT(g_queue_pop_head(&m->open_clones));
		if (task_at(m, call_at(m, i - 1)->task)->is_alive)
			return start_child(m, i - 1, pid, now_ns);
	}
	return 0;
}

static uint32_t task_of(struct maker *m, int32_t pid, int64_t now_ns, uint32_t root_name)
{
	uint32_t task = lookup(m->alive, pid);

	if (task == 0 && pid == 0)
		task = lone_task(m);
	if (task == 0 && pid != 0)
		task = child_of_open_clone(m, pid, now_ns);
	if (task == 0 && pid != 0 && lookup(m->alive, 0) != 0) {
		task = lookup(m->alive, 0);
		g_hash_table_remove(m->alive, GINT_TO_POINTER(0));
		insert(m->alive, pid, task);
		insert(m->latest, pid, task);
		task_at(m, task)->pid = pid;
	}
	if (task == 0)
		task = new_root(m, pid, now_ns, root_name);
	task_at(m, task)->is_seen = true;
	return task;
}

/* --- calls --- */

static void begin_clone(struct maker *m, uint32_t i, int64_t now_ns)
{
	const struct strace_call *call = call_at(m, i);
	uint32_t old;

	if ((call->flags & CALL_DONE) == 0) {
		g_queue_push_tail(&m->open_clones, GUINT_TO_POINTER(i + 1));
		return;
	}
	if (call->flags & CALL_FAILED)
		return;
	/* Its pid is used again: whoever had it is dead. */
	old = lookup(m->alive, (int32_t)call->result);
	if (old != 0 && old != call->task)
		kill_task(m, old, now_ns);
	insert(m->expected, (int32_t)call->result, i + 1);
}

static void begin_call(struct maker *m, uint32_t i, int64_t now_ns)
{
	struct strace_call *call = call_at(m, i);
	const uint32_t root_name = call->kind == CALL_EXEC && (call->flags & CALL_FAILED) == 0
					   ? (uint32_t)call->addr
					   : trace_doc_name(m->log->doc, "task");
	const uint32_t task = task_of(m, call->pid, now_ns, root_name);
	struct task *t = task_at(m, task);

	call->task = task;
	call->flags |= CALL_BEGUN;
	t->pending = i + 1;
	if (call->kind == CALL_CLONE)
		begin_clone(m, i, now_ns);
	if (call->kind == CALL_EXIT || call->kind == CALL_EXIT_GROUP) {
		t->is_exiting = true;
		t->exit_ns = call->start_ns;
		if (m->log->has_deaths)
			return;
		if (call->kind == CALL_EXIT_GROUP)
			kill_others(m, task, now_ns);
		kill_task(m, task, now_ns);
	}
}

static void end_exec(struct maker *m, const struct strace_call *call, int64_t now_ns)
{
	const uint32_t task = call->task;

	kill_others(m, task, now_ns);
	task_at(m, task)->name = (uint32_t)call->addr;
	add_op(m, task, TRACE_EXEC, think_of(m, task, call->start_ns), call->addr);
	task_at(m, task)->mm = new_mm(m, true);
	add_images(m, task);
	m->totals.n_execs++;
}

static void end_wait(struct maker *m, const struct strace_call *call, int64_t now_ns)
{
	const uint32_t task = call->task;
	const uint32_t child = call->addr > INT32_MAX ? 0 : lookup(m->latest, (int32_t)call->addr);
	const int64_t think_ns = think_of(m, task, call->start_ns);
	const struct task *c = task_at(m, child);

	if (call->addr == 0)
		return;
	if (child == 0 || child == task || c->is_waited || c->parent == 0 ||
	    task_at(m, c->parent)->leader != task_at(m, task)->leader) {
		/* A child that the trace does not know. */
		if (call->end_ns > call->start_ns)
			add_op(m, task, TRACE_SLEEP, think_ns,
			       (uint64_t)(call->end_ns - call->start_ns));
		return;
	}
	kill_task(m, child, now_ns);
	add_wait(m, task, child, think_ns);
}

static void end_mmap(struct maker *m, const struct strace_call *call, struct trace_op *op)
{
	struct exec_life *life = life_of(m, call->task);

	op->a = call->result;
	op->c = call->offset;
	if (call->file != 0)
		op->file = exec_life_file(life, call->file, (call->flags & CALL_PATH_IS_FILE) != 0,
					  call->offset, (call->flags & CALL_HINT) != 0);
	else if (call->op_flags & TRACE_SHARED)
		op->file = exec_life_new_file(life); /* shmem: each its own */
	exec_life_map(life, op->a, op->a + op->b, (call->flags & CALL_HINT) == 0,
		      call->file != 0 && (call->prot & TRACE_X) != 0);
}

/* Returns: whether the heap's end moved, or is seen for the first time. */
static bool end_brk(struct maker *m, const struct strace_call *call, struct trace_op *op)
{
	struct mm *mm = mm_of(m, call->task);
	struct exec_life *life = life_of(m, call->task);

	op->a = (call->result + TRACE_PAGE - 1) & ~(TRACE_PAGE - 1);
	if (mm->has_brk && mm->brk == op->a)
		return false;
	if (mm->has_brk && op->a > mm->brk)
		exec_life_map(life, mm->brk, op->a, false, false);
	exec_life_brk(life, op->a);
	mm->has_brk = true;
	mm->brk = op->a;
	return true;
}

static void end_mapping(struct maker *m, const struct strace_call *call)
{
	static const uint8_t kinds[] = {
		[CALL_MMAP] = TRACE_MMAP,     [CALL_MUNMAP] = TRACE_MUNMAP,
		[CALL_BRK] = TRACE_BRK,       [CALL_MPROTECT] = TRACE_MPROTECT,
		[CALL_MREMAP] = TRACE_MREMAP, [CALL_MADVISE] = TRACE_MADVISE,
		[CALL_MLOCK] = TRACE_MLOCK,   [CALL_MUNLOCK] = TRACE_MUNLOCK,
	};
	struct exec_life *life = life_of(m, call->task);
	struct trace_op op = { .task = call->task,
			       .kind = kinds[call->kind],
			       .prot = call->prot,
			       .flags = call->op_flags,
			       .think_ns = think_of(m, call->task, call->start_ns),
			       .a = call->addr,
			       .b = call->len };

	if (call->kind == CALL_BRK) {
		if (!end_brk(m, call, &op))
			return;
	} else if (call->kind == CALL_MMAP) {
		end_mmap(m, call, &op);
	} else {
		exec_life_touch(life, op.a, op.a + op.b, call->kind == CALL_MPROTECT,
				call->kind == CALL_MUNMAP);
		if (call->kind == CALL_MREMAP) {
			op.c = call->new_len;
			op.d = call->result;
			exec_life_map(life, op.d, op.d + op.c, false, false);
		}
		if (op.b == 0)
			return;
	}
	trace_doc_add(m->log->doc, &op);
	m->totals.n_mapping_calls++;
	see_end(m, call->task, call->end_ns);
}

static void end_clone(struct maker *m, uint32_t i, int64_t now_ns)
{
	const struct strace_call *call = call_at(m, i);

	g_hash_table_remove(m->expected, GINT_TO_POINTER((int32_t)call->result));
	if (call->child == 0)
		start_child(m, i, (int32_t)call->result, MAX(now_ns, call->end_ns));
}

static void end_effect(struct maker *m, uint32_t i, int64_t now_ns)
{
	const struct strace_call *call = call_at(m, i);
	const uint32_t task = call->task;

	switch ((enum call_kind)call->kind) {
	case CALL_EXEC:
		end_exec(m, call, now_ns);
		break;
	case CALL_CLONE:
		end_clone(m, i, now_ns);
		break;
	case CALL_WAIT:
		end_wait(m, call, now_ns);
		if (call->addr == 0 && (call->flags & CALL_FAILED) == 0)
			return; /* WNOHANG: it took time */
		break;
	case CALL_SLEEP:
		add_op(m, task, TRACE_SLEEP, think_of(m, task, call->start_ns),
		       (uint64_t)(call->end_ns - call->start_ns));
		break;
	case CALL_MMAP:
	case CALL_MUNMAP:
	case CALL_BRK:
	case CALL_MPROTECT:
	case CALL_MREMAP:
	case CALL_MADVISE:
	case CALL_MLOCK:
	case CALL_MUNLOCK:
		end_mapping(m, call);
		return;
	case CALL_OTHER:
	case CALL_EXIT:
	case CALL_EXIT_GROUP:
	default:
		return;
	}
	see_end(m, task, call->end_ns);
}

static void end_call(struct maker *m, uint32_t i, int64_t now_ns)
{
	const struct strace_call *call = call_at(m, i);
	struct task *t = task_at(m, call->task);

	if ((call->flags & CALL_BEGUN) == 0 || !t->is_alive || t->pending != i + 1)
		return;
	t->pending = t->is_exiting ? t->pending : 0;
	if ((call->flags & CALL_FAILED) == 0 || call->kind == CALL_WAIT)
		end_effect(m, i, now_ns);
	t = task_at(m, call->task);
	if (t->children == NULL || t->pending != 0)
		return;
	/* Children that died meanwhile. */
	for (guint k = 0; k < t->children->len; k++)
		add_wait(m, call->task, g_array_index(t->children, uint32_t, k), 0);
	g_array_set_size(t->children, 0);
	see_end(m, call->task, now_ns);
}

/* --- events --- */

/* A thread that is not the leader has called execve(): it takes the leader's place and pid. */
static void supersede(struct maker *m, int32_t pid, int32_t by, int64_t now_ns)
{
	const uint32_t leader = lookup(m->alive, pid);
	const uint32_t task = task_of(m, by, now_ns, trace_doc_name(m->log->doc, "task"));
	struct task *t = task_at(m, task);

	if (leader == task)
		return;
	if (leader != 0) {
		t->parent = task_at(m, leader)->parent;
		task_at(m, leader)->is_thread = true; /* its death is not the process's */
		kill_task(m, leader, now_ns);
	}
	t->is_thread = false;
	t->leader = task;
	g_hash_table_remove(m->alive, GINT_TO_POINTER(by));
	t->pid = pid;
	insert(m->alive, pid, task);
	insert(m->latest, pid, task);
}

static void run_event(struct maker *m, const struct strace_event *event)
{
	switch ((enum event_kind)event->kind) {
	case EVENT_BEGIN:
		begin_call(m, event->call, event->t_ns);
		break;
	case EVENT_END:
		end_call(m, event->call, event->t_ns);
		break;
	case EVENT_WHOLE:
		begin_call(m, event->call, event->t_ns);
		end_call(m, event->call, event->t_ns);
		break;
	case EVENT_DEATH:
		kill_task(m,
			  task_of(m, (int32_t)event->call, event->t_ns,
				  trace_doc_name(m->log->doc, "task")),
			  event->t_ns);
		break;
	case EVENT_SUPERSEDED:
		supersede(m, (int32_t)event->call, event->by, event->t_ns);
		break;
	}
}

/* Children first, so that nobody is orphaned. */
static void end_trace(struct maker *m)
{
	for (uint32_t i = m->tasks->len - 1; i > 0; i--) {
		struct task *t = task_at(m, i);

		if (!t->is_alive)
			continue;
		m->totals.n_cut += !t->is_exiting && t->is_seen;
		t->is_thread = true; /* nobody waits any more */
		kill_task(m, i, m->log->last_ns);
	}
	for (guint i = 0; i < m->lives->len; i++)
		exec_life_image(g_ptr_array_index(m->lives, i), m->counts,
				g_ptr_array_index(m->log->doc->images, i));
	if (m->log->last_ns > m->log->first_ns)
		m->totals.span_ns = m->log->last_ns - m->log->first_ns;
}

static void free_life(void *life)
{
	exec_life_free(life);
}

static void maker_clear(struct maker *m)
{
	for (guint i = 0; i < m->tasks->len; i++)
		g_clear_pointer(&task_at(m, i)->children, g_array_unref);
	g_array_unref(m->tasks);
	g_array_unref(m->mms);
	g_ptr_array_unref(m->lives);
	g_hash_table_unref(m->alive);
	g_hash_table_unref(m->latest);
	g_hash_table_unref(m->expected);
	g_queue_clear(&m->open_clones);
}

bool strace_replay(struct strace_log *log, const struct exec_counts *counts,
		   struct strace_totals *ret, GError **error)
{
	struct maker m = { .log = log,
			   .counts = counts,
			   .tasks = g_array_new(FALSE, TRUE, sizeof(struct task)),
			   .mms = g_array_new(FALSE, TRUE, sizeof(struct mm)),
			   .lives = g_ptr_array_new_with_free_func(free_life),
			   .alive = g_hash_table_new(NULL, NULL),
			   .latest = g_hash_table_new(NULL, NULL),
			   .expected = g_hash_table_new(NULL, NULL),
			   .open_clones = G_QUEUE_INIT };
	bool good = true;

	g_array_set_size(m.tasks, 1); /* there is no task 0 */
	for (guint i = 0; good && i < log->events->len; i++) {
		run_event(&m, &g_array_index(log->events, struct strace_event, i));
		good = m.tasks->len <= TRACE_MAX_TASKS && log->doc->ops->len <= TRACE_MAX_OPS;
	}
	if (good)
		end_trace(&m);
	else
		g_set_error(
			error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			"%s: error: found more than %d tasks or %d operations; no more are accepted",
			(const char *)g_ptr_array_index(log->files, 0), TRACE_MAX_TASKS,
			TRACE_MAX_OPS);
	*ret = m.totals;
	maker_clear(&m);
	return good;
}
