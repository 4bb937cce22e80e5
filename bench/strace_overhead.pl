#!/usr/bin/env perl
# strace_overhead.pl - what part of the user time between two traced calls is the program's own.
#
# Runs some programs untraced and under strace, and divides: CPU time that the program uses untraced, over the
# sum of the think times that `rcusim trace import` finds in its trace. The default of a replay's
# think_permille (250) lies in the middle of what it prints. Needs strace, gcc, python3, git and bash.
#
#	perl bench/strace_overhead.pl [RUNS]
use strict;
use warnings;
use File::Temp qw(tempdir);

my $runs = shift // 5;
my $rcusim = $ENV{RCUSIM} // 'build/rcusim';
my $calls = 'execve,exit,exit_group,clone,clone3,fork,vfork,mmap,munmap,mprotect,brk,mremap';
my $dir = tempdir(CLEANUP => 1);

sub spew
{
	my ($name, $text) = @_;
	open my $out, '>', "$dir/$name" or die "$name: $!\n";
	print $out $text;
	close $out or die "$name: $!\n";
}

sub run_quietly
{
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec @_ or exit 127;
	}
	waitpid $pid, 0;
	die "@_: status $?\n" if $?;
}

sub cpu_seconds
{
	my @before = times;
	run_quietly(@_);
	my @after = times;
	return $after[2] + $after[3] - $before[2] - $before[3];
}

sub think_seconds
{
	run_quietly('strace', '-f', '-ttt', '-T', '-e', "trace=$calls", '-o', "$dir/t.strace", @_);
	open my $in, '-|', $rcusim, 'trace', 'import', 'strace', "$dir/t.strace" or die "$rcusim: $!\n";
	my $ns = 0;
	while (<$in>) {
		$ns += $1 if /^\d+ \+(\d+) /;
	}
	close $in or die "$rcusim trace import: status $?\n";
	return $ns / 1e9;
}

sub least
{
	my ($best, $measure) = (undef, shift);
	for (1 .. $runs) {
		my $seconds = $measure->();
		$best = $seconds if !defined $best || $seconds < $best;
	}
	return $best;
}

spew("f$_.c", "#include <stdio.h>\nint f$_(int x) { return printf(\"%d\", x) * $_; }\n") for 1 .. 8;
spew('m.c', "int f1(int);\nint main(void) { return f1(0) < 0; }\n");
spew('Makefile', "all: p\np: m.o " . join(' ', map { "f$_.o" } 1 .. 8) . "\n\tgcc -o \$@ \$^\n" .
	"%.o: %.c\n\tgcc -O1 -c \$< -o \$@\n");

# The clock of times() ticks 100 times a second: short programs are run often enough to be seen.
my @programs = (
	['make -j2', 1, 'make', '-B', '-j2', '-C', $dir],
	['python3, three modules', 20, 'python3', '-c', 'import json, re, subprocess'],
	['git --version', 50, 'git', '--version'],
	['bash, 50 pipelines', 3, 'bash', '-c', 'for i in {1..50}; do x=$(echo $i | cat); done'],
);
for (@programs) {
	my ($name, $times, @command) = @$_;
	my $cpu = least(sub { my $s = 0; $s += cpu_seconds(@command) for 1 .. $times; $s / $times });
	my $think = least(sub { think_seconds(@command) });
	printf "%-24s %7.1f ms of CPU time untraced, %7.1f ms between traced calls: %4.0f permille\n",
		$name, $cpu * 1e3, $think * 1e3, 1000 * $cpu / $think;
}
