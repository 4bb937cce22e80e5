/* error.h - how librcusim fails. */
#pragma once

#include <glib.h>

#define RCUSIM_ERROR (rcusim_error_quark())
GQuark rcusim_error_quark(void);

/* The values are the command's exit statuses (docs: exit status). */
typedef enum {
	RCUSIM_ERROR_USAGE = 2,   /* the caller asked for something that does not exist */
	RCUSIM_ERROR_INVALID = 3, /* scenario, input or database not valid */
	RCUSIM_ERROR_SYSTEM =
		4, /* the outside world failed: cannot read or create, disk full, locked */
	RCUSIM_ERROR_INTERNAL = 5,   /* the simulator broke an invariant of its own */
	RCUSIM_ERROR_INCOMPLETE = 6, /* a bound or limit was reached */
} RcuSimError;
