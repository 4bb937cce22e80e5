-- queries.sql - the named queries of `rcusim query`. "-- name: x" opens one, "-- help: " says what it answers.
-- Views of schema.sql do the work, so that users of sqlite3 have the same answers.

-- name: summary
-- help: one row per run: the figures most asked for
SELECT run, scenario, policy, seed, exit_latency_p50_ns, exit_latency_p99_ns, munmap_latency_p99_ns, callbacks,
	callback_latency_p99_ns, grace_periods, unfreed_bytes_peak, rcuog_cpu_ns, rcuop_cpu_ns, violations
FROM v_summary ORDER BY run

-- name: compare
-- help: every metric, the runs side by side
-- (made by query.c: a column per run)

-- name: metrics
-- help: every metric of every run, one per row
SELECT run, policy, seed, metric, value, unit FROM v_metrics ORDER BY run, seq

-- name: latency
-- help: percentiles of every distribution of times
SELECT what, run, policy, n, min_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns FROM v_latency ORDER BY what, run

-- name: exit-latency
-- help: how long exits took: percentiles of exit_mmap() and what leads to it
SELECT run, policy, seed, n, min_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns
FROM v_latency WHERE what = 'exit_latency_ns' ORDER BY run

-- name: munmap-latency
-- help: how long munmaps took
SELECT run, policy, seed, n, min_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns
FROM v_latency WHERE what = 'munmap_latency_ns' ORDER BY run

-- name: histogram
-- help: every distribution of times, in powers of two
SELECT what, run, policy, seed, unit, low, high, n FROM v_histogram ORDER BY what, run, low

-- name: worst
-- help: the largest values of every distribution
SELECT what, run, policy, seed, place, low_ns, high_ns, n FROM v_worst ORDER BY what, run, place

-- name: differences
-- help: every metric against that of the first policy with the same seed, over all seeds
SELECT scenario, metric, policy, base_policy, seeds, base_mean, value_mean, difference_mean, difference_min,
	difference_max, n_lower, n_higher
FROM v_differences

-- name: callbacks
-- help: how many callbacks, in what batches, and how long they waited
SELECT run, policy, seed, callbacks, callbacks_bypass, callbacks_left, batches, batch_callbacks_max,
	callback_latency_p50_ns, callback_latency_p99_ns, callback_latency_max_ns
FROM v_callbacks ORDER BY run

-- name: grace-periods
-- help: every grace period, its length, scans and callbacks
SELECT run, policy, gp_seq, start_ns, end_ns, length_ns, n_fqs_scans, n_callbacks
FROM v_grace_periods ORDER BY run, gp_seq

-- name: batches
-- help: the batches of each CPU's callbacks (needs "record": {"batches": true})
SELECT run, policy, cpu, context, batches, callbacks, objects, batch_callbacks_min, batch_callbacks_max, blimit_max
FROM v_batches ORDER BY run, cpu, context

-- name: memory
-- help: how much was unlinked and not yet freed
SELECT run, policy, seed, objects_freed, unfreed_objects_peak, unfreed_bytes_peak, unfreed_byte_us,
	unfreed_objects_left, unfreed_bytes_left, residue_objects
FROM v_memory ORDER BY run

-- name: backlog
-- help: the most that was not yet freed, and when (needs "record": {"sample_every": ...})
SELECT run, policy, seed, peak_t_ns, unfreed_objects, unfreed_bytes, callbacks FROM v_backlog_peak ORDER BY run

-- name: kthreads
-- help: what the kthreads cost: CPU time and wakeups, by kind
SELECT run, policy, seed, kind, kthreads, cpu_ns, busiest_cpu_ns, lock_wait_ns, wakeups, context_switches
FROM v_kthreads ORDER BY run, kind

-- name: tasks
-- help: CPU time, lock waits and wakeups of every task, busiest first
SELECT run, policy, task, name, kind, cpu_ns, lock_wait_ns, wakeups, context_switches
FROM v_tasks ORDER BY run, cpu_ns DESC, task

-- name: cpus
-- help: where the time of each CPU went
SELECT run, policy, cpu, offloaded, idle_ns, user_ns, kernel_ns, softirq_ns, hardirq_ns, ticks, context_switches
FROM v_cpus ORDER BY run, cpu

-- name: samples
-- help: backlog and memory over time (needs "record": {"sample_every": ...})
SELECT run, policy, t_ns, callbacks, unfreed_objects, unfreed_bytes FROM v_backlog ORDER BY run, t_ns

-- name: readers
-- help: how long readers and page faults were delayed
SELECT run, policy, seed, readers, reader_delay_mean_ns, reader_delay_p99_ns, reader_delay_max_ns, faults,
	fault_latency_p99_ns, fault_latency_max_ns
FROM v_readers ORDER BY run

-- name: safety
-- help: whether a reader was seen to touch freed memory
SELECT run, policy, seed, verdict, violations, first_violation_t_ns, callbacks_left, unfreed_bytes_left
FROM v_safety ORDER BY run

-- name: params
-- help: every parameter of every run, spelled as --set takes it
SELECT run, policy, parameter, value FROM v_params ORDER BY run, parameter

-- name: violations
-- help: accesses by readers to freed objects
SELECT run, policy, seq, what, t_ns, freed_ns, after_free_ns, reader_start_ns, reader_end_ns
FROM v_violations ORDER BY run, seq

-- name: provenance
-- help: how each run was made: build, host, elapsed time
SELECT run, key, value FROM provenance ORDER BY run, key

-- name: help
-- help: questions with the SQL that answers them
SELECT question, query FROM v_help
