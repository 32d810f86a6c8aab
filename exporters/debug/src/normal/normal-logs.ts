import type { OtlpMessage } from '@sonde/proto';
import { plainValue } from '../text/value-text.ts';
import { attributeText, groupLines } from './group-lines.ts';

/** A line a record: body, attributes. */
export function normalLogs(request: OtlpMessage): string {
  return groupLines(request, {
    resources: 'resourceLogs',
    scopes: 'scopeLogs',
    rows: 'logRecords',
    title: 'Log',
    describe: (record) => [
      `${plainValue(record.message('body'))} ${attributeText(record.messages('attributes'))}`,
    ],
  });
}
