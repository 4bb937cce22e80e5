#!/usr/bin/env perl
# fidelity.t - docs/fidelity.md is complete: each kernel function and each knob that the reference describes is there.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;
use lib abs_path(dirname(__FILE__));
my $top;
BEGIN { $top = abs_path(dirname(__FILE__) . '/../..') } # Cli goes elsewhere
use Cli;

my $reference = slurp("$top/docs/reference/rcu-behaviour.md");
my $fidelity = slurp("$top/docs/fidelity.md");

# The kernel functions that rcu-behaviour.md names. What a name of its shape is beside these is a field, a knob or a trace.
my @functions = qw(
	__call_rcu_common __call_rcu_core __call_rcu_nocb_wake __note_gp_changes __wake_nocb_gp call_rcu call_rcu_core
	call_rcu_hurry call_rcu_nocb call_srcu check_cb_ovld check_cpu_stall cond_resched do_nocb_deferred_wakeup
	do_nocb_deferred_wakeup_timer dyntick_save_progress_counter exp_funnel_lock force_qs_rnp free_slab invoke_rcu_core
	kfree_bulk kfree_rcu kfree_rcu_monitor kfree_rcu_work kmem_cache_destroy kvfree_call_rcu kvfree_rcu
	kvfree_rcu_barrier nocb_cb_wait nocb_gp_wait note_gp_changes queue_rcu_work rcu_accelerate_cbs
	rcu_accelerate_cbs_unlocked rcu_advance_cbs rcu_advance_cbs_nowake rcu_all_qs rcu_barrier rcu_barrier_entrain
	rcu_check_quiescent_state rcu_core rcu_cpu_stall_reset rcu_do_batch rcu_end_inkernel_boot rcu_exp_handler
	rcu_force_quiescent_state rcu_future_gp_cleanup rcu_gp_cleanup rcu_gp_fqs rcu_gp_fqs_check_wake
	rcu_gp_fqs_loop rcu_gp_init rcu_gp_is_expedited rcu_gp_kthread rcu_gp_kthread_wake rcu_implicit_dynticks_qs
	rcu_init_geometry rcu_init_levelspread rcu_init_one rcu_initiate_boost rcu_momentary_eqs rcu_needs_cpu
	rcu_nocb_try_bypass rcu_note_context_switch rcu_pending rcu_preempt_deferred_qs_irqrestore rcu_qs rcu_read_lock
	rcu_read_unlock rcu_report_qs_rdp rcu_report_qs_rnp rcu_report_qs_rsp rcu_report_unblock_qs_rnp
	rcu_sched_clock_irq rcu_softirq_qs rcu_start_this_gp rcu_watching_snap_recheck rcu_watching_snap_save
	rcutree_migrate_callbacks record_gp_stall_check_time schedule_timeout schedule_timeout_idle srcu_get_delay
	srcu_read_lock synchronize_rcu synchronize_rcu_expedited synchronize_rcu_normal synchronize_srcu wake_nocb_gp
	wake_nocb_gp_defer);

for my $name (@functions) {
	like($reference, qr/\b\Q$name\E\b/, "the reference names $name") or next;
	like($fidelity, qr/\b\Q$name\E\b/, "fidelity.md has $name()");
}

# Knobs: the first column of the tables of section 13. A parameter of a scenario, or a word in fidelity.md about why not.
my ($section) = $reference =~ /^## 13\. .*?$(.*?)^## 14\./ms;
my ($status, $schema) = rcusim('scenario', 'schema');
my @knobs;
for my $row ($section =~ /^\| (?!Name|Option|-)([^|]+?) \|/mg) {
	$row =~ s/\([^)]*\)//g;
	push @knobs, grep { /^[a-zA-Z][a-z_A-Z]+$/ && $_ ne 'PREEMPTION' } map { s/^.*\.//r =~ s/=.*//r } split /[\s,`\/]+/, $row;
}
cmp_ok(scalar @knobs, '>', 40, 'the tables of knobs were found') or diag("@knobs");
for my $knob (@knobs) {
	my $config = $knob eq uc $knob ? "(?:CONFIG_)?\Q$knob\E" : "\Q$knob\E";
	ok($schema =~ /"\Q$knob\E"/ || $schema =~ /CONFIG_\Q$knob\E\b/ || $fidelity =~ /\b$config\b/, "knob $knob") or diag('neither a parameter nor in fidelity.md');
}

# Every invariant has a place.
for my $i (1 .. 27) {
	like($fidelity, qr/\| I$i \| (?!no |not )\S/, "I$i is asserted somewhere");
}
done_testing();
