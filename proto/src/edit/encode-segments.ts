import type { Columns } from '../columns/index.ts';
import type { MetricColumns } from '../columns/metric-columns.ts';
import type { PointColumns } from '../columns/point-columns.ts';
import { encodeColumns, encodeRows } from '../encode/index.ts';
import type { EncodedRequest } from '../encoded-request.ts';
import { dictionaryText } from '../read/native-text.ts';

/**
 * A batch as the requests it came in: one a segment, with the segment's tenant and time of receipt.
 * Segments without rows are left out. The bytes are the caller's.
 */
export function encodeSegments(columns: Columns): EncodedRequest[] {
  const { segments } = columns;
  const items = itemsBySegment(columns);
  const requests: EncodedRequest[] = [];
  for (let i = 0, start = 0; i < segments.count; i++) {
    const end = segments.rowEnd[i];
    if (end > start) {
      requests.push({
        signal: columns.signal,
        bytes:
          start === 0 && end === columns.count
            ? encodeColumns(columns)
            : range(columns, start, end),
        itemCount: items[i],
        tenant: dictionaryText(segments.tenants, segments.tenant[i]),
        receivedUnixMs: segments.receivedUnixMs[i],
      });
    }
    start = end;
  }
  return requests;
}

function range(columns: Columns, start: number, end: number): Uint8Array {
  const keep = new Uint8Array(columns.count).fill(1, start, end);
  return encodeRows(columns, keep);
}

/** Spans, log records, data points or samples of a batch, as OTLP and the Collector count them. */
export function itemsOf(columns: Columns): number {
  switch (columns.signal) {
    case 'metrics':
      return columns.pointCount();
    case 'profiles':
      return columns.itemCount(0);
    default:
      return columns.count;
  }
}

function itemsBySegment(columns: Columns): Uint32Array {
  const { segments } = columns;
  const items = new Uint32Array(segments.count);
  if (columns.signal === 'metrics') countPoints(columns, items);
  for (let i = 0; i < segments.count; i++) {
    const start = i === 0 ? 0 : segments.rowEnd[i - 1];
    if (columns.signal === 'profiles') {
      const next = i === segments.count - 1 ? 0 : columns.itemCount(segments.rowEnd[i]);
      items[i] = columns.itemCount(start) - next;
    } else if (columns.signal !== 'metrics') {
      items[i] = segments.rowEnd[i] - start;
    }
  }
  return items;
}

function countPoints(columns: MetricColumns, items: Uint32Array): void {
  const { segments, numbers, histograms, exponentialHistograms, summaries } = columns;
  const tables: readonly PointColumns[] = [numbers, histograms, exponentialHistograms, summaries];
  for (const points of tables) {
    let segment = 0;
    for (let row = 0; row < points.count; row++) {
      while (points.metric[row] >= segments.rowEnd[segment]) segment++;
      items[segment]++;
    }
  }
}
