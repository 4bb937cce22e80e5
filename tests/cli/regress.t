#!/usr/bin/perl
# Every scenario that a fixed bug left in scenarios/regress: it ends, its expectations hold, and runs of operations
# give the hash of single ones.
use strict;
use warnings;
use File::Temp qw(tempdir);

my $rcusim = $ENV{RCUSIM} or die "RCUSIM: the command to test\n";
my @scenarios = sort glob('scenarios/regress/*.json');
my $dir = tempdir(CLEANUP => 1);
my $n = 0;

sub ok { my ($ok, $what) = @_; $n++; print(($ok ? '' : 'not ') . "ok $n - $what\n"); }

sub outcome
{
	my ($file, @options) = @_;
	my $db = "$dir/out.db";
	my $status = system('timeout', '60', $rcusim, 'run', $file, '-o', $db, '--force', '-q', @options);
	my $hash = $status == 0 ? qx('$rcusim' hash -q '$db') : "status " . ($status >> 8);
	return ($status, $hash);
}

foreach my $file (@scenarios) {
	my ($status, $fast) = outcome($file);
	ok($status == 0, "$file: its expectations hold");
	my (undef, $reference) = outcome($file, '--reference');
	ok($fast eq $reference, "$file: event by event, the same");
}
ok(@scenarios > 0, 'there are scenarios');
print "1..$n\n";
