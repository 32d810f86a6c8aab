import { sql } from '@sonde/store';
import type { LogRecord } from '../api/contract/index.ts';
import type { StoreReader } from '../store-reader.ts';
import { LogRowSchema, logColumns, NEWEST_FIRST, recordOf } from './log-rows.ts';
import { type LogScope, logsIn } from './log-scope.ts';
import { LEVELS } from './search/log-fields.ts';

export type ExportFormat = 'ndjson' | 'csv';

/**
 * All records that match, newest first, as the bytes of a file: a JSON object or a CSV row (RFC 4180,
 * with a header) a record, bodies whole. A batch of rows at a time is in memory.
 */
export async function* exportLogs(
  store: StoreReader,
  wish: { readonly scope: LogScope; readonly format: ExportFormat },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const { scope, format } = wish;
  const query = {
    summary: 'SELECT logs export',
    row: LogRowSchema,
    sql: sql`SELECT ${logColumns()} FROM logs WHERE ${logsIn(scope, scope.range)} ${NEWEST_FIRST}`,
  };
  const line = format === 'csv' ? csvLine : jsonLine;
  if (format === 'csv') yield Buffer.from(`${CSV_COLUMNS.map(([name]) => name).join(',')}\r\n`);
  for await (const rows of store.stream(query, signal)) {
    yield Buffer.from(rows.map((row) => line(recordOf(row))).join(''));
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

function csvLine(record: LogRecord): string {
  return `${CSV_COLUMNS.map(([, value]) => csvCell(value(record))).join(',')}\r\n`;
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
