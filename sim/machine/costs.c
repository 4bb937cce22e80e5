#include "machine/costs.h"

#include <stddef.h>
#include <string.h>

#include "base/units.h"

/* clang-format off: a table of one row per figure */
#define COST(field, server, text)                                                                  \
	{                                                                                          \
		.name = #field, .offset = offsetof(struct cost_profile, field), .type = PARAM_INT, \
		.min = 0, .max = NSEC_PER_SEC, .dflt = (server), .unit = "ns", .help = (text)      \
	}

const struct param cost_params[] = {
	COST(free_loop_body, 5, "one iteration of a freeing loop, apart from what it calls"),
	COST(cond_resched, 2, "the voluntary reschedule point, not taken"),
	COST(list_push, 10, "put one VMA on a list"),
	COST(list_drain, 80, "detach a list and form the batch, besides its call_rcu()"),
	COST(kmem_cache_free, 38, "one object back to its slab"),
	COST(remove_vma, 120, "remove_vma() besides freeing the VMA: file, policy, accounting"),
	COST(unmap_vma, 180, "unmap_vmas() and free_pgtables(), per VMA"),
	COST(exit_mmap, 20000, "fixed part of exit_mmap()"),
	COST(munmap, 1500, "fixed part of munmap(): lookup, locks, maple tree store"),
	COST(munmap_vma, 300, "munmap() per VMA, before the freeing loop"),
	COST(page_fault, 500, "handling one fault under the per-VMA lock, before its hold time"),
	COST(rcu_read_lock, 5, "rcu_read_lock() and rcu_read_unlock() together"),
	COST(call_rcu, 27, "call_rcu(), not offloaded"),
	COST(call_rcu_direct, 84, "call_rcu(), offloaded, direct path under ->nocb_lock"),
	COST(call_rcu_bypass, 30, "call_rcu(), offloaded, bypass path under ->nocb_bypass_lock"),
	COST(callback_invoke, 20, "rcu_do_batch()'s own work per callback"),
	COST(batch, 200, "rcu_do_batch(), fixed part"),
	COST(wakeup, 1500, "try_to_wake_up(), paid by the waker"),
	COST(context_switch, 1200, "__schedule() to another task"),
	COST(idle_wake, 2000, "from a wakeup to an idle CPU's first instruction outside idle"),
	COST(tick, 1000, "the scheduling-clock interrupt"),
	COST(softirq, 100, "entering and leaving a softirq round"),
	COST(timer, 200, "one timer-wheel function"),
	COST(rcu_core, 300, "rcu_core() with nothing to invoke"),
	COST(gp_node, 300, "rcu_gp_init() or rcu_gp_cleanup(), per rcu_node"),
	COST(gp_kthread, 500, "one turn of the grace-period kthread's loop"),
	COST(fqs_cpu, 100, "force_qs_rnp(), per CPU looked at"),
	COST(nocb_gp_cpu, 300, "nocb_gp_wait(), per CPU scanned"),
	COST(nocb_gp, 300, "nocb_gp_wait(), fixed part of a pass"),
	COST(nocb_cb, 300, "nocb_cb_wait() around a batch"),
	{ .type = PARAM_END },
};

const struct cost_source cost_profiles[] = {
	{ .name = "server-default",
	  .about = "a present-day server: native figures of User Mode Linux where they were measured",
	  .costs = {
		.free_loop_body = 5,
		.cond_resched = 2,
		.list_push = 10,
		.list_drain = 80,
		.kmem_cache_free = 38,
		.remove_vma = 120,
		.unmap_vma = 180,
		.exit_mmap = 20000,
		.munmap = 1500,
		.munmap_vma = 300,
		.page_fault = 500,
		.rcu_read_lock = 5,
		.call_rcu = 27,
		.call_rcu_direct = 84,
		.call_rcu_bypass = 30,
		.callback_invoke = 20,
		.batch = 200,
		.wakeup = 1500,
		.context_switch = 1200,
		.idle_wake = 2000,
		.tick = 1000,
		.softirq = 100,
		.timer = 200,
		.rcu_core = 300,
		.gp_node = 300,
		.gp_kthread = 500,
		.fqs_cpu = 100,
		.nocb_gp_cpu = 300,
		.nocb_gp = 300,
		.nocb_cb = 300,
	  } },
	{ .name = "icount-6.12",
	  .about = "QEMU -icount: 1 ns is 1 guest instruction of Linux 6.12.117; scenarios/data/lab/micro.csv",
	  .costs = {
		.free_loop_body = 21,
		.cond_resched = 12,
		.list_push = 7,
		.list_drain = 10,
		.kmem_cache_free = 153,
		.remove_vma = 0,
		.unmap_vma = 0,
		.exit_mmap = 0,
		.munmap = 0,
		.munmap_vma = 0,
		.page_fault = 0,
		.rcu_read_lock = 15,
		.call_rcu = 115,
		.call_rcu_direct = 152,
		.call_rcu_bypass = 160,
		.callback_invoke = 12,
		.batch = 0,
		.wakeup = 1556,
		.context_switch = 682,
		.idle_wake = 2320,
		.tick = 0,
		.softirq = 0,
		.timer = 0,
		.rcu_core = 0,
		.gp_node = 0,
		.gp_kthread = 0,
		.fqs_cpu = 0,
		.nocb_gp_cpu = 0,
		.nocb_gp = 0,
		.nocb_cb = 0,
	  } },
	{ .name = NULL },
};

struct figure_source {
	const char *param;
	const char *server;
	const char *icount;
};

static const struct figure_source figure_sources[] = {
	{ "free_loop_body",
	  "UML native: whole_list loop 21 ns per object, less list and reschedule point",
	  "micro.csv i1: 3 * loop; 9 memory operands in the bench's iteration, 3 in the loop's" },
	{ "cond_resched", "UML native: 0 ns (below the clock step); 2 for a static call and a test",
	  "micro.csv i1: cond_resched, its loop step included" },
	{ "list_push", "UML native: batch loop 27 ns per object, less body and reschedule point",
	  "micro.csv i1: loop; 3 memory operands, as in the loop's" },
	{ "list_drain", "vma-free-policies.md D.2 (a starting value there, too)",
	  "micro.csv i1: irq_save_restore; a lock, two pointers" },
	{ "kmem_cache_free", "UML native: kmem_cache_free, median 38.7 ns",
	  "micro.csv i1: kmem_cache_free less loop" },
	{ "remove_vma", "vma-free-policies.md D.2 (a starting value)",
	  "not measured in micro.csv" },
	{ "unmap_vma", "vma-free-policies.md K1: 481 ns per VMA of fork and exit together",
	  "not measured in micro.csv" },
	{ "exit_mmap", "vma-free-policies.md K1: 84-91 us fixed for fork, exit and wait",
	  "not measured in micro.csv" },
	{ "munmap", "vma-free-policies.md D.2: mmap1 pair 2.5 us", "not measured in micro.csv" },
	{ "munmap_vma", "vma-free-policies.md D.2 (a starting value)",
	  "not measured in micro.csv" },
	{ "page_fault", "order of magnitude of a minor fault", "not measured in micro.csv" },
	{ "rcu_read_lock", "UML native: rcu_read_lock_unlock, median 5.3 ns",
	  "micro.csv i1: rcu_read_lock_unlock less loop" },
	{ "call_rcu", "UML native: call_rcu flood, not offloaded, median 27.5 ns",
	  "micro.csv i1_off: call_rcu_preempt_off less loop" },
	{ "call_rcu_direct", "vma-free-policies.md K2; UML native: call_rcu_next8 96 ns",
	  "micro.csv i1_nocb: call_rcu_next8 less loop" },
	{ "call_rcu_bypass", "UML native: call_rcu flood, offloaded, median 29.9 ns",
	  "micro.csv i1_nocb: call_rcu_preempt_off less loop" },
	{ "callback_invoke", "UML native: per_vma callback 54-59 ns less kmem_cache_free",
	  "micro.csv i1: cond_resched; the loop's own step" },
	{ "batch", "order of magnitude: two list moves under a lock", "not measured in micro.csv" },
	{ "wakeup", "UML native: call_rcu_first 1800-4400 ns (256 ns clock steps), lower half",
	  "micro.csv i1_nocb: call_rcu_first less call_rcu_next8" },
	{ "context_switch", "usual figure for a switch between kernel threads",
	  "micro.csv i2: half of pingpong_samecpu less wakeup" },
	{ "idle_wake", "shallow idle state and reschedule IPI of a server CPU",
	  "micro.csv i2: half of pingpong_othercpu less pingpong_samecpu" },
	{ "tick", "usual figure for a tick of a busy CPU", "not measured in micro.csv" },
	{ "softirq", "order of magnitude", "not measured in micro.csv" },
	{ "timer", "order of magnitude", "not measured in micro.csv" },
	{ "rcu_core", "order of magnitude: one leaf lock", "not measured in micro.csv" },
	{ "gp_node", "order of magnitude: one lock and one contended cache line",
	  "not measured in micro.csv" },
	{ "gp_kthread", "order of magnitude", "not measured in micro.csv" },
	{ "fqs_cpu", "one remote cache line", "not measured in micro.csv" },
	{ "nocb_gp_cpu", "order of magnitude: two locks and remote cache lines",
	  "not measured in micro.csv" },
	{ "nocb_gp", "order of magnitude", "not measured in micro.csv" },
	{ "nocb_cb", "order of magnitude", "not measured in micro.csv" },
};
/* clang-format on */

const char *cost_figure_source(const char *profile, const char *param)
{
	for (size_t i = 0; i < sizeof(figure_sources) / sizeof(figure_sources[0]); i++)
		if (strcmp(figure_sources[i].param, param) == 0)
			return strcmp(profile, "icount-6.12") == 0 ? figure_sources[i].icount
								   : figure_sources[i].server;
	return NULL;
}
