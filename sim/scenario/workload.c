#include "scenario/workload.h"

#include <stddef.h>

#include "base/units.h"
#include "mm/mm.h"

#define ROW(field)        .name = #field, .offset = offsetof(struct workload, field)
#define MAX_DURATION      (INT64_C(1000000) * NSEC_PER_SEC)
#define NAMED(key, field) .name = key, .offset = offsetof(struct workload, field)

static const char *const kind_choices[] = { "exit",  "munmap",      "call-rcu",    "reader",
					    "fault", "free-loop",   "reclaim",     "replay",
					    "spin",  "cpu-hotplug", "synchronize", NULL };
static const char *const method_choices[] = { "per-object", "batch", "whole-list",
					      "direct",     "srcu",  "kfree-rcu",
					      "typesafe",   "hurry", NULL };
static const char *const domain_choices[] = { "rcu", "srcu", NULL };

const struct param workload_common_params[] = {
	{ ROW(id), .type = PARAM_STRING, .required = true,
	  .help = "name of this entry: workload.<id>.<key> names its parameters" },
	{ ROW(kind), .type = PARAM_ENUM, .choices = kind_choices, .required = true,
	  .help = "what its tasks do" },
	{ ROW(cpus), .type = PARAM_CPULIST, .dflt_text = "all",
	  .help = "CPUs its tasks are bound to, taken in turn" },
	{ ROW(count), .type = PARAM_INT, .min = 0, .max = 1000000, .dflt = 1, .unit = "tasks",
	  .help = "number of processes or tasks" },
	{ .type = PARAM_END },
};

const struct param workload_arrive_params[] = {
	{ NAMED("from", arrive_from_ns), .type = PARAM_DURATION, .min = 0, .max = MAX_DURATION,
	  .dflt = 0, .unit = "ns", .help = "earliest arrival" },
	{ NAMED("spread", arrive_spread_ns), .type = PARAM_DURATION, .min = 0, .max = MAX_DURATION,
	  .dflt = 0, .unit = "ns", .help = "arrivals are uniform in from ... from + spread" },
	{ .type = PARAM_END },
};

static const struct param exit_params[] = {
	{ ROW(vmas), .type = PARAM_COUNT_DIST, .min = 0, .max = 1000000000, .dflt_text = "400",
	  .unit = "VMAs", .help = "VMAs of the address space, at most vma.max_map_count" },
	{ .type = PARAM_END },
};

static const struct param munmap_params[] = {
	{ ROW(vmas), .type = PARAM_COUNT_DIST, .min = 1, .max = 1000000000, .dflt_text = "1",
	  .unit = "VMAs", .help = "VMAs that one call unmaps" },
	{ ROW(calls), .type = PARAM_INT, .min = 1, .max = 1000000000, .dflt = 1, .unit = "calls",
	  .help = "munmap() calls of each task" },
	{ ROW(pause), .type = PARAM_DURATION_DIST, .min = 0, .max = MAX_DURATION,
	  .dflt_text = "0ns", .unit = "ns", .help = "user time between two calls" },
	{ .type = PARAM_END },
};

static const struct param call_rcu_params[] = {
	{ ROW(calls), .type = PARAM_INT, .min = 1, .max = 1000000000, .dflt = 1, .unit = "calls",
	  .help = "call_rcu() calls of each task" },
	{ ROW(pause), .type = PARAM_DURATION_DIST, .min = 0, .max = MAX_DURATION,
	  .dflt_text = "0ns", .unit = "ns", .help = "sleep between two calls" },
	{ ROW(object_bytes), .type = PARAM_SIZE, .min = 1, .max = 65536, .dflt = 200,
	  .unit = "bytes", .help = "size of the object that the callback frees" },
	{ ROW(hurry), .type = PARAM_BOOL, .dflt = 0,
	  .help = "call_rcu_hurry() instead: never lazy (rcu.enable_rcu_lazy)" },
	{ .type = PARAM_END },
};

static const struct param reader_params[] = {
	{ ROW(rate_per_s), .type = PARAM_INT, .min = 0, .max = 1000000000, .dflt = 1000,
	  .unit = "1/s", .help = "read-side sections per second over all its CPUs (Poisson)" },
	{ NAMED("until", until_ns), .type = PARAM_DURATION, .min = 0, .max = MAX_DURATION,
	  .dflt = 0, .unit = "ns", .special = "0: the end of the run", .help = "last arrival" },
	{ ROW(hold), .type = PARAM_DURATION_DIST, .min = 0, .max = MAX_DURATION, .dflt_text = "3us",
	  .unit = "ns", .help = "length of the read-side section" },
	{ ROW(domain), .type = PARAM_ENUM, .choices = domain_choices, .dflt = READER_DOMAIN_RCU,
	  .help = "rcu_read_lock(), or srcu_read_lock() of the domain that free-loop method srcu frees in" },
	{ ROW(lookup), .type = PARAM_BOOL, .dflt = 0,
	  .help = "takes an object that the first free-loop of method typesafe is about to free, and checks at "
		  "the end of its section whether it still is that object" },
	{ ROW(sleeps), .type = PARAM_BOOL, .dflt = 0,
	  .help = "sleeps in its section instead of running: domain srcu only" },
	{ .type = PARAM_END },
};

static const struct param fault_params[] = {
	{ ROW(rate_per_s), .type = PARAM_INT, .min = 0, .max = 1000000000, .dflt = 1000,
	  .unit = "1/s", .help = "read-side sections per second over all its CPUs (Poisson)" },
	{ NAMED("until", until_ns), .type = PARAM_DURATION, .min = 0, .max = MAX_DURATION,
	  .dflt = 0, .unit = "ns", .special = "0: the end of the run", .help = "last arrival" },
	{ ROW(hold), .type = PARAM_DURATION_DIST, .min = 0, .max = MAX_DURATION, .dflt_text = "3us",
	  .unit = "ns", .help = "length of the read-side section" },
	{ .type = PARAM_END },
};

static const struct param free_loop_params[] = {
	{ ROW(method), .type = PARAM_ENUM, .choices = method_choices,
	  .dflt = FREE_LOOP_KIND_PER_OBJECT,
	  .help = "one callback per object, per batch of exactly `batch`, or per list; no callback; "
		  "call_srcu(), kfree_rcu() or call_rcu_hurry() per object; a callback per slab" },
	{ ROW(objects), .type = PARAM_INT, .min = 1, .max = 1000000000, .dflt = 10000,
	  .unit = "objects", .help = "objects that each task frees" },
	{ ROW(batch), .type = PARAM_INT, .min = 1, .max = 1000000000, .dflt = 32, .unit = "objects",
	  .help = "objects per callback of method batch" },
	{ ROW(object_bytes), .type = PARAM_SIZE, .min = 1, .max = 65536, .dflt = 200,
	  .unit = "bytes", .help = "size of an object" },
	{ NAMED("ndelay", ndelay_ns), .type = PARAM_DURATION, .min = 0, .max = NSEC_PER_SEC,
	  .dflt = 0, .unit = "ns",
	  .help = "argument of ndelay() before each object; x86 waits 16 % longer" },
	{ NAMED("usleep", usleep_ns), .type = PARAM_DURATION, .min = 0, .max = MAX_DURATION,
	  .dflt = 0, .unit = "ns", .special = "0: cond_resched() instead",
	  .help = "usleep_range() after each object, to a sixteenth more" },
	{ ROW(objects_per_slab), .type = PARAM_INT, .min = 0, .max = 32767, .dflt = 0,
	  .unit = "objects", .special = "0: what fits on a page",
	  .help = "methods direct, typesafe: objects of a slab of their cache" },
	{ ROW(min_partial), .type = PARAM_INT, .min = 0, .max = 1000000, .dflt = 5, .unit = "slabs",
	  .help = "methods direct, typesafe: partial slabs from which on an empty one is discarded",
	  .source = "SLUB: half of the logarithm of the object's size, 5 to 10" },
	{ ROW(cpu_partial), .type = PARAM_INT, .min = 0, .max = 65535, .dflt = 120,
	  .unit = "objects", .special = "0: no CONFIG_SLUB_CPU_PARTIAL",
	  .help = "method direct: objects up to which a CPU keeps partial slabs, taken as half full, "
		  "before they go to the node",
	  .source = "SLUB: 120 below 256 bytes, 52 below 1 KiB, 24 below a page, 6 above" },
	{ ROW(barrier), .type = PARAM_BOOL, .dflt = 0,
	  .help = "method kfree-rcu: a task looks every 200 us whether the loops are over, and then calls "
		  "kvfree_rcu_barrier()" },
	{ ROW(timestamps), .type = PARAM_BOOL, .dflt = 0,
	  .help = "the clock is read at each call and in each callback: costs_ns.clock_read" },
	{ ROW(samples), .type = PARAM_BOOL, .dflt = 0,
	  .help = "each object, and each callback without timestamps, looks whether to sample the progress: "
		  "costs_ns.probe_check" },
	{ ROW(look_every), .type = PARAM_INT, .min = 0, .max = 1000000000, .dflt = 0,
	  .unit = "objects", .special = "0: never",
	  .help = "the loop looks after so many objects, and at its end, how many are pending" },
	{ .type = PARAM_END },
};

static const char *const mode_choices[] = { "user", "kernel", "kernel-no-resched", NULL };

static const char *const section_choices[] = { "none", "rcu", "preempt-off", NULL };

static const struct param spin_params[] = {
	{ ROW(mode), .type = PARAM_ENUM, .choices = mode_choices, .dflt = SPIN_USER,
	  .help = "in user mode; in the kernel with cond_resched() every `step`, or without" },
	{ ROW(section), .type = PARAM_ENUM, .choices = section_choices, .dflt = SPIN_SECTION_NONE,
	  .help = "mode kernel-no-resched: holds rcu_read_lock(), or has preemption off, for all "
		  "its time" },
	{ NAMED("run", run_ns), .type = PARAM_DURATION, .min = 1, .max = MAX_DURATION,
	  .dflt = 10 * NSEC_PER_MSEC, .unit = "ns", .help = "CPU time of each task" },
	{ NAMED("step", step_ns), .type = PARAM_DURATION, .min = 1, .max = MAX_DURATION,
	  .dflt = 10000, .unit = "ns", .help = "mode kernel: CPU time between two cond_resched()" },
	{ .type = PARAM_END },
};

static const struct param reclaim_params[] = {
	{ ROW(calls), .type = PARAM_INT, .min = 1, .max = 1000000000, .dflt = 1, .unit = "calls",
	  .help = "how often each task calls the shrinkers" },
	{ ROW(pause), .type = PARAM_DURATION_DIST, .min = 0, .max = MAX_DURATION,
	  .dflt_text = "0ns", .unit = "ns", .help = "sleep between two calls" },
	{ .type = PARAM_END },
};

static const char *const wait_choices[] = {
	[SYNCHRONIZE_RCU] = "synchronize-rcu", [SYNCHRONIZE_EXPEDITED] = "expedited",
	[SYNCHRONIZE_BARRIER] = "barrier",     [SYNCHRONIZE_POLL] = "poll",
	[SYNCHRONIZE_POLL_FULL] = "poll-full", [SYNCHRONIZE_COND] = "cond",
	[SYNCHRONIZE_COND + 1] = NULL,
};

static const struct param synchronize_params[] = {
	{ NAMED("method", wait_method), .type = PARAM_ENUM, .choices = wait_choices,
	  .dflt = SYNCHRONIZE_RCU,
	  .help = "synchronize_rcu(), synchronize_rcu_expedited(), rcu_barrier(); polling a cookie, or a full one, "
		  "of start_poll_synchronize_rcu(); cond_synchronize_rcu() on a cookie as old as poll_every" },
	{ ROW(calls), .type = PARAM_INT, .min = 1, .max = 1000000000, .dflt = 1, .unit = "calls",
	  .help = "calls of each task" },
	{ ROW(pause), .type = PARAM_DURATION_DIST, .min = 0, .max = MAX_DURATION,
	  .dflt_text = "0ns", .unit = "ns", .help = "sleep between two calls" },
	{ NAMED("poll_every", poll_every_ns), .type = PARAM_DURATION, .min = 1000,
	  .max = MAX_DURATION, .dflt = NSEC_PER_MSEC, .unit = "ns",
	  .help = "poll, cond: sleep before another look" },
	{ .type = PARAM_END },
};

static const struct param replay_params[] = {
	{ ROW(trace), .type = PARAM_STRING, .required = true, .min = 1, .max = 4096,
	  .help = "replay file, below the scenario's directory or shipped; rcusim trace import writes one" },
	{ ROW(trace_sha256), .type = PARAM_STRING, .min = 0, .max = 64, .dflt_text = "",
	  .special = "\"\": whatever the file is", .help = "SHA-256 that the file must have" },
	{ ROW(copies), .type = PARAM_INT, .min = 1, .max = 1000000, .dflt = 1, .unit = "copies",
	  .help = "how many run at once, each with processes of its own" },
	{ ROW(think_permille), .type = PARAM_INT, .min = 0, .max = 1000000, .dflt = 250,
	  .unit = "permille",
	  .help = "recorded user times are scaled by it: strace's own part goes",
	  .source = "bench/strace_overhead.pl" },
	{ .type = PARAM_END },
};

static const char *const nocb_choices[] = { "keep", "offload", "deoffload", "toggle", NULL };

static const struct param cpu_hotplug_params[] = {
	{ NAMED("offline_for", offline_for_ns), .type = PARAM_DURATION, .min = 0,
	  .max = MAX_DURATION, .dflt = 20 * NSEC_PER_MSEC, .unit = "ns",
	  .help = "how long its CPUs are offline, from the last one's going to the first one's coming back" },
	{ NAMED("pause", pause_ns), .type = PARAM_DURATION, .min = 0, .max = MAX_DURATION,
	  .dflt = 20 * NSEC_PER_MSEC, .unit = "ns", .help = "from there to the next cycle" },
	{ ROW(nocb), .type = PARAM_ENUM, .choices = nocb_choices, .dflt = HOTPLUG_NOCB_KEEP,
	  .help = "whether their callbacks are offloaded, or no longer, while they are offline; the "
		  "kernel must have been booted with rcu_nocbs; not with rcu.kernel 6.1" },
	{ ROW(cycles), .type = PARAM_INT, .min = 1, .max = 1000000, .dflt = 1, .unit = "cycles",
	  .help = "how often its CPUs go, one after the other, and come back" },
	{ .type = PARAM_END },
};

const struct workload_kind_info workload_kinds[WORKLOAD_N_KINDS] = {
	[WORKLOAD_EXIT] = { "exit", "processes exit: exit_mmap() frees their VMAs", exit_params },
	[WORKLOAD_MUNMAP] = { "munmap", "tasks unmap VMAs, call after call", munmap_params },
	[WORKLOAD_CALL_RCU] = { "call-rcu", "tasks call call_rcu() at a pace", call_rcu_params },
	[WORKLOAD_READER] = { "reader", "RCU read-side sections", reader_params },
	[WORKLOAD_FAULT] = { "fault", "page faults under the per-VMA lock", fault_params },
	[WORKLOAD_FREE_LOOP] = { "free-loop", "a bound kthread frees objects: the lab's bench",
				 free_loop_params },
	[WORKLOAD_SPIN] = { "spin", "a task that keeps its CPU busy", spin_params },
	[WORKLOAD_RECLAIM] = { "reclaim", "tasks reclaim memory: lazy callbacks are flushed",
			       reclaim_params },
	[WORKLOAD_SYNCHRONIZE] = { "synchronize", "tasks wait for readers or for callbacks",
				   synchronize_params },
	[WORKLOAD_REPLAY] = { "replay", "a recorded program, process by process", replay_params },
	[WORKLOAD_CPU_HOTPLUG] = { "cpu-hotplug", "a task takes CPUs offline, and brings them back",
				   cpu_hotplug_params },
};
