export { columnsToJson, encodeColumns, encodePoints, encodeRows } from './encode-columns.ts';
export {
  encodeResource,
  type LineFields,
  type LogRecordFields,
  LogRequestWriter,
  type LogValue,
} from './log-request-writer.ts';
export {
  encodeMetricHead,
  encodePointAttributes,
  type HistogramPointFields,
  type MetricHead,
  MetricRequestWriter,
  type NumberPointFields,
  type ScopeFields,
  type SumFields,
  type Words,
} from './metric-request-writer.ts';
export {
  encodeKey,
  encodeSpan,
  type SpanFields,
  type SpanIds,
  SpanListWriter,
  SpanRequestWriter,
} from './span-request-writer.ts';
