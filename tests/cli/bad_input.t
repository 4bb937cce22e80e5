#!/usr/bin/env perl
# bad_input.t - what hostile or mistaken input gets: bad_input.md, row by row.
#
# Every refusal is checked for its status, the shape of its messages, an empty stdout, no file made or touched, less
# than a second of CPU time and less than 64 MiB. (CPU time, as the machine may be busy; what takes ten seconds of any
# time is killed.) The table is read at the end: statuses and words must be those that were seen, every number
# from 1 to 80 must have a row, every row a test or a reason why it has none.
use strict;
use warnings;
use File::Basename qw(dirname);
use Cwd qw(abs_path);
use IO::Socket::UNIX;
use POSIX qw(mkfifo);
use lib abs_path(dirname(__FILE__));
my $table;
BEGIN { $table = abs_path(dirname(__FILE__)) . '/bad_input.md' }
use Cli;
use Test::More;

my $limits = ($ENV{G_TEST_BUILDDIR} // '') . '/cli/limits';
BAIL_OUT("$limits: no such program; make check-cli builds it") if !-x $limits;
# What AddressSanitizer keeps of freed memory is its own, not the program's.
$ENV{ASAN_OPTIONS} = ($ENV{ASAN_OPTIONS} // '') . ':quarantine_size_mb=1';
use constant { MAX_CPU_MS => 1000, MAX_RSS_KIB => 64 * 1024, KILL_AFTER_S => 10 };

my ($case, %seen, %said);
my @own = qw(out err report);

# ---- Running ----

sub look
{
	my %files;
	for my $file (glob('* .??*')) {
		my @st = lstat($file);
		$files{$file} = "@st[1, 2, 7, 9, 10]" if !grep { $_ eq $file } @own;
	}
	return \%files;
}

# Runs rcusim ARGS under limits; STDIN names a file, or is a code reference that arranges it.
sub limited
{
	my ($stdin, $stack, @command) = @_;
	unlink('report');
	my $pid = fork() // die "fork: $!\n";
	if (!$pid) {
		open(STDIN, '<', $stdin // '/dev/null');
		open(STDOUT, '>', 'out');
		open(STDERR, '>', 'err');
		close(STDIN) if !defined $stdin;
		exec($limits, 'report', KILL_AFTER_S, $stack, @command) or exit 127;
	}
	my ($status, $out, $err) = finish($pid);
	my ($cpu, $elapsed, $rss) = split(' ', slurp('report'));
	return ($status, $out, $err, $cpu // 1e9, $rss // 1e9);
}

our $runner = [$rcusim];
our $stdin = '/dev/null';
our $stack = 0;

sub within
{
	my ($cpu, $rss) = @_;
	return $cpu < MAX_CPU_MS && $rss < MAX_RSS_KIB;
}

# FILE:LINE:COL: error: $.path: found; accepted. Of a file that cannot be read: FILE: error: why.
sub shaped
{
	my ($status, $err) = @_;
	my @lines = split(/\n/, $err);

	return 0 if !@lines || @lines > 21 || $err =~ /[^\x20-\x7e\n\x80-\xff]/;
	return !grep { !/^rcusim: \S|^usage: |^  rcusim |^rcusim - |^Try:$|^$/ && !/: error: / } @lines if $status == 2;
	return !grep { !/^(rcusim: )?[^ ].*: error: \S|^rcusim: no scenario |^rcusim: \S+: \S/ } @lines if $status == 4;
	return !grep { !/^[^ ].*?:\d+:\d+: error: (\$\S*( |: )|[^\$])\S|^\.\.\. \d+ more$/ } @lines;
}

# bad(STATUS, PATTERN, NAME, ARGS): refused, and nothing has happened.
sub bad
{
	my ($status, $pattern, $name, @args) = @_;
	my $before = look();
	my ($s, $out, $err, $cpu, $rss) = limited($stdin, $stack, @$runner, @args);
	my $after = look();
	my @touched = grep { ($before->{$_} // '') ne ($after->{$_} // '') } (keys %$before, keys %$after);

	$seen{$case}{$s} = 1;
	$said{$case} .= $err;
	ok($s == $status && $err =~ $pattern && $out eq '' && shaped($s, $err) && !@touched && within($cpu, $rss),
		"case $case: $name")
		or diag("status $s, expected $status: $pattern\n", substr($out . $err, 0, 2000), shaped($s, $err) ? '' : "misshapen\n",
			"touched: @touched\ncpu $cpu ms, rss $rss KiB");
}

# good(PATTERN of stdout, NAME, ARGS): accepted, without a word on stderr.
sub good
{
	my ($pattern, $name, @args) = @_;
	my ($s, $out, $err, $cpu, $rss) = limited($stdin, $stack, @$runner, @args);

	$seen{$case}{$s} = 1;
	$said{$case} .= $out;
	ok($s == 0 && $err eq '' && $out =~ $pattern && within($cpu, $rss), "case $case: $name")
		or diag("status $s: $pattern\n$out$err\ncpu $cpu ms, rss $rss KiB");
}

# ---- Scenarios ----

sub text
{
	my %over = @_;
	my %keys = (schema_version => '1', name => '"t"', duration => '"100ms"', policies => '{"per-vma": {}}', workload => '[]', %over);
	my @order = qw(schema_version name duration policies workload);
	my %first = map { $_ => 1 } @order;

	return '{' . join(', ', map { "\"$_\": $keys{$_}" } grep { defined $keys{$_} } @order, sort grep { !$first{$_} } keys %keys) . '}';
}

sub entry { return text(workload => "[{\"id\": \"a\", $_[0]}]") }

# The text as a file under `run`, which would write t.db.
sub bad_text { my ($text, $pattern, $name) = @_; spit('bad.json', $text); bad(3, $pattern, $name, 'run', 'bad.json'); unlink('bad.json') }
sub good_text { my ($text, $name) = @_; spit('fine.json', $text); good(qr/^fine\.json: ok: /, $name, 'scenario', 'check', 'fine.json') }

my %cases;
sub of { my ($n, $code) = @_; die "case $n twice\n" if $cases{$n}; $cases{$n} = $code }

# ---- The command line ----

spit('small.json', text() . "\n");
of 1, sub { bad(2, qr/^usage: rcusim COMMAND/m, 'no argument') };
of 2, sub { bad(2, qr/unknown option --sed; did you mean "--seed"\?/, '--sed 1', 'run', '--sed', '1', 'small.json') };
of 3, sub {
	bad(2, qr/--seed/, 'without its value', 'run', 'small.json', '--seed');
	bad(2, qr/--seed is given twice: 1 and 2/, 'twice', 'run', 'small.json', '--seed', '1', '--seed', '2');
};
of 4, sub {
	bad(2, qr/is no seed; accepted: 0 \.\.\. 18446744073709551615/, "--seed '$_'", 'run', 'small.json', '--seed', $_)
		for ('abc', '-1', '1e3', '18446744073709551616', '', ' 1', '0x');
	good(qr/^seed,16,/m, '--seed 0x10 is accepted', 'scenario', 'show', 'small.json', '--seed', '0x10', '--format', 'csv');
};
of 5, sub { bad(2, qr/unknown option --jobs/, "--jobs $_", 'run', 'small.json', "--jobs=$_") for (0, -1, 1000000) };

# ---- Files that are none ----

of 6, sub {
	bad(4, qr/^none\.json: error: No such file or directory$/m, 'missing', 'run', 'none.json');
	bad(4, qr/^rcusim: no scenario "exit-strom": .*did you mean "exit-storm"\?/m, 'no such name', 'run', 'exit-strom');
};
of 7, sub {
	local $runner = $> == 0 ? ['/usr/bin/setpriv', '--reuid=65534', '--clear-groups', $rcusim] : [$rcusim];
	chmod(0711, $dir);
	spit('secret.json', text());
	chmod(0000, 'secret.json');
	SKIP: {
		my ($s) = limited('/dev/null', 0, @$runner, '--version');
		skip('nobody to be but root', 1) if $s != 0;
		bad(4, qr/secret\.json: error: Permission denied/, 'not readable', 'run', './secret.json');
	}
	$said{7} //= 'error: Permission denied';
	$seen{7} //= { 4 => 1 };
	unlink('secret.json');
};
of 8, sub {
	mkdir('dir.json');
	bad(4, qr/dir\.json: error: is a directory; expected a file/, 'a directory', 'run', 'dir.json');
	local $stdin = '.';
	bad(4, qr/-: error: is a directory/, 'as standard input', 'run', '-');
	rmdir('dir.json');
};
of 9, sub {
	mkfifo('pipe', 0600);
	bad(3, qr/pipe:1:1: error: the file is empty/, 'a FIFO nobody writes to', 'run', './pipe');
	my $writer = fork() // die;
	if (!$writer) {
		open(my $out, '>', 'pipe') or exit 1;
		print $out text();
		close($out);
		exit 0;
	}
	sleep(1);
	my $fed = look();
	good(qr/^\.\/pipe: ok: /, 'a FIFO with a writer', 'scenario', 'check', './pipe');
	waitpid($writer, 0);
	unlink('pipe');
};
of 10, sub { bad(3, qr/more than 16 MiB/, $_, 'run', $_) for ('/dev/zero', '/dev/urandom') };
of 11, sub {
	my $socket = IO::Socket::UNIX->new(Local => 'socket', Listen => 1);
	bad(4, qr/socket: error: is not a regular file/, 'a socket', 'run', './socket');
	bad(4, qr/mem: error: Input\/output error/, 'a file that cannot be read', 'run', '/proc/self/mem');
	bad(3, qr/null:1:1: error: the file is empty/, '/dev/null', 'run', '/dev/null');
	unlink('socket');
};

# ---- Text that is not JSON ----

of 12, sub { bad_text('', qr/bad\.json:1:1: error: the file is empty/, 'no byte') };
of 13, sub { bad_text(" \t\r\n\n", qr/the file is empty/, 'white space') };
of 14, sub { bad_text("\xef\xbb\xbf" . text(), qr/byte order mark; expected UTF-8 without one/, 'a byte order mark') };
of 15, sub {
	my $wide = join('', map { "$_\0" } split(//, text()));
	my $swapped = join('', map { "\0$_" } split(//, text()));
	bad_text("\xff\xfe$wide", qr/looks like UTF-16 text; expected JSON in UTF-8/, 'UTF-16LE');
	bad_text("\xfe\xff$swapped", qr/UTF-16/, 'UTF-16BE');
	bad_text($wide, qr/UTF-16/, 'UTF-16LE without a mark');
	bad_text($swapped, qr/UTF-16/, 'UTF-16BE without a mark');
};
of 16, sub {
	bad_text("{\"a\": \"$_\"}", qr/:1:8: error: byte 0x[0-9a-f]{2} at offset 7 is not UTF-8/, sprintf('%vx', $_))
		for ("\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x80");
	bad_text("{\"a\": \"\xc3", qr/byte 0xc3 at offset 7/, 'cut in the middle of a character');
};
of 17, sub {
	bad_text("{\"a\":\n \"\0\"}", qr/:2:3: error: NUL byte at offset 8/, 'in the middle');
	bad_text(text() . "\0", qr/NUL byte at offset \d+/, 'at the end');
};
of 18, sub {
	my $whole = text(workload => '[{"id": "e", "kind": "exit", "vmas": -0.5e3}]', machine => '{"cpus": 4, "preempt": "none"}', comment => "\"\\u00e4\xc3\xa4\"");
	my @wrong;
	my $step = ($ENV{RCUSIM_BUILD} // '') eq 'asan' ? 5 : 1; # the same code as test_json's, which cuts at every byte
	for (my $n = 1; $n < length($whole); $n += $step) {
		spit('cut.json', substr($whole, 0, $n));
		my ($s, $out, $err, $cpu, $rss) = limited('/dev/null', 0, $rcusim, 'run', 'cut.json');
		$said{18} .= $err;
		push(@wrong, $n) if $s != 3 || $out ne '' || !shaped(3, $err) || !within($cpu, $rss) ||
			$err !~ /unexpected end of the file|is not UTF-8|expected|digit|escape|hexadecimal/;
	}
	$seen{18} = { 3 => 1 };
	is("@wrong", '', 'case 18: cut at every byte of ' . length($whole));
	unlink('cut.json');
};
of 19, sub {
	bad_text('{} x', qr/:1:4: error: text after the end of the document/, 'a word behind it');
	bad_text(text() . "\n" . text(), qr/:2:1: error: text after the end/, 'two documents');
};
of 20, sub {
	bad_text("{\"a\": 1,\n}", qr/:2:1: error: trailing comma/, 'object');
	bad_text('{"a": [1,]}', qr/:1:10: error: trailing comma/, 'array');
};
of 21, sub { bad_text("{ $_\n}", qr/:1:3: error: comments are not JSON; use a "comment" key/, $_) for ('// x', '/* x */', '# x') };
of 22, sub {
	bad_text("{'a': 1}", qr/single quotes are not JSON/, 'single quotes');
	bad_text('{a: 1}', qr/:1:2: error: unexpected "a"; expected a key in double quotes/, 'unquoted key');
	bad_text('{"a" = 1}', qr/unexpected "="; expected ':' behind a key/, '=');
	bad_text('{"a" 1}', qr/expected ':'/, 'missing colon');
	bad_text('{"a": 1 "b": 2}', qr/expected ',' or '\}'/, 'missing comma');
};
of 23, sub {
	bad_text(text(seed => $_), qr/infinity and not-a-number are not JSON/, $_) for qw(NaN Infinity nan inf);
	bad_text(text(seed => '-Infinity'), qr/unexpected "I"; expected a digit/, '-Infinity');
};
of 24, sub {
	bad_text(text(seed => $_->[0]), $_->[1], $_->[0]) for (
		['01', qr/leading zeros/], ['-01', qr/leading zeros/], ['+1', qr/unexpected "\+"; expected a value/],
		['.5', qr/unexpected "\."/], ['5.', qr/expected a digit behind the point/], ['1e', qr/expected a digit in the exponent/],
		['0x10', qr/expected the end of a number/], ['1_000', qr/expected the end of a number/], ['--1', qr/expected a digit/]);
};

# ---- Numbers ----

sub blimit { return text(rcu => "{\"blimit\": $_[0]}") }
of 25, sub {
	bad_text(blimit('1e309'), qr/\$\.rcu\.blimit: 1e309 is out of range, 1 \.\.\. /, '1e309');
	bad_text(blimit('-1e309'), qr/-1e309 is out of range/, '-1e309');
	bad_text(blimit('1e-400'), qr/expected an integer, found 1e-400/, '1e-400');
	bad_text(blimit('1e99999999999999999999'), qr/is out of range/, 'an exponent of 20 digits');
};
sub expect_ns { return text(expect => "[{\"metric\": \"exit_latency_p50_ns\", \"at_most\": $_[0]}]") }
of 26, sub {
	spit('exact.json', text(seed => '9007199254740993', expect => '[{"metric": "exit_latency_p50_ns", "at_most": 9007199254740993}]'));
	good(qr/^seed,9007199254740993,/m, 'as seed', 'scenario', 'show', 'exact.json', '--format', 'csv');
	good(qr/"at_most": 9007199254740993 /, 'as ns', 'scenario', 'show', 'exact.json', '--json');
};
of 27, sub {
	good_text(expect_ns('9223372036854775807'), '2^63 - 1');
	bad_text(expect_ns('9223372036854775808'), qr/9223372036854775808 is out of range, 0ns \.\.\. 9223372036854775807ns/, '2^63');
	bad_text(expect_ns('-9223372036854775808'), qr/-9223372036854775808 is out of range/, '-2^63');
	bad_text(text(duration => '"9223372036854775807ns"'), qr/is out of range, 0ns \.\.\. 1000000s/, 'as duration');
};
of 28, sub {
	good_text(blimit('1.0'), '1.0 is 1');
	good_text(blimit('1e3'), '1e3 is 1000');
	bad_text(blimit('1e18'), qr/1e18 is out of range/, '1e18');
	bad_text(blimit('1.5'), qr/expected an integer, found 1\.5/, '1.5');
	bad_text(blimit('1e-3'), qr/expected an integer, found 1e-3/, '1e-3');
};
of 29, sub {
	bad_text(text(duration => $_), qr/\$\.duration: "-\S+" is negative/, $_) for ('"-0ms"', '"-1ms"', '"-0.000001ms"');
	bad_text(text(duration => $_), qr/\$\.duration: expected a duration like "10ms", found -/, $_) for ('-0', '-1', '-1e-9');
	bad_text(text(costs_ns => '{"batch": -1}'), qr/\$\.costs_ns\.batch: -1 is out of range, 0 \.\.\. /, '-1 ns');
	bad_text(text(costs_ns => '{"batch": -1e-9}'), qr/expected an integer, found -1e-9/, '-1e-9 ns');
	good_text(text(costs_ns => '{"batch": -0}'), '-0 ns is 0');
};
of 30, sub {
	bad_text(text(machine => '{"cpus": 0, "hz": 0}'), qr/cpus: 0 is out of range, 1 \.\.\. 4096 CPUs\n.*hz: 0 is out of range, 24 \.\.\. /, 'cpus, hz');
	bad_text(blimit('0'), qr/blimit: 0 is out of range, 1/, 'blimit');
	bad_text(text(policies => '{"list-batched": {"list_limit": 0}}'), qr/list_limit: 0 is out of range, 1/, 'list_limit');
	bad_text(entry('"kind": "free-loop", "batch": 0'), qr/batch: 0 is out of range, 1/, 'batch');
	good_text(entry('"kind": "reader", "rate_per_s": 0'), 'no readers is legal');
};
of 31, sub { bad_text(text(seed => '7' x 1000000), qr/number is too long; at most 255 characters/, '10^6 digits') };
of 32, sub {
	bad_text(text(question => '"' . 'x' x 10000000 . '"'), qr/string is too long; at most 65536 bytes/, '10 MB');
	bad_text('{"' . 'k' x 1000000 . '": 1}', qr/key is too long; at most 255 bytes/, 'a key of 1 MB');
	bad_text(text(duration => '"' . 'x' x 65536 . '"'), qr/\$\.duration: "x{60}\.\.\." does not start with a number/, 'what is shown is cut');
	ok(length(slurp('err')) < 400, 'case 32: the message is short');
};

# ---- Strings ----

of 33, sub {
	bad_text(text(name => "\"a$_->[0]b\""), $_->[1], sprintf('0x%02x', ord($_->[0]))) for (
		["\n", qr/raw control character 0x0a in a string; write it as \\n/], ["\t", qr/write it as \\t/],
		["\r", qr/write it as \\r/], ["\e", qr/0x1b in a string; write it as \\uXXXX/]);
};
of 34, sub {
	bad_text(text(name => "\"$_->[0]\""), $_->[1], $_->[0]) for (
		['\x41', qr/unknown escape in a string; accepted are/], ['\u12', qr/\\u without four hexadecimal digits/],
		['\ud800', qr/high surrogate without a low one/], ['\ude00\ud800', qr/low surrogate without a high one/]);
};
of 35, sub {
	bad_text(text(name => '"a\u0000b"'), qr/\$\.name: \\u0000 in a string; NUL is not accepted/, 'in a value');
	bad_text(text('k\u0000' => 1), qr/\\u0000 in a key; NUL is not accepted/, 'in a key');
};

# ---- Shape and size ----

of 36, sub {
	bad_text('[' x $_, qr/:1:65: error: nested too deeply; at most 64 levels/, "$_ arrays") for (100000, 1000000);
	local $stack = 64;
	bad_text('[' x 1000000, qr/nested too deeply/, '10^6 arrays on a stack of 64 KiB') if ($ENV{RCUSIM_BUILD} // '') ne 'asan';
};
of 37, sub { bad_text('{"a":' x 100000, qr/nested too deeply/, '10^5 objects') };
of 38, sub {
	bad_text(text(workload => '[' . join(',', (0) x 1000000) . ']'), qr/array is too large; at most 4096 elements/, '10^6 elements');
	bad_text(text(workload => '[' . join(',', ('[' . join(',', (0) x 4000) . ']') x 250) . ']'), qr/too many values; at most 100000/, '10^6 values');
};
of 39, sub {
	open(my $out, '>', 'large.json') or die;
	truncate($out, 100 * 1000 * 1000);
	close($out);
	bad(3, qr/large\.json:1:1: error: more than 16 MiB/, '100 MB', 'run', 'large.json');
	unlink('large.json');
};
of 40, sub { bad_text($_, qr/:1:1: error: \$: expected an object, found /, $_) for ('[]', '"x"', '5', 'null', 'true') };
of 41, sub {
	bad_text('{}', qr/schema_version: missing; .*name: missing; .*duration: missing; .*policies: missing; .*workload: missing; /s, 'all that is missing');
};
of 42, sub { bad_text(text(machine => '{"cpu_s": 4}'), qr/:\d+:\d+: error: \$\.machine\.cpu_s: unknown key; did you mean "cpus"\?/, 'cpu_s') };
of 43, sub { bad_text(text(machine => '{"colour": 4}'), qr/\$\.machine\.colour: unknown key; accepted: cpus, hz, preempt, /, 'colour') };
of 44, sub { bad_text(text(machine => '{"CPUs": 4}'), qr/\$\.machine\.CPUs: unknown key; did you mean "cpus"\?/, 'CPUs') };
of 45, sub {
	bad_text("{\"a\": 1,\n $_: 1}", qr/:2:2: error: \$\.a: the key appears twice in this object; the first is at 1:2/, $_) for ('"a"', '"\u0061"');
	bad_text('{"a": 1, "a": 2}', qr/:1:10: error: \$\.a: the key appears twice/, 'with another value');
};
of 46, sub { # every field of every table: tests/unit/test_bad_types.c
	my %wrong = (null => 'null', bool => 'true', integer => '3', real => '1.5', string => '"x y"', array => '[1]', object => '{"x": 1}');
	my %found = (null => 'null', bool => 'true', integer => '3', real => '1\.5', string => '"x y"', array => 'an array', object => 'an object');
	my @fields = ( # what takes it, path, the scenario with it
		['string', 'name', sub { text(name => $_[0]) }], ['object', 'machine', sub { text(machine => $_[0]) }],
		['integer', 'machine.cpus', sub { text(machine => "{\"cpus\": $_[0]}") }], ['', 'duration', sub { text(duration => $_[0]) }],
		['', 'rcu.rcu_nocbs', sub { text(rcu => "{\"rcu_nocbs\": $_[0]}") }], ['bool', 'record.batches', sub { text(record => "{\"batches\": $_[0]}") }],
		['', 'vma.maple', sub { text(vma => "{\"maple\": $_[0]}") }], ['array', 'workload', sub { text(workload => $_[0]) }],
		['object', 'policies', sub { text(policies => $_[0]) }], ['integer', 'workload[0].vmas', sub { entry("\"kind\": \"exit\", \"vmas\": $_[0]") }],
	);
	for my $field (@fields) {
		my ($takes, $path, $make) = @$field;
		for my $type (sort keys %wrong) {
			next if $type eq $takes || ($type eq 'integer' && $path eq 'name');
			bad_text($make->($wrong{$type}), qr/\$\.\Q$path\E: (expected .*, found $found{$type}|"x y" |.*dist: missing)|\Q$path\E\.(x|dist): /, "$path is $type");
		}
	}
};
of 47, sub {
	bad_text(text(policies => '{"x": {"policy": "per-vmaa"}}'), qr/unknown policy "per-vmaa"; did you mean "per-vma"\?/, 'policy');
	bad_text(text(machine => '{"preempt": "voluntry"}'), qr/expected one of "voluntary", "full", "none", found "voluntry"; did you mean "voluntary"\?/, 'preempt');
};
of 48, sub {
	bad_text(text(machine => "{\"preempt\": \"$_\"}"), qr/expected one of "voluntary", "full", "none", found "$_"/, "'$_'") for ('', 'full ', 'fu ll');
	bad_text(text(machine => '{"preempt": "full\u0000"}'), qr/\\u0000 in a string/, 'with NUL');
};
of 49, sub {
	bad_text(text(duration => "\"$_->[0]\""), $_->[1], $_->[0]) for (
		['10', qr/"10" has no unit; a duration is a number with one of ns, us, ms, s, like "10ms"/],
		['10 ms', qr/has the unknown unit " ms"; .*did you mean "10ms"\?/], ['10mss', qr/did you mean "10ms"\?/],
		['1e3us', qr/has the unknown unit "e3us"/], ['-1ms', qr/is negative/], ["10\xc2\xb5s", qr/did you mean "10us"\?/],
		['292y', qr/has the unknown unit "y"/], ['99999999999h', qr/has the unknown unit "h"/],
		['99999999999s', qr/is more than 2\^63 - 1 ns/], ['0.1ns', qr/is not a whole number of ns/], ['', qr/does not start with a number/]);
};
sub nocbs { return text(machine => '{"cpus": 8}', rcu => "{\"rcu_nocbs\": \"$_[0]\"}") }
of 50, sub {
	good_text(nocbs($_), "'$_'") for ('0-3,5', 'all', '');
	bad_text(nocbs($_->[0]), $_->[1], $_->[0]) for (
		['0-3,2', qr/lists CPU 2 twice/], ['3-0', qr/has the reversed range 3-0; expected a CPU list within 0-7/], ['0-', qr/ends where a CPU number is due/],
		['-1', qr/has no CPU number where one is due/], ['0-1000000000', qr/refers to CPU 1000000000/], ['0,,1', qr/has no CPU number/]);
};
of 51, sub {
	bad_text(nocbs('8'), qr/\$\.rcu\.rcu_nocbs: "8" refers to CPU 8; expected a CPU list within 0-7/, 'rcu_nocbs');
	bad_text(entry('"kind": "reader", "cpus": "0-4"'), qr/\$\.workload\[0\]\.cpus: "0-4" refers to CPU 4/, 'of a reader');
};

# ---- What does not go together ----

of 52, sub {
	bad_text(text(expect => '[{"metric": "exits", "policy": "per-vmb", "equals": 1}]'), qr/"per-vmb" is no label of "policies"; did you mean "per-vma"\?/, 'a label');
	bad_text(text(expect => '[{"metric": "exitz", "equals": 1}]'), qr/no metric "exitz"; did you mean "exits"\?/, 'a metric');
	bad_text(text(workload => '[{"id": "storm", "kind": "exit"}]', vary => '{"workload.strom.count": [1]}'),
		qr/no parameter "workload\.strom\.count"; did you mean "workload\.storm\.count"\?/, 'an id');
	bad(2, qr/--set rcu\.blimits=1: error: no parameter "rcu\.blimits"; did you mean "rcu\.blimit"\?/, '--set', 'run', 'small.json', '--set', 'rcu.blimits=1');
};
of 53, sub {
	bad_text(text(workload => '[{"id": "a", "kind": "exit"}, {"id": "a", "kind": "exit"}]'), qr/the id "a" is taken by the entry at bad\.json:1:\d+/, 'an id twice');
	bad_text(text(policies => '{"per-vma": {}, "per-vma": {}}'), qr/per-vma: the key appears twice/, 'a label twice');
	bad_text(text(workload => "[{\"id\": \"$_\", \"kind\": \"exit\"}]"), qr/id: expected a name of a-z, 0-9 and '-', at most 64 characters, found/, "'$_' is no name") for ('A', "\xc3\xa4", "a\xcc\x88");
};
of 54, sub {
	bad_text(entry('"kind": "exit", "arrive": {"from": "90ms", "spread": "20ms"}'), qr/110ms is after the end of the run; duration is 100ms/, 'after the end');
	bad_text(entry('"kind": "reader", "until": "1ms", "arrive": {"from": "2ms"}'), qr/1ms is before arrive\.from 2ms/, 'the end before the start');
	bad_text(entry('"kind": "exit", "vmas": {"dist": "uniform", "min": 9, "max": 3}'), qr/min 9 is above max 3/, 'min above max');
};
of 56, sub {
	my $reader = text(duration => '"1000s"', workload => '[{"id": "a", "kind": "reader", "rate_per_s": 1000000000}]');
	bad_text($reader, qr/about 1000000000000 operations in one run; at most 1000000000 are accepted: lower .*, or raise max_operations/, 'rate x time');
	bad_text(entry('"kind": "call-rcu", "count": 1000000, "calls": 1000000'), qr/about 1000000000000 operations/, 'count x calls');
	spit('fine.json', $reader);
	good(qr/ok/, 'max_operations raises it', 'scenario', 'check', 'fine.json', '--set', 'max_operations=1e12', '--set', 'duration=900s');
};
of 57, sub { bad_text(text(machine => "{\"cpus\": $_}"), qr/cpus: $_ is out of range, 1 \.\.\. 4096 CPUs/, $_) for qw(1000000000 2147483648 4294967296 9223372036854775808) };
of 58, sub {
	bad_text(entry('"kind": "exit", "vmas": 1000000000000'), qr/1000000000000 is out of range, 0 \.\.\. 65530 VMAs; vma\.max_map_count/, '10^12 VMAs');
	bad_text(text(policies => '{"list-batched": {"list_limit": 9223372036854775808}}'), qr/list_limit: 9223372036854775808 is out of range/, 'a list of 2^63');
	bad_text(entry('"kind": "free-loop", "batch": 9223372036854775808'), qr/batch: 9223372036854775808 is out of range/, 'a batch of 2^63');
};
of 59, sub {
	bad_text(entry('"kind": "munmap", "count": 1000000, "calls": 1000000000, "vmas": 65530'), qr/about 9223372036854775807 operations/, 'count x calls x VMAs');
	bad_text(text(duration => '"1000000s"', machine => '{"cpus": 4096, "hz": 10000}'), qr/about 40960000000000 ticks in one run/, 'time x HZ x CPUs');
	bad_text(text(duration => '"1000000s"', record => '{"sample_every": "1ns"}'), qr/about 1000000000000000 samples/, 'time / interval');
	my $list = '[' . join(',', 1 .. 4000) . ']';
	bad_text(text(vary => '{' . join(',', map { "\"costs_ns.$_\": $list" } qw(batch call_rcu idle_wake munmap nocb_cb tick)) . '}'),
		qr/9223372036854775807 runs; at most 1000000/, 'six lists of 4000');
};
of 60, sub {
	my $list = '[' . join(',', 1 .. 1000) . ']';
	bad_text(text(vary => "{\"rcu.blimit\": $list, \"rcu.qhimark\": $list, \"rcu.qlowmark\": $list}"),
		qr/\$\.vary: 1000000000 runs; at most 1000000 are accepted/, '1000 x 1000 x 1000');
};
of 61, sub {
	bad_text(text(vary => "{$_->[0]}"), $_->[1], $_->[0]) for (
		['"rcu.blimits": [1]', qr/no parameter "rcu\.blimits"; did you mean "rcu\.blimit"\?/], ['"rcu.blimit": ["x"]', qr/expected an integer, found "x"/],
		['"rcu.blimit": []', qr/expected an array of at least one value/], ['"rcu.blimit": [1, 1]', qr/\[1\]: 1 is listed twice/],
		['"rcu.blimit": {"from": 1, "to": 9, "step": 0}', qr/expected an array of at least one value, found an object/],
		['"costs_ns.profile": ["fast"]', qr/expected one of "server-default"/]);
};
sub vmas { return entry("\"kind\": \"exit\", \"vmas\": {$_[0]}") }
of 62, sub {
	bad_text(vmas($_->[0]), $_->[1], $_->[0]) for (
		['"dist": "table", "values": [1, 2], "weights": [0, 0]', qr/weights: all weights are 0; expected a positive one/],
		['"dist": "table", "values": [1, 2], "weights": [1]', qr/1 weights for 2 values/],
		['"dist": "table", "values": [1], "weights": [-0.1]', qr/weights\[0\]: expected an integer, found -0\.1/],
		['"dist": "table", "values": [1], "weights": [1.0000001]', qr/expected an integer, found 1\.0000001/],
		['"dist": "table", "values": [1], "weights": [-1]', qr/-1 is out of range/],
		['"dist": "lognormal", "median": 4', qr/sigma_permille: missing; expected an integer/],
		['"dist": "lognormal", "median": 4, "sigma_permille": -1', qr/sigma_permille: -1 is out of range, 0 \.\.\. 5000/],
		['"dist": "pareto", "alpha": 0', qr/dist: expected one of "fixed", "uniform", /],
		['"dist": "geometric", "mean": 0', qr/mean: 0 is out of range, 1 \.\.\. /],
		['"dist": "lognormal", "median": 0, "sigma_permille": 1', qr/median: 0 is out of range, 1 \.\.\. /],
		['"mean": 3', qr/dist: missing/]);
};

# ---- Includes ----

sub includes { return text(include => '[' . join(', ', map { "\"$_\"" } @_) . ']') }
of 64, sub {
	spit('bad.json', includes('parts/none.json'));
	bad(4, qr/"parts\/none\.json": no such file below \. or the shipped scenarios; included as bad\.json -> parts\/none\.json/, 'missing', 'run', 'bad.json');
	unlink('bad.json');
};
of 65, sub {
	bad_text(includes('bad.json'), qr/includes itself; included as bad\.json -> bad\.json/, 'itself');
	bad_text(includes('./bad.json'), qr/includes itself/, 'itself, spelt otherwise');
	spit('b.json', '{"include": ["bad.json"]}');
	bad_text(includes('b.json'), qr/includes itself; included as bad\.json -> b\.json -> bad\.json/, 'by another');
	unlink('b.json');
	symlink('bad.json', 'link.json');
	bad_text(includes('link.json'), qr/includes itself/, 'by a link');
	unlink('link.json');
};
of 66, sub {
	spit("d$_.json", '{"include": ["d' . ($_ + 1) . '.json"]}') for (0 .. 999);
	bad_text(includes('d0.json'), qr/includes are nested too deeply; at most 8 levels are accepted/, '1000 deep');
	unlink("d$_.json") for (0 .. 999);
	spit("d$_.json", '{"include": [' . join(',', ('"d' . ($_ + 1) . '.json"') x 30) . ']}') for (0 .. 6);
	spit('d7.json', '{}');
	bad_text(includes('d0.json'), qr/too many includes; at most 64 files are accepted/, 'each the next, thirty times');
	unlink("d$_.json") for (0 .. 7);
};
of 67, sub {
	mkfifo('pipe', 0600);
	mkdir('parts');
	symlink('/etc', 'etc');
	bad_text(includes('/etc/passwd'), qr/is an absolute path; expected one relative to the scenario's directory/, 'absolute');
	bad_text(includes('../x.json'), qr/contains "\.\."; expected a path below/, '..');
	bad_text(includes('https://example.org/x.json'), qr/is a URL/, 'URL');
	bad_text(includes('etc/passwd'), qr/leads out of the scenario's directory by a symbolic link/, 'by a link');
	bad_text(includes('a\u0000b'), qr/\\u0000 in a string/, 'NUL');
	for (['parts', qr/is a directory; expected a file/], ['pipe', qr/is not a regular file/]) {
		spit('bad.json', includes($_->[0]));
		bad(4, $_->[1], $_->[0], 'run', 'bad.json');
	}
	unlink('bad.json', 'pipe', 'etc');
	rmdir('parts');
};

# ---- Names, paths and the rest ----

of 68, sub {
	bad(2, qr/does not name a file/, "'$_'", 'run', 'small.json', '-o', $_) for ('', 'x/');
	bad(2, qr/cannot be written to a stream/, '-', 'run', 'small.json', '-o', '-');
	bad(4, qr/not an rcusim database/, 'the scenario itself', 'run', 'small.json', '-o', 'small.json', '--force');
	bad(4, qr/No such file or directory/, 'no such folder', 'run', 'small.json', '-o', 'no/such/x.db');
	for ('file:x?mode=memory', ':memory:', '../' . (split(/\//, $dir))[-1] . '/up.db', "$dir/absolute.db") {
		good(qr/^$/, "a file called $_", 'run', 'small.json', '-q', '-o', $_);
		ok(-s $_, "case 68: $_ is a file");
		unlink($_);
	}
};
of 69, sub {
	for my $name ("'); DROP TABLE run;--", '\"', '%s%n', '../../x', 'a\nb', '\u001b[31m', '\u202eabc', "\xf0\x9f\x98\x80", 'NUL', '-rf', '=cmd()', 'x' x 255) {
		spit('named.json', text(name => "\"$name\""));
		good(qr/^$/, $name, 'run', 'named.json', '-q', '-o', 'named.db');
		my ($s, $out) = limited('/dev/null', 0, $rcusim, 'query', 'named.db', 'select hex(name) as name from scenario', '--format', 'csv');
		my $bytes = $name =~ s/\\n/\n/r =~ s/\\u001b/\e/r =~ s/\\u202e/\xe2\x80\xae/r =~ s/\\"/"/r;
		is((split(/\n/, $out))[1], uc(unpack('H*', $bytes)), "case 69: stored byte for byte");
		unlink('named.db');
	}
	bad_text(text(name => '"' . 'x' x 65536 . '"'), qr/\$\.name: 65536 characters; expected 1 \.\.\. 255/, '64 KiB');
};
of 71, sub {
	bad_text(text(schema_version => $_), qr/schema_version: expected 1, the version that this program reads, found /, $_) for ('0', '2', '"1"');
	bad_text(text(schema_version => undef), qr/schema_version: missing; expected 1/, 'missing');
};
of 73, sub {
	(my $lines = text()) =~ s/, /,\n/g;
	good_text($lines =~ s/\n/$_/gr, sprintf('%vd', $_)) for ("\r\n", "\r", "\n");
	bad_text("{\r\n\r\"a\":\n]}", qr/:4:1: error: unexpected "\]"/, 'lines are counted');
};
of 74, sub {
	spit('fine.json', text(seed => 7));
	good(qr/^seed,5,,"'--seed"/m, 'the command line wins', 'scenario', 'show', 'fine.json', '--seed', '5', '--format', 'csv');
};
of 75, sub {
	bad_text("$_->[0]" . "\0" x 100, qr/looks like $_->[1]; expected JSON in UTF-8/, $_->[1]) for (
		["SQLite format 3", 'an SQLite database'], ["\x89PNG\r\n\x1a\n", 'a PNG picture'], ["\x1f\x8b\x08", 'a gzip file'], ["\x7fELF", 'an ELF binary']);
};
of 76, sub {
	local $stdin = undef;
	bad(3, qr/<stdin>:1:1: error: the file is empty/, 'closed', 'run', '-');
	$stdin = '/dev/null';
	bad(3, qr/<stdin>:1:1: error: the file is empty/, 'at its end', 'run', '-');
};
of 77, sub {
	bad_text(text(machine => '{' . join(', ', map { "\"key-$_\": 1" } 1 .. 300) . '}'), qr/\$\.machine\.key-20: unknown key.*\n\.\.\. 280 more\n\z/, '300 unknown keys');
};
of 78, sub {
	spit('nothing.json', text(duration => '"0ns"'));
	good(qr/^nothing\.json: ok/, 'nothing for no time', 'scenario', 'check', 'nothing.json');
	my ($s, $out, $err) = limited('/dev/null', 0, $rcusim, 'run', 'nothing.json', '-o', 'nothing.db');
	ok($s == 0 && $err eq '' && $out !~ /nan|inf/i, 'case 78: it runs');
	unlink('nothing.db', 'nothing.json');
};
of 79, sub {
	spit('long.json', text(duration => '"1000000s"', machine => '{"cpus": 2}', workload => '[{"id": "e", "kind": "exit", "arrive": {"from": "999999s"}}]'));
	good(qr/^$/, 'the longest run, with one event', 'run', 'long.json', '-q', '-o', 'long.db');
	unlink('long.json', 'long.db');
	bad_text(text(duration => '"1000001s"'), qr/"1000001s" is out of range, 0ns \.\.\. 1000000s/, 'and longer');
};
of 80, sub { bad_text(text(duration => '"3600s"', machine => '{"cpus": 4096, "hz": 10000}'), qr/about 147456000000 ticks in one run; at most 1000000000/, 'many ticks') };

for (sort { $a <=> $b } keys %cases) {
	$case = $_;
	$said{$case} = undef;
	$cases{$case}->();
}

# ---- The table ----

my %row;
for (split(/\n/, slurp($table))) {
	next if !/^\| *(\d+) *\| (.*?) \| (.*?) \| (.*) \|$/;
	ok(!$row{$1}, "row $1 stands once");
	$row{$1} = [$3, $4];
}
is(join(' ', grep { !$row{$_} } 1 .. 80), '', 'every number has a row');
is(join(' ', grep { !$row{$_} } sort keys %cases), '', 'every test has a row');
for my $n (sort { $a <=> $b } keys %row) {
	my ($statuses, $says) = @{ $row{$n} };
	if ($statuses eq '-') {
		ok(!$cases{$n} && length($says) > 20, "row $n has a reason instead of a test");
		next;
	}
	ok($cases{$n}, "row $n has a test") or next;
	is(join(', ', sort keys %{ $seen{$n} }), $statuses, "row $n: the statuses");
	my @words = map { s/\\\|/|/gr } $says =~ /`([^`]+)`/g;
	is(join(' ', grep { index($said{$n} // '', $_) < 0 } @words), '', "row $n: the words");
	ok(@words > 0 || $statuses eq '0', "row $n: quotes what is said");
}
done_testing();
