#!/usr/bin/env perl
# module.t - the bench module compiles without a warning wherever kernel headers are, and what its script writes can be read.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
my $top; BEGIN { $top = abs_path(dirname(__FILE__) . '/../..') }
use lib "$top/tests/cli";
use Cli;
use Test::More;

my $module = "$top/bench/module";
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES)}; # the job server and settings of a make above are not the kernel's

# Build trees: of the running kernel, then whatever is installed; the generic part of Debian's headers is none.
my @trees = grep { -e "$_/Makefile" && -e "$_/include/config/auto.conf" } glob('/lib/modules/*/build /usr/src/linux-headers-*');
SKIP: {
	skip('no kernel headers are installed (apt-get install linux-headers-amd64): the module is not compiled', 2) if !@trees;
	system('cp', '-r', $module, 'module') == 0 or die "cp failed\n";
	my $out = `make -C module KDIR='$trees[0]' 2>&1`;
	ok($? == 0 && -s 'module/vmafree_bench.ko', "it compiles with $trees[0]") or diag($out);
	unlike($out, qr/warning:|undefined!/, 'without a warning');
}

# ---- The script ----
is(system('sh', '-n', "$module/measure.sh"), 0, 'measure.sh is a shell script');
my ($heading) = slurp("$module/measure.sh") =~ /echo '(set,mode,[^']*)'/;
my ($line) = slurp("$module/README.md") =~ /`CSV,(tag,policy,[^`]*)`/;
is($heading, "set,mode,vcpus,hz,boot,$line", 'it puts five columns before those of the module');
my ($lab) = `gzip -dc '$top/scenarios/lab/data/runs.csv.gz'` =~ /^(.*)\n/;
is($heading, $lab, 'as the shipped lab has them');
my ($policies) = slurp("$module/README.md") =~ /`policy=([a-z_\\|]+)`/;
my ($names) = slurp("$module/run.c") =~ /bench_policy_names\[BENCH_N_POLICIES\] = \{(.*?)\};/s;
is(join('|', $names =~ /"([a-z_]+)"/g), $policies =~ s/\\//gr, 'the README knows its policies');

# What the module prints for one run, as its script stores it, is what rcusim validate reads.
my ($json) = slurp("$module/measure.sh") =~ /<<EOF\n(\{.*?\n\})\nEOF/s;
$json =~ s/\$set/mine_off/g;
$json =~ s/\$\(uname -r\)/6.12/;
$json =~ s/\$cpus/1/g;
$json =~ s/\$hz/250/;
$json =~ s/\$offloaded//;
mkdir('lab');
mkdir('lab/data');
spit('lab/mine_off.json', $json);
spit('lab/data/runs.csv',
	"$heading\nmine_off,native,1,250,-,m,per_vma,100,0,1,0,400,0,0,0,0,15769,15769,11600000,11625000,11609231,100,100,1,0,0,0\n");
says(['validate', 'lab'], 0, qr/^mine_off +gp_count +1 +1 /m, 'a row of its own is simulated');

done_testing();
