import type { Cell, Row } from '@sonde/proto/test/oracle-rows';
import { type NativeBlock, readNativeBlocks } from '@sonde/store';
import type { TestEngine } from './engine.ts';

/** One row of a SELECT: 64-bit integers as bigint, strings one character a byte. */
export type StoredRow = Readonly<Record<string, unknown>>;

export async function selectRows(engine: TestEngine, query: string): Promise<StoredRow[]> {
  const response = await fetch(engine.url, {
    method: 'POST',
    headers: engine.credentials,
    body: `${query} FORMAT Native`,
  });
  const body = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) throw new Error(new TextDecoder().decode(body));
  return readNativeBlocks(body).flatMap(blockRows);
}

function blockRows(block: NativeBlock): StoredRow[] {
  return Array.from({ length: block.rows }, (_, row) =>
    Object.fromEntries(block.columns.map(({ name, values }) => [name, plain(values[row])])),
  );
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return Array.isArray(value) ? value.map(plain) : value;
}

/** The rows of one tenant as the oracle's rows are, resources and series joined in. */
export async function storedSpans(engine: TestEngine, tenant: string): Promise<Row[]> {
  const resources = await storedResources(engine, tenant);
  const rows = await selectRows(engine, `SELECT * FROM sonde.spans WHERE tenant = '${tenant}'`);
  return rows.map((row) => ({
    ...owner(row, resources),
    traceId: text(row, 'trace_id'),
    spanId: text(row, 'span_id'),
    parentSpanId: text(row, 'parent_span_id'),
    traceState: text(row, 'trace_state'),
    flags: number(row, 'flags'),
    name: text(row, 'name'),
    kind: number(row, 'kind'),
    start: hex(sentTime(row)),
    end: hex(sentTime(row) + bigint(row, 'duration_ns')),
    statusCode: number(row, 'status_code'),
    statusMessage: text(row, 'status_message'),
    attributes: attributes(row, ''),
    dropped: number(row, 'dropped_attributes_count'),
    droppedEvents: number(row, 'dropped_events_count'),
    droppedLinks: number(row, 'dropped_links_count'),
    events: nested(row, 'events.', 'timestamp', (event) => ({
      time: hex(bigint(event, 'timestamp')),
      name: text(event, 'name'),
      attributes: attributes(event, ''),
      dropped: number(event, 'dropped_attributes_count'),
    })),
    links: nested(row, 'links.', 'trace_id', (link) => ({
      traceId: text(link, 'trace_id'),
      spanId: text(link, 'span_id'),
      traceState: text(link, 'trace_state'),
      flags: number(link, 'flags'),
      attributes: attributes(link, ''),
      dropped: number(link, 'dropped_attributes_count'),
    })),
  }));
}

export async function storedLogs(engine: TestEngine, tenant: string): Promise<Row[]> {
  const resources = await storedResources(engine, tenant);
  const rows = await selectRows(engine, `SELECT * FROM sonde.logs WHERE tenant = '${tenant}'`);
  return rows.map((row) => ({
    ...owner(row, resources),
    time: hex(sentTime(row)),
    observed: hex(bigint(row, 'observed_timestamp')),
    severityNumber: number(row, 'severity_number'),
    severityText: text(row, 'severity_text'),
    body: [number(row, 'body_type'), text(row, 'body')],
    eventName: text(row, 'event_name'),
    traceId: text(row, 'trace_id'),
    spanId: text(row, 'span_id'),
    flags: number(row, 'flags'),
    attributes: attributes(row, ''),
    dropped: number(row, 'dropped_attributes_count'),
  }));
}

/** One row a point, with what its metric has. */
export async function storedPoints(engine: TestEngine, tenant: string): Promise<Row[]> {
  const of = (table: string): Promise<StoredRow[]> =>
    selectRows(engine, `SELECT * FROM sonde.${table} WHERE tenant = '${tenant}'`);
  const resources = await storedResources(engine, tenant);
  const series = new Map((await of('metric_series')).map((row) => [bigint(row, 'series'), row]));
  const point = (row: StoredRow, value: Row): Row => {
    const metric = series.get(bigint(row, 'series'));
    if (metric === undefined) throw new Error('a point without a series');
    return {
      ...owner(metric, resources),
      name: text(row, 'metric'),
      description: text(metric, 'description'),
      unit: text(metric, 'unit'),
      kind: KINDS[number(metric, 'kind')] ?? '',
      temporality: number(metric, 'temporality'),
      isMonotonic: number(metric, 'is_monotonic') === 1,
      metadata: pairs(metric, 'metadata', 'metadata_types'),
      start: hex(bigint(row, 'start_timestamp')),
      time: hex(sentTime(row)),
      flags: number(row, 'flags'),
      attributes: attributes(metric, ''),
      ...value,
    };
  };
  return [
    ...(await of('metric_samples')).map((row) => point(row, { value: sample(row) })),
    ...(await of('metric_histograms')).map((row) =>
      point(row, {
        ...distribution(row),
        buckets: list(row, 'bucket_counts').map(hexCell),
        bounds: list(row, 'explicit_bounds').map(doubleCell),
      }),
    ),
    ...(await of('metric_exponential_histograms')).map((row) =>
      point(row, {
        ...distribution(row),
        scale: number(row, 'scale'),
        zeroCount: hex(bigint(row, 'zero_count')),
        zeroThreshold: doubleCell(row['zero_threshold']),
        positive: {
          offset: number(row, 'positive_offset'),
          counts: list(row, 'positive_bucket_counts').map(hexCell),
        },
        negative: {
          offset: number(row, 'negative_offset'),
          counts: list(row, 'negative_bucket_counts').map(hexCell),
        },
      }),
    ),
    ...(await of('metric_summaries')).map((row) =>
      point(row, {
        count: hex(bigint(row, 'count')),
        sum: doubleCell(row['sum']),
        quantiles: list(row, 'quantiles').map((quantile, i) => [
          doubleCell(quantile),
          doubleCell(list(row, 'quantile_values')[i]),
        ]),
      }),
    ),
  ];
}

const KINDS: Readonly<Record<number, string>> = {
  5: 'gauge',
  7: 'sum',
  9: 'histogram',
  10: 'exponentialHistogram',
  11: 'summary',
};

const PRESENCE = { sum: 1, min: 2, max: 4 } as const;

function distribution(row: StoredRow): Row {
  const optional = (name: keyof typeof PRESENCE): string =>
    (number(row, 'presence') & PRESENCE[name]) === 0 ? 'absent' : doubleCell(row[name]);
  return {
    count: hex(bigint(row, 'count')),
    sum: optional('sum'),
    min: optional('min'),
    max: optional('max'),
  };
}

/** The double beside an integer is the integer, rounded. */
function sample(row: StoredRow): Cell {
  switch (number(row, 'value_type')) {
    case 1:
      return ['asDouble', doubleCell(row['value'])];
    case 2: {
      const integer = bigint(row, 'int_value');
      if (Number(integer) !== row['value']) throw new Error(`${row['value']} beside ${integer}`);
      return ['asInt', hex(integer)];
    }
    default:
      return ['none'];
  }
}

/** One row an exemplar, with the name of its metric. Which point has it cannot be told for points of equal
 * series and time, which generated requests are full of. */
export async function storedExemplars(engine: TestEngine, tenant: string): Promise<Row[]> {
  const rows = await selectRows(engine, `SELECT * FROM sonde.exemplars WHERE tenant = '${tenant}'`);
  return rows.map((row) => ({
    metric: text(row, 'metric'),
    position: number(row, 'position'),
    time: hex(bigint(row, 'exemplar_timestamp')),
    value: sample(row),
    traceId: text(row, 'trace_id'),
    spanId: text(row, 'span_id'),
    attributes: attributes(row, ''),
  }));
}

async function storedResources(
  engine: TestEngine,
  tenant: string,
): Promise<ReadonlyMap<bigint, StoredRow>> {
  const rows = await selectRows(engine, `SELECT * FROM sonde.resources WHERE tenant = '${tenant}'`);
  return new Map(rows.map((row) => [bigint(row, 'fingerprint'), row]));
}

function owner(row: StoredRow, resources: ReadonlyMap<bigint, StoredRow>): Row {
  const resource = resources.get(bigint(row, 'resource_fingerprint'));
  if (resource === undefined) throw new Error('a row without a resource');
  for (const name of ['service', 'namespace', 'environment', 'cluster', 'host', 'instance']) {
    if (row[name] !== resource[name]) throw new Error(`${name} differs from its resource's`);
  }
  return {
    resource: {
      attributes: attributes(resource, ''),
      dropped: number(resource, 'dropped_attributes_count'),
    },
    resourceSchemaUrl: text(row, 'resource_schema_url'),
    scope: {
      name: text(row, 'scope_name'),
      version: text(row, 'scope_version'),
      attributes: attributes(row, 'scope_'),
      dropped: number(row, 'scope_dropped_attributes_count'),
    },
    scopeSchemaUrl: text(row, 'scope_schema_url'),
  };
}

/** The time as sent, whatever the time rule did. */
function sentTime(row: StoredRow): bigint {
  switch (number(row, 'time_source')) {
    case 0:
      return bigint(row, 'timestamp');
    case 1:
      return bigint(row, 'sent_unix_nano');
    default:
      return 0n;
  }
}

function attributes(row: StoredRow, prefix: string): Cell[] {
  return pairs(row, `${prefix}attributes`, `${prefix}attribute_types`);
}

/** `[key, [type, text]]` an attribute. */
function pairs(row: StoredRow, map: string, types: string): Cell[] {
  return list(row, map).map((pair, i) => {
    if (!Array.isArray(pair)) throw new Error(`${map} holds no pairs`);
    return [String(pair[0]), [Number(list(row, types)[i]), String(pair[1])]];
  });
}

/** Rows of a Nested column; `first` is one of its columns. */
function nested(
  row: StoredRow,
  prefix: string,
  first: string,
  read: (entry: StoredRow) => Cell,
): Cell[] {
  const columns = Object.keys(row).filter((name) => name.startsWith(prefix));
  return list(row, `${prefix}${first}`).map((_, i) =>
    read(
      Object.fromEntries(columns.map((name) => [name.slice(prefix.length), list(row, name)[i]])),
    ),
  );
}

function list(row: StoredRow, name: string): readonly unknown[] {
  const value = row[name];
  if (!Array.isArray(value)) throw new Error(`${name} is no array`);
  return value;
}

function text(row: StoredRow, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new Error(`${name} is no text`);
  return value;
}

function number(row: StoredRow, name: string): number {
  const value = row[name];
  if (typeof value !== 'number') throw new Error(`${name} is no number`);
  return value;
}

function bigint(row: StoredRow, name: string): bigint {
  const value = row[name];
  if (typeof value !== 'bigint') throw new Error(`${name} is no 64-bit integer`);
  return value;
}

function hex(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}

function hexCell(value: unknown): string {
  if (typeof value !== 'bigint') throw new Error('no 64-bit integer');
  return hex(value);
}

function doubleCell(value: unknown): string {
  if (typeof value !== 'number') throw new Error('no double');
  return Object.is(value, -0) ? '-0' : String(value);
}
