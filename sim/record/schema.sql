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

-- Trace events (run --trace), as a trace file shows them; outside the hash. flags: irqs, need-resched, hardirq or
-- softirq, preempt depth, migrate-disable depth. cpu and pid are those that executed it.
CREATE TABLE event (
	run   INTEGER NOT NULL,
	seq   INTEGER NOT NULL,
	t_ns  INTEGER NOT NULL,
	cpu   INTEGER NOT NULL,
	comm  TEXT NOT NULL,
	pid   INTEGER NOT NULL,
	flags TEXT NOT NULL,
	event TEXT NOT NULL,
	body  TEXT NOT NULL,
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

-- One metric of one run beside that of the first run of the same scenario and seed: equal seeds have equal
-- arrivals, so their differences are those of the policies. What did not happen has no latency, not one of 0.
CREATE VIEW v_compare AS
SELECT scenario, seed, seq, metric, unit, run, policy, base_policy, base, value,
	value - base AS difference,
	CASE WHEN base > 0 AND abs(value - base) < 9000000000000000
		THEN 1000 * (value - base) / base END AS change_permille
FROM (
	SELECT run, scenario, seed, seq, metric, unit, policy, value, happened,
		first_value(value) OVER first AS base,
		first_value(policy) OVER first AS base_policy,
		first_value(happened) OVER first AS base_happened
	FROM (
		SELECT run, scenario, seed, seq, metric, unit, policy, value,
			coalesce((SELECT counted.value <> 0 FROM metric AS counted
				WHERE counted.run = v_metrics.run AND counted.name = CASE
					WHEN metric LIKE 'exit!_latency!_%' ESCAPE '!' THEN 'exits'
					WHEN metric LIKE 'munmap!_latency!_%' ESCAPE '!' THEN 'munmaps'
					WHEN metric LIKE 'callback!_latency!_%' ESCAPE '!' THEN 'batches'
					WHEN metric LIKE 'grace!_period!_%' ESCAPE '!' THEN 'grace_periods'
					WHEN metric LIKE 'reader!_delay!_%' ESCAPE '!' THEN 'readers'
					WHEN metric LIKE 'fault!_latency!_%' ESCAPE '!' THEN 'faults'
					WHEN metric LIKE 'map!_call!_latency!_%' ESCAPE '!' THEN 'map_calls'
					WHEN metric LIKE 'fork!_latency!_%' ESCAPE '!' THEN 'forks'
					WHEN metric LIKE 'exec!_latency!_%' ESCAPE '!' THEN 'execs'
					WHEN metric LIKE 'replay!_elapsed!_%' ESCAPE '!' THEN 'replays'
				END), 1) AS happened
		FROM v_metrics
	)
	WINDOW first AS (PARTITION BY scenario, seed, metric ORDER BY run)
)
WHERE happened AND base_happened
ORDER BY scenario, seed, seq, run;

-- The same over all seeds: means, how far the differences lie apart, and in how many pairs the value is below
-- and above its base. rcusim compare FILE adds 95 % intervals.
CREATE VIEW v_differences AS
SELECT scenario, metric, unit, policy, base_policy, count(*) AS seeds,
	avg(base) AS base_mean, avg(value) AS value_mean, avg(difference) AS difference_mean,
	min(difference) AS difference_min, max(difference) AS difference_max,
	sum(difference < 0) AS n_lower, sum(difference > 0) AS n_higher
FROM v_compare
WHERE policy <> base_policy
GROUP BY scenario, metric, policy, base_policy
ORDER BY scenario, min(seq), min(run);

-- Every distribution in powers of two: n values of low ... high, both inclusive.
CREATE VIEW v_histogram AS
WITH RECURSIVE power (low) AS (
	SELECT 1 UNION ALL SELECT low * 2 FROM power WHERE low < 4611686018427387904
)
SELECT run.run, scenario.name AS scenario, run.label AS policy, run.seed, run.hash, b.name AS what, histogram.unit,
	coalesce((SELECT max(power.low) FROM power WHERE power.low <= b.low), 0) AS low,
	coalesce((SELECT max(power.low) FROM power WHERE power.low <= b.low) * 2 - 1, 0) AS high,
	sum(b.n) AS n
FROM run
JOIN scenario USING (scenario)
JOIN histogram USING (run)
JOIN histogram_bucket AS b ON b.run = run.run AND b.name = histogram.name
GROUP BY run.run, b.name, 8
ORDER BY run.run, b.name, 8;

-- The largest values of every distribution: its five topmost buckets, n values of low_ns ... high_ns.
CREATE VIEW v_worst AS
SELECT run.run, scenario.name AS scenario, run.label AS policy, run.seed, ranked.name AS what, place, low_ns, high_ns,
	ranked.n
FROM run
JOIN scenario USING (scenario)
JOIN (
	SELECT b.run, b.name, b.low AS low_ns, min(b.high, histogram.max) AS high_ns, b.n,
		row_number() OVER (PARTITION BY b.run, b.name ORDER BY b.low DESC) AS place
	FROM histogram_bucket AS b
	JOIN histogram ON histogram.run = b.run AND histogram.name = b.name
	WHERE histogram.unit = 'ns'
) AS ranked USING (run)
WHERE place <= 5
ORDER BY ranked.name, run.run, place;

-- The most that waited, and when: objects unlinked and not yet freed, at the instants of the sampler.
CREATE VIEW v_backlog_peak AS
SELECT run, policy, seed, min(t_ns) AS peak_t_ns, unfreed_objects, unfreed_bytes, callbacks
FROM (
	SELECT run, policy, seed, t_ns, unfreed_objects, unfreed_bytes, callbacks,
		max(unfreed_objects) OVER (PARTITION BY run) AS peak
	FROM v_backlog
)
WHERE unfreed_objects = peak
GROUP BY run
ORDER BY run;

-- CPU time and wakeups of the kthreads, by kind.
CREATE VIEW v_kthreads AS
SELECT run.run, run.label AS policy, run.seed, kind, count(*) AS kthreads,
	sum(cpu_ns) AS cpu_ns, max(cpu_ns) AS busiest_cpu_ns, sum(lock_wait_ns) AS lock_wait_ns,
	sum(wakeups) AS wakeups, sum(context_switches) AS context_switches
FROM run
JOIN task USING (run)
WHERE kind <> 'workload'
GROUP BY run.run, kind
ORDER BY run.run, kind;

CREATE VIEW v_readers AS
SELECT run, scenario, policy, seed,
	max(value) FILTER (WHERE metric = 'readers') AS readers,
	max(value) FILTER (WHERE metric = 'reader_delay_mean_ns') AS reader_delay_mean_ns,
	max(value) FILTER (WHERE metric = 'reader_delay_p99_ns') AS reader_delay_p99_ns,
	max(value) FILTER (WHERE metric = 'reader_delay_max_ns') AS reader_delay_max_ns,
	max(value) FILTER (WHERE metric = 'faults') AS faults,
	max(value) FILTER (WHERE metric = 'fault_latency_mean_ns') AS fault_latency_mean_ns,
	max(value) FILTER (WHERE metric = 'fault_latency_p99_ns') AS fault_latency_p99_ns,
	max(value) FILTER (WHERE metric = 'fault_latency_max_ns') AS fault_latency_max_ns
FROM v_metrics
GROUP BY run
ORDER BY run;

-- Whether a reader was seen to touch freed memory, and what was left at the end of the run.
CREATE VIEW v_safety AS
SELECT run, scenario, policy, seed,
	CASE max(value) FILTER (WHERE metric = 'violations')
		WHEN 0 THEN 'no violation seen' ELSE 'UNSAFE' END AS verdict,
	max(value) FILTER (WHERE metric = 'violations') AS violations,
	(SELECT min(t_ns) FROM violation WHERE violation.run = v_metrics.run) AS first_violation_t_ns,
	max(value) FILTER (WHERE metric = 'callbacks_left') AS callbacks_left,
	max(value) FILTER (WHERE metric = 'unfreed_bytes_left') AS unfreed_bytes_left
FROM v_metrics
GROUP BY run
ORDER BY run;

-- Every parameter of every run with its value, spelled as --set takes it. (json_tree() is allowed in views
-- of a database that is not trusted, json_extract() is not.)
CREATE VIEW v_params AS
WITH leaf (scenario, path, value) AS (
	SELECT scenario.scenario, replace(substr(tree.fullkey, 3), '"', ''),
		CASE tree.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(tree.atom AS TEXT) END
	FROM scenario
	JOIN json_tree(scenario.resolved) AS tree
	WHERE tree.type NOT IN ('object', 'array')
)
SELECT run.run, scenario.name AS scenario, run.label AS policy, run.seed,
	CASE WHEN leaf.path LIKE 'workload[%' THEN 'workload.' || id.value
			|| substr(leaf.path, instr(leaf.path, ']') + 1)
		ELSE leaf.path END AS parameter,
	leaf.value
FROM run
JOIN scenario USING (scenario)
JOIN leaf USING (scenario)
LEFT JOIN leaf AS id ON id.scenario = leaf.scenario
	AND id.path = substr(leaf.path, 1, instr(leaf.path, ']')) || '.id'
WHERE leaf.path NOT IN ('schema_version', 'name', 'question', 'seed') AND leaf.path NOT LIKE 'policies.%'
	AND leaf.path NOT LIKE 'vary.%' AND leaf.path NOT LIKE 'expect[%' AND leaf.path NOT LIKE 'objectives[%'
	AND leaf.path NOT LIKE 'workload[%].id'
UNION ALL
SELECT run.run, scenario.name, run.label, run.seed,
	CASE tree.fullkey WHEN '$.policy' THEN 'policy' ELSE 'policy' || replace(substr(tree.fullkey, 2), '"', '') END,
	CASE tree.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(tree.atom AS TEXT) END
FROM run
JOIN scenario USING (scenario)
JOIN json_tree(run.params) AS tree
WHERE tree.type NOT IN ('object', 'array')
ORDER BY 1, 5;

CREATE VIEW v_help AS
SELECT column1 AS question, column2 AS query
FROM (VALUES
	('What came out, one row per run?', 'select * from v_summary'),
	('How long did exits take?', 'select * from v_latency where what = ''exit_latency_ns'''),
	('How long did munmaps take?', 'select * from v_latency where what = ''munmap_latency_ns'''),
	('How long did everything take?', 'select * from v_latency'),
	('How are the latencies distributed?', 'select policy, what, low, high, n from v_histogram'),
	('What were the largest latencies?', 'select * from v_worst'),
	('Which policy has the shortest exits?',
		'select policy, value as exit_latency_p99_ns from v_metrics where metric = ''exit_latency_p99_ns'' order by value'),
	('How do the policies differ from the first one?',
		'select metric, policy, base, value, change_permille from v_compare where difference <> 0'),
	('Do they differ with every seed?',
		'select metric, policy, seeds, difference_mean, n_lower, n_higher from v_differences where n_lower + n_higher > 0'),
	('How long was each grace period?', 'select * from v_grace_periods'),
	('How much memory was not yet freed, over time?',
		'select policy, t_ns, callbacks, unfreed_objects, unfreed_bytes from v_backlog'),
	('When was the backlog largest?', 'select * from v_backlog_peak'),
	('How much memory was not yet freed, all in all?', 'select * from v_memory'),
	('How large were the batches?', 'select * from v_batches'),
	('What did the kthreads cost, in CPU time and wakeups?', 'select * from v_kthreads'),
	('Which kthreads worked most?',
		'select policy, name, cpu_ns, wakeups from v_tasks where kind in (''rcuog'', ''rcuop'') order by cpu_ns desc'),
	('How busy was each CPU?', 'select policy, cpu, offloaded, idle_ns, softirq_ns from v_cpus'),
	('How long were readers delayed?', 'select * from v_readers'),
	('Did a reader touch freed memory?', 'select * from v_safety'),
	('Which reader, when?', 'select * from v_violations'),
	('With which parameters did it run?', 'select parameter, value from v_params where run = 1'),
	('Which parameters differ between the runs?',
		'select parameter, group_concat(distinct value) from v_params group by parameter having count(distinct value) > 1'),
	('What exactly was simulated?', 'select name, question, resolved from scenario'),
	('What did it trace?', 'select t_ns, cpu, comm, event, body from event where run = 1 order by seq'),
	('How was each run made?', 'select run, key, value from provenance')
);
