/*
 * version.h - what differs between the kernels whose RCU is modelled: the switches V1 to V21 of rcu-behaviour.md 0.2.
 *
 * Code never asks which kernel it is; it asks a switch of rcu_state.version.
 */
#pragma once

#include <stdbool.h>

/* Values of rcu.kernel; the first is the default. */
enum rcu_kernel { RCU_KERNEL_6_12, RCU_KERNEL_6_1, RCU_KERNEL_7_0, RCU_N_KERNELS };

struct rcu_version {
	bool has_lazy;                     /* V1 */
	bool wake_after_flush;             /* V3 */
	bool wake_ends_gp_wait;            /* V4 */
	bool overload_wakes;               /* V5 */
	bool overload_tests_leaders_timer; /* V5 */
	bool lazy_asks_leader;             /* V6 */
	bool only_online_wakes;            /* V7 */
	bool toggles_offline_cpus;         /* V14 */
	bool batch_limit_counts_all;       /* V8 */
	bool rcuc_time_limit;              /* V9 */
	bool fqs_resched_under_lock;       /* V10 */
	bool fqs_needs_gp;                 /* V11 */
	bool nohz_full_patience_delay;     /* V15 */
	bool watching_events;              /* V19 */
	bool double_check_cb_time; /* CONFIG_RCU_DOUBLE_CHECK_CB_TIME exists, since 6.4 (5.4) */
	bool kvfree_short_header;  /* blocks of kfree_rcu() have 510 pointers, not 507 (10.1) */
	bool kvfree_cookies;       /* their cookies, since 6.4 [U] (10.2) */
	bool kvfree_own_workqueue; /* kvfree_rcu_reclaim, unbound, and kvfree_rcu_barrier() (10.3, 10.4) */
	bool sr_normal, sr_normal_auto; /* V12 */
	bool barrier_wakes_rcuog;       /* V13 */
	bool exp_kthread_worker;        /* V16 */
};

/* Their names, as in a scenario; closed by NULL. */
extern const char *const rcu_kernel_names[RCU_N_KERNELS + 1];

const struct rcu_version *rcu_version_of(int kernel);
