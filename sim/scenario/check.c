/*
 * check.c - what no table can say.
 *
 * Every check names both values that do not go together, at the place of the one that is more likely to be
 * wrong. Checks that refer to a value which was refused itself see its default and keep quiet.
 */
#include <inttypes.h>
#include <string.h>

#include "base/duration.h"
#include "mm/mm.h"
#include "rcu/version.h"
#include "scenario/dist_json.h"
#include "scenario/read.h"
#include "scenario/root.h"

/* A problem of $.@section.@key, at its place if the scenario has it, else at the root. */
static void check_problem(struct param_reader *reader, const struct json *root, const char *section,
			  const char *key, const char *message)
{
	const struct json *object = json_find(root, section);
	const struct json *json = json_find(object, key);
	g_autofree char *path = g_strdup_printf("$.%s.%s", section, key);

	if (json == NULL)
		json = object ? object : root;
	diag_add(reader->diag, json->place, path, "%s", message);
}

static void check_machine(struct param_reader *reader, const struct json *root,
			  const struct machine_config *machine)
{
	if (cpumask_weight(&machine->nohz_full) == machine->cpus)
		check_problem(reader, root, "machine", "nohz_full",
			      "every CPU; expected one to be left, it keeps the time");
	else if (cpumask_weight(&machine->housekeeping) == 0)
		check_problem(reader, root, "machine", "housekeeping",
			      "no CPU; expected at least one, kthreads run there");
	if (machine->stream_turn_ns > 0 && !machine->shared_stream)
		check_problem(reader, root, "machine", "stream_turn_ns",
			      "turns without shared_stream; expected 0, or shared_stream");
}

/* CPUs that a tree of @fanout and @leaf can have in its four levels. */
static int64_t rcu_capacity(int64_t fanout, int64_t leaf)
{
	return leaf * fanout * fanout * fanout;
}

static void check_lazy(struct param_reader *reader, const struct json *root,
		       const struct rcu_config *rcu)
{
	if (rcu->enable_rcu_lazy && !rcu_version_of(rcu->kernel)->has_lazy)
		check_problem(
			reader, root, "rcu", "enable_rcu_lazy",
			"kernel 6.1 has no lazy callbacks, they came with 6.2; expected false");
}

static void check_boost(struct param_reader *reader, const struct json *root,
			const struct rcu_config *rcu, const struct machine_config *machine)
{
	if (rcu->rcu_boost && !rcu_is_preempt_rcu(machine))
		check_problem(
			reader, root, "rcu", "rcu_boost",
			"true: there is no CONFIG_RCU_BOOST without PREEMPT_RCU, which machine.preempt "
			"\"full\" or machine.preempt_dynamic selects; expected false");
}

static void check_rcu(struct param_reader *reader, const struct json *root,
		      const struct rcu_config *rcu, const struct machine_config *machine)
{
	const int64_t n_cpus = machine->cpus;
	g_autofree char *message = NULL;

	if (rcu->qlowmark > rcu->qhimark) {
		message = g_strdup_printf("%" PRId64 " is above rcu.qhimark %" PRId64
					  "; expected it not to be",
					  rcu->qlowmark, rcu->qhimark);
		check_problem(reader, root, "rcu", "qlowmark", message);
	} else if (n_cpus > rcu_capacity(rcu->rcu_fanout, rcu->rcu_fanout_leaf)) {
		message = g_strdup_printf(
			"a tree of four levels with fanout %" PRId64 " and leaves of %" PRId64
			" holds %" PRId64 " CPUs, machine.cpus is %" PRId64,
			rcu->rcu_fanout, rcu->rcu_fanout_leaf,
			rcu_capacity(rcu->rcu_fanout, rcu->rcu_fanout_leaf), n_cpus);
		check_problem(reader, root, "rcu", "rcu_fanout_leaf", message);
	}
	check_lazy(reader, root, rcu);
	check_boost(reader, root, rcu, machine);
}

/* "X is after the end of the run, Y": @t_ns is a time that $....@key of @entry leads to. */
static void check_before_end(struct param_reader *reader, const struct json *entry, const char *key,
			     int64_t t_ns, int64_t end_ns)
{
	const struct json *json = json_find(entry, key);
	g_autofree char *t = duration_format(t_ns);
	g_autofree char *end = duration_format(end_ns);

	if (t_ns > end_ns)
		json_problem(reader, json ? json : entry,
			     "%s is after the end of the run; duration is %s", t, end);
}

/* Every process of every copy is there from the start. */
static void check_copies(struct param_reader *reader, const struct json *entry,
			 const struct workload *workload)
{
	const struct json *json = json_find(entry, "copies");
	const int64_t n_tasks = workload->replay->n_tasks;

	if (workload->copies * n_tasks > SCENARIO_MAX_PROCESSES)
		json_problem(reader, json ? json : entry,
			     "%" PRId64 " copies of %" PRId64 " processes; at most %" PRId64
			     " processes are accepted",
			     workload->copies, n_tasks, SCENARIO_MAX_PROCESSES);
}

/* kvfree_rcu_barrier() waits for what kfree_rcu() has taken, since 6.12. */
static void check_barrier(struct param_reader *reader, const struct json *entry,
			  const struct scenario *contents, const struct workload *workload)
{
	const struct json *json = json_find(entry, "barrier");

	if (workload->method != FREE_LOOP_KIND_KFREE_RCU)
		json_problem(
			reader, json,
			"true: only loops of method \"kfree-rcu\" have a barrier; expected false");
	else if (!rcu_version_of(contents->rcu.kernel)->kvfree_own_workqueue)
		json_problem(reader, json,
			     "true: kernel \"%s\" has no kvfree_rcu_barrier(); expected false",
			     rcu_kernel_names[contents->rcu.kernel]);
}

/* (De)offloading at run time is modelled as 6.12 does it (V14). */
static void check_nocb_toggle(struct param_reader *reader, const struct json *entry,
			      const struct scenario *contents, const struct workload *workload)
{
	const struct json *json = json_find(entry, "nocb");

	if (workload->kind == WORKLOAD_CPU_HOTPLUG && workload->nocb != HOTPLUG_NOCB_KEEP &&
	    !rcu_version_of(contents->rcu.kernel)->toggles_offline_cpus)
		json_problem(
			reader, json ? json : entry,
			"kernel %s changes the offloading of online CPUs, which is not modelled; "
			"expected \"keep\", or another rcu.kernel",
			rcu_kernel_names[contents->rcu.kernel]);
}

/* What cond_resched() must not be called in. */
static void check_section(struct param_reader *reader, const struct json *entry,
			  const struct workload *workload)
{
	const struct json *json = json_find(entry, "section");

	if (workload->section != SPIN_SECTION_NONE && workload->mode != SPIN_KERNEL_NO_RESCHED)
		json_problem(reader, json ? json : entry,
			     "a section needs mode \"kernel-no-resched\"; expected \"none\"");
}

static void check_workload(struct param_reader *reader, const struct json *entry,
			   const struct scenario *contents, const struct workload *workload)
{
	const bool by_rate = workload->kind == WORKLOAD_READER || workload->kind == WORKLOAD_FAULT;

	if (cpumask_weight(&workload->cpus) == 0) {
		const struct json *json = json_find(entry, "cpus");

		json_problem(reader, json ? json : entry, "no CPU; expected at least one");
	}
	check_before_end(reader, entry, "arrive",
			 workload->arrive_from_ns + workload->arrive_spread_ns,
			 contents->duration_ns);
	check_nocb_toggle(reader, entry, contents, workload);
	if (workload->replay != NULL)
		check_copies(reader, entry, workload);
	if (workload->kind == WORKLOAD_FREE_LOOP && workload->barrier)
		check_barrier(reader, entry, contents, workload);
	if (workload->kind == WORKLOAD_SPIN)
		check_section(reader, entry, workload);
	if (!by_rate)
		return;
	if (workload->sleeps && workload->domain != READER_DOMAIN_SRCU)
		json_problem(reader, json_find(entry, "sleeps"),
			     "true: a reader sleeps with domain \"srcu\" only; expected false");
	check_before_end(reader, entry, "until", workload->until_ns, contents->duration_ns);
	if (workload->until_ns != 0 && workload->until_ns < workload->arrive_from_ns) {
		const struct json *json = json_find(entry, "until");
		g_autofree char *until = duration_format(workload->until_ns);
		g_autofree char *from = duration_format(workload->arrive_from_ns);

		json_problem(reader, json ? json : entry, "%s is before arrive.from %s", until,
			     from);
	}
}

/* The kernel has one lock for CPU hotplug, and the scenario one entry that takes it. */
static void check_one_hotplug(struct param_reader *reader, const struct json *entry,
			      const struct scenario *contents)
{
	int n = 0;

	for (int i = 0; i < contents->n_workloads && entry != NULL; i++, entry = entry->next)
		if (contents->workloads[i].kind == WORKLOAD_CPU_HOTPLUG && ++n == 2)
			json_problem(
				reader, entry,
				"a second entry of kind \"cpu-hotplug\"; one is accepted, with all "
				"the CPUs that go in its \"cpus\"");
}

static __int128 work_of(const struct scenario *contents, const struct workload *workload)
{
	const int64_t until = workload->until_ns ? workload->until_ns : contents->duration_ns;
	const __int128 span = MAX(until - workload->arrive_from_ns, 0);
	const __int128 count = workload->count;

	switch ((enum workload_kind)workload->kind) {
	case WORKLOAD_EXIT:
		return count * (1 + dist_estimate(&workload->vmas));
	case WORKLOAD_MUNMAP:
		return count * workload->calls * (1 + dist_estimate(&workload->vmas));
	case WORKLOAD_CALL_RCU:
		return count * workload->calls;
	case WORKLOAD_READER:
	case WORKLOAD_FAULT:
		return span * workload->rate_per_s / 1000000000;
	case WORKLOAD_FREE_LOOP:
		return count * workload->objects;
	case WORKLOAD_RECLAIM:
		return count * workload->calls * contents->machine.cpus;
	case WORKLOAD_SYNCHRONIZE:
		return count * workload->calls;
	case WORKLOAD_REPLAY:
		return workload->replay ? (__int128)workload->copies * workload->replay->n_ops : 0;
	case WORKLOAD_SPIN:
		return count * (workload->mode == SPIN_KERNEL
					? 1 + workload->run_ns / workload->step_ns
					: 1);
	case WORKLOAD_CPU_HOTPLUG:
		return (__int128)workload->cycles * cpumask_weight(&workload->cpus);
	case WORKLOAD_N_KINDS:
		break;
	}
	return 0;
}

static bool check_work_limit(struct param_reader *reader, const struct json *json, const char *what,
			     __int128 n, int64_t limit)
{
	const int64_t shown = n > INT64_MAX ? INT64_MAX : (int64_t)n;

	if (n <= limit)
		return true;
	json_problem(reader, json,
		     "about %" PRId64 " %s in one run; at most %" PRId64
		     " are accepted: lower the rate, the count or the duration%s",
		     shown, what, limit,
		     limit == SCENARIO_MAX_SAMPLES ? "" : ", or raise max_operations");
	return false;
}

/* Each part against the limit, and then their sum. */
static void check_work(struct param_reader *reader, const struct json *root,
		       const struct scenario *contents)
{
	const struct json *list = json_find(root, "workload");
	const struct json *entry = list && list->type == JSON_ARRAY ? list->first : NULL;
	const struct json *duration = json_find(root, "duration");
	const __int128 ticks = (__int128)contents->duration_ns * contents->machine.hz *
			       contents->machine.cpus / 1000000000;
	const __int128 samples = contents->sample_every_ns > 0
					 ? contents->duration_ns / contents->sample_every_ns
					 : 0;
	__int128 sum = ticks + samples;
	bool fits = true;

	fits &= check_work_limit(reader, duration ? duration : root, "ticks", ticks,
				 contents->max_operations);
	fits &= check_work_limit(reader, duration ? duration : root, "samples", samples,
				 SCENARIO_MAX_SAMPLES);
	for (int i = 0; i < contents->n_workloads && entry != NULL; i++, entry = entry->next) {
		const __int128 n = work_of(contents, &contents->workloads[i]);

		fits &= check_work_limit(reader, entry, "operations", n, contents->max_operations);
		sum += n;
	}
	if (fits)
		check_work_limit(reader, list ? list : root, "operations", sum,
				 contents->max_operations);
}

void scenario_check(struct param_reader *reader, const struct json *root,
		    const struct scenario *contents)
{
	const struct json *list = json_find(root, "workload");
	const struct json *entry = list && list->type == JSON_ARRAY ? list->first : NULL;
	const int n_before = diag_n(reader->diag);

	check_machine(reader, root, &contents->machine);
	check_rcu(reader, root, &contents->rcu, &contents->machine);
	if (g_tree_lookup(reader->origins, "duration") == NULL)
		return; /* it was refused: what happens after the end cannot be told */
	for (int i = 0; i < contents->n_workloads && entry != NULL; i++, entry = entry->next)
		if (contents->workloads[i].kind >= 0)
			check_workload(reader, entry, contents, &contents->workloads[i]);
	check_one_hotplug(reader, list && list->type == JSON_ARRAY ? list->first : NULL, contents);
	if (n_before == 0) /* else it might be told of a default */
		check_work(reader, root, contents);
}
