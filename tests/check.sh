#!/bin/sh
# check.sh - the stages of `make check`, in order, none skipped because an earlier one failed.
#
# Each stage is a target of its own, so that what failed can be run again alone. The last line counts all
# tests of all stages; a build or a lint counts as one.
set -u

MAKE=${MAKE:-make}
JOBS=$(sh tests/jobs.sh)
mkdir -p build
CHECK_COUNTS=$PWD/build/check.counts
export CHECK_COUNTS
: >"$CHECK_COUNTS"
started=$(date +%s)

failures() { awk '{ n += $2 } END { print n + 0 }' "$CHECK_COUNTS"; }

# tap NAME ARGS...: a make target that counts its own tests; one more failed if it could not even run.
tap()
{
	before=$(failures)
	t0=$(date +%s)
	if ! $MAKE $JOBS "$@" && [ "$(failures)" = "$before" ]; then
		echo "0 1 make $*" >>"$CHECK_COUNTS"
		echo "make $*: 0 passed, 1 failed"
	fi
	echo "# $* took $(($(date +%s) - t0)) s"
}

# one ARGS...: a make target that is one test.
one()
{
	t0=$(date +%s)
	if $MAKE $JOBS "$@"; then
		echo "1 0 make $*" >>"$CHECK_COUNTS"
		echo "make $*: 1 passed, 0 failed"
	else
		echo "0 1 make $*" >>"$CHECK_COUNTS"
		echo "make $*: 0 passed, 1 failed"
	fi
	echo "# $* took $(($(date +%s) - t0)) s"
}

one all tests
for stage in unit model cli golden fuzz; do
	tap check-$stage
done
tap check-diff DIFF_N=10000

one BUILD=asan all tests
for stage in unit model cli fuzz; do
	tap BUILD=asan check-$stage
done
tap BUILD=asan check-diff DIFF_N=1000

# Two compilers, with and without optimisation: no result hangs on code generation.
for cc in gcc clang; do
	for opt in -O0 -O3; do
		one CC=$cc OPT=$opt all
		tap CC=$cc OPT=$opt check-golden
		tap CC=$cc OPT=$opt check-unit
	done
done

for lint in format floors globals floats exports cppcheck tidy; do
	one lint-$lint
done
tap check-lint

echo "# check took $(($(date +%s) - started)) s"
awk '{ p += $1; f += $2; if ($2) print "failed: " substr($0, length($1 $2) + 3) }
     END { printf "%d passed, %d failed\n", p, f; exit f > 0 || p == 0 }' "$CHECK_COUNTS"
