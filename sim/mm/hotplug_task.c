/*
 * A task that takes CPUs down and up again: echo 0 and 1 > /sys/devices/system/cpu/cpuN/online.
 *
 *   down, CPU by CPU: cpu_hotplug_down(), sleep until it is offline, move its callbacks;
 *   change what is offloaded, CPU by CPU: rcu_barrier() if it is, a note to rcuog, sleep until that has read it;
 *   a sleep, while they are down;
 *   up, CPU by CPU: prepare, bring it up; a pause; the next cycle.
 */
#include <glib.h>

#include "machine/hotplug.h"
#include "mm/mm.h"

enum {
	HOTPLUG_DOWN,
	HOTPLUG_WAIT, /* until the CPU is offline */
	HOTPLUG_NOCB, /* all are */
	HOTPLUG_BARRIER,
	HOTPLUG_PARK,   /* until rcuop sleeps */
	HOTPLUG_TOGGLE, /* until rcuog has changed its list */
	HOTPLUG_OFFLINE,
	HOTPLUG_UP,
	HOTPLUG_PAUSE, /* all are back: sleep */
	HOTPLUG_NEXT
};

struct hotplug_task {
	struct mm_world *w;
	struct sim_task *task;
	struct hotplug_task_config config;
	struct sim_slot timer;
	int state;
	int cpu; /* under way */
	int64_t cycle;
	struct rcu_sync sync; /* rcu_barrier() */
	int64_t n_queued[];   /* of it */
};

static struct sim_cpu *target(struct hotplug_task *t)
{
	return &t->w->m->cpus[t->cpu];
}

static struct rcu_data *target_rdp(struct hotplug_task *t)
{
	return &t->w->rcu->rdp[t->cpu];
}

static void sleep_for(struct hotplug_task *t, int64_t ns)
{
	engine_arm(t->w->m->engine, t->timer, time_add(machine_now_ns(t->w->m), ns));
	task_block(t->task);
}

/* A step of cpuhp that takes no time of its own; the task may have moved when its effect comes. */
static void exec(struct hotplug_task *t, void (*done)(void *))
{
	frame_exec_open(&t->task->frame, 0, false, done, t);
}

/* The next of its CPUs, or the first one again and @then. */
static void advance(struct hotplug_task *t, int same, int then)
{
	t->cpu = cpumask_next(t->config.cpus, t->cpu + 1);
	t->state = t->cpu >= 0 ? same : then;
	if (t->cpu < 0)
		t->cpu = cpumask_next(t->config.cpus, 0);
}

static void down_done(void *ctx)
{
	struct hotplug_task *t = ctx;

	if (!cpu_is_hotpluggable(target(t))) {
		advance(t, HOTPLUG_DOWN, HOTPLUG_NOCB); /* EBUSY */
		return;
	}
	cpu_hotplug_down(target(t), t->task);
	t->state = HOTPLUG_WAIT;
}

static void dead_done(void *ctx)
{
	struct hotplug_task *t = ctx;

	rcutree_migrate_callbacks(t->w->rcu, t->cpu, &t->task->frame);
	advance(t, HOTPLUG_DOWN, HOTPLUG_NOCB);
}

/* --- offloading --- */

static void toggle_done(void *ctx)
{
	struct hotplug_task *t = ctx;

	rcu_nocb_toggle_begin(target_rdp(t), t->task);
	t->state = HOTPLUG_TOGGLE;
}

/* Whether the CPU's offloading is to be changed; one that stayed online (EBUSY) keeps it. */
static bool must_toggle(struct hotplug_task *t)
{
	const struct rcu_data *rdp = target_rdp(t);

	switch (t->config.nocb) {
	case HOTPLUG_NOCB_OFFLOAD:
		return target(t)->offline && !rdp->offloaded;
	case HOTPLUG_NOCB_DEOFFLOAD:
		return target(t)->offline && rdp->offloaded;
	case HOTPLUG_NOCB_TOGGLE:
		return target(t)->offline;
	case HOTPLUG_NOCB_KEEP:
	default:
		return false;
	}
}

/* The next operation for the CPU under way; false if there is none. */
static bool nocb_step(struct hotplug_task *t)
{
	if (t->state == HOTPLUG_NOCB) {
		if (!must_toggle(t)) {
			advance(t, HOTPLUG_NOCB, HOTPLUG_OFFLINE);
			return false;
		}
		t->state = HOTPLUG_BARRIER;
		if (target_rdp(t)->offloaded) {
			rcu_barrier_begin(&t->sync);
		} else {
			exec(t, toggle_done);
			return true;
		}
	}
	if (t->state == HOTPLUG_BARRIER) {
		if (rcu_sync_step(&t->sync))
			return true;
		t->state = HOTPLUG_PARK;
	}
	if (t->state == HOTPLUG_PARK) {
		if (rcu_nocb_park(target_rdp(t), t->task))
			exec(t, toggle_done);
		else
			task_block(t->task);
		return true;
	}
	if (target_rdp(t)->group->toggle == target_rdp(t)) {
		task_block(t->task);
		return true;
	}
	advance(t, HOTPLUG_NOCB, HOTPLUG_OFFLINE);
	return false;
}

/* --- up --- */

static void up_done(void *ctx)
{
	struct hotplug_task *t = ctx;

	if (target(t)->offline) {
		rcutree_prepare_cpu(t->w->rcu, t->cpu);
		cpu_hotplug_up(target(t));
	}
	advance(t, HOTPLUG_UP, HOTPLUG_PAUSE);
}

static void hotplug_task_step(void *ctx)
{
	struct hotplug_task *t = ctx;

	while (t->state >= HOTPLUG_NOCB && t->state <= HOTPLUG_TOGGLE)
		if (nocb_step(t))
			return;
	switch (t->state) {
	case HOTPLUG_DOWN:
		exec(t, down_done);
		return;
	case HOTPLUG_WAIT:
		if (target(t)->offline)
			exec(t, dead_done);
		else
			task_block(t->task);
		return;
	case HOTPLUG_OFFLINE:
		t->state = HOTPLUG_UP;
		sleep_for(t, t->config.offline_for_ns);
		return;
	case HOTPLUG_UP:
		exec(t, up_done);
		return;
	case HOTPLUG_PAUSE:
		t->state = HOTPLUG_NEXT;
		sleep_for(t, t->config.pause_ns);
		return;
	default:
		t->state = HOTPLUG_DOWN;
		if (++t->cycle == t->config.cycles)
			task_exit(t->task);
		else
			exec(t, down_done);
	}
}

void hotplug_task_new(struct mm_world *w, const char *name,
		      const struct hotplug_task_config *config)
{
	struct hotplug_task *t = g_malloc0(sizeof(*t) + (gsize)w->m->n_cpus * sizeof(int64_t));

	t->w = w;
	t->config = *config;
	t->cpu = cpumask_next(config->cpus, 0);
	t->task = task_new(w->m, name, TASK_WORKLOAD, -1, 0, hotplug_task_step, t);
	t->task->body = t;
	t->timer = mm_task_arrival(w, t->task, config->arrive_ns);
	rcu_sync_init(&t->sync, w->rcu, t->task, t->n_queued);
}
