import type { MetricColumns } from '../columns/metric-columns.ts';
import type { PointColumns } from '../columns/point-columns.ts';
import { AttributeEditor } from './attribute-editor.ts';
import {
  withExponentialHistograms,
  withHistograms,
  withMetrics,
  withNumbers,
  withSummaries,
} from './copy-columns.ts';
import { TextIds } from './edit-dictionary.ts';
import { GroupEditor } from './group-editor.ts';
import { ByteColumn, LongColumn, WordColumn } from './number-column.ts';
import { isSame } from './span-editor.ts';

/** As `SpanEditor`, for metrics: a row is a metric, its points are edited through `points`. */
export class MetricEditor {
  readonly group: GroupEditor;
  readonly #columns: MetricColumns;
  readonly #names: TextIds;
  readonly #descriptions: TextIds;
  readonly #units: TextIds;
  readonly #temporality: ByteColumn;
  readonly #isMonotonic: ByteColumn;
  #row = 0;

  constructor(columns: MetricColumns) {
    const { count } = columns;
    this.#columns = columns;
    this.group = new GroupEditor(columns);
    this.#names = new TextIds(columns.names, columns.name, count);
    this.#descriptions = new TextIds(columns.descriptions, columns.description, count);
    this.#units = new TextIds(columns.units, columns.unit, count);
    this.#temporality = new ByteColumn(columns.temporality, count);
    this.#isMonotonic = new ByteColumn(columns.isMonotonic, count);
  }

  openRow(row: number): void {
    this.#row = row;
    this.group.openRow(row);
  }

  get name(): string {
    return this.#names.text(this.#row);
  }

  set name(text: string) {
    this.#names.set(this.#row, text);
  }

  get description(): string {
    return this.#descriptions.text(this.#row);
  }

  set description(text: string) {
    this.#descriptions.set(this.#row, text);
  }

  get unit(): string {
    return this.#units.text(this.#row);
  }

  set unit(text: string) {
    this.#units.set(this.#row, text);
  }

  /** `MetricKind`; what a metric's points are cannot be changed here. */
  get kind(): number {
    return this.#columns.kind[this.#row];
  }

  get temporality(): number {
    return this.#temporality.values[this.#row];
  }

  set temporality(temporality: number) {
    this.#temporality.set(this.#row, temporality);
  }

  get isMonotonic(): boolean {
    return this.#isMonotonic.values[this.#row] === 1;
  }

  set isMonotonic(isMonotonic: boolean) {
    this.#isMonotonic.set(this.#row, isMonotonic ? 1 : 0);
  }

  /** The edited metrics; the source itself when nothing was changed. */
  finish(): MetricColumns {
    const columns = this.#columns;
    const edited = {
      ...this.group.finish(),
      names: this.#names.dictionary,
      name: this.#names.ids,
      descriptions: this.#descriptions.dictionary,
      description: this.#descriptions.ids,
      units: this.#units.dictionary,
      unit: this.#units.ids,
      temporality: this.#temporality.values,
      isMonotonic: this.#isMonotonic.values,
    };
    return isSame(columns, edited) ? columns : withMetrics(columns, edited);
  }
}

/** Reads and changes the points of one kind, in order. */
export class PointEditor {
  readonly attributes: AttributeEditor;
  readonly #points: PointColumns;
  readonly #startTime: LongColumn;
  readonly #time: LongColumn;
  readonly #flags: WordColumn;
  #row = 0;

  constructor(points: PointColumns) {
    const { count } = points;
    this.#points = points;
    this.attributes = new AttributeEditor(points);
    this.#startTime = new LongColumn(points.startTimeUnixNano, count);
    this.#time = new LongColumn(points.timeUnixNano, count);
    this.#flags = new WordColumn(points.flags, count);
  }

  openRow(row: number): void {
    this.#row = row;
    this.attributes.openRow(row);
  }

  /** The row of its metric. */
  get metric(): number {
    return this.#points.metric[this.#row];
  }

  get startTimeUnixNano(): bigint {
    return this.#startTime.get(this.#row);
  }

  set startTimeUnixNano(time: bigint) {
    this.#startTime.set(this.#row, time);
  }

  get timeUnixNano(): bigint {
    return this.#time.get(this.#row);
  }

  set timeUnixNano(time: bigint) {
    this.#time.set(this.#row, time);
  }

  get flags(): number {
    return this.#flags.values[this.#row];
  }

  set flags(flags: number) {
    this.#flags.set(this.#row, flags);
  }

  /** What changed, or undefined. */
  finish(): PointChanges | undefined {
    const changes = {
      ...this.attributes.finish(this.#points.count),
      startTimeUnixNano: this.#startTime.values,
      timeUnixNano: this.#time.values,
      flags: this.#flags.values,
    };
    return isSame<PointColumns>(this.#points, changes) ? undefined : changes;
  }
}

export type PointChanges = Partial<
  Pick<PointColumns, 'attributes' | 'attributeEnd' | 'startTimeUnixNano' | 'timeUnixNano' | 'flags'>
>;

/**
 * Edits the points of every kind: `edit` gives the changes of one table, or undefined. Returns the
 * columns themselves when nothing changed.
 */
export function rewritePoints(
  columns: MetricColumns,
  edit: (points: PointColumns) => PointChanges | undefined,
): MetricColumns {
  const { numbers, histograms, exponentialHistograms, summaries } = columns;
  const tables = {
    numbers: changed(numbers, edit, withNumbers),
    histograms: changed(histograms, edit, withHistograms),
    exponentialHistograms: changed(exponentialHistograms, edit, withExponentialHistograms),
    summaries: changed(summaries, edit, withSummaries),
  };
  return isSame<MetricColumns>(columns, tables) ? columns : withMetrics(columns, tables);
}

function changed<Points extends PointColumns>(
  points: Points,
  edit: (points: PointColumns) => PointChanges | undefined,
  withChanges: (points: Points, changes: PointChanges) => Points,
): Points {
  const changes = points.count === 0 ? undefined : edit(points);
  return changes === undefined ? points : withChanges(points, changes);
}
