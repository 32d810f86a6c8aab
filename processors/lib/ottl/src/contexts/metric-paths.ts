import { MetricKind } from '@sonde/proto';
import type { PathTable } from '../compile/context.ts';
import { attributes, leaf, readOnly } from './entries.ts';
import { expectBool, expectInt, expectString } from './expect-type.ts';
import type { MetricRow } from './metric-row.ts';
import { byteOf } from './span-paths.ts';

export interface WithMetric {
  readonly metric: MetricRow;
}

/** What is below `metric`, but for the points. */
export function metricPaths<C extends WithMetric>(): PathTable<C> {
  return {
    name: leaf(
      ({ metric }) => metric.editor.name,
      ({ metric }, value) => {
        metric.editor.name = expectString(value);
      },
    ),
    description: leaf(
      ({ metric }) => metric.editor.description,
      ({ metric }, value) => {
        metric.editor.description = expectString(value);
      },
    ),
    unit: leaf(
      ({ metric }) => metric.editor.unit,
      ({ metric }, value) => {
        metric.editor.unit = expectString(value);
      },
    ),
    type: readOnly('metric.type', ({ metric }) => metric.type),
    /** nil for kinds that have none; not written there either. */
    aggregation_temporality: leaf(
      ({ metric }) => (metric.hasTemporality ? BigInt(metric.editor.temporality) : null),
      ({ metric }, value) => {
        const temporality = byteOf(expectInt(value));
        if (metric.hasTemporality) metric.editor.temporality = temporality;
      },
    ),
    is_monotonic: leaf(
      ({ metric }) => (metric.kind === MetricKind.sum ? metric.editor.isMonotonic : null),
      ({ metric }, value) => {
        const isMonotonic = expectBool(value);
        if (metric.kind === MetricKind.sum) metric.editor.isMonotonic = isMonotonic;
      },
    ),
    metadata: attributes(({ metric }) => metric.metadata),
  };
}
