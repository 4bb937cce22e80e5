#!/bin/sh
# replay.sh - a recorded build once, and 1,000 times at once on 256 CPUs: seconds, and events per recorded operation.
#
# The second is run with 2 GiB of address space, so that it cannot need more. Prints the time of both, and what a copy
# costs beside a single one; asserts only that they end.
set -eu

rcusim=${RCUSIM:-build/rcusim}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# seconds NAME OPTION...: runs make-j2 and prints how long it took
seconds()
{
	name=$1
	shift
	start=$(date +%s%N)
	"$rcusim" run make-j2 -q -o "$dir/$name.db" "$@"
	echo $((($(date +%s%N) - start) / 1000000))
}

one=$(seconds one)
ulimit -v 2097152
many=$(seconds many --set workload.replay.copies=1000 --set machine.cpus=256 --set duration=10s)
left=$("$rcusim" query "$dir/many.db" "select max(value) from metric where name = 'processes_left'" --format csv | tail -1)
test "$left" = 0

echo "make-j2 under four policies:                       $one ms"
echo "1,000 copies on 256 CPUs, below 2 GiB of memory:  $many ms"
echo "a copy among 1,000 costs $((100 * many / 1000 / (one > 0 ? one : 1))) % of a single one"
