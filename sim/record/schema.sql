-- schema.sql - what a database of rcusim holds.
--
-- Times are nanoseconds of simulated time from 0, sizes are bytes; the unit is in the column's name or,
-- where rows differ, in their column "unit". Row keys come from the model's objects, never from the order
-- of insertion, so equal runs have equal rows. How a run was made (build, host, elapsed time) is in
-- provenance and outside the hash.
--
--   select * from v_help;     shows what can be asked
--   select * from v_summary;  one row per run

-- What was simulated. hash: SHA-256 of the resolved scenario without name, question, seed and policies.
CREATE TABLE scenario (
	scenario INTEGER PRIMARY KEY,
	hash     TEXT NOT NULL,
	name     TEXT NOT NULL,
	question TEXT NOT NULL,
	text     TEXT NOT NULL,
	resolved TEXT NOT NULL
) STRICT;

-- One simulation of one scenario under one policy. A run is written in one transaction, its row here last.
-- seed: decimal, 0 ... 2^64 - 1. params: JSON. hash: SHA-256 of the run's contents (rcusim hash).
CREATE TABLE run (
	run           INTEGER PRIMARY KEY,
	scenario      INTEGER NOT NULL REFERENCES scenario (scenario),
	scenario_hash TEXT NOT NULL,
	label         TEXT NOT NULL,
	policy        TEXT NOT NULL,
	params        TEXT NOT NULL,
	seed          TEXT NOT NULL,
	duration_ns   INTEGER NOT NULL,
	hash          TEXT NOT NULL,
	UNIQUE (scenario_hash, label, policy, params, seed)
) STRICT;

-- The figures of a run; seq is their place in the list.
CREATE TABLE metric (
	run   INTEGER NOT NULL,
	name  TEXT NOT NULL,
	seq   INTEGER NOT NULL,
	unit  TEXT NOT NULL,
	value INTEGER NOT NULL,
	PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

-- A distribution as a whole. sum: exact, decimal, may exceed 64 bits. min and max are NULL if n is 0.
CREATE TABLE histogram (
	run  INTEGER NOT NULL,
	name TEXT NOT NULL,
	unit TEXT NOT NULL,
	n    INTEGER NOT NULL,
	min  INTEGER,
	max  INTEGER,
	sum  TEXT NOT NULL,
	PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

-- Its buckets that are not empty: n values of low ... high, both inclusive, in the histogram's unit.
CREATE TABLE histogram_bucket (
	run  INTEGER NOT NULL,
	name TEXT NOT NULL,
	low  INTEGER NOT NULL,
	high INTEGER NOT NULL,
	n    INTEGER NOT NULL,
	PRIMARY KEY (run, name, low)
) STRICT, WITHOUT ROWID;

-- gp_seq: as the kernel traces it while the grace period is in progress. end_ns is NULL if it still was at
-- the end of the run. n_callbacks: callbacks that it made ready.
CREATE TABLE grace_period (
	run         INTEGER NOT NULL,
	gp_seq      INTEGER NOT NULL,
	start_ns    INTEGER NOT NULL,
	end_ns      INTEGER,
	n_fqs_scans INTEGER NOT NULL,
	n_callbacks INTEGER NOT NULL,
	PRIMARY KEY (run, gp_seq)
) STRICT, WITHOUT ROWID;

-- n_batches equal consecutive batches of one CPU's callbacks; the i-th starts at start_ns + i * stride_ns.
-- seq: number of the first among that CPU's batches. n_callbacks and n_objects are those of each batch.
CREATE TABLE batch (
	run         INTEGER NOT NULL,
	cpu         INTEGER NOT NULL,
	seq         INTEGER NOT NULL,
	n_batches   INTEGER NOT NULL,
	context     TEXT NOT NULL,
	start_ns    INTEGER NOT NULL,
	stride_ns   INTEGER NOT NULL,
	n_callbacks INTEGER NOT NULL,
	n_objects   INTEGER NOT NULL,
	blimit      INTEGER NOT NULL,
	PRIMARY KEY (run, cpu, seq)
) STRICT, WITHOUT ROWID;

-- Where the time of each CPU went; the five times add up to the run's duration.
CREATE TABLE cpu (
	run              INTEGER NOT NULL,
	cpu              INTEGER NOT NULL,
	offloaded        INTEGER NOT NULL,
	idle_ns          INTEGER NOT NULL,
	user_ns          INTEGER NOT NULL,
	kernel_ns        INTEGER NOT NULL,
	softirq_ns       INTEGER NOT NULL,
	hardirq_ns       INTEGER NOT NULL,
	ticks            INTEGER NOT NULL,
	context_switches INTEGER NOT NULL,
	PRIMARY KEY (run, cpu)
) STRICT, WITHOUT ROWID;

-- Kthreads and the scenario's own tasks.
CREATE TABLE task (
	run              INTEGER NOT NULL,
	task             INTEGER NOT NULL,
	name             TEXT NOT NULL,
	kind             TEXT NOT NULL,
	cpu_ns           INTEGER NOT NULL,
	lock_wait_ns     INTEGER NOT NULL,
	wakeups          INTEGER NOT NULL,
	context_switches INTEGER NOT NULL,
	PRIMARY KEY (run, task)
) STRICT, WITHOUT ROWID;

-- What was waiting at the instants of the sampler ("record": "sample_every").
CREATE TABLE sample (
	run             INTEGER NOT NULL,
	t_ns            INTEGER NOT NULL,
	unfreed_objects INTEGER NOT NULL,
	unfreed_bytes   INTEGER NOT NULL,
	callbacks       INTEGER NOT NULL,
	PRIMARY KEY (run, t_ns)
) STRICT, WITHOUT ROWID;

-- A reader touched, at t_ns, an object that was freed at freed_ns.
CREATE TABLE violation (
	run             INTEGER NOT NULL,
	seq             INTEGER NOT NULL,
	t_ns            INTEGER NOT NULL,
	freed_ns        INTEGER NOT NULL,
	reader_start_ns INTEGER NOT NULL,
	reader_end_ns   INTEGER NOT NULL,
	what            TEXT NOT NULL,
	PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- How and where the run was made; outside the hash.
CREATE TABLE provenance (
	run   INTEGER NOT NULL,
	key   TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

-- Every metric with the names of its run.
CREATE VIEW v_metrics AS
SELECT run.run, scenario.name AS scenario, run.label AS policy, run.seed,
	metric.seq, metric.name AS metric, metric.unit, metric.value
FROM run
JOIN scenario USING (scenario)
JOIN metric USING (run)
ORDER BY run.run, metric.seq;

CREATE VIEW v_summary AS
SELECT run, scenario, policy, seed,
	max(value) FILTER (WHERE metric = 'exit_latency_p50_ns') AS exit_latency_p50_ns,
	max(value) FILTER (WHERE metric = 'exit_latency_p99_ns') AS exit_latency_p99_ns,
	max(value) FILTER (WHERE metric = 'munmap_latency_p99_ns') AS munmap_latency_p99_ns,
	max(value) FILTER (WHERE metric = 'callbacks') AS callbacks,
	max(value) FILTER (WHERE metric = 'callback_latency_p99_ns') AS callback_latency_p99_ns,
	max(value) FILTER (WHERE metric = 'grace_periods') AS grace_periods,
	max(value) FILTER (WHERE metric = 'unfreed_bytes_peak') AS unfreed_bytes_peak,
	max(value) FILTER (WHERE metric = 'rcuog_cpu_ns') AS rcuog_cpu_ns,
	max(value) FILTER (WHERE metric = 'rcuop_cpu_ns') AS rcuop_cpu_ns,
	max(value) FILTER (WHERE metric = 'violations') AS violations
FROM v_metrics
GROUP BY run
ORDER BY run;

-- Percentiles of every distribution of times. A percentile is the top of the bucket that holds the value
-- of that rank (at most 1/128 above it), and never above the maximum.
CREATE VIEW v_latency AS
WITH ranked AS (
	SELECT run, name, high,
		sum(n) OVER (PARTITION BY run, name ORDER BY low) AS n_up_to
	FROM histogram_bucket
)
SELECT run.run, scenario.name AS scenario, run.label AS policy, run.seed,
	histogram.name AS what, histogram.n, histogram.min AS min_ns,
	min(histogram.max, (SELECT min(high) FROM ranked WHERE ranked.run = run.run
		AND ranked.name = histogram.name AND n_up_to >= (histogram.n * 50 + 99) / 100)) AS p50_ns,
	min(histogram.max, (SELECT min(high) FROM ranked WHERE ranked.run = run.run
		AND ranked.name = histogram.name AND n_up_to >= (histogram.n * 90 + 99) / 100)) AS p90_ns,
	min(histogram.max, (SELECT min(high) FROM ranked WHERE ranked.run = run.run
		AND ranked.name = histogram.name AND n_up_to >= (histogram.n * 99 + 99) / 100)) AS p99_ns,
	min(histogram.max, (SELECT min(high) FROM ranked WHERE ranked.run = run.run
		AND ranked.name = histogram.name AND n_up_to >= (histogram.n * 999 + 999) / 1000)) AS p999_ns,
	histogram.max AS max_ns
FROM run
JOIN scenario USING (scenario)
JOIN histogram USING (run)
WHERE histogram.unit = 'ns'
ORDER BY histogram.name, run.run;

CREATE VIEW v_callbacks AS
SELECT run, scenario, policy, seed,
	max(value) FILTER (WHERE metric = 'callbacks') AS callbacks,
	max(value) FILTER (WHERE metric = 'callbacks_bypass') AS callbacks_bypass,
	max(value) FILTER (WHERE metric = 'callbacks_left') AS callbacks_left,
	max(value) FILTER (WHERE metric = 'batches') AS batches,
	max(value) FILTER (WHERE metric = 'batch_callbacks_max') AS batch_callbacks_max,
	max(value) FILTER (WHERE metric = 'callback_latency_p50_ns') AS callback_latency_p50_ns,
	max(value) FILTER (WHERE metric = 'callback_latency_p99_ns') AS callback_latency_p99_ns,
	max(value) FILTER (WHERE metric = 'callback_latency_max_ns') AS callback_latency_max_ns
FROM v_metrics
GROUP BY run
ORDER BY run;

CREATE VIEW v_memory AS
SELECT run, scenario, policy, seed,
	max(value) FILTER (WHERE metric = 'objects_freed') AS objects_freed,
	max(value) FILTER (WHERE metric = 'unfreed_objects_peak') AS unfreed_objects_peak,
	max(value) FILTER (WHERE metric = 'unfreed_bytes_peak') AS unfreed_bytes_peak,
	max(value) FILTER (WHERE metric = 'unfreed_byte_us') AS unfreed_byte_us,
	max(value) FILTER (WHERE metric = 'unfreed_objects_left') AS unfreed_objects_left,
	max(value) FILTER (WHERE metric = 'unfreed_bytes_left') AS unfreed_bytes_left,
	max(value) FILTER (WHERE metric = 'residue_objects') AS residue_objects
FROM v_metrics
GROUP BY run
ORDER BY run;

CREATE VIEW v_grace_periods AS
SELECT run.run, run.label AS policy, run.seed, gp_seq, start_ns, end_ns,
	end_ns - start_ns AS length_ns, n_fqs_scans, n_callbacks
FROM run
JOIN grace_period USING (run)
ORDER BY run.run, gp_seq;

CREATE VIEW v_batches AS
SELECT run.run, run.label AS policy, run.seed, cpu, context,
	sum(n_batches) AS batches,
	sum(n_batches * n_callbacks) AS callbacks,
	sum(n_batches * n_objects) AS objects,
	min(n_callbacks) AS batch_callbacks_min,
	max(n_callbacks) AS batch_callbacks_max,
	max(blimit) AS blimit_max
FROM run
JOIN batch USING (run)
GROUP BY run.run, cpu, context
ORDER BY run.run, cpu, context;

CREATE VIEW v_backlog AS
SELECT run.run, run.label AS policy, run.seed, t_ns, callbacks, unfreed_objects, unfreed_bytes
FROM run
JOIN sample USING (run)
ORDER BY run.run, t_ns;

CREATE VIEW v_tasks AS
SELECT run.run, run.label AS policy, run.seed, task, task.name, kind, cpu_ns, lock_wait_ns, wakeups,
	context_switches
FROM run
JOIN task USING (run)
ORDER BY run.run, cpu_ns DESC, task;

CREATE VIEW v_cpus AS
SELECT run.run, run.label AS policy, run.seed, cpu, offloaded, idle_ns, user_ns, kernel_ns, softirq_ns,
	hardirq_ns, ticks, context_switches
FROM run
JOIN cpu USING (run)
ORDER BY run.run, cpu;

CREATE VIEW v_violations AS
SELECT run.run, run.label AS policy, run.seed, seq, what, t_ns, freed_ns, t_ns - freed_ns AS after_free_ns,
	reader_start_ns, reader_end_ns
FROM run
JOIN violation USING (run)
ORDER BY run.run, seq;

-- Policies of one scenario and seed side by side, each against the first of them, in permille.
CREATE VIEW v_compare AS
SELECT scenario, seed, metric, unit, policy, value,
	CASE WHEN base > 0 AND abs(value) < 9000000000000000
		THEN 1000 * (value - base) / base END AS change_permille
FROM (
	SELECT run, scenario, seed, seq, metric, unit, policy, value,
		first_value(value) OVER (PARTITION BY scenario, seed, metric ORDER BY run) AS base
	FROM v_metrics
)
ORDER BY scenario, seed, seq, run;

CREATE VIEW v_help AS
SELECT column1 AS question, column2 AS query
FROM (VALUES
	('What came out, one row per run?', 'select * from v_summary'),
	('How long did exits, munmaps and callbacks take?', 'select * from v_latency'),
	('Which policy has the shortest exits?',
		'select policy, value as exit_latency_p99_ns from v_metrics where metric = ''exit_latency_p99_ns'' order by value'),
	('How do the policies differ from the first one?',
		'select metric, policy, value, change_permille from v_compare where change_permille <> 0'),
	('How long was each grace period?', 'select * from v_grace_periods'),
	('How did the backlog grow and shrink?', 'select policy, t_ns, callbacks, unfreed_bytes from v_backlog'),
	('When was the backlog largest?',
		'select policy, t_ns, max(unfreed_bytes) as unfreed_bytes from v_backlog group by run'),
	('How large were the batches?', 'select * from v_batches'),
	('Which kthreads worked most?',
		'select policy, name, cpu_ns, wakeups from v_tasks where kind in (''rcuog'', ''rcuop'') order by cpu_ns desc'),
	('How busy was each CPU?', 'select policy, cpu, offloaded, idle_ns, softirq_ns from v_cpus'),
	('Did a reader touch freed memory?', 'select * from v_violations'),
	('What exactly was simulated?', 'select name, question, resolved from scenario'),
	('How was each run made?', 'select run, key, value from provenance')
);
