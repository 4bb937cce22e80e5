#!/usr/bin/env perl
# install.t - make install: what is there works wherever it is moved to, and make uninstall leaves nothing.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use lib abs_path(dirname(__FILE__));
my $top;
BEGIN { $top = abs_path(dirname(__FILE__) . '/../..') } # Cli goes elsewhere
use Cli;

my ($build, $cc, $prefix_built) = make_as_built($top) or plan(skip_all => "$rcusim is not of a build of $top");
delete $ENV{RCUSIM_SCENARIOS};
my $makeflags = $ENV{MAKEFLAGS};

# The PREFIX that was built for: another one would be compiled in, into the very command that other tests use now.
sub make { my $said = `make -C '$top' --no-print-directory DESTDIR='$dir/stage' @_ 2>&1`; return ($? >> 8, $said) }
sub files { return sort map { s/^\.\///r } split(/\n/, `cd '$_[0]' && find . ! -type d`) }
sub output { my $out = `@_ 2>&1`; return $? == 0 ? $out : "status " . ($? >> 8) . "\n$out" }

my ($status, $said) = make('install');
is($status, 0, 'make install') or diag($said);
my $prefix = "$dir/stage$prefix_built";
my @files = files("$dir/stage");
my %there = map { s{^/*\Q$prefix\E/}{}r => 1 } map { "$dir/stage/$_" } @files;
ok($there{$_}, $_) for qw(bin/rcusim lib/librcusim.a lib/librcusim.so lib/librcusim.so.0 lib/pkgconfig/rcusim.pc
	include/rcusim/rcusim.h share/man/man1/rcusim.1 share/bash-completion/completions/rcusim
	share/rcusim/scenario.schema.json share/rcusim/scenarios/exit-storm.json share/rcusim/scenarios/machines/server-16.json);
is(scalar(grep { !$there{$_ =~ s{^\Q$top\E/}{}r} } glob("$top/include/rcusim/*.h")), 0, 'every header');
like(readlink("$prefix/lib/librcusim.so"), qr/^librcusim\.so\.\d+$/, 'the name to link with is a link to that of the ABI');
like(readlink("$prefix/lib/librcusim.so.0"), qr/^librcusim\.so\.\d+\.\d+\.\d+$/, 'and that to the file');
is(scalar(grep { (stat("$dir/stage/$_"))[2] & 022 } grep { !-l "$dir/stage/$_" } @files), 0, 'nothing is writable for others');
is((make('install'))[0], 0, 'a second time');
is(join(' ', files("$dir/stage")), "@files", 'makes no difference');

# ---- Nothing of the place where it was built ----
my @knows;
for my $file (map { "$dir/stage/$_" } @files) {
	next if -l $file;
	system('cp', $file, 'stripped');
	chmod(0644, 'stripped');
	system('strip --strip-debug stripped 2>/dev/null') if $file =~ m{/bin/|\.so|\.a$};
	push(@knows, $file) if slurp('stripped') =~ /\Q$top\E/;
}
SKIP: {
	skip('coverage data has a path', 1) if $build eq 'cov';
	is("@knows", '', 'no path of the build, debug information aside');
}
is(scalar(grep { !-l "$dir/stage/$_" && slurp("$dir/stage/$_") =~ /\Q$dir\E/ } @files), 0, 'nor of the stage');

# ---- Moved, it finds its own ----
rename($prefix, "$dir/moved") or die "rename: $!\n";
my $command = "'$dir/moved/bin/rcusim'";
is(output("$command scenario list"), output("'$rcusim' scenario list"), 'the moved command finds its scenarios');
like(output("$command doctor"), qr/^ok +scenarios +\d+ in \Q$dir\E\/moved\/share\/rcusim\/scenarios$/m, 'those beside it');
mkdir('bin');
symlink("$dir/moved/bin/rcusim", 'bin/rcusim');
is(output('bin/rcusim scenario list'), output("'$rcusim' scenario list"), 'by a symbolic link, too');
like(output("$command scenario show exit-storm"), qr{^machine\.cpus +16 .*moved/share/rcusim/scenarios/exit-storm\.json:\d+$}m,
	'origins name the installed file');
mkdir('own');
scenario('own/exit-storm.json', name => '"own"', question => '"Mine?"');
{
	local $ENV{RCUSIM_SCENARIOS} = "$dir/own";
	like(output("$command scenario list"), qr/^exit-storm +Mine\?$/m, '$RCUSIM_SCENARIOS comes first');
	like(output("$command scenario list"), qr/^exit-scale /m, 'the others are there still');
}
system('cp', "$dir/moved/bin/rcusim", 'alone') == 0 or die "cp failed\n";
SKIP: {
	skip("there is one in $prefix_built", 1) if -e "$prefix_built/share/rcusim";
	like(output('./alone run exit-storm'), qr/^status 4\nrcusim: no scenario "exit-storm"/, 'a copy alone has none, and says so');
}
is(output("$command doctor --format csv | cut -d, -f1,2 | grep FAILED"), "status 1\n", 'the doctor is content');
SKIP: {
	skip('package mandoc is not installed', 1) if system('command -v mandoc >/dev/null 2>&1') != 0;
	is(output("mandoc -Tlint -W warning '$dir/moved/share/man/man1/rcusim.1'"), '', 'the manual page is clean');
}
like(output("bash -c \". '$dir/moved/share/bash-completion/completions/rcusim'; complete -p rcusim\""), qr/-F _rcusim rcusim$/m,
	'the completion loads');
is(output("python3 -c 'import json, sys; json.load(sys.stdin)' <'$dir/moved/share/rcusim/scenario.schema.json'"), '', 'the schema is JSON');

# ---- A program of someone else's, as docs/examples has it ----
SKIP: {
	skip('a sanitizer wants its own program', 6) if $build eq 'asan';
	$ENV{PKG_CONFIG_PATH} = "$dir/moved/lib/pkgconfig";
	my $pc = "pkg-config";
	is(abs_path(output("$pc --variable=scenariosdir rcusim") =~ s/\n//r), "$dir/moved/share/rcusim/scenarios", 'pkg-config follows');
	like(output("$pc --modversion rcusim"), qr/^\d+\.\d+\.\d+$/, 'pkg-config --modversion');
	system('cp', '-r', "$top/docs/examples", 'examples') == 0 or die "cp failed\n";
	delete $ENV{MAKEFLAGS};
	like(output("make -C examples PKG_CONFIG='$pc' CC=$cc CFLAGS=-Werror LDFLAGS='-Wl,-rpath,$dir/moved/lib'"), qr/\A(?!status)/,
		'the example builds against the installed tree') or last SKIP;
	my ($s, $csv) = rcusim('run', 'exit-storm', '--set', 'rcu.blimit=20', '--format', 'csv', '-o', 'compare.db');
	my $expected = join('', map { /^exit-storm,([^,]*),\d+,exit_latency_p99_ns,ns,(\d+)$/ ? "$1,$2\n" : () } split(/\n/, $csv));
	is(output('examples/exit_latency'), $expected, 'and says what rcusim run says');
	like(output('examples/exit_latency nosuch'), qr/^status 4\nno scenario "nosuch"/, 'it reports errors');
	my $own = $build eq 'cov' ? '--coverage' : '';
	output("cp examples/exit_latency.c static.c; $cc $own -std=gnu11 \$($pc --cflags rcusim) -o static static.c '$dir/moved/lib/librcusim.a' \$($pc --libs gio-2.0 sqlite3 libcjson) -lm");
	is(output("RCUSIM_SCENARIOS='$dir/moved/share/rcusim/scenarios' ./static"), $expected, 'linked with the static library, too');
}

# ---- Libraries in a directory of their own, as distributions have it ----
SKIP: {
	skip('a sanitizer wants its own program', 3) if $build eq 'asan';
	$ENV{MAKEFLAGS} = $makeflags;
	is((make("install LIBDIR=lib/triplet DESTDIR='$dir/multi'"))[0], 0, 'make install LIBDIR=lib/triplet');
	$ENV{PKG_CONFIG_PATH} = "$dir/multi$prefix_built/lib/triplet/pkgconfig";
	delete $ENV{MAKEFLAGS};
	system('cp', '-r', "$top/docs/examples", 'multi-examples') == 0 or die "cp failed\n";
	like(output("make -C multi-examples CC=$cc LDFLAGS='-Wl,-rpath,$dir/multi$prefix_built/lib/triplet'"), qr/\A(?!status)/, 'pkg-config finds them');
	like(output('multi-examples/exit_latency'), qr/^direct-on-exit,\d+$/m, 'and the library the scenarios');
}

# ---- Gone ----
rename("$dir/moved", $prefix) or die "rename: $!\n";
spit("$prefix/share/rcusim/scenarios/mine.json", '{}');
spit("$prefix/bin/other", '');
$ENV{MAKEFLAGS} = $makeflags;
is((make('uninstall'))[0], 0, 'make uninstall');
is(join(' ', files($prefix)), 'bin/other share/rcusim/scenarios/mine.json', "leaves what is someone else's");
done_testing();
