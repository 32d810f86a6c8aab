import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttributeList } from '../src/columns/attribute-list.ts';
import { appendAttribute } from '../src/decode/attribute.ts';
import { appendAttributes } from '../src/decode/attributes.ts';
import { dictionaryText, MalformedError } from '../src/index.ts';
import { startRowBudget } from '../src/protobuf/row-budget.ts';
import { openSource, type Source } from '../src/protobuf/source.ts';
import { readLength, result } from '../src/protobuf/varint.ts';

const TAG = 0x4a;

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}

const delimited = (tag: number, content: readonly number[]): number[] => [
  tag,
  ...varint(content.length),
  ...content,
];

/** Lengths around which one byte of length, a word or the shortest compared key ends. */
const lengths = fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 40, 120, 127, 128, 300);
const text = lengths.chain((length) =>
  fc.integer({ min: 97, max: 99 }).map((letter) => new Array<number>(length).fill(letter)),
);
const value = fc.oneof(
  { weight: 4, arbitrary: text.map((bytes) => delimited(0x0a, bytes)) },
  fc
    .constantFrom(0, 1, 9, 10, 127, 128, 200, 16_383, 16_384, 2 ** 31, -1)
    .map((number) => [0x18, ...varint(number)]),
  fc.constantFrom([0x10, 0], [0x10, 1], [0x10, 0x81, 0x00], [0x18, 0x81, 0x00], [], [0x0a, 0]),
  fc.constant([0x21, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]),
  fc.constant(delimited(0x2a, delimited(0x0a, [0x18, 1]))),
  // Twice: the last one counts.
  fc.constant([0x18, 1, 0x0a, 1, 97]),
);
const attribute = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(text, value).map(([key, any]) => [key, any, true] as const) },
  fc.tuple(text, value).map(([key, any]) => [key, any, false] as const),
);
const run = fc.array(
  attribute.map(([key, any, keyFirst]) => {
    const parts = [delimited(0x0a, key), delimited(0x12, any)];
    return delimited(TAG, (keyFirst ? parts : parts.reverse()).flat());
  }),
  { minLength: 1, maxLength: 24 },
);

function rowsOf(list: AttributeList): unknown {
  return {
    rows: Array.from({ length: list.count }, (_, row) => [
      dictionaryText(list.keyDictionary, list.keys[row] ?? 0),
      list.types[row],
      list.valueStart[row],
    ]),
    values: [...list.values.used()],
    encoded: list.encodedCount,
    keys: [...list.keyDictionary.run.used()],
  };
}

/** What stands in the list afterwards, or why the bytes are refused. */
function outcome(
  bytes: readonly number[],
  append: (source: Source, list: AttributeList) => number,
) {
  const list = AttributeList.whenNeeded(1, 1);
  startRowBudget();
  try {
    const end = append(openSource(Uint8Array.from(bytes)), list);
    return { end, ...(rowsOf(list) as object) };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { refused: error.message };
  }
}

const together = (source: Source, list: AttributeList): number =>
  appendAttributes(source, 1, source.length, TAG, list);

function oneByOne(source: Source, list: AttributeList): number {
  const { bytes, length: end } = source;
  let p = 0;
  while (p < end && bytes[p] === TAG) {
    const length = readLength(bytes, p + 1, end);
    const start = result.next;
    p = start + length;
    appendAttribute(source, start, p, list);
  }
  return p;
}

describe('attributes that stand in a row', () => {
  it('become what each becomes alone, and end before another field', () => {
    fc.assert(
      fc.property(run, fc.constantFrom([], [0x50, 1]), (attributes, rest) => {
        const bytes = [...attributes.flat(), ...rest];
        expect(outcome(bytes, together)).toEqual(outcome(bytes, oneByOne));
      }),
      { numRuns: 2000 },
    );
  });

  it('that repeat from row to row become the same, keys guessed', () => {
    fc.assert(
      fc.property(run, (attributes) => {
        const bytes = [...attributes, ...attributes, ...attributes].flat();
        expect(outcome(bytes, together)).toEqual(outcome(bytes, oneByOne));
      }),
      { numRuns: 1000 },
    );
  });

  it('are refused where each is refused alone, wherever they are cut or changed', () => {
    fc.assert(
      fc.property(run, fc.nat(), fc.nat(), fc.nat(255), (attributes, cut, at, byte) => {
        const whole = attributes.flat();
        const bytes = whole.slice(0, 1 + (cut % whole.length));
        if (bytes.length > 1) bytes[1 + (at % (bytes.length - 1))] = byte;
        const [all, each] = [outcome(bytes, together), outcome(bytes, oneByOne)];
        expect('refused' in all).toBe('refused' in each);
        if (!('refused' in all)) expect(all).toEqual(each);
      }),
      { numRuns: 3000 },
    );
  });
});
