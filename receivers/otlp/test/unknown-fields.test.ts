import { columnsToJson, decodeRequests, SIGNALS, type Signal } from '@sonde/proto';
import { requestOf } from '@sonde/proto/test/request-of';
import { describe, expect, it } from 'vitest';
import { send, start } from './harness.ts';
import { field, logs, metrics, profiles, traces } from './otlp-bytes.ts';

type Table = ReturnType<typeof requestOf>;

interface Step {
  readonly number: number;
  readonly type: Table;
}

const PATHS: Readonly<Record<Signal, string>> = {
  traces: '/v1/traces',
  metrics: '/v1/metrics',
  logs: '/v1/logs',
  profiles: '/v1development/profiles',
};
const ITEM: Readonly<Record<Signal, Buffer>> = {
  traces: traces(),
  metrics: metrics(),
  logs: logs(),
  profiles: profiles(),
};
/** Field 99 as a varint, as eight bytes, as a text and as four bytes. */
const UNKNOWN = Buffer.concat([
  Buffer.from([0x98, 0x06, 0x07]),
  Buffer.from([0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8]),
  Buffer.from([0x9a, 0x06, 0x02, 0x68, 0x69]),
  Buffer.from([0x9d, 0x06, 1, 2, 3, 4]),
]);

/** Every way from a request down to a message that holds no other; a value in a value once. */
function waysDown(type: Table, seen: readonly Table[] = []): Step[][] {
  const below = [...type.byName.values()].flatMap(({ number, message }): Step[][] => {
    if (message === undefined || seen.includes(message)) return [];
    const step = { number, type: message };
    return waysDown(message, [...seen, type]).map((rest) => [step, ...rest]);
  });
  return below.length === 0 ? [[]] : below;
}

/** The messages of one way inside each other, with `extra` before and behind what each holds. */
function nested(steps: readonly Step[], extra: Buffer): Buffer {
  const [first, ...rest] = steps;
  if (first === undefined) return extra;
  return Buffer.concat([extra, field(first.number, nested(rest, extra)), extra]);
}

function read(signal: Signal, bytes: Uint8Array): string {
  const rest = { itemCount: 1, tenant: 'default', receivedUnixMs: 1 } as const;
  return columnsToJson(decodeRequests(signal, [{ signal, bytes, ...rest }]));
}

// Line 22 of the OTLP checklist.
describe('22: unknown fields', () => {
  it.each(SIGNALS)('at every level of %s are taken, change nothing and go on', async (signal) => {
    const { http, pipeline } = await start();
    const ways = waysDown(requestOf(signal));
    expect(ways.length).toBeGreaterThan(3);
    for (const steps of ways) {
      const plain = Buffer.concat([nested(steps, Buffer.alloc(0)), ITEM[signal]]);
      const body = Buffer.concat([nested(steps, UNKNOWN), ITEM[signal]]);
      const { status, text } = await send(http, { path: PATHS[signal], body });
      expect([status, text]).toEqual([200, '']);
      const bytes = pipeline.taken.at(-1)?.requests[0]?.bytes ?? Buffer.alloc(0);
      expect(Buffer.from(bytes).equals(body)).toBe(true);
      expect(read(signal, bytes)).toBe(read(signal, plain));
    }
    expect(pipeline.taken).toHaveLength(ways.length);
  });
});
