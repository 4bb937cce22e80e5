/* param.h - what is known of one parameter, of a scenario or of a policy. */
#pragma once

#include <glib.h>

/* One parameter as text. Strings and lists that are not const belong to it. */
typedef struct {
	const char *name;
	const char *type;    /* "integer", "duration", "choice", ... */
	const char *unit;    /* "" if it has none */
	const char *special; /* what a special value means, or "" */
	const char *help;
	const char *source; /* where the default comes from, or "" */
	char *group; /* what it is a parameter of: "machine", "workload exit", "policy per-vma", "" */
	char *path; /* "rcu.blimit", as in "path=value"; an id of the scenario is "ID" */
	char *dflt; /* as a scenario spells it, without quotation marks; "" if it must be given */
	char *range;
	char **choices; /* what a choice or a truth value may be, NULL-terminated; else NULL */
} RcuSimParam;

void rcusim_param_free(RcuSimParam *param);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimParam, rcusim_param_free)
