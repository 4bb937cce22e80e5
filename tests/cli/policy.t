#!/usr/bin/env perl
# policy.t - docs/add-a-policy.md does what it says: its file and its line make a policy, in a copy of the tree.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use lib abs_path(dirname(__FILE__));
my $top;
BEGIN { $top = abs_path(dirname(__FILE__) . '/../..') } # Cli goes elsewhere
use Cli;
use Console;

make_as_built($top) or plan(skip_all => "$rcusim is not of a build of $top");

my $page = slurp("$top/docs/add-a-policy.md");
my ($path) = $page =~ m{^## The file: `(sim/policy/\w+\.c)`$}m;
my ($source) = $page =~ /^```c\n(.*?)^```$/ms;
my ($line) = $page =~ /^```\n(\tX\(\w+\) \\\n)```$/m;
ok(defined $path && defined $source && defined $line, 'the page has a path, a file and a line') or BAIL_OUT('no page');

copy_tree($top);
spit($path, $source);
my $list = slurp('sim/policy/policies.h');
ok($list =~ s/(#define VMA_POLICIES\(X\).*\n)/$1$line/, 'the line has a place');
spit('sim/policy/policies.h', $list);

for my $piece (grep { defined $_->{command} } console_parse($page)) {
	my ($printed, $status) = console_run($piece);
	my $n_compiled = () = $printed =~ /^  CC /mg;
	ok($status == 0 && console_matches($piece->{expected}, $printed), $piece->{command}) or diag("status $status\n$printed");
	cmp_ok($n_compiled, '<', 20, 'little is compiled anew') if $piece->{command} eq 'make';
}
is(system("clang-format --style=file:$top/.clang-format --dry-run --Werror $path >/dev/null 2>&1"), 0, 'it is formatted as all are')
	if system('command -v clang-format >/dev/null 2>&1') == 0;
my ($name) = $source =~ /\.name = "([a-z-]+)",\n\t\.summary/;
$rcusim = abs_path("$dir/build/rcusim");
says(['policy', 'list'], 0, qr/^\Q$name\E /m, 'it is listed');
scenario('small.json');
says(['run', 'small.json', '--policy', $name, '--set', 'policy.few=1', '-o', 'test-many.db'], 0, qr/^callbacks +4$/m, 'large exits: a callback each');
says(['run', 'small.json', '--policy', $name, '--set', 'policy.few=1000', '-o', 'test-few.db'], 0, qr/^violations +0$/m, 'small ones: none');
like((rcusim('query', 'test-few.db', "select value from metric where name = 'callbacks'", '--format', 'csv'))[1], qr/^value\n0\n/, 'not one');
done_testing();
