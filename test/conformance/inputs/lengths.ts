import type { TracesRequest } from '@sonde/proto';

const START = 1_750_000_000_000_000_000n;
const COUNT = 400;

/** Nanoseconds over many orders, some of them none, some of them less than that. */
function lengthOf(index: number): bigint {
  if (index % 50 === 0) return 0n;
  if (index % 77 === 0) return -5_000_000n;
  return BigInt(Math.round(1.07 ** (index % 300))) * BigInt(1 + (index % 7));
}

/** One service of one kind of span, of hundreds of durations. */
export const LENGTHS: TracesRequest = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [
        {
          spans: Array.from({ length: COUNT }, (_, index) => ({
            traceId: (index + 1).toString(16).padStart(32, '0'),
            spanId: (index + 1).toString(16).padStart(16, '0'),
            name: `operation ${index % 5}`,
            kind: 2,
            startTimeUnixNano: START,
            endTimeUnixNano: START + lengthOf(index),
            status: { code: index % 9 === 0 ? 2 : 0 },
          })),
        },
      ],
    },
  ],
};
