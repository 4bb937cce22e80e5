/*
 * cmdline.c - a kernel command line as overrides.
 *
 * The kernel takes '-' for '_' in names of parameters, and 0/1, n/y for booleans. Whoever pastes a whole
 * /proc/cmdline has much in it that means nothing here ("root=", "quiet"): only what is RCU's or the tick's
 * business must be known, so that nothing that would change a run is passed over in silence.
 */
#include "scenario/cmdline.h"

#include <string.h>

#include <rcusim/scenario.h>

#include "base/edit.h"
#include "machine/config.h"
#include "rcu/config.h"
#include "scenario/param_json.h"

/* Parameters outside "rcutree." that the simulator knows, and their paths. */
static const struct {
	const char *name, *section;
	const struct param *params;
} plain_params[] = {
	{ "rcu_nocbs", "rcu", rcu_params },         { "rcu_nocb_poll", "rcu", rcu_params },
	{ "nohz_full", "machine", machine_params }, { "skew_tick", "machine", machine_params },
	{ "preempt", "machine", machine_params },
};

/* Scenario parameters that no command line can set: they are chosen when a kernel is configured. */
static const char *const not_boot[] = { "kernel",
					"rcu_fanout",
					"rcu_nocbs",
					"rcu_nocb_poll",
					"rcu_nocb_cpu_cb_boost",
					"rcu_boost",
					"rcu_boost_delay",
					"rcu_double_check_cb_time",
					NULL };

/* Parameters of SRCU: in the same section, and with a prefix of their own on a command line. */
static const char *const srcutree[] = { "exp_holdoff",
					"srcu_retry_check_delay",
					"srcu_max_nodelay_phase",
					"srcu_max_nodelay",
					"convert_to_big",
					"big_cpu_lim",
					"small_contention_lim",
					NULL };

static const char *const rcupdate[] = { "rcu_cpu_stall_timeout", "rcu_cpu_stall_suppress",
					"rcu_expedited",         "rcu_normal",
					"rcu_normal_after_boot", NULL };

/* The kernel's prefix of the rcu section's parameter @name. */
static const char *prefix_of(const char *name)
{
	if (g_strv_contains(rcupdate, name))
		return "rcupdate.";
	return g_strv_contains(srcutree, name) ? "srcutree." : "rcutree.";
}

static bool cmdline_concerns_us(const char *name)
{
	static const char *const prefixes[] = { "rcu", "srcutree.", "nohz", NULL };
	/* what a kernel says, not what it does */
	static const char *const silent[] = { "rcupdate.rcu_cpu_stall_ftrace_dump",
					      "rcupdate.rcu_cpu_stall_cputime",
					      "rcupdate.rcu_cpu_stall_suppress_at_boot",
					      "rcutree.dump_tree",
					      "rcutree.sysrq_rcu",
					      NULL };

	for (int i = 0; silent[i] != NULL; i++)
		if (g_str_has_prefix(name, silent[i]))
			return false;
	for (int i = 0; prefixes[i] != NULL; i++)
		if (g_str_has_prefix(name, prefixes[i]))
			return true;
	return false;
}

static bool cmdline_refuse(const char *word, const char *name, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *found = diag_quote(word);
	const char *near;

	for (size_t i = 0; i < G_N_ELEMENTS(plain_params); i++)
		g_ptr_array_add(names, g_strdup(plain_params[i].name));
	for (const struct param *param = rcu_params; param->type != PARAM_END; param++)
		if (!g_strv_contains(not_boot, param->name))
			g_ptr_array_add(names,
					g_strconcat(prefix_of(param->name), param->name, NULL));
	g_ptr_array_add(names, NULL);
	near = edit_nearest(name, (const char *const *)names->pdata);
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
		    "kernel parameter %s is not modelled%s%s%s", found,
		    near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	return false;
}

static const char *cmdline_value(const struct param *param, const char *value)
{
	if (param->type != PARAM_BOOL)
		return value;
	if (g_strv_contains((const char *const[]){ "1", "y", "Y", "on", NULL }, value))
		return "true";
	if (g_strv_contains((const char *const[]){ "0", "n", "N", "off", NULL }, value))
		return "false";
	return value; /* refused when it is read, with this as its place */
}

static const struct param *cmdline_param(const char *name, const char **ret_section)
{
	for (size_t i = 0; i < G_N_ELEMENTS(plain_params); i++)
		if (strcmp(plain_params[i].name, name) == 0) {
			*ret_section = plain_params[i].section;
			return param_find(plain_params[i].params, name);
		}
	*ret_section = "rcu";
	for (const struct param *param = rcu_params; param->type != PARAM_END; param++) {
		const char *prefix = prefix_of(param->name);

		if (g_str_has_prefix(name, prefix) &&
		    strcmp(name + strlen(prefix), param->name) == 0 &&
		    !g_strv_contains(not_boot, param->name))
			return param;
	}
	return NULL;
}

bool cmdline_word(const char *word, char **ret_set, GError **error)
{
	const char *equals = strchr(word, '=');
	g_autofree char *name = g_strndup(word, equals ? (gsize)(equals - word) : strlen(word));
	const struct param *param;
	const char *section;

	*ret_set = NULL;
	g_strdelimit(name, "-", '_');
	param = cmdline_param(name, &section);
	if (param == NULL)
		return !cmdline_concerns_us(name) || cmdline_refuse(word, name, error);
	if (equals == NULL && strcmp(name, "rcu_nocbs") == 0) {
		/* the kernel prepares for offloading, and offloads nobody */
		*ret_set = g_strdup("rcu.rcu_nocbs=");
		return true;
	}
	if (equals == NULL && param->type != PARAM_BOOL) { /* a boolean alone is set */
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
			    "kernel parameter \"%s\" has no value; expected \"%s=VALUE\"", word,
			    name);
		return false;
	}
	if (strcmp(name, "rcu_nocb_poll") == 0)
		equals = NULL; /* its handler does not look at a value: it is there, or not (V20) */
	*ret_set = g_strdup_printf("%s.%s=%s", section, param->name,
				   equals ? cmdline_value(param, equals + 1) : "true");
	return true;
}

/*
 * The next word of *@rest, as the kernel's next_arg() takes it: blanks within double quotes are part of it,
 * and the quotes are not. NULL at the end.
 */
static char *cmdline_next(const char **rest)
{
	g_autoptr(GString) word = g_string_new(NULL);
	bool quoted = false;
	const char *p = *rest;

	while (g_ascii_isspace(*p))
		p++;
	for (; *p != '\0' && (quoted || !g_ascii_isspace(*p)); p++) {
		if (*p == '"')
			quoted = !quoted;
		else
			g_string_append_c(word, *p);
	}
	*rest = p;
	return word->len == 0 ? NULL : g_strdup(word->str);
}

char **rcusim_scenario_sets_from_cmdline(const char *cmdline, GError **error)
{
	g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func(g_free);

	for (;;) {
		g_autofree char *word = cmdline_next(&cmdline);
		g_autofree char *set = NULL;

		if (word == NULL || strcmp(word, "--") == 0) /* what follows is init's */
			break;
		if (!cmdline_word(word, &set, error))
			return NULL;
		if (set != NULL)
			g_ptr_array_add(sets, g_strconcat(CMDLINE_ORIGIN, word, NULL));
	}
	g_ptr_array_add(sets, NULL);
	return g_strdupv((char **)sets->pdata);
}
