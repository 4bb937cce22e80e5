/*
 * A planted fault: settling counts one operation too many when operations end before the observer looks.
 *
 * Linked into a copy of the differential test in place of op_times_n_ends_before() (-Wl,--wrap), to show that
 * the test catches a fault in the code that settles.
 */
#include "machine/machine.h"

int64_t __real_op_times_n_ends_before(const struct op_times *times, int64_t t_ns);
int64_t __wrap_op_times_n_ends_before(const struct op_times *times, int64_t t_ns);

int64_t __wrap_op_times_n_ends_before(const struct op_times *times, int64_t t_ns)
{
	const int64_t n = __real_op_times_n_ends_before(times, t_ns);

	return n > 0 ? n + 1 : 0;
}
