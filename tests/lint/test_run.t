#!/usr/bin/env perl
# test_run.t - the count behind `make check` loses no failure: not a crash, not a test that did not run.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $run = abs_path(dirname(__FILE__) . '/../run.pl');
my $dir = tempdir('rcusim-run.XXXXXX', TMPDIR => 1, CLEANUP => 1);

# counts NAME, EXPECTED, SCRIPT...: run.pl on the SCRIPTs writes EXPECTED ("passed failed").
sub counts
{
	my ($name, $expected, @scripts) = @_;
	my ($n, @files) = (0);

	for my $script (@scripts) {
		my $file = "$dir/" . $n++ . '.t';
		open(my $out, '>', $file) or die "$file: $!\n";
		print $out "#!/bin/sh\n$script\n";
		close($out);
		chmod(0755, $file);
		push @files, $file;
	}
	unlink("$dir/counts");
	my $out = `CHECK_COUNTS='$dir/counts' perl '$run' --stage stage --timeout 2 -- @files 2>&1`;
	my $status = $? >> 8;
	open(my $in, '<', "$dir/counts") or return fail("$name: no count\n$out");
	chomp(my $line = <$in>);
	is($line, "$expected stage", $name);
	is($status, $expected =~ / 0$/ ? 0 : 1, "$name: exit status");
}

counts('nothing', '0 0');
counts('successes of two programs', '3 0', 'echo 1..2; echo ok 1; echo ok 2', 'echo 1..1; echo ok 1');
counts('a skipped test', '1 0', 'echo 1..1; echo "ok 1 # SKIP no such machine"');
counts('a failure', '1 1', 'echo 1..2; echo ok 1; echo not ok 2; exit 1');
counts('tests that were planned and did not run', '1 3', 'echo 1..4; echo ok 1; exit 134');
counts('a crash after the last test', '1 1', 'echo 1..1; echo ok 1; kill -SEGV $$');
counts('a program without output', '0 1', 'exit 0');
counts('a program that hangs', '1 1', 'echo 1..2; echo ok 1; sleep 30');
done_testing();
