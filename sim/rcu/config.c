#include "rcu/config.h"

#include "base/units.h"
#include "machine/machine.h"
#include "rcu/version.h"

#define ROW(field)         .name = #field, .offset = offsetof(struct rcu_config, field)
#define BEHAVIOUR(section) "rcu-behaviour.md " section

const struct param rcu_params[] = {
	{ ROW(kernel), .type = PARAM_ENUM, .choices = rcu_kernel_names, .dflt = RCU_KERNEL_6_12,
	  .special = "RCU of other versions is not modelled, of 7.0's only a part was read "
		     "(docs/fidelity.md 8); kernels/6.15-vma.json has the sizes of later VMAs, for "
		     "\"include\"",
	  .help = "kernel whose RCU is modelled: 6.12.117 or 6.1.192",
	  .source = "6.12, the kernel of the measurements" },
	{ ROW(rcu_nocbs), .type = PARAM_CPULIST, .dflt_text = "",
	  .help = "CPUs whose callbacks are offloaded to rcuog and rcuop kthreads",
	  .source = "kernel default: none" },
	{ ROW(blimit), .type = PARAM_INT, .min = 1, .max = 1000000000, .dflt = 10,
	  .unit = "callbacks", .help = "callbacks per softirq batch, before rcu_divisor",
	  .source = BEHAVIOUR("13.1") },
	{ ROW(qhimark), .type = PARAM_INT, .min = 1, .max = 1000000000, .dflt = 10000,
	  .unit = "callbacks", .help = "queue length (or bypass length) that counts as a flood",
	  .source = BEHAVIOUR("13.1") },
	{ ROW(qlowmark), .type = PARAM_INT, .min = 0, .max = 1000000000, .dflt = 100,
	  .unit = "callbacks", .help = "queue length at which blimit is restored",
	  .source = BEHAVIOUR("13.1") },
	{ ROW(rcu_divisor), .type = PARAM_INT, .min = 0, .max = 62, .dflt = 7, .unit = "shift",
	  .help = "a batch is at least the ready callbacks >> rcu_divisor",
	  .source = BEHAVIOUR("13.1") },
	{ ROW(rcu_resched_ns), .type = PARAM_INT, .min = 1, .max = NSEC_PER_SEC, .dflt = 3000000,
	  .unit = "ns", .help = "time limit of a softirq batch, clamped to 1 ms ... 1 s",
	  .source = BEHAVIOUR("5.4") },
	{ ROW(jiffies_till_first_fqs), .type = PARAM_INT, .min = -1, .max = 10000, .dflt = -1,
	  .unit = "jiffies", .special = "-1: from HZ and the number of CPUs",
	  .help = "from the start of a grace period to its first force-quiescent-state scan",
	  .source = BEHAVIOUR("2.7") },
	{ ROW(jiffies_till_next_fqs), .type = PARAM_INT, .min = -1, .max = 10000, .dflt = -1,
	  .unit = "jiffies", .special = "-1: from HZ and the number of CPUs; 0 becomes 1",
	  .help = "between force-quiescent-state scans", .source = BEHAVIOUR("2.7") },
	{ ROW(jiffies_till_sched_qs), .type = PARAM_INT, .min = -1, .max = 1000000, .dflt = -1,
	  .unit = "jiffies", .special = "-1: computed",
	  .help = "age of a grace period at which holdout CPUs are urged",
	  .source = BEHAVIOUR("2.7") },
	{ ROW(nocb_nobypass_lim_per_jiffy), .type = PARAM_INT, .min = -1, .max = 1000000000,
	  .dflt = -1, .unit = "callbacks", .special = "-1: 16 * 1000 / HZ; 0: always bypass",
	  .help = "calls per jiffy that go to ->cblist before the bypass is used",
	  .source = BEHAVIOUR("6.3") },
	{ ROW(rcu_nocb_gp_stride), .type = PARAM_INT, .min = -1, .max = SIM_MAX_CPUS, .dflt = -1,
	  .unit = "CPUs", .special = "-1: cpus / sqrt(cpus); 0 is taken as 1",
	  .help = "CPUs per rcuog kthread", .source = BEHAVIOUR("6.2") },
	{ ROW(rcu_fanout), .type = PARAM_INT, .min = 2, .max = 64, .dflt = 64, .unit = "children",
	  .help = "CONFIG_RCU_FANOUT: children of an inner rcu_node", .source = BEHAVIOUR("1.1") },
	{ ROW(rcu_fanout_leaf), .type = PARAM_INT, .min = 2, .max = 64, .dflt = 16, .unit = "CPUs",
	  .help = "CPUs of a leaf rcu_node", .source = BEHAVIOUR("1.1") },
	{ ROW(rcu_fanout_exact), .type = PARAM_BOOL, .dflt = 0,
	  .help = "fill leaves to rcu_fanout_leaf instead of balancing them",
	  .source = BEHAVIOUR("1.1") },
	{ ROW(kthread_prio), .type = PARAM_INT, .min = 0, .max = SCHED_MAX_FIFO_PRIO, .dflt = 0,
	  .unit = "priority", .special = "0: SCHED_OTHER",
	  .help = "SCHED_FIFO priority of rcu_preempt and rcuog, and of rcuop with "
		  "rcu_nocb_cpu_cb_boost",
	  .source = BEHAVIOUR("13.1") },
	{ ROW(rcu_nocb_cpu_cb_boost), .type = PARAM_BOOL, .dflt = 0,
	  .help = "CONFIG_RCU_NOCB_CPU_CB_BOOST: rcuop, too, has kthread_prio",
	  .source = BEHAVIOUR("13.2") },
	{ .type = PARAM_END },
};
