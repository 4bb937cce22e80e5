#!/usr/bin/env perl
# Prints sim/machine/cost_profiles.c from the shipped profiles:
#   perl tests/model/cost_profiles.pl scenarios/profiles/*.json | clang-format --assume-filename=x.c >sim/machine/cost_profiles.c
use strict;
use warnings;
use JSON::PP;

my @names;
print <<'C';
/*
 * The shipped profiles: printed by tests/model/cost_profiles.pl from scenarios/profiles/NAME.json. The first
 * is the default. Those with measurements in scenarios/profiles/data/ are what `rcusim calibrate` makes of them.
 */
#include <stddef.h>

#include "machine/costs.h"

/* clang-format off: printed tables */
const struct cost_source cost_profiles[] = {
C
for my $file (sort { ($b =~ /server-default/) <=> ($a =~ /server-default/) || $a cmp $b } @ARGV) {
	open my $in, '<', $file or die "$file: $!\n";
	my $text = do { local $/; <$in> };
	my $profile = decode_json($text);
	my $figures = $profile->{figures};
	my @order = $text =~ /"(\w+)": \{\s*"value"/g;

	push @names, $profile->{name};
	print "\t{ .name = \"$profile->{name}\",\n\t  .about = \"$profile->{about}\",\n\t  .costs = {\n";
	print "\t\t.$_ = $figures->{$_}{value},\n" for @order;
	print "\t  },\n\t  .sources = (const struct figure_source[]){\n";
	print "\t\t{ \"$_\", \"$figures->{$_}{source}\" },\n" for @order;
	print "\t\t{ NULL, NULL } } },\n";
}
print "\t{ .name = NULL },\n};\n\n";
print "const char *const cost_profile_names[] = { ", join(', ', map { "\"$_\"" } @names), ", NULL };\n/* clang-format on */\n";
