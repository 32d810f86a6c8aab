import { jsonToProtobuf, type Signal } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clickHouseConfig } from '../src/index.ts';
import { findCollector, type RunningCollector, startCollector } from './collector.ts';
import {
  RECEIVED_UNIX_MS,
  startEngine,
  startExporter,
  type TestEngine,
  TOKEN,
  telemetryOf,
} from './engine.ts';
import { nanos } from './requests.ts';
import { type StoredRow, selectRows } from './stored-rows.ts';

const traceId = '0102030405060708090a0b0c0d0e0f10';
const spanId = '1112131415161718';
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const time = (ms = 0): string => nanos(RECEIVED_UNIX_MS + ms);

const ATTRIBUTES = [
  text('z.last', 'one'),
  text('a.first', 'zwei'),
  { key: 'int', value: { intValue: '-7' } },
  { key: 'double', value: { doubleValue: 1.5 } },
  { key: 'whole', value: { doubleValue: 3 } },
  { key: 'large', value: { doubleValue: 1e21 } },
  { key: 'bool', value: { boolValue: true } },
  { key: 'bytes', value: { bytesValue: 'AQID' } },
  { key: 'list', value: { arrayValue: { values: [{ stringValue: 'x' }, { intValue: '2' }] } } },
  { key: 'map', value: { kvlistValue: { values: [text('k', 'v')] } } },
  { key: 'nothing', value: {} },
];

const RESOURCE = {
  attributes: [text('service.name', 'shop'), text('k8s.pod.name', 'shop-1'), text('x', '')],
};
const SCOPE = {
  name: 'lib',
  version: '1.2',
  attributes: [text('s', 't')],
  droppedAttributesCount: 3,
};

const SPANS = [
  {
    traceId,
    spanId,
    parentSpanId: '2112131415161718',
    traceState: 'a=b',
    name: 'GET /',
    kind: 2,
    startTimeUnixNano: time(),
    endTimeUnixNano: time(12),
    status: { code: 2, message: 'broken' },
    attributes: ATTRIBUTES,
    events: [
      { timeUnixNano: time(1), name: 'e', attributes: [text('in', 'event')] },
      { timeUnixNano: time(2), name: '' },
    ],
    links: [{ traceId, spanId, traceState: 'l=m', attributes: [text('in', 'link')] }],
  },
  {
    traceId,
    spanId: '3112131415161718',
    name: 'root',
    startTimeUnixNano: time(),
    endTimeUnixNano: time(),
  },
  {
    traceId,
    spanId: '4112131415161718',
    name: 'c',
    kind: 3,
    startTimeUnixNano: time(),
    endTimeUnixNano: time(),
  },
];

const RECORDS = [
  {
    timeUnixNano: time(),
    observedTimeUnixNano: time(5),
    severityNumber: 17,
    severityText: 'ERROR',
    body: { stringValue: 'it broke' },
    attributes: ATTRIBUTES,
    traceId,
    spanId,
    flags: 257,
    eventName: 'boom',
  },
  { observedTimeUnixNano: time(6), body: { kvlistValue: { values: [text('k', 'v')] } } },
  { timeUnixNano: time(7) },
];

const POINT = { startTimeUnixNano: time(-60_000), timeUnixNano: time(), attributes: ATTRIBUTES };
const EXEMPLARS = [
  { timeUnixNano: time(-5), asDouble: 2.5, spanId, traceId, filteredAttributes: [text('f', 'g')] },
];
const HISTOGRAM = { ...POINT, count: '3', sum: 6, min: 1, max: 3, flags: 1, exemplars: EXEMPLARS };
const METRICS = [
  {
    name: 'g',
    unit: 'By',
    description: 'gauge',
    gauge: { dataPoints: [{ ...POINT, asDouble: 1.5 }] },
  },
  {
    name: 's',
    sum: {
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: [
        { ...POINT, asInt: '7', exemplars: EXEMPLARS },
        { ...POINT, asDouble: 0.5 },
      ],
    },
  },
  {
    name: 'h',
    histogram: {
      aggregationTemporality: 1,
      dataPoints: [{ ...HISTOGRAM, bucketCounts: ['1', '2'], explicitBounds: [2] }],
    },
  },
  {
    name: 'e',
    exponentialHistogram: {
      aggregationTemporality: 2,
      dataPoints: [
        {
          ...HISTOGRAM,
          scale: -1,
          zeroCount: '1',
          positive: { offset: -2, bucketCounts: ['1', '1'] },
          negative: { offset: 4, bucketCounts: [] },
        },
      ],
    },
  },
  {
    name: 'q',
    summary: {
      dataPoints: [{ ...POINT, count: '3', sum: 6, quantileValues: [{ quantile: 0.5, value: 2 }] }],
    },
  },
];

const urls = { schemaUrl: 'https://scope' };
const REQUESTS: Readonly<Record<'traces' | 'logs' | 'metrics', unknown>> = {
  traces: {
    resourceSpans: [
      {
        resource: RESOURCE,
        schemaUrl: 'https://resource',
        scopeSpans: [{ scope: SCOPE, spans: SPANS, ...urls }],
      },
    ],
  },
  logs: {
    resourceLogs: [
      {
        resource: RESOURCE,
        schemaUrl: 'https://resource',
        scopeLogs: [{ scope: SCOPE, logRecords: RECORDS, ...urls }],
      },
    ],
  },
  metrics: {
    resourceMetrics: [
      {
        resource: RESOURCE,
        schemaUrl: 'https://resource',
        scopeMetrics: [{ scope: SCOPE, metrics: METRICS, ...urls }],
      },
    ],
  },
};

const SIGNALS = ['traces', 'logs', 'metrics'] as const;

const bytesOf = (signal: (typeof SIGNALS)[number]): Uint8Array =>
  jsonToProtobuf(signal, JSON.stringify(REQUESTS[signal]));

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

async function send(signal: Signal, bytes: Uint8Array, keys: Readonly<Record<string, unknown>>) {
  const overrides = { schema: 'otel', username: 'internal', ...keys };
  const exporter = await startExporter(engine, signal, overrides);
  const source = { topic: 'otel', partition: 0, from: 0, to: 1 };
  await exporter.consume(telemetryOf(signal, [{ bytes }], source));
  await exporter.shutdown(new AbortController().signal);
}

const TABLES: readonly string[] = [
  'otel_traces',
  'otel_traces_trace_id_ts',
  'otel_logs',
  'otel_metrics_gauge',
  'otel_metrics_sum',
  'otel_metrics_histogram',
  'otel_metrics_exponential_histogram',
  'otel_metrics_summary',
];

describe('schema: otel beside the real Collector', () => {
  const binary = findCollector();
  let collector: RunningCollector | undefined;

  beforeAll(async () => {
    if (binary === undefined) return;
    collector = await startCollector(binary, {
      endpoint: engine.url,
      username: 'internal',
      password: TOKEN,
      database: 'upstream',
    });
    for (const signal of SIGNALS) {
      await collector.send(signal, bytesOf(signal));
      await send(signal, bytesOf(signal), { database: 'ours' });
    }
  }, 120_000);

  afterAll(async () => {
    await collector?.stop();
  });

  it.skipIf(binary !== undefined)('is not compared here: 16 tests skipped', (context) =>
    context.skip(),
  );

  it.skipIf(binary === undefined).each(TABLES)('%s has the same columns', async (table) => {
    const columns = (database: string): Promise<StoredRow[]> =>
      selectRows(
        engine,
        `SELECT name, type, default_kind, default_expression, compression_codec
         FROM system.columns WHERE database = '${database}' AND table = '${table}' ORDER BY position`,
      );
    const theirs = await columns('upstream');
    expect(theirs.length).toBeGreaterThan(0);
    expect(await columns('ours')).toEqual(theirs);
    const keys = (database: string): Promise<StoredRow[]> =>
      selectRows(
        engine,
        `SELECT engine, partition_key, sorting_key FROM system.tables
         WHERE database = '${database}' AND name = '${table}'`,
      );
    expect(await keys('ours')).toEqual(await keys('upstream'));
  });

  it.skipIf(binary === undefined).each(TABLES)('%s has the same rows', async (table) => {
    const rows = async (database: string): Promise<unknown[]> => {
      const found = await selectRows(engine, `SELECT * FROM ${database}.${table} ORDER BY ALL`);
      return found.map(ordered);
    };
    const theirs = await rows('upstream');
    expect(theirs.length).toBeGreaterThan(0);
    expect(await rows('ours')).toEqual(theirs);
  });
});

/** Maps, which upstream writes in no order, by key. */
function ordered(row: StoredRow): unknown {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    name.endsWith('Attributes') && Array.isArray(value) ? byKey(value) : value,
  ]);
  return Object.fromEntries(entries);
}

function byKey(value: readonly unknown[]): unknown {
  if (value.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string')) {
    return [...value].sort((a, b) => (String(a) < String(b) ? -1 : 1));
  }
  return value.map((inner) => (Array.isArray(inner) ? byKey(inner) : inner));
}

async function one(query: string): Promise<readonly unknown[]> {
  const [row] = await selectRows(engine, query);
  return Object.values(row ?? {});
}

describe('schema: otel', () => {
  it('takes names, engine and ttl from the configuration', async () => {
    await send('traces', bytesOf('traces'), {
      database: 'named',
      traces_table_name: 'my_traces',
      ttl: '72h',
      table_engine: { name: 'ReplacingMergeTree' },
    });
    expect(await one('SELECT count() FROM named.my_traces')).toEqual([3n]);
    const [sql] = await one(
      "SELECT create_table_query FROM system.tables WHERE database = 'named' AND name = 'my_traces'",
    );
    expect(sql).toContain('ENGINE = ReplacingMergeTree');
    expect(sql).toContain('toIntervalSecond(259200)');
    expect(await one('SELECT count() FROM named.my_traces_trace_id_ts')).toEqual([1n]);
  });

  it('takes a range once, and its traces too', async () => {
    for (const _ of [1, 2]) await send('traces', bytesOf('traces'), { database: 'twice' });
    expect(await one('SELECT count() FROM twice.otel_traces')).toEqual([3n]);
  });

  it('writes into tables of an earlier version what they have columns for', async () => {
    await send('logs', bytesOf('logs'), { database: 'earlier' });
    await selectRows(engine, 'SELECT 1');
    for (const column of ['EventName', 'ScopeAttributes']) {
      const indexes = ['idx_scope_attr_key', 'idx_scope_attr_value'];
      for (const index of column === 'ScopeAttributes' ? indexes : []) {
        await run(`ALTER TABLE earlier.otel_logs DROP INDEX ${index}`);
      }
      await run(`ALTER TABLE earlier.otel_logs DROP COLUMN ${column}`);
    }
    await run('TRUNCATE TABLE earlier.otel_logs');
    const overrides = { database: 'earlier', create_schema: false };
    const exporter = await startExporter(engine, 'logs', {
      schema: 'otel',
      username: 'internal',
      ...overrides,
    });
    await exporter.consume(telemetryOf('logs', [{ bytes: bytesOf('logs') }]));
    await exporter.shutdown(new AbortController().signal);
    expect(await one('SELECT count() FROM earlier.otel_logs')).toEqual([3n]);
  });
});

async function run(statement: string): Promise<void> {
  const response = await fetch(engine.url, {
    method: 'POST',
    headers: engine.credentials,
    body: statement,
  });
  if (!response.ok) throw new Error(await response.text());
  await response.arrayBuffer();
}

describe("keys of the Collector's exporter", () => {
  const messages = (keys: Readonly<Record<string, unknown>>): readonly string[] =>
    (clickHouseConfig.safeParse(keys).error?.issues ?? []).map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );

  it('are taken with the defaults of each schema', () => {
    expect(clickHouseConfig.parse({ schema: 'otel' })).toMatchObject({
      database: 'default',
      username: 'default',
      otel: { ttlMs: 0, engine: { name: 'MergeTree', params: '' }, cluster: '' },
    });
    expect(clickHouseConfig.parse({})).toMatchObject({ database: 'sonde', username: 'internal' });
    expect(clickHouseConfig.parse({ compress: 'lz4' }).compression).toBe('lz4');
  });

  it('are refused in words where they mean nothing here', () => {
    expect(messages({ async_insert: true })).toEqual(['async_insert: is not supported']);
    expect(messages({ compress: 'zstd' })).toEqual(['compress: is not supported']);
    expect(messages({ json: true })).toEqual(['json: is not supported']);
    expect(messages({ sending_queue: { queue_size: 5 } })).toEqual([
      'sending_queue: is not supported',
    ]);
    expect(messages({ retry_on_failure: {} })).toEqual(['retry_on_failure: is not supported']);
    const off = { enabled: false, queue_size: 5 };
    expect(messages({ sending_queue: off, retry_on_failure: off })).toEqual([]);
    expect(messages({ timeout: '-1s' })).toEqual(['timeout: must not be negative']);
    expect(messages({ connection_params: { a: 'b' } })).toEqual([
      'connection_params: is not supported',
    ]);
    expect(messages({ endpoint: 'http://h:8123?compress=lz4' })).toEqual([
      'endpoint: has parameters',
    ]);
    expect(messages({ endpoint: 'tcp://h:9000' })).toEqual([
      'endpoint: must be an http:// or https:// URL',
    ]);
  });

  it('name shards and their replicas, each server once, instead of one endpoint', () => {
    const [a, b, c] = ['http://a:8123', 'http://b:8123', 'http://c:8123'];
    const shards = [{ endpoints: [a, b] }, { endpoints: [c] }];
    const clustered = clickHouseConfig.parse({ shards, cluster_name: 'company' });
    expect(clustered).toMatchObject({
      shards: [[a, b], [c]],
      database: 'sonde',
      insertDatabase: 'sonde_shard',
      cluster: 'company',
    });
    expect(clickHouseConfig.parse({ shards }).insertDatabase).toBe('sonde');
    expect(clickHouseConfig.parse({}).shards).toEqual([['http://127.0.0.1:8123']]);
    expect(messages({ shards, endpoint: c })).toEqual(['endpoint: stands beside shards']);
    expect(messages({ shards: [...shards, { endpoints: [a] }] })).toEqual([
      'shards: names an address twice',
    ]);
    expect(messages({ shards: [{ endpoints: [] }] })).toHaveLength(1);
  });

  it("are refused for Sonde's own tables where they are of the Collector's", () => {
    expect(
      messages({ ttl: '72h', logs_table_name: 'l', metrics_tables: { sum: { name: 'm' } } }),
    ).toEqual(
      ['ttl', 'logs_table_name', 'metrics_tables'].map(
        (key) => `${key}: is of the Collector's own tables`,
      ),
    );
    expect(messages({ schema: 'otel', traces_table_name: 'a; DROP' })).toHaveLength(1);
    expect(messages({ schema: 'otel', table_engine: { name: 'Null' } })).toHaveLength(1);
  });
});
