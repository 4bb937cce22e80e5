#!/usr/bin/env perl
# query.t - every question in every format, exact where programs read, harmless where people read.
use strict;
use warnings;
use File::Basename qw(dirname);
use Cwd qw(abs_path);
use lib abs_path(dirname(__FILE__));
use Cli;
use JSON::PP;
use Test::More;

scenario('small.json', record => '{ "sample_every": "1ms", "batches": true }');
says(['run', 'small.json', '-q', '-o', 'small.db'], 0, qr/^$/, 'a database');
sub sql { return says(['query', 'small.db', @_], 0, qr/./, "@_") }

# ---- Every named query, every format ----
my @names = map { (split(/,/))[0] } split(/\n/, (rcusim('query', '--list', '--format', 'csv'))[1]);
shift(@names);
is($names[0], 'summary', 'the first query is the one without a name');
is((rcusim('query', 'small.db'))[1], (rcusim('query', 'small.db', 'summary'))[1], 'indeed');
for my $name (@names) {
	my $csv = says(['query', 'small.db', $name, '--format', 'csv'], 0, qr/^\w+,/, "$name, csv");
	my $json = decode_json(says(['query', 'small.db', $name, '--json'], 0, qr/^\[/, "$name, json"));
	my @lines = split(/\n/, says(['query', 'small.db', $name, '--format', 'jsonl'], 0, qr/^/, "$name, jsonl"));
	says(['query', 'small.db', $name], 0, qr/^\w+ +\w/, "$name, table");
	my $text = says(['query', 'small.db', $name, '--format', 'text'], 0, qr/^\w+ +\w/, "$name, text");
	ok(!(grep { length > 72 || /[^ -~]/ } split(/\n/, $text)), "$name, text: ASCII, 72 columns");
	is(scalar(@lines), scalar(@$json), "$name: as many lines as rows");
	is_deeply([map { decode_json($_) } @lines], $json, "$name: json and jsonl agree");
	is((my $n = () = $csv =~ /\n/g), @$json + 1, "$name: csv has a heading and the rows") if $name ne 'help';
}
my @compare = split(/\n/, (rcusim('query', 'small.db', 'compare', '--format', 'csv'))[1]);
is($compare[0], 'metric,unit,per-vma,direct', 'compare: a column per policy');
rcusim('run', 'small.json', '-q', '-o', 'small.db', '--append', '--seed', '9');
like((rcusim('query', 'small.db', 'compare', '--format', 'csv'))[1], qr/^metric,unit,"?per-vma seed \d+"?,.*per-vma seed 9/,
	'with several seeds, the seed too');

# ---- SQL ----
is(sql('select 9223372036854775807 as a, -1 as b, null as c, 1.5 as d', '--format', 'csv'),
	"a,b,c,d\n9223372036854775807,-1,,1.5\n", 'csv is exact');
is(sql('select 9223372036854775807 as a, 9007199254740992 as b, null as c', '--format', 'jsonl'),
	"{\"a\": \"9223372036854775807\", \"b\": 9007199254740992, \"c\": null}\n", 'json: beyond 2^53 a string');
is(sql('select 1 as a, 2 as a', '--format', 'jsonl'), "{\"a\": 1, \"a:2\": 2}\n", 'keys differ');
is(sql('select 12345 as t_ns, 7 as n', '--format', 'table'), "t_ns   n\n12345  7\n" =~ s/t_ns   n/ t_ns  n/r,
	'SQL is not rounded');
is(sql("select 'a' as x, 12345 as t_ns union select 'b', 7", '--format', 'text'), "x   t_ns\na  12345\nb      7\n",
	'text: aligned and exact');
is(sql("select 'k' as run, 'ä' || char(0x202e) as x", '--format', 'text'), "run  x\nk    \\u00e4\\u202e\n", 'text: ASCII');
is(sql("select 'k' as run, printf('%.60c', 'a') as x, printf('%.60c', 'b') as y", '--format', 'text'),
	"run  x\nk    " . 'a' x 60 . "\n\nrun  y\nk    " . 'b' x 60 . "\n", 'text: blocks of columns, each with the key');
is(sql("select 'k' as run, 'word ' || printf('%.100c', 'a') || ' end' as x", '--format', 'text'),
	"run  x\nk    word\n     " . 'a' x 67 . "\n     " . 'a' x 33 . " end\n", 'text: a long cell goes on below');
is(sql('select 1 as a where 0', '--json'), "[]\n", 'no rows, json');
is(sql('select 1 as a where 0', '--format', 'csv'), "a\n", 'no rows, csv');
fails(['query', 'small.db', $_], 2, qr/^rcusim: SQL: /, "refused: $_")
	for ('delete from run', 'select 1; delete from run', 'pragma user_version = 3', "attach 'x' as x", 'select * frm run',
	"vacuum into 'x.db'", 'select ?1 ', ' ');
fails(['query', 'small.db', 'latncy'], 2, qr/no query "latncy"; did you mean "latency"\?/, 'a slip');
fails(['query', 'small.db', 'histogramm'], 2, qr/did you mean "histogram"\?/, 'another');

# ---- What names may hold ----
is(sql(q{select '=1+1' as a, '+1' as b, '-1' as c, '@x' as d, 'a"b,c' as e, '1' as f}, '--format', 'csv'),
	qq{a,b,c,d,e,f\n"'=1+1","'+1","'-1","'\@x","a""b,c",1\n}, 'csv: no formula');
my $nasty = q{select char(27) || '[31m' || char(0x202e) || char(0x9b) || char(10) as a};
for my $format (qw(table text json jsonl)) {
	unlike(sql($nasty, '--format', $format), qr/[\e\x9b]|\xe2\x80\xae/, "$format: no control characters, nothing that reverses text");
}
is(decode_json(sql($nasty, '--json'))->[0]{a}, "\e[31m\x{202e}\x{9b}\n", 'json: they are escaped, not lost');
is(sql(q{select cast(x'ff41' as text) as a}, '--format', 'text'), "a\n\\xffA\n", 'bytes that are no UTF-8');
like(sql(q{select 'ä' as a, 1 as b union all select 'aa', 22}), qr/^aa  22\n?/m, 'columns of other alphabets are aligned');

# ---- Histograms, parameters, help ----
my $histogram = sql('histogram');
like($histogram, qr/^callback latency, per-vma, seed \d+ \(ns\)\n(\[\d+[KM]?, \d+[KM]?\) +\|@* *\|  \d[\d.k]*\n)+\n/m,
	'histogram: as bpftrace prints it');
is(decode_json(sql('histogram', '--json'))->[0]{what}, 'callback_latency_ns', 'histogram: rows for programs');
is(sql('select count(*) as n from histogram where n <> (select sum(n) from v_histogram as v where v.run = histogram.run'
	. ' and v.what = histogram.name)', '--format', 'csv'), "n\n0\n", 'histogram: nothing is lost in powers of two');
like(sql("select value from v_params where run = 1 and parameter = 'workload.storm.count'", '--format', 'csv'), qr/^value\n4\n/,
	'v_params: spelled as --set does');
like(sql("select value from v_params where run = 1 and parameter = 'policy'", '--format', 'csv'), qr/^value\nper-vma\n/,
	'v_params: of the policy');
for my $row (@{decode_json(sql('help', '--json'))}) {
	my $answer = decode_json(sql($row->{query}, '--json'));
	ok(@$answer > 0 || $row->{query} =~ /munmap|violation|from event|v_differences|having count/, "v_help: $row->{question}") or diag($row->{query});
}

# ---- Files of others ----
spit('text.db', "hello\n");
spit('empty.db', '');
mkdir('directory.db');
for my $command (['hash'], ['query']) {
	fails([@$command, $_], 3, qr/^rcusim: \Q$_\E: .*not an rcusim database/, "@$command $_")
		for qw(text.db empty.db directory.db /dev/null);
	fails([@$command, 'nosuch.db'], 4, qr/^rcusim: nosuch\.db: No such file or directory/, "@$command: no such file");
}
my $bytes = slurp('small.db');
substr($bytes, 4096, 4096) = 'x' x 4096;
spit('damaged.db', $bytes);
fails(['hash', 'damaged.db'], 3, qr/^rcusim: damaged\.db: .*(valid|changed)/, 'a damaged database');
spit('short.db', substr(slurp('small.db'), 0, 10000));
fails(['hash', 'short.db'], 3, qr/^rcusim: short\.db: .*valid/, 'a truncated database');

my $hashes = says(['hash', 'small.db'], 0, qr/^hash +policy +scenario +seed\n([0-9a-f]{64}  \S+ +small +\d+\n){4}[0-9a-f]{64}  small\.db\n\z/,
	'hash: a line per run, and one for the database');
is((rcusim('hash', '-q', 'small.db'))[1], (split(/\n/, $hashes))[-1] . "\n", 'hash -q: the last one');
like((rcusim('hash', 'small.db', '--format', 'csv'))[1], qr/\Ahash,policy,scenario,seed\n([0-9a-f]{64},\S+,small,\d+\n){4}\z/, 'hash, csv');
SKIP: {
	skip('sqlite3 is not installed', 2) if system('sqlite3 -version >/dev/null 2>&1') != 0;
	like(`sqlite3 small.db 'select count(*) from v_summary'`, qr/^4$/, 'sqlite3 knows the views');
	system(q{sqlite3 small.db "update metric set value = value + 1 where name = 'callbacks'"});
	fails(['hash', 'small.db'], 3, qr/small\.db: run 1 was changed after it was stored/, 'and what it changes is noticed');
}
done_testing();
