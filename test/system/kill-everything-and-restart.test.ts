import { randomBytes } from 'node:crypto';
import { encodeRequest } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sonde } from './sonde.ts';

const ROUNDS = 3;
const SENDERS = 4;
const SPANS_A_REQUEST = 20;

const sonde = new Sonde();

beforeAll(async () => {
  await sonde.up();
});

afterAll(async () => {
  await sonde.remove();
});

/** One request whose spans carry its number; returns the body. */
function requestBody(request: string): Uint8Array {
  const now = BigInt(Date.now()) * 1_000_000n;
  return encodeRequest('traces', {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'kill' } }] },
        scopeSpans: [
          {
            spans: Array.from({ length: SPANS_A_REQUEST }, (_, index) => ({
              traceId: randomBytes(16).toString('hex'),
              spanId: randomBytes(8).toString('hex'),
              name: 'request',
              startTimeUnixNano: String(now),
              endTimeUnixNano: String(now + 1000n),
              attributes: [
                { key: 'request', value: { stringValue: request } },
                { key: 'index', value: { intValue: String(index) } },
              ],
            })),
          },
        ],
      },
    ],
  });
}

/** Sends without pause until a request fails; returns the requests that were acknowledged. */
async function sendUntilDead(sender: string, url: string): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  for (let number = 0; ; number++) {
    const request = `${sender}-${number}`;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: Buffer.from(requestBody(request)),
        signal: AbortSignal.timeout(5000),
      });
      if (!response.ok) return acknowledged;
      acknowledged.push(request);
    } catch {
      return acknowledged; // The gateway is gone: what the test waits for.
    }
  }
}

describe('kill -9 of every process while clients send', () => {
  it('loses nothing that was acknowledged and stores nothing twice', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const url = `${sonde.addresses.otlpHttp}/v1/traces`;
      const senders = Array.from({ length: SENDERS }, (_, index) =>
        sendUntilDead(`${round}-${index}`, url),
      );
      await sonde.untilSelect("SELECT count() > 200 FROM spans WHERE service = 'kill'", '1');
      await sonde.killAll();
      acknowledged.push(...(await Promise.all(senders)).flat());
      await sonde.up();
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * SENDERS);
    await sonde.untilSelect('SELECT 1', '1');
    await expectEachOnce(acknowledged);
  }, 180_000);
});

/** Waits until all acknowledged requests are there, then checks that each span is there once. */
async function expectEachOnce(acknowledged: readonly string[]): Promise<void> {
  const found = async (): Promise<Map<string, number>> => {
    const rows = await sonde.select(
      "SELECT attributes['request'] AS request, count() AS spans FROM spans WHERE service = 'kill' GROUP BY request",
    );
    return new Map(rows.map((row) => [String(row.request), Number(row.spans)]));
  };
  const deadline = Date.now() + 60_000;
  let counts = await found();
  while (acknowledged.some((request) => !counts.has(request)) && Date.now() < deadline) {
    counts = await found();
  }
  expect(acknowledged.filter((request) => !counts.has(request))).toEqual([]);
  const odd = [...counts].filter(([, spans]) => spans !== SPANS_A_REQUEST);
  expect(odd).toEqual([]);
}
