/* histogram.c - distributions, as bpftrace prints them. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* "exit_latency_ns" of "per-vma": "exit latency, per-vma (ns)". */
static void print_title(const struct cli_options *options, const char *what, const char *label,
			const char *unit)
{
	g_autofree char *noun = g_strdup(what);
	g_autofree char *suffix = g_strconcat("_", unit, NULL);

	if (g_str_has_suffix(noun, suffix))
		noun[strlen(noun) - strlen(suffix)] = '\0';
	g_strdelimit(noun, "_", ' ');
	cli_print_line(stdout, options, "", "%s, %s (%s)", noun, label, unit);
}

static void print_buckets(const struct cli_options *options, GArray *buckets)
{
	rcusim_print_histogram(stdout, (const RcuSimBucket *)buckets->data, buckets->len,
			       options->format);
	putchar('\n');
	g_array_set_size(buckets, 0);
}

bool cli_print_histogram(const struct cli_options *options, RcuSimDatabase *database,
			 const char *hash, const char *label, const char *what)
{
	/* Both are ours: no quotation marks. Runs of equal hash have equal distributions. */
	g_autofree char *sql =
		g_strdup_printf("SELECT low, high, n, unit FROM v_histogram WHERE run ="
				" (SELECT min(run) FROM run WHERE hash = '%s')"
				" AND what = '%s' ORDER BY low",
				hash, what);
	g_autoptr(RcuSimQuery) query = rcusim_query_new(database, sql, NULL);
	g_autoptr(GArray) buckets = g_array_new(false, true, sizeof(RcuSimBucket));

	while (query != NULL && rcusim_query_next(query, NULL)) {
		const RcuSimBucket bucket = { rcusim_query_integer(query, 0),
					      rcusim_query_integer(query, 1),
					      rcusim_query_integer(query, 2) };

		if (buckets->len == 0)
			print_title(options, what, label, rcusim_query_text(query, 3));
		g_array_append_val(buckets, bucket);
	}
	if (buckets->len == 0)
		return false;
	print_buckets(options, buckets);
	return true;
}

/* What one histogram has in common: what, run, policy, seed. */
static char *key_of(RcuSimQuery *query)
{
	return g_strdup_printf("%s\n%s", rcusim_query_text(query, 0), rcusim_query_text(query, 1));
}

int cli_print_histograms(const struct cli_options *options, RcuSimQuery *query)
{
	g_autoptr(GArray) buckets = g_array_new(false, true, sizeof(RcuSimBucket));
	g_autoptr(GError) error = NULL;
	g_autofree char *key = g_strdup("");

	while (!ferror(stdout) && rcusim_query_next(query, &error)) {
		const RcuSimBucket bucket = { rcusim_query_integer(query, 5),
					      rcusim_query_integer(query, 6),
					      rcusim_query_integer(query, 7) };
		g_autofree char *now = key_of(query);

		if (strcmp(now, key) != 0) {
			g_autofree char *label =
				g_strdup_printf("%s, seed %s", rcusim_query_text(query, 2),
						rcusim_query_text(query, 3));

			if (buckets->len > 0)
				print_buckets(options, buckets);
			print_title(options, rcusim_query_text(query, 0), label,
				    rcusim_query_text(query, 4));
			g_free(key);
			key = g_steal_pointer(&now);
		}
		g_array_append_val(buckets, bucket);
	}
	if (buckets->len > 0)
		print_buckets(options, buckets);
	return error != NULL ? cli_fail(error) : CLI_OK;
}
