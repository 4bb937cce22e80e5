#include "record/run_record.h"

static void histogram_clear(void *data)
{
	struct record_histogram *histogram = data;

	hist_clear(&histogram->hist);
}

static void task_clear(void *data)
{
	struct record_task *task = data;

	g_free(task->name);
}

struct run_record *run_record_new(void)
{
	struct run_record *record = g_new0(struct run_record, 1);

	record->metrics = g_array_new(false, true, sizeof(struct record_metric));
	record->histograms = g_array_new(false, true, sizeof(struct record_histogram));
	g_array_set_clear_func(record->histograms, histogram_clear);
	record->grace_periods = g_array_new(false, true, sizeof(struct record_grace_period));
	record->batches = g_array_new(false, true, sizeof(struct record_batch));
	record->cpus = g_array_new(false, true, sizeof(struct record_cpu));
	record->tasks = g_array_new(false, true, sizeof(struct record_task));
	g_array_set_clear_func(record->tasks, task_clear);
	record->samples = g_array_new(false, true, sizeof(struct record_sample));
	record->violations = g_array_new(false, true, sizeof(struct record_violation));
	return record;
}

void run_record_free(struct run_record *record)
{
	if (record == NULL)
		return;
	g_array_unref(record->metrics);
	g_array_unref(record->histograms);
	g_array_unref(record->grace_periods);
	g_array_unref(record->batches);
	g_array_unref(record->cpus);
	g_array_unref(record->tasks);
	g_array_unref(record->samples);
	g_array_unref(record->violations);
	event_log_free(record->trace);
	g_free(record);
}
