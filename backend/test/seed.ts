/** Rows of the real tables, written by SQL: what the exporter would have stored. */

export type Literal = string | number | { readonly raw: string };
export type Row = Readonly<Record<string, Literal>>;

const quoted = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");

export function raw(sql: string): { raw: string } {
  return { raw: sql };
}

function literal(value: Literal): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? `'${quoted(value)}'` : value.raw;
}

/** Rows of one table, all with the same columns, as one statement. */
export function insertSql(table: string, rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const selects = rows.map(
    (row) => `SELECT ${columns.map((name) => literal(row[name] ?? 0)).join(', ')}`,
  );
  const names = columns.map((name) => `\`${name}\``).join(', ');
  return `INSERT INTO sonde.${table} (${names}) ${selects.join('\nUNION ALL ')}`;
}

export const atNanoSql = (ms: number, ns = 0): { raw: string } =>
  raw(`fromUnixTimestamp64Nano(toInt64('${BigInt(ms) * 1_000_000n + BigInt(ns)}'), 'UTC')`);

export const idSql = (hex: string, bytes: number): { raw: string } =>
  raw(`toFixedString(unhex('${hex}'), ${bytes})`);

/** A map literal that keeps duplicates and order. */
export function mapSql(entries: readonly (readonly [string, string])[]): { raw: string } {
  const keys = entries.map(([key]) => `'${quoted(key)}'`).join(', ');
  const values = entries.map(([, value]) => `'${quoted(value)}'`).join(', ');
  const type = 'Map(LowCardinality(String), String)';
  if (entries.length === 0) return raw(`CAST(map(), '${type}')`);
  return raw(`CAST(([${keys}], [${values}]), '${type}')`);
}

export interface SpanSeed {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly atMs: number;
  readonly durationNs: number;
  readonly service: string;
  readonly name: string;
  readonly kind?: number;
  readonly error?: boolean;
  readonly namespace?: string;
  readonly origin?: 'sdk' | 'ebpf' | 'derived';
  readonly weight?: number;
  readonly tenant?: string;
  readonly attributes?: readonly (readonly [string, string])[];
  readonly types?: readonly number[];
  readonly more?: Row;
}

export function spanRow(seed: SpanSeed): Row {
  return {
    tenant: seed.tenant ?? 'default',
    timestamp: atNanoSql(seed.atMs),
    duration_ns: seed.durationNs,
    trace_id: idSql(seed.traceId, 16),
    span_id: idSql(seed.spanId, 8),
    parent_span_id: idSql(seed.parentId ?? '', 8),
    name: seed.name,
    kind: seed.kind ?? 2,
    status_code: seed.error === true ? 2 : 0,
    weight: seed.weight ?? 1,
    service: seed.service,
    namespace: seed.namespace ?? '',
    origin: seed.origin ?? 'sdk',
    resource_fingerprint: raw(`cityHash64('${seed.service}')`),
    attributes: mapSql(seed.attributes ?? []),
    attribute_types: raw(`[${(seed.types ?? []).join(', ')}]::Array(UInt8)`),
    retention_days: 14,
    ...seed.more,
  };
}

export interface LogSeed {
  readonly atMs: number;
  readonly body: string;
  readonly service?: string;
  readonly severity?: number;
  readonly traceId?: string;
  readonly namespace?: string;
  readonly tenant?: string;
  readonly retentionDays?: number;
  readonly attributes?: readonly (readonly [string, string])[];
  readonly more?: Row;
}

export function logRow(seed: LogSeed): Row {
  return {
    tenant: seed.tenant ?? 'default',
    timestamp: atNanoSql(seed.atMs),
    observed_timestamp: atNanoSql(seed.atMs, 5),
    severity_number: seed.severity ?? 9,
    severity_text: 'INFO',
    body: seed.body,
    body_type: 1,
    trace_id: idSql(seed.traceId ?? '', 16),
    service: seed.service ?? 'shop',
    namespace: seed.namespace ?? '',
    origin: 'sdk',
    scope_name: 'app',
    attributes: mapSql(seed.attributes ?? [['k', 'v']]),
    attribute_types: raw('[1]::Array(UInt8)'),
    retention_days: seed.retentionDays ?? 14,
    ...seed.more,
  };
}

export interface SeriesSeed {
  readonly metric: string;
  readonly series: number;
  /** 5 gauge, 7 sum, 9 histogram, 11 summary. */
  readonly kind: number;
  readonly atMs: number;
  readonly temporality?: number;
  readonly monotonic?: boolean;
  readonly service?: string;
  readonly namespace?: string;
  readonly attributes?: readonly (readonly [string, string])[];
  readonly scope?: string;
}

export function seriesRow(seed: SeriesSeed): Row {
  return {
    tenant: 'default',
    metric: seed.metric,
    series: seed.series,
    bucket: raw(`toStartOfHour(toDateTime(${Math.floor(seed.atMs / 1000)}, 'UTC'))`),
    kind: seed.kind,
    temporality: seed.temporality ?? 0,
    is_monotonic: seed.monotonic === true ? 1 : 0,
    unit: '1',
    description: `about ${seed.metric}`,
    service: seed.service ?? 'shop',
    namespace: seed.namespace ?? '',
    origin: 'sdk',
    scope_name: seed.scope ?? '',
    attributes: mapSql(seed.attributes ?? []),
    retention_days: 14,
  };
}

export interface PointSeed {
  readonly metric: string;
  readonly series: number;
  readonly atMs: number;
  readonly startMs?: number;
  readonly value?: number;
  readonly more?: Row;
}

export function pointRow(seed: PointSeed): Row {
  return {
    tenant: 'default',
    metric: seed.metric,
    series: seed.series,
    timestamp: atNanoSql(seed.atMs),
    start_timestamp: atNanoSql(seed.startMs ?? 0),
    ...(seed.value === undefined ? {} : { value: seed.value, value_type: 1 }),
    retention_days: 14,
    ...seed.more,
  };
}
