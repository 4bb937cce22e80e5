#!/usr/bin/env perl
# floors.pl ROOT - a room includes only what it may know (architecture: floors and rooms).
#
# Library rooms write "room/file.h" and name only rooms of the table below. The command includes
# <rcusim/...> and its own files. Public headers include system headers and each other. Rooms whose
# outcome must be equal everywhere see neither clocks nor floating point.
use strict;
use warnings;

my $root = shift // '.';
my @model = qw(base engine machine rcu mm policy);
my %may = (
	base     => [qw(base)],
	engine   => [qw(base engine)],
	machine  => [qw(base engine machine)],
	rcu      => [qw(base engine machine rcu)],
	mm       => [qw(base engine machine rcu mm)],
	policy   => [@model],
	# Probe sinks: no room of the model below knows them.
	record   => [qw(base engine machine record)],
	trace    => [@model, qw(record scenario trace)],
	scenario => [@model, qw(record scenario)],
	study    => [@model, qw(record scenario trace study)],
	report   => [@model, qw(record scenario trace study report)],
);
my %is_model = map { $_ => 1 } @model;
my $banned = qr{^(math|tgmath|complex|fenv|float|time|sys/time|sys/random|pthread|threads|locale)\.h$};
my $n_bad = 0;

sub bad
{
	my ($file, $line, $what) = @_;
	print STDERR "$file:$line: $what\n";
	$n_bad++;
}

sub check_room
{
	my ($room, $file, $line, $open, $name) = @_;

	if ($open eq '"') {
		my ($to) = $name =~ m{^([a-z]+)/[^/]+$};
		return bad($file, $line, "\"$name\": write \"room/file.h\"") if !defined $to;
		return bad($file, $line, "\"$name\": sim/$room may include @{$may{$room}}, not $to")
			if !grep { $_ eq $to } @{$may{$room}};
	} elsif ($name =~ m{^([a-z]+)/} && ($may{$1} || $1 eq 'cli')) {
		bad($file, $line, "<$name>: rooms are included with quotation marks");
	} elsif ($is_model{$room} && $name =~ $banned) {
		bad($file, $line, "<$name>: sim/$room depends on neither clocks nor threads nor floating point");
	}
}

sub check_cli
{
	my ($file, $line, $open, $name) = @_;

	if ($open eq '"') {
		bad($file, $line, "\"$name\": the command sees <rcusim/...> and files of sim/cli only")
			if $name =~ m{/} || !-e "$root/sim/cli/$name";
	} elsif ($name =~ m{^([a-z]+)/} && ($may{$1} || $1 eq 'cli')) {
		bad($file, $line, "<$name>: the command sees <rcusim/...> only");
	}
}

for my $path (sort glob("$root/sim/*/*.[ch] $root/include/rcusim/*.h")) {
	my ($room) = $path =~ m{/sim/([^/]+)/[^/]+$};
	(my $file = $path) =~ s{^\./}{};

	if (defined $room && $room ne 'cli' && !$may{$room}) {
		bad($file, 1, "sim/$room is no room of the house: " . join(' ', sort keys %may) . ' cli');
		next;
	}
	open(my $in, '<', $path) or die "$path: $!\n";
	while (my $text = <$in>) {
		next if $text !~ /^\s*#\s*include\s*(["<])([^">]+)[">]/;
		my ($open, $name) = ($1, $2);

		if (!defined $room) {
			bad($file, $., "\"$name\": public headers include <rcusim/...> and system headers")
				if $open eq '"' || ($name =~ m{^([a-z]+)/} && $may{$1});
		} elsif ($room eq 'cli') {
			check_cli($file, $., $open, $name);
		} else {
			check_room($room, $file, $., $open, $name);
		}
	}
	close($in);
}
exit($n_bad ? 1 : 0);
