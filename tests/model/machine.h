/*
 * machine.h - machines for model tests: built from a line of scenario, with scripted tasks and their trace.
 *
 * A scenario is its members in JSON with ' for "; what every scenario needs is added. A scripted task is a
 * list of steps; where the workloads of a scenario do not show a rule alone, a script does.
 */
#pragma once

#include "study/sim.h"

#define US(n) ((int64_t)(n)*1000)
#define MS(n) ((int64_t)(n)*1000000)

/* One machine; its parts are open to the tests. */
typedef struct {
	RcuSim *sim;
	struct machine *m;
	struct rcu_state *rcu;
	struct mm_world *mm;
	GArray *trace;      /* struct trace_record, in order; see test_machine_trace() */
	GPtrArray *scripts; /* struct test_script */
	GPtrArray *plans;   /* struct test_plan */
	uint32_t n_plans;
} TestMachine;

/**
 * test_machine_new:
 * @members: printf() format: members of a scenario, ' for "; "policies" defaults to per-vma, "duration" to 1s
 *
 * Returns: the machine under the scenario's first policy and its seed, at t = 0; the test fails if the scenario
 * is refused
 */
TestMachine *test_machine_new(RcuSimFlags flags, const char *members, ...) G_GNUC_PRINTF(2, 3);
/* A machine without costs: whatever happens, happens at a tick, an arrival or a script's own time. */
TestMachine *test_machine_new_free(RcuSimFlags flags, const char *members, ...) G_GNUC_PRINTF(2, 3);
void test_machine_free(TestMachine *tm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestMachine, test_machine_free)

void test_run_until(TestMachine *tm, int64_t t_ns);
int64_t test_metric(TestMachine *tm, const char *name);
/* Every metric in one text, a line each, but those whose names are in @except (NULL-terminated, or NULL). */
char *test_metrics(TestMachine *tm, const char *const *except);
struct rcu_data *test_rdp(TestMachine *tm, int cpu);

/* --- trace --- */

/* Keep the kernel's trace events from now on. */
void test_machine_trace(TestMachine *tm);
/* First record of @event from place @from on, of @cpu (-1: any) and with @text (NULL: any); or -1. */
int test_trace_find(const TestMachine *tm, int from, enum trace_event event, int cpu,
		    const char *text);
int test_trace_count(const TestMachine *tm, enum trace_event event, int cpu, const char *text);
const struct trace_record *test_trace_at(const TestMachine *tm, int i);
/* Time of the first such record; the test fails if there is none. */
int64_t test_trace_ns(const TestMachine *tm, enum trace_event event, int cpu, const char *text);

/* --- scripted tasks --- */

enum test_act {
	TEST_END,         /* the task exits */
	TEST_KERNEL,      /* @ns in the kernel */
	TEST_RESCHED,     /* the same, with a cond_resched() at its end */
	TEST_USER,        /* @ns in user mode */
	TEST_CLOSED,      /* @ns with interrupts disabled */
	TEST_LOCKED,      /* @ns under @lock */
	TEST_CALL_RCU,    /* call_rcu() of one object, @ns of CPU time before it */
	TEST_HURRY,       /* the same by call_rcu_hurry() */
	TEST_CALL_OFF,    /* the same as TEST_CALL_RCU, the caller has interrupts disabled */
	TEST_READ_LOCK,   /* @ns, then rcu_read_lock() */
	TEST_READ_UNLOCK, /* @ns, then rcu_read_unlock() */
	TEST_RUN,         /* @n operations of @ns and then @closed_ns under @lock, as one run */
	TEST_WAKE,        /* @ns, then wake the task of @who */
	TEST_SLEEP,       /* sleep for @ns */
	TEST_LOOP         /* from the start again */
};

struct test_script;

struct test_step {
	enum test_act act;
	int64_t ns;
	int64_t n; /* times; 0 is 1 */
	struct sim_lock *lock;
	int64_t closed_ns;
	struct test_script *who;
};

struct test_script {
	TestMachine *tm;
	struct sim_task *task;
	struct test_step *steps;
	int i;          /* step under way */
	int64_t n_left; /* of its times */
	struct sim_slot timer;
	GArray *ends; /* int64_t: end of each operation, in ns */
	GArray *cpus; /* int: where it was executed */
};

/*
 * A task bound to @cpu (-1: free, and last on CPU 0), arriving at @t_ns (-1: when somebody wakes it); a kthread is
 * what the placement of wakeups looks for.
 */
struct test_script *test_script_new(TestMachine *tm, const char *name, int cpu, bool kthread,
				    int64_t t_ns, const struct test_step *steps, size_t n_steps);
/* A step, and one that is taken @times times. */
#define STEP(name, t_ns)                         \
	{                                        \
		.act = TEST_##name, .ns = (t_ns) \
	}
#define STEPS(name, t_ns, times)                               \
	{                                                      \
		.act = TEST_##name, .ns = (t_ns), .n = (times) \
	}
#define TEST_SCRIPT(tm, name, cpu, kthread, t_ns, ...)                                           \
	test_script_new(tm, name, cpu, kthread, t_ns, (const struct test_step[]){ __VA_ARGS__ }, \
			sizeof((const struct test_step[]){ __VA_ARGS__ }) /                      \
				sizeof(struct test_step))
/* End of the script's @i-th operation, and where; the test fails if it has not ended. */
int64_t test_end_ns(const struct test_script *script, int i);
int test_end_cpu(const struct test_script *script, int i);
int test_n_ends(const struct test_script *script);

/* Call @fn at @t_ns as an event of rank @rank. */
void test_at(TestMachine *tm, int64_t t_ns, enum sim_rank rank,
	     void (*fn)(TestMachine *tm, void *ctx), void *ctx);

/* --- what a test expects to break --- */

/*
 * Calls @fn in a process of its own, which must end with exit status 5 and one line that says that @condition
 * (a part of it) does not hold.
 */
void test_breaks(void (*fn)(TestMachine *tm), TestMachine *tm, const char *condition);
