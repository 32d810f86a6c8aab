type Params = Readonly<Record<string, string>>;

const NONE: Params = {};

/** What dashboards, notebooks and drivers send; all must pass the guard, on the migrated schema. */
export const TYPICAL_STATEMENTS: ReadonlyArray<readonly [string, Params]> = [
  // Drivers, when they connect.
  ['SELECT version(), timezone()', NONE],
  [
    "SELECT name, value, readonly FROM system.settings WHERE name IN ('max_threads', 'final')",
    NONE,
  ],
  ['SELECT database, name, engine FROM system.tables WHERE database = currentDatabase()', NONE],
  ['SELECT currentUser(), currentDatabase(), uptime() > 0', NONE],
  ['SHOW DATABASES', NONE],
  ["SHOW TABLES FROM sonde LIKE '%span%'", NONE],
  ['DESCRIBE TABLE spans', NONE],
  ['EXPLAIN SELECT count() FROM spans', NONE],
  ['SELECT * FROM {d:Identifier}.{t:Identifier} LIMIT 1', { param_d: 'sonde', param_t: 'logs' }],
  // Grafana's macros, as they arrive.
  [
    `SELECT toStartOfInterval(toDateTime(timestamp), INTERVAL 60 second) AS time, service,
       count() AS value FROM spans
     WHERE timestamp >= toDateTime(1700000000) AND timestamp <= toDateTime64(1700003600, 3)
     GROUP BY time, service ORDER BY time WITH FILL STEP 60`,
    NONE,
  ],
  [
    `SELECT (intDiv(toUInt32(toDateTime(timestamp)), 60) * 60) * 1000 AS t, quantiles(0.5, 0.95, 0.99)(duration_ns)
     FROM spans WHERE timestamp >= fromUnixTimestamp64Milli(1700000000000) GROUP BY t ORDER BY t`,
    NONE,
  ],
  // What people write.
  [
    `WITH slow AS (SELECT trace_id, max(duration_ns) AS d FROM spans GROUP BY trace_id)
     SELECT lower(hex(trace_id)), formatReadableTimeDelta(d / 1e9) FROM slow ORDER BY d DESC LIMIT 10`,
    NONE,
  ],
  [
    `SELECT service, countIf(status_code = 2) / count() AS errors, uniqExact(trace_id),
       argMax(name, duration_ns), topK(3)(name), quantileTDigestIf(0.9)(duration_ns, kind = 2)
     FROM spans WHERE timestamp > now() - INTERVAL 1 DAY GROUP BY service HAVING (errors > 0.1)`,
    NONE,
  ],
  [
    `SELECT body FROM logs WHERE (hasToken(body, 'error') OR positionCaseInsensitive(body, 'fail') > 0)
       AND NOT (match(body, '^ok')) AND severity_number BETWEEN (9) AND (24) LIMIT 5`,
    NONE,
  ],
  [
    `SELECT multiIf(severity_number >= 17, 'error', 'other') AS level, CASE WHEN (1) THEN (2) ELSE (3) END,
       if(body LIKE '%x%', 1, 0) FROM logs GROUP BY ROLLUP(level, body) WITH TOTALS`,
    NONE,
  ],
  [
    `SELECT a.service, dateDiff('second', a.timestamp, b.timestamp) FROM spans AS a
     LEFT JOIN (SELECT trace_id, timestamp FROM logs) AS b USING (trace_id)
     WHERE a.service IN (SELECT service FROM spans) AND a.service NOT IN ('x', 'y')`,
    NONE,
  ],
  [
    `SELECT service, row_number() OVER (PARTITION BY service ORDER BY timestamp) AS r,
       lagInFrame(timestamp) OVER (PARTITION BY service ORDER BY timestamp ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
     FROM spans QUALIFY (r = 1)`,
    NONE,
  ],
  [
    `SELECT arrayMap((x, y) -> x * y, [1, 2], [3, 4]), arrayFilter(x -> x > 1, range(5)),
       arraySum(arrayMap(x -> length(x), splitByChar(',', 'a,b'))), mapKeys(map('a', 1)),
       arrayReduce('sum', [1, 2]), tupleElement((1, 'a'), 2)`,
    NONE,
  ],
  [`SELECT * EXCEPT (flags) REPLACE (toString(kind) AS kind) FROM spans LIMIT 1`, NONE],
  ["SELECT COLUMNS('_ns$') APPLY(max) FROM spans", NONE],
  ["SELECT * APPLY(x -> toString(x)) FROM (SELECT 1 AS a, 'b' AS c)", NONE],
  [
    `SELECT JSONExtractString('{"a": "b"}', 'a'), extract('k=v', '=(.*)'), domain('http://a/b'),
       CAST(1 AS Nullable(UInt8)), '[1]'::Array(UInt8), toDecimal64(1, 2)::Decimal(9, 2)`,
    NONE,
  ],
  [
    `SELECT EXTRACT(HOUR FROM now()), DATE_ADD(DAY, 1, today()), date_trunc('hour', now()),
       TRIM(BOTH ' ' FROM ' a '), SUBSTRING('abc' FROM 2), INTERVAL (1 + 1) DAY + now(), EXISTS(SELECT 1)`,
    NONE,
  ],
  [
    `SELECT {l:Array(String)}, {m:Map(String, UInt8)}, {t:DateTime64(9)}`,
    { param_l: "['a']", param_m: "{'a':1}", param_t: '2024-01-01 00:00:00' },
  ],
  [
    "SELECT number, bar(number, 0, 9, 10), rand() % 2 FROM numbers(10) UNION ALL (SELECT 1, '', 0)",
    NONE,
  ],
  ["SELECT c1 FROM VALUES('c1 UInt8, c2 String', (1, 'a'), (2, 'b')) AS v WHERE (c1 = 1)", NONE],
  ['SELECT sum(n) FROM (SELECT arrayJoin([1, 2, 3]) AS n) LIMIT 1 OFFSET 0', NONE],
  [
    `SELECT uniqMerge(u), avgMerge(a), sumMapMerge(s) FROM
       (SELECT uniqState(number) AS u, avgState(number) AS a, sumMapState(map(number, 1)) AS s FROM numbers(9))`,
    NONE,
  ],
  ['SELECT grouping(service), service FROM spans GROUP BY GROUPING SETS ((service), ())', NONE],
];
