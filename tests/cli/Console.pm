# Console.pm - fenced blocks marked "console" in Markdown: their commands run, their output compared.
#
#   ```console
#   $ build/rcusim policy list
#   policy          does
#   ...
#   ```
#
# Lines after "$ " are commands, each given to bash ("> " continues one); the lines below are what it prints, on
# both streams, exactly, but that a line "..." stands for any lines, or none. All commands of a file run in
# order in one directory.
package Console;
use strict;
use warnings;
use Exporter qw(import);

our @EXPORT = qw(console_parse console_run console_text console_matches);

# Pieces of TEXT in order: { text => lines outside }, or { command, more => [...], expected, line }.
sub console_parse
{
	my ($text) = @_;
	my @pieces = ({ text => '' });
	my ($inside, $n) = (0, 0);
	for my $line (split(/^/, $text)) {
		$n++;
		my $fence = $line =~ /^```/;
		if ($inside && !$fence && $line =~ /^\$ (.*)\n/) {
			push(@pieces, { command => $1, more => [], expected => '', line => $n });
		} elsif ($inside && !$fence && $line =~ /^> (.*)\n/ && defined $pieces[-1]{command} && $pieces[-1]{expected} eq '') {
			push(@{$pieces[-1]{more}}, $1);
		} elsif ($inside && !$fence && defined $pieces[-1]{command}) {
			$pieces[-1]{expected} .= $line;
		} else {
			push(@pieces, { text => '' }) if !defined $pieces[-1]{text};
			$pieces[-1]{text} .= $line;
		}
		$inside = $line =~ /^```console\s*$/ ? 1 : 0 if $fence;
	}
	return @pieces;
}

# The file's text again.
sub console_text
{
	return join('', map {
		defined $_->{text} ? $_->{text}
			: join('', "\$ $_->{command}\n", map({ "> $_\n" } @{$_->{more}}), $_->{expected})
	} @_);
}

# Runs the command of a piece in the current directory; returns what it printed and its exit status.
sub console_run
{
	my ($piece) = @_;
	my $command = join("\n", $piece->{command}, @{$piece->{more}});
	my $pid = open(my $out, '-|') // die "fork: $!\n";
	if (!$pid) {
		open(STDERR, '>&', \*STDOUT);
		open(STDIN, '<', '/dev/null');
		exec('bash', '-c', $command) or exit 127;
	}
	local $/;
	my $printed = <$out> // '';
	close($out);
	return ($printed, $? >> 8);
}

# Whether PRINTED is what EXPECTED says; empty lines at the end do not count.
sub console_matches
{
	my ($expected, $printed) = @_;
	s/\s*\z/\n/ for $expected, $printed;
	my $pattern = join('', map { $_ eq "...\n" ? '(?:.*\n)*?' : quotemeta($_) } split(/^/, $expected));
	return $printed =~ /\A$pattern\z/;
}

1;
