import type { OtlpMessage } from '@sonde/proto';
import { exponentialBuckets } from '../text/exponential-buckets.ts';
import { decimal } from '../text/go-text.ts';
import { oneLine } from '../text/value-text.ts';
import { attributeText, groupLines } from './group-lines.ts';

const DATA: Readonly<Record<string, (point: OtlpMessage) => string>> = {
  gauge: numberText,
  sum: numberText,
  histogram: histogramText,
  exponentialHistogram: exponentialText,
  summary: summaryText,
};

/** A line a data point: `name{attributes} values`. */
export function normalMetrics(request: OtlpMessage): string {
  return groupLines(request, {
    resources: 'resourceMetrics',
    scopes: 'scopeMetrics',
    rows: 'metrics',
    title: 'Metrics',
    describe: pointLines,
  });
}

function pointLines(metric: OtlpMessage): readonly string[] {
  const name = oneLine(metric.text('name'));
  return Object.entries(DATA).flatMap(([kind, describe]) =>
    (metric.message(kind)?.messages('dataPoints') ?? []).map((point) => {
      const attributes = attributeText(point.messages('attributes'));
      return `${name}{${attributes.replaceAll(' ', ',')}} ${describe(point)}`;
    }),
  );
}

function numberText(point: OtlpMessage): string {
  if (point.has('asInt')) return point.integer('asInt').toString();
  return point.has('asDouble') ? String(point.double('asDouble')) : '';
}

function boundsText(point: OtlpMessage): string {
  const parts = [`count=${point.integer('count')}`];
  for (const key of ['sum', 'min', 'max']) {
    if (point.has(key)) parts.push(`${key}=${point.double(key)}`);
  }
  return parts.join(' ');
}

function histogramText(point: OtlpMessage): string {
  const bounds = point.doubles('explicitBounds');
  const counts = point.integers('bucketCounts').map((count, index) => {
    const bound = bounds[index];
    return bound === undefined ? String(count) : `le${bound}=${count}`;
  });
  return [boundsText(point), ...counts].join(' ');
}

function exponentialText(point: OtlpMessage): string {
  const { negative, positive } = exponentialBuckets(point);
  const zero = point.integer('zeroCount');
  return [
    boundsText(point),
    ...negative.map(({ upper, count }) => `le${upper}=${count}`),
    ...(zero === 0n ? [] : [`zero=${zero}`]),
    ...positive.map(({ upper, count }) => `le${upper}=${count}`),
  ].join(' ');
}

function summaryText(point: OtlpMessage): string {
  const quantiles = point
    .messages('quantileValues')
    .map((each) => `q${each.double('quantile')}=${each.double('value')}`);
  return [
    `count=${point.integer('count')}`,
    `sum=${decimal(point.double('sum'))}`,
    ...quantiles,
  ].join(' ');
}
