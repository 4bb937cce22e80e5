#!/usr/bin/env perl
# globals.pl ALLOW OBJECT... - no OBJECT holds anything that can be written.
#
# Every mutable thing belongs to a simulation object, so that several run side by side. Looks at what the
# linker will place in writable sections (.data, .bss, .tdata, .tbss, common) by the sections' own flags,
# local statics included. Constants that only need relocation (.data.rel.ro) are read-only at run time.
# ALLOW: one `OBJECT-PATTERN SYMBOL-PATTERN reason` per line.
use strict;
use warnings;

my $allow_file = shift // die "usage: globals.pl ALLOW OBJECT...\n";
my @allow;
my $n_bad = 0;

open(my $in, '<', $allow_file) or die "$allow_file: $!\n";
while (<$in>) {
	next if /^\s*(#|$)/;
	my ($object, $symbol, $why) = split(' ', $_, 3);
	die "$allow_file:$.: an exception needs a reason\n" if !defined $why || $why !~ /\w/;
	push @allow, [qr/^$object$/, qr/^$symbol$/];
}
close($in);

# Index -> name of the writable sections, .data.rel.ro excepted.
sub writable_sections
{
	my ($object) = @_;
	my %sections;

	open(my $pipe, '-|', 'readelf', '-SW', $object) or die "readelf: $!\n";
	while (<$pipe>) {
		# [Nr] Name Type Address Off Size ES Flg ...
		next if !/^\s*\[\s*(\d+)\]\s+(\S+)\s+\S+\s+[0-9a-f]+\s+[0-9a-f]+\s+[0-9a-f]+\s+[0-9a-f]+\s+([A-Za-z]*)\s/;
		my ($index, $name, $flags) = ($1, $2, $3);
		$sections{$index} = $name if $flags =~ /W/ && $name !~ /^\.data\.rel\.ro/;
	}
	close($pipe) or die "readelf failed on $object\n";
	return \%sections;
}

for my $object (@ARGV) {
	my $sections = writable_sections($object);
	my (%found, $has_quark);

	open(my $pipe, '-|', 'readelf', '-sW', $object) or die "readelf: $!\n";
	while (<$pipe>) {
		# Num: Value Size Type Bind Vis Ndx Name
		next if !/^\s*\d+:\s+[0-9a-f]+\s+(\S+)\s+(\S+)\s+\S+\s+\S+\s+(\S+)\s+(\S+)/;
		my ($size, $type, $index, $name) = ($1, $2, $3, $4);
		$has_quark = 1 if $type eq 'FUNC' && $name =~ /_quark$/;
		next if $type eq 'SECTION' || $type eq 'FILE';
		$found{$name} = $sections->{$index} // 'common'
			if $index eq 'COM' || ($index =~ /^\d+$/ && $sections->{$index});
	}
	close($pipe) or die "readelf failed on $object\n";

	for my $name (sort keys %found) {
		# Sanitizers and coverage bring data of their own.
		next if $name =~ /^(__asan|__ubsan|__sancov|__gcov|\.?Lubsan|\*?\.L)/;
		# G_DEFINE_QUARK()'s only variable: gcc calls it q.0, clang rcusim_error_quark.q.
		next if $has_quark && $name =~ /^(q\.\d+|\w+_quark\.q)$/;
		next if grep { $object =~ $_->[0] && $name =~ $_->[1] } @allow;
		print STDERR "$object: $name is mutable global state ($found{$name})\n";
		$n_bad++;
	}
}
exit($n_bad ? 1 : 0);
