/*
 * What a run leaves behind: metrics, histograms, and a row per grace period, batch, CPU, task.
 */
#include "study/collect.h"

#include <string.h>

#include "mm/metric_names.h"
#include "study/sim.h"

/* --- metrics, in the order of metric_infos --- */

struct metrics {
	GArray *out;
};

static void put(struct metrics *metrics, const char *name, int64_t value)
{
	const struct metric_info *info = &metric_infos[metrics->out->len];
	const struct record_metric metric = { .name = info->name,
					      .unit = info->unit,
					      .value = value };

	sim_assert(info->name != NULL && strcmp(info->name, name) == 0);
	g_array_append_val(metrics->out, metric);
}

enum { STAT_MEAN = 1, STAT_P50 = 2, STAT_P95 = 4, STAT_P99 = 8, STAT_MAX = 16 };

#define STATS_ALL  (STAT_MEAN | STAT_P50 | STAT_P95 | STAT_P99 | STAT_MAX)
#define STATS_FOUR (STAT_MEAN | STAT_P50 | STAT_P99 | STAT_MAX)
#define STATS_TAIL (STAT_MEAN | STAT_P99 | STAT_MAX)

static void put_hist(struct metrics *metrics, const char *noun, const struct hist *hist, int stats)
{
	static const struct {
		int stat;
		const char *name;
		int permyriad;
	} table[] = { { STAT_MEAN, "mean", -1 },
		      { STAT_P50, "p50", 5000 },
		      { STAT_P95, "p95", 9500 },
		      { STAT_P99, "p99", 9900 },
		      { STAT_MAX, "max", 10000 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		char name[64];

		if (!(stats & table[i].stat))
			continue;
		g_snprintf(name, sizeof(name), "%s_%s_ns", noun, table[i].name);
		put(metrics, name,
		    table[i].permyriad < 0 ? hist_mean(hist)
					   : hist_percentile(hist, table[i].permyriad));
	}
}

static int64_t to_int64(__int128 value)
{
	return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static void put_mm(struct metrics *metrics, const struct mm_stats *stats)
{
	put(metrics, "exits", (int64_t)stats->exit_latency.n);
	put_hist(metrics, "exit_latency", &stats->exit_latency, STATS_ALL);
	put(metrics, "munmaps", (int64_t)stats->munmap_latency.n);
	put_hist(metrics, "munmap_latency", &stats->munmap_latency, STATS_ALL);
	put(metrics, "map_calls", (int64_t)stats->map_call_latency.n);
	put_hist(metrics, "map_call_latency", &stats->map_call_latency, STATS_FOUR);
	put(metrics, "map_call_errors", stats->n_map_call_errors);
	put(metrics, "forks", (int64_t)stats->fork_latency.n);
	put_hist(metrics, "fork_latency", &stats->fork_latency, STATS_FOUR);
	put(metrics, "execs", (int64_t)stats->exec_latency.n);
	put_hist(metrics, "exec_latency", &stats->exec_latency, STATS_FOUR);
	put(metrics, "replays", (int64_t)stats->replay_elapsed.n);
	put_hist(metrics, "replay_elapsed", &stats->replay_elapsed, STATS_FOUR);
	put(metrics, "processes_left", stats->n_processes_left);
	put(metrics, "synchronizes", (int64_t)stats->synchronize_latency.n);
	put_hist(metrics, "synchronize_latency", &stats->synchronize_latency, STATS_FOUR);
	put(metrics, "expediteds", (int64_t)stats->expedited_latency.n);
	put_hist(metrics, "expedited_latency", &stats->expedited_latency, STATS_FOUR);
	put(metrics, "barriers", (int64_t)stats->barrier_latency.n);
	put_hist(metrics, "barrier_latency", &stats->barrier_latency, STATS_FOUR);
	put_hist(metrics, "freeing_loop", &stats->freeing_loop, STATS_FOUR);
	put(metrics, "freeing_loop_total_ns", stats->freeing_loop_ns);
	put(metrics, "freeing_loop_call_rcu_ns", stats->freeing_loop_call_rcu_ns);
	put(metrics, "freeing_loop_call_rcu_permille",
	    stats->freeing_loop_ns == 0 ? 0
					: to_int64((__int128)stats->freeing_loop_call_rcu_ns *
						   1000 / stats->freeing_loop_ns));
	put(metrics, "free_loop_start_ns", stats->free_loop.start_ns);
	put(metrics, "free_loop_end_ns", stats->free_loop.end_ns);
	put(metrics, "free_loop_min_ns", stats->free_loop.shortest_ns);
	put(metrics, "pending_objects_peak_sampled", stats->free_loop.pending_peak);
}

static void put_rcu(struct metrics *metrics, const struct rcu_state *rcu, const struct unfreed *u)
{
	const struct rcu_stats *stats = &rcu->stats;

	put(metrics, "callbacks", stats->n_callbacks);
	put(metrics, "callbacks_bypass", stats->n_callbacks_bypass);
	put(metrics, "callbacks_lazy", stats->n_callbacks_lazy);
	put(metrics, "callbacks_shrunk", stats->n_callbacks_shrunk);
	put(metrics, "callbacks_left", rcu_n_callbacks(rcu));
	put(metrics, "batches", stats->n_batches);
	put(metrics, "batch_callbacks_max", stats->batch_callbacks_max);
	put_hist(metrics, "callback_latency", &stats->callback_latency, STATS_FOUR);
	put(metrics, "callback_first_ns", stats->callback_first_ns);
	put(metrics, "free_last_ns", u->last_free_ns);
	put(metrics, "grace_periods", stats->n_grace_periods);
	put_hist(metrics, "grace_period", &stats->grace_period, STATS_FOUR);
	put(metrics, "fqs_scans", stats->n_fqs_scans);
	put(metrics, "expedited_grace_periods", stats->n_exp_grace_periods);
}

static void put_kvfree(struct metrics *metrics, const struct kvfree *kv)
{
	static const struct kvfree_stats none;
	const struct kvfree_stats *stats = kv == NULL ? &none : &kv->stats;

	put(metrics, "kfree_rcu_objects", stats->n_objects);
	put(metrics, "kfree_rcu_heads", stats->n_head);
	put(metrics, "kfree_rcu_blocks", stats->n_blocks);
	put(metrics, "kfree_rcu_batches", stats->n_batches);
	put(metrics, "kfree_rcu_barrier_end_ns", stats->barrier_end_ns);
}

static void put_srcu(struct metrics *metrics, const struct srcu_struct *ssp)
{
	put(metrics, "srcu_callbacks", ssp == NULL ? 0 : ssp->stats.n_callbacks);
	put(metrics, "srcu_grace_periods", ssp == NULL ? 0 : ssp->stats.n_grace_periods);
	put(metrics, "srcu_checks", ssp == NULL ? 0 : ssp->stats.n_checks);
}

static void put_memory(struct metrics *metrics, const struct mm_world *w, int64_t now_ns)
{
	const struct unfreed *u = &w->unfreed;

	put(metrics, "objects_freed", u->freed);
	put(metrics, "unfreed_objects_peak", u->objects_peak);
	put(metrics, "unfreed_bytes_peak", u->bytes_peak);
	put(metrics, "unfreed_object_us", to_int64(unfreed_object_ns(u, now_ns) / NSEC_PER_USEC));
	put(metrics, "unfreed_byte_us", to_int64(unfreed_byte_ns(u, now_ns) / NSEC_PER_USEC));
	put(metrics, "unfreed_objects_left", u->objects);
	put(metrics, "unfreed_bytes_left", u->bytes);
	put(metrics, "residue_objects", w->stats.residue);
}

/* Sums over the tasks of each kind. */
struct task_sums {
	int64_t cpu_ns[TASK_N_KINDS], wakeups[TASK_N_KINDS];
	int64_t all_wakeups;
};

static struct task_sums sum_tasks(const struct machine *m)
{
	struct task_sums sums = { 0 };

	for (const struct sim_task *task = m->tasks; task != NULL; task = task->next) {
		sums.cpu_ns[task->kind] += task->cpu_ns;
		sums.wakeups[task->kind] += task->n_wakeups;
		sums.all_wakeups += task->n_wakeups;
	}
	return sums;
}

/* Of @cpu up to now: an interrupt that goes on past it counts only as far as it has got. */
static int64_t cpu_hardirq_ns(const struct sim_cpu *cpu, int64_t now_ns)
{
	const int64_t over_ns = cpu->acct_ns > now_ns ? cpu->acct_ns - now_ns : 0;

	return cpu->time_ns[CPU_TIME_HARDIRQ] - over_ns;
}

static void put_cpu_time(struct metrics *metrics, const struct machine *m)
{
	const struct task_sums sums = sum_tasks(m);
	int64_t softirq_ns = 0, hardirq_ns = 0, idle_ns = 0, switches = 0;

	for (int i = 0; i < m->n_cpus; i++) {
		softirq_ns += m->cpus[i].time_ns[CPU_TIME_SOFTIRQ];
		hardirq_ns += cpu_hardirq_ns(&m->cpus[i], machine_now_ns(m));
		idle_ns += m->cpus[i].time_ns[CPU_TIME_IDLE];
		switches += m->cpus[i].n_switches;
	}
	put(metrics, "rcuog_cpu_ns", sums.cpu_ns[TASK_RCUOG]);
	put(metrics, "rcuop_cpu_ns", sums.cpu_ns[TASK_RCUOP]);
	put(metrics, "rcuc_cpu_ns", sums.cpu_ns[TASK_RCUC]);
	put(metrics, "gp_kthread_cpu_ns", sums.cpu_ns[TASK_GP_KTHREAD]);
	put(metrics, "ksoftirqd_cpu_ns", sums.cpu_ns[TASK_KSOFTIRQD]);
	put(metrics, "kworker_cpu_ns", sums.cpu_ns[TASK_KWORKER]);
	put(metrics, "workload_cpu_ns", sums.cpu_ns[TASK_WORKLOAD]);
	put(metrics, "softirq_cpu_ns", softirq_ns);
	put(metrics, "hardirq_cpu_ns", hardirq_ns);
	put(metrics, "idle_cpu_ns", idle_ns);
	put(metrics, "wakeups", sums.all_wakeups);
	put(metrics, "rcuog_wakeups", sums.wakeups[TASK_RCUOG]);
	put(metrics, "rcuop_wakeups", sums.wakeups[TASK_RCUOP]);
	put(metrics, "rcuc_wakeups", sums.wakeups[TASK_RCUC]);
	put(metrics, "gp_kthread_wakeups", sums.wakeups[TASK_GP_KTHREAD]);
	put(metrics, "ksoftirqd_wakeups", sums.wakeups[TASK_KSOFTIRQD]);
	put(metrics, "kworker_wakeups", sums.wakeups[TASK_KWORKER]);
	put(metrics, "context_switches", switches);
}

static void put_locks_and_readers(struct metrics *metrics, const struct built_machine *built)
{
	const struct mm_stats *stats = &built->mm->stats;
	int64_t nocb_wait_ns = 0;

	for (int i = 0; i < built->m->n_cpus; i++)
		nocb_wait_ns += built->rcu->rdp[i].nocb_lock.wait_ns;
	put(metrics, "lock_wait_ns", built->m->lock_wait_ns);
	put(metrics, "nocb_lock_wait_ns", nocb_wait_ns);
	put(metrics, "nocb_lock_acquisitions", built->rcu->stats.n_nocb_lock);
	put(metrics, "readers", stats->n_readers);
	put_hist(metrics, "reader_delay", &stats->reader_delay, STATS_TAIL);
	put(metrics, "faults", stats->n_faults);
	put_hist(metrics, "fault_latency", &stats->fault_latency, STATS_TAIL);
	put(metrics, "reader_retries", stats->n_reader_retries);
	put(metrics, "slabs_discarded", stats->n_slabs_discarded);
	put(metrics, "violations", stats->n_violations);
	put(metrics, "stall_warnings", built->rcu->stats.n_stall_warnings);
}

void study_collect_metrics(RcuSim *sim, GArray *out)
{
	const struct built_machine *built = sim->built;
	struct metrics metrics = { .out = out };

	put_mm(&metrics, &built->mm->stats);
	put_rcu(&metrics, built->rcu, &built->mm->unfreed);
	put_srcu(&metrics, built->mm->srcu);
	put_kvfree(&metrics, built->mm->kvfree);
	put_memory(&metrics, built->mm, machine_now_ns(built->m));
	put_cpu_time(&metrics, built->m);
	put_locks_and_readers(&metrics, built);
	sim_assert(metric_infos[out->len].name == NULL);
}

bool rcusim_metric(RcuSim *sim, const char *name, int64_t *ret_value)
{
	g_autoptr(GArray) metrics = g_array_new(false, true, sizeof(struct record_metric));

	study_collect_metrics(sim, metrics);
	for (guint i = 0; i < metrics->len; i++) {
		const struct record_metric *metric =
			&g_array_index(metrics, struct record_metric, i);

		if (strcmp(metric->name, name) == 0) {
			*ret_value = metric->value;
			return true;
		}
	}
	return false;
}

static const struct metric_info *metric_at(int i)
{
	for (int k = 0; k <= i; k++)
		if (metric_infos[k].name == NULL)
			return NULL;
	return i < 0 ? NULL : &metric_infos[i];
}

const char *rcusim_metric_name(int i)
{
	const struct metric_info *info = metric_at(i);

	return info == NULL ? NULL : info->name;
}

const char *rcusim_metric_unit(int i)
{
	const struct metric_info *info = metric_at(i);

	return info == NULL ? NULL : info->unit;
}

const char *rcusim_metric_help(int i)
{
	const struct metric_info *info = metric_at(i);

	return info == NULL ? NULL : info->help;
}

/* --- rows --- */

static void collect_histogram(GArray *out, const char *name, const struct hist *hist)
{
	struct record_histogram row = { .name = name, .unit = "ns" };

	if (hist->n == 0)
		return;
	hist_init(&row.hist);
	hist_merge(&row.hist, hist);
	g_array_append_val(out, row);
}

static void collect_cpus(GArray *out, const struct built_machine *built)
{
	const struct machine *m = built->m;

	for (int i = 0; i < m->n_cpus; i++) {
		const struct sim_cpu *cpu = &m->cpus[i];
		const struct record_cpu row = { .cpu = i,
						.idle_ns = cpu->time_ns[CPU_TIME_IDLE],
						.user_ns = cpu->time_ns[CPU_TIME_USER],
						.kernel_ns = cpu->time_ns[CPU_TIME_KERNEL],
						.softirq_ns = cpu->time_ns[CPU_TIME_SOFTIRQ],
						.hardirq_ns =
							cpu_hardirq_ns(cpu, machine_now_ns(m)),
						.ticks = cpu->n_ticks,
						.context_switches = cpu->n_switches,
						.offloaded = built->rcu->rdp[i].offloaded };

		sim_assert(row.idle_ns + row.user_ns + row.kernel_ns + row.softirq_ns +
				   row.hardirq_ns ==
			   machine_now_ns(m));
		g_array_append_val(out, row);
	}
}

static const char *task_kind_name(enum task_kind kind)
{
	static const char *const names[TASK_N_KINDS] = {
		[TASK_GP_KTHREAD] = "gp",       [TASK_RCUOG] = "rcuog",
		[TASK_RCUOP] = "rcuop",         [TASK_RCUC] = "rcuc",
		[TASK_KSOFTIRQD] = "ksoftirqd", [TASK_KWORKER] = "kworker",
		[TASK_WORKLOAD] = "workload",   [TASK_RCUB] = "rcub"
	};

	return names[kind];
}

static void collect_tasks(GArray *out, const struct machine *m)
{
	for (const struct sim_task *task = m->tasks; task != NULL; task = task->next) {
		const struct record_task row = { .id = task->id,
						 .name = g_strdup(task->name),
						 .kind = task_kind_name(task->kind),
						 .cpu_ns = task->cpu_ns,
						 .lock_wait_ns = task->lock_wait_ns,
						 .wakeups = task->n_wakeups,
						 .context_switches = task->n_switches };

		g_array_append_val(out, row);
	}
}

static int compare_batches(gconstpointer a, gconstpointer b)
{
	const struct record_batch *x = a, *y = b;

	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

struct run_record *study_collect(RcuSim *sim)
{
	struct run_record *record = run_record_new();
	const struct built_machine *built = sim->built;
	const struct mm_stats *mm = &built->mm->stats;

	study_collect_metrics(sim, record->metrics);
	collect_histogram(record->histograms, "exit_latency_ns", &mm->exit_latency);
	collect_histogram(record->histograms, "munmap_latency_ns", &mm->munmap_latency);
	collect_histogram(record->histograms, "map_call_latency_ns", &mm->map_call_latency);
	collect_histogram(record->histograms, "fork_latency_ns", &mm->fork_latency);
	collect_histogram(record->histograms, "exec_latency_ns", &mm->exec_latency);
	collect_histogram(record->histograms, "replay_elapsed_ns", &mm->replay_elapsed);
	collect_histogram(record->histograms, "synchronize_latency_ns", &mm->synchronize_latency);
	collect_histogram(record->histograms, "expedited_latency_ns", &mm->expedited_latency);
	collect_histogram(record->histograms, "barrier_latency_ns", &mm->barrier_latency);
	collect_histogram(record->histograms, "freeing_loop_ns", &mm->freeing_loop);
	collect_histogram(record->histograms, "callback_latency_ns",
			  &built->rcu->stats.callback_latency);
	collect_histogram(record->histograms, "grace_period_ns", &built->rcu->stats.grace_period);
	collect_histogram(record->histograms, "reader_delay_ns", &mm->reader_delay);
	collect_histogram(record->histograms, "fault_latency_ns", &mm->fault_latency);
	g_array_append_vals(record->grace_periods, sim->grace_periods->data,
			    sim->grace_periods->len);
	g_array_append_vals(record->batches, sim->batches->data, sim->batches->len);
	g_array_sort(record->batches, compare_batches);
	collect_cpus(record->cpus, built);
	collect_tasks(record->tasks, built->m);
	g_array_append_vals(record->samples, sim->samples->data, sim->samples->len);
	g_array_append_vals(record->violations, sim->violations->data, sim->violations->len);
	return record;
}
