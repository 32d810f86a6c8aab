import { ByteSource } from './byte-source.ts';
import {
  type ThriftListHead,
  type ThriftMapHead,
  ThriftType,
  type ThriftWire,
} from './thrift-type.ts';

/** Thrift's binary protocol (thrift, `doc/specs/thrift-binary-protocol.md`). */
export class BinaryWire implements ThriftWire {
  readonly #source: ByteSource;
  #fieldId = 0;

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
    return this.#source.byte() !== 0;
  }

  byte(): number {
    return (this.#source.byte() << 24) >> 24;
  }

  i16(): number {
    return this.#source.int(2);
  }

  i32(): number {
    return this.#source.int(4);
  }

  i64(): bigint {
    return this.#source.long();
  }

  double(): number {
    return this.#source.doubleBe();
  }

  binary(): Buffer {
    return this.#source.take(this.#source.int(4));
  }

  skipBytes(count: number): void {
    this.#source.take(count);
  }

  beginStruct(): void {}

  endStruct(): void {}

  fieldHead(): number {
    const type = this.#source.byte();
    if (type !== ThriftType.stop) this.#fieldId = this.#source.int(2);
    return type;
  }

  listHead(): ThriftListHead {
    return { type: this.#source.byte(), count: this.#source.int(4) };
  }

  mapHead(): ThriftMapHead {
    const keyType = this.#source.byte();
    const valueType = this.#source.byte();
    return { keyType, valueType, count: this.#source.int(4) };
  }

  fail(reason: string): never {
    return this.#source.fail(reason);
  }
}
