import { type AttributeRows, type SeriesHistogram, SpanWeights } from '@sonde/metric-series';
import type { KeyValue, SpanColumns } from '@sonde/proto';
import type { SpanMetricsConfig, Unit } from './config.ts';
import { type DimensionReader, dimensionReader } from './dimension-reader.ts';
import type { ResourceCache } from './resource-cache.ts';
import type { ResourceSeries, Sum } from './resource-series.ts';
import type { Series, SeriesTable } from './series-table.ts';
import { type ResourceAttribute, SpanBatch } from './span-batch.ts';
import type { DimensionValue, SeriesNames, SpanHead } from './span-series.ts';

const NANO_PER_UNIT: Readonly<Record<Unit, number>> = { ms: 1e6, s: 1e9 };

/** The span that is counted. */
interface OpenSpan {
  readonly row: number;
  readonly nowUnixMs: number;
  readonly head: SpanHead;
  readonly weight: number;
  readonly duration: number;
  readonly resource: ResourceSeries;
}

/** Adds the spans of batches to the series of their resources. */
export class SpanAggregator {
  readonly #config: SpanMetricsConfig;
  readonly #resources: ResourceCache;
  readonly #names: SeriesNames;
  readonly #readers: Readonly<Record<'all' | 'calls' | 'durations' | 'events', DimensionReader>>;

  constructor(config: SpanMetricsConfig, resources: ResourceCache, names: SeriesNames) {
    this.#config = config;
    this.#resources = resources;
    this.#names = names;
    this.#readers = {
      all: dimensionReader(config.dimensions),
      calls: dimensionReader(config.calls_dimensions),
      durations: dimensionReader(config.histogram.dimensions),
      events: dimensionReader(config.events.dimensions),
    };
  }

  /** Returns how many spans had no `service.name`: they are in no series, as upstream. */
  add(columns: SpanColumns, nowUnixMs: number): number {
    const batch = new SpanBatch(columns);
    const weights = new SpanWeights(columns);
    let nameless = 0;
    for (let row = 0; row < columns.count; row++) {
      batch.open(row);
      if (batch.service === undefined) {
        nameless++;
        continue;
      }
      const resource = this.#resourceOf(batch, nowUnixMs);
      const { weight, isAdjusted } = weights.of(row);
      const head = batch.head(batch.service, isAdjusted);
      const duration = batch.duration / NANO_PER_UNIT[this.#config.histogram.unit];
      this.#count(batch, { row, nowUnixMs, head, weight, duration, resource });
    }
    return nameless;
  }

  #count(batch: SpanBatch, span: OpenSpan): void {
    const { resource, weight } = span;
    const values = this.#valuesOf(batch, this.#readers.all);
    const calls = this.#take(resource.calls, span, this.#added(batch, values, this.#readers.calls));
    calls.figures.total += weight;
    this.#exemplify(batch, span, calls);
    if (!this.#config.histogram.disable) {
      const added = this.#added(batch, values, this.#readers.durations);
      const durations = this.#take(resource.durations, span, added);
      durations.figures.observe(span.duration, weight);
      this.#exemplify(batch, span, durations);
    }
    if (this.#config.events.enabled) this.#countEvents(batch, span);
  }

  /** An event's own attributes win over those of the resource, the span's over both. */
  #countEvents(batch: SpanBatch, span: OpenSpan): void {
    for (const event of batch.events()) {
      const others = [event, batch.resource];
      const values = this.#valuesOf(batch, this.#readers.all, others);
      const added = this.#added(batch, values, this.#readers.events, others);
      const events = this.#take(span.resource.events, span, added);
      events.figures.total += span.weight;
      this.#exemplify(batch, span, events);
    }
  }

  #take<F extends Sum | SeriesHistogram>(
    table: SeriesTable<F>,
    { head, nowUnixMs }: OpenSpan,
    values: readonly DimensionValue[],
  ): Series<F> {
    const attributes = (): readonly KeyValue[] => this.#names.attributes(head, values);
    return table.take(this.#names.key(head, values), attributes, nowUnixMs);
  }

  #added(
    batch: SpanBatch,
    values: readonly DimensionValue[],
    reader: DimensionReader,
    others: readonly AttributeRows[] = [batch.resource],
  ): readonly DimensionValue[] {
    const more = this.#valuesOf(batch, reader, others);
    return more.length === 0 ? values : [...values, ...more];
  }

  #valuesOf(
    batch: SpanBatch,
    reader: DimensionReader,
    others: readonly AttributeRows[] = [batch.resource],
  ): readonly DimensionValue[] {
    const values: DimensionValue[] = [];
    reader(batch.attributes, others, (key, value) => values.push([key, value]));
    return values;
  }

  #exemplify(
    batch: SpanBatch,
    { duration }: OpenSpan,
    { exemplars, isOverflow }: Series<Sum | SeriesHistogram>,
  ): void {
    const { enabled, max_per_data_point: most } = this.#config.exemplars;
    if (!enabled || isOverflow || exemplars.length >= most) return;
    const exemplar = batch.exemplar(duration);
    if (exemplar !== undefined) exemplars.push(exemplar);
  }

  #resourceOf(batch: SpanBatch, nowUnixMs: number): ResourceSeries {
    const known = batch.knownResource();
    if (known !== undefined) {
      known.lastSeenUnixMs = nowUnixMs;
      return known;
    }
    const attributes = batch.resourceAttributes();
    const tenant = batch.tenant();
    const key = resourceKey(tenant, attributes, this.#config.resource_metrics_key_attributes);
    const resource = this.#resources.take(key, () => ({
      tenant,
      attributes: attributes.map(({ keyValue }) => keyValue),
      lastSeenUnixMs: nowUnixMs,
    }));
    resource.lastSeenUnixMs = nowUnixMs;
    batch.rememberResource(resource);
    return resource;
  }
}

/** Equal for resources that are counted together; the order of their attributes means nothing. */
function resourceKey(
  tenant: string,
  attributes: readonly ResourceAttribute[],
  keyed: readonly string[],
): string {
  const parts = attributes
    .filter(({ keyValue }) => keyed.length === 0 || keyed.includes(keyValue.key))
    .map(({ keyValue, text }) => [keyValue.key, text] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([tenant, parts]);
}
