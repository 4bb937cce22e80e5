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
SELECT run, policy, seed, metric, unit, value FROM v_metrics ORDER BY run, seq

-- name: latency
-- help: percentiles of every distribution of times
SELECT what, run, policy, n, min_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns FROM v_latency ORDER BY what, run

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
