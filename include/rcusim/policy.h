/* policy.h - the VMA-freeing policies there are, and their parameters. */
#pragma once

#include <stdbool.h>

#include <glib.h>

/* Policy @i as the simulator lists them; NULL past the end. */
const char *rcusim_policy_name(int i);
const char *rcusim_policy_summary(int i); /* one line */
const char *rcusim_policy_about(int i);   /* a paragraph */
/* Index of the policy called @name, or -1. */
int rcusim_policy_find(const char *name);

/* One parameter as text; all strings but @dflt and @range are static. */
typedef struct {
	const char *name;
	const char *type;    /* "integer", "duration", "choice", ... */
	const char *unit;    /* "" if it has none */
	const char *special; /* what a special value means, or "" */
	const char *help;
	const char *source; /* where the default comes from, or "" */
	char *dflt;
	char *range;
} RcuSimParam;

/* Parameter @i of policy @policy, to be freed; NULL past the end. */
RcuSimParam *rcusim_policy_param(int policy, int i);
void rcusim_param_free(RcuSimParam *param);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimParam, rcusim_param_free)
