#!/usr/bin/env perl
# lab_scenarios.pl - the scenarios of scenarios/lab/: one per set of measured runs, from data/runs.csv.gz and data/traces.csv.
#
# What the rows of a set have in common is the machine: CPUs, HZ, boot line, and with the mode the time base. What
# each row sets besides is the business of rcusim validate (sim/study/lab_row.c).
#
#	perl bench/lab_scenarios.pl [DIR]
use strict;
use warnings;
use IO::Uncompress::Gunzip qw($GunzipError);

my $dir = shift // 'scenarios/lab';

# By mode: preemption model, cost profile, and how the simulated machine differs from one of its own.
my %mode = (
	'icount'   => ['voluntary', 'icount-6.12', '', 'QEMU -icount, 1 ns is 1 guest instruction'],
	'icount-s' => ['voluntary', 'icount-6.12', ', "shared_stream": true',
		'QEMU -icount, all CPUs share one stream of instructions'],
	'uml'      => ['full', 'uml-6.12-native', '', 'User Mode Linux, native speed'],
);

# Time between two deadlines of QEMU's round robin: klab_slice in the boot lines of the same machines' micro sets; the matrices'
# are not kept (docs/decisions.md, "Turns on a shared instruction stream").
my $turn = '100us';
my $turn_of_traces = '20us'; # the lab's README.md

sub rows
{
	my ($file) = @_;
	my $in = IO::Uncompress::Gunzip->new($file) or die "$file: $GunzipError\n"; # plain text, too
	my (@names, @rows);

	while (defined(my $line = $in->getline)) {
		chomp $line;
		my @cells = split /,/, $line, -1;
		if (!@names) {
			@names = @cells;
			next;
		}
		my %row;
		@row{@names} = @cells;
		push @rows, \%row;
	}
	return @rows;
}

# "rcu_nocbs=all" as a CPU list of this machine.
sub nocbs
{
	my ($row) = @_;
	my ($list) = $row->{boot} =~ /\brcu_nocbs=(\S+)/ or return '';
	return $list ne 'all' ? $list : $row->{vcpus} == 1 ? '0' : '0-' . ($row->{vcpus} - 1);
}

sub scenario
{
	my ($row) = @_;
	my ($preempt, $profile, $machine, $about) = @{ $mode{$row->{mode}} // die "mode $row->{mode}?\n" };
	my $nocbs = nocbs($row);
	my $slice = $row->{set} =~ /_traces$/ ? $turn_of_traces : $turn;
	$machine .= qq(, "stream_turn_ns": "$slice") if $row->{mode} eq 'icount-s';
	my $boot = $nocbs eq '' ? 'no CPU offloaded' : "CPUs $nocbs offloaded";

	# beside a traced loop there may be a reader, on another CPU
	my $reader = '';
	$reader = ",\n" . '    { "id": "reader", "kind": "spin", "cpus": "1", "count": 0, "mode": "kernel-no-resched" }'
		if defined $row->{trace} && $row->{vcpus} > 1;
	return <<"EOF";
{
  "schema_version": 1,
  "name": "lab/$row->{set}",
  "comment": "Written by bench/lab_scenarios.pl. Linux 6.12.117, $about, HZ=$row->{hz}, $boot.",
  "question": "Does the bench's loop go as it went in the measured set $row->{set}?",
  "seed": 1,
  "duration": "200ms",
  "machine": { "cpus": $row->{vcpus}, "hz": $row->{hz}, "preempt": "$preempt"$machine },
  "rcu": { "rcu_nocbs": "$nocbs" },
  "costs_ns": { "profile": "$profile" },
  "policies": { "per-vma": {} },
  "workload": [
    { "id": "loop", "kind": "free-loop", "cpus": "0", "arrive": { "from": "20400us" } }$reader
  ],
  "expect": [
    { "metric": "callbacks_left", "equals": 0 },
    { "metric": "unfreed_objects_left", "equals": 0 }
  ]
}
EOF
}

my %first;
$first{$_->{set}} //= $_ for rows("$dir/data/runs.csv.gz"), rows("$dir/data/traces.csv");
for my $set (sort keys %first) {
	open my $out, '>', "$dir/$set.json" or die "$dir/$set.json: $!\n";
	print $out scenario($first{$set});
	close $out or die "$dir/$set.json: $!\n";
}
