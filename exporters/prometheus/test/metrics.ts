import { Telemetry } from '@sonde/pipeline';
import { decodeRequests, encodeRequest, type RequestObjects, scanRequest } from '@sonde/proto';

export type Metric = NonNullable<
  NonNullable<
    NonNullable<RequestObjects['metrics']['resourceMetrics']>[number]['scopeMetrics']
  >[number]['metrics']
>[number];

export type Attributes = Readonly<Record<string, string>>;

export function attributesOf(
  attributes: Attributes,
): { readonly key: string; readonly value: { readonly stringValue: string } }[] {
  return Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

export function metricsOf(
  metrics: readonly Metric[],
  resource: Attributes = {},
  scope: { readonly name?: string; readonly version?: string } = {},
): Telemetry {
  const bytes = encodeRequest('metrics', {
    resourceMetrics: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeMetrics: [{ scope, metrics: [...metrics] }],
      },
    ],
  });
  return new Telemetry({
    signal: 'metrics',
    requests: [
      {
        signal: 'metrics',
        bytes,
        itemCount: scanRequest('metrics', bytes),
        tenant: 'default',
        receivedUnixMs: 1,
      },
    ],
    decode: (all) => decodeRequests('metrics', all),
  });
}

export interface PointOptions {
  readonly attributes?: Attributes;
  readonly start?: number;
  readonly time?: number;
  readonly flags?: number;
}

export function gauge(name: string, value: number, options: PointOptions = {}): Metric {
  return { name, gauge: { dataPoints: [{ ...pointOf(options), asDouble: value }] } };
}

export function counter(
  name: string,
  value: number,
  { temporality = 2, ...options }: PointOptions & { readonly temporality?: number } = {},
): Metric {
  return {
    name,
    sum: {
      aggregationTemporality: temporality,
      isMonotonic: true,
      dataPoints: [{ ...pointOf(options), asDouble: value }],
    },
  };
}

export function pointOf({ attributes = {}, start = 0, time = 1, flags = 0 }: PointOptions): {
  readonly attributes: ReturnType<typeof attributesOf>;
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly flags: number;
} {
  return {
    attributes: attributesOf(attributes),
    startTimeUnixNano: `${start}000000000`,
    timeUnixNano: `${time}000000000`,
    flags,
  };
}

export const SUMMARY: Metric = {
  name: 'size',
  summary: {
    dataPoints: [
      {
        ...pointOf({}),
        count: 2,
        sum: 3,
        quantileValues: [
          { quantile: 0.99, value: 2 },
          { quantile: 0.5, value: 1 },
        ],
      },
    ],
  },
};

export const UP_DOWN_COUNTER: Metric = {
  name: 'open',
  sum: {
    aggregationTemporality: 2,
    isMonotonic: false,
    dataPoints: [{ ...pointOf({}), asInt: '7' }],
  },
};
