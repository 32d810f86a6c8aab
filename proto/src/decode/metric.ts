import { intern } from '../columns/intern.ts';
import type { MetricColumns } from '../columns/metric-columns.ts';
import { MetricKind } from '../columns/metric-kind.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, readVarint, result } from '../protobuf/varint.ts';
import { checkMessage } from '../schema/check-message.ts';
import { METRIC } from '../schema/metric-messages.ts';
import { appendAttribute } from './attribute.ts';
import { appendExponentialHistogramPoint } from './exponential-histogram-point.ts';
import { readEnum } from './fields.ts';
import { appendHistogramPoint } from './histogram-point.ts';
import { appendNumberPoint } from './number-point.ts';
import { appendSummaryPoint } from './summary-point.ts';

const METRIC_FIELDS: number = METRIC.known;

/** Known fields of the data messages by `MetricKind`: points, temporality, monotonicity. */
const DATA_FIELDS: Uint8Array = new Uint8Array(16);
DATA_FIELDS[MetricKind.gauge] = 0b10;
DATA_FIELDS[MetricKind.sum] = 0b1110;
DATA_FIELDS[MetricKind.histogram] = 0b110;
DATA_FIELDS[MetricKind.exponentialHistogram] = 0b110;
DATA_FIELDS[MetricKind.summary] = 0b10;

/**
 * Fills row `columns.count` from the `Metric` in `[p, end)` and appends its points. Its data may
 * stand before its name; of several, the last counts.
 */
export function decodeMetric(source: Source, p: number, end: number, columns: MetricColumns): void {
  const { bytes, view } = source;
  const row = columns.count;
  clearMetric(columns, row);
  let kind: number = MetricKind.none;
  let start = 0;
  let dataEnd = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    const field = tag >>> 3;
    if ((tag & 7) !== 2 || field > 12 || ((METRIC_FIELDS >>> field) & 1) === 0) {
      p = skipField(bytes, p, end, tag, METRIC_FIELDS);
      continue;
    }
    const length = readLength(bytes, p, end);
    p = result.next;
    switch (field) {
      case 1:
        columns.name[row] = intern(columns.names, bytes, view, p, length);
        break;
      case 2:
        columns.description[row] = intern(columns.descriptions, bytes, view, p, length);
        break;
      case 3:
        columns.unit[row] = intern(columns.units, bytes, view, p, length);
        break;
      case 12:
        appendAttribute(source, p, p + length, columns.metadata);
        break;
      default:
        checkReplaced(bytes, start, dataEnd, kind);
        kind = field;
        start = p;
        dataEnd = p + length;
    }
    p += length;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.kind[row] = kind;
  columns.metadataEnd[row * 2] = columns.metadata.count;
  if (kind !== MetricKind.none) decodeData(source, start, dataEnd, kind, columns);
}

/** Data that a later member of the oneof replaced must be sound all the same. */
function checkReplaced(bytes: Uint8Array, start: number, end: number, kind: number): void {
  const type = METRIC.byNumber[kind]?.message;
  if (type !== undefined) checkMessage(bytes, start, end, type);
}

function clearMetric(columns: MetricColumns, row: number): void {
  columns.name[row] = 0;
  columns.description[row] = 0;
  columns.unit[row] = 0;
  columns.temporality[row] = 0;
  columns.isMonotonic[row] = 0;
}

/** `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` and `Summary` number their fields alike. */
function decodeData(
  source: Source,
  p: number,
  end: number,
  kind: number,
  columns: MetricColumns,
): void {
  const bytes = source.bytes;
  const row = columns.count;
  const known = DATA_FIELDS[kind];
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x0a) {
      const length = readLength(bytes, p, end);
      p = result.next;
      appendPoint(source, p, p + length, kind, columns);
      p += length;
    } else if (tag === 0x10 && known > 0b10) {
      p = readEnum(source, p, columns.temporality, row);
    } else if (tag === 0x18 && known > 0b110) {
      p = readVarint(bytes, p);
      columns.isMonotonic[row] = (result.low | result.high) === 0 ? 0 : 1;
    } else {
      p = skipField(bytes, p, end, tag, known);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

function appendPoint(
  source: Source,
  p: number,
  end: number,
  kind: number,
  columns: MetricColumns,
): void {
  const row = columns.count;
  switch (kind) {
    case MetricKind.histogram:
      appendHistogramPoint(source, p, end, columns.histograms, row);
      break;
    case MetricKind.exponentialHistogram:
      appendExponentialHistogramPoint(source, p, end, columns.exponentialHistograms, row);
      break;
    case MetricKind.summary:
      appendSummaryPoint(source, p, end, columns.summaries, row);
      break;
    default:
      appendNumberPoint(source, p, end, columns.numbers, row);
  }
}
