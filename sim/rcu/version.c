/*
 * The kernels modelled: a row each, a column per switch of rcu-behaviour.md 0.2 that changes something modelled.
 * docs/fidelity.md 8 says why the others have no column.
 *
 *   V1   lazy callbacks, and call_rcu_hurry(), came with 6.2 (6.11)
 *   V3   rcu_nocb_try_bypass() that has flushed the bypass goes on to __call_rcu_nocb_wake() since 6.2; before it
 *        unlocks and returns: neither an empty list nor a long one wakes rcuog there (6.3 step D)
 *   V4   wake_nocb_gp() wakes the thread up to 6.11, wherever it sleeps; since v6.12-rc3 it signals the queue of
 *        "no work" only, and the wait for a grace period goes on (6.5)
 *   V5   the overload wakeup is left out while a timer is pending: that of the CPU itself in 6.1, although only
 *        leaders ever arm theirs, so that other CPUs always send it; that of the leader in 6.12; 7.0 has no overload
 *        wakeup (6.4 item 3)
 *   V6   a LAZY request gets the long timeout if no wakeup is put off yet: by the leader since 6.12, by the CPU itself
 *        before, although only leaders ever put off theirs; 6.1 has no such request (6.6)
 *   V7   the wakeup of an offline CPU is put off: 6.12 to 6.15 (6.4 item 2)
 *   V14  callbacks of an offline CPU can be offloaded, or no longer, by 6.12; 6.1 does it to online ones, by a state
 *        machine that is not modelled: there it is refused (6.12)
 *   V8   rcu_do_batch() takes its limit from all callbacks of the CPU in 6.1, from the ready ones in 6.12 (5.4; since 6.3 [U])
 *   V9   batches of rcuc have a time limit since 6.4 [U]; before, they invoke all that is ready, like those of rcuop (5.4)
 *   V10  the scan interrupts CPUs while it holds their leaf's lock in 6.1, after it has dropped it in 6.12 (2.8)
 *   V11  rcu_force_quiescent_state() without a grace period sets RCU_GP_FLAG_FQS in 6.1, returns in 6.12 (5.2)
 *   V12  synchronize_rcu() can be woken by the grace-period kthread since 6.10, on request; since 6.17 it is on machines
 *        of up to 16 CPUs (8.1)
 *   V13  rcu_barrier() whose flush of a bypass makes an idle list pending wakes rcuog since 6.2; before, the bypass
 *        timer does (8.2)
 *   V15  nohz_full_patience_delay: 6.11 and later; before, nohz_full CPUs in the kernel never ignore a grace period (3.7)
 *   V16  expedited grace periods are done by a kthread worker since 6.9 [U], by a workqueue before it (8.3)
 *   V19  rcu_dyntick is called rcu_watching since 6.12, and its words are those of the opposite change (14.3)
 */
#include "rcu/version.h"

#include "base/assert.h"

const char *const rcu_kernel_names[RCU_N_KERNELS + 1] = {
	[RCU_KERNEL_6_12] = "6.12",
	[RCU_KERNEL_6_1] = "6.1",
	[RCU_KERNEL_7_0] = "7.0",
};

static const struct rcu_version versions[RCU_N_KERNELS] = {
	[RCU_KERNEL_6_12] = { .has_lazy = true,
			      .wake_after_flush = true,
			      .wake_ends_gp_wait = false,
			      .overload_wakes = true,
			      .overload_tests_leaders_timer = true,
			      .lazy_asks_leader = true,
			      .only_online_wakes = true,
			      .toggles_offline_cpus = true,
			      .batch_limit_counts_all = false,
			      .fqs_resched_under_lock = false,
			      .fqs_needs_gp = true,
			      .double_check_cb_time = true,
			      .rcuc_time_limit = true,
			      .nohz_full_patience_delay = true,
			      .kvfree_cookies = true,
			      .kvfree_own_workqueue = true,
			      .sr_normal = true,
			      .sr_normal_auto = false,
			      .barrier_wakes_rcuog = true,
			      .exp_kthread_worker = true,
			      .watching_events = true },
	[RCU_KERNEL_6_1] = { .has_lazy = false,
			     .wake_after_flush = false,
			     .wake_ends_gp_wait = true,
			     .overload_wakes = true,
			     .overload_tests_leaders_timer = false,
			     .lazy_asks_leader = false,
			     .only_online_wakes = false,
			     .batch_limit_counts_all = true,
			     .fqs_resched_under_lock = true,
			     .fqs_needs_gp = false,
			     .nohz_full_patience_delay = false,

			     .kvfree_short_header = true,
			     .sr_normal = false,
			     .sr_normal_auto = false,
			     .barrier_wakes_rcuog = false,
			     .exp_kthread_worker = false },
	[RCU_KERNEL_7_0] = { .has_lazy = true,
			     .double_check_cb_time = true,
			     .rcuc_time_limit = true,
			     .wake_after_flush = true,
			     .wake_ends_gp_wait = false,
			     .overload_wakes = false,
			     .overload_tests_leaders_timer = false,
			     .lazy_asks_leader = true,
			     .only_online_wakes = false,
			     .toggles_offline_cpus = true,
			     .batch_limit_counts_all = false,
			     .fqs_needs_gp = true,
			     .nohz_full_patience_delay = true,
			     .kvfree_cookies = true,
			     .kvfree_own_workqueue = true,
			     .sr_normal = true,
			     .sr_normal_auto = true,
			     .barrier_wakes_rcuog = true,
			     .exp_kthread_worker = true,
			     .watching_events = true },
};

const struct rcu_version *rcu_version_of(int kernel)
{
	sim_assert(kernel >= 0 && kernel < RCU_N_KERNELS);
	return &versions[kernel];
}
