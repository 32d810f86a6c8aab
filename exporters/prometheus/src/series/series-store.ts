import { metricName } from '@sonde/metric-names';
import {
  dictionaryText,
  Hash64,
  type MetricColumns,
  MetricKind,
  type PointColumns,
  SeriesIds,
} from '@sonde/proto';
import type { PrometheusConfig } from '../config.ts';
import type { PrometheusEvents } from '../prometheus-events.ts';
import { FamilyIndex } from './family-index.ts';
import { mergePoint, type NewPoint } from './merge-sample.ts';
import { MetricLabels } from './metric-labels.ts';
import { readExponential, readHistogram, readNumber, readSummary, timeOf } from './read-points.ts';
import type { Family, FamilyType, Sample, Series } from './series.ts';
import { TargetInfo } from './target-info.ts';

/** Series that are kept at once; a new one beyond them is dropped and counted. */
export const SERIES_MAX = 1_000_000;

const NO_RECORDED_VALUE = 1;
const DELTA = 1;

/** The last value of every series, by family. */
export class SeriesStore {
  readonly #config: PrometheusConfig;
  readonly #events: PrometheusEvents;
  readonly #labels: MetricLabels;
  readonly #families: FamilyIndex;
  readonly #targets: TargetInfo;
  readonly #seriesMax: number;
  /** By the id that proto gives a series of a batch. Several may lead to one. */
  readonly #byId = new Map<string, Series>();
  #count = 0;

  constructor(config: PrometheusConfig, events: PrometheusEvents, seriesMax: number = SERIES_MAX) {
    this.#config = config;
    this.#events = events;
    this.#labels = new MetricLabels(config);
    this.#families = new FamilyIndex(events);
    this.#targets = new TargetInfo(this.#labels, config);
    this.#seriesMax = seriesMax;
  }

  get seriesCount(): number {
    return this.#count;
  }

  /** `nowMs`: of whatever clock `expire` is called with. */
  add(columns: MetricColumns, nowMs: number): void {
    const batch = new Batch(columns, nowMs);
    const { numbers, histograms, exponentialHistograms: exponentials, summaries } = columns;
    this.#addTable(batch, numbers, (row) => readNumber(numbers, row));
    this.#addTable(batch, histograms, (row) => readHistogram(histograms, row));
    this.#addTable(batch, exponentials, (row) => readExponential(exponentials, row));
    this.#addTable(batch, summaries, (row) => readSummary(summaries, row));
    this.#targets.note(columns, nowMs);
  }

  /** Removes what was not updated since `metric_expiration`. */
  expire(nowMs: number): void {
    const oldest = nowMs - this.#config.metric_expiration;
    for (const family of this.#families.all()) {
      for (const series of family.series.values()) {
        if (series.updatedMs < oldest) this.#remove(series);
      }
    }
    this.#targets.expire(oldest);
  }

  /** Families with their series, by name; what is expired is not there. */
  families(nowMs: number): readonly Family[] {
    this.expire(nowMs);
    const info = this.#targets.family();
    const all = [...this.#families.all(), ...(info === undefined ? [] : [info])];
    return all.sort((a, b) => (a.name.utf8 < b.name.utf8 ? -1 : 1));
  }

  #addTable(batch: Batch, points: PointColumns, read: (row: number) => Sample): void {
    const { columns } = batch;
    for (let row = 0; row < points.count; row++) {
      const metric = points.metric[row];
      const reason = dropReason(columns, metric);
      if (reason !== undefined) {
        this.#events.dropped(reason, () => nameOf(columns, metric));
        continue;
      }
      if ((points.flags[row] & NO_RECORDED_VALUE) !== 0) {
        const series = this.#byId.get(batch.idOf(points, row));
        if (series !== undefined) this.#remove(series);
        continue;
      }
      this.#put(batch, points, row, {
        sample: read(row),
        start: timeOf(points.startTimeUnixNano, row),
        time: timeOf(points.timeUnixNano, row),
        isDelta: columns.temporality[metric] === DELTA,
      });
    }
  }

  #put(batch: Batch, points: PointColumns, row: number, point: NewPoint): void {
    const id = batch.idOf(points, row);
    const known = this.#byId.get(id) ?? this.#findByLabels(batch, points, row, id);
    if (known === undefined) {
      this.#create(batch, points, row, { id, point });
    } else if (mergePoint(known, point)) {
      known.updatedMs = batch.nowMs;
    } else {
      const metric = points.metric[row];
      this.#events.dropped('out_of_order', () => nameOf(batch.columns, metric));
    }
  }

  #findByLabels(batch: Batch, points: PointColumns, row: number, id: string): Series | undefined {
    const family = this.#familyOf(batch, points.metric[row]);
    const labels = this.#labels.ofPoint(batch.columns, points, row);
    const series = family?.series.get(labels.utf8);
    if (series !== undefined) {
      series.ids.add(id);
      this.#byId.set(id, series);
    }
    return series;
  }

  #create(
    batch: Batch,
    points: PointColumns,
    row: number,
    { id, point }: { readonly id: string; readonly point: NewPoint },
  ): void {
    const metric = points.metric[row];
    const family = this.#familyOf(batch, metric);
    if (family === undefined) {
      this.#events.dropped('unusable_name', () => nameOf(batch.columns, metric));
      return;
    }
    if (this.#count >= this.#seriesMax) {
      this.#families.discardEmpty(family);
      this.#events.dropped('too_many_series', () => family.name.utf8);
      return;
    }
    const labels = this.#labels.ofPoint(batch.columns, points, row);
    const { sample, start, time } = point;
    const ids = new Set([id]);
    const series = { family, labels, ids, sample, start, time, updatedMs: batch.nowMs };
    family.series.set(labels.utf8, series);
    this.#byId.set(id, series);
    this.#count += 1;
  }

  #familyOf({ columns, families }: Batch, metric: number): Family | undefined {
    const known = families[metric];
    if (known !== undefined && this.#families.has(known)) return known;
    const type = typeOf(columns, metric);
    const { utf8, suffixes: withSuffixes, namespace } = this.#config;
    const name = metricName(
      {
        name: nameOf(columns, metric),
        unit: dictionaryText(columns.units, columns.unit[metric]),
        kind: type === 'counter' || type === 'gauge' ? kindOf(columns, metric) : 'other',
      },
      { namespace, withSuffixes, utf8 },
    );
    const description = dictionaryText(columns.descriptions, columns.description[metric]);
    const family =
      name === undefined ? undefined : this.#families.get({ name, type, help: description });
    if (family !== undefined) families[metric] = family;
    return family;
  }

  #remove(series: Series): void {
    for (const id of series.ids) this.#byId.delete(id);
    series.family.series.delete(series.labels.utf8);
    this.#families.discardEmpty(series.family);
    this.#count -= 1;
  }
}

/** What is known of one batch while it is added. */
class Batch {
  readonly columns: MetricColumns;
  readonly nowMs: number;
  /** By row of the metrics table. */
  readonly families: (Family | undefined)[] = [];
  readonly #ids: SeriesIds;
  readonly #hash = new Hash64();

  constructor(columns: MetricColumns, nowMs: number) {
    this.columns = columns;
    this.nowMs = nowMs;
    this.#ids = new SeriesIds(columns);
  }

  idOf(points: PointColumns, row: number): string {
    this.#ids.of(points, row, this.#hash);
    return `${this.#hash.high},${this.#hash.low}`;
  }
}

function nameOf(columns: MetricColumns, metric: number): string {
  return dictionaryText(columns.names, columns.name[metric]);
}

function typeOf(columns: MetricColumns, metric: number): FamilyType {
  switch (columns.kind[metric]) {
    case MetricKind.sum:
      return columns.isMonotonic[metric] === 1 ? 'counter' : 'gauge';
    case MetricKind.histogram:
    case MetricKind.exponentialHistogram:
      return 'histogram';
    case MetricKind.summary:
      return 'summary';
    default:
      return 'gauge';
  }
}

/** A sum that goes up and down has no suffix of a gauge. */
function kindOf(columns: MetricColumns, metric: number): 'counter' | 'gauge' | 'other' {
  if (columns.kind[metric] === MetricKind.gauge) return 'gauge';
  return columns.isMonotonic[metric] === 1 ? 'counter' : 'other';
}

function dropReason(columns: MetricColumns, metric: number): string | undefined {
  const kind = columns.kind[metric];
  const temporality = columns.temporality[metric];
  if (kind === MetricKind.gauge || kind === MetricKind.summary) return undefined;
  if (temporality !== DELTA && temporality !== 2) return 'unspecified_temporality';
  const isDelta = temporality === DELTA;
  if (kind === MetricKind.sum && isDelta && columns.isMonotonic[metric] !== 1) {
    return 'non_monotonic_delta';
  }
  return undefined;
}
