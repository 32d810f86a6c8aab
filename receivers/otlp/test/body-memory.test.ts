import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Pipeline, PROTOBUF, send, start } from './harness.ts';
import { logs } from './otlp-bytes.ts';

/** More than Node reads at once. */
const LENGTH = 300_000;

interface Taken {
  readonly memory: ArrayBufferLike;
  readonly text: string;
}

/** Sends three bodies one after the other, and tells what the pipeline was given. */
async function three(http: string, pipeline: Pipeline): Promise<readonly Taken[]> {
  const taken: Taken[] = [];
  pipeline.answerWith((telemetry) => {
    const bytes = telemetry.requests[0]?.bytes ?? new Uint8Array(0);
    taken.push({ memory: bytes.buffer, text: Buffer.from(bytes).toString('latin1') });
    return Promise.resolve();
  });
  for (const letter of ['a', 'b', 'c']) {
    const body = logs(letter.repeat(LENGTH));
    expect((await send(http, { path: '/v1/logs', headers: PROTOBUF, body })).status).toBe(200);
    expect(taken.at(-1)?.text).toBe(body.toString('latin1'));
  }
  return taken;
}

function memories(taken: readonly Taken[]): number {
  return new Set(taken.map(({ memory }) => memory)).size;
}

describe('the memory of bodies', () => {
  it('is used again where the pipeline has nothing of a request that it took', async () => {
    const { http, pipeline } = await start({ givesBack: true });
    expect(memories(await three(http, pipeline))).toBe(1);
  });

  it('is used again by packed bodies too, and by what they hold', async () => {
    const { http, pipeline } = await start({ givesBack: true });
    const headers = { ...PROTOBUF, 'content-encoding': 'gzip' };
    const seen: ArrayBufferLike[] = [];
    pipeline.answerWith((telemetry) => {
      seen.push(...telemetry.requests.map(({ bytes }) => bytes.buffer));
      return Promise.resolve();
    });
    for (let i = 0; i < 6; i++) {
      const body = gzipSync(logs(randomBytes(LENGTH).toString('hex')));
      expect((await send(http, { path: '/v1/logs', headers, body })).status).toBe(200);
    }
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBeLessThanOrEqual(2);
  });

  it('stays as it is where somebody may have it', async () => {
    const { http, pipeline } = await start();
    expect(memories(await three(http, pipeline))).toBe(3);
    const [first] = pipeline.taken;
    expect(Buffer.from(first?.requests[0]?.bytes ?? []).includes('a'.repeat(LENGTH))).toBe(true);
  });

  it('stays as it is where the pipeline refused', async () => {
    const { http, pipeline } = await start({ givesBack: true });
    const seen: ArrayBufferLike[] = [];
    pipeline.answerWith((telemetry) => {
      seen.push(...telemetry.requests.map(({ bytes }) => bytes.buffer));
      return seen.length === 1 ? Promise.reject(new Error('away')) : Promise.resolve();
    });
    const body = logs('a'.repeat(LENGTH));
    for (let i = 0; i < 3; i++) await send(http, { path: '/v1/logs', headers: PROTOBUF, body });
    expect(seen[1]).not.toBe(seen[0]);
    expect(seen[2]).toBe(seen[1]);
  });
});
