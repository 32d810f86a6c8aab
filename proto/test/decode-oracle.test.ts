import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Columns,
  decodeLogs,
  decodeMetrics,
  decodeProfiles,
  decodeTraces,
  LogColumns,
  MalformedError,
  MetricColumns,
  ProfileColumns,
  SIGNALS,
  type Signal,
  SpanColumns,
  scanRequest,
} from '../src/index.ts';
import { requestOf } from '../src/schema/request-of.ts';
import { columnsRows } from './oracle/columns-rows.ts';
import { oracleRows } from './oracle/oracle-rows.ts';
import { Random, randomMessage } from './oracle/random-wire.ts';
import type { Row } from './oracle/rows.ts';

const SEGMENT = { tenant: 'default', receivedUnixMs: 1_700_000_000_000 };
const MUTANTS = 10_000;
/** A resource and scope with eight rows that say nothing of themselves. */
const EMPTY_ROWS = Uint8Array.from([0x0a, 18, 0x12, 16, ...new Array(8).fill([0x12, 0]).flat()]);

function emptyColumns(signal: Signal): Columns {
  switch (signal) {
    case 'traces':
      return new SpanColumns(4);
    case 'logs':
      return new LogColumns(4);
    case 'metrics':
      return new MetricColumns(4, 4);
    case 'profiles':
      return new ProfileColumns(2);
  }
}

function decode(columns: Columns, bytes: Uint8Array): number {
  switch (columns.signal) {
    case 'traces':
      return decodeTraces(columns, bytes, SEGMENT);
    case 'logs':
      return decodeLogs(columns, bytes, SEGMENT);
    case 'metrics':
      return decodeMetrics(columns, bytes, SEGMENT);
    case 'profiles':
      return decodeProfiles(columns, bytes, SEGMENT);
  }
}

/** The error's text, or the number of items. Anything but `MalformedError` fails the test. */
function verdict(run: () => number): number | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof MalformedError) return error.message;
    throw error;
  }
}

/** What Sonde refuses and protobufjs takes, by the words of the refusal. */
const STRICTER = [
  /wire type [34]/,
  /id of \d+ bytes/,
  /field \d+ with wire type/,
  /values nested deeper/,
  /varint over 64 bits/,
];

/** `toEqual` is for the message: it is too slow for thousands of equal rows. */
function expectRows(ours: Row[], theirs: Row[]): void {
  if (!isDeepStrictEqual(ours, theirs)) expect(ours).toEqual(theirs);
}

/** Some rows, and small enough for thousands of mutants. */
function smallMessage(random: Random, signal: Signal): Buffer {
  for (;;) {
    const bytes = randomMessage(random, requestOf(signal));
    if (bytes.length > 200 && bytes.length < 2500) return bytes;
  }
}

function mutate(random: Random, bytes: Buffer): Buffer {
  const mutant = Buffer.from(bytes);
  if (mutant.length === 0 || random.chance(0.3))
    return mutant.subarray(0, random.below(mutant.length + 1));
  for (let i = random.below(3); i >= 0; i--)
    mutant[random.below(mutant.length)] = random.below(256);
  return mutant;
}

describe.each(SIGNALS)('decoding %s against protobufjs', (signal) => {
  it('gives every cell of generated requests', () => {
    let itemCount = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const bytes = randomMessage(new Random(seed), requestOf(signal));
        const columns = emptyColumns(signal);
        const items = decode(columns, bytes);
        expectRows(columnsRows(columns), oracleRows(signal, bytes));
        expect(scanRequest(signal, bytes)).toBe(items);
        itemCount += items;
      }),
      { numRuns: 400 },
    );
    expect(itemCount).toBeGreaterThan(1000);
  });

  it('agrees on truncated and mutated bytes, and scan agrees with decode', () => {
    const random = new Random(20_251_125);
    let bytes: Buffer = Buffer.alloc(0);
    let refused = 0;
    for (let i = 0; i < MUTANTS; i++) {
      if (i % 50 === 0) bytes = smallMessage(random, signal);
      const mutant = mutate(random, bytes);
      const columns = emptyColumns(signal);
      const ours = verdict(() => decode(columns, mutant));
      const scanned = verdict(() => scanRequest(signal, mutant));
      expect(typeof scanned, `scan ${scanned}, decode ${ours}`).toBe(typeof ours);
      if (typeof ours === 'number') {
        expect(scanned).toBe(ours);
        expectRows(columnsRows(columns), oracleRows(signal, mutant));
        continue;
      }
      refused++;
      // What stood in rows that were given up is in none that comes after.
      decode(columns, EMPTY_ROWS);
      expectRows(columnsRows(columns), oracleRows(signal, EMPTY_ROWS));
      let accepted = true;
      try {
        oracleRows(signal, mutant);
      } catch {
        accepted = false;
      }
      if (accepted && !STRICTER.some((words) => words.test(ours))) {
        expect.unreachable(`${ours} in ${mutant.toString('hex')}`);
      }
    }
    expect(refused).toBeGreaterThan(MUTANTS / 4);
  }, 240_000);

  it('leaves a batch to the byte as it was when a request is refused', () => {
    const random = new Random(7);
    const kept = emptyColumns(signal);
    const clean = emptyColumns(signal);
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const bytes = randomMessage(random, requestOf(signal));
      const mutant = mutate(random, bytes);
      if (typeof verdict(() => decode(kept, mutant)) === 'string') refused++;
      else decode(clean, mutant);
      decode(kept, bytes);
      decode(clean, bytes);
    }
    expect(refused).toBeGreaterThan(50);
    expect(columnsRows(kept)).toEqual(columnsRows(clean));
    expect(usedBytes(kept)).toEqual(usedBytes(clean));
  });
});

/** Every dictionary and run in use, found by walking the batch. */
function usedBytes(value: unknown, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return found;
  for (const [name, child] of Object.entries(value)) {
    if (typeof child === 'number' && /count|length/i.test(name))
      found.set(`${path}.${name}`, String(child));
    if (name === 'run' || name === 'values') {
      const bytes: unknown = Reflect.get(child, 'bytes');
      const length: unknown = Reflect.get(child, 'length');
      if (bytes instanceof Uint8Array && typeof length === 'number') {
        found.set(`${path}.${name}`, Buffer.from(bytes.subarray(0, length)).toString('latin1'));
      }
    }
    for (const [key, text] of usedBytes(child, `${path}.${name}`)) found.set(key, text);
  }
  return found;
}
