# Cli.pm - runs the command in a directory of its own and keeps what it said.
package Cli;
use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

our @EXPORT = qw(rcusim start finish says fails spit slurp scenario make_as_built copy_tree $dir $rcusim);

our $rcusim = $ENV{RCUSIM} // abs_path(dirname(__FILE__) . '/../../build/rcusim');
our $dir = tempdir('rcusim-cli.XXXXXX', TMPDIR => 1, CLEANUP => 1);
BAIL_OUT("$rcusim: no such command") if !-x $rcusim;
chdir($dir) or die "$dir: $!\n";
END { chdir('/') }

sub spit
{
	my ($file, $text) = @_;
	open(my $out, '>', $file) or die "$file: $!\n";
	print $out $text;
	close($out) or die "$file: $!\n";
}

sub slurp
{
	my ($file) = @_;
	open(my $in, '<', $file) or return '';
	local $/;
	return scalar(<$in>) // '';
}

# Starts the command; returns its process id. Its streams go to the files out and err.
sub start
{
	my @args = @_;
	my $pid = fork() // die "fork: $!\n";
	return $pid if $pid;
	open(STDIN, '<', '/dev/null');
	open(STDOUT, '>', 'out');
	open(STDERR, '>', 'err');
	exec($rcusim, @args) or exit 127;
}

# Waits for it; returns exit status (128 + signal, as a shell), stdout, stderr.
sub finish
{
	my ($pid) = @_;
	waitpid($pid, 0);
	my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
	return ($status, slurp('out'), slurp('err'));
}

sub rcusim { return finish(start(@_)) }

# says([ARGS], STATUS, PATTERN of stdout, NAME): it works and is quiet on stderr.
sub says
{
	my ($args, $status, $pattern, $name) = @_;
	my ($s, $out, $err) = rcusim(@$args);
	my $good = $s == $status && $out =~ $pattern && $err eq '';
	ok($good, $name) or diag("status $s\n$out$err");
	return $out;
}

# fails([ARGS], STATUS, PATTERN of stderr, NAME): it explains itself on stderr and nowhere else.
sub fails
{
	my ($args, $status, $pattern, $name) = @_;
	my ($s, $out, $err) = rcusim(@$args);
	my $good = $s == $status && $err =~ $pattern && $out eq '';
	ok($good, $name) or diag("status $s\n$out$err");
}

# Writes a small scenario; OVER replaces keys (as JSON text) or, if undefined, removes them.
sub scenario
{
	my ($file, %over) = @_;
	my %keys = (
		schema_version => '1',
		name           => '"small"',
		question       => '"What does a small storm cost?"',
		duration       => '"50ms"',
		machine        => '{ "cpus": 4 }',
		rcu            => '{ "rcu_nocbs": "2-3" }',
		policies       => '{ "per-vma": {}, "direct": { "policy": "direct-on-exit" } }',
		workload       => '[ { "id": "storm", "kind": "exit", "cpus": "2-3", "count": 4,
			"arrive": { "from": "1ms", "spread": "5ms" }, "vmas": 100 } ]',
		expect         => '[ { "metric": "exits", "at_least": 1 } ]',
		%over,
	);
	spit($file, '{ ' . join(', ', map { "\"$_\": $keys{$_}" } grep { defined $keys{$_} } sort keys %keys) . " }\n");
	return $file;
}

# For a test that calls make: sets MAKEFLAGS so that it finds the command as this make run built it, with all that
# was said on its command line, and builds nothing anew. TOP is the tree; returns what BUILD, CC and PREFIX are, or
# nothing if the command is not of a build of TOP.
sub make_as_built
{
	my ($top) = @_;
	my ($build, $cc, $opt) = abs_path($rcusim) =~ m{^\Q$top\E/build/([a-z]+)-([^/]*?)(-O\w+)?/rcusim$} or return;
	my $said = ($ENV{MAKEFLAGS} // '') =~ /(?:^| )-- (.*)/s ? $1 : '';
	my ($prefix) = map { /^PREFIX=(.*)/ ? $1 : () } split(' ', $said);
	$ENV{MAKEFLAGS} = "-j1 -- $said BUILD=$build CC=$cc" . (defined $opt ? " OPT=$opt" : '');
	delete @ENV{qw(MAKELEVEL MFLAGS MAKEOVERRIDES DESTDIR)};
	return ($build, $cc, $prefix // $ENV{PREFIX} // '/usr/local');
}

# Puts sources and objects of the tree TOP here, with their times: make compiles what is changed, and no more.
sub copy_tree
{
	my ($top) = @_;
	my $built = dirname(abs_path($rcusim));
	mkdir('build');
	system('cp', '-a', map({ "$top/$_" } qw(Makefile sim include scenarios)), '.') == 0 or die "cp failed\n";
	system('cp', '-a', $built, 'build/') == 0 or die "cp failed\n";
}

1;
