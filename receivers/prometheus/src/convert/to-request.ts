import { trimSuffixes, unitCode } from '@sonde/metric-names';
import {
  encodeMetricHead,
  encodePointAttributes,
  type Metric,
  type MetricHead,
  MetricRequestWriter,
  type Words,
} from '@sonde/proto';
import type { MetricNode, Point, ResourceNode, ScopeNode, TextAttribute } from './target-tree.ts';

export interface RequestOptions {
  readonly trimMetricSuffixes: boolean;
  /** Of a resource, beside what `target_info` says. */
  readonly resourceAttributes: (resource: ResourceNode) => readonly TextAttribute[];
}

export interface MetricsRequest {
  readonly bytes: Uint8Array;
  /** Data points. */
  readonly itemCount: number;
}

const SCOPE_NAME = 'sonde/prometheus';
const CUMULATIVE = 2;
const NO_RECORDED_VALUE = 1;
const TYPE_KEY = 'prometheus.type';
const COUNT_MAX = 0xffff_ffff_ffff_ffffn;

/** One for all targets: a request is written in one go. */
const WRITER = new MetricRequestWriter();

/**
 * What one scrape has filled, as one request. Afterwards nothing counts as filled. Points without
 * what they need (a histogram without its count) are left out.
 */
export function toRequest(
  resources: Iterable<ResourceNode>,
  options: RequestOptions,
): MetricsRequest {
  const builder = new RequestBuilder(options);
  try {
    for (const resource of resources) builder.add(resource);
  } catch (error) {
    // What is half written is nobody's.
    WRITER.finish();
    throw error;
  }
  return WRITER.finish();
}

class RequestBuilder {
  readonly #options: RequestOptions;
  /** Most points of a page are of one time. */
  #lastMs = -1;
  #lastTime: Words = { low: 0, high: 0 };

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  add(resource: ResourceNode): void {
    let isOpen = false;
    for (const scope of resource.scopes.values()) {
      let isScopeOpen = false;
      for (const metric of scope.metrics.values()) {
        if (metric.filled.length === 0) continue;
        const ready = metric.filled.filter(metric.shape === 'number' ? hasValue : hasCount);
        metric.filled.length = 0;
        if (ready.length === 0) continue;
        if (!isOpen) this.#openResource(resource);
        if (!isScopeOpen) openScope(scope);
        isOpen = true;
        isScopeOpen = true;
        this.#metric(metric, ready);
      }
    }
  }

  #openResource(resource: ResourceNode): void {
    const attributes = [...this.#options.resourceAttributes(resource), ...resource.info];
    WRITER.openResource(mapOf(attributes));
  }

  #metric(metric: MetricNode, points: readonly Point[]): void {
    const { type } = metric.metadata;
    if (metric.shape !== 'number' || points.some(({ exemplars }) => exemplars.length > 0)) {
      WRITER.metric({ ...this.#objectHead(metric), ...dataOf(metric, points) }, points.length);
      return;
    }
    const isSumOf = isSum(type);
    metric.encodedHead ??= encodeMetricHead(this.#head(metric));
    WRITER.openNumbers(
      metric.encodedHead,
      isSumOf ? { temporality: CUMULATIVE, isMonotonic: type === 'counter' } : undefined,
    );
    for (const point of points) {
      point.encoded ??= encodePointAttributes(mapOf(point.attributes));
      const { createdSeconds, unixMs, value, isStale } = point;
      WRITER.number({
        attributes: point.encoded,
        start: isSumOf && createdSeconds > 0 ? wordsOf(BigInt(nanosOf(createdSeconds))) : undefined,
        time: this.#time(unixMs),
        value: isStale ? undefined : value,
      });
    }
  }

  #head({ name, metadata }: MetricNode): MetricHead {
    const { help, unit, type } = metadata;
    const shown = this.#options.trimMetricSuffixes
      ? trimSuffixes(name, { unit, isCounter: isSum(type) })
      : name;
    return {
      name: shown,
      description: help,
      unit: unit === '' ? '' : unitCode(unit),
      metadata: new Map([[TYPE_KEY, type]]),
    };
  }

  #objectHead(metric: MetricNode): Metric {
    const { name, description, unit } = this.#head(metric);
    const metadata = [{ key: TYPE_KEY, value: { stringValue: metric.metadata.type } }];
    return { name, description, unit, metadata };
  }

  #time(unixMs: number): Words {
    if (unixMs !== this.#lastMs) {
      this.#lastMs = unixMs;
      this.#lastTime = wordsOf(BigInt(nanosOfMs(unixMs)));
    }
    return this.#lastTime;
  }
}

function wordsOf(nanos: bigint): Words {
  return { low: Number(BigInt.asIntN(32, nanos)), high: Number(BigInt.asIntN(32, nanos >> 32n)) };
}

function mapOf(attributes: readonly TextAttribute[]): ReadonlyMap<string, string> {
  return new Map(attributes.map(({ key, value }) => [key, value.stringValue]));
}

function hasValue({ value }: Point): boolean {
  return value !== undefined;
}

function hasCount({ count }: Point): boolean {
  return count !== undefined;
}

function isSum(type: string): boolean {
  return type === 'counter' || type === 'info' || type === 'stateset';
}

/** The receiver's own name where the samples name no scope. */
function openScope({ name, version, schemaUrl, attributes }: ScopeNode): void {
  const isOwn = name === '' && version === '' && schemaUrl === '' && attributes.length === 0;
  WRITER.openScope({
    name: isOwn ? SCOPE_NAME : name,
    version,
    schemaUrl,
    attributes: mapOf(attributes),
  });
}

function dataOf({ metadata, shape }: MetricNode, points: readonly Point[]): Omit<Metric, 'name'> {
  const aggregationTemporality = CUMULATIVE;
  if (shape === 'histogram') {
    return { histogram: { aggregationTemporality, dataPoints: points.map(histogramPoint) } };
  }
  if (shape === 'summary') return { summary: { dataPoints: points.map(summaryPoint) } };
  if (!isSum(metadata.type)) {
    return { gauge: { dataPoints: points.map((point) => numberPoint(point, false)) } };
  }
  const dataPoints = points.map((point) => numberPoint(point, true));
  return { sum: { aggregationTemporality, isMonotonic: metadata.type === 'counter', dataPoints } };
}

interface PointHead {
  readonly attributes: TextAttribute[];
  readonly timeUnixNano: string;
  readonly startTimeUnixNano?: string;
  readonly flags?: number;
}

function headOf(point: Point, withStart: boolean): PointHead {
  const { createdSeconds, isStale } = point;
  return {
    attributes: [...point.attributes],
    timeUnixNano: nanosOfMs(point.unixMs),
    ...(withStart && createdSeconds > 0 ? { startTimeUnixNano: nanosOf(createdSeconds) } : {}),
    ...(isStale ? { flags: NO_RECORDED_VALUE } : {}),
  };
}

type NumberPoint = NonNullable<NonNullable<Metric['gauge']>['dataPoints']>[number];
type HistogramPoint = NonNullable<NonNullable<Metric['histogram']>['dataPoints']>[number];
type SummaryPoint = NonNullable<NonNullable<Metric['summary']>['dataPoints']>[number];

function numberPoint(point: Point, withStart: boolean): NumberPoint {
  const head = { ...headOf(point, withStart), ...exemplarsOf(point) };
  return point.isStale ? head : { ...head, asDouble: point.value ?? 0 };
}

/** Prometheus' buckets hold what is below them, too; OTLP's only their own. */
function histogramPoint(point: Point): HistogramPoint {
  const { isStale } = point;
  const order = point.bounds.map((_, at) => at).sort((a, b) => point.bounds[a] - point.bounds[b]);
  const explicitBounds: number[] = [];
  const bucketCounts: (number | bigint)[] = [];
  let below = 0;
  for (const at of order) {
    const bound = point.bounds[at];
    if (bound === Number.POSITIVE_INFINITY) continue;
    explicitBounds.push(bound);
    bucketCounts.push(isStale ? 0 : toCount(point.values[at] - below));
    below = point.values[at];
  }
  bucketCounts.push(isStale ? 0 : toCount((point.count ?? 0) - below));
  return {
    ...headOf(point, true),
    ...exemplarsOf(point),
    count: isStale ? 0 : toCount(point.count ?? 0),
    ...(isStale || point.sum === undefined ? {} : { sum: point.sum }),
    explicitBounds,
    bucketCounts,
  };
}

function summaryPoint(point: Point): SummaryPoint {
  const { isStale } = point;
  const order = point.bounds.map((_, at) => at).sort((a, b) => point.bounds[a] - point.bounds[b]);
  return {
    ...headOf(point, true),
    count: isStale ? 0 : toCount(point.count ?? 0),
    sum: isStale ? 0 : (point.sum ?? 0),
    quantileValues: order.map((at) => ({
      quantile: point.bounds[at],
      value: isStale ? 0 : point.values[at],
    })),
  };
}

function exemplarsOf(point: Point): Pick<NumberPoint, 'exemplars'> {
  if (point.exemplars.length === 0) return {};
  return {
    exemplars: point.exemplars.map(({ unixMs, value, traceId, spanId, attributes }) => ({
      timeUnixNano: nanosOfMs(unixMs),
      asDouble: value,
      ...(traceId === '' ? {} : { traceId }),
      ...(spanId === '' ? {} : { spanId }),
      ...(attributes.length === 0 ? {} : { filteredAttributes: [...attributes] }),
    })),
  };
}

/** Counts are whole and not negative, whatever a page says. */
function toCount(value: number): number | bigint {
  if (!(value > 0)) return 0;
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole;
  if (!Number.isFinite(whole)) return COUNT_MAX;
  const exact = BigInt(whole);
  return exact > COUNT_MAX ? COUNT_MAX : exact;
}

function nanosOfMs(unixMs: number): string {
  return unixMs <= 0 ? '0' : `${unixMs}000000`;
}

function nanosOf(unixSeconds: number): string {
  const seconds = Math.trunc(unixSeconds);
  const nanos = Math.trunc((unixSeconds - seconds) * 1e9);
  return Number.isSafeInteger(seconds)
    ? String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos))
    : '0';
}
