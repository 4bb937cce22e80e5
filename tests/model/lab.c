#include "model/lab.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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
	{ "kvfree_call_rcu",
	  { { "i1_off", "call_rcu_preempt_off", 1, 1 }, { "i1_off", "loop", -1, 1 } } },
	{ "call_srcu",
	  { { "i1_nocb", "call_rcu_next8", 1, 1 },
	    { "i1_nocb", "rcu_read_lock_unlock", 2, 1 },
	    { "i1_nocb", "loop", -3, 1 } } },
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

static int64_t integer(const char *text)
{
	char *end;
	const int64_t value = g_ascii_strtoll(text, &end, 10);

	if (end == text || *end != '\0')
		g_error("micro.csv: '%s' is no integer", text);
	return value;
}

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
