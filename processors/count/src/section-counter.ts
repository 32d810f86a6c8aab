import { anyOf, type ClientView, type Condition, type ErrorPolicy, type Pass } from '@sonde/ottl';
import type { Columns, Metric } from '@sonde/proto';
import type { CountedMetric } from './counted-metric.ts';
import type { RowGroup } from './row-groups.ts';
import { type AttributeMaps, attributeReader, Tally } from './tally.ts';
import type { TimeRange } from './time-range.ts';

/** Delta, in OTLP. */
const DELTA = 1;

/** What a section counts, in columns. */
export interface SectionRows<C> {
  readonly condition: (text: string) => Condition<C>;
  readonly pass: Pass<C>;
  /** The row of the batch that the cursor is on or below. */
  readonly rowOf: (cursor: C) => number;
  /** Its own attributes first. */
  readonly mapsOf: (cursor: C) => AttributeMaps;
  readonly countOf: (columns: Columns, group: RowGroup) => number;
  readonly timesOf: (columns: Columns, group: RowGroup) => TimeRange;
}

/** The batch that is counted. */
export interface Counted {
  readonly columns: Columns;
  readonly client: ClientView | undefined;
  readonly groups: readonly RowGroup[];
  /** Milliseconds since the epoch. */
  readonly receivedUnixMs: (group: RowGroup) => number;
}

/** Makes the metrics of each group, in the order of groups; throws `EvaluationError`. */
export type SectionCounter = (counted: Counted) => readonly (readonly Metric[])[];

/** The counter of a section's metrics. Throws `CompileError`. */
export function sectionCounter<C>(
  rows: SectionRows<C>,
  metrics: readonly CountedMetric[],
  errors: ErrorPolicy,
): SectionCounter {
  const visitors = metrics.map((metric) => visitorOf(rows, metric, errors));
  const isPlain = visitors.every((visitor) => visitor === undefined);
  return (counted) => {
    const { columns, client, groups } = counted;
    const tallies = groups.map((group) =>
      visitors.map((visitor) => {
        const tally = new Tally();
        if (visitor === undefined) tally.add([], rows.countOf(columns, group));
        return tally;
      }),
    );
    if (!isPlain) {
      const groupOf = groupFinder(groups);
      rows.pass(columns, client, (cursor) => {
        const ofGroup = tallies[groupOf(rows.rowOf(cursor))] ?? [];
        for (const [index, tally] of ofGroup.entries()) visitors[index]?.(cursor, tally);
      });
    }
    return groups.map((group, index) => {
      const times = rows.timesOf(columns, group).bounds(counted.receivedUnixMs(group));
      return metricsOf(metrics, tallies[index] ?? [], times);
    });
  };
}

type Visitor<C> = (cursor: C, tally: Tally) => void;

/** Undefined for a metric that counts every row and nothing else. */
function visitorOf<C>(
  { condition, mapsOf }: SectionRows<C>,
  { conditions, attributes }: CountedMetric,
  errors: ErrorPolicy,
): Visitor<C> | undefined {
  if (conditions.length === 0 && attributes.length === 0) return undefined;
  const holds = conditions.length === 0 ? () => true : anyOf(conditions.map(condition), errors);
  const read = attributeReader(attributes);
  return (cursor, tally) => {
    const values = read(mapsOf(cursor));
    if (values !== undefined && holds(cursor)) tally.add(values);
  };
}

/** The index of a row's group; rows in ascending order. */
function groupFinder(groups: readonly RowGroup[]): (row: number) => number {
  let index = 0;
  return (row) => {
    while (row >= (groups[index]?.endRow ?? Number.POSITIVE_INFINITY)) index++;
    return index;
  };
}

function metricsOf(
  metrics: readonly CountedMetric[],
  tallies: readonly Tally[],
  times: ReturnType<TimeRange['bounds']>,
): readonly Metric[] {
  return metrics.flatMap(({ name, description }, index) => {
    const dataPoints = tallies[index]?.points(times) ?? [];
    if (dataPoints.length === 0) return [];
    const sum = { aggregationTemporality: DELTA, isMonotonic: true, dataPoints };
    return [{ name, description, sum }];
  });
}
