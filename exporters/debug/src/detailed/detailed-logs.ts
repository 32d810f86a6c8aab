import type { OtlpMessage } from '@sonde/proto';
import { timestamp } from '../text/go-text.ts';
import type { Lines } from '../text/lines.ts';
import { oneLine, typedValue } from '../text/value-text.ts';
import { detailedGroups } from './groups.ts';

const SEVERITIES = [
  'Unspecified',
  ...['Trace', 'Debug', 'Info', 'Warn', 'Error', 'Fatal'].flatMap((level) =>
    ['', '2', '3', '4'].map((step) => `${level}${step}`),
  ),
];

export function detailedLogs(request: OtlpMessage): string {
  return detailedGroups(request, {
    resources: 'resourceLogs',
    scopes: 'scopeLogs',
    rows: 'logRecords',
    resourceTitle: 'ResourceLog',
    scopeTitle: 'ScopeLogs',
    describe: describeRecord,
  });
}

function describeRecord(record: OtlpMessage, index: number, lines: Lines): void {
  const severity = Number(record.integer('severityNumber'));
  const eventName = oneLine(record.text('eventName'));
  lines.add(`LogRecord #${index}`);
  lines.add(`ObservedTimestamp: ${timestamp(record.integer('observedTimeUnixNano'))}`);
  lines.add(`Timestamp: ${timestamp(record.integer('timeUnixNano'))}`);
  lines.add(`SeverityText: ${oneLine(record.text('severityText'))}`);
  lines.add(`SeverityNumber: ${SEVERITIES[severity] ?? ''}(${severity})`);
  if (eventName !== '') lines.add(`EventName: ${eventName}`);
  lines.add(`Body: ${typedValue(record.message('body'))}`);
  lines.attributes('Attributes:', record.messages('attributes'));
  lines.add(`Trace ID: ${record.text('traceId')}`);
  lines.add(`Span ID: ${record.text('spanId')}`);
  lines.add(`Flags: ${record.integer('flags')}`);
}
