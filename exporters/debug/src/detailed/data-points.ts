import type { OtlpMessage } from '@sonde/proto';
import { exponentialBuckets } from '../text/exponential-buckets.ts';
import { decimal, timestamp } from '../text/go-text.ts';
import type { Lines } from '../text/lines.ts';

const NESTED = '          ';

export function describeNumberPoint(point: OtlpMessage, lines: Lines): void {
  describeHead(point, lines);
  if (point.has('asInt') || point.has('asDouble')) lines.add(`Value: ${numberText(point)}`);
  describeExemplars(point.messages('exemplars'), lines);
}

export function describeHistogramPoint(point: OtlpMessage, lines: Lines): void {
  describeHead(point, lines);
  describeSums(point, lines);
  for (const [index, bound] of point.doubles('explicitBounds').entries()) {
    lines.add(`ExplicitBounds #${index}: ${decimal(bound)}`);
  }
  for (const [index, count] of point.integers('bucketCounts').entries()) {
    lines.add(`Buckets #${index}, Count: ${count}`);
  }
  describeExemplars(point.messages('exemplars'), lines);
}

export function describeExponentialPoint(point: OtlpMessage, lines: Lines): void {
  describeHead(point, lines);
  describeSums(point, lines);
  const { negative, positive } = exponentialBuckets(point);
  const zero = point.integer('zeroCount');
  for (const { lower, upper, count } of negative) {
    lines.add(`Bucket [${decimal(lower)}, ${decimal(upper)}), Count: ${count}`);
  }
  if (zero !== 0n) lines.add(`Bucket [0, 0], Count: ${zero}`);
  for (const { lower, upper, count } of positive) {
    lines.add(`Bucket (${decimal(lower)}, ${decimal(upper)}], Count: ${count}`);
  }
  describeExemplars(point.messages('exemplars'), lines);
}

export function describeSummaryPoint(point: OtlpMessage, lines: Lines): void {
  describeHead(point, lines);
  lines.add(`Count: ${point.integer('count')}`);
  lines.add(`Sum: ${decimal(point.double('sum'))}`);
  for (const [index, each] of point.messages('quantileValues').entries()) {
    const [quantile, value] = [each.double('quantile'), each.double('value')];
    lines.add(`QuantileValue #${index}: Quantile ${decimal(quantile)}, Value ${decimal(value)}`);
  }
}

function describeHead(point: OtlpMessage, lines: Lines): void {
  lines.attributes('Data point attributes:', point.messages('attributes'));
  lines.add(`StartTimestamp: ${timestamp(point.integer('startTimeUnixNano'))}`);
  lines.add(`Timestamp: ${timestamp(point.integer('timeUnixNano'))}`);
}

function describeSums(point: OtlpMessage, lines: Lines): void {
  lines.add(`Count: ${point.integer('count')}`);
  for (const [key, name] of Object.entries({ sum: 'Sum', min: 'Min', max: 'Max' })) {
    if (point.has(key)) lines.add(`${name}: ${decimal(point.double(key))}`);
  }
}

function numberText(point: OtlpMessage): string {
  return point.has('asInt') ? point.integer('asInt').toString() : decimal(point.double('asDouble'));
}

function describeExemplars(exemplars: readonly OtlpMessage[], lines: Lines): void {
  if (exemplars.length > 0) lines.add('Exemplars:');
  for (const [index, exemplar] of exemplars.entries()) {
    lines.add(`Exemplar #${index}`);
    lines.add(`     -> Trace ID: ${exemplar.text('traceId')}`);
    lines.add(`     -> Span ID: ${exemplar.text('spanId')}`);
    lines.add(`     -> Timestamp: ${timestamp(exemplar.integer('timeUnixNano'))}`);
    lines.add(`     -> Value: ${numberText(exemplar)}`);
    lines.attributes(
      '     -> FilteredAttributes:',
      exemplar.messages('filteredAttributes'),
      NESTED,
    );
  }
}
