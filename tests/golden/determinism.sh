#!/bin/sh
# determinism.sh - the recorded outcomes from two compilers, with and without optimisation, in both modes.
set -u

MAKE=${MAKE:-make}
JOBS=$(sh tests/jobs.sh)
n_failed=0
for cc in gcc clang; do
	for opt in -O0 -O3; do
		# the unit tests hold digests of every distribution's samples
		$MAKE $JOBS CC=$cc OPT=$opt all && $MAKE CC=$cc OPT=$opt check-golden &&
			$MAKE $JOBS CC=$cc OPT=$opt check-unit || n_failed=$((n_failed + 1))
	done
done
# libm chooses other code on machines without fused multiply-add: no outcome may hang on it.
GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2,-FMA4 $MAKE check-golden || n_failed=$((n_failed + 1))
echo "determinism: $((5 - n_failed)) passed, $n_failed failed"
test $n_failed = 0
