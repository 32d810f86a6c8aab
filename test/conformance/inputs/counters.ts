import type { MetricsRequest } from '@sonde/proto';

const START = 1_750_000_000;

/** Counts of one series at each step; it starts anew before the last. */
const STEPS = [10, 25, 25, 4];

function nanos(seconds: number): string {
  return `${START + seconds}000000000`;
}

function requestAt(step: number, count: number): MetricsRequest {
  const startTimeUnixNano = nanos(step === STEPS.length - 1 ? 25 : 0);
  const times = { startTimeUnixNano, timeUnixNano: nanos((step + 1) * 10) };
  return {
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeMetrics: [
          {
            scope: { name: 'counters' },
            metrics: [
              {
                name: 'requests',
                sum: {
                  aggregationTemporality: 2,
                  isMonotonic: true,
                  dataPoints: [
                    {
                      ...times,
                      asInt: count,
                      attributes: [{ key: 'path', value: { stringValue: '/a' } }],
                    },
                    {
                      ...times,
                      asDouble: count / 2,
                      attributes: [{ key: 'path', value: { stringValue: '/b' } }],
                    },
                  ],
                },
              },
              {
                name: 'in_flight',
                sum: {
                  aggregationTemporality: 2,
                  isMonotonic: false,
                  dataPoints: [{ ...times, asInt: count }],
                },
              },
              {
                name: 'duration',
                histogram: {
                  aggregationTemporality: 2,
                  dataPoints: [
                    {
                      ...times,
                      count: count + 2,
                      sum: count * 3,
                      min: 1,
                      max: 9,
                      explicitBounds: [1, 5],
                      bucketCounts: [1, count, 1],
                    },
                  ],
                },
              },
              {
                name: 'sizes',
                exponentialHistogram: {
                  aggregationTemporality: 2,
                  dataPoints: [
                    {
                      ...times,
                      count,
                      sum: count * 2,
                      scale: 0,
                      positive: { offset: 0, bucketCounts: [count] },
                    },
                  ],
                },
              },
              { name: 'level', gauge: { dataPoints: [{ ...times, asInt: count }] } },
            ],
          },
        ],
      },
    ],
  };
}

export const COUNTERS: readonly MetricsRequest[] = STEPS.map((count, step) =>
  requestAt(step, count),
);
