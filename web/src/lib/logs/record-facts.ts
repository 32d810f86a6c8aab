import type { Attribute, LogRecord } from '@sonde/backend/api-contract';
import { formatDateTime, unixNanoToMs } from '../format/clock-time.ts';
import { severityName } from './severity.ts';

/** What a record says beside its body and attributes, by the names of the search language. */
export function recordFacts(record: LogRecord): readonly Attribute[] {
  const observedMs = unixNanoToMs(record.observedTimeUnixNano);
  const facts: readonly (readonly [key: string, value: string])[] = [
    ['level', severityName(record.severityNumber).toLowerCase()],
    ['severity.text', record.severityText],
    ['service', record.service],
    ['namespace', record.namespace],
    ['environment', record.environment],
    ['host', record.host],
    ['instance', record.instance],
    ['scope', record.scopeName],
    ['event', record.eventName],
    ['trace', record.traceId],
    ['span', record.spanId],
    ['time, unix ns', record.timeUnixNano],
    ['observed', observedMs > 0 ? formatDateTime(observedMs) : ''],
  ];
  return facts
    .filter(([, value]) => value !== '')
    .map(([key, value]) => ({ key, type: 'string', value }));
}
