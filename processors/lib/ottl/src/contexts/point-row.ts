import {
  type MetricColumns,
  MetricKind,
  type PointColumns,
  PointEditor,
  withMetrics,
} from '@sonde/proto';
import { AttributeMap } from './attribute-map.ts';
import { ExponentialPoints } from './exponential-points.ts';
import { HistogramPoints } from './histogram-points.ts';
import { NumberPoints } from './number-points.ts';
import { SummaryPoints } from './summary-points.ts';

/** The points of one kind: what all kinds have. */
export class CommonPoints {
  readonly editor: PointEditor;
  readonly attributes: AttributeMap;
  readonly points: PointColumns;

  constructor(points: PointColumns) {
    this.points = points;
    this.editor = new PointEditor(points);
    this.attributes = new AttributeMap(this.editor.attributes);
  }
}

/** The open data point: of one kind, which has some fields and lacks others. */
export class PointRow {
  readonly numbers: NumberPoints;
  readonly histograms: HistogramPoints;
  readonly exponentials: ExponentialPoints;
  readonly summaries: SummaryPoints;
  row = 0;
  /** The points that the open one is of. */
  common: CommonPoints;
  readonly #columns: MetricColumns;
  readonly #commons: Readonly<Record<number, CommonPoints>>;
  #kind = 0;

  constructor(columns: MetricColumns) {
    this.#columns = columns;
    this.numbers = new NumberPoints(columns.numbers);
    this.histograms = new HistogramPoints(columns.histograms);
    this.exponentials = new ExponentialPoints(columns.exponentialHistograms);
    this.summaries = new SummaryPoints(columns.summaries);
    const numbers = new CommonPoints(columns.numbers);
    this.common = numbers;
    this.#commons = {
      [MetricKind.gauge]: numbers,
      [MetricKind.sum]: numbers,
      [MetricKind.histogram]: new CommonPoints(columns.histograms),
      [MetricKind.exponentialHistogram]: new CommonPoints(columns.exponentialHistograms),
      [MetricKind.summary]: new CommonPoints(columns.summaries),
    };
  }

  /** Opens point `row` of the kind's table; rows of a table in order. */
  open(kind: number, row: number): void {
    this.row = row;
    this.#kind = kind;
    this.common = this.#commons[kind] ?? this.common;
    this.common.editor.openRow(row);
  }

  /** Of gauges and sums. */
  get number(): NumberPoints | undefined {
    const isNumber = this.#kind === MetricKind.gauge || this.#kind === MetricKind.sum;
    return isNumber ? this.numbers : undefined;
  }

  get histogram(): HistogramPoints | undefined {
    return this.#kind === MetricKind.histogram ? this.histograms : undefined;
  }

  get exponential(): ExponentialPoints | undefined {
    return this.#kind === MetricKind.exponentialHistogram ? this.exponentials : undefined;
  }

  get summary(): SummaryPoints | undefined {
    return this.#kind === MetricKind.summary ? this.summaries : undefined;
  }

  /** The kinds whose points have a count and a sum. */
  get distribution(): HistogramPoints | ExponentialPoints | SummaryPoints | undefined {
    return this.histogram ?? this.exponential ?? this.summary;
  }

  /** The metrics with their points; `metrics` itself when no point was changed. */
  finish(metrics: MetricColumns): MetricColumns {
    const tables = {
      numbers: this.numbers.finish(this.#changes(MetricKind.gauge)),
      histograms: this.histograms.finish(this.#changes(MetricKind.histogram)),
      exponentialHistograms: this.exponentials.finish(
        this.#changes(MetricKind.exponentialHistogram),
      ),
      summaries: this.summaries.finish(this.#changes(MetricKind.summary)),
    };
    const columns = this.#columns;
    const isSame =
      tables.numbers === columns.numbers &&
      tables.histograms === columns.histograms &&
      tables.exponentialHistograms === columns.exponentialHistograms &&
      tables.summaries === columns.summaries;
    return isSame ? metrics : withMetrics(metrics, tables);
  }

  #changes(kind: number): ReturnType<PointEditor['finish']> {
    return this.#commons[kind]?.editor.finish();
  }
}
