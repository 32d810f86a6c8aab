import type { LogRecord } from '@sonde/backend/api-contract';
import { jsonAt } from './json-fields.ts';
import { severityName } from './severity.ts';

const OWN: Readonly<Record<string, (record: LogRecord) => string>> = {
  level: (record) => severityName(record.severityNumber) || record.severityText,
  severity: (record) => severityName(record.severityNumber) || record.severityText,
  'severity.text': (record) => record.severityText,
  service: (record) => record.service,
  'service.name': (record) => record.service,
  host: (record) => record.host,
  'host.name': (record) => record.host,
  instance: (record) => record.instance,
  'service.instance.id': (record) => record.instance,
  environment: (record) => record.environment,
  'deployment.environment.name': (record) => record.environment,
  namespace: (record) => record.namespace,
  'service.namespace': (record) => record.namespace,
  scope: (record) => record.scopeName,
  event: (record) => record.eventName,
  trace: (record) => record.traceId,
  span: (record) => record.spanId,
};

const BODY = 'body.';
const ATTRIBUTE = 'attr.';
const RESOURCE = 'resource.';

/** The resource attributes that columns show, as a query names them; undefined for none. */
export function resourceKeysOf(columns: readonly string[]): string | undefined {
  const keys = columns.filter((name) => name.startsWith(RESOURCE));
  if (keys.length === 0) return undefined;
  return keys.map((name) => name.slice(RESOURCE.length)).join(',');
}

/** What stands in a column of a record; empty when the record has nothing there. */
export function columnValue(record: LogRecord, name: string): string {
  const own = OWN[name];
  if (own !== undefined) return own(record);
  if (name.startsWith(BODY)) return jsonAt(record.body, name.slice(BODY.length));
  if (name.startsWith(RESOURCE)) return record.resource?.[name.slice(RESOURCE.length)] ?? '';
  const key = name.startsWith(ATTRIBUTE) ? name.slice(ATTRIBUTE.length) : name;
  return record.attributes.find((attribute) => attribute.key === key)?.value ?? '';
}

/** Widths in CSS pixels: of known columns, of others, of the time, and the least of the body. */
const WIDTHS: Readonly<Record<string, number>> = {
  level: 52,
  severity: 52,
  service: 120,
  trace: 240,
  span: 132,
};
const WIDTH_PX = 140;
export const TIME_PX = 92;
export const BODY_PX_MIN = 260;
const GAP_PX = 12;

/** Width of a chosen column; all but the body keep theirs. */
export function columnPx(name: string): number {
  return WIDTHS[name] ?? WIDTH_PX;
}

/** What the time, the chosen columns and the body need together. */
export function columnsPxMin(columns: readonly string[]): number {
  const chosen = columns.reduce((sum, name) => sum + columnPx(name) + GAP_PX, 0);
  return TIME_PX + GAP_PX + chosen + BODY_PX_MIN + 2 * GAP_PX;
}
