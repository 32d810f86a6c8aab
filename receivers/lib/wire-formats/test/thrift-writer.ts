/**
 * Writes thrift as its specifications say, for tests of what reads it. Nothing here is made of the
 * reader: values carry their types, and a struct is a list of fields.
 */
export type ThriftValue =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'byte' | 'i16' | 'i32'; readonly value: number }
  | { readonly type: 'i64'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'binary'; readonly value: string | Uint8Array }
  | { readonly type: 'struct'; readonly fields: ThriftFields }
  | {
      readonly type: 'list';
      readonly of: ThriftTypeName;
      readonly elements: readonly ThriftValue[];
    }
  | { readonly type: 'map'; readonly entries: readonly (readonly [ThriftValue, ThriftValue])[] };

export type ThriftTypeName = ThriftValue['type'];
export type ThriftFields = readonly (readonly [number, ThriftValue])[];

export const bool = (value: boolean): ThriftValue => ({ type: 'bool', value });
export const i16 = (value: number): ThriftValue => ({ type: 'i16', value });
export const i32 = (value: number): ThriftValue => ({ type: 'i32', value });
export const i64 = (value: bigint): ThriftValue => ({ type: 'i64', value });
export const double = (value: number): ThriftValue => ({ type: 'double', value });
export const binary = (value: string | Uint8Array): ThriftValue => ({ type: 'binary', value });
export const struct = (...fields: ThriftFields): ThriftValue => ({ type: 'struct', fields });
export const list = (of: ThriftTypeName, ...elements: readonly ThriftValue[]): ThriftValue => ({
  type: 'list',
  of,
  elements,
});

export type ThriftProtocol = 'binary' | 'compact';

const BINARY_TYPES: Readonly<Record<ThriftTypeName, number>> = {
  bool: 2,
  byte: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  binary: 11,
  struct: 12,
  map: 13,
  list: 15,
};
const COMPACT_TYPES: Readonly<Record<ThriftTypeName, number>> = {
  bool: 1,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  map: 11,
  struct: 12,
};

function big(bytes: number, value: bigint): Buffer {
  const hex = BigInt.asUintN(bytes * 8, value)
    .toString(16)
    .padStart(bytes * 2, '0');
  return Buffer.from(hex, 'hex');
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const zigzag = (value: bigint): Buffer => varint(value >= 0n ? value * 2n : -value * 2n - 1n);

/** A value by itself: a struct's fields with their stop, a list with its head. */
export function encodeThrift(protocol: ThriftProtocol, value: ThriftValue): Buffer {
  return protocol === 'binary' ? binaryValue(value) : compactValue(value);
}

function binaryValue(value: ThriftValue): Buffer {
  switch (value.type) {
    case 'bool':
      return Buffer.of(value.value ? 1 : 0);
    case 'byte':
      return big(1, BigInt(value.value));
    case 'i16':
      return big(2, BigInt(value.value));
    case 'i32':
      return big(4, BigInt(value.value));
    case 'i64':
      return big(8, value.value);
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value.value);
      return bytes;
    }
    case 'binary': {
      const bytes = Buffer.from(value.value);
      return Buffer.concat([big(4, BigInt(bytes.length)), bytes]);
    }
    case 'struct': {
      const fields = value.fields.map(([id, field]) => [
        Buffer.of(BINARY_TYPES[field.type]),
        big(2, BigInt(id)),
        binaryValue(field),
      ]);
      return Buffer.concat([...fields.flat(), Buffer.of(0)]);
    }
    case 'list': {
      const head = [Buffer.of(BINARY_TYPES[value.of]), big(4, BigInt(value.elements.length))];
      return Buffer.concat([...head, ...value.elements.map(binaryValue)]);
    }
    case 'map': {
      const [key, held] = value.entries[0] ?? [bool(true), bool(true)];
      const head = [BINARY_TYPES[key.type], BINARY_TYPES[held.type]];
      const entries = value.entries.flatMap(([k, v]) => [binaryValue(k), binaryValue(v)]);
      return Buffer.concat([Buffer.from(head), big(4, BigInt(value.entries.length)), ...entries]);
    }
  }
}

function compactValue(value: ThriftValue): Buffer {
  switch (value.type) {
    case 'bool':
      return Buffer.of(value.value ? 1 : 2);
    case 'byte':
      return big(1, BigInt(value.value));
    case 'i16':
    case 'i32':
      return zigzag(BigInt(value.value));
    case 'i64':
      return zigzag(value.value);
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value.value);
      return bytes;
    }
    case 'binary': {
      const bytes = Buffer.from(value.value);
      return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
    }
    case 'struct':
      return compactStruct(value.fields);
    case 'list': {
      const count = value.elements.length;
      const type = COMPACT_TYPES[value.of];
      const head =
        count < 15
          ? Buffer.of((count << 4) | type)
          : Buffer.concat([Buffer.of(0xf0 | type), varint(BigInt(count))]);
      return Buffer.concat([head, ...value.elements.map(compactValue)]);
    }
    case 'map': {
      const [first] = value.entries;
      if (first === undefined) return Buffer.of(0);
      const types = (COMPACT_TYPES[first[0].type] << 4) | COMPACT_TYPES[first[1].type];
      const entries = value.entries.flatMap(([k, v]) => [compactValue(k), compactValue(v)]);
      return Buffer.concat([varint(BigInt(value.entries.length)), Buffer.of(types), ...entries]);
    }
  }
}

function compactStruct(fields: ThriftFields): Buffer {
  const parts: Buffer[] = [];
  let last = 0;
  for (const [id, field] of fields) {
    const isFalse = field.type === 'bool' && !field.value;
    const type = COMPACT_TYPES[field.type] + (isFalse ? 1 : 0);
    const delta = id - last;
    if (delta > 0 && delta <= 15) parts.push(Buffer.of((delta << 4) | type));
    else parts.push(Buffer.of(type), zigzag(BigInt(id)));
    if (field.type !== 'bool') parts.push(compactValue(field));
    last = id;
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

/** A one-way call; `old` is the binary protocol before it had versions. */
export function encodeCall(
  protocol: ThriftProtocol | 'old',
  method: string,
  ...fields: ThriftFields
): Buffer {
  const name = Buffer.from(method);
  const args = struct(...fields);
  if (protocol === 'compact') {
    const head = [Buffer.of(0x82, (4 << 5) | 1), varint(7n), varint(BigInt(name.length)), name];
    return Buffer.concat([...head, compactValue(args)]);
  }
  const length = big(4, BigInt(name.length));
  const head =
    protocol === 'old' ? [length, name, Buffer.of(4)] : [Buffer.of(0x80, 1, 0, 4), length, name];
  return Buffer.concat([...head, big(4, 7n), binaryValue(args)]);
}
