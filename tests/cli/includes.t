#!/usr/bin/env perl
# includes.t - every shipped machine and kernel can be included, says where it has its values from, and runs.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use Test::More;
use lib abs_path(dirname(__FILE__));
my $top;
BEGIN { $top = abs_path(dirname(__FILE__) . '/../..') } # Cli goes elsewhere
use Cli;

my @includes = map { s{^\Q$top\E/scenarios/}{}r } glob("$top/scenarios/machines/*.json $top/scenarios/kernels/*.json");
cmp_ok(@includes, '>=', 8, 'there are machines and kernels');

sub hash_of
{
	my ($file, @options) = @_;
	my ($status, $out, $err) = rcusim('run', $file, '-q', '--force', '-o', 'x.db', @options);
	return $status ? "status $status: $err" : (rcusim('hash', '-q', 'x.db'))[1];
}

for my $include (@includes) {
	my $file = basename($include);
	my %over = (include => "[\"$include\"]", workload => '[ { "id": "storm", "kind": "exit", "count": 16,
		"arrive": { "from": "1ms", "spread": "5ms" }, "vmas": 100 },
		{ "id": "faults", "kind": "fault", "rate_per_s": 5000 } ]');
	$over{machine} = $over{rcu} = undef if $include =~ /^machines/;
	scenario($file, %over);
	like(slurp("$top/scenarios/$include"), qr/"comment": \S/, "$include says where it has its values from");
	my $out = says(['scenario', 'show', $file], 0, qr/ include \S*\Q$include\E:\d+$/m, "$include: values have it as their origin");
	is($out =~ /^costs_ns\.profile /m ? 'yes' : 'no', 'yes', 'and the rest is there');
	my $hash = hash_of($file);
	like($hash, qr/^[0-9a-f]{64} /, "$include: it runs");
	is(hash_of($file, '--reference'), $hash, 'event by event the same');
}

# kernels/6.12.json and 6.1.json spell the defaults out; if one of them changes, they must not stay behind.
scenario('default.json');
scenario("$_.json", include => "[\"kernels/$_.json\"]") for '6.12', '6.1', '7.0';
my ($default, $new, $old, $newest) = map { (rcusim('scenario', 'show', $_, '--format', 'csv'))[1] } qw(default.json 6.12.json 6.1.json 7.0.json);
s/^((?:[^,"]|"[^"]*")*,(?:[^,"]|"[^"]*")*),.*$/$1/mg for $default, $new, $old, $newest;
is($new, $default, 'kernels/6.12.json has the defaults');
is($old =~ s/^rcu\.kernel,"+6\.1\K"/2"/mr =~ s/^vma\.size_bytes,\K152\b/184/mr =~ s/^vma\.lock_size_bytes,\K0\b/40/mr, $default,
	'kernels/6.1.json, too, but for the kernel and the size of its VMAs');
is($newest =~ s/^rcu\.kernel,"+\K7\.0/6.12/mr =~ s/^vma\.size_bytes,\K192\b/184/mr =~ s/^vma\.lock_size_bytes,\K0\b/40/mr, $default,
	'kernels/7.0.json, too, but for the same');

isnt(hash_of('default.json', '--set', 'rcu.kernel=6.1'), hash_of('default.json'), 'the kernel is part of what is hashed');

fails(['scenario', 'check', 'default.json', '--set', 'rcu.kernel=6.6'], 2,
	qr/expected one of "6\.12", "6\.1", "7\.0", found "6\.6"; other versions are not modelled \(docs\/fidelity\.md 8\)/,
	'another kernel is refused with the reason');
scenario('slip.json', include => '["machines/sever-16.json"]');
fails(['scenario', 'check', 'slip.json'], 4, qr/no such file .*; did you mean "machines\/server-16\.json"\?/, 'a slip in an include');
done_testing();
