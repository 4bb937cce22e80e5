#!/bin/sh
# engine.sh - is clang's libFuzzer here? Only `make fuzz` needs it.
set -u

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
command -v clang >/dev/null || { echo 'rcusim: make fuzz needs clang; try: apt-get install clang' >&2; exit 1; }
echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return !d && n; }' >"$dir/x.c"
clang -fsanitize=fuzzer,address,undefined -o "$dir/x" "$dir/x.c" 2>/dev/null || {
	echo "rcusim: make fuzz needs clang's libFuzzer; try: apt-get install libclang-rt-dev" >&2
	echo '        (clang 14 of Debian 12: libclang-rt-14-dev)' >&2
	exit 1
}
