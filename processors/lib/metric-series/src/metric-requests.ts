import {
  type EncodedRequest,
  encodeRequest,
  type KeyValue,
  type Metric,
  scanRequest,
} from '@sonde/proto';

/** Metrics of one resource of one tenant. */
export interface MetricPart {
  readonly tenant: string;
  readonly attributes: readonly KeyValue[];
  readonly metrics: readonly Metric[];
}

export interface RequestHead {
  readonly scope: string;
  readonly receivedUnixMs: number;
}

/** Resources of one request: a request a tenant would be as large as there are series. */
const PARTS_MAX = 500;

/** Requests of one tenant each. */
export function metricRequests(
  parts: readonly MetricPart[],
  head: RequestHead,
): readonly EncodedRequest[] {
  const byTenant = new Map<string, MetricPart[]>();
  for (const part of parts) {
    const known = byTenant.get(part.tenant);
    if (known === undefined) byTenant.set(part.tenant, [part]);
    else known.push(part);
  }
  return [...byTenant].flatMap(([tenant, all]) => {
    const requests: EncodedRequest[] = [];
    for (let from = 0; from < all.length; from += PARTS_MAX) {
      requests.push(requestOf(tenant, all.slice(from, from + PARTS_MAX), head));
    }
    return requests;
  });
}

function requestOf(
  tenant: string,
  parts: readonly MetricPart[],
  { scope, receivedUnixMs }: RequestHead,
): EncodedRequest {
  const resourceMetrics = parts.map(({ attributes, metrics }) => ({
    resource: { attributes },
    scopeMetrics: [{ scope: { name: scope }, metrics }],
  }));
  const bytes = encodeRequest('metrics', { resourceMetrics });
  const itemCount = scanRequest('metrics', bytes);
  return { signal: 'metrics', bytes, itemCount, tenant, receivedUnixMs };
}
