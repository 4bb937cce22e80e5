#!/usr/bin/env perl
# doctor.t - what `doctor` finds: a healthy machine, and each thing that is wrong with it.
use strict;
use warnings;
use File::Basename qw(dirname);
use Cwd qw(abs_path);
use lib abs_path(dirname(__FILE__));
my $top;
BEGIN { $top = abs_path(dirname(__FILE__) . '/../..') } # Cli goes elsewhere
use Cli;
use Test::More;

my $out = says(['doctor'], 0, qr/\Aok +program +rcusim \d+\.\d+\.\d+, revision /, 'all is well');
like($out, qr/^ok +libraries +SQLite 3\.\S+, GLib 2\.\S+, cJSON 1\.\S+$/m, 'versions of the libraries in use');
like($out, qr/^ok +formats +scenarios of version 1, databases of version 3$/m, 'versions of the formats');
like($out, qr/^ok +scenarios +\d+ in \S+$/m, 'where the scenarios are');
like($out, qr/^ok +output +databases go to the working directory, for there is no output\/$/m, 'where databases go');
like($out, qr/^(ok|warning) +space +\S+ [KMGTP]iB free$/m, 'free space');
like($out, qr/^ok +determinism +fast and event by event give the recorded outcome, [0-9a-f]{16}$/m, 'the recorded outcome')
	or diag('if outcomes are meant to have changed: sh tests/golden/update.sh REASON');
is(join(' ', glob('* .rcusim*')), 'err out', 'nothing is left behind');
mkdir('output');
says(['doctor'], 0, qr/^ok +output +databases go to output\/$/m, 'output/ is used if it is there');
says(['doctor', '--json'], 0, qr/^\[\n  \{"check": "program", "verdict": "ok", .*\{"check": "determinism", "verdict": "ok", /s, '--json');

{
	local $ENV{LC_ALL} = 'de_DE.UTF-8';
	says(['doctor'], 0, qr/^ok +locale .*"1\.50 us" in any$/m, 'a decimal comma does no harm');
}
{
	mkdir('empty');
	spit('empty/exit-storm.json', '{');
	local $ENV{RCUSIM_SCENARIOS} = "$dir/empty";
	says(['doctor'], 4, qr/^FAILED +scenarios +\S*exit-storm\.json:1:2: error: .*\n +-> install program and scenarios/m,
		'scenarios that this program does not read: status 4');
}
{
	local $ENV{RCUSIM_SCENARIOS} = "$dir/nosuch";
	says(['doctor'], 0, qr/^warning +scenarios +RCUSIM_SCENARIOS is \S+nosuch, which is no directory\n +-> set/m, 'a warning is no failure');
}
{
	local $ENV{TMPDIR} = "$dir/nosuch";
	says(['doctor'], 4, qr/^FAILED +determinism .*\n +-> set TMPDIR/m, 'no directory for temporary files');
}
SKIP: {
	skip('root may write everywhere', 1) if $> == 0;
	chmod(0555, 'output');
	says(['doctor'], 4, qr/^FAILED +output .*Permission denied\n +-> give yourself the right/m, 'output/ cannot be written');
	chmod(0755, 'output');
}
SKIP: {
	make_as_built($top) or skip("$rcusim is not of a build of $top", 2);
	mkdir('tree') && chdir('tree');
	copy_tree($top);
	my $header = slurp('sim/cli/doctor_hash.h');
	spit('sim/cli/doctor_hash.h', $header =~ s/HASH "./HASH "x/r);
	is(system('make all >/dev/null 2>&1'), 0, 'a build that expects another outcome');
	$rcusim = abs_path('build/rcusim');
	says(['doctor'], 5, qr/^FAILED +determinism +the outcome is [0-9a-f]{64}, recorded is x[0-9a-f]{15}\n +-> do not compare/m, 'status 5');
}
done_testing();
