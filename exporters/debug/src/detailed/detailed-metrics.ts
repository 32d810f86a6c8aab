import type { OtlpMessage } from '@sonde/proto';
import type { Lines } from '../text/lines.ts';
import { oneLine } from '../text/value-text.ts';
import {
  describeExponentialPoint,
  describeHistogramPoint,
  describeNumberPoint,
  describeSummaryPoint,
} from './data-points.ts';
import { detailedGroups } from './groups.ts';

const TEMPORALITIES = ['Unspecified', 'Delta', 'Cumulative'];

interface DataKind {
  readonly type: string;
  /** How the line of a point begins. */
  readonly title: string;
  readonly describe: (point: OtlpMessage, lines: Lines) => void;
}

const KINDS: Readonly<Record<string, DataKind>> = {
  gauge: { type: 'Gauge', title: 'NumberDataPoints', describe: describeNumberPoint },
  sum: { type: 'Sum', title: 'NumberDataPoints', describe: describeNumberPoint },
  histogram: { type: 'Histogram', title: 'HistogramDataPoints', describe: describeHistogramPoint },
  exponentialHistogram: {
    type: 'ExponentialHistogram',
    title: 'ExponentialHistogramDataPoints',
    describe: describeExponentialPoint,
  },
  summary: { type: 'Summary', title: 'SummaryDataPoints', describe: describeSummaryPoint },
};

export function detailedMetrics(request: OtlpMessage): string {
  return detailedGroups(request, {
    resources: 'resourceMetrics',
    scopes: 'scopeMetrics',
    rows: 'metrics',
    resourceTitle: 'ResourceMetrics',
    scopeTitle: 'ScopeMetrics',
    describe: describeMetric,
  });
}

function describeMetric(metric: OtlpMessage, index: number, lines: Lines): void {
  const [key, kind] = Object.entries(KINDS).find(([name]) => metric.has(name)) ?? [];
  const data = key === undefined ? undefined : metric.message(key);
  lines.add(`Metric #${index}`);
  lines.add('Descriptor:');
  lines.add(`     -> Name: ${oneLine(metric.text('name'))}`);
  lines.add(`     -> Description: ${oneLine(metric.text('description'))}`);
  lines.add(`     -> Unit: ${oneLine(metric.text('unit'))}`);
  lines.add(`     -> DataType: ${kind?.type ?? 'Empty'}`);
  if (data === undefined || kind === undefined) return;
  if (key === 'sum') lines.add(`     -> IsMonotonic: ${data.flag('isMonotonic')}`);
  if (key !== 'gauge' && key !== 'summary') {
    const temporality = TEMPORALITIES[Number(data.integer('aggregationTemporality'))] ?? '';
    lines.add(`     -> AggregationTemporality: ${temporality}`);
  }
  for (const [at, point] of data.messages('dataPoints').entries()) {
    lines.add(`${kind.title} #${at}`);
    kind.describe(point, lines);
  }
}
