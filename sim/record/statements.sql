-- statements.sql - what the writer and the hash say to the database. "-- name: x" opens a statement.

-- name: find-scenario
SELECT scenario FROM scenario WHERE hash = ?1 AND name = ?2 AND question = ?3 AND text = ?4 AND resolved = ?5

-- name: next-scenario
SELECT coalesce(max(scenario), 0) + 1 FROM scenario

-- name: next-run
SELECT coalesce(max(run), 0) + 1 FROM run

-- name: find-run
SELECT run FROM run WHERE scenario_hash = ?1 AND label = ?2 AND policy = ?3 AND params = ?4 AND seed = ?5

-- name: list-runs
SELECT run.run, scenario.name, label, policy, params, seed, scenario_hash, run.hash
FROM run LEFT JOIN scenario USING (scenario) ORDER BY run.run

-- name: insert-scenario
INSERT INTO scenario (scenario, hash, name, question, text, resolved) VALUES (?1, ?2, ?3, ?4, ?5, ?6)

-- name: insert-run
INSERT INTO run (run, scenario, scenario_hash, label, policy, params, seed, duration_ns, hash)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)

-- name: insert-provenance
INSERT INTO provenance (run, key, value) VALUES (?1, ?2, ?3)

-- name: insert-metric
INSERT INTO metric (run, name, seq, unit, value) VALUES (?1, ?2, ?3, ?4, ?5)

-- name: insert-histogram
INSERT INTO histogram (run, name, unit, n, min, max, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: insert-histogram_bucket
INSERT INTO histogram_bucket (run, name, low, high, n) VALUES (?1, ?2, ?3, ?4, ?5)

-- name: insert-grace_period
INSERT INTO grace_period (run, gp_seq, start_ns, end_ns, n_fqs_scans, n_callbacks)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)

-- name: insert-batch
INSERT INTO batch (run, cpu, seq, n_batches, context, start_ns, stride_ns, n_callbacks, n_objects, blimit)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)

-- name: insert-cpu
INSERT INTO cpu (run, cpu, offloaded, idle_ns, user_ns, kernel_ns, softirq_ns, hardirq_ns, ticks, context_switches)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)

-- name: insert-task
INSERT INTO task (run, task, name, kind, cpu_ns, lock_wait_ns, wakeups, context_switches)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)

-- name: insert-sample
INSERT INTO sample (run, t_ns, unfreed_objects, unfreed_bytes, callbacks) VALUES (?1, ?2, ?3, ?4, ?5)

-- name: insert-violation
INSERT INTO violation (run, seq, t_ns, freed_ns, reader_start_ns, reader_end_ns, what)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- name: insert-event
INSERT INTO event (run, seq, t_ns, cpu, comm, pid, flags, event, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)

-- name: count-events
SELECT count(*) FROM event WHERE run = ?1

-- name: count-lost-events
SELECT CAST(value AS INTEGER) FROM provenance WHERE run = ?1 AND key = 'trace_lost'

-- name: count-cpus
SELECT count(*) FROM cpu WHERE run = ?1

-- name: first-traced-run
SELECT coalesce(min(run), 0) FROM event

-- name: list-events
SELECT t_ns, cpu, comm, pid, flags, event, body FROM event WHERE run = ?1 ORDER BY seq

-- name: hash-metric
SELECT name, seq, unit, value FROM metric WHERE run = ?1 ORDER BY name

-- name: hash-histogram
SELECT name, unit, n, min, max, sum FROM histogram WHERE run = ?1 ORDER BY name

-- name: hash-histogram_bucket
SELECT name, low, high, n FROM histogram_bucket WHERE run = ?1 ORDER BY name, low

-- name: hash-grace_period
SELECT gp_seq, start_ns, end_ns, n_fqs_scans, n_callbacks FROM grace_period WHERE run = ?1 ORDER BY gp_seq

-- name: hash-batch
SELECT cpu, seq, n_batches, context, start_ns, stride_ns, n_callbacks, n_objects, blimit
FROM batch WHERE run = ?1 ORDER BY cpu, seq

-- name: hash-cpu
SELECT cpu, offloaded, idle_ns, user_ns, kernel_ns, softirq_ns, hardirq_ns, ticks, context_switches
FROM cpu WHERE run = ?1 ORDER BY cpu

-- name: hash-task
SELECT task, name, kind, cpu_ns, lock_wait_ns, wakeups, context_switches FROM task WHERE run = ?1 ORDER BY task

-- name: hash-sample
SELECT t_ns, unfreed_objects, unfreed_bytes, callbacks FROM sample WHERE run = ?1 ORDER BY t_ns

-- name: hash-violation
SELECT seq, t_ns, freed_ns, reader_start_ns, reader_end_ns, what FROM violation WHERE run = ?1 ORDER BY seq
