#!/usr/bin/env perl
# trace.t - recordings become replays: forms of files, messages, statuses, outputs.
use strict;
use warnings;
use File::Basename qw(dirname);
use Cwd qw(abs_path);
use Test::More;

my $here;
BEGIN { $here = abs_path(dirname(__FILE__)) } # before Cli leaves the directory
use lib $here;
use Cli;

my $scenarios = abs_path("$here/../../scenarios");
my @strace = qw(trace import strace);

sub import_of { return (rcusim(@strace, @_))[1] }

# What the command asks for, and what it says about slips.
fails(['trace'], 2, qr/usage: rcusim trace import strace FILE/, 'trace alone prints the usage');
fails(['trace', 'imprt'], 2, qr/no trace command "imprt"; did you mean "import"\?/, 'a slip in the command');
fails(['trace', 'import'], 2, qr/needs one of: strace, maps, ftrace/, 'import alone');
fails(['trace', 'import', 'starce'], 2, qr/no kind of trace "starce"; did you mean "strace"\?/, 'a slip in the kind');
fails([@strace], 2, qr/trace import strace needs a file/, 'no file');
fails(['trace', 'import', 'maps', 'a', 'b'], 2, qr/takes one file/, 'two maps');
fails([@strace, 'nosuch'], 4, qr/^nosuch: error: No such file/, 'a file that is not there');
fails([@strace, '.'], 4, qr/is a directory; expected a file/, 'a directory');
fails([@strace, '/dev/zero'], 3, qr/more than 65536 bytes; no more are accepted|more than 1 GiB/, 'no end of zeros')
	if $ENV{RCUSIM_SLOW};

# The same text however it is packed, from a file and a pipe.
my $small = slurp("$here/data/pipe.strace");
my $replay = import_of("$here/data/pipe.strace");
like($replay, qr/^rcusim-replay 1\n# from pipe\.strace: 4 processes, 0 threads, 3 execs, .* 0 lines skipped\n/,
	'a recording of our own, unfiltered and with paths, has no bad line');
spit('pipe.strace', $small);
system('gzip -nk pipe.strace; xz -k pipe.strace') == 0 or die;
is(import_of('pipe.strace.gz'), $replay, 'packed with gzip');
is(import_of('pipe.strace.xz'), $replay, 'packed with xz');
spit('two.gz', slurp('pipe.strace.gz') x 2);
is((rcusim(@strace, '--lenient', '-q', '-o', 'two.replay', 'two.gz'))[0], 0, 'two packed files joined');
(my $crlf = $small) =~ s/\n/\r\n/g;
spit('pipe.strace', $crlf);
is(import_of('pipe.strace'), $replay, 'with CR LF');
spit('pipe.strace', $small);
my $piped = `$rcusim trace import strace - <pipe.strace`;
$piped =~ s/from stdin:/from pipe.strace:/;
is($piped, $replay, 'from a pipe');
spit('cut.gz', substr(slurp('pipe.strace.gz'), 0, 2000));
fails([@strace, 'cut.gz'], 3, qr/^cut\.gz: error: ends in the middle of what gzip packed/, 'cut gzip');
spit('cut.xz', substr(slurp('pipe.strace.xz'), 0, 2000));
fails([@strace, 'cut.xz'], 3, qr/^cut\.xz: error: ends in the middle of what xz packed/, 'cut xz');
my $damaged = slurp('pipe.strace.xz');
substr($damaged, 1000, 4) = 'oops';
spit('bad.xz', $damaged);
fails([@strace, 'bad.xz'], 3, qr/^bad\.xz: error: what xz packed is damaged/, 'damaged xz');
spit('zstd', "\x28\xb5\x2f\xfd0000000000000000");
fails([@strace, 'zstd'], 3, qr/is packed with zstd; expected text, plain or packed with gzip or xz/, 'zstd');

# Files of strace -ff: the pid is the end of the name.
my $t = 1700000000;
spit('ff.10', "$t.000000 execve(\"/bin/x\", [\"x\"], 0x7ffe0) = 0 <0.000100>\n"
	. "$t.000200 fork() = 11 <0.000100>\n$t.000900 exit_group(0) = ?\n$t.001000 +++ exited with 0 +++\n");
spit('ff.11', "$t.000400 brk(NULL) = 0x555555555000 <0.000010>\n$t.000500 exit_group(0) = ?\n"
	. "$t.000600 +++ exited with 0 +++\n");
my $ff = import_of('ff.11', 'ff.10');
like($ff, qr/^task 1 x at 0\n1 \. exec x\n(1 \. image .*\n)+task 2 x\n1 \+100000 clone 2 -\n2 \+100000 brk 0x555555555000\n2 \+90000 exit\n1 \. wait 2\n1 \+300000 exit\n\z/m,
	'files of strace -ff, in any order');

# Bad lines: all of them, nothing written; or skipped.
my @lines = split(/^/, $small);
spit('cut.strace', join('', @lines[0 .. 9]) . substr($lines[10], 0, 30));
fails([@strace, 'cut.strace', '-o', 'cut.replay'], 3, qr/^cut\.strace:11:\d+: error: found .*; \S*expected .*/,
	'a cut last line');
ok(!-e 'cut.replay', 'nothing is written');
spit('garbage', join('', map { "garbage $_\n" } 1 .. 50) . "nul \0 nul\n" . 'x' x 70000 . "\n");
my ($status, $out, $err) = rcusim(@strace, 'garbage');
is($status, 3, 'garbage is refused');
is(scalar(split(/\n/, $err)), 21, 'with 20 messages and a count');
like($err, qr/^\.\.\. 32 more$/m, 'NUL bytes and long lines among them');
spit('long', $small . 'x' x 70000 . "\n");
fails([@strace, 'long'], 3, qr/^long:\d+:1: error: found a line of more than 65536 bytes/, 'a long line');
spit('empty', '');
fails([@strace, 'empty'], 3, qr/^empty: error: found an empty file/, 'an empty file');
($status, $out, $err) = rcusim(@strace, '--lenient', 'cut.strace');
is($status, 0, '--lenient goes on');
like($err, qr/^cut\.strace:11:.*\nrcusim: these lines were skipped/m, 'and says what it skipped');
like($out, qr/; 1 line skipped; 1 alive at its end$/m, 'so does the replay');
fails([@strace, 'pipe.strace', '--image', 'binary=7'], 2, qr/--image: found "binary=7"; expected of binary=0\.\.\.5/,
	'--image has a range');

# Outputs: whole or not at all, and never over another file.
($status, $out, $err) = rcusim(@strace, 'pipe.strace', '-o', 'a.replay');
is("$status$out", 0, 'to a file');
like($err, qr/^pipe\.strace: 4 processes, 0 threads, 3 execs, \d+ mapping calls, \d\.\d\d s; 0 lines skipped\n\z/,
	'with one line of summary');
is(slurp('a.replay'), $replay, 'the same text');
fails([@strace, 'pipe.strace', '-o', 'a.replay'], 2, qr/^rcusim: a\.replay: is there already; --force replaces it/,
	'a file of that name');
says([@strace, 'pipe.strace', '-q', '-o', 'a.replay', '--force'], 0, qr/^\z/, '--force replaces it, -q is quiet');
spit('letter', "Dear reader\n");
fails([@strace, 'pipe.strace', '-o', 'letter', '--force'], 2, qr/was not written by rcusim trace/, '--force spares others');
is(slurp('letter'), "Dear reader\n", 'which are as they were');
fails([@strace, 'pipe.strace', '-o', 'no/such/a.replay'], 4, qr/No such file/, 'a directory that is not there');
fails([@strace, 'pipe.strace', '-o', 'x/'], 2, qr/does not name a file/, 'a name that is none');
says([@strace, 'pipe.strace', '-q', '-o', 'story.json'], 0, qr/^\z/, 'a scenario');
is(slurp('story.replay'), $replay, 'with its replay beside it');
says(['scenario', 'check', 'story.json'], 0, qr/^story\.json: ok/, 'the scenario is valid');
($status, $out, $err) = rcusim('run', 'story.json', '-q', '-o', 'story.db');
is("$status$err", 0, 'and runs') or diag($out);
ok(!(grep { /\.[A-Za-z0-9]{6}$/ && !/\.(?:replay|strace)$/ } glob('*.replay.* *.json.*')), 'no temporary file is left');

# An address space.
says(['trace', 'import', 'maps', '/proc/self/maps'], 0, qr/^task 1 maps at 0\n(1 \. image .*\n)+1 \. exit\n\z/m,
	'/proc/self/maps');
spit('m', "00500000-00400000 r--p 0 00:00 0\n");
fails(['trace', 'import', 'maps', 'm'], 3, qr/^m:1:1: error: found a range that ends before it begins/, 'a bad line of maps');

# What is shipped is what the command makes.
for my $xz (sort glob("$scenarios/data/strace/*.strace.xz")) {
	(my $name = $xz) =~ s{.*/(.*)\.strace\.xz}{$1};
	ok(import_of($xz) eq slurp("$scenarios/data/replay/$name.replay"), "$name.replay is as the command makes it");
}
done_testing();
