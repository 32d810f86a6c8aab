import {
  AttributeEditor,
  ByteColumn,
  type MetricColumns,
  MetricEditor,
  MetricKind,
  withMetrics,
} from '@sonde/proto';
import { AttributeMap } from './attribute-map.ts';
import { GroupRow } from './group-row.ts';
import { PointRanges } from './point-ranges.ts';

/** The numbers that pdata gives the kinds of metrics: the enums `METRIC_DATA_TYPE_...`. */
const TYPES: Readonly<Record<number, bigint>> = {
  [MetricKind.gauge]: 1n,
  [MetricKind.sum]: 2n,
  [MetricKind.histogram]: 3n,
  [MetricKind.exponentialHistogram]: 4n,
  [MetricKind.summary]: 5n,
};

/** As pdata names the lists of points. */
const POINTS_TYPES: Readonly<Record<number, string>> = {
  [MetricKind.histogram]: 'pmetric.HistogramDataPointSlice',
  [MetricKind.exponentialHistogram]: 'pmetric.ExponentialHistogramDataPointSlice',
  [MetricKind.summary]: 'pmetric.SummaryDataPointSlice',
};

/** The open metric. */
export class MetricRow {
  readonly columns: MetricColumns;
  readonly editor: MetricEditor;
  readonly group: GroupRow;
  readonly metadata: AttributeMap;
  /** `MetricKind`; sums and gauges can become each other. */
  readonly kinds: ByteColumn;
  readonly points: PointRanges;
  row = 0;
  readonly #metadata: AttributeEditor;
  #isOpen = false;

  constructor(columns: MetricColumns) {
    this.columns = columns;
    this.editor = new MetricEditor(columns);
    this.group = new GroupRow(this.editor.group);
    const { metadata, metadataEnd } = columns;
    this.#metadata = new AttributeEditor({ attributes: metadata, attributeEnd: metadataEnd });
    this.metadata = new AttributeMap(this.#metadata);
    this.points = new PointRanges(columns);
    this.kinds = new ByteColumn(columns.kind, columns.count);
  }

  open(row: number): void {
    if (row === this.row && this.#isOpen) return;
    this.#isOpen = true;
    this.row = row;
    this.editor.openRow(row);
    this.#metadata.openRow(row);
    this.group.opened();
  }

  get kind(): number {
    return this.kinds.values[this.row] ?? 0;
  }

  get type(): bigint {
    return TYPES[this.kind] ?? 0n;
  }

  get pointsType(): string {
    return POINTS_TYPES[this.kind] ?? 'pmetric.NumberDataPointSlice';
  }

  get pointCount(): number {
    const { kind, points, row } = this;
    return points.end(kind, row) - points.start(kind, row);
  }

  get hasTemporality(): boolean {
    const { kind } = this;
    return (
      kind === MetricKind.sum ||
      kind === MetricKind.histogram ||
      kind === MetricKind.exponentialHistogram
    );
  }

  /** The metrics, points as they came; the source itself when nothing was changed. */
  finish(): MetricColumns {
    const edited = this.editor.finish();
    const kind = this.kinds.values;
    const { attributes, attributeEnd } = this.#metadata.finish(this.columns.count);
    if (kind === edited.kind && attributes === edited.metadata) return edited;
    return withMetrics(edited, { kind, metadata: attributes, metadataEnd: attributeEnd });
  }
}
