import type { PathTable } from '../compile/context.ts';
import { RowsValue, type Value } from '../value/value.ts';
import { attributes, leaf, readOnly } from './entries.ts';
import { expectFloat, expectInt, expectInt32, expectList, expectUint32 } from './expect-type.ts';
import {
  doubleList,
  integerList,
  type ListColumn,
  readDoubles,
  readIntegers,
} from './list-column.ts';
import type { PointRow } from './point-row.ts';
import { timePaths } from './shared-entries.ts';

export interface WithPoint {
  readonly point: PointRow;
}

/**
 * What is below `datapoint`. A field that the point's kind does not have is nil, and writing it does
 * nothing.
 */
export function pointPaths<C extends WithPoint>(): PathTable<C> {
  return {
    ...timePaths(
      'start_time',
      ({ point }: C) => point.common.editor.startTimeUnixNano,
      ({ point }, time) => {
        point.common.editor.startTimeUnixNano = time;
      },
    ),
    ...timePaths(
      'time',
      ({ point }: C) => point.common.editor.timeUnixNano,
      ({ point }, time) => {
        point.common.editor.timeUnixNano = time;
      },
    ),
    attributes: attributes(({ point }) => point.common.attributes),
    flags: leaf(
      ({ point }) => BigInt(point.common.editor.flags),
      ({ point }, value) => {
        point.common.editor.flags = expectUint32(value);
      },
    ),
    ...numberPaths<C>(),
    ...distributionPaths<C>(),
    ...exponentialPaths<C>(),
    quantile_values: readOnly('quantile_values', ({ point }) => {
      const { summary, row } = point;
      if (summary === undefined) return null;
      return new RowsValue(
        'pmetric.SummaryDataPointValueAtQuantileSlice',
        summary.quantileCount(row),
      );
    }),
  };
}

function numberPaths<C extends WithPoint>(): PathTable<C> {
  return {
    value_double: leaf(
      ({ point }) => point.number?.double(point.row) ?? null,
      ({ point }, value) => point.number?.setDouble(point.row, expectFloat(value)),
    ),
    value_int: leaf(
      ({ point }) => point.number?.int(point.row) ?? null,
      ({ point }, value) => point.number?.setInt(point.row, expectInt(value)),
    ),
    exemplars: readOnly('exemplars', ({ point }) => {
      const { row } = point;
      const owner = point.number ?? point.histogram ?? point.exponential;
      return owner === undefined ? null : exemplars(owner.exemplarCount(row));
    }),
  };
}

function exemplars(count: number): Value {
  return new RowsValue('pmetric.ExemplarSlice', count);
}

function distributionPaths<C extends WithPoint>(): PathTable<C> {
  return {
    count: leaf(
      ({ point }) => point.distribution?.countOf(point.row) ?? null,
      ({ point }, value) => point.distribution?.setCount(point.row, expectInt(value)),
    ),
    sum: leaf(
      ({ point }) => point.distribution?.sum(point.row) ?? null,
      ({ point }, value) => point.distribution?.setSum(point.row, expectFloat(value)),
    ),
    bucket_counts: integers(({ point }) => point.histogram?.bucketCounts),
    explicit_bounds: leaf(
      ({ point }) => doublesOf(point.histogram?.explicitBounds, point.row),
      ({ point }, value) => {
        const list = doubleList(expectList(value).map(expectFloat));
        point.histogram?.explicitBounds.set(point.row, list);
      },
    ),
  };
}

function doublesOf(lists: ListColumn | undefined, row: number): Value {
  return lists === undefined ? null : readDoubles(lists.view(row));
}

function integers<C extends WithPoint>(
  of: (cursor: C) => ListColumn | undefined,
): ReturnType<typeof leaf<C>> {
  return leaf(
    (cursor) => {
      const lists = of(cursor);
      return lists === undefined ? null : readIntegers(lists.view(cursor.point.row));
    },
    (cursor, value) => {
      of(cursor)?.set(cursor.point.row, integerList(expectList(value).map(expectInt)));
    },
  );
}

function exponentialPaths<C extends WithPoint>(): PathTable<C> {
  return {
    scale: leaf(
      ({ point }) => wide(point.exponential?.scales.get(point.row)),
      ({ point }, value) => point.exponential?.scales.set(point.row, expectInt32(value)),
    ),
    zero_count: leaf(
      ({ point }) => point.exponential?.zeroCount(point.row) ?? null,
      ({ point }, value) => point.exponential?.setZeroCount(point.row, expectInt(value)),
    ),
    zero_threshold: leaf(
      ({ point }) => point.exponential?.zeroThresholds.get(point.row) ?? null,
      ({ point }, value) => point.exponential?.zeroThresholds.set(point.row, expectFloat(value)),
    ),
    'positive.offset': leaf(
      ({ point }) => wide(point.exponential?.positiveOffsets.get(point.row)),
      ({ point }, value) => point.exponential?.positiveOffsets.set(point.row, expectInt32(value)),
    ),
    'positive.bucket_counts': integers(({ point }) => point.exponential?.positiveCounts),
    'negative.offset': leaf(
      ({ point }) => wide(point.exponential?.negativeOffsets.get(point.row)),
      ({ point }, value) => point.exponential?.negativeOffsets.set(point.row, expectInt32(value)),
    ),
    'negative.bucket_counts': integers(({ point }) => point.exponential?.negativeCounts),
  };
}

function wide(value: number | undefined): Value {
  return value === undefined ? null : BigInt(value);
}
