#!/usr/bin/env perl
# run.pl - prove, with its count kept.
#
#   run.pl --stage NAME [--args ARGS] [--timeout S] [--jobs N] -- PROGRAM...
#
# Runs TAP programs with prove's own harness (TAP::Harness), each as `PROGRAM ARGS` under a timeout, as many
# at a time as there are cores. A PROGRAM may carry arguments of its own ('a.t --fast'). If
# CHECK_COUNTS names a file, a line "passed failed NAME" is appended. A test that was planned but not run
# counts as failed, and so does a program that ends badly without having failed a test.
use strict;
use warnings;
use Getopt::Long;
use TAP::Harness;

my ($stage, $args, $timeout, $jobs) = ('tests', '', 600, 0);
GetOptions('stage=s' => \$stage, 'args=s' => \$args, 'timeout=i' => \$timeout, 'jobs=i' => \$jobs)
	or exit 2;
if (!$jobs) {
	chomp($jobs = `nproc 2>/dev/null` || 2);
}

# A script without its x bit (a patch, an archive) runs by its first line, as prove would have it.
sub command
{
	my ($program, @own) = split(' ', $_[0]);

	if (-f $program && !-x _ && open(my $in, '<', $program)) {
		my $first = <$in> // '';
		return (split(' ', $1), $program, @own) if $first =~ /^#!\s*(.+)/;
	}
	return ($program, @own);
}

print "# $stage\n";
$| = 1;
my @programs = @ARGV;
my $harness = TAP::Harness->new({
	jobs      => $jobs,
	timer     => 1,
	verbosity => $ENV{TEST_VERBOSE} ? 1 : 0,
	failures  => 1,
	comments  => 0,
	merge     => 0,
	exec      => sub { return ['timeout', '-k', '10', $timeout, command($_[1]), split(' ', $args)] },
});

my ($passed, $failed) = (0, 0);
if (@programs) {
	my $all = $harness->runtests(@programs);
	for my $parser ($all->parsers) {
		my $n_failed = $parser->failed;
		my $n_missing = ($parser->tests_planned || 0) - $parser->tests_run;

		$n_failed += $n_missing if $n_missing > 0;
		$n_failed ||= 1 if $parser->has_problems;
		$passed += $parser->passed;
		$failed += $n_failed;
	}
}
print "$stage: $passed passed, $failed failed\n";

if ($ENV{CHECK_COUNTS}) {
	open(my $counts, '>>', $ENV{CHECK_COUNTS}) or die "$ENV{CHECK_COUNTS}: $!\n";
	print $counts "$passed $failed $stage\n";
}
exit($failed ? 1 : 0);
