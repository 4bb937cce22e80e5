#include "model/lab.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rcusim/scenario.h>
#include <rcusim/sim.h>

#include "study/sim.h"

/* Ticks before the one that the start phases count from; the machine is idle until then. */
#define N_IDLE_TICKS INT64_C(5)
#define DURATION_NS  INT64_C(100000000)

char *lab_path(const char *path)
{
	const char *tests = g_getenv("G_TEST_SRCDIR");

	return g_build_filename(tests == NULL ? "tests" : tests, "..", path, NULL);
}

/* --- CSV: no quotes, lines that begin with # are comments, the first other line names the columns --- */

static char **csv_lines(const char *path)
{
	g_autofree char *name = lab_path(path);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	if (!g_file_get_contents(name, &text, NULL, &error))
		g_error("%s", error->message);
	return g_strsplit(text, "\n", -1);
}

static bool csv_is_data(const char *line)
{
	return line[0] != '\0' && line[0] != '#';
}

/* --- runs.csv --- */

enum {
	COL_SET,
	COL_BOOT,
	COL_POLICY,
	COL_N,
	COL_B,
	COL_PHASE_US,
	COL_LOOP,
	COL_FIRST,
	COL_TOTAL,
	COL_N_CALLBACKS,
	COL_GP_COUNT,
	N_COLS
};

static const char runs_heading[] = "set,boot,policy,n,b,phase_us,loop_max_ns,first_cb_ns,total_ns,"
				   "n_callbacks,gp_count";

static int64_t integer(const char *text)
{
	char *end;
	const int64_t value = g_ascii_strtoll(text, &end, 10);

	if (end == text || *end != '\0')
		g_error("runs.csv: '%s' is no integer", text);
	return value;
}

static void row_parse(struct lab_row *row, const char *line)
{
	g_auto(GStrv) col = g_strsplit(line, ",", -1);

	if (g_strv_length(col) != N_COLS)
		g_error("runs.csv: '%s' has not %d columns", line, N_COLS);
	*row = (struct lab_row){
		.set = g_strdup(col[COL_SET]),
		.policy = g_strdup(col[COL_POLICY]),
		.offloaded = strstr(col[COL_BOOT], "rcu_nocbs=all") != NULL,
		.n = integer(col[COL_N]),
		.b = integer(col[COL_B]),
		.phase_us = integer(col[COL_PHASE_US]),
		.loop_ns = integer(col[COL_LOOP]),
		.first_cb_ns = integer(col[COL_FIRST]),
		.total_ns = integer(col[COL_TOTAL]),
		.n_callbacks = integer(col[COL_N_CALLBACKS]),
		.gp_count = integer(col[COL_GP_COUNT]),
	};
}

static void row_clear(void *data)
{
	struct lab_row *row = data;

	g_free(row->set);
	g_free(row->policy);
}

GArray *lab_rows(void)
{
	g_auto(GStrv) lines = csv_lines("scenarios/data/lab/runs.csv");
	GArray *rows = g_array_new(false, true, sizeof(struct lab_row));
	bool heading = true;

	g_array_set_clear_func(rows, row_clear);
	for (char **line = lines; *line != NULL; line++) {
		struct lab_row row;

		if (!csv_is_data(*line))
			continue;
		if (heading) {
			g_assert_cmpstr(*line, ==, runs_heading);
			heading = false;
			continue;
		}
		row_parse(&row, *line);
		g_array_append_val(rows, row);
	}
	return rows;
}

bool lab_row_is_asserted(const struct lab_row *row)
{
	if (!g_str_has_suffix(row->set, "_matrix") || (row->n != 100 && row->n != 10000))
		return false;
	return strcmp(row->policy, "per_vma") == 0 ||
	       (strcmp(row->policy, "batch") == 0 && row->b == 32);
}

/* --- the kernel and the simulator --- */

static void set_ticks(struct lab_outcome *outcome, int64_t phase_ns)
{
	outcome->first_cb_tick = (phase_ns + outcome->first_cb_ns) / LAB_TICK_NS;
	outcome->last_free_tick = (phase_ns + outcome->last_free_ns) / LAB_TICK_NS;
}

struct lab_outcome lab_measured(const struct lab_row *row, int64_t wakeup_ns)
{
	struct lab_outcome outcome = {
		.first_cb_ns = row->first_cb_ns + wakeup_ns,
		.last_free_ns = row->total_ns + wakeup_ns,
		.grace_periods = row->gp_count,
		.loop_ns = row->loop_ns,
		.n_callbacks = row->n_callbacks,
	};

	set_ticks(&outcome, row->phase_us * 1000);
	return outcome;
}

void lab_wakeup_range(const GArray *rows, int64_t *ret_low_ns, int64_t *ret_high_ns)
{
	*ret_low_ns = 0;
	*ret_high_ns = LAB_TICK_NS;
	for (guint i = 0; i < rows->len; i++) {
		const struct lab_row *row = &g_array_index(rows, struct lab_row, i);
		const int64_t t_ns[] = { row->first_cb_ns, row->total_ns };

		for (size_t k = 0; lab_row_is_asserted(row) && k < G_N_ELEMENTS(t_ns); k++) {
			const int64_t in_tick_ns =
				(row->phase_us * 1000 + LAB_WAKEUP_NS + t_ns[k]) % LAB_TICK_NS;
			const int64_t low_ns = LAB_WAKEUP_NS - in_tick_ns;

			*ret_low_ns = MAX(*ret_low_ns, low_ns);
			*ret_high_ns = MIN(*ret_high_ns, low_ns + LAB_TICK_NS - 1);
		}
	}
}

static const char *method(const struct lab_row *row)
{
	static const char *const names[][2] = { { "per_vma", "per-object" },
						{ "batch", "batch" },
						{ "whole_list", "whole-list" } };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(names[i][0], row->policy) == 0)
			return names[i][1];
	g_error("runs.csv: policy '%s' has no method of free-loop", row->policy);
}

static RcuSimScenario *row_scenario(const struct lab_row *row, const char *wakeup_preempt)
{
	g_autofree char *choice =
		wakeup_preempt == NULL
			? g_strdup("")
			: g_strdup_printf(", \"wakeup_preempt\": \"%s\"", wakeup_preempt);
	g_autofree char *text = g_strdup_printf(
		"{ \"schema_version\": 1, \"name\": \"lab\", \"question\": \"As the kernel did?\","
		"  \"seed\": 1, \"duration\": \"%" PRId64 "ns\","
		"  \"machine\": { \"cpus\": 1, \"hz\": 250%s },"
		"  \"rcu\": { \"rcu_nocbs\": \"%s\" },"
		"  \"costs_ns\": { \"profile\": \"icount-6.12\" },"
		"  \"policies\": { \"per-vma\": {} },"
		"  \"workload\": [ { \"id\": \"loop\", \"kind\": \"free-loop\", \"cpus\": \"0\","
		"    \"method\": \"%s\", \"objects\": %" PRId64 ", \"batch\": %" PRId64 ","
		"    \"arrive\": { \"from\": \"%" PRId64 "ns\" } } ] }",
		DURATION_NS, choice, row->offloaded ? "0" : "", method(row), row->n,
		row->b > 0 ? row->b : 1, N_IDLE_TICKS * LAB_TICK_NS + row->phase_us * 1000);
	g_autoptr(GError) error = NULL;
	RcuSimScenario *scenario =
		rcusim_scenario_parse(text, strlen(text), "lab.json", NULL, &error);

	if (scenario == NULL)
		g_error("%s", error->message);
	return scenario;
}

static RcuSim *run_until(const RcuSimScenario *scenario, int64_t t_ns)
{
	RcuSim *sim = rcusim_new(scenario, "per-vma", 1, RCUSIM_FLAG_NONE, NULL);

	g_assert_nonnull(sim);
	rcusim_run_until(sim, t_ns);
	return sim;
}

static int64_t metric(RcuSim *sim, const char *name)
{
	int64_t value;

	if (!rcusim_metric(sim, name, &value))
		g_error("there is no metric %s", name);
	return value;
}

/* get_state_synchronize_rcu() */
static int64_t state_synchronize_rcu(const RcuSim *sim)
{
	return rcu_seq_snap(sim->built->rcu->gp_seq);
}

/* Grace periods as the bench counts them: those that started between the start of the loop and the last free. */
static int64_t count_grace_periods(const RcuSimScenario *scenario, int64_t start_ns,
				   int64_t last_free_ns)
{
	g_autoptr(RcuSim) sim = run_until(scenario, start_ns);
	const int64_t at_start = state_synchronize_rcu(sim);

	rcusim_run_until(sim, last_free_ns);
	return (state_synchronize_rcu(sim) - at_start) >> RCU_SEQ_CTR_SHIFT;
}

struct lab_outcome lab_simulate(const struct lab_row *row, const char *wakeup_preempt)
{
	g_autoptr(RcuSimScenario) scenario = row_scenario(row, wakeup_preempt);
	g_autoptr(RcuSim) sim = run_until(scenario, DURATION_NS);
	const int64_t last_free_ns = metric(sim, "free_last_ns");
	const int64_t phase_ns = row->phase_us * 1000;
	const int64_t start_ns = N_IDLE_TICKS * LAB_TICK_NS + phase_ns;
	struct lab_outcome outcome = {
		.first_cb_ns = metric(sim, "callback_first_ns") - start_ns,
		.last_free_ns = last_free_ns - start_ns,
		.grace_periods = count_grace_periods(scenario, start_ns, last_free_ns),
		.loop_ns = metric(sim, "freeing_loop_max_ns"),
		.n_callbacks = metric(sim, "callbacks"),
	};

	g_assert_cmpint(metric(sim, "objects_freed"), ==, row->n);
	g_assert_cmpint(metric(sim, "callbacks_left"), ==, 0);
	set_ticks(&outcome, phase_ns);
	return outcome;
}

bool lab_is_exact(const struct lab_outcome *a, const struct lab_outcome *b)
{
	return a->first_cb_tick == b->first_cb_tick && a->last_free_tick == b->last_free_tick &&
	       a->grace_periods == b->grace_periods;
}

struct lab_judgement lab_judge(const struct lab_row *row)
{
	static const char *const others[] = { "always", "never" };
	struct lab_judgement j = { .verdict = LAB_EXACT,
				   .kernel = lab_measured(row, LAB_WAKEUP_NS),
				   .sim = lab_simulate(row, NULL),
				   .choice = "default" };

	if (lab_is_exact(&j.kernel, &j.sim))
		return j;
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		const struct lab_outcome other = lab_simulate(row, others[i]);

		if (!lab_is_exact(&j.kernel, &other))
			continue;
		j.verdict = LAB_OTHER_CHOICE;
		j.choice = others[i];
		return j;
	}
	j.verdict = LAB_MISS;
	j.choice = NULL;
	return j;
}

const char *lab_verdict_name(enum lab_verdict verdict)
{
	static const char *const names[LAB_N_VERDICTS] = {
		[LAB_EXACT] = "exact", [LAB_OTHER_CHOICE] = "the other choice", [LAB_MISS] = "miss"
	};

	return names[verdict];
}

/* --- micro.csv, and what the profile makes of it --- */

/* num / den times the median of row @name of set @set. */
struct term {
	const char *set, *name;
	int num, den;
};

#define N_TERMS 3

static const struct composition {
	const char *param;
	struct term terms[N_TERMS];
} compositions[] = {
	{ "free_loop_body", { { "i1_nocb", "loop", 3, 1 } } },
	{ "cond_resched", { { "i1_nocb", "cond_resched", 1, 1 } } },
	{ "list_push", { { "i1_nocb", "loop", 1, 1 } } },
	{ "list_drain", { { "i1_nocb", "irq_save_restore", 1, 1 } } },
	{ "kmem_cache_free",
	  { { "i1_nocb", "kmem_cache_free", 1, 1 }, { "i1_nocb", "loop", -1, 1 } } },
	{ "rcu_read_lock",
	  { { "i1_nocb", "rcu_read_lock_unlock", 1, 1 }, { "i1_nocb", "loop", -1, 1 } } },
	{ "call_rcu", { { "i1_off", "call_rcu_preempt_off", 1, 1 }, { "i1_off", "loop", -1, 1 } } },
	{ "call_rcu_direct",
	  { { "i1_nocb", "call_rcu_next8", 1, 1 }, { "i1_nocb", "loop", -1, 1 } } },
	{ "call_rcu_bypass",
	  { { "i1_nocb", "call_rcu_preempt_off", 1, 1 }, { "i1_nocb", "loop", -1, 1 } } },
	{ "callback_invoke", { { "i1_nocb", "cond_resched", 1, 1 } } },
	{ "wakeup",
	  { { "i1_nocb", "call_rcu_first", 1, 1 }, { "i1_nocb", "call_rcu_next8", -1, 1 } } },
	{ "context_switch",
	  { { "i2_nocb", "pingpong_samecpu", 1, 2 },
	    { "i1_nocb", "call_rcu_first", -1, 1 },
	    { "i1_nocb", "call_rcu_next8", 1, 1 } } },
	{ "idle_wake",
	  { { "i2_nocb", "pingpong_othercpu", 1, 2 }, { "i2_nocb", "pingpong_samecpu", -1, 2 } } },
};

/* "158.8" in tenths. */
static int64_t tenths(const char *text)
{
	g_auto(GStrv) part = g_strsplit(text, ".", -1);

	if (g_strv_length(part) != 2 || strlen(part[1]) != 1)
		g_error("micro.csv: '%s' has not one decimal", text);
	return integer(part[0]) * 10 + integer(part[1]);
}

/* Median of the row in tenths of a ns. */
static int64_t micro_median(const char *set, const char *name)
{
	g_auto(GStrv) lines = csv_lines("scenarios/data/lab/micro.csv");

	for (char **line = lines; *line != NULL; line++) {
		g_auto(GStrv) col = g_strsplit(*line, ",", -1);

		if (csv_is_data(*line) && g_strv_length(col) == 6 && strcmp(col[0], set) == 0 &&
		    strcmp(col[1], name) == 0)
			return tenths(col[3]);
	}
	g_error("micro.csv: no row %s, %s", set, name);
}

static void append_term(GString *text, const struct term *t, int64_t median)
{
	const int num = abs(t->num);

	if (text->len > 0)
		g_string_append(text, t->num < 0 ? " - " : " + ");
	if (num > 1)
		g_string_append_printf(text, "%d * ", num);
	g_string_append_printf(text, "%s %s (%" PRId64 ".%" PRId64 ")", t->set, t->name,
			       median / 10, median % 10);
	if (t->den > 1)
		g_string_append_printf(text, " / %d", t->den);
}

bool lab_compose(const char *param, int64_t *ret_ns, char **ret_text)
{
	const struct composition *c = NULL;
	int64_t sum = 0; /* in twentieths of a ns */
	GString *text;

	for (size_t i = 0; i < G_N_ELEMENTS(compositions); i++)
		if (strcmp(compositions[i].param, param) == 0)
			c = &compositions[i];
	if (c == NULL)
		return false;
	text = g_string_new(NULL);
	for (int i = 0; i < N_TERMS && c->terms[i].name != NULL; i++) {
		const struct term *t = &c->terms[i];
		const int64_t median = micro_median(t->set, t->name);

		sum += median * 2 * t->num / t->den;
		append_term(text, t, median);
	}
	*ret_ns = (sum + 10) / 20;
	*ret_text = g_string_free(text, false);
	return true;
}
