import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sonde } from './sonde.ts';

const MEGABYTE = 1 << 20;
const DISTINCT = 20_000;
const REQUEST_LINES = 2000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Lines of words that no other line has; the same in every run. */
function* distinctLines(count: number): Generator<string> {
  let state = 11;
  const letter = (): string => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return LETTERS[(state >>> 16) % LETTERS.length] ?? '';
  };
  const word = (): string => Array.from({ length: 8 }, letter).join('');
  for (let i = 0; i < count; i++) yield Array.from({ length: 3 + (i % 8) }, word).join(' ');
}

type Body = { readonly stringValue: string } | { readonly bytesValue: string };
const text = (stringValue: string): Body => ({ stringValue });
const bytes = (value: Buffer): Body => ({ bytesValue: value.toString('base64') });

/** What a broken program may write. */
const ODD: readonly Body[] = [
  text('x'.repeat(MEGABYTE)),
  text(`${'word '.repeat(MEGABYTE / 5)}end`),
  text('line\n'.repeat(100_000)),
  text('{"a":'.repeat(5000)),
  text('['.repeat(10_000)),
  text('"'.repeat(10_000)),
  text('Größe 12 \u0000\u0001\u001b[31m日本語 \u202eevil'),
  text(''),
  text('\u0000'),
  bytes(Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * 167 + (i >> 5)) & 255))),
  bytes(Buffer.from('Größe überschritten', 'latin1')),
  bytes(Buffer.from('grün 12 ms', 'utf16le')),
];

describe('log lines of a broken program, from the request to the store', () => {
  const sonde = new Sonde();

  async function send(bodies: readonly Body[]): Promise<number> {
    const attributes = [{ key: 'service.name', value: text('broken') }];
    const logRecords = bodies.map((body) => ({
      timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
      body,
    }));
    const response = await fetch(`${sonde.addresses.otlpHttp}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }],
      }),
    });
    return response.status;
  }

  beforeAll(() => sonde.up(), 120_000);
  afterAll(() => sonde.remove());

  it('are all stored, as long as they were, beside thousands of patterns that come once', async () => {
    expect(await send(ODD)).toBe(200);
    const lines = [...distinctLines(DISTINCT)].map(text);
    for (let at = 0; at < lines.length; at += REQUEST_LINES) {
      expect(await send(lines.slice(at, at + REQUEST_LINES))).toBe(200);
    }
    const count = "SELECT count() FROM logs WHERE service = 'broken'";
    await sonde.untilSelect(count, String(ODD.length + DISTINCT));
    const long = `${count} AND length(body) >= ${MEGABYTE - 4}`;
    await sonde.untilSelect(long, '2');
    // Noise gets no ids without end: of most lines none, and each is counted.
    const ids = "SELECT uniqExact(pattern_id) < 9000 FROM logs WHERE service = 'broken'";
    await sonde.untilSelect(ids, '1');
    const metrics = await (await fetch(sonde.addresses.metrics)).text();
    expect(metrics).toContain('sonde_processor_log_patterns');
  }, 120_000);

  it('hide no statement that comes again', async () => {
    const job = (i: number): Body => text(`the job has ended after ${i} ms`);
    expect(await send(Array.from({ length: 300 }, (_, i) => job(i)))).toBe(200);
    const found =
      "SELECT max(lines) >= 298 FROM (SELECT count() AS lines FROM logs WHERE service = 'broken' " +
      "AND pattern_id != 0 AND body LIKE 'the job has ended%' GROUP BY pattern_id)";
    await sonde.untilSelect(found, '1');
  }, 60_000);
});
