#!/usr/bin/env perl
# readme.t - what README.md and the documents show of a terminal is what a terminal shows.
#
#   readme.t                    as a test
#   readme.t --update FILE...   writes what is printed today into the console blocks of FILE that differ
#
# See Console.pm for what a block is. The commands run in a directory that looks like a fresh checkout
# after make: build/rcusim, scenarios/, an empty output/. Commands that build or install (make, git, sudo, apt-get)
# are shown, not run.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;
use lib abs_path(dirname(__FILE__));
use Console;

my $top = abs_path(dirname(__FILE__) . '/../..');
my $rcusim = abs_path($ENV{RCUSIM} // "$top/build/rcusim");
my $update = @ARGV && $ARGV[0] eq '--update' ? shift @ARGV : 0;
# add-a-policy.md needs a tree to build in: policy.t
my @files = $update ? map { abs_path($_) } @ARGV : grep { !m{/add-a-policy\.md$} } ("$top/README.md", glob("$top/docs/*.md"), "$top/scenarios/README.md");

delete @ENV{qw(RCUSIM_SCENARIOS G_DEBUG)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TERM} = 'dumb';

sub slurp { open(my $in, '<', $_[0]) or die "$_[0]: $!\n"; local $/; return scalar(<$in>) }

sub checkout
{
	my $dir = tempdir('rcusim-readme.XXXXXX', TMPDIR => 1, CLEANUP => 1);
	make_path(map { "$dir/$_" } qw(build include/rcusim output));
	# copies, not links: a program looks beside the file that it really is
	system('cp', $rcusim, "$dir/build/rcusim") == 0 or die "cp failed\n";
	system('cp', '-r', "$top/scenarios", "$dir/") == 0 or die "cp failed\n";
	system('cp', "$top/include/rcusim/scenario.h", "$dir/include/rcusim/") == 0 or die "cp failed\n";
	return $dir;
}

if (!$update) {
	my @pieces = console_parse("text\n```\n\$ not this\n```\n```console\n\$ echo a; \\\n> echo b >&2\na\n...\n\n\$ true\n```\n");
	is(join('|', map { $_->{command} // () } @pieces), 'echo a; \\|true', 'blocks marked console only');
	is_deeply([console_run($pieces[1])], ["a\nb\n", 0], 'a command in two lines, both streams');
	ok(console_matches(@$_[0, 1]), "\"@$_\" match") for ["a\nb\n", "a\nb\n"], ["a\n...\n", "a\n"], ["a\n...\nz\n", "a\nb\nc\nz\n"],
		["a\n\n", "a\n"], ["...\nz\n", "z\n"];
	ok(!console_matches(@$_[0, 1]), "\"@$_\" do not") for ["a\nb\n", "a\n"], ["a\n", "a\nb\n"], ["a\n...\nz\n", "a\nb\n"], ["a.c\n", "abc\n"],
		["", "a\n"];
}

for my $file (@files) {
	my $name = $file =~ s{^\Q$top\E/}{}r;
	my @pieces = console_parse(slurp($file));
	my @commands = grep { defined $_->{command} } @pieces;
	next if !@commands;
	chdir(checkout()) or die "chdir: $!\n";
	for my $piece (@commands) {
		next if $piece->{command} =~ /^(make|git|sudo|apt-get|sh)\b/;
		my ($printed, $status) = console_run($piece);
		my $matches = console_matches($piece->{expected}, $printed);
		if ($update) {
			$piece->{expected} = $printed if !$matches;
		} else {
			ok($matches && $status != 127, "$name:$piece->{line}: $piece->{command}") or
				diag("printed:\n$printed", "readme.t --update $name writes it there\n");
		}
	}
	chdir('/');
	if ($update) {
		open(my $out, '>', $file) or die "$file: $!\n";
		print $out console_text(@pieces);
		close($out) or die "$file: $!\n";
	} else {
		is(console_text(@pieces), slurp($file), "$name is read whole");
	}
}
done_testing() if !$update;
