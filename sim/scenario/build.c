/*
 * Building the machine that a scenario describes, and the tasks of its workload.
 *
 * Every source of chance is a stream named after its purpose and the workload's id, and a draw is addressed by
 * the task's number and the draw's: another policy, another workload beside it, change no draw.
 */
#include "scenario/build.h"

#include <string.h>

#include <glib.h>

#include "policy/registry.h"

/* A workload on its way to becoming tasks. */
struct builder {
	struct built_machine *built;
	const struct scenario *scenario;
	const struct workload *load;
	uint64_t seed;
	int index; /* of the workload */
	int n_cpus;
	int *cpus; /* of the workload, ascending */
};

static struct task_draws draws(const struct builder *b, const char *purpose, int64_t task)
{
	g_autofree char *name = g_strdup_printf("%s/%s", purpose, b->load->id);
	struct task_draws d = { .entity = (uint64_t)task };

	rng_stream_init(&d.stream, b->seed, name, 0);
	return d;
}

static int64_t arrival_ns(const struct builder *b, int64_t task)
{
	const struct task_draws d = draws(b, "arrive", task);
	const uint64_t n = (uint64_t)b->load->arrive_spread_ns + 1;

	return b->load->arrive_from_ns + (int64_t)rng_below(&d.stream, d.entity, 0, n);
}

static int task_cpu(const struct builder *b, int64_t task)
{
	return b->cpus[task % b->n_cpus];
}

static char *task_name(const struct builder *b, int64_t task)
{
	return g_strdup_printf("%s/%" G_GINT64_FORMAT, b->load->id, task);
}

static void build_exit(const struct builder *b, int64_t i)
{
	g_autofree char *name = task_name(b, i);
	const struct task_draws d = draws(b, "vmas", i);
	struct exit_task_config config = { .cpu = task_cpu(b, i), .arrive_ns = arrival_ns(b, i) };

	config.n_vmas = dist_sample(&b->load->vmas, &d.stream, d.entity, 0);
	if (config.n_vmas > b->scenario->vma.max_map_count)
		config.n_vmas = b->scenario->vma.max_map_count;
	exit_task_new(b->built->mm, name, &config);
}

static void build_munmap(const struct builder *b, int64_t i)
{
	g_autofree char *name = task_name(b, i);
	const struct munmap_task_config config = {
		.cpu = task_cpu(b, i),
		.arrive_ns = arrival_ns(b, i),
		.calls = b->load->calls,
		.vmas = &b->built->vmas[b->index],
		.pause = &b->built->pauses[b->index],
		.vmas_draws = draws(b, "vmas", i),
		.pause_draws = draws(b, "pause", i),
	};

	munmap_task_new(b->built->mm, name, &config);
}

static void build_call_rcu(const struct builder *b, int64_t i)
{
	g_autofree char *name = task_name(b, i);
	const struct call_rcu_task_config config = {
		.cpu = task_cpu(b, i),
		.arrive_ns = arrival_ns(b, i),
		.calls = b->load->calls,
		.object_bytes = b->load->object_bytes,
		.hurry = b->load->hurry,
		.pause = &b->built->pauses[b->index],
		.pause_draws = draws(b, "pause", i),
	};

	call_rcu_task_new(b->built->mm, name, &config);
}

static void build_free_loop(const struct builder *b, int64_t i, struct barrier_task *barrier)
{
	g_autofree char *name = task_name(b, i);
	const struct free_loop_task_config config = {
		.cpu = task_cpu(b, i),
		.arrive_ns = arrival_ns(b, i),
		.objects = b->load->objects,
		.object_bytes = b->load->object_bytes,
		.batch = b->load->batch,
		.ndelay_ns = b->load->ndelay_ns,
		.usleep_ns = b->load->usleep_ns,
		.look_every = b->load->look_every,
		.timestamps = b->load->timestamps,
		.samples = b->load->samples,
		.kind = (enum free_loop_kind)b->load->method,
		.slab = { .objects_per_slab = b->load->objects_per_slab,
			  .min_partial = b->load->min_partial,
			  .cpu_partial = b->load->cpu_partial },
		.barrier = barrier,
	};

	free_loop_task_new(b->built->mm, name, &config);
}

/* Loops of kfree_rcu() may have somebody who waits for them all. */
static void build_free_loops(const struct builder *b)
{
	g_autofree char *name = g_strdup_printf("%s/barrier", b->load->id);
	struct barrier_task *barrier = NULL;

	if (b->load->barrier && b->load->count > 0)
		barrier = barrier_task_new(b->built->mm, name, b->cpus[0], b->load->arrive_from_ns,
					   b->load->count);
	for (int64_t i = 0; i < b->load->count; i++)
		build_free_loop(b, i, barrier);
}

static void build_spin(const struct builder *b, int64_t i)
{
	g_autofree char *name = task_name(b, i);
	const struct spin_task_config config = {
		.cpu = task_cpu(b, i),
		.mode = (enum spin_mode)b->load->mode,
		.section = (enum spin_section)b->load->section,
		.arrive_ns = arrival_ns(b, i),
		.run_ns = b->load->run_ns,
		.step_ns = b->load->step_ns,
	};

	spin_task_new(b->built->mm, name, &config);
}

static void build_hotplug(const struct builder *b)
{
	g_autofree char *name = task_name(b, 0);
	const struct hotplug_task_config config = {
		.cpus = &b->built->cpus[b->index],
		.arrive_ns = arrival_ns(b, 0),
		.offline_for_ns = b->load->offline_for_ns,
		.pause_ns = b->load->pause_ns,
		.cycles = b->load->cycles,
		.nocb = (enum hotplug_nocb)b->load->nocb,
	};

	for (int i = 0; config.nocb != HOTPLUG_NOCB_KEEP && i < b->n_cpus; i++)
		rcu_nocb_prepare(b->built->rcu, b->cpus[i]);
	hotplug_task_new(b->built->mm, name, &config);
}

static void build_reclaim(const struct builder *b, int64_t i)
{
	g_autofree char *name = task_name(b, i);
	const struct reclaim_task_config config = {
		.cpu = task_cpu(b, i),
		.arrive_ns = arrival_ns(b, i),
		.calls = b->load->calls,
		.pause = &b->built->pauses[b->index],
		.pause_draws = draws(b, "pause", i),
	};

	reclaim_task_new(b->built->mm, name, &config);
}

static void build_synchronize(const struct builder *b, int64_t i)
{
	g_autofree char *name = task_name(b, i);
	const struct synchronize_task_config config = {
		.cpu = task_cpu(b, i),
		.method = (enum synchronize_method)b->load->wait_method,
		.arrive_ns = arrival_ns(b, i),
		.calls = b->load->calls,
		.poll_every_ns = b->load->poll_every_ns,
		.pause = &b->built->pauses[b->index],
		.pause_draws = draws(b, "pause", i),
	};

	synchronize_task_new(b->built->mm, name, &config);
}

static void build_replay(const struct builder *b)
{
	const struct workload *load = b->load;
	struct built_machine *built = b->built;

	built->replays[b->index] = replay_ref(load->replay);
	built->plans[b->index] =
		replay_plan_new(load->replay, b->scenario->vma.max_map_count, load->think_permille);
	for (int64_t i = 0; i < load->copies; i++) {
		const struct replay_config config = { .plan = built->plans[b->index],
						      .name = load->id,
						      .cpus = &built->cpus[b->index],
						      .first_cpu = task_cpu(b, i),
						      .copy = i,
						      .arrive_ns = arrival_ns(b, i) };

		replay_copy_new(built->mm, &config);
	}
}

/* One task per CPU serves that CPU's share of the arrivals, a Poisson process of its own. */
static void build_readers(const struct builder *b)
{
	const struct workload *load = b->load;
	const int64_t until_ns = load->until_ns > 0 ? load->until_ns : b->scenario->duration_ns;

	if (load->rate_per_s == 0)
		return;
	for (int i = 0; i < b->n_cpus; i++) {
		g_autofree char *name = g_strdup_printf("%s/%d", load->id, b->cpus[i]);
		const struct reader_task_config config = {
			.cpu = b->cpus[i],
			.fault = load->kind == WORKLOAD_FAULT,
			.srcu = load->domain == READER_DOMAIN_SRCU,
			.lookup = load->lookup,
			.sleeps = load->sleeps,
			.from_ns = load->arrive_from_ns,
			.until_ns = until_ns,
			.gap = { .kind = DIST_EXPONENTIAL,
				 .value = time_mul(b->n_cpus, NSEC_PER_SEC) / load->rate_per_s,
				 .min = 1,
				 .max = INT64_MAX / 4 },
			.hold = &b->built->holds[b->index],
			.gap_draws = draws(b, "arrive", b->cpus[i]),
			.hold_draws = draws(b, "hold", b->cpus[i]),
		};

		reader_task_new(b->built->mm, name, &config);
	}
}

static void build_tasks(const struct builder *b, void (*build_one)(const struct builder *, int64_t))
{
	for (int64_t i = 0; i < b->load->count; i++)
		build_one(b, i);
}

static void build_workload(const struct builder *b)
{
	switch ((enum workload_kind)b->load->kind) {
	case WORKLOAD_EXIT:
		build_tasks(b, build_exit);
		break;
	case WORKLOAD_MUNMAP:
		build_tasks(b, build_munmap);
		break;
	case WORKLOAD_CALL_RCU:
		build_tasks(b, build_call_rcu);
		break;
	case WORKLOAD_FREE_LOOP:
		build_free_loops(b);
		break;
	case WORKLOAD_RECLAIM:
		build_tasks(b, build_reclaim);
		break;
	case WORKLOAD_READER:
	case WORKLOAD_FAULT:
		build_readers(b);
		break;
	case WORKLOAD_SYNCHRONIZE:
		build_tasks(b, build_synchronize);
		break;
	case WORKLOAD_REPLAY:
		build_replay(b);
		break;
	case WORKLOAD_SPIN:
		build_tasks(b, build_spin);
		break;
	case WORKLOAD_CPU_HOTPLUG:
		build_hotplug(b);
		break;
	case WORKLOAD_N_KINDS:
	default:
		sim_assert_not_reached("every kind of workload is built");
	}
}

static void build_workloads(struct built_machine *built, const struct scenario *scenario,
			    uint64_t seed)
{
	g_autofree int *cpus = g_new(int, SIM_MAX_CPUS);

	built->n_workloads = scenario->n_workloads;
	built->vmas = g_new0(struct dist, scenario->n_workloads + 1);
	built->pauses = g_new0(struct dist, scenario->n_workloads + 1);
	built->holds = g_new0(struct dist, scenario->n_workloads + 1);
	built->replays = g_new0(struct replay *, scenario->n_workloads + 1);
	built->plans = g_new0(struct replay_plan *, scenario->n_workloads + 1);
	built->cpus = g_new0(struct cpumask, scenario->n_workloads + 1);
	for (int i = 0; i < scenario->n_workloads; i++) {
		const struct workload *load = &scenario->workloads[i];
		struct builder b = { .built = built,
				     .scenario = scenario,
				     .load = load,
				     .seed = seed,
				     .index = i,
				     .cpus = cpus };
		int cpu;

		built->vmas[i] = dist_copy(&load->vmas);
		built->pauses[i] = dist_copy(&load->pause);
		built->holds[i] = dist_copy(&load->hold);
		built->cpus[i] = load->cpus;
		for_each_cpu(cpu, &load->cpus)
			cpus[b.n_cpus++] = cpu;
		if (b.n_cpus > 0)
			build_workload(&b);
	}
}

struct built_machine *scenario_build(const struct scenario *scenario, int policy, uint64_t seed,
				     bool reference)
{
	struct built_machine *built = g_new0(struct built_machine, 1);
	const struct scenario_policy *p = &scenario->policies[policy];

	built->policy_params = g_memdup2(p->params, p->ops->params_size);
	built->m = machine_new(&scenario->machine, &scenario->costs, reference);
	built->rcu = rcu_new(built->m, &scenario->rcu);
	built->mm =
		mm_world_new(built->m, built->rcu, &scenario->vma, p->ops, built->policy_params);
	build_workloads(built, scenario, seed);
	return built;
}

void built_machine_free(struct built_machine *built)
{
	if (built == NULL)
		return;
	for (int i = 0; i < built->n_workloads; i++) {
		dist_clear(&built->vmas[i]);
		dist_clear(&built->pauses[i]);
		dist_clear(&built->holds[i]);
		replay_plan_free(built->plans[i]);
		replay_unref(built->replays[i]);
	}
	g_free(built->vmas);
	g_free(built->pauses);
	g_free(built->holds);
	g_free(built->plans);
	g_free(built->replays);
	g_free(built->cpus);
	mm_world_free(built->mm);
	rcu_free(built->rcu);
	machine_free(built->m);
	g_free(built->policy_params);
	g_free(built);
}
