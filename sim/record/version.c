#include <sqlite3.h>

#include <rcusim/version.h>

/* The build defines both; a build that does not is still a build. */
#ifndef RCUSIM_VERSION
#define RCUSIM_VERSION "0.0.0"
#endif
#ifndef RCUSIM_REVISION
#define RCUSIM_REVISION "unknown"
#endif

const char *rcusim_version(void)
{
	return RCUSIM_VERSION;
}

const char *rcusim_version_revision(void)
{
	return RCUSIM_REVISION;
}

const char *rcusim_version_compiler(void)
{
#ifdef __clang__
	return __VERSION__; /* names itself */
#else
	return "GCC " __VERSION__;
#endif
}

const char *rcusim_version_sqlite(void)
{
	return sqlite3_libversion();
}
