#!/bin/sh
# deps.sh build|check - see to it that what the build (and the tests) need is there.
#
# Looks first: with everything present it touches no network and needs no rights. What is missing is
# installed through apt as root, or with `sudo -n`; else the one line to type is printed. NO_DEPS=1 never
# installs. Elsewhere than on Debian: the tests below say what to provide.
set -u

what=${1:-build}
missing=

# need PACKAGE COMMAND...: PACKAGE is missing unless COMMAND succeeds.
need()
{
	package=$1
	shift
	"$@" >/dev/null 2>&1 || missing="$missing $package"
}

has() { command -v "$1"; }
has_header() { echo "#include <$1>" | "${CC:-gcc}" -fsyntax-only -x c -; }
has_lib() { pkg-config --exists "$1"; }
has_schema() { /usr/bin/python3 -c 'import jsonschema' || python3 -c 'import jsonschema'; }

look()
{
	missing=
	need gcc has gcc
	need make has make
	need pkg-config has pkg-config
	need libc6-dev has_header stdio.h
	need libglib2.0-dev has_lib gio-2.0
	need liblzma-dev has_lib liblzma
	need libsqlite3-dev has_lib sqlite3
	need libcjson-dev has_lib libcjson
	need librandom123-dev has_header Random123/philox.h

	test "$what" = check || return 0
	need clang has clang
	need clang-format has clang-format
	need clang-tidy has clang-tidy
	need cppcheck has cppcheck
	need perl has prove
	need sqlite3 has sqlite3
	need python3 has python3
	need python3-jsonschema has_schema
	need mandoc has mandoc
	need bash has bash
	need xz-utils has xz
	need gzip has gzip
}

look
test -n "$missing" || exit 0

line="apt-get install -y --no-install-recommends$missing"
if [ "${NO_DEPS:-}" = 1 ]; then
	echo "rcusim: missing (NO_DEPS=1, nothing installed):$missing" >&2
	exit 1
fi
if ! command -v apt-get >/dev/null; then
	echo "rcusim: missing, under the names Debian gives them:$missing" >&2
	exit 1
fi
# The package lists may never have been fetched, or be too old to be of use.
lists_are_there()
{
	for package in $missing; do
		LC_ALL=C apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [0-9]' || return 1
	done
}

if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as_root="sudo -n"
else
	lists_are_there || line="apt-get update && sudo $line"
	echo "rcusim: packages are missing; type:  sudo $line" >&2
	exit 1
fi

echo "rcusim: installing$missing"
lists_are_there || $as_root apt-get update -q || exit 1
$as_root env DEBIAN_FRONTEND=noninteractive $line -q ||
	{ $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive $line -q; } || exit 1

look
test -z "$missing" || { echo "rcusim: still missing after the installation:$missing" >&2; exit 1; }
