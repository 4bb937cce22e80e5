/*
 * machine.h - one simulated machine: CPUs, tick, tasks, locks, timers.
 *
 * A CPU runs interrupts over softirqs over its current task. What runs is a frame: a state machine that
 * issues one operation after the other. An operation has an open segment (interrupts enabled), then a closed
 * one (interrupts disabled, its lock held), and takes effect at its end:
 *
 *        start            boundary                end: the effect
 *          |---- open_ns ----|---- closed_ns --------|
 *          an interrupt      an interrupt waits
 *          suspends it here  for the end
 *
 * A run is n operations of equal cost whose first n - 1 effects nobody can see before they look: they are
 * applied in closed form when somebody does (cpu_settle()), the last one by the code that applies any single
 * operation. Whoever changes what a run was planned on cuts it to the operation in flight (cpu_cut()); it
 * is planned anew after that. In reference mode every run has length one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/assert.h"
#include "base/units.h"
#include "engine/engine.h"
#include "machine/config.h"
#include "machine/costs.h"
#include "machine/probe.h"

struct machine;
struct sim_cpu;
struct sim_task;
struct sim_frame;
struct sim_lock;
struct smp_call;

/* --- operations and frames (frame.c) --- */

/*
 * The ends of the operations of a run: operation i = 0, 1, ... ends at op_times_end(). With a period p above
 * 1 every p-th operation (the one whose phase is p - 1) is a long one: 32 pushes and a drain are a run, too.
 */
struct op_times {
	int64_t first_end_ns; /* end of operation 0 */
	int64_t short_ns, long_ns;
	int64_t period, phase; /* phase of operation 0 within its period */
};

/* End of operation @i. */
int64_t op_times_end(const struct op_times *times, int64_t i);
/* Sum of the ends of operations 0 ... @n - 1. */
__int128 op_times_sum(const struct op_times *times, int64_t n);
/* Number of long operations among 0 ... @n - 1, and the index of the first of them. */
int64_t op_times_n_long(const struct op_times *times, int64_t n);
int64_t op_times_first_long(const struct op_times *times);
/* Operations that end before @t_ns, if there were no end to them; the period must not be 0 ns long. */
int64_t op_times_n_ends_before(const struct op_times *times, int64_t t_ns);
/* Length of one whole period. */
int64_t op_times_period_ns(const struct op_times *times);

struct sim_op {
	int64_t open_ns, closed_ns;
	struct sim_lock *lock; /* held during the closed segment, or NULL */
	bool resched;          /* its end is a cond_resched() */
	bool user;             /* runs in user mode */
	bool jiffy_bound;      /* a run planned on the value of jiffies: the jiffy's turn cuts it */
	bool clock_bound;      /* a run planned on the clock: an interruption cuts it */
	void (*done)(void *ctx); /* the effect; may block or end the task. NULL: none */
	void *ctx;
	/* a run: n operations; the first n - 1 by apply(), each as done() would have done it */
	int64_t n;
	int64_t period, phase;                /* see struct op_times; period 1: all equal */
	int64_t long_open_ns, long_closed_ns; /* of the p-th; unused if period is 1 */
	void (*apply)(void *ctx, int64_t n, const struct op_times *times);
};

enum frame_kind { FRAME_TASK, FRAME_SOFTIRQ };

struct sim_frame {
	enum frame_kind kind;
	struct sim_cpu *cpu;     /* where it runs or last ran */
	struct sim_task *task;   /* FRAME_TASK: whose */
	void (*step)(void *ctx); /* it has the CPU and no operation: says what comes next */
	void *step_ctx;
	bool has_op;
	struct sim_op op;
	int64_t n_left;     /* operations of the run not applied yet, the one in flight included */
	int64_t phase;      /* of the one in flight */
	bool running;       /* its operation in flight is being executed */
	bool resched_point; /* has no operation: the last one ended with a cond_resched() */
	bool bh_disabled; /* processes softirqs or callbacks: a tick is no quiescent state, no preemption */
	/* op.lock: taken lazily (held exactly while in the closed segment) unless somebody competes for it */
	bool lock_lazy;    /* the lock's lazy frame */
	bool lock_pending; /* an event at the boundary will ask for it */
	bool spinning;     /* waits for it with interrupts disabled */
	bool locked;       /* holds it */
	int64_t spin_since_ns;
	struct sim_frame *wait_next;
	int64_t end_ns;       /* running: end of the operation in flight */
	uint32_t end_delta;   /* and its delta */
	int64_t remaining_ns; /* suspended: work left of it */
	int64_t charge_ns;    /* added to the open segment of the next operation */
	int64_t lock_wait_ns; /* ever */
};

/* Start @op in @frame; it must be the frame that its CPU is executing, with no operation. */
void frame_exec(struct sim_frame *frame, const struct sim_op *op);
/* An operation of one segment: the usual case of a kernel thread's step. */
void frame_exec_open(struct sim_frame *frame, int64_t open_ns, bool resched, void (*done)(void *),
		     void *ctx);
void frame_exec_locked(struct sim_frame *frame, int64_t closed_ns, struct sim_lock *lock,
		       void (*done)(void *), void *ctx);
/*
 * cond_resched() between two operations: true if the task has left the CPU; it will be asked for its next step
 * when it is back. Else its cost is paid with the next operation.
 */
bool frame_cond_resched(struct sim_frame *frame);
/*
 * Busy-wait, without preemption but with interrupts enabled, until somebody calls frame_end_wait(); @done is called
 * then.
 */
void frame_exec_wait(struct sim_frame *frame, void (*done)(void *), void *ctx);
void frame_end_wait(struct sim_frame *frame);
/* CPU time that something outside @frame's own operations cost it (a wakeup): paid with the next one. */
void frame_charge(struct sim_frame *frame, int64_t ns);

/* --- CPUs (cpu.c) --- */

enum cpu_time {
	CPU_TIME_IDLE,
	CPU_TIME_USER,
	CPU_TIME_KERNEL,
	CPU_TIME_SOFTIRQ,
	CPU_TIME_HARDIRQ,
	CPU_N_TIMES
};

enum softirq_vector { SOFTIRQ_TIMER, SOFTIRQ_RCU, SOFTIRQ_N };

struct sim_cpu {
	struct machine *m;
	int id;
	struct sim_slot op_slot, tick_slot, ipi_slot, dispatch_slot;
	/* what runs */
	struct sim_task *curr; /* NULL: the idle task */
	struct sim_frame softirq_frame;
	bool in_softirq; /* softirq_frame lies over the task */
	bool in_irq; /* executes an interrupt handler, or a reschedule interrupt is on its way */
	int64_t busy_until_ns;   /* end of the last interrupt, or of the switch to the idle task */
	enum cpu_time busy_mode; /* what occupies it until then */
	bool switching;          /* __schedule() is under way */
	bool dispatching;        /* idle, a wakeup is on its way */
	bool need_resched;
	bool wants_all_qs; /* RCU asks to be told of the next cond_resched() that does not switch */
	bool inactive;     /* is going offline, or is: nothing new is placed here (hotplug.h) */
	bool offline;
	/* turns on a shared instruction stream (stream_turn.c): as it was at paused_ns until it has its turn */
	bool paused;
	int64_t paused_ns;
	int64_t paused_event_ns; /* when its switch, or its wakeup from idle, would have been over */
	struct sim_task *hotplug_waiter; /* the task that takes it down */
	bool tick_deferred;              /* a tick waits for interrupts to be enabled */
	bool ipi_deferred;               /* so does an interrupt from another CPU */
	bool irq_watched; /* the interrupt being executed hit code that RCU watches */
	/* function-call interrupts: queued calls, first to last; their slot is made by the first of them */
	struct smp_call *call_head, *call_tail;
	struct sim_slot call_slot;
	bool has_call_slot, call_deferred;
	bool preempt_irq; /* need_resched came from elsewhere: an interrupt makes a preemptible task leave */
	/* run queue: woken tasks in wake order, then preempted ones in theirs */
	struct sim_task *rq_head;
	int n_queued;
	/* eevdf.h */
	struct sim_task *delayed; /* linked by ->rq_next */
	int64_t vbase;            /* where virtual times are counted from */
	uint64_t enqueue_seq;
	/* softirqs */
	uint32_t softirq_pending;
	struct sim_task *ksoftirqd;
	struct sim_frame *softirq_runner; /* frame that executes softirqs now, or NULL */
	uint32_t softirq_todo;
	int softirq_round;
	int64_t softirq_end_jiffy;
	bool softirq_entered;        /* the round's fixed cost is paid */
	bool softirq_vector_entered; /* the round's lowest vector has begun */
	/* tick */
	bool tick_on;
	bool tick_hit_idle; /* a tick has hit the idle CPU since it became idle */
	int64_t tick_skew_ns;
	struct sim_timer *timers; /* ascending (expires, seq) */
	/* nohz_full: an adaptive-tick CPU */
	bool nohz_full;
	bool in_user;      /* its task is in user mode, and RCU does not watch */
	uint32_t tick_dep; /* who keeps its tick, by enum tick_dep_bit */
	/* extended quiescent states: odd while RCU watches */
	uint64_t watching_seq;
	/* accounting: everything up to acct_ns is in time_ns[] */
	int64_t acct_ns;
	int64_t time_ns[CPU_N_TIMES];
	int64_t n_ticks, n_switches;
	char idle_name[24]; /* of its idle task, in traces */
};

/* Apply what @cpu's run has completed before the event being executed. Idempotent. */
void cpu_settle(struct sim_cpu *cpu);
/* cpu_settle(), then leave only the operation in flight of the run: what it was planned on changes. */
void cpu_cut(struct sim_cpu *cpu);
/* The frame that @cpu is executing: softirq, task or NULL when idle. */
struct sim_frame *cpu_frame(struct sim_cpu *cpu);
/* Whether @cpu takes no interrupt at the event being executed: its operation has them disabled, or it has no turn. */
bool cpu_irqs_disabled(struct sim_cpu *cpu);
/* RCU does not watch: the idle task or, on an adaptive-tick CPU, user mode, outside interrupts and softirqs. */
bool cpu_is_in_eqs(const struct sim_cpu *cpu);
bool cpu_is_idle(const struct sim_cpu *cpu); /* runs the idle task and has nothing queued */
/* rcu_is_cpu_rrupt_from_idle(): the interrupt being executed hit the idle task, and no softirq over it. */
bool cpu_rrupt_from_idle(const struct sim_cpu *cpu);
/* Bring time_ns[] up to now. */
void cpu_account(struct sim_cpu *cpu);

/* --- tasks and scheduler (sched.c) --- */

enum task_kind {
	TASK_GP_KTHREAD,
	TASK_RCUOG,
	TASK_RCUOP,
	TASK_RCUC,
	TASK_KSOFTIRQD,
	TASK_KWORKER,
	TASK_RCUB,
	TASK_WORKLOAD,
	TASK_N_KINDS
};

#define SCHED_MAX_FIFO_PRIO 99

enum task_state { TASK_SLEEPING, TASK_QUEUED, TASK_RUNNING, TASK_DEAD };

struct sim_task {
	struct machine *m;
	uint32_t id; /* stable: given at creation, in the order of the scenario */
	char *name;
	char comm[16]; /* its first characters, as the kernel keeps them: what traces show */
	enum task_kind kind;
	const struct cpumask *allowed;
	int bound_cpu; /* or -1 */
	bool kthread;
	enum task_state state;
	int fifo_prio; /* SCHED_FIFO of this priority, or 0: SCHED_OTHER; set by task_set_fifo() */
	struct sim_cpu *cpu; /* where it runs, is queued, or last ran */
	struct sim_task *rq_next;
	bool highpri; /* nice -20, as kworkers of WQ_HIGHPRI: goes before others that are no SCHED_FIFO task */
	struct sim_task *wait_next; /* on a wait queue */
	bool preempted;             /* queued after it had to leave its CPU, not after a wakeup */
	struct sim_frame frame;
	int64_t slice_start_ns; /* CPU time it had when it was last put on a CPU */
	/* eevdf.h; virtual times in ns */
	bool on_rq;        /* competes on ->cpu */
	bool delayed;      /* sleeps, and still competes */
	bool fresh;        /* just forked: half a slice first */
	bool rel_deadline; /* ->deadline is relative to ->vruntime, which is to come */
	int64_t vruntime, deadline, vlag;
	int64_t parity_deadline; /* of when it was put on the CPU */
	int64_t exec_start_ns;
	uint64_t enqueue_seq;
	int64_t cpu_ns, lock_wait_ns, n_wakeups, n_switches;
	void *body; /* of a workload's task: freed with it */
	/* RCU's part of task_struct */
	bool preempt_disabled; /* by itself: a tick is no quiescent state */
	int rcu_read_lock_nesting;
	bool rcu_blocked; /* preempted inside a section: on its leaf's blkd_tasks */
	void *rcu_blocked_node;
	struct sim_task *rcu_blkd_prev, *rcu_blkd_next;
	bool rcu_need_qs;
	int64_t rcu_section_start_ns;
	struct sim_task *rcu_reader_prev, *rcu_reader_next; /* open sections, oldest first */
	struct sim_task *next;                              /* all tasks, by id */
};

/**
 * task_new:
 * @bound_cpu: CPU it is bound to, or -1: any housekeeping CPU
 * @step: called with @ctx when the task has the CPU and must say what it does next
 */
struct sim_task *task_new(struct machine *m, const char *name, enum task_kind kind, int bound_cpu,
			  int start_cpu, void (*step)(void *ctx), void *ctx);
/* Make @task runnable if it sleeps; the waker, if it is a frame, pays for it. Returns whether it slept. */
bool task_wake(struct sim_task *task, struct sim_frame *waker);
/* The same by an hrtimer: an idle CPU has its interrupt to handle first. */
bool task_wake_by_hrtimer(struct sim_task *task);
/*
 * Make @task SCHED_FIFO of @prio 1 ... 99, or SCHED_OTHER again (0). It may run, wait or sleep: one that waits moves in
 * its queue and may ask for the CPU, one that runs may have to leave it.
 */
void task_set_fifo(struct sim_task *task, int prio);
/* The running task sleeps / is gone; another one gets the CPU. */
void task_block(struct sim_task *task);
void task_exit(struct sim_task *task);
/* CPU time used, up to the event being executed. */
int64_t task_cpu_ns(struct sim_task *task);
/* Ask @cpu's task to leave at its next reschedule point. */
void sched_set_need_resched(struct sim_cpu *cpu);
/* resched_cpu(): the same, from another CPU, with an interrupt. */
void resched_cpu(struct sim_cpu *cpu);

/* --- tick, jiffies, timers (tick.c, timer.c) --- */

struct sim_timer {
	struct sim_cpu *cpu; /* where it is queued, or NULL */
	int64_t nominal;     /* jiffy it was asked for */
	int64_t expires;     /* jiffy at which it runs */
	uint64_t seq;
	struct sim_timer *next;
	void (*fn)(void *ctx, struct sim_cpu *cpu); /* in the TIMER softirq of @cpu */
	void *ctx;
};

/* Queue or re-queue on @cpu for nominal jiffy @nominal; the wheel's rounding makes it run later. */
void timer_mod(struct sim_timer *timer, struct sim_cpu *cpu, int64_t nominal);
void timer_del(struct sim_timer *timer);
static inline bool timer_is_pending(const struct sim_timer *timer)
{
	return timer->cpu != NULL;
}
/* Jiffy at which a timer queued for @nominal runs: the next multiple of its level's granularity after it. */
int64_t timer_wheel_round(int64_t now, int64_t nominal);

/* What keeps the tick of an adaptive-tick CPU (nohz_full.c). */
enum tick_dep_bit { TICK_DEP_BIT_RCU, TICK_DEP_BIT_RCU_EXP };

void tick_dep_set_cpu(struct sim_cpu *cpu, enum tick_dep_bit bit);
/* The tick stops when one finds that nothing else needs it. */
void tick_dep_clear_cpu(struct sim_cpu *cpu, enum tick_dep_bit bit);

/* --- wait queues and mutexes (wait.c) --- */

struct wait_queue {
	struct sim_task *head, *tail;
};

/* Put @task on @wq: it goes to sleep, and looks again at what it waits for when it is woken. */
void wait_queue_add(struct wait_queue *wq, struct sim_task *task);
/* Wake all on @wq in the order in which they came; the waker, if it is a frame, pays for each. */
void wake_up_all(struct wait_queue *wq, struct sim_frame *waker);

struct sim_mutex {
	struct sim_task *owner;
	struct wait_queue waiters;
};

bool mutex_trylock(struct sim_mutex *mutex, struct sim_task *task);
/* Whether @task has @mutex; if not, it waits, has to go to sleep, and has it when it is woken. */
bool mutex_lock(struct sim_mutex *mutex, struct sim_task *task);
/* @task, which has @mutex, hands it to who has waited longest, and pays for waking it. */
void mutex_unlock(struct sim_mutex *mutex, struct sim_task *task);

/* --- function-call interrupts (ipi.c) --- */

/* A function for another CPU to call in an interrupt: call_single_data. */
struct smp_call {
	/* in an interrupt of @cpu: what it ran is settled and suspended */
	void (*fn)(void *ctx, struct sim_cpu *cpu);
	void *ctx;
	bool pending;             /* sent, not called yet */
	struct sim_frame *sender; /* waits for it, or NULL */
	struct smp_call *next;
};

/* Have @cpu call @call, which must not be pending; it is called once @cpu has interrupts enabled. */
void smp_call_function_single_async(struct sim_cpu *cpu, struct smp_call *call);
/* The same, and @sender, which runs on another CPU, busy-waits until that is done; then @done is called. */
void smp_call_function_single(struct sim_cpu *cpu, struct smp_call *call, struct sim_frame *sender,
			      void (*done)(void *), void *ctx);

/* --- softirqs (softirq.c) --- */

void softirq_raise(struct sim_cpu *cpu, enum softirq_vector vector);

/* --- locks (lock.c) --- */

struct sim_lock {
	const char *name;
	struct sim_frame *holder; /* took it at an event, and holds it */
	struct sim_frame *lazy;   /* its operations in flight take it without an event, or NULL */
	struct sim_frame *wait_head, *wait_tail; /* by key of request */
	int64_t wait_ns;
};

/*
 * Whether @lock could be taken at once at the event being executed. Settles the CPU whose
 * operation in flight may hold it. Nothing is taken: a try-lock's section has no length in this model.
 */
bool lock_is_free(struct sim_lock *lock);

/* --- the machine --- */

/* What the machine calls in the room above it. */
struct machine_hooks {
	void *ctx;
	void (*sched_clock_irq)(void *ctx, struct sim_cpu *cpu, bool user);
	/* One step of RCU_SOFTIRQ: issues an operation on @frame, or returns false: nothing left to do */
	bool (*rcu_softirq)(void *ctx, struct sim_cpu *cpu, struct sim_frame *frame);
	void (*softirq_qs)(void *ctx, struct sim_cpu *cpu); /* ksoftirqd after a round */
	void (*context_switch)(void *ctx, struct sim_cpu *cpu, struct sim_task *prev, bool preempt);
	void (*all_qs)(void *ctx, struct sim_cpu *cpu);    /* a cond_resched() that RCU asked for */
	void (*idle_loop)(void *ctx, struct sim_cpu *cpu); /* one pass of the idle loop */
	/* of adaptive-tick CPUs only: the way to user mode; an interrupt that hit code which RCU watches */
	void (*user_prepare)(void *ctx, struct sim_cpu *cpu);
	void (*irq_enter)(void *ctx, struct sim_cpu *cpu);
	bool (*needs_cpu)(void *ctx, struct sim_cpu *cpu);    /* keep the tick of idle @cpu */
	void (*cpu_dead)(void *ctx, struct sim_cpu *cpu);     /* goes offline, at its idle loop */
	void (*cpu_starting)(void *ctx, struct sim_cpu *cpu); /* comes online */
	void *observe_ctx;
	void (*observe)(void *observe_ctx); /* an observation instant */
};

struct machine {
	struct engine *engine;
	struct machine_config config;
	struct cost_profile costs;
	bool reference;
	int n_cpus;
	struct sim_cpu *cpus;
	int64_t tick_ns;
	int64_t slice_ns;
	int64_t stream_share; /* ns that each ns of work takes: stream.h */
	struct sim_slot stream_slot;
	struct sim_cpu *stream_cpu;      /* with turns: whose turn it is, or NULL */
	struct sim_cpu *stream_exit_cpu; /* whose next turn begins a round */
	int64_t stream_turn_end_ns, stream_budget_ns;
	int64_t jiffies;
	struct sim_slot jiffies_slot;
	bool dyntick_events;    /* rcu_watching is traced as rcu_dyntick */
	int timekeeper;         /* CPU that advances jiffies, or -1 */
	bool nohz_full_running; /* there are adaptive-tick CPUs */
	uint64_t timer_seq;
	struct cpumask all_cpus;
	struct sim_task *tasks, *tasks_tail;
	uint32_t n_tasks;
	struct workqueue **workqueues; /* by kind (workqueue.h), or NULL */
	bool has_fifo;                 /* some task is SCHED_FIFO, or was */
	int64_t lock_wait_ns;
	struct machine_hooks hooks;
	struct probe *probe;      /* or NULL */
	struct sim_cpu *exec_cpu; /* whose event is being executed, for traces; or NULL */
	/* counters of the engine, for the differential test; not part of any result */
	int64_t n_settles_in_run, n_coincident_ends, n_ops;
};

struct machine *machine_new(const struct machine_config *config, const struct cost_profile *costs,
			    bool reference);
void machine_free(struct machine *m);
static inline int64_t machine_now_ns(const struct machine *m)
{
	return engine_now_ns(m->engine);
}
/* The instant that @cpu has come to: behind the clock while others have their turns. */
static inline int64_t cpu_now_ns(const struct sim_cpu *cpu)
{
	return cpu->paused ? cpu->paused_ns : machine_now_ns(cpu->m);
}
/* An observation instant: settle every CPU, then tell the room above. */
void machine_observe(struct machine *m);
/* Settle every CPU up to and including @t_ns: between two calls of engine_run_until(). */
void machine_settle_all(struct machine *m, int64_t t_ns);
