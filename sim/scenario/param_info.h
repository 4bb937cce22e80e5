/* param_info.h - rows of parameter tables, as the public API shows them. */
#pragma once

#include <rcusim/param.h>

#include "base/param.h"

/**
 * param_info_new:
 * @group: of what it is a parameter: "machine", or a format's result
 * @prefix: of its path: "machine." or ""
 *
 * Returns: (transfer full): rcusim_param_free()
 */
RcuSimParam *param_info_new(const struct param *param, const char *group, const char *prefix);
