import type { PageExemplar } from '../page/read-page.ts';
import type { PointExemplar, TextAttribute } from './target-tree.ts';

const TRACE_ID = /^[0-9a-f]{32}$/i;
const SPAN_ID = /^[0-9a-f]{16}$/i;
const ZEROS = /^0+$/;

/** Labels that are ids of OpenTelemetry become ids; others, and ids of another width, attributes. */
export function readExemplar(
  exemplar: PageExemplar,
  labels: ReadonlyMap<string, string>,
  unixMs: number,
): PointExemplar {
  let traceId = '';
  let spanId = '';
  const attributes: TextAttribute[] = [];
  for (const [key, stringValue] of labels) {
    const name = key.toLowerCase();
    const isId = !ZEROS.test(stringValue);
    if (name === 'trace_id' && isId && TRACE_ID.test(stringValue)) traceId = stringValue;
    else if (name === 'span_id' && isId && SPAN_ID.test(stringValue)) spanId = stringValue;
    else if (stringValue !== '') attributes.push({ key, value: { stringValue } });
  }
  return { unixMs: exemplar.unixMs ?? unixMs, value: exemplar.value, traceId, spanId, attributes };
}
