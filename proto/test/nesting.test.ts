import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  columnsToJson,
  decodeRequests,
  encodeColumns,
  jsonToProtobuf,
  MalformedError,
  NESTED_VALUES_MAX,
  protobufToJson,
  protobufToJsonBytes,
  readRequest,
  SIGNALS,
  type Signal,
  scanRequest,
} from '../src/index.ts';
import { ANY_VALUE } from '../src/schema/common-messages.ts';
import type { Field, Message } from '../src/schema/field.ts';
import { requestOf } from '../src/schema/request-of.ts';
import { varint } from './oracle/random-wire.ts';

const TEXT = field(1, Buffer.from('x'));
const KEY = field(1, Buffer.from('k'));
/** A second member of the oneof: one pass cannot write it as JSON. */
const OTHER_MEMBER = Buffer.from([0x10, 1]);

function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([varint(BigInt(number * 8 + 2)), varint(BigInt(content.length)), content]);
}

/** The fields from a request down to each `AnyValue` that stands in no other. */
function placesOf(type: Message): Field[][] {
  return [...type.byName.values()].flatMap((each): Field[][] => {
    if (each.message === undefined) return [];
    if (each.message === ANY_VALUE) return [[each]];
    return placesOf(each.message).map((rest) => [each, ...rest]);
  });
}

interface Level {
  readonly inMap: boolean;
  readonly odd: boolean;
}

/** A text inside so many arrays and maps. */
function nested(levels: readonly Level[]): Buffer {
  let value = TEXT;
  for (const { inMap, odd } of levels) {
    const list = inMap
      ? field(6, field(1, Buffer.concat([KEY, field(2, value)])))
      : field(5, field(1, value));
    value = odd ? Buffer.concat([OTHER_MEMBER, list]) : list;
  }
  return value;
}

function requestWith(place: readonly Field[], value: Buffer): Buffer {
  return place.reduceRight((content, { number }) => field(number, content), value);
}

function refused(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof MalformedError) return true;
    throw error;
  }
}

function decode(signal: Signal, bytes: Uint8Array): ReturnType<typeof decodeRequests> {
  const rest = { itemCount: 1, tenant: 'default', receivedUnixMs: 1 } as const;
  return decodeRequests(signal, [{ signal, bytes, ...rest }]);
}

type WriteJson = (signal: Signal, bytes: Uint8Array) => string;
const WRITERS: readonly WriteJson[] = [
  protobufToJson,
  (signal, bytes) => Buffer.from(protobufToJsonBytes(signal, bytes)).toString(),
];

/** Whatever decoding accepts goes out in both formats and comes back. */
function checkWritten(signal: Signal, bytes: Uint8Array): void {
  const items = scanRequest(signal, bytes);
  for (const write of WRITERS) {
    const text = write(signal, bytes);
    expect(text).toContain('"stringValue":"x"');
    const back = jsonToProtobuf(signal, text);
    expect(scanRequest(signal, back)).toBe(items);
    expect(write(signal, back) === text).toBe(true);
  }
  expect(readRequest(signal, bytes).fields.size).toBe(1);
  const columns = decode(signal, bytes);
  if (columns.count === 0) return;
  expect(scanRequest(signal, encodeColumns(columns))).toBe(items);
  expect(columnsToJson(columns)).toContain('"x"');
}

describe.each(SIGNALS)('values inside values in %s', (signal) => {
  const places = placesOf(requestOf(signal));
  const map = (odd: boolean): Level => ({ inMap: true, odd });

  it('are written wherever they are accepted, to the limit', () => {
    expect(places.length).toBeGreaterThan(2);
    for (const place of places) {
      for (const odd of [false, true]) {
        const levels = Array.from({ length: NESTED_VALUES_MAX }, () => map(odd));
        checkWritten(signal, requestWith(place, nested(levels)));
        const deeper = requestWith(place, nested([...levels, map(odd)]));
        expect(refused(() => scanRequest(signal, deeper))).toBe(true);
        expect(refused(() => decode(signal, deeper))).toBe(true);
      }
    }
  });

  it('are written as often as they are accepted, arrays and maps in any order', () => {
    const level = fc.record({ inMap: fc.boolean(), odd: fc.boolean() });
    const maxLength = NESTED_VALUES_MAX + 3;
    const anyLevels = fc.array(level, { maxLength, size: 'max' });
    fc.assert(
      fc.property(fc.nat(places.length - 1), anyLevels, (place, levels) => {
        const bytes = requestWith(places[place] ?? [], nested(levels));
        const isRefused = refused(() => scanRequest(signal, bytes));
        expect(isRefused).toBe(levels.length > NESTED_VALUES_MAX);
        expect(refused(() => decode(signal, bytes))).toBe(isRefused);
        if (!isRefused) checkWritten(signal, bytes);
      }),
      { numRuns: 40 },
    );
  });
});
