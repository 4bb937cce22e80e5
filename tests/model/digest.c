/* The digest is the rows themselves, one a line: where two runs differ, the first line that does says what. */
#include "model/digest.h"

#include <inttypes.h>

#include "record/run_record.h"
#include "study/collect.h"

#define ROWS(array, type, row)                      \
	for (guint i_ = 0; i_ < (array)->len; i_++) \
		for (const type *row = &g_array_index(array, type, i_); row != NULL; row = NULL)

static void put_histogram(GString *s, const struct record_histogram *h)
{
	g_string_append_printf(
		s, "histogram %s n %" PRIu64 " min %" PRId64 " max %" PRId64 " sum %" PRIu64,
		h->name, h->hist.n, h->hist.min, h->hist.max, (uint64_t)h->hist.sum);
	for (int i = 0; i < h->hist.n_buckets; i++)
		if (h->hist.counts[i] != 0)
			g_string_append_printf(s, " %d:%" PRIu64, i, h->hist.counts[i]);
	g_string_append_c(s, '\n');
}

static void put_rows(GString *s, const struct run_record *r)
{
	ROWS(r->metrics, struct record_metric, m)
	g_string_append_printf(s, "metric %s %" PRId64 "\n", m->name, m->value);
	ROWS(r->grace_periods, struct record_grace_period, g)
	g_string_append_printf(s,
			       "gp %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
			       g->gp_seq, g->start_ns, g->end_ns, g->n_fqs_scans, g->n_callbacks);
	ROWS(r->batches, struct record_batch, b)
	g_string_append_printf(s,
			       "batch %" PRId64 " %" PRId64 " x%" PRId64 " %s %" PRId64 "+%" PRId64
			       " n %" PRId64 " o %" PRId64 " bl %" PRId64 "\n",
			       b->cpu, b->seq, b->n_batches, b->context, b->start_ns, b->stride_ns,
			       b->n_callbacks, b->n_objects, b->blimit);
	ROWS(r->cpus, struct record_cpu, c)
	g_string_append_printf(s,
			       "cpu %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
			       " %" PRId64 " ticks %" PRId64 " switches %" PRId64 "\n",
			       c->cpu, c->idle_ns, c->user_ns, c->kernel_ns, c->softirq_ns,
			       c->hardirq_ns, c->ticks, c->context_switches);
	ROWS(r->tasks, struct record_task, t)
	g_string_append_printf(
		s, "task %" PRId64 " %s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", t->id,
		t->name, t->cpu_ns, t->lock_wait_ns, t->wakeups, t->context_switches);
	ROWS(r->samples, struct record_sample, p)
	g_string_append_printf(s, "sample %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
			       p->t_ns, p->unfreed_objects, p->unfreed_bytes, p->callbacks);
	ROWS(r->violations, struct record_violation, v)
	g_string_append_printf(s, "violation %" PRId64 " %" PRId64 "\n", v->seq, v->t_ns);
}

char *digest_of_run(RcuSim *sim)
{
	struct run_record *record = study_collect(sim);
	GString *s = g_string_new(NULL);

	put_rows(s, record);
	ROWS(record->histograms, struct record_histogram, h)
	put_histogram(s, h);
	run_record_free(record);
	return g_string_free(s, false);
}
