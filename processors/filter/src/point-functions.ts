import type { ContextFunction, MetricCursor } from '@sonde/ottl';
import { AttributeEditor, MetricKind, type PointColumns, readNativeValue } from '@sonde/proto';

/** Functions of the metric context that look at the metric's points: one that has it is enough. */
export const POINT_FUNCTIONS: readonly ContextFunction<MetricCursor>[] = [
  {
    name: 'HasAttrKeyOnDatapoint',
    parameters: ['key'],
    pure: false,
    create: (args) => {
      const key = args.literalString('key');
      const find = keyFinder(key);
      return (cursor) => hasPoint(cursor, find, () => true);
    },
  },
  {
    name: 'HasAttrOnDatapoint',
    parameters: ['key', 'expected_val'],
    pure: false,
    create: (args) => {
      const find = keyFinder(args.literalString('key'));
      const expected = args.literalString('expected_val');
      return (cursor) =>
        hasPoint(cursor, find, ({ attributes }, entry) => {
          const { values, valueStart, types } = attributes;
          const at = valueStart[entry] ?? 0;
          return readNativeValue(values, at, types[entry] ?? 0) === expected;
        });
    },
  },
];

type KeyFinder = (points: PointColumns) => number;

/** The id of a key in each table's dictionary, looked up once a table. */
function keyFinder(key: string): KeyFinder {
  const ids = new WeakMap<PointColumns, number>();
  return (points) => {
    const known = ids.get(points);
    if (known !== undefined) return known;
    const id = new AttributeEditor(points).findKey(key);
    ids.set(points, id);
    return id;
  };
}

function hasPoint(
  { metric }: MetricCursor,
  find: KeyFinder,
  matches: (points: PointColumns, entry: number) => boolean,
): boolean {
  const points = tableOf(metric);
  if (points === undefined) return false;
  const key = find(points);
  const { attributeEnd, attributes } = points;
  const first = metric.points.start(metric.kind, metric.row);
  const last = metric.points.end(metric.kind, metric.row) - 1;
  if (key === -1 || last < first) return false;
  const from = first === 0 ? 0 : (attributeEnd[first * 2 - 2] ?? 0);
  const to = attributeEnd[last * 2] ?? 0;
  for (let entry = from; entry < to; entry++) {
    if (attributes.keys[entry] === key && matches(points, entry)) return true;
  }
  return false;
}

function tableOf({ columns, kind }: MetricCursor['metric']): PointColumns | undefined {
  switch (kind) {
    case MetricKind.gauge:
    case MetricKind.sum:
      return columns.numbers;
    case MetricKind.histogram:
      return columns.histograms;
    case MetricKind.exponentialHistogram:
      return columns.exponentialHistograms;
    case MetricKind.summary:
      return columns.summaries;
    default:
      return undefined;
  }
}
