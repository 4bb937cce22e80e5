#include "study/measurements.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rcusim/error.h>

#include "base/decimal.h"
#include "trace/input.h"

/* --- lines --- */

static void micro_clear(void *data)
{
	g_free(((struct micro *)data)->name);
}

static void run_clear(void *data)
{
	struct bench_run *run = data;

	g_free(run->tag);
	g_free(run->policy);
}

static void sample_clear(void *data)
{
	g_free(((struct bench_sample *)data)->tag);
}

static void mmbench_clear(void *data)
{
	struct mmbench_row *row = data;

	g_free(row->boot);
	g_free(row->what);
	g_free(row->policy);
}

static GArray *array_of(size_t size, void (*clear)(void *))
{
	GArray *array = g_array_new(false, true, (guint)size);

	g_array_set_clear_func(array, clear);
	return array;
}

/* The cells of a line; integers are told apart when they are asked for. */
struct cells {
	const struct trace_line *line;
	char **text;
	guint n;
	bool good;
};

static int64_t cell_integer(struct cells *cells, guint i)
{
	int64_t value = 0;

	if (cells->good && decimal_int64(cells->text[i], &value) == DECIMAL_NOT_A_NUMBER)
		cells->good =
			trace_line_fault(cells->line, NULL, "\"%s\" is no integer", cells->text[i]);
	return value;
}

/* --- a boot's results --- */

#define N_RUN_CELLS 19 /* up to the number of callbacks */

static bool parse_micro(struct boot *boot, struct cells *cells)
{
	const struct micro micro = { .name = g_strdup(cells->text[1]),
				     .n = cell_integer(cells, 2),
				     .ns = cell_integer(cells, 3) };

	g_array_append_val(boot->micros, micro);
	return cells->good && (micro.n > 0 || trace_line_fault(cells->line, NULL, "no operation"));
}

static bool parse_run(struct boot *boot, struct cells *cells)
{
	const struct bench_run run = { .tag = g_strdup(cells->text[1]),
				       .policy = g_strdup(cells->text[2]),
				       .n = cell_integer(cells, 3),
				       .b = cell_integer(cells, 4),
				       .threads = cell_integer(cells, 5),
				       .phase_us = cell_integer(cells, 7),
				       .delay_ns = cell_integer(cells, 8),
				       .sleep_us = cell_integer(cells, 9),
				       .reader_ms = cell_integer(cells, 10),
				       .lat = cell_integer(cells, 11),
				       .loop_ns = cell_integer(cells, 13),
				       .first_ns = cell_integer(cells, 14),
				       .total_ns = cell_integer(cells, 15),
				       .n_callbacks = cell_integer(cells, 18) };

	g_array_append_val(boot->runs, run);
	return cells->good && (run.n > 0 || trace_line_fault(cells->line, NULL, "no object"));
}

static bool parse_sample(struct boot *boot, struct cells *cells)
{
	const struct bench_sample sample = { .tag = g_strdup(cells->text[1]),
					     .freed = cell_integer(cells, 3) == 1,
					     .i = cell_integer(cells, 4),
					     .t_ns = cell_integer(cells, 5) };

	g_array_append_val(boot->samples, sample);
	return cells->good;
}

static bool boot_parse(const struct trace_line *line, void *into)
{
	static const struct {
		const char *kind;
		guint n_cells;
		bool (*parse)(struct boot *boot, struct cells *cells);
	} kinds[] = { { "MICRO", 4, parse_micro },
		      { "CSV", N_RUN_CELLS, parse_run },
		      { "SMP", 6, parse_sample } };
	g_auto(GStrv) text = g_strsplit(line->text, ",", -1);
	struct cells cells = { line, text, g_strv_length(text), true };

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_strcmp0(text[0], kinds[i].kind) != 0)
			continue;
		if (cells.n < kinds[i].n_cells)
			return trace_line_fault(line, NULL, "%u cells; a line %s has %u", cells.n,
						kinds[i].kind, kinds[i].n_cells);
		return kinds[i].parse(into, &cells);
	}
	return true; /* LAT, ERR, comments: nothing to calibrate with */
}

/* --- mmbench.csv --- */

/* set,what,n,policy,b,reps,ns_per_vma_median,... */
static bool mmbench_parse(const struct trace_line *line, void *into)
{
	struct measurements *m = into;
	g_auto(GStrv) text = g_strsplit(line->text, ",", -1);
	struct cells cells = { line, text, g_strv_length(text), true };
	struct mmbench_row row;
	char *end;
	double ns;

	if (cells.n == 0 || strcmp(text[0], "set") == 0)
		return true;
	if (cells.n < 7)
		return trace_line_fault(line, NULL, "%u cells; a row has at least 7", cells.n);
	ns = g_ascii_strtod(text[6], &end);
	if (end == text[6] || *end != '\0' || !(ns >= 0))
		return trace_line_fault(line, NULL, "\"%s\" is no time", text[6]);
	row = (struct mmbench_row){ .boot = g_strdup(text[0]),
				    .what = g_strdup(text[1]),
				    .policy = g_strdup(text[3]),
				    .n = cell_integer(&cells, 2),
				    .ns = ns };
	g_array_append_val(m->mmbench, row);
	return cells.good;
}

/* --- files --- */

static bool file_read(const char *path, bool (*parse)(const struct trace_line *, void *),
		      void *into, GError **error)
{
	struct trace_input *input = trace_input_open(path, error);
	struct trace_line line;
	GError *failed = NULL;
	struct diag *diag;
	bool good;

	if (input == NULL)
		return false;
	diag = diag_new();
	while (diag_n(diag) == 0 && trace_input_next(input, diag, &line, &failed))
		parse(&line, into);
	good = diag_n(diag) == 0;
	if (failed != NULL)
		g_propagate_error(error, failed);
	else if (diag_n(diag) > 0)
		diag_to_error(diag, RCUSIM_ERROR_INVALID, &failed),
			g_propagate_error(error, failed);
	diag_free(diag);
	trace_input_free(input);
	return good && failed == NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The results in @dir, sorted by name: the order of a directory is nobody's. */
static GPtrArray *result_files(const char *dir)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	GDir *handle = g_dir_open(dir, 0, NULL);
	const char *name;

	while (handle != NULL && (name = g_dir_read_name(handle)) != NULL)
		if (g_str_has_suffix(name, ".csv") || g_str_has_suffix(name, ".csv.gz"))
			g_ptr_array_add(paths, g_build_filename(dir, name, NULL));
	if (handle != NULL)
		g_dir_close(handle);
	g_ptr_array_sort(paths, by_name);
	return paths;
}

static void boot_init(struct boot *boot)
{
	boot->micros = array_of(sizeof(struct micro), micro_clear);
	boot->runs = array_of(sizeof(struct bench_run), run_clear);
	boot->samples = array_of(sizeof(struct bench_sample), sample_clear);
}

static bool boot_read(struct boot *boot, const char *dir, GError **error)
{
	g_autoptr(GPtrArray) files = result_files(dir);

	if (files->len == 0) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM,
			    "%s: error: there is no *.csv or *.csv.gz of the lab's module", dir);
		return false;
	}
	for (guint i = 0; i < files->len; i++)
		if (!file_read(g_ptr_array_index(files, i), boot_parse, boot, error))
			return false;
	return true;
}

static void boot_clear(struct boot *boot)
{
	g_clear_pointer(&boot->micros, g_array_unref);
	g_clear_pointer(&boot->runs, g_array_unref);
	g_clear_pointer(&boot->samples, g_array_unref);
}

/* --- the list --- */

/* The paths that the list names, until it is read. */
struct list {
	struct measurements *m;
	GPtrArray *offloaded, *softirq, *two_cpus, *mmbench;
};

static bool list_number(const struct trace_line *line, const char *key, const char *value,
			int64_t min, int64_t max, int64_t *ret)
{
	if (decimal_int64(value, ret) == DECIMAL_EXACT && *ret >= min && *ret <= max)
		return true;
	return trace_line_fault(line, NULL, "%s is %" PRId64 " ... %" PRId64 ", not \"%s\"", key,
				min, max, value);
}

static bool list_parse(const struct trace_line *line, void *into)
{
	struct list *list = into;
	struct measurements *m = list->m;
	const struct {
		const char *key;
		char **text;
		GPtrArray *paths;
	} keys[] = { { "name", &m->name, NULL },
		     { "about", &m->about, NULL },
		     { "mmbench-offloaded", &m->mmbench_offloaded, NULL },
		     { "mmbench-softirq", &m->mmbench_softirq, NULL },
		     { "offloaded", NULL, list->offloaded },
		     { "softirq", NULL, list->softirq },
		     { "two-cpus", NULL, list->two_cpus },
		     { "mmbench", NULL, list->mmbench } };
	const struct {
		const char *key;
		int64_t min, max, *value;
	} numbers[] = { { "hz", 1, 10000, &m->hz },
			{ "objs_per_slab", 1, 32767, &m->slab.objs_per_slab },
			{ "min_partial", 0, 1000000, &m->slab.min_partial },
			{ "cpu_partial", 0, 65535, &m->slab.cpu_partial } };
	g_auto(GStrv) cells = g_strsplit(line->text, ",", 2);

	if (line->text[0] == '\0' || line->text[0] == '#' || strcmp(line->text, "key,value") == 0)
		return true;
	if (g_strv_length(cells) != 2)
		return trace_line_fault(line, NULL, "expected key,value");
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (strcmp(cells[0], numbers[i].key) == 0)
			return list_number(line, cells[0], cells[1], numbers[i].min, numbers[i].max,
					   numbers[i].value);
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (strcmp(cells[0], keys[i].key) != 0)
			continue;
		if (keys[i].paths != NULL) {
			g_ptr_array_add(keys[i].paths, g_strdup(cells[1]));
		} else {
			g_free(*keys[i].text);
			*keys[i].text = g_strdup(cells[1]);
		}
		return true;
	}
	return trace_line_fault(
		line, NULL,
		"\"%s\"; the keys are name, about, hz, offloaded, softirq, two-cpus, "
		"objs_per_slab, min_partial, cpu_partial, mmbench, mmbench-offloaded, mmbench-softirq",
		cells[0]);
}

static bool boots_read(struct boot *boot, const GPtrArray *paths, const char *dir, GError **error)
{
	for (guint i = 0; i < paths->len; i++) {
		g_autofree char *path = g_build_filename(dir, g_ptr_array_index(paths, i), NULL);

		if (!boot_read(boot, path, error))
			return false;
	}
	return true;
}

static bool list_is_complete(const struct list *list, const char *path, GError **error)
{
	if (list->m->name != NULL && list->m->about != NULL && list->m->hz > 0 &&
	    list->offloaded->len > 0 && list->softirq->len > 0)
		return true;
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
		    "%s: error: it must have name, about, hz, offloaded and softirq", path);
	return false;
}

static bool list_read(struct list *list, const char *path, GError **error)
{
	struct measurements *m = list->m;
	g_autofree char *dir = g_path_get_dirname(path);

	if (!file_read(path, list_parse, list, error) || !list_is_complete(list, path, error) ||
	    !boots_read(&m->offloaded, list->offloaded, dir, error) ||
	    !boots_read(&m->softirq, list->softirq, dir, error) ||
	    !boots_read(&m->two_cpus, list->two_cpus, dir, error))
		return false;
	for (guint i = 0; i < list->mmbench->len; i++) {
		g_autofree char *file =
			g_build_filename(dir, g_ptr_array_index(list->mmbench, i), NULL);

		if (!file_read(file, mmbench_parse, m, error))
			return false;
	}
	return true;
}

static bool read_all(struct measurements *m, const char *path, GError **error)
{
	struct list list = { m, g_ptr_array_new_with_free_func(g_free),
			     g_ptr_array_new_with_free_func(g_free),
			     g_ptr_array_new_with_free_func(g_free),
			     g_ptr_array_new_with_free_func(g_free) };
	const bool good = list_read(&list, path, error);

	g_ptr_array_unref(list.offloaded);
	g_ptr_array_unref(list.softirq);
	g_ptr_array_unref(list.two_cpus);
	g_ptr_array_unref(list.mmbench);
	return good;
}

void measurements_free(struct measurements *m)
{
	boot_clear(&m->offloaded);
	boot_clear(&m->softirq);
	boot_clear(&m->two_cpus);
	g_clear_pointer(&m->mmbench, g_array_unref);
	g_free(m->name);
	g_free(m->about);
	g_free(m->mmbench_offloaded);
	g_free(m->mmbench_softirq);
	g_free(m);
}

struct measurements *measurements_read(const char *path, GError **error)
{
	struct measurements *m = g_new0(struct measurements, 1);
	g_autofree char *list = g_file_test(path, G_FILE_TEST_IS_DIR)
					? g_build_filename(path, "calibration.csv", NULL)
					: g_strdup(path);

	boot_init(&m->offloaded);
	boot_init(&m->softirq);
	boot_init(&m->two_cpus);
	m->mmbench = array_of(sizeof(struct mmbench_row), mmbench_clear);
	if (read_all(m, list, error))
		return m;
	measurements_free(m);
	return NULL;
}

/* --- questions --- */

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(GArray *values)
{
	const guint half = values->len / 2;
	const double *v = (const double *)(void *)values->data;

	g_array_sort(values, by_value);
	return values->len % 2 == 1 ? v[half] : (v[half - 1] + v[half]) / 2;
}

double boot_micro_ns(const struct boot *boot, const char *name, int64_t n, bool *ret_found)
{
	g_autoptr(GArray) values = g_array_new(false, false, sizeof(double));

	for (guint i = 0; i < boot->micros->len; i++) {
		const struct micro *micro = &g_array_index(boot->micros, struct micro, i);
		const double ns = n == 0 ? (double)micro->ns / (double)micro->n : (double)micro->ns;

		if (strcmp(micro->name, name) == 0 && (n == 0 || micro->n == n))
			g_array_append_val(values, ns);
	}
	if (values->len == 0) {
		*ret_found = false;
		return 0;
	}
	return median(values);
}

static bool run_is_plain(const struct bench_run *run)
{
	return run->threads == 1 && run->delay_ns == 0 && run->sleep_us == 0 && run->reader_ms == 0;
}

const struct bench_run *boot_run(const struct boot *boot, const char *policy, int64_t b, bool lat,
				 int64_t phase_us)
{
	for (guint i = 0; i < boot->runs->len; i++) {
		const struct bench_run *run = &g_array_index(boot->runs, struct bench_run, i);

		if (run_is_plain(run) && strcmp(run->policy, policy) == 0 && run->b == b &&
		    (run->lat == 1) == lat && (phase_us < 0 || run->phase_us == phase_us) &&
		    (lat || boot_sample_step(boot, run) > 0))
			return run;
	}
	return NULL;
}

static bool is_of(const struct bench_sample *sample, const struct bench_run *run, bool freed)
{
	return sample->freed == freed && strcmp(sample->tag, run->tag) == 0;
}

int64_t boot_sample_step(const struct boot *boot, const struct bench_run *run)
{
	for (guint i = 0; i < boot->samples->len; i++) {
		const struct bench_sample *s =
			&g_array_index(boot->samples, struct bench_sample, i);

		if (is_of(s, run, false))
			return s->i;
	}
	return 0;
}

bool boot_free_slope(const struct boot *boot, const struct bench_run *run, int64_t max_ns,
		     double *ret)
{
	const struct bench_sample *prev = NULL;
	int64_t n = 0, ns = 0;

	for (guint k = 0; k < boot->samples->len; k++) {
		const struct bench_sample *s =
			&g_array_index(boot->samples, struct bench_sample, k);

		if (!is_of(s, run, true))
			continue;
		if (prev != NULL && s->t_ns - prev->t_ns < max_ns) {
			n += s->i - prev->i;
			ns += s->t_ns - prev->t_ns;
		}
		prev = s;
	}
	*ret = n > 0 ? (double)ns / (double)n : 0;
	return n > 0;
}

/* Of two consecutive samples: what was freed between them, by object's number from 0, and how long it took. */
struct interval {
	int64_t from, to, ns; /* @to is not in it */
};

static GArray *free_intervals(const struct boot *boot, const struct bench_run *run, int64_t max_ns)
{
	GArray *intervals = g_array_new(false, false, sizeof(struct interval));
	const struct bench_sample *prev = NULL;

	for (guint k = 0; k < boot->samples->len; k++) {
		const struct bench_sample *s =
			&g_array_index(boot->samples, struct bench_sample, k);

		if (!is_of(s, run, true))
			continue;
		if (prev != NULL && s->t_ns - prev->t_ns < max_ns) {
			const struct interval interval = { prev->i - 1, s->i - 1,
							   s->t_ns - prev->t_ns };

			g_array_append_val(intervals, interval);
		}
		prev = s;
	}
	return intervals;
}

/* Multiples of @every in @x, 0 left out. */
static int64_t n_multiples(const struct interval *x, int64_t every)
{
	return (x->to - 1) / every - (x->from > 0 ? (x->from - 1) / every : 0);
}

/* What the intervals take that hold one list, the first apart, more than @plain_ns per object; 0: there are none. */
static double list_ns(const GArray *intervals, int64_t every, int64_t n_whole, double plain_ns,
		      bool first)
{
	g_autoptr(GArray) values = g_array_new(false, false, sizeof(double));

	for (guint k = 0; k < intervals->len; k++) {
		const struct interval *x = &g_array_index(intervals, struct interval, k);
		const double more = (double)x->ns - plain_ns * (double)(x->to - x->from);

		if (x->to <= n_whole && n_multiples(x, every) == 1 && (x->from <= every) == first)
			g_array_append_val(values, more);
	}
	return values->len > 0 ? median(values) : 0;
}

bool boot_slab_frees(const struct boot *boot, const struct bench_run *run,
		     const struct slab_geometry *slab, int64_t max_ns, struct slab_frees *ret)
{
	g_autoptr(GArray) intervals = free_intervals(boot, run, max_ns);
	g_autoptr(GArray) plain = g_array_new(false, false, sizeof(double));
	const int64_t per_slab = slab->objs_per_slab;
	const int64_t n_whole = (run->n - 1) / per_slab * per_slab; /* the CPU's own slab follows */
	int64_t every;
	double plain_ns;

	ret->slabs = (2 * slab->cpu_partial + per_slab - 1) / per_slab;
	every = ret->slabs * per_slab;
	for (guint k = 0; every > 0 && k < intervals->len; k++) {
		const struct interval *x = &g_array_index(intervals, struct interval, k);
		const double ns = (double)x->ns / (double)(x->to - x->from);

		if (x->to <= n_whole && n_multiples(x, every) == 0)
			g_array_append_val(plain, ns);
	}
	if (plain->len == 0)
		return false;
	plain_ns = median(plain);
	ret->list = list_ns(intervals, every, n_whole, plain_ns, false);
	ret->first = list_ns(intervals, every, n_whole, plain_ns, true);
	for (guint k = 0; k < intervals->len; k++) {
		const struct interval *x = &g_array_index(intervals, struct interval, k);

		if (x->from < n_whole && x->to > n_whole && n_multiples(x, every) == 0)
			ret->fast = (plain_ns * (double)(x->to - x->from) - (double)x->ns) /
				    (double)(x->to - n_whole);
	}
	return ret->list > 0 && ret->first > 0;
}

double measurements_mmbench(const struct measurements *m, const struct boot *boot, const char *what,
			    const char *policy, int64_t n)
{
	const char *name = boot == &m->offloaded ? m->mmbench_offloaded : m->mmbench_softirq;

	for (guint i = 0; i < m->mmbench->len; i++) {
		const struct mmbench_row *row = &g_array_index(m->mmbench, struct mmbench_row, i);

		if (g_strcmp0(row->boot, name) == 0 && strcmp(row->what, what) == 0 &&
		    strcmp(row->policy, policy) == 0 && row->n == n)
			return row->ns;
	}
	return -1;
}
