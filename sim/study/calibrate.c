/*
 * A cost profile from what the lab's module measured: docs/calibration.md says why each expression is what it is.
 *
 * Micro-measurements give single operations. The curves give the freeing loop and the callbacks, per object, and
 * how long after a tick the first callback runs. Rows that judge the model are not read.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include <rcusim/calibrate.h>

#include "base/units.h"
#include "machine/costs.h"
#include "scenario/json_write.h"
#include "study/measurements.h"
#include "trace/text_output.h"

#define N_SMALL 1000 /* what the module's micro measurement repeats */
#define N_LARGE 5000
#define B_CURVE 32 /* batch of the list's curves */
#define N_MM    10000

struct fitted {
	bool known;
	double ns;
	char *source;
};

struct fit {
	const struct measurements *m;
	struct fitted *figures; /* one per row of cost_params */
	GString *report;
	GString *missing; /* rows that nothing stands for */
	/* what no figure is, but several need */
	double loop_ns;  /* the micro-measurements' own loop, per operation */
	double clock_ns; /* a clock read, which is also what an empty measurement takes */
	double check_ns; /* what a curve's probe costs per object */
};

/* --- figures --- */

static struct fitted *figure(struct fit *fit, const char *name)
{
	for (int i = 0; cost_params[i].type != PARAM_END; i++)
		if (strcmp(cost_params[i].name, name) == 0)
			return &fit->figures[i];
	g_assert_not_reached();
}

/* A figure is whole ns, and not negative: what is fitted from it is fitted from that. */
static void set(struct fit *fit, const char *name, double ns, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

static void set(struct fit *fit, const char *name, double ns, const char *format, ...)
{
	struct fitted *f = figure(fit, name);
	va_list args;

	va_start(args, format);
	f->known = true;
	f->ns = ns > 0 ? floor(ns + 0.5) : 0;
	f->source = g_strdup_vprintf(format, args);
	va_end(args);
}

static double get(struct fit *fit, const char *name)
{
	return figure(fit, name)->ns;
}

static void miss(struct fit *fit, const char *what)
{
	g_string_append_printf(fit->missing, "%s%s", fit->missing->len > 0 ? ", " : "", what);
}

/* Median ns of one operation, of any repetition count. */
static double micro(struct fit *fit, const struct boot *boot, const char *name)
{
	bool found = true;
	const double ns = boot_micro_ns(boot, name, 0, &found);

	if (!found)
		miss(fit, name);
	return ns;
}

/* Median ns of all @n operations together. */
static double micro_all(struct fit *fit, const struct boot *boot, const char *name, int64_t n)
{
	bool found = true;
	const double ns = boot_micro_ns(boot, name, n, &found);

	if (!found)
		miss(fit, name);
	return ns;
}

static double per_object(const struct bench_run *run)
{
	return (double)run->loop_ns / (double)run->n;
}

/* The curve of one call_rcu() per object, and that of lists; begun 400 us after a tick if there is one. */
static const struct bench_run *curve(const struct boot *boot, int64_t b, bool lat)
{
	const char *policy = b > 0 ? "batch" : "per_vma";
	const struct bench_run *run = boot_run(boot, policy, b, lat, 400);

	return run != NULL ? run : boot_run(boot, policy, b, lat, -1);
}

/* --- single operations --- */

static void fit_micro(struct fit *fit)
{
	const struct boot *off = &fit->m->softirq;
	const double freed = micro_all(fit, off, "kmem_cache_free", N_LARGE) / N_LARGE;

	fit->loop_ns = micro(fit, off, "loop");
	fit->clock_ns = micro(fit, off, "now") - fit->loop_ns;
	set(fit, "trace_event", 0,
	    "measured without tracing; a scenario of a traced kernel sets it");
	set(fit, "clock_read", fit->clock_ns, "softirq micro: now less loop");
	set(fit, "cond_resched", micro(fit, off, "cond_resched"),
	    "softirq micro: cond_resched, its loop step included");
	set(fit, "rcu_read_lock", micro(fit, off, "rcu_read_lock_unlock") - fit->loop_ns,
	    "softirq micro: rcu_read_lock_unlock less loop");
	set(fit, "kmem_cache_free", freed - fit->loop_ns,
	    "softirq micro: kmem_cache_free of %d less loop", N_LARGE);
	set(fit, "list_walk", fit->loop_ns, "softirq micro: loop, the step of a loop");
	set(fit, "list_drain", fit->loop_ns, "softirq micro: loop, three memory operands as there");
	set(fit, "call_rcu", micro(fit, off, "call_rcu_preempt_off") - fit->loop_ns,
	    "softirq micro: call_rcu_preempt_off less loop");
}

/* nocb_nobypass_lim_per_jiffy's default: 16 per ms. */
static int64_t n_direct_calls(const struct fit *fit)
{
	return 16 * 1000 / fit->m->hz;
}

/*
 * A flood of call_rcu() after silence: the first wakes rcuog, those up to 16 per ms in the jiffy take the direct
 * path, the rest the bypass. A single call every three jiffies is direct, too, and wakes.
 */
static void fit_call_rcu_nocb(struct fit *fit)
{
	const struct boot *nocb = &fit->m->offloaded;
	const double n_direct = (double)n_direct_calls(fit);
	const double small = micro_all(fit, nocb, "call_rcu_preempt_off", N_SMALL);
	const double large = micro_all(fit, nocb, "call_rcu_preempt_off", N_LARGE);
	const double first = micro(fit, nocb, "call_rcu_slow") - fit->clock_ns - fit->loop_ns;
	const double bypass = (large - small) / (N_LARGE - N_SMALL) - fit->loop_ns;
	double direct = small - fit->clock_ns - N_SMALL * fit->loop_ns - first -
			(N_SMALL - n_direct) * bypass;

	direct /= n_direct - 1;
	set(fit, "call_rcu_bypass", bypass,
	    "offloaded micro: call_rcu_preempt_off of %d less that of %d, per call, less loop",
	    N_LARGE, N_SMALL);
	set(fit, "call_rcu_direct", direct,
	    "offloaded micro: call_rcu_preempt_off of %d, less the first and the bypassed calls, per each "
	    "of the %d others",
	    N_SMALL, (int)n_direct - 1);
	set(fit, "call_srcu", bypass + 2 * get(fit, "rcu_read_lock"),
	    "not measured: call_rcu_bypass, as much under a list's lock, and two of rcu_read_lock");
	set(fit, "kvfree_call_rcu", get(fit, "call_rcu"),
	    "not measured: call_rcu, an append under a lock, too");
	set(fit, "kfree_bulk", get(fit, "kmem_cache_free") / 2,
	    "not measured: half of kmem_cache_free");
	set(fit, "wakeup", first - direct,
	    "offloaded micro: call_rcu_slow less loop, clock read and call_rcu_direct");
}

static void fit_scheduler(struct fit *fit)
{
	const struct boot *smp = &fit->m->two_cpus;
	double same, other;

	set(fit, "hrtimer", get(fit, "wakeup"), "the wakeup: as wakeup");
	if (smp->micros->len == 0)
		return;
	same = micro(fit, smp, "pingpong_samecpu") / 2;
	other = micro(fit, smp, "pingpong_othercpu") / 2;
	set(fit, "context_switch", same - get(fit, "wakeup"),
	    "two-cpus micro: half of pingpong_samecpu less wakeup");
	set(fit, "idle_wake", other - same,
	    "two-cpus micro: half of pingpong_othercpu less pingpong_samecpu");
}

/* --- the loop, per object --- */

/*
 * A curve's run looks every object whether to sample; the latency runs read the clock once per callback. Four
 * curves, four unknowns: the two loops, the look and the clock read. Without latency runs the look is the clock read
 * of each sample, and a list's push is a step of a loop.
 */
static void fit_check(struct fit *fit)
{
	const struct boot *off = &fit->m->softirq;
	const struct bench_run *c_one = curve(off, 0, false), *c_list = curve(off, B_CURVE, false);
	const struct bench_run *l_one = curve(off, 0, true), *l_list = curve(off, B_CURVE, true);

	if (c_one == NULL) {
		miss(fit, "softirq curve of per_vma with samples");
		return;
	}
	fit->check_ns = fit->clock_ns / (double)boot_sample_step(off, c_one);
	if (c_list == NULL || l_one == NULL || l_list == NULL)
		return;
	fit->check_ns = (per_object(c_list) - per_object(l_list) +
			 (per_object(l_one) - per_object(c_one)) / B_CURVE) /
			(1 - 1.0 / B_CURVE);
}

static void fit_loop(struct fit *fit)
{
	const struct boot *off = &fit->m->softirq;
	const struct bench_run *one = curve(off, 0, false), *list = curve(off, B_CURVE, false);

	fit_check(fit);
	if (one == NULL)
		return;
	set(fit, "probe_check", fit->check_ns,
	    "softirq curves: what the runs with samples take per object more than those with a clock read per "
	    "callback");
	set(fit, "free_loop_body",
	    per_object(one) - fit->check_ns - get(fit, "call_rcu") - get(fit, "cond_resched"),
	    "softirq %s: loop per object, less its probe, call_rcu and cond_resched", one->tag);
	if (list == NULL)
		set(fit, "list_push", fit->loop_ns, "softirq micro: loop");
	else
		set(fit, "list_push",
		    per_object(list) - fit->check_ns -
			    (get(fit, "call_rcu") + get(fit, "list_drain")) / B_CURVE -
			    get(fit, "free_loop_body") - get(fit, "cond_resched"),
		    "softirq %s: loop per object, less its probe, free_loop_body, cond_resched and, every %d, "
		    "list_drain and call_rcu",
		    list->tag, B_CURVE);
}

/* --- callbacks --- */

static int64_t half_tick_ns(const struct fit *fit)
{
	return NSEC_PER_SEC / fit->m->hz / 2;
}

/*
 * Callbacks free in order: those intervals of the curve that hold the move of a full list take longer, the first such one
 * less than others, as the node keeps slabs; and the end is of the CPU's own slab.
 */
static void fit_slab(struct fit *fit)
{
	static const char *const names[] = { "slab_free_fast", "put_partials", "discard_slab" };
	const struct slab_geometry *slab = &fit->m->slab;
	const struct bench_run *run = curve(&fit->m->softirq, 0, false);
	struct slab_frees frees = { 0 };

	if (run == NULL || slab->objs_per_slab == 0 || slab->min_partial == 0 ||
	    !boot_slab_frees(&fit->m->softirq, run, slab, half_tick_ns(fit), &frees)) {
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			set(fit, names[i], 0, "not told apart: within kmem_cache_free");
		return;
	}
	set(fit, "slab_free_fast", frees.fast,
	    "softirq %s: the last frees, of the CPU's slab, less those of other slabs", run->tag);
	set(fit, "discard_slab",
	    (frees.list - frees.first) / (double)MIN(slab->min_partial, frees.slabs),
	    "softirq %s: moves of a full list less the first, per slab that the node then keeps",
	    run->tag);
	set(fit, "put_partials", frees.list - (double)frees.slabs * get(fit, "discard_slab"),
	    "softirq %s: a move of a full list less its %d discard_slab", run->tag,
	    (int)frees.slabs);
}

static bool callback_slope(struct fit *fit, const struct boot *boot, const char *name, double *ret,
			   const char **ret_tag)
{
	const struct bench_run *run = curve(boot, 0, false);

	if (run == NULL || !boot_free_slope(boot, run, half_tick_ns(fit), ret)) {
		miss(fit, name);
		return false;
	}
	*ret_tag = run->tag;
	return true;
}

static void fit_callbacks(struct fit *fit)
{
	const char *off_tag, *nocb_tag;
	double off, nocb;

	if (!callback_slope(fit, &fit->m->softirq, "softirq curve of frees", &off, &off_tag) ||
	    !callback_slope(fit, &fit->m->offloaded, "offloaded curve of frees", &nocb, &nocb_tag))
		return;
	set(fit, "callback_invoke", off - fit->check_ns - get(fit, "kmem_cache_free"),
	    "softirq %s: slope of the frees, less the probe and kmem_cache_free", off_tag);
	set(fit, "callback_bh", nocb - off,
	    "offloaded %s: slope of the frees, less that of softirq %s", nocb_tag, off_tag);
}

/* --- the tick, and from a tick to the first callback --- */

/* What a tick inside the loop takes: of two runs of @boot, only that which begins late in its tick has one. */
static bool tick_in_loop(const struct boot *boot, double *ret)
{
	const struct bench_run *without = boot_run(boot, "per_vma", 0, false, 400);
	const struct bench_run *with = boot_run(boot, "per_vma", 0, false, 3600);

	if (without == NULL || with == NULL || without->n != with->n)
		return false;
	*ret = (double)(with->loop_ns - without->loop_ns);
	return true;
}

static void fit_tick(struct fit *fit)
{
	double nocb, off;

	if (!tick_in_loop(&fit->m->offloaded, &nocb) || !tick_in_loop(&fit->m->softirq, &off))
		return;
	set(fit, "tick", nocb, "offloaded per_vma curves: loop with a tick inside less without");
	set(fit, "rcu_core", off - nocb - get(fit, "wakeup"),
	    "softirq per_vma curves: loop with a tick inside less without, less tick and wakeup");
	set(fit, "softirq", 0, "within rcu_core");
}

/*
 * How long after its tick the first callback of @boot's curve runs, less the delay of the loop's start, from which
 * times are counted; a mean over the phases 400 and 2000, at which the CPU idles when the tick comes.
 */
static bool first_after_tick(struct fit *fit, const struct boot *boot, double *ret)
{
	const int64_t tick_us = 1000000 / fit->m->hz;
	double sum = 0;
	int n = 0;

	for (int64_t phase_us = 400; phase_us <= 2000; phase_us += 1600) {
		const struct bench_run *run = boot_run(boot, "per_vma", 0, false, phase_us);
		double in_tick;

		if (run == NULL)
			continue;
		in_tick = fmod((double)run->first_ns + (double)phase_us * 1000,
			       (double)tick_us * 1000);
		sum += in_tick > (double)tick_us * 500 ? in_tick - (double)tick_us * 1000 : in_tick;
		n++;
	}
	*ret = n > 0 ? sum / n : 0;
	return n > 0;
}

struct term {
	const char *name;
	int n; /* how many times */
};

/* Known terms' sum; @ret_n_unknown: how many others there are. */
static double chain_known(struct fit *fit, const struct term *terms, int *ret_n_unknown)
{
	double sum = 0;

	*ret_n_unknown = 0;
	for (; terms->name != NULL; terms++) {
		const struct fitted *f = figure(fit, terms->name);

		if (f->known)
			sum += terms->n * f->ns;
		else
			*ret_n_unknown += terms->n;
	}
	return sum;
}

/* Not offloaded, the tick's own softirq invokes. */
static const struct term softirq_chain[] = { { "tick", 1 },       { "rcu_core", 1 },
					     { "batch", 1 },      { "hrtimer", -1 },
					     { "idle_wake", -1 }, { "context_switch", -1 },
					     { NULL, 0 } };
/* Tick and rcu_core() wake the grace-period kthread, which ends the grace period and wakes rcuog, which wakes rcuop. */
static const struct term offloaded_chain[] = {
	{ "tick", 1 },       { "rcu_core", 1 }, { "wakeup", 3 },     { "context_switch", 3 },
	{ "gp_kthread", 2 }, { "gp_node", 1 },  { "nocb_gp", 1 },    { "nocb_gp_cpu", 1 },
	{ "batch", 1 },      { "hrtimer", -1 }, { "idle_wake", -1 }, { "context_switch", -1 },
	{ NULL, 0 }
};

static void fit_batch(struct fit *fit)
{
	double measured, known;
	int n_unknown;

	for (const struct term *t = softirq_chain; t->name != NULL; t++)
		if (!figure(fit, t->name)->known && strcmp(t->name, "batch") != 0)
			return;
	if (!first_after_tick(fit, &fit->m->softirq, &measured))
		return;
	known = chain_known(fit, softirq_chain, &n_unknown);
	set(fit, "batch", measured - known,
	    "softirq per_vma curves: from the tick to the first callback, less tick and rcu_core");
}

/* Nothing tells the steps of RCU's kthreads apart: each costs the same. */
static void fit_steps(struct fit *fit)
{
	static const char *const alone[] = { "timer", "fqs_cpu", "nocb_cb", "kworker", "srcu_gp" };
	double measured, known, step;
	int n_unknown;

	if (!first_after_tick(fit, &fit->m->offloaded, &measured)) {
		miss(fit, "offloaded curve of per_vma with samples");
		return;
	}
	if (!figure(fit, "idle_wake")->known)
		set(fit, "idle_wake", 0, "within hrtimer and context_switch: no two-cpus micro");
	known = chain_known(fit, offloaded_chain, &n_unknown);
	step = (measured - known) / n_unknown;
	for (const struct term *t = offloaded_chain; t->name != NULL; t++)
		if (!figure(fit, t->name)->known)
			set(fit, t->name, step,
			    "offloaded per_vma curves: from the tick to the first callback, less what is "
			    "known, shared by the %d steps",
			    n_unknown);
	for (size_t i = 0; i < G_N_ELEMENTS(alone); i++)
		set(fit, alone[i], step, "not measured alone: a step, as gp_node");
	set(fit, "srcu_cpu", fit->loop_ns,
	    "not measured: softirq micro: loop, a look at a counter");
	if (!figure(fit, "softirq")->known)
		set(fit, "softirq", 0, "within rcu_core");
}

/* --- calls that wait --- */

/* Without a clock that tells single calls, or with one CPU only, they cost what they wake and switch. */
static void fit_waiting(struct fit *fit)
{
	static const char *const none[] = { "ipi", "ipi_handler", "synchronize_rcu", "exp_cpu" };
	const struct boot *up = &fit->m->softirq, *smp = &fit->m->two_cpus;
	bool found = smp->micros->len > 0;
	const double one = boot_micro_ns(up, "rcu_barrier", 0, &found);
	const double two = boot_micro_ns(smp, "rcu_barrier", 0, &found);
	const double exp = boot_micro_ns(up, "synchronize_rcu_expedited", 0, &found);

	for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
		set(fit, none[i], 0, "not measured");
	set(fit, "rcu_barrier", found ? 2 * one - two : 0,
	    found ? "micro: twice rcu_barrier of softirq less that of two-cpus" : "not measured");
	set(fit, "rcu_barrier_cpu", found ? two - one : 0,
	    found ? "micro: rcu_barrier of two-cpus less that of softirq" : "not measured");
	set(fit, "exp_gp",
	    found ? exp - 2 * get(fit, "wakeup") - 2 * get(fit, "context_switch") : 0,
	    found ? "softirq micro: synchronize_rcu_expedited less two of wakeup and context_switch"
		  : "not measured");
}

/* --- real processes --- */

static void fit_mm(struct fit *fit)
{
	const double loop = get(fit, "free_loop_body") + get(fit, "cond_resched");
	const double whole =
		measurements_mmbench(fit->m, &fit->m->softirq, "exit_mmap", "whole_list", N_MM);
	const double munmap = measurements_mmbench(fit->m, &fit->m->softirq, "munmap",
						   "call_rcu per VMA(stock)", N_MM);

	if (whole < 0 || munmap < 0)
		return;
	set(fit, "remove_vma", whole - loop - get(fit, "list_push"),
	    "softirq mmbench: exit_mmap of %d, whole_list, less free_loop_body, cond_resched and list_push",
	    N_MM);
	set(fit, "munmap_vma", munmap - loop - get(fit, "remove_vma") - get(fit, "call_rcu"),
	    "softirq mmbench: munmap of %d, less free_loop_body, cond_resched, remove_vma and call_rcu",
	    N_MM);
	set(fit, "unmap_vma", 0, "not measured: mmbench times the freeing loop");
	set(fit, "munmap", 0, "within munmap_vma");
}

/* --- what the figures make of their own rows --- */

static void report_row(struct fit *fit, const char *boot, const char *row, const char *what,
		       double measured, double made)
{
	g_string_append_printf(fit->report, "%-10s %-16s %-28s %12.1f %12.1f %+8.1f %+7.2f %%\n",
			       boot, row, what, measured, made, made - measured,
			       measured != 0 ? (made - measured) / fabs(measured) * 100 : 0.0);
}

static void report_loops(struct fit *fit, const char *name, const struct boot *boot)
{
	const bool offloaded = boot == &fit->m->offloaded;
	const double n_direct = offloaded ? (double)n_direct_calls(fit) : 0;
	const double loop = get(fit, "free_loop_body") + get(fit, "cond_resched") + fit->check_ns;
	const struct bench_run *one = curve(boot, 0, false), *list = curve(boot, B_CURVE, false);

	if (one != NULL) {
		const double n = (double)one->n;
		const double calls =
			offloaded ? n_direct * get(fit, "call_rcu_direct") +
					    (n - n_direct) * get(fit, "call_rcu_bypass") +
					    get(fit, "wakeup")
				  : n * get(fit, "call_rcu");

		report_row(fit, name, one->tag, "loop, ns per object", per_object(one),
			   loop + calls / n);
	}
	if (list != NULL && !offloaded)
		report_row(fit, name, list->tag, "loop, ns per object", per_object(list),
			   loop + get(fit, "list_push") +
				   (get(fit, "list_drain") + get(fit, "call_rcu")) / B_CURVE);
}

static void report_frees(struct fit *fit, const char *name, const struct boot *boot, int64_t b)
{
	const struct bench_run *run = curve(boot, b, false);
	const bool offloaded = boot == &fit->m->offloaded;
	double callback = get(fit, "callback_invoke") + (offloaded ? get(fit, "callback_bh") : 0);
	double object = get(fit, "kmem_cache_free");
	double measured;

	if (run == NULL || !boot_free_slope(boot, run, half_tick_ns(fit), &measured))
		return;
	if (b > 0) {
		object += get(fit, "list_walk");
		callback /= B_CURVE;
	}
	report_row(fit, name, run->tag, "frees, ns per object", measured,
		   callback + object + fit->check_ns / (b > 0 ? B_CURVE : 1));
}

static void report_chain(struct fit *fit, const char *name, const struct boot *boot,
			 const struct term *chain)
{
	double measured;
	int n_unknown;

	if (first_after_tick(fit, boot, &measured))
		report_row(fit, name, "per_vma", "first callback after tick", measured,
			   chain_known(fit, chain, &n_unknown));
}

static void report_mm(struct fit *fit)
{
	static const struct {
		bool offloaded;
		const char *policy;
		const char *figures[4];
		int n[4];
	} rows[] = {
		{ false, "direct(stock)", { "kmem_cache_free" }, { 2 } },
		{ false, "per_vma", { "call_rcu" }, { 1 } },
		{ true, "per_vma", { "call_rcu_bypass" }, { 1 } },
		{ false, "whole_list", { "list_push" }, { 1 } },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct boot *boot = rows[i].offloaded ? &fit->m->offloaded : &fit->m->softirq;
		const double measured =
			measurements_mmbench(fit->m, boot, "exit_mmap", rows[i].policy, N_MM);
		double made = get(fit, "free_loop_body") + get(fit, "cond_resched") +
			      get(fit, "remove_vma");

		for (int k = 0; k < 4 && rows[i].figures[k] != NULL; k++)
			made += rows[i].n[k] * get(fit, rows[i].figures[k]);
		if (measured >= 0)
			report_row(fit, rows[i].offloaded ? "offloaded" : "softirq", rows[i].policy,
				   "exit_mmap, ns per VMA", measured, made);
	}
}

static void report_all(struct fit *fit)
{
	g_string_append_printf(fit->report, "%-10s %-16s %-28s %12s %12s %8s %9s\n", "boot", "row",
			       "quantity", "measured", "figures", "off by", "");
	report_loops(fit, "softirq", &fit->m->softirq);
	report_loops(fit, "offloaded", &fit->m->offloaded);
	report_frees(fit, "softirq", &fit->m->softirq, 0);
	report_frees(fit, "softirq", &fit->m->softirq, B_CURVE);
	report_frees(fit, "offloaded", &fit->m->offloaded, 0);
	report_frees(fit, "offloaded", &fit->m->offloaded, B_CURVE);
	report_chain(fit, "softirq", &fit->m->softirq, softirq_chain);
	report_chain(fit, "offloaded", &fit->m->offloaded, offloaded_chain);
	report_mm(fit);
}

/* --- the whole --- */

static char *profile_json(const struct fit *fit)
{
	struct json_writer writer = { .out = g_string_new(NULL), .first = true };

	json_write_open(&writer, NULL, '{');
	json_write_int(&writer, "schema_version", 1);
	json_write_string(&writer, "name", fit->m->name);
	json_write_string(&writer, "about", fit->m->about);
	json_write_open(&writer, "figures", '{');
	for (int i = 0; cost_params[i].type != PARAM_END; i++) {
		const struct fitted *f = &fit->figures[i];

		json_write_open(&writer, cost_params[i].name, '{');
		json_write_int(&writer, "value", f->known ? (int64_t)f->ns : 0);
		json_write_string(&writer, "source", f->known ? f->source : "not measured");
		json_write_close(&writer, '}');
	}
	json_write_close(&writer, '}');
	json_write_close(&writer, '}');
	g_string_append_c(writer.out, '\n');
	return g_string_free(writer.out, FALSE);
}

static void fit_all(struct fit *fit)
{
	fit_micro(fit);
	fit_call_rcu_nocb(fit);
	fit_scheduler(fit);
	fit_loop(fit);
	fit_slab(fit);
	fit_callbacks(fit);
	fit_tick(fit);
	fit_batch(fit);
	fit_steps(fit);
	fit_waiting(fit);
	fit_mm(fit);
}

static int n_figures(void)
{
	int n = 0;

	while (cost_params[n].type != PARAM_END)
		n++;
	return n;
}

static void fit_clear(struct fit *fit)
{
	for (int i = 0; i < n_figures(); i++)
		g_free(fit->figures[i].source);
	g_free(fit->figures);
	g_string_free(fit->report, TRUE);
	g_string_free(fit->missing, TRUE);
}

char *rcusim_calibrate(const char *path, char **ret_report, GError **error)
{
	struct measurements *m = measurements_read(path, error);
	struct fit fit = { .m = m };
	char *profile = NULL;

	if (m == NULL)
		return NULL;
	fit.figures = g_new0(struct fitted, (gsize)n_figures());
	fit.report = g_string_new(NULL);
	fit.missing = g_string_new(NULL);
	fit_all(&fit);
	if (fit.missing->len > 0) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			    "%s: error: the measurements lack: %s", path, fit.missing->str);
	} else {
		profile = profile_json(&fit);
		report_all(&fit);
		if (ret_report != NULL)
			*ret_report = g_strdup(fit.report->str);
	}
	fit_clear(&fit);
	measurements_free(m);
	return profile;
}

bool rcusim_profile_write(const char *profile, const char *path, bool replace, GError **error)
{
	struct text_output text = { 0 };
	bool good = text_output_open(&text, path, replace ? "{" : NULL, error);

	if (good) {
		fputs(profile, text.out);
		good = text_output_commit(&text, replace, error);
	}
	text_output_clear(&text);
	return good;
}
