import {
  encodeRequest,
  type KeyValue,
  type LogRecord,
  type Metric,
  type Resource,
  type Span,
} from '../src/index.ts';

/**
 * Requests as a fleet sends them: 50 services of three instances, 23 resource attributes, four
 * resources and 512 items a request. Seeded: the same requests in every run.
 */
export const ITEMS_PER_REQUEST = 512;
export const SERVICES = 50;
const INSTANCES = 3;
const GROUPS = 4;
const START_NANO = 1_764_000_000_000_000_000n;
const NANO_PER_MS = 1_000_000n;

/** A seeded generator of numbers, the same everywhere. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 4294967296) * limit);
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  hex(bytes: number): string {
    let text = '';
    for (let i = 0; i < bytes; i++) text += this.below(256).toString(16).padStart(2, '0');
    return text;
  }
}

export const text = (key: string, stringValue: string): KeyValue => ({
  key,
  value: { stringValue },
});
export const int = (key: string, intValue: number): KeyValue => ({ key, value: { intValue } });

/** The resource of an instance of one of the services, with 23 attributes. */
export function fleetResource(random: Random, service: number = random.below(SERVICES)): Resource {
  const pod = `svc-${service}-${(service * 7919).toString(16)}-${random.below(INSTANCES)}`;
  const attributes = [
    text('service.name', `service-${service}`),
    text('service.namespace', `team-${service % 7}`),
    text('service.version', `1.${service % 9}.${service % 4}`),
    text('service.instance.id', pod),
    text('deployment.environment.name', 'production'),
    text('telemetry.sdk.language', service % 2 === 0 ? 'java' : 'go'),
    text('telemetry.sdk.name', 'opentelemetry'),
    text('telemetry.sdk.version', '1.42.1'),
    text('k8s.cluster.name', 'eu-west-1-prod'),
    text('k8s.namespace.name', `team-${service % 7}`),
    text('k8s.deployment.name', `service-${service}`),
    text('k8s.pod.name', pod),
    text('k8s.pod.uid', `4c7a2f6e-1111-4000-8000-${String(service).padStart(12, '0')}`),
    text('k8s.node.name', `ip-10-0-${service}-17.eu-west-1.compute.internal`),
    text('k8s.container.name', 'app'),
    text('container.id', (service * 104729).toString(16).padStart(64, 'a')),
    text('container.image.name', `registry.example.com/service-${service}`),
    text('host.name', `ip-10-0-${service}-17`),
    text('host.arch', 'amd64'),
    text('os.type', 'linux'),
    int('process.pid', 1000 + service),
    text('process.runtime.name', 'OpenJDK Runtime Environment'),
    text('process.runtime.version', '21.0.5+11-LTS'),
  ];
  return { attributes };
}

const ROUTES = [
  '/api/cart',
  '/api/cart/{id}',
  '/api/checkout',
  '/api/products/{id}',
  '/health',
] as const;
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

function span(random: Random, at: number): Span {
  const method = random.pick(METHODS);
  const route = random.pick(ROUTES);
  const start = START_NANO + BigInt(at) * 1_000_003n;
  const failed = random.below(50) === 0;
  return {
    traceId: random.hex(16),
    spanId: random.hex(8),
    parentSpanId: random.hex(8),
    flags: 257,
    name: `${method} ${route}`,
    kind: 2 + random.below(2),
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(random.below(90_000_000)),
    attributes: [
      text('http.request.method', method),
      text('http.route', route),
      int('http.response.status_code', failed ? 503 : 200),
      text('url.scheme', 'https'),
      text('url.path', `${route.replace('{id}', String(random.below(100_000)))}`),
      text('server.address', `service-${random.below(SERVICES)}.internal`),
      int('server.port', 8443),
      text('client.address', `10.0.${random.below(256)}.${random.below(256)}`),
      text('network.protocol.version', '1.1'),
      text('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/132.0'),
      int('thread.id', random.below(200)),
      text('thread.name', `http-nio-8443-exec-${random.below(200)}`),
    ],
    ...(failed
      ? {
          status: { code: 2, message: 'upstream unavailable' },
          events: [
            {
              timeUnixNano: start,
              name: 'exception',
              attributes: [text('exception.type', 'java.io.IOException')],
            },
          ],
        }
      : {}),
  };
}

function log(random: Random, at: number): LogRecord {
  const timeUnixNano = START_NANO + BigInt(at) * 1_000_003n;
  const order = random.below(1_000_000);
  return {
    timeUnixNano,
    observedTimeUnixNano: timeUnixNano + 1_000_000n,
    severityNumber: 9,
    severityText: 'INFO',
    body: {
      stringValue: `order ${order} of customer ${random.hex(4)} accepted, ${random.below(9)} items, total ${random.below(10_000) / 100} EUR, payment ${random.hex(8)} pending in region eu-west-1`,
    },
    attributes: [
      text('code.function.name', 'com.example.orders.OrderService.accept'),
      int('code.line.number', 100 + random.below(300)),
      text('thread.name', `worker-${random.below(32)}`),
      text('log.logger', 'com.example.orders.OrderService'),
      int('order.id', order),
      text('app.tenant', `shop-${random.below(40)}`),
    ],
    traceId: random.hex(16),
    spanId: random.hex(8),
    flags: 1,
  };
}

/** 16 points a metric: half gauges, a quarter sums, a quarter histograms. */
function metric(random: Random, index: number, startNano: bigint): Metric {
  const points = Array.from({ length: 16 }, (_, i) => ({
    startTimeUnixNano: startNano,
    timeUnixNano: startNano + 10_000_000_000n,
    attributes: [
      text('http.request.method', random.pick(METHODS)),
      text('http.route', random.pick(ROUTES)),
      int('http.response.status_code', 200 + (i % 5)),
      text('server.address', `service-${random.below(SERVICES)}.internal`),
      text('network.protocol.version', '1.1'),
    ],
  }));
  const name = `http.server.metric.${index % 40}`;
  if (index % 4 === 3) {
    const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    const dataPoints = points.map((point) => ({
      ...point,
      count: 100,
      sum: random.below(1000) / 7,
      min: 0.001,
      max: 9.5,
      bucketCounts: bounds.map(() => random.below(20)).concat(1),
      explicitBounds: bounds,
    }));
    return { name, unit: 's', histogram: { dataPoints, aggregationTemporality: 2 } };
  }
  if (index % 4 === 2) {
    const dataPoints = points.map((point) => ({ ...point, asInt: random.below(1_000_000) }));
    return {
      name,
      unit: '{request}',
      sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true },
    };
  }
  const dataPoints = points.map((point) => ({ ...point, asDouble: random.below(1_000_000) / 13 }));
  return { name, unit: 'By', gauge: { dataPoints } };
}

const scope = { name: 'io.opentelemetry.spring-webmvc-6.0', version: '2.10.0-alpha' };
const schemaUrl = 'https://opentelemetry.io/schemas/1.30.0';

function groups<T>(
  random: Random,
  rows: number,
  row: (at: number) => T,
): { resource: Resource; rows: T[] }[] {
  return Array.from({ length: GROUPS }, (_, group) => ({
    resource: fleetResource(random),
    rows: Array.from({ length: rows / GROUPS }, (_, i) => row(group * rows + i)),
  }));
}

export type LoadSignal = 'traces' | 'logs' | 'metrics';

/** One request a seed, `ITEMS_PER_REQUEST` items in it. */
export function loadRequest(signal: LoadSignal, seed: number): Uint8Array {
  const random = new Random(seed * 2654435761);
  switch (signal) {
    case 'traces':
      return encodeRequest('traces', {
        resourceSpans: groups(random, ITEMS_PER_REQUEST, (at) => span(random, at)).map((group) => ({
          resource: group.resource,
          scopeSpans: [{ scope, spans: group.rows }],
          schemaUrl,
        })),
      });
    case 'logs':
      return encodeRequest('logs', {
        resourceLogs: groups(random, ITEMS_PER_REQUEST, (at) => log(random, at)).map((group) => ({
          resource: group.resource,
          scopeLogs: [{ scope, logRecords: group.rows }],
          schemaUrl,
        })),
      });
    case 'metrics':
      return pointsRequest(random, START_NANO);
  }
}

/** Points as `loadRequest` has them, ten seconds after `startMs`. */
export function pointsAt(startMs: number, seed: number): Uint8Array {
  return pointsRequest(new Random(seed * 2654435761), BigInt(startMs) * NANO_PER_MS);
}

function pointsRequest(random: Random, startNano: bigint): Uint8Array {
  const rows = groups(random, ITEMS_PER_REQUEST / 16, (at) => metric(random, at, startNano));
  return encodeRequest('metrics', {
    resourceMetrics: rows.map((group) => ({
      resource: group.resource,
      scopeMetrics: [{ scope, metrics: group.rows }],
      schemaUrl,
    })),
  });
}
