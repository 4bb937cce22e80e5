#include "model/timeline.h"

#include <inttypes.h>
#include <string.h>

#define FIRST_GP_SEQ (-1200)

static bool is_per_cpu(const char *text)
{
	return g_str_has_prefix(text, "cpu");
}

static bool is_in_brief(const struct trace_record *r)
{
	static const char *const gp[] = { "newreq", "start", "fqsstart", "end", NULL };

	if (r->event == TRACE_RCU_GRACE_PERIOD)
		return g_strv_contains(gp, r->text);
	return r->event != TRACE_RCU_FUTURE_GRACE_PERIOD && r->event != TRACE_RCU_FQS;
}

static void put(struct timeline *line, const TestMachine *tm, const struct trace_record *r,
		int64_t j0)
{
	const int64_t jiffy = r->t_ns / tm->m->tick_ns - j0;
	GString *s = line->text;

	if (jiffy < 0 || (line->brief && !is_in_brief(r)))
		return;
	switch ((int)r->event) { /* the other events are not listed */
	case TRACE_RCU_GRACE_PERIOD:
		g_string_append_printf(s, "J+%" PRId64 " gp %s %" PRId64, jiffy, r->text,
				       r->arg[0] - FIRST_GP_SEQ);
		if (is_per_cpu(r->text))
			g_string_append_printf(s, " cpu%d", r->cpu);
		break;
	case TRACE_RCU_FUTURE_GRACE_PERIOD:
		g_string_append_printf(s, "J+%" PRId64 " future %s %" PRId64, jiffy, r->text,
				       r->arg[1] - FIRST_GP_SEQ);
		break;
	case TRACE_RCU_FQS:
		g_string_append_printf(s, "J+%" PRId64 " fqs %s cpu%d", jiffy, r->text, r->cpu);
		break;
	case TRACE_RCU_NOCB_WAKE:
		if (strcmp(r->text, "WakeNot") == 0) {
			line->n_wake_not++;
			return;
		}
		g_string_append_printf(s, "J+%" PRId64 " nocb %s", jiffy, r->text);
		break;
	case TRACE_RCU_BATCH_START:
		g_string_append_printf(s, "J+%" PRId64 " batch_start CBs=%" PRId64 " bl=%" PRId64,
				       jiffy, r->arg[0], r->arg[1]);
		break;
	case TRACE_RCU_BATCH_END:
		g_string_append_printf(s, "J+%" PRId64 " batch_end %" PRId64, jiffy, r->arg[0]);
		break;
	case TRACE_RCU_BARRIER:
		g_string_append_printf(s,
				       "J+%" PRId64 " barrier %s cpu %" PRId64 " remaining %" PRId64
				       " # %" PRId64,
				       jiffy, r->text, r->arg[0], r->arg[1], r->arg[2]);
		break;
	case TRACE_RCU_EXP_GRACE_PERIOD:
		g_string_append_printf(s, "J+%" PRId64 " exp %s %" PRId64, jiffy, r->text,
				       r->arg[0]);
		break;
	case TRACE_RCU_EXP_FUNNEL_LOCK:
		g_string_append_printf(s,
				       "J+%" PRId64 " funnel %s %" PRId64 " %" PRId64 "-%" PRId64,
				       jiffy, r->text, r->arg[0], r->arg[1], r->arg[2]);
		break;
	case TRACE_RCU_SR_NORMAL:
		g_string_append_printf(s, "J+%" PRId64 " sr %s", jiffy, r->text);
		break;
	case TRACE_RCU_CALLBACK:
		line->n_callback++;
		return;
	default:
		return;
	}
	g_string_append_c(s, '\n');
}

struct timeline timeline_of(const TestMachine *tm, int64_t j0, bool brief)
{
	struct timeline line = { .text = g_string_new(NULL), .brief = brief };

	for (guint i = 0; i < tm->trace->len; i++)
		put(&line, tm, test_trace_at(tm, (int)i), j0);
	return line;
}

void timeline_clear(struct timeline *line)
{
	g_string_free(line->text, true);
}

void assert_timeline(const struct timeline *line, const char *expected)
{
	g_auto(GStrv) got = g_strsplit(line->text->str, "\n", -1);
	g_auto(GStrv) want = g_strsplit(expected, "\n", -1);

	if (g_getenv("TIMELINE_SHOW") != NULL)
		g_printerr("%s-- callbacks %d WakeNot %d\n", line->text->str, line->n_callback,
			   line->n_wake_not);
	for (int i = 0; want[i] != NULL || got[i] != NULL; i++) {
		if (g_strcmp0(want[i], got[i]) != 0)
			g_error("line %d: the reference has \"%s\", the simulator \"%s\"\n%s",
				i + 1, want[i] != NULL ? want[i] : "(end)",
				got[i] != NULL ? got[i] : "(end)", line->text->str);
	}
}
