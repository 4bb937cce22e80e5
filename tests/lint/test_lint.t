#!/usr/bin/env perl
# test_lint.t - each lint passes on a small clean house and catches the fault it is there for.
#
# The house is made in a temporary directory with this tree's Makefile and lint scripts, so that the wiring
# is tested along with the checks. Every fault is planted alone and must be *named* by the lint's output.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL GNUMAKEFLAGS CHECK_COUNTS BUILD OPT CC)};
my $top = abs_path(dirname(__FILE__) . '/../..');
my $house = tempdir('rcusim-lint.XXXXXX', TMPDIR => 1, CLEANUP => 1);
system("cd '$top' && cp -r --parents Makefile .clang-format .clang-tidy tests/lint '$house'") == 0
	or BAIL_OUT('cannot copy the lint scripts');

sub put
{
	my ($file, $text) = @_;

	make_path(dirname("$house/$file"));
	open(my $out, '>', "$house/$file") or die "$file: $!\n";
	print $out $text;
	close($out);
}

sub make
{
	my $out = `make -C '$house' V=0 @_ 2>&1`;
	return ($? >> 8, $out);
}

# planted LINT, NAME, PATTERN, FILE => TEXT, ...: with these files `make LINT` fails and says PATTERN.
sub planted
{
	my ($lint, $name, $pattern, %files) = @_;
	my %before;

	for my $file (keys %files) {
		if (open(my $in, '<', "$house/$file")) {
			local $/;
			$before{$file} = <$in>;
		}
		put($file, $files{$file});
	}
	my ($status, $out) = make($lint);
	ok($status != 0 && $out =~ $pattern, "$lint catches $name") or diag("status $status\n$out");
	for my $file (keys %files) {
		defined $before{$file} ? put($file, $before{$file}) : unlink("$house/$file");
	}
}

# passes LINT, NAME, FILE => TEXT, ...: with these files `make LINT` still succeeds.
sub passes
{
	my ($lint, $name, %files) = @_;

	put($_, $files{$_}) for keys %files;
	my ($status, $out) = make($lint);
	ok($status == 0, "$lint accepts $name") or diag($out);
	unlink("$house/$_") for keys %files;
}

my $thing_h = "/* thing.h - the public API. */\n#pragma once\n\nint rcusim_thing(void);\n";
my $main_c = "#include <rcusim/thing.h>\n\nint main(void)\n{\n\treturn rcusim_thing();\n}\n";

put('include/rcusim/thing.h', $thing_h);
put('sim/base/good.h', "#pragma once\n\nint good(int n);\n");
put('sim/base/good.c', <<'C');
#include "base/good.h"

#include <rcusim/thing.h>

static const char *const words[] = { "a float in a string: 1.5", "double" };

/* A comment may say double or 1.5. */
int good(int n)
{
	return words[n & 1][0] + 0x1e5;
}

int rcusim_thing(void)
{
	return good(1) - good(0);
}
C
put('sim/record/sink.h', "#pragma once\n\nint sink(void);\n");
put('sim/record/sink.c', <<'C');
#include "record/sink.h"

#include "base/good.h"

int sink(void)
{
	double half = 0.5;

	return good((int)(half * 2));
}
C
put('sim/cli/main.c', $main_c);

# ---- the clean house ----
for my $lint (qw(format floors globals floats exports cppcheck tidy)) {
	my ($status, $out) = make("lint-$lint");
	ok($status == 0, "lint-$lint passes on a clean house") or diag($out);
}

# ---- format ----
planted('lint-format', 'spaces for a tab', qr{base/bad\.c:2:.*clang-format},
	'sim/base/bad.c' => "int bad(void)\n{\n    return 0;\n}\n");
planted('lint-format', 'a header that is not formatted', qr{rcusim/bad\.h:1:},
	'include/rcusim/bad.h' => "int   rcusim_bad( void );\n");

# ---- floors ----
planted('lint-floors', 'a room that includes one above it', qr{sim/base/bad\.c:1: .*not mm},
	'sim/base/bad.c' => "#include \"mm/mm.h\"\n");
planted('lint-floors', 'a model that knows a probe sink', qr{sim/rcu/bad\.c:1: .*not record},
	'sim/rcu/bad.c' => "#include \"record/sink.h\"\n");
planted('lint-floors', 'a way around by a relative path', qr{sim/engine/bad\.h:2: .*write "room/file\.h"},
	'sim/engine/bad.h' => "#pragma once\n# include \"../study/study.h\"\n");
planted('lint-floors', 'a way around by angle brackets', qr{sim/base/bad\.c:1: .*quotation marks},
	'sim/base/bad.c' => "#include <study/study.h>\n");
planted('lint-floors', 'a command that sees a room', qr{sim/cli/bad\.c:1: .*the command sees},
	'sim/cli/bad.c' => "#include \"base/good.h\"\n");
planted('lint-floors', 'a command that reaches for a room', qr{sim/cli/bad\.c:1: .*the command sees},
	'sim/cli/bad.c' => "#include \"../base/good.h\"\n");
planted('lint-floors', 'a public header that shows a room', qr{rcusim/bad\.h:1: .*public headers},
	'include/rcusim/bad.h' => "#include \"base/good.h\"\n");
planted('lint-floors', 'a clock in the model', qr{sim/rcu/bad\.c:1: .*clocks},
	'sim/rcu/bad.c' => "#include <time.h>\n");
planted('lint-floors', 'a room that is none', qr{sim/cellar is no room},
	'sim/cellar/bad.c' => "int bad;\n");
rmdir("$house/sim/cellar");
passes('lint-floors', 'a sink and what it may know',
	'sim/record/also.c' => "#include <time.h>\n\n#include \"base/good.h\"\n#include \"record/sink.h\"\n");
planted('all', 'a command that sees a room (by the compiler)', qr{base/good\.h: No such file},
	'sim/cli/bad.c' => "#include \"base/good.h\"\n");

# ---- globals ----
planted('lint-globals', 'a static variable in a function', qr{base/bad\.o: n_calls\S* is mutable},
	'sim/base/bad.c' => "int bad(void);\n\nint bad(void)\n{\n\tstatic int n_calls;\n\n\treturn n_calls++;\n}\n");
planted('lint-globals', 'an initialised global', qr{base/bad\.o: bad is mutable .*\.data},
	'sim/base/bad.c' => "extern int bad;\n\nint bad = 3;\n");
planted('lint-globals', 'a tentative global', qr{base/bad\.o: bad is mutable},
	'sim/base/bad.c' => "extern int bad[4];\n\nint bad[4];\n");
planted('lint-globals', 'a table whose pointers can be changed', qr{base/bad\.o: bad is mutable},
	'sim/base/bad.c' => "extern const char *bad[];\n\nconst char *bad[] = { \"a\", \"b\" };\n");
planted('lint-globals', 'a thread-local variable', qr{base/bad\.o: bad is mutable},
	'sim/base/bad.c' => "extern __thread int bad;\n\n__thread int bad;\n");
planted('lint-globals', 'an exception without a reason', qr{needs a reason},
	'tests/lint/globals.allow' => "base/bad.o bad\n");
passes('lint-globals', "GLib's error quark",
	'sim/base/quark.c' => "#include <glib.h>\n\nGQuark bad_quark(void);\nG_DEFINE_QUARK(bad, bad)\n");

# ---- floats ----
planted('lint-floats', 'a float type in a header', qr{engine/bad\.h:4: double},
	'sim/engine/bad.h' => "#pragma once\n\n/* a double */\ntypedef double bad_t;\n");
planted('lint-floats', 'a float literal', qr{base/bad\.c:5: 1\.5},
	'sim/base/bad.c' => "int bad(void);\n\nint bad(void)\n{\n\treturn (int)1.5;\n}\n");
planted('lint-floats', 'an exponent', qr{base/bad\.c:5: 1e3},
	'sim/base/bad.c' => "int bad(void);\n\nint bad(void)\n{\n\treturn (int)1e3;\n}\n");
planted('lint-floats', 'a call of libm', qr{base/bad\.o: calls feclearexcept of libm},
	'sim/base/bad.c' => "int feclearexcept(int which);\nint bad(void);\n\nint bad(void)\n{\n"
		. "\treturn feclearexcept(1);\n}\n");

SKIP: {
	chomp(my $machine = `uname -m`);
	skip("no disassembly of $machine", 2) if $machine ne 'x86_64';
	planted('lint-floats', 'a floating-point instruction', qr{base/bad\.o: bad\(\): floating point},
		'sim/base/bad.c' => "void bad(void);\n\nvoid bad(void)\n{\n\t__asm__(\"pxor %xmm0, %xmm0\");\n}\n");
	planted('lint-floats', 'floats hidden behind typeof (by the compiler)', qr{bad\.c:.*error: SSE|calls __\w+, soft},
		'sim/base/bad.c' => "int bad(int n);\n\nint bad(int n)\n{\n\t__typeof__(__builtin_huge_val()) x = n;\n\n"
			. "\treturn (int)(x / 3);\n}\n");
}

# ---- exports ----
planted('lint-exports', 'a declared function that is not there', qr{declares rcusim_bad\(\)},
	'include/rcusim/thing.h' => "$thing_h\nint rcusim_bad(int n,\n\t       void (*fn)(void));\n");
planted('lint-exports', 'an exported function that is not declared', qr{exports rcusim_bad},
	'sim/base/bad.c' => "int rcusim_bad(void);\n\nint rcusim_bad(void)\n{\n\treturn 0;\n}\n");
planted('lint-exports', 'a command that calls a hidden function', qr{undefined reference to .good},
	'sim/cli/main.c' => "int good(int n);\n\nint main(void)\n{\n\treturn good(1);\n}\n");

# ---- cppcheck ----
planted('lint-cppcheck', 'a leak', qr{base/bad\.c:6:.*\[?(memleak|resourceLeak)},
	'sim/base/bad.c' => "#include <stdlib.h>\n\nint bad(void)\n{\n\tint *p = malloc(sizeof(int));\n"
		. "\treturn p == NULL;\n}\n");
planted('lint-cppcheck', 'an index out of bounds, from the cache', qr{base/bad\.c:5:.*arrayIndexOutOfBounds},
	'sim/base/bad.c' => "int bad(void)\n{\n\tint a[2] = { 0, 1 };\n\n\treturn a[2];\n}\n")
	for 1 .. 2;

# ---- clang-tidy ----
planted('lint-tidy', 'a comparison forgotten', qr{base/bad\.c:7:.*suspicious-string-compare},
	'sim/base/bad.c' => "#include <string.h>\n\nint bad(const char *s);\n\nint bad(const char *s)\n{\n"
		. "\tif (strcmp(s, \"a\"))\n\t\treturn 1;\n\treturn 0;\n}\n");
planted('lint-tidy', 'a division by zero on one path', qr{base/bad\.c:\d+:.*clang-analyzer-core},
	'sim/base/bad.c' => "int bad(int n, int m);\n\nint bad(int n, int m)\n{\n\tint shares = m;\n\n\tif (n > 3)\n"
		. "\t\tshares = 0;\n\treturn 100 / shares;\n}\n");
planted('lint-tidy', 'a finding in a header', qr{base/good\.h:\d+:.*bugprone},
	'sim/base/good.h' => "#pragma once\n\n#include <string.h>\n\nint good(int n);\n\n"
		. "static inline int bad(const char *s)\n{\n\tif (strcmp(s, \"a\"))\n\t\treturn 1;\n\treturn 0;\n}\n");
planted('lint-tidy', 'a function longer than 70 lines', qr{base/bad\.c:3:.*function-size},
	'sim/base/bad.c' => "int bad(int n);\n\nint bad(int n)\n{\n" . "\tn ^= n << 1;\n" x 75 . "\treturn n;\n}\n");

my ($status, $out) = make('lint-tidy lint-globals lint-floats');
ok($status == 0, 'the house is clean again when the faults are gone') or diag($out);
done_testing();
