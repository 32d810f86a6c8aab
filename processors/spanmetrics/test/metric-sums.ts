interface Sums {
  calls: number;
  count: number;
  sum: number;
  /** All buckets together. */
  buckets: number;
}

function list(of: unknown, key: string): readonly unknown[] {
  const value: unknown = Reflect.get(Object(of), key);
  return Array.isArray(value) ? value : [];
}

function field(of: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), of);
}

/** What points say by span name and status, `overflow` where they have no name; all added up. */
export function sumsOf(requests: readonly unknown[]): Map<string, Sums> {
  const all = new Map<string, Sums>();
  for (const metric of metricsOf(requests)) {
    const isCalls = String(field(metric, 'name')).endsWith('.calls');
    for (const point of list(field(metric, isCalls ? 'sum' : 'histogram'), 'dataPoints')) {
      const key = keyOf(point);
      const sums = all.get(key) ?? { calls: 0, count: 0, sum: 0, buckets: 0 };
      all.set(key, sums);
      if (isCalls) sums.calls += Number(field(point, 'asInt') ?? 0);
      else addHistogram(sums, point);
    }
  }
  return all;
}

function addHistogram(sums: Sums, point: unknown): void {
  sums.count += Number(field(point, 'count') ?? 0);
  sums.sum += Number(field(point, 'sum') ?? 0);
  for (const bucket of list(point, 'bucketCounts')) sums.buckets += Number(bucket);
}

function metricsOf(requests: readonly unknown[]): readonly unknown[] {
  return requests
    .flatMap((request) => list(request, 'resourceMetrics'))
    .flatMap((resource) => list(resource, 'scopeMetrics'))
    .flatMap((scope) => list(scope, 'metrics'));
}

function keyOf(point: unknown): string {
  const attributes = list(point, 'attributes');
  const textOf = (key: string): unknown => {
    const found = attributes.find((each) => field(each, 'key') === key);
    return field(found, 'value', 'stringValue');
  };
  return `${textOf('span.name') ?? 'overflow'} ${textOf('status.code') ?? ''}`;
}
