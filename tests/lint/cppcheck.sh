#!/bin/sh
# cppcheck.sh CACHE FILE... - cppcheck finds nothing in FILE... ; CACHE keeps what was analysed.
#
# Exceptions are written in the source (// cppcheck-suppress ID, with the reason) or in cppcheck.suppress.
set -u

cache=$1
shift
test $# -gt 0 || exit 0

# Off for all: missingIncludeSystem, for library headers are described by --library instead.
exec cppcheck -q -j "$(nproc 2>/dev/null || echo 2)" --cppcheck-build-dir="$cache" \
	--enable=warning,performance,portability --std=c11 --library=gtk --library=posix --inline-suppr \
	--suppress=missingIncludeSystem --suppressions-list="$(dirname "$0")/cppcheck.suppress" \
	-Isim -Iinclude -Isim/cli \
	-DRCUSIM_VERSION='""' -DRCUSIM_DATA_DIR='""' --error-exitcode=1 "$@"
