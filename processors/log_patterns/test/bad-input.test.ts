import { jsonOf, requestOf, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { logPatternsProcessorFactory as factory } from '../src/index.ts';

const record = z.object({
  body: z.record(z.string(), z.unknown()).optional(),
  attributes: z.array(z.object({ key: z.string(), value: z.unknown() })).default([]),
});
const request = z.object({
  resourceLogs: z.array(
    z.object({ scopeLogs: z.array(z.object({ logRecords: z.array(record) })) }),
  ),
});

/** Requests of so many bodies each go through one processor; what arrives, and what it took. */
async function pass(requests: readonly (readonly object[])[]) {
  const graph = await TestGraph.start({ factory, signal: 'logs', config: '{}' });
  const before = process.memoryUsage().rss;
  let records = 0;
  const bodies: unknown[] = [];
  let patterned = 0;
  let newsBytesMax = 0;
  for (const logs of requests) {
    const logRecords = logs.map((body) => ({ body }));
    const sent = requestOf('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    await graph.send(telemetryOf([sent]));
    for (const telemetry of graph.arrived.splice(0)) {
      for (const json of jsonOf(telemetry)) {
        const all = request
          .parse(json)
          .resourceLogs.flatMap(({ scopeLogs }) =>
            scopeLogs.flatMap(({ logRecords }) => logRecords),
          );
        records += all.length;
        for (const { body, attributes } of all) {
          if (bodies.length < 100) bodies.push(body);
          const keys = attributes.map(({ key }) => key);
          if (keys.includes('sonde.log.pattern.id')) patterned++;
          const news = attributes.find(({ key }) => key === 'sonde.log.pattern.news');
          newsBytesMax = Math.max(newsBytesMax, JSON.stringify(news ?? '').length);
        }
      }
    }
  }
  await graph.stop();
  const grownMb = (process.memoryUsage().rss - before) / 1024 / 1024;
  return { records, bodies, patterned, newsBytesMax, grownMb };
}

const text = (stringValue: string) => ({ stringValue });

/** Words that no other line has; the same in every run. */
function* words(count: number): Generator<string> {
  let state = 7;
  const letter = (): string => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(97 + ((state >>> 16) % 26));
  };
  const word = (): string => Array.from({ length: 7 }, letter).join('');
  for (let i = 0; i < count; i++) yield Array.from({ length: 3 + (i % 9) }, word).join(' ');
}

describe('bad input', () => {
  it('of lines of a megabyte goes through whole, with a pattern', async () => {
    const line = `took ${'x'.repeat(1 << 20)} ms`;
    const endless = `${'word '.repeat(1 << 18)}end`;
    const { records, bodies, patterned } = await pass([[text(line), text(endless)]]);
    expect(records).toBe(2);
    expect(bodies).toEqual([text(line), text(endless)]);
    expect(patterned).toBe(2);
  });

  it('of binary, of broken and mixed encodings goes through as it came', async () => {
    const bytes = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 167) & 255));
    const latin = Buffer.from('Größe überschritten', 'latin1').toString('base64');
    const utf16 = Buffer.from('grün 12 ms', 'utf16le').toString('base64');
    const bodies = [
      { bytesValue: bytes.toString('base64') },
      { bytesValue: latin },
      { bytesValue: utf16 },
      text('Größe 12 überschritten \u0000\u0001\u001b[31m日本語 \u202eevil'),
      text('\u0000'),
      text(''),
      text('\ufffd'.repeat(100)),
      text('['.repeat(5000)),
      text('"'.repeat(5000)),
      text('{"a":'.repeat(2000)),
    ];
    const found = await pass([bodies]);
    expect(found.records).toBe(bodies.length);
    expect(found.bodies).toEqual(bodies);
  });

  it('of ever new patterns keeps its memory, loses no line, and counts the rest', async () => {
    const lines = [...words(60_000)].map(text);
    const requests = Array.from({ length: 30 }, (_, i) => lines.slice(i * 2000, (i + 1) * 2000));
    const { records, patterned, newsBytesMax, grownMb } = await pass(requests);
    expect(records).toBe(60_000);
    // Most are noise, of which no id is given.
    expect(patterned).toBeLessThan(30_000);
    expect(newsBytesMax).toBeLessThan(256 * 1024);
    expect(grownMb).toBeLessThan(400);
  }, 120_000);
});
