import type { Families, FamilyMetadata, PrometheusType } from './families.ts';

/** `KeyValue` of OTLP with a text. */
export interface TextAttribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

export type MetricShape = 'number' | 'histogram' | 'summary';

/** What a sample is to the point that it belongs to. */
export type Role = 'value' | 'count' | 'sum' | 'created' | 'part';

/** One point: of a gauge or sum one sample, of a histogram or summary several. */
export interface Point {
  readonly attributes: readonly TextAttribute[];
  /** The same, as a request has them; made when first needed. */
  encoded: Uint8Array | undefined;
  /** The scrape that filled it last. */
  iteration: number;
  unixMs: number;
  value: number | undefined;
  count: number | undefined;
  sum: number | undefined;
  createdSeconds: number;
  isStale: boolean;
  /** Bounds of buckets, or quantiles, as they came, and the value of each. */
  readonly bounds: number[];
  readonly values: number[];
  readonly exemplars: PointExemplar[];
}

export interface PointExemplar {
  readonly unixMs: number;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly TextAttribute[];
}

export interface MetricNode {
  readonly name: string;
  readonly metadata: FamilyMetadata;
  readonly shape: MetricShape;
  /** What a request has of it beside its points; made when first needed. */
  encodedHead: Uint8Array | undefined;
  /** By the labels that are the point's own. */
  readonly points: Map<string, Point>;
  /** Those that this scrape has filled. */
  readonly filled: Point[];
}

export interface ScopeNode {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string;
  readonly attributes: readonly TextAttribute[];
  readonly metrics: Map<string, MetricNode>;
}

export interface ResourceNode {
  readonly job: string;
  readonly instance: string;
  /** Of `target_info`, as it came last. */
  info: readonly TextAttribute[];
  readonly scopes: Map<string, ScopeNode>;
}

/** Where the samples of one series go. */
export interface Place {
  readonly resource: ResourceNode;
  readonly metric: MetricNode;
  readonly point: Point;
  readonly role: Role;
  /** Of a bucket or quantile. */
  readonly bound: number;
}

const SCOPE_PREFIX = 'otel_scope_';
const SCOPE_OWN: ReadonlySet<string> = new Set([
  'otel_scope_name',
  'otel_scope_version',
  'otel_scope_schema_url',
]);
/** Labels that are on the resource, or say how a target was asked. */
const NOT_OF_POINTS: ReadonlySet<string> = new Set([
  '__name__',
  '__scheme__',
  '__metrics_path__',
  'job',
  'instance',
]);

/** Everything of one target that becomes OTLP, kept from scrape to scrape. */
export class TargetTree {
  readonly resources: Map<string, ResourceNode> = new Map();
  readonly #families: Families;

  constructor(families: Families) {
    this.#families = families;
  }

  resource(job: string, instance: string): ResourceNode {
    const key = `${job}\0${instance}`;
    const known = this.resources.get(key);
    if (known !== undefined) return known;
    const resource: ResourceNode = { job, instance, info: [], scopes: new Map() };
    this.resources.set(key, resource);
    return resource;
  }

  /** `undefined` where a bucket or quantile has no bound that is a number. */
  place(
    name: string,
    labels: ReadonlyMap<string, string>,
    resource: ResourceNode,
  ): Place | undefined {
    const { name: metricName, metadata } = this.#families.of(name);
    const scope = scopeOf(labels, resource);
    const metric = metricOf(scope, metricName, metadata);
    const role = roleOf(name, metric);
    const boundLabel = BOUND_LABELS[metric.shape];
    const bound = role === 'part' ? parseBound(labels.get(boundLabel)) : 0;
    if (bound === undefined) return undefined;
    return { resource, metric, point: pointOf(metric, labels, boundLabel), role, bound };
  }
}

const BOUND_LABELS: Readonly<Record<MetricShape, string>> = {
  number: '',
  histogram: 'le',
  summary: 'quantile',
};

function scopeOf(labels: ReadonlyMap<string, string>, resource: ResourceNode): ScopeNode {
  const own = [...labels].filter(([name]) => name.startsWith(SCOPE_PREFIX));
  const key = own.length === 0 ? '' : JSON.stringify(own);
  const known = resource.scopes.get(key);
  if (known !== undefined) return known;
  const scope: ScopeNode = {
    name: labels.get('otel_scope_name') ?? '',
    version: labels.get('otel_scope_version') ?? '',
    schemaUrl: labels.get('otel_scope_schema_url') ?? '',
    attributes: own
      .filter(([name]) => !SCOPE_OWN.has(name))
      .map(([name, stringValue]) => ({
        key: name.slice(SCOPE_PREFIX.length),
        value: { stringValue },
      })),
    metrics: new Map(),
  };
  resource.scopes.set(key, scope);
  return scope;
}

function metricOf(scope: ScopeNode, name: string, metadata: FamilyMetadata): MetricNode {
  const known = scope.metrics.get(name);
  if (known !== undefined && isSame(known.metadata, metadata)) return known;
  // With another type the points begin anew.
  const metric: MetricNode = {
    name,
    metadata,
    shape: shapeOf(metadata.type),
    encodedHead: undefined,
    points: new Map(),
    filled: [],
  };
  scope.metrics.set(name, metric);
  return metric;
}

function isSame(a: FamilyMetadata, b: FamilyMetadata): boolean {
  return a.name === b.name && a.type === b.type && a.help === b.help && a.unit === b.unit;
}

function shapeOf(type: PrometheusType): MetricShape {
  if (type === 'histogram') return 'histogram';
  return type === 'summary' ? 'summary' : 'number';
}

function roleOf(name: string, { shape, metadata }: MetricNode): Role {
  const created = name === `${metadata.name}_created`;
  if (shape === 'number') return created && metadata.type === 'counter' ? 'created' : 'value';
  if (name.endsWith('_sum')) return 'sum';
  if (name.endsWith('_count')) return 'count';
  return created ? 'created' : 'part';
}

function parseBound(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\+?inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  const bound = Number(text);
  return Number.isNaN(bound) ? undefined : bound;
}

function pointOf(
  metric: MetricNode,
  labels: ReadonlyMap<string, string>,
  boundLabel: string,
): Point {
  const own: [string, string][] = [];
  for (const [name, value] of labels) {
    if (NOT_OF_POINTS.has(name) || name === boundLabel || value === '') continue;
    if (!name.startsWith(SCOPE_PREFIX)) own.push([name, value]);
  }
  own.sort(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify(own);
  const known = metric.points.get(key);
  if (known !== undefined) return known;
  const point: Point = {
    attributes: own.map(([name, stringValue]) => ({ key: name, value: { stringValue } })),
    encoded: undefined,
    iteration: -1,
    unixMs: 0,
    value: undefined,
    count: undefined,
    sum: undefined,
    createdSeconds: 0,
    isStale: false,
    bounds: [],
    values: [],
    exemplars: [],
  };
  metric.points.set(key, point);
  return point;
}
