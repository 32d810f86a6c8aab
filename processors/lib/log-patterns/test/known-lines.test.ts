import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PatternMiner } from '../src/index.ts';
import { LineOutline } from '../src/line-outline.ts';
import { GLUED, type TokenList } from '../src/token-list.ts';
import { Tokenizer } from '../src/tokenizer.ts';

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** What a line is made of: marks that mean something to the tokeniser, words, and places for values. */
const PIECES =
  ' |  |: |:|://|::|=|= |, |,|;|(|)| (|[|]|{|}|"|\'|.|. |!|/|\\|@|-|_|<|>|#|#|#|#|^|^|Jan |Sun Dec |' +
  'ab|ab:|fe:|cd|true|null|ms| ms|kB|size|key|deadbeef|http|C:|/etc|?q=|"k":"v"|é|日本|、';
const piece = fc.constantFrom(...PIECES.split('|'));
const number = fc.stringMatching(/^[0-9]{1,12}$/);
const name = fc.stringMatching(/^[0-9a-f]{1,3}[0-9][a-f]{3}[0-9a-f]{0,8}$/);

/** Two lines that differ in their values alone; `#` is a number, `^` a name with digits. */
const twins = fc.array(piece, { minLength: 1, maxLength: 24 }).chain((pieces) => {
  const value = (text: string): fc.Arbitrary<string> =>
    text === '#' ? number : text === '^' ? name : fc.constant(text);
  const line = fc.tuple(...pieces.map(value)).map((parts) => parts.join(''));
  return fc.tuple(line, line);
});

function outlineOf(bytes: Uint8Array): LineOutline | undefined {
  const outline = new LineOutline();
  return outline.read(bytes, { from: 0, to: bytes.length, seed: 1 }) ? outline : undefined;
}

/** Tokens with their places in the outline. */
function shown(outline: LineOutline, tokens: TokenList): unknown {
  return Array.from({ length: tokens.count }, (_, i) => [
    tokens.kind[i],
    (tokens.flags[i] ?? 0) & GLUED,
    tokens.hashA[i],
    tokens.hashB[i],
    outline.placeOf(tokens.start[i] ?? 0),
    outline.placeOf(tokens.end[i] ?? 0),
  ]);
}

describe('lines of one outline', () => {
  it('have the same tokens at the same places, whatever their numbers are', () => {
    let alike = 0;
    fc.assert(
      fc.property(twins, (pair) => {
        const [one, other] = pair.map((text) => {
          const bytes = bytesOf(text);
          const tokenizer = new Tokenizer();
          tokenizer.tokenize(bytes, 0, bytes.length);
          return { outline: outlineOf(bytes), tokenizer };
        });
        if (one?.outline === undefined || other?.outline === undefined) return;
        if (one.outline.a !== other.outline.a || one.outline.b !== other.outline.b) return;
        expect(other.tokenizer.isWidthBound).toBe(one.tokenizer.isWidthBound);
        if (one.tokenizer.isWidthBound) return;
        alike++;
        const expected = shown(one.outline, one.tokenizer.tokens);
        expect(shown(other.outline, other.tokenizer.tokens)).toEqual(expected);
      }),
      { numRuns: 4000, seed: 7 },
    );
    expect(alike).toBeGreaterThan(2000);
  });

  it('take in names with digits, but no unit and no word', () => {
    const same = (x: string, y: string): boolean =>
      outlineOf(bytesOf(x))?.a === outlineOf(bytesOf(y))?.a;
    expect(same('request 9f3c1e of 17', 'request 0aa1bcd of 4')).toBe(true);
    expect(same('request ab3c1e', 'request cd9d2f')).toBe(true);
    expect(same('took 5ms', 'took 5s')).toBe(false);
    expect(same('node17 up', 'host17 up')).toBe(false);
  });
});

const WORD_BYTES = 9;
const PAIRS = 18;

/** Eight letters and a blank, drawn by a number. */
function putWord(room: Uint8Array, at: number, drawn: number): void {
  let state = drawn;
  for (let i = 0; i < WORD_BYTES - 1; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    room[at + i] = 97 + ((state >>> 8) % 26);
  }
  room[at + WORD_BYTES - 1] = 32;
}

/** Two lines of one hash and length that differ in their words, made for one seed. */
function collidingLines(seed: number): readonly [string, string] {
  const outline = new LineOutline();
  const room = new Uint8Array(PAIRS * WORD_BYTES);
  const hashOf = (to: number): LineOutline => {
    outline.read(room, { from: 0, to, seed });
    return outline;
  };
  // Of each word there are two that leave lane A the same (Joux): 2^18 lines of one lane A.
  const pairs: (readonly [number, number])[] = [];
  while (pairs.length < PAIRS) {
    const at = pairs.length * WORD_BYTES;
    const seen = new Map<number, number>();
    for (let drawn = 1; ; drawn++) {
      putWord(room, at, drawn);
      const { a } = hashOf(at + WORD_BYTES);
      const other = seen.get(a);
      if (other !== undefined) pairs.push([other, drawn]);
      if (other !== undefined) break;
      seen.set(a, drawn);
    }
  }
  // Some of these lines agree in lane B. The blank behind changes nothing: each step can be undone.
  const lines = new Map<number, string>();
  for (let choice = 0; choice < 1 << PAIRS; choice++) {
    for (const [at, pair] of pairs.entries()) {
      putWord(room, at * WORD_BYTES, pair[(choice >> at) & 1] ?? 0);
    }
    const { b } = hashOf(room.length);
    const line = Buffer.from(room).toString('latin1').trimEnd();
    const other = lines.get(b);
    if (other !== undefined) return [other, line];
    lines.set(b, line);
  }
  throw new Error('no two lines of one hash');
}

describe('a line that is known', () => {
  it('of two outlines that share a hash is told apart after some lines, and counted', {
    timeout: 60_000,
  }, () => {
    const miner = new PatternMiner();
    const source = miner.source('a');
    const add = (text: string): string => {
      const bytes = bytesOf(text);
      return miner.add(source, bytes, 0, bytes.length).exemplar;
    };
    add('one line');
    const [one, other] = collidingLines(source.epoch);
    expect(one).not.toBe(other);
    for (let i = 0; i < 4; i++) expect(add(one)).toBe(one);
    const found = Array.from({ length: 600 }, () => add(other));
    expect(miner.collisions).toBe(1);
    expect(found.indexOf(other)).toBeGreaterThan(0);
    expect(found.indexOf(other)).toBeLessThan(256);
    expect(found.lastIndexOf(one)).toBeLessThan(found.indexOf(other));
    expect(add(one)).toBe(one);
  });

  it('is looked for by another hash in every process', () => {
    const epochs = Array.from({ length: 4 }, () => {
      const miner = new PatternMiner();
      const bytes = bytesOf('one line');
      miner.add(miner.source('a'), bytes, 0, bytes.length);
      return miner.source('a').epoch;
    });
    expect(new Set(epochs).size).toBe(epochs.length);
  });

  it('has a hash of which half the bits agree hardly more often than by chance', () => {
    const lines = 200_000;
    const outline = new LineOutline();
    const lanes = Array.from({ length: lines }, (_, i) => {
      const word = (n: number): string =>
        n.toString(26).replaceAll(/[0-9]/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
      const text = `opened the file ${word(i)} of ${word(i % 97)} for user ${word(i % 13)}`;
      const bytes = bytesOf(text);
      outline.read(bytes, { from: 0, to: bytes.length, seed: 1 });
      return [outline.a, outline.b] as const;
    });
    const chance = lines ** 2 / 2 / 2 ** 32;
    const halves = [
      (a: number, _b: number) => a,
      (_a: number, b: number) => b,
      (a: number, b: number) => (a << 16) | (b & 0xffff),
      (a: number, b: number) => (a & ~0xffff) | (b >>> 16),
    ];
    for (const half of halves) {
      const different = new Set(lanes.map(([a, b]) => half(a, b)));
      expect(lines - different.size).toBeLessThan(chance * 4);
    }
  });

  it('has the leaf and the values that its tokens say', () => {
    const miner = new PatternMiner();
    const source = miner.source('a');
    const texts = Array.from(
      { length: 200 },
      (_, i) =>
        `job ${i * 7919} of node-${i} ended after ${i % 90} ms by ${'9f3c'.repeat(1 + (i % 3))}`,
    );
    for (const text of texts) {
      const bytes = bytesOf(text);
      const leaf = miner.add(source, bytes, 0, bytes.length);
      const { count, start, end } = miner.variables(leaf);
      const values = Array.from({ length: count }, (_, v) => text.slice(start[v], end[v]));
      expect(values).toEqual(
        text.match(/job (\d+) of (\S+) ended after (\d+ ms) by (\S+)/)?.slice(1),
      );
      expect(leaf.exemplar).toBe(texts[0]);
    }
    expect(source.liveLeaves()[0]?.count).toBe(texts.length);
  });

  it('is looked for by another number when the leaves of its source change', () => {
    const miner = new PatternMiner();
    const source = miner.source('a');
    const add = (text: string): string => {
      const bytes = bytesOf(text);
      return miner.add(source, bytes, 0, bytes.length).id.toString(16);
    };
    const ids = Array.from({ length: 4 }, (_, i) => add(`opened shard ${i}`));
    expect(new Set(ids).size).toBe(1);
    const before = source.epoch;
    for (const leaf of source.liveLeaves()) source.remove(leaf);
    expect(add('opened shard 9')).toBe(ids[0]);
    expect(source.epoch).not.toBe(before);
  });
});
