#!/usr/bin/env perl
# exports.pl LIBRARY HEADER... - the shared LIBRARY exports what HEADER... declare: all of it, nothing else.
use strict;
use warnings;

my $library = shift // die "usage: exports.pl LIBRARY HEADER...\n";
my (%exported, %declared);
my $n_bad = 0;

open(my $pipe, '-|', 'nm', '-D', '--defined-only', $library) or die "nm: $!\n";
while (<$pipe>) {
	$exported{$2} = $1 if /^[0-9a-f]+ (\w) (\S+)/;
}
close($pipe) or die "nm failed on $library\n";

for my $header (@ARGV) {
	open(my $in, '<', $header) or die "$header: $!\n";
	local $/;
	my $text = <$in>;
	close($in);
	$text =~ s{/\*.*?\*/|//[^\n]*}{}gs;
	$text =~ s{^\s*#(?:[^\n\\]|\\.)*\n}{}gms;
	# A prototype: a name before a parenthesis at the outermost level, closed by a semicolon.
	$declared{$1} //= $header while $text =~ /\b(rcusim_\w+)\s*\((?:[^()]|\([^()]*\))*\)\s*(?:G_GNUC_\w+(?:\s*\([^)]*\))?\s*)*;/g;
}

for my $name (sort keys %exported) {
	next if $declared{$name};
	print STDERR "$library: exports $name, which no header of include/rcusim declares\n";
	$n_bad++;
}
for my $name (sort keys %declared) {
	next if $exported{$name};
	print STDERR "$declared{$name}: declares $name(), which the library does not define\n";
	$n_bad++;
}
exit($n_bad ? 1 : 0);
