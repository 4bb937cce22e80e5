/* config.h - the rcu section of a scenario: boot and module parameters under the kernel's own names. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cpumask.h"
#include "base/param.h"

struct rcu_config {
	int kernel; /* enum rcu_kernel */
	struct cpumask rcu_nocbs;
	bool rcu_nocb_poll;
	bool enable_rcu_lazy;
	int64_t blimit, qhimark, qlowmark;
	int64_t qovld; /* -1: 2 * qhimark; 0: off */
	int64_t rcu_divisor, rcu_resched_ns;
	int64_t jiffies_till_first_fqs, jiffies_till_next_fqs,
		jiffies_till_sched_qs; /* -1: from HZ */
	int64_t nohz_full_patience_delay_ms;
	int64_t nocb_nobypass_lim_per_jiffy; /* -1: from HZ */
	int64_t rcu_nocb_gp_stride;          /* -1: sqrt */
	int64_t rcu_normal_wake_from_gp;     /* -1: the kernel's default */
	bool rcu_expedited, rcu_normal, rcu_normal_after_boot;
	int64_t rcu_fanout, rcu_fanout_leaf;
	bool rcu_fanout_exact;
	/* kfree_rcu() */
	int64_t rcu_min_cached_objs, rcu_delay_page_cache_fill_msec;
	/* srcutree. */
	int64_t exp_holdoff;                              /* ns; 0: no automatic expedition */
	int64_t srcu_retry_check_delay;                   /* us */
	int64_t srcu_max_nodelay_phase, srcu_max_nodelay; /* -1: from HZ */
	int64_t convert_to_big, big_cpu_lim, small_contention_lim;
	int64_t kthread_prio; /* 0: SCHED_OTHER */
	bool rcu_nocb_cpu_cb_boost;
	bool rcu_boost;
	int64_t rcu_boost_delay; /* ms */
	bool use_softirq;
	bool rcu_double_check_cb_time;
	/* rcupdate. */
	int64_t rcu_cpu_stall_timeout; /* s */
	bool rcu_cpu_stall_suppress;
	bool rcu_kick_kthreads;
};

extern const struct param rcu_params[];
