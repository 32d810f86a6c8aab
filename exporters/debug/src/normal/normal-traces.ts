import type { OtlpMessage } from '@sonde/proto';
import { oneLine } from '../text/value-text.ts';
import { attributeText, groupLines } from './group-lines.ts';

/** A line a span: name, trace id, span id, attributes. */
export function normalTraces(request: OtlpMessage): string {
  return groupLines(request, {
    resources: 'resourceSpans',
    scopes: 'scopeSpans',
    rows: 'spans',
    title: 'Traces',
    describe: (span) => {
      const attributes = attributeText(span.messages('attributes'));
      const ids = `${span.text('traceId')} ${span.text('spanId')}`;
      const line = `${oneLine(span.text('name'))} ${ids}`;
      return [attributes === '' ? line : `${line} ${attributes}`];
    },
  });
}
