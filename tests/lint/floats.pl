#!/usr/bin/env perl
# floats.pl SOURCE|OBJECT... - no floating point: not in the text, not in the instructions, not from libm.
#
# For the rooms whose outcome must be equal on every machine. SOURCE (.c, .h): no float types, no float
# literals. OBJECT (.o): no function of libm or of the compiler's soft-float support is called, and on
# x86 no instruction touches a floating-point or vector register.
use strict;
use warnings;

my $cc = $ENV{CC} || 'gcc';
my $n_bad = 0;

sub bad
{
	print STDERR "@_\n";
	$n_bad++;
}

sub check_source
{
	my ($file) = @_;
	my $line = 1;

	open(my $in, '<', $file) or die "$file: $!\n";
	local $/;
	my $text = <$in>;
	close($in);

	while ($text =~ m{
		(?<skip> /\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
		| (?<type> \b(?:float|double|_Float\d+x?|__float\d+|_Complex|gfloat|gdouble)\b )
		| (?<word> [A-Za-z_]\w* )
		| (?<number> (?: 0[xX][0-9a-fA-F.]+(?:[pP][+-]?\w+)? | \.?\d(?:[eE][+-]|[\w.])* ) )
		| (?<newline> \n )
		| .
	}gsx) {
		if (defined $+{skip}) {
			$line += () = $+{skip} =~ /\n/g;
		} elsif (defined $+{newline}) {
			$line++;
		} elsif (defined $+{type}) {
			bad("$file:$line: $+{type}: this room computes with integers only");
		} elsif (defined $+{number}) {
			my $number = $+{number};
			my $is_hex = $number =~ /^0[xX]/;

			bad("$file:$line: $number: a floating-point literal")
				if $number =~ /\./ || ($is_hex ? $number =~ /[pP]/ : $number =~ /[eE]/);
		}
	}
}

sub libm_symbols
{
	my %symbols;

	chomp(my $libm = `$cc -print-file-name=libm.so.6`);
	open(my $pipe, '-|', 'nm', '-D', '--defined-only', $libm) or die "nm: $!\n";
	while (<$pipe>) {
		$symbols{$1} = 1 if / [TWi] (\w+)/;
	}
	close($pipe) or die "nm failed on $libm\n";
	die "$libm: no symbols\n" if !%symbols;
	return \%symbols;
}

sub check_object
{
	my ($object, $libm) = @_;
	my ($function, $where) = ('', '');

	open(my $pipe, '-|', 'nm', '-u', $object) or die "nm: $!\n";
	while (<$pipe>) {
		next if !/ U (\w+)/;
		my $symbol = $1;
		bad("$object: calls $symbol of libm") if $libm->{$symbol};
		# __divti3() and its like are integers: only names with a float's mode count
		bad("$object: calls $symbol, soft floating point")
			if $symbol =~ /^__(?:add|sub|mul|div|neg|pow|eq|ne|lt|le|gt|ge|unord|fix|fixuns|float|floatun|extend|trunc)(?:[sdxth]f|[sdt]i)\w*$/
			&& $symbol =~ /[sdxth]f/;
	}
	close($pipe) or die "nm failed on $object\n";

	open($pipe, '-|', 'objdump', '-d', '--no-show-raw-insn', $object) or die "objdump: $!\n";
	my $is_x86 = 0;
	while (<$pipe>) {
		$is_x86 = 1 if /file format \S*(x86-64|i386)/;
		$function = $1 if /^[0-9a-f]+ <([^>]+)>:/;
		next if !$is_x86 || !/^\s+[0-9a-f]+:\t(.*)/;
		my $instruction = $1;
		$instruction =~ s/\s*[#<].*//;
		if ($instruction =~ /%(?:[xyz]?mm\d+|st\b)|^f[a-z]+\b/ && $where ne $function) {
			bad("$object: $function(): floating point or vectors: $instruction");
			$where = $function;
		}
	}
	close($pipe) or die "objdump failed on $object\n";
}

my $libm;
for my $file (@ARGV) {
	if ($file =~ /\.[ch]$/) {
		check_source($file);
	} else {
		check_object($file, $libm //= libm_symbols());
	}
}
exit($n_bad ? 1 : 0);
