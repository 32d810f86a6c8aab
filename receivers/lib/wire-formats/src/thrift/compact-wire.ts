import { ByteSource } from './byte-source.ts';
import {
  type ThriftListHead,
  type ThriftMapHead,
  ThriftType,
  type ThriftWire,
} from './thrift-type.ts';

const BOOL_TRUE = 1;
const BOOL_FALSE = 2;

/** Types by their numbers in the compact protocol; a bool is 1 or 2. */
const TYPES: readonly number[] = [
  ThriftType.stop,
  ThriftType.bool,
  ThriftType.bool,
  ThriftType.byte,
  ThriftType.i16,
  ThriftType.i32,
  ThriftType.i64,
  ThriftType.double,
  ThriftType.binary,
  ThriftType.list,
  ThriftType.set,
  ThriftType.map,
  ThriftType.struct,
  ThriftType.uuid,
];

const LONG_SIZE = 15;

/** Thrift's compact protocol (thrift, `doc/specs/thrift-compact-protocol.md`). */
export class CompactWire implements ThriftWire {
  readonly #source: ByteSource;
  /** Field ids of the structs around this one; as deep as the reader lets structs nest. */
  readonly #outerIds: number[] = [];
  #fieldId = 0;
  /** A bool that is a field is in the field's head. */
  #headBool: boolean | undefined;

  constructor(bytes: Uint8Array) {
    this.#source = new ByteSource(bytes);
  }

  get offset(): number {
    return this.#source.offset;
  }

  get left(): number {
    return this.#source.left;
  }

  get fieldId(): number {
    return this.#fieldId;
  }

  bool(): boolean {
    const value = this.#headBool ?? this.#source.byte() === BOOL_TRUE;
    this.#headBool = undefined;
    return value;
  }

  byte(): number {
    return (this.#source.byte() << 24) >> 24;
  }

  i16(): number {
    return this.i32();
  }

  i32(): number {
    const word = this.varint();
    return (word >>> 1) ^ -(word & 1);
  }

  i64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#source.byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    return this.fail('a varint over 64 bits');
  }

  double(): number {
    return this.#source.doubleLe();
  }

  binary(): Buffer {
    return this.#source.take(this.varint());
  }

  skipBytes(count: number): void {
    this.#source.take(count);
  }

  beginStruct(): void {
    this.#outerIds.push(this.#fieldId);
    this.#fieldId = 0;
  }

  endStruct(): void {
    this.#fieldId = this.#outerIds.pop() ?? 0;
  }

  fieldHead(): number {
    const head = this.#source.byte();
    const code = head & 15;
    if (code === 0) return ThriftType.stop;
    const delta = head >>> 4;
    this.#fieldId = delta === 0 ? this.i16() : this.#fieldId + delta;
    this.#headBool = code <= BOOL_FALSE ? code === BOOL_TRUE : undefined;
    return this.#type(code);
  }

  listHead(): ThriftListHead {
    const head = this.#source.byte();
    const size = head >>> 4;
    return { type: this.#type(head & 15), count: size === LONG_SIZE ? this.varint() : size };
  }

  mapHead(): ThriftMapHead {
    const count = this.varint();
    const types = count === 0 ? 0 : this.#source.byte();
    const [keyType, valueType] = [this.#type(types >>> 4), this.#type(types & 15)];
    return { keyType, valueType, count };
  }

  fail(reason: string): never {
    return this.#source.fail(reason);
  }

  /** 32 bits, signed: a length over 31 bits is negative, and refused by whoever takes it. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#source.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    return this.fail('a varint over 32 bits');
  }

  #type(code: number): number {
    return TYPES[code] ?? this.fail(`type ${code}`);
  }
}
