import { KEY_VALUE, requestMessage } from './common-messages.ts';
import { enumeration, type Field, Message, message, scalar } from './field.ts';

/** `opentelemetry.proto.metrics.v1`. */
const list = { repeated: true };
const rows = { repeated: true, row: true };
const points = { repeated: true, item: true };
const value = { oneof: 'value' };
const data = { oneof: 'data' };
const optional = { presence: true };

const TEMPORALITIES = [
  'AGGREGATION_TEMPORALITY_UNSPECIFIED',
  'AGGREGATION_TEMPORALITY_DELTA',
  'AGGREGATION_TEMPORALITY_CUMULATIVE',
];
const temporality = (): Field => enumeration(2, 'aggregationTemporality', TEMPORALITIES);
const times = (): Field[] => [
  scalar(2, 'startTimeUnixNano', 'fixed64'),
  scalar(3, 'timeUnixNano', 'fixed64'),
];

const EXEMPLAR = new Message('Exemplar').define([
  scalar(2, 'timeUnixNano', 'fixed64'),
  scalar(3, 'asDouble', 'double', value),
  scalar(4, 'spanId', 'spanId'),
  scalar(5, 'traceId', 'traceId'),
  scalar(6, 'asInt', 'sfixed64', value),
  message(7, 'filteredAttributes', KEY_VALUE, list),
]);

const NUMBER_POINT = new Message('NumberDataPoint').define([
  ...times(),
  scalar(4, 'asDouble', 'double', value),
  message(5, 'exemplars', EXEMPLAR, rows),
  scalar(6, 'asInt', 'sfixed64', value),
  message(7, 'attributes', KEY_VALUE, list),
  scalar(8, 'flags', 'uint32'),
]);

const HISTOGRAM_POINT = new Message('HistogramDataPoint').define([
  ...times(),
  scalar(4, 'count', 'fixed64'),
  scalar(5, 'sum', 'double', optional),
  scalar(6, 'bucketCounts', 'fixed64', list),
  scalar(7, 'explicitBounds', 'double', list),
  message(8, 'exemplars', EXEMPLAR, rows),
  message(9, 'attributes', KEY_VALUE, list),
  scalar(10, 'flags', 'uint32'),
  scalar(11, 'min', 'double', optional),
  scalar(12, 'max', 'double', optional),
]);

const BUCKETS = new Message('Buckets').define([
  scalar(1, 'offset', 'sint32'),
  scalar(2, 'bucketCounts', 'uint64', list),
]);

const EXPONENTIAL_POINT = new Message('ExponentialHistogramDataPoint').define([
  message(1, 'attributes', KEY_VALUE, list),
  ...times(),
  scalar(4, 'count', 'fixed64'),
  scalar(5, 'sum', 'double', optional),
  scalar(6, 'scale', 'sint32'),
  scalar(7, 'zeroCount', 'fixed64'),
  message(8, 'positive', BUCKETS, { merged: true }),
  message(9, 'negative', BUCKETS, { merged: true }),
  scalar(10, 'flags', 'uint32'),
  message(11, 'exemplars', EXEMPLAR, rows),
  scalar(12, 'min', 'double', optional),
  scalar(13, 'max', 'double', optional),
  scalar(14, 'zeroThreshold', 'double'),
]);

const QUANTILE = new Message('ValueAtQuantile').define([
  scalar(1, 'quantile', 'double'),
  scalar(2, 'value', 'double'),
]);

const SUMMARY_POINT = new Message('SummaryDataPoint').define([
  ...times(),
  scalar(4, 'count', 'fixed64'),
  scalar(5, 'sum', 'double'),
  message(6, 'quantileValues', QUANTILE, rows),
  message(7, 'attributes', KEY_VALUE, list),
  scalar(8, 'flags', 'uint32'),
]);

const GAUGE = new Message('Gauge').define([message(1, 'dataPoints', NUMBER_POINT, points)]);
const SUM = new Message('Sum').define([
  message(1, 'dataPoints', NUMBER_POINT, points),
  temporality(),
  scalar(3, 'isMonotonic', 'bool'),
]);
const HISTOGRAM = new Message('Histogram').define([
  message(1, 'dataPoints', HISTOGRAM_POINT, points),
  temporality(),
]);
const EXPONENTIAL_HISTOGRAM = new Message('ExponentialHistogram').define([
  message(1, 'dataPoints', EXPONENTIAL_POINT, points),
  temporality(),
]);
const SUMMARY = new Message('Summary').define([message(1, 'dataPoints', SUMMARY_POINT, points)]);

/** `Metric`; its data messages are found by field number. */
export const METRIC: Message = new Message('Metric').define([
  scalar(1, 'name', 'string', { interned: true }),
  scalar(2, 'description', 'string', { interned: true }),
  scalar(3, 'unit', 'string', { interned: true }),
  message(5, 'gauge', GAUGE, data),
  message(7, 'sum', SUM, data),
  message(9, 'histogram', HISTOGRAM, data),
  message(10, 'exponentialHistogram', EXPONENTIAL_HISTOGRAM, data),
  message(11, 'summary', SUMMARY, data),
  message(12, 'metadata', KEY_VALUE, list),
]);

export const METRICS_REQUEST: Message = requestMessage(
  {
    request: 'ExportMetricsServiceRequest',
    resources: 'resourceMetrics',
    scopes: 'scopeMetrics',
    rows: 'metrics',
  },
  METRIC,
  rows,
);
