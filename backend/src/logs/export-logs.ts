import { sql } from '@sonde/store';
import type { LogRecord } from '../api/contract/index.ts';
import { CostMeter } from '../store-cost.ts';
import type { StoreReader } from '../store-reader.ts';
import { LogRowSchema, logColumns, NEWEST_FIRST, recordOf } from './log-rows.ts';
import { type LogScope, logsIn } from './log-scope.ts';
import { readResourceValues } from './resource-values.ts';
import { LEVELS } from './search/log-fields.ts';

export type ExportFormat = 'ndjson' | 'csv';

export interface ExportWish {
  readonly scope: LogScope;
  readonly format: ExportFormat;
  /** Attributes of resources that come with the records. */
  readonly resourceKeys: readonly string[];
}

/**
 * All records that match, newest first, as the bytes of a file: a JSON object or a CSV row (RFC 4180,
 * with a header) a record, bodies whole. A batch of rows at a time is in memory.
 */
export async function* exportLogs(
  store: StoreReader,
  wish: ExportWish,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const { scope, format, resourceKeys: keys } = wish;
  const query = {
    summary: 'SELECT logs export',
    row: LogRowSchema,
    sql: sql`SELECT ${logColumns()} FROM logs WHERE ${logsIn(scope, scope.range)} ${NEWEST_FIRST}`,
  };
  if (format === 'csv') yield Buffer.from(csvHead(keys));
  const { tenant, range } = scope;
  const asking = { meter: new CostMeter(), signal };
  for await (const rows of store.stream(query, signal)) {
    const values = await readResourceValues(store, { tenant, range, keys, rows }, asking);
    const records = rows.map((row) => recordOf(row, values.get(row.resource)));
    const lines = records.map((one) => (format === 'csv' ? csvLine(one, keys) : jsonLine(one)));
    yield Buffer.from(lines.join(''));
  }
}

function jsonLine(record: LogRecord): string {
  return `${JSON.stringify(record)}\n`;
}

const CSV_COLUMNS: readonly (readonly [name: string, value: (record: LogRecord) => string])[] = [
  ['time', (record) => isoNano(record.timeUnixNano)],
  ['level', (record) => levelName(record.severityNumber)],
  ['severity_text', (record) => record.severityText],
  ['service', (record) => record.service],
  ['environment', (record) => record.environment],
  ['host', (record) => record.host],
  ['instance', (record) => record.instance],
  ['scope', (record) => record.scopeName],
  ['event', (record) => record.eventName],
  ['trace_id', (record) => record.traceId],
  ['span_id', (record) => record.spanId],
  ['body', (record) => record.body],
  ['attributes', (record) => attributesJson(record)],
];

function csvHead(keys: readonly string[]): string {
  const names = [...CSV_COLUMNS.map(([name]) => name), ...keys.map((key) => `resource.${key}`)];
  return `${names.map(csvCell).join(',')}\r\n`;
}

function csvLine(record: LogRecord, keys: readonly string[]): string {
  const cells = [
    ...CSV_COLUMNS.map(([, value]) => value(record)),
    ...keys.map((key) => record.resource?.[key] ?? ''),
  ];
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Of keys that were sent twice the last. */
function attributesJson({ attributes }: LogRecord): string {
  if (attributes.length === 0) return '';
  return JSON.stringify(Object.fromEntries(attributes.map(({ key, value }) => [key, value])));
}

function levelName(severityNumber: number): string {
  return LEVELS.findLast(([, from]) => severityNumber >= from)?.[0] ?? 'unset';
}

/** ISO 8601 with nine places. */
function isoNano(unixNano: string): string {
  const nano = BigInt(unixNano);
  const seconds = new Date(Number(nano / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(nano % 1_000_000_000n).padStart(9, '0')}Z`;
}
