/* workload.h - one entry of a scenario's workload: who arrives where and when, and what it does. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cpumask.h"
#include "base/param.h"
#include "engine/dist.h"
#include "mm/replay.h"

enum workload_kind {
	WORKLOAD_EXIT,      /* a process exits: exit_mmap() of an address space */
	WORKLOAD_MUNMAP,    /* a task unmaps VMAs, again and again */
	WORKLOAD_CALL_RCU,  /* a task calls call_rcu() for objects of its own */
	WORKLOAD_READER,    /* RCU read-side sections */
	WORKLOAD_FAULT,     /* page faults under the per-VMA lock: short read-side sections */
	WORKLOAD_FREE_LOOP, /* a bound kthread frees objects over raw call_rcu(): the lab's bench */
	WORKLOAD_RECLAIM,   /* a task reclaims memory: it calls RCU's shrinkers */
	WORKLOAD_REPLAY, /* a recorded program: its processes and what they do with their address spaces */
	WORKLOAD_SPIN,        /* a task that keeps its CPU busy, in user mode or in the kernel */
	WORKLOAD_CPU_HOTPLUG, /* CPUs go offline and come back */
	WORKLOAD_SYNCHRONIZE, /* a task waits for readers or callbacks, again and again */
	WORKLOAD_N_KINDS
};

/* What protects a reader. */
enum reader_domain { READER_DOMAIN_RCU, READER_DOMAIN_SRCU };

struct workload {
	/* every kind */
	char *id;
	int kind; /* enum workload_kind */
	struct cpumask cpus;
	int64_t count; /* exit: processes; munmap, call-rcu, free-loop, reclaim: tasks; reader, fault: unused */
	int64_t arrive_from_ns;
	int64_t arrive_spread_ns; /* arrivals are uniform in [from, from + spread] */
	/* exit: VMAs of the address space; munmap: VMAs of one call */
	struct dist vmas;
	/* munmap, call-rcu, reclaim: calls of each task, and the pause between two of them */
	int64_t calls;
	struct dist pause;
	int64_t object_bytes; /* call-rcu, free-loop: size of the object that a callback frees */
	bool hurry;           /* call-rcu: call_rcu_hurry() */
	/* reader, fault: Poisson arrivals over all its CPUs until `until` */
	int64_t rate_per_s;
	int64_t until_ns; /* 0: to the end of the run */
	struct dist hold; /* length of the read-side section */
	int domain;       /* reader: enum reader_domain */
	bool lookup;      /* reader: of an object of a type-safe cache */
	bool sleeps;      /* reader: sleeps in its section */
	/* free-loop */
	int method; /* enum free_loop_kind, mm/mm.h */
	int64_t objects;
	int64_t batch;
	int64_t objects_per_slab, min_partial, cpu_partial; /* methods direct and typesafe */
	bool barrier; /* kfree-rcu: somebody calls kvfree_rcu_barrier() after the loops */
	int64_t ndelay_ns, usleep_ns, look_every;
	bool timestamps, samples;
	/* spin */
	int mode;    /* enum spin_mode, mm/mm.h */
	int section; /* enum spin_section */
	int64_t run_ns, step_ns;
	/* cpu-hotplug */
	int64_t offline_for_ns, pause_ns, cycles;
	int nocb; /* enum hotplug_nocb, mm/mm.h */
	/* synchronize */
	int wait_method; /* enum synchronize_method, mm/mm.h */
	int64_t poll_every_ns;
	/* replay */
	char *trace;        /* a replay file (docs/replay.md) */
	char *trace_sha256; /* of its bytes */
	int64_t copies, think_permille;
	struct replay *replay; /* what is in it */
};

struct workload_kind_info {
	const char *name; /* "exit", "call-rcu", ... */
	const char *help;
	const struct param *params; /* of this kind only, besides workload_common_params */
};

extern const struct param workload_common_params[]; /* id, kind, cpus, count */
extern const struct param workload_arrive_params[]; /* of the object "arrive": from, spread */
extern const struct workload_kind_info workload_kinds[WORKLOAD_N_KINDS];
