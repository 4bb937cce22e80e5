/*
 * A layout is the kernel's text with fields in braces:
 *
 *   {n} {t} {o}   name, text, other: up to where the text that follows in the layout is found, first or,
 *                 for {o}, last; a function's name may be followed by that of its module
 *   {0} {0:u}     arg[0], signed or unsigned decimal
 *   {0:x} {0:p}   hex; a pointer: 16 digits
 *   {0:3}         decimal, three digits at least
 *   {0:w}         hex with 0x, at least three places wide
 */
#include "trace/event_format.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const struct {
	const char *name;
	const char *layout;
} events[TRACE_N_EVENTS] = {
	[TRACE_RCU_UTILIZATION] = { "rcu_utilization", "{t}" },
	[TRACE_RCU_GRACE_PERIOD] = { "rcu_grace_period", "{n} {0} {t}" },
	[TRACE_RCU_FUTURE_GRACE_PERIOD] = { "rcu_future_grace_period",
					    "{n} {0} {1} {2} {3} {4} {t}" },
	[TRACE_RCU_GRACE_PERIOD_INIT] = { "rcu_grace_period_init", "{n} {0} {1} {2} {3} {4:x}" },
	[TRACE_RCU_EXP_GRACE_PERIOD] = { "rcu_exp_grace_period", "{n} {0} {t}" },
	[TRACE_RCU_EXP_FUNNEL_LOCK] = { "rcu_exp_funnel_lock", "{n} {0} {1} {2} {t}" },
	[TRACE_RCU_NOCB_WAKE] = { "rcu_nocb_wake", "{n} {0} {t}" },
	[TRACE_RCU_PREEMPT_TASK] = { "rcu_preempt_task", "{n} {0} {1}" },
	[TRACE_RCU_UNLOCK_PREEMPTED_TASK] = { "rcu_unlock_preempted_task", "{n} {0} {1}" },
	[TRACE_RCU_QUIESCENT_STATE_REPORT] = { "rcu_quiescent_state_report",
					       "{n} {0} {1:x}>{2:x} {3} {4} {5} {6}" },
	[TRACE_RCU_FQS] = { "rcu_fqs", "{n} {0} {1} {t}" },
	[TRACE_RCU_STALL_WARNING] = { "rcu_stall_warning", "{n} {t}" },
	[TRACE_RCU_WATCHING] = { "rcu_watching", "{t} {0:x} {1:x} {2:w}" },
	[TRACE_RCU_DYNTICK] = { "rcu_dyntick", "{t} {0:x} {1:x} {2:w}" },
	[TRACE_RCU_CALLBACK] = { "rcu_callback", "{n} rhp={0:p} func={o} {1}" },
	[TRACE_RCU_SEGCB_STATS] = { "rcu_segcb_stats",
				    "{t} seglen: (DONE={0}, WAIT={1}, NEXT_READY={2}, NEXT={3}) "
				    "gp_seq: (DONE={4:u}, WAIT={5:u}, NEXT_READY={6:u}, "
				    "NEXT={7:u})" },
	[TRACE_RCU_KVFREE_CALLBACK] = { "rcu_kvfree_callback", "{n} rhp={0:p} func={1} {2}" },
	[TRACE_RCU_BATCH_START] = { "rcu_batch_start", "{n} CBs={0} bl={1}" },
	[TRACE_RCU_INVOKE_CALLBACK] = { "rcu_invoke_callback", "{n} rhp={0:p} func={o}" },
	[TRACE_RCU_INVOKE_KVFREE_CALLBACK] = { "rcu_invoke_kvfree_callback",
					       "{n} rhp={0:p} func={1}" },
	[TRACE_RCU_INVOKE_KFREE_BULK_CALLBACK] = { "rcu_invoke_kfree_bulk_callback",
						   "{n} bulk=0x{0:p} nr_records={1:u}" },
	[TRACE_RCU_SR_NORMAL] = { "rcu_sr_normal", "{n} rhp=0x{0:p} event={t}" },
	[TRACE_RCU_BATCH_END] = { "rcu_batch_end", "{n} CBs-invoked={0} idle={t}" },
	[TRACE_RCU_BARRIER] = { "rcu_barrier", "{n} {t} cpu {0} remaining {1} # {2:u}" },
	[TRACE_SCHED_SWITCH] = { "sched_switch",
				 "prev_comm={n} prev_pid={0} prev_prio={1} prev_state={t} ==> "
				 "next_comm={o} next_pid={2} next_prio={3}" },
	[TRACE_SCHED_WAKING] = { "sched_waking", "comm={n} pid={0} prio={1} target_cpu={2:3}" },
	[TRACE_SCHED_WAKEUP] = { "sched_wakeup", "comm={n} pid={0} prio={1} target_cpu={2:3}" },
	[TRACE_SOFTIRQ_RAISE] = { "softirq_raise", "vec={0} [action={t}]" },
	[TRACE_SOFTIRQ_ENTRY] = { "softirq_entry", "vec={0} [action={t}]" },
	[TRACE_SOFTIRQ_EXIT] = { "softirq_exit", "vec={0} [action={t}]" },
	[TRACE_LOCAL_TIMER_ENTRY] = { "local_timer_entry", "vector={0}" },
};

const char *trace_event_name(enum trace_event event)
{
	return events[event].name;
}

enum trace_event trace_event_find(const char *name)
{
	for (int i = 0; i < TRACE_N_EVENTS; i++)
		if (strcmp(events[i].name, name) == 0)
			return (enum trace_event)i;
	return TRACE_N_EVENTS;
}

/* --- layouts --- */

struct field {
	char what;   /* 'n', 't', 'o', or '0' ... '7' */
	char format; /* 'd', 'u', 'x', 'p', '3', 'w'; 's' for a string */
};

/* The field that *@layout begins with, passed over; false: it begins with plain text. */
static bool next_field(const char **layout, struct field *ret)
{
	const char *p = *layout;

	if (*p != '{')
		return false;
	ret->what = p[1];
	ret->format = g_ascii_isdigit(p[1]) ? 'd' : 's';
	if (p[2] == ':')
		ret->format = p[3];
	*layout = strchr(p, '}') + 1;
	return true;
}

static const char **string_of(struct trace_record *record, char what)
{
	return what == 'n' ? &record->name : what == 't' ? &record->text : &record->other;
}

/* --- printing --- */

static void print_number(GString *out, char format, int64_t value)
{
	switch (format) {
	case 'u':
		g_string_append_printf(out, "%" PRIu64, (uint64_t)value);
		break;
	case 'x':
		g_string_append_printf(out, "%" PRIx64, (uint64_t)value);
		break;
	case 'p':
		g_string_append_printf(out, "%016" PRIx64, (uint64_t)value);
		break;
	case '3':
		g_string_append_printf(out, "%03" PRId64, value);
		break;
	case 'w':
		g_string_append_printf(out, "%#3" PRIx64, (uint64_t)value);
		break;
	default:
		g_string_append_printf(out, "%" PRId64, value);
		break;
	}
}

void trace_body_print(const struct trace_record *record, GString *out)
{
	struct trace_record copy = *record;
	const char *layout = events[record->event].layout;
	struct field field;

	while (*layout != '\0') {
		if (!next_field(&layout, &field))
			g_string_append_c(out, *layout++);
		else if (field.format == 's')
			g_string_append(out, *string_of(&copy, field.what));
		else
			print_number(out, field.format, record->arg[field.what - '0']);
	}
}

/* --- reading --- */

/* Length of the plain text that @layout begins with. */
static size_t plain_len(const char *layout)
{
	return strcspn(layout, "{");
}

/* Where in @body the plain text at the head of @layout is, first or last; NULL: nowhere. */
static char *find_plain(char *body, const char *layout, bool last)
{
	g_autofree char *plain = g_strndup(layout, plain_len(layout));

	return last ? g_strrstr(body, plain) : strstr(body, plain);
}

/* The string that *@body begins with, cut off; what follows it in the layout is passed over, too. */
static bool take_string(char **body, const char **layout, char what, const char **ret)
{
	char *end;

	*ret = *body;
	if (**layout == '\0') {
		*body += strlen(*body);
		return true;
	}
	end = find_plain(*body, *layout, what == 'o');
	if (end == NULL)
		return false;
	*body = end + plain_len(*layout);
	*layout += plain_len(*layout);
	*end = '\0';
	return true;
}

static size_t n_digits(const char *text, bool hex)
{
	size_t n = 0;

	while (hex ? g_ascii_isxdigit(text[n]) : g_ascii_isdigit(text[n]))
		n++;
	return n;
}

/* A number that the kernel may have printed: no more digits than 64 bits have, none too many. */
static bool take_number(char **body, char format, int64_t *ret)
{
	const bool hex = format == 'x' || format == 'p' || format == 'w';
	const bool may_be_negative = format == 'd' || format == '3';
	const bool negative = may_be_negative && **body == '-';
	char *p = *body;
	size_t n;
	guint64 value;

	if (format == 'w')
		p += strspn(p, " ");
	p += negative;
	if (format == 'w' && p[0] == '0' && p[1] == 'x')
		p += 2;
	n = n_digits(p, hex);
	if (n == 0 || n > (hex ? 16U : 20U))
		return false;
	errno = 0;
	value = g_ascii_strtoull(p, NULL, hex ? 16 : 10);
	if (errno != 0 || (may_be_negative && value > (guint64)G_MAXINT64 + negative))
		return false;
	*ret = negative ? (int64_t)(0 - value) : (int64_t)value;
	*body = p + n;
	return true;
}

bool trace_body_parse(char *body, struct trace_record *ret)
{
	const char *layout = events[ret->event].layout;
	struct field field;

	ret->name = "";
	ret->text = "";
	ret->other = "";
	memset(ret->arg, 0, sizeof(ret->arg));
	while (*layout != '\0') {
		if (!next_field(&layout, &field)) {
			if (*body++ != *layout++)
				return false;
		} else if (field.format == 's') {
			if (!take_string(&body, &layout, field.what, string_of(ret, field.what)))
				return false;
		} else if (!take_number(&body, field.format, &ret->arg[field.what - '0'])) {
			return false;
		}
	}
	return *body == '\0';
}

/* --- sets of events --- */

#define CALLBACK_EVENTS                                                                            \
	(TRACE_EVENT_BIT(TRACE_RCU_CALLBACK) | TRACE_EVENT_BIT(TRACE_RCU_SEGCB_STATS) |            \
	 TRACE_EVENT_BIT(TRACE_RCU_INVOKE_CALLBACK) | TRACE_EVENT_BIT(TRACE_RCU_KVFREE_CALLBACK) | \
	 TRACE_EVENT_BIT(TRACE_RCU_INVOKE_KVFREE_CALLBACK))

/* Every tick of an idle CPU is two of them. */
#define WATCHING_EVENTS (TRACE_EVENT_BIT(TRACE_RCU_WATCHING) | TRACE_EVENT_BIT(TRACE_RCU_DYNTICK))

static uint64_t events_with_prefix(const char *prefix)
{
	uint64_t set = 0;

	for (int i = 0; i < TRACE_N_EVENTS; i++)
		if (g_str_has_prefix(events[i].name, prefix))
			set |= TRACE_EVENT_BIT(i);
	return set;
}

static uint64_t events_of_word(const char *word)
{
	const enum trace_event event = trace_event_find(word);

	if (event != TRACE_N_EVENTS)
		return TRACE_EVENT_BIT(event);
	if (strcmp(word, "all") == 0)
		return TRACE_ALL_EVENTS;
	if (strcmp(word, "rcu") == 0)
		return events_with_prefix("rcu_") & ~(CALLBACK_EVENTS | WATCHING_EVENTS);
	if (strcmp(word, "callbacks") == 0)
		return CALLBACK_EVENTS;
	if (strcmp(word, "sched") == 0)
		return events_with_prefix("sched_");
	if (strcmp(word, "irq") == 0)
		return events_with_prefix("softirq_") | TRACE_EVENT_BIT(TRACE_LOCAL_TIMER_ENTRY);
	return 0;
}

char *trace_events_parse(const char *list, uint64_t *ret_events)
{
	g_auto(GStrv) words = g_strsplit(list, ",", -1);

	*ret_events = 0;
	for (int i = 0; words[i] != NULL; i++) {
		const uint64_t set = events_of_word(words[i]);

		if (set == 0)
			return g_strdup_printf("\"%s\" is no event; accepted: all, rcu, callbacks, "
					       "sched, irq, or names as rcu_nocb_wake",
					       words[i]);
		*ret_events |= set;
	}
	if (*ret_events == 0)
		return g_strdup("no events; accepted: all, rcu, callbacks, sched, irq, or names");
	return NULL;
}
