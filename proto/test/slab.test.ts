import { describe, expect, it } from 'vitest';
import { type LoadSignal, loadRequest } from '../bench/load.ts';
import { ByteRun } from '../src/columns/byte-run.ts';
import { Dictionary } from '../src/columns/dictionary.ts';
import { FreePieces } from '../src/columns/free-pieces.ts';
import { newSlab, newUint32, releaseSlab, withSlab } from '../src/columns/slab.ts';
import { type Columns, decodeRequests, releaseColumns } from '../src/index.ts';
import { columnsRows } from './oracle/columns-rows.ts';

const SIGNALS: readonly LoadSignal[] = ['traces', 'logs', 'metrics'];

/** What every batch shares because nothing can be written into it is no longer than this. */
const SHARED_BYTES_MAX = 17;

type TypedArray = Uint8Array | Uint32Array | Int32Array | Float64Array;

function decode(signal: LoadSignal, seed: number): Columns {
  const bytes = loadRequest(signal, seed);
  const request = { signal, bytes, itemCount: 512, tenant: 'default', receivedUnixMs: 1 };
  return decodeRequests(signal, [request]);
}

function isArray(value: object): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** All arrays of a batch, those of its tables and dictionaries too. */
function arraysOf(value: unknown, found: Set<TypedArray> = new Set()): Set<TypedArray> {
  if (typeof value !== 'object' || value === null || value instanceof DataView) return found;
  if (isArray(value)) {
    if (value.byteLength > SHARED_BYTES_MAX) found.add(value);
    return found;
  }
  for (const member of Object.values(value)) arraysOf(member, found);
  return found;
}

function arrays(columns: Columns): readonly (readonly number[])[] {
  return [...arraysOf(columns)].map((array) => [...array]);
}

function buffersOf(columns: Columns): Set<ArrayBufferLike> {
  return new Set([...arraysOf(columns)].map(({ buffer }) => buffer));
}

describe('the slab of a batch', () => {
  it.each(SIGNALS)('gives no byte of a batch of %s to two arrays', (signal) => {
    const arrays = [...arraysOf(decode(signal, 1))];
    arrays.sort((a, b) => a.byteOffset - b.byteOffset);
    const ends = new Map<ArrayBufferLike, number>();
    for (const { buffer, byteOffset, byteLength } of arrays) {
      expect(byteOffset).toBeGreaterThanOrEqual(ends.get(buffer) ?? 0);
      ends.set(buffer, byteOffset + byteLength);
    }
    expect(ends.size).toBeLessThan(arrays.length / 2);
  });

  it.each(SIGNALS)('shares no memory between two batches of %s', (signal) => {
    const first = buffersOf(decode(signal, 1));
    for (const buffer of buffersOf(decode(signal, 2))) expect(first.has(buffer)).toBe(false);
  });

  it('is closed when decoding fails', () => {
    const fail = (): never => {
      newUint32(4);
      throw new Error('malformed');
    };
    expect(() => withSlab(newSlab(4096), fail)).toThrow('malformed');
    expect(newUint32(4).buffer.byteLength).toBe(16);
  });

  it('gives zeros, whatever is asked of it', () => {
    withSlab(newSlab(4096), () => {
      for (let length = 1; length < 20_000; length = length * 2 + 1) {
        const array = newUint32(length);
        expect(array).toHaveLength(length);
        expect(array.every((word) => word === 0)).toBe(true);
        array.fill(0xffffffff);
      }
    });
  });
});

describe('memory that is given back', () => {
  it.each(SIGNALS)(
    'is that of the next batch of %s, which is decoded as into new memory',
    (signal) => {
      const kept = decode(signal, 1);
      const other = decode(signal, 2);
      const buffers = buffersOf(other);
      releaseColumns(other);
      const again = decode(signal, 1);
      const shared = [...buffersOf(again)].filter((buffer) => buffers.has(buffer));
      expect(shared.length).toBeGreaterThan(buffers.size / 2);
      expect(columnsRows(again)).toEqual(columnsRows(kept));
      expect(arrays(again)).toEqual(arrays(kept));
      releaseColumns(again);
    },
  );

  it('is given back once', () => {
    const columns = decode('logs', 1);
    releaseColumns(columns);
    releaseColumns(columns);
    const first = buffersOf(decode('logs', 1));
    for (const buffer of buffersOf(decode('logs', 1))) expect(first.has(buffer)).toBe(false);
  });

  it('gives zeros again', () => {
    const slab = newSlab(4096);
    const fill = (word: number): boolean =>
      withSlab(slab, () =>
        [100, 3, 50_000, 9_001, 1].every((length) => {
          const array = newUint32(length);
          const isZero = array.every((each) => each === 0);
          array.fill(word);
          return isZero;
        }),
      );
    for (let word = 1; word < 4; word++) {
      expect(fill(word)).toBe(true);
      releaseSlab(slab);
    }
  });

  it('is as large as was asked for, and not more than twice that', () => {
    const free = new FreePieces();
    for (let bytes = 1; bytes < 5e6; bytes = Math.ceil(bytes * 1.37)) {
      const piece = free.take(bytes);
      expect(piece.buffer.byteLength).toBeGreaterThanOrEqual(bytes);
      if (bytes > 32 * 1024) expect(piece.buffer.byteLength).toBeLessThanOrEqual(bytes * 1.25);
      free.give(piece);
      const again = free.take(bytes);
      expect(again).toBe(piece);
      expect(free.take(bytes)).not.toBe(piece);
    }
    free.give(free.take(150_000));
    expect(free.take(100_000).buffer.byteLength).toBeLessThanOrEqual(200_000);
  });

  it('is left to the garbage collector beyond a limit', () => {
    const free = new FreePieces();
    const pieces = Array.from({ length: 5 }, () => free.take(8 * 1024 * 1024));
    for (const piece of pieces) free.give(piece);
    const again = pieces.map(() => free.take(8 * 1024 * 1024));
    expect(again.filter((piece) => pieces.includes(piece))).toEqual([pieces[4]]);
  });

  it('is not kept where it is larger than all of that, and makes nothing else go', () => {
    const free = new FreePieces();
    const small = free.take(100_000);
    free.give(small);
    const large = free.take(40 * 1024 * 1024);
    free.give(large);
    expect(free.take(100_000)).toBe(small);
    expect(free.take(40 * 1024 * 1024)).not.toBe(large);
  });
});

describe('what has not been written to', () => {
  it('is still empty for the next batch, after batches of every signal', () => {
    for (const signal of SIGNALS) decode(signal, 3);
    const dictionary = Dictionary.whenNeeded(16, 64);
    expect([...dictionary.offset]).toEqual([0, 1]);
    expect([...dictionary.hash, ...dictionary.slots, ...dictionary.successor]).toEqual([
      0, 0, 0, 0,
    ]);
    expect([...dictionary.run.used()]).toEqual([0]);
    for (const run of [dictionary.run, ByteRun.whenNeeded(64)]) {
      expect(run.bytes.every((byte) => byte === 0)).toBe(true);
      const shared = run.bytes;
      run.reserve(1);
      expect(run.bytes).not.toBe(shared);
    }
  });
});
