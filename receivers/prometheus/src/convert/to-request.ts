import { trimSuffixes, unitCode } from '@sonde/metric-names';
import { encodeRequest, type RequestObjects } from '@sonde/proto';
import type { MetricNode, Point, ResourceNode, ScopeNode, TextAttribute } from './target-tree.ts';

type ResourceMetrics = NonNullable<RequestObjects['metrics']['resourceMetrics']>[number];
type ScopeMetrics = NonNullable<ResourceMetrics['scopeMetrics']>[number];
type Metric = NonNullable<ScopeMetrics['metrics']>[number];

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

/**
 * What one scrape has filled, as one request. Afterwards nothing counts as filled. Points without
 * what they need (a histogram without its count) are left out.
 */
export function toRequest(
  resources: Iterable<ResourceNode>,
  options: RequestOptions,
): MetricsRequest {
  const writer = new RequestBuilder(options);
  const resourceMetrics: ResourceMetrics[] = [];
  for (const resource of resources) {
    const scopeMetrics = writer.scopes(resource);
    if (scopeMetrics.length === 0) continue;
    const attributes = [...options.resourceAttributes(resource), ...resource.info];
    resourceMetrics.push({ resource: { attributes }, scopeMetrics });
  }
  return { bytes: encodeRequest('metrics', { resourceMetrics }), itemCount: writer.itemCount };
}

class RequestBuilder {
  itemCount = 0;
  readonly #options: RequestOptions;

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  scopes(resource: ResourceNode): ScopeMetrics[] {
    const scopes: ScopeMetrics[] = [];
    for (const scope of resource.scopes.values()) {
      const metrics = this.#metrics(scope);
      if (metrics.length > 0) scopes.push({ ...scopeHead(scope), metrics });
    }
    return scopes;
  }

  #metrics(scope: ScopeNode): Metric[] {
    const metrics: Metric[] = [];
    for (const metric of scope.metrics.values()) {
      if (metric.filled.length === 0) continue;
      const data = metricData(metric);
      metric.filled.length = 0;
      if (data === undefined) continue;
      this.itemCount += data.count;
      metrics.push({ ...this.#head(metric), ...data.data });
    }
    return metrics;
  }

  #head({ name, metadata }: MetricNode): Metric {
    const { help, unit, type } = metadata;
    const shown = this.#options.trimMetricSuffixes
      ? trimSuffixes(name, { unit, isCounter: isSum(type) })
      : name;
    return {
      name: shown,
      ...(help === '' ? {} : { description: help }),
      ...(unit === '' ? {} : { unit: unitCode(unit) }),
      metadata: [{ key: TYPE_KEY, value: { stringValue: type } }],
    };
  }
}

function isSum(type: string): boolean {
  return type === 'counter' || type === 'info' || type === 'stateset';
}

/** The receiver's own name where the samples name no scope. */
function scopeHead(scope: ScopeNode): Omit<ScopeMetrics, 'metrics'> {
  const { name, version, schemaUrl, attributes } = scope;
  if (name === '' && version === '' && schemaUrl === '' && attributes.length === 0) {
    return { scope: { name: SCOPE_NAME } };
  }
  return {
    scope: { name, version, attributes: [...attributes] },
    ...(schemaUrl === '' ? {} : { schemaUrl }),
  };
}

interface DataOf {
  readonly data: Omit<Metric, 'name'>;
  readonly count: number;
}

function metricData({ metadata, shape, filled }: MetricNode): DataOf | undefined {
  if (shape === 'histogram') {
    const dataPoints = filled.filter(({ count }) => count !== undefined).map(histogramPoint);
    const histogram = { aggregationTemporality: CUMULATIVE, dataPoints };
    return counted({ histogram }, dataPoints.length);
  }
  if (shape === 'summary') {
    const dataPoints = filled.filter(({ count }) => count !== undefined).map(summaryPoint);
    return counted({ summary: { dataPoints } }, dataPoints.length);
  }
  const points = filled.filter(({ value }) => value !== undefined);
  if (!isSum(metadata.type)) {
    const dataPoints = points.map((point) => numberPoint(point, false));
    return counted({ gauge: { dataPoints } }, dataPoints.length);
  }
  const dataPoints = points.map((point) => numberPoint(point, true));
  const isMonotonic = metadata.type === 'counter';
  const sum = { aggregationTemporality: CUMULATIVE, isMonotonic, dataPoints };
  return counted({ sum }, dataPoints.length);
}

function counted(data: Omit<Metric, 'name'>, count: number): DataOf | undefined {
  return count === 0 ? undefined : { data, count };
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
