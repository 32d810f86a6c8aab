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

/** What stands in a column of a record; empty when the record has nothing there. */
export function columnValue(record: LogRecord, name: string): string {
  const own = OWN[name];
  if (own !== undefined) return own(record);
  if (name.startsWith(BODY)) return jsonAt(record.body, name.slice(BODY.length));
  const key = name.startsWith(ATTRIBUTE) ? name.slice(ATTRIBUTE.length) : name;
  return record.attributes.find((attribute) => attribute.key === key)?.value ?? '';
}

const WIDTHS: Readonly<Record<string, string>> = {
  level: '58px',
  severity: '58px',
  service: '128px',
  trace: '250px',
  span: '140px',
};
const WIDTH = 'minmax(84px, 150px)';

/** Widths of time, the chosen columns and the body, as CSS has them. */
export function gridColumns(columns: readonly string[]): string {
  return ['96px', ...columns.map((name) => WIDTHS[name] ?? WIDTH), 'minmax(220px, 1fr)'].join(' ');
}
