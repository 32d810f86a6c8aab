import type { ElementBudget } from '../element-budget.ts';
import { ThriftType, type ThriftWire } from './thrift-type.ts';

/** Structs, lists and maps inside each other. */
export const THRIFT_DEPTH_MAX = 64;

const SKIPPED_BYTES: ReadonlyMap<number, number> = new Map([
  [ThriftType.byte, 1],
  [ThriftType.double, 8],
  [ThriftType.uuid, 16],
]);

/**
 * Reads thrift values in the order in which they lie, whatever the encoding.
 *
 * In a struct each field is offered by its id; one that is not read is skipped. A value of another
 * type than the reader asked for is refused: thrift would lose it in silence. Throws
 * `MalformedFormatError`.
 */
export class ThriftReader {
  readonly #wire: ThriftWire;
  readonly #budget: ElementBudget;
  #type = 0;
  #isUnread = false;
  #depth = 0;

  constructor(wire: ThriftWire, budget: ElementBudget) {
    this.#wire = wire;
    this.#budget = budget;
  }

  /** A struct that stands by itself, in front of or instead of a message's fields. */
  struct(field: (id: number) => void): void {
    this.#nested(() => {
      this.#wire.beginStruct();
      for (;;) {
        const type = this.#wire.fieldHead();
        if (type === ThriftType.stop) break;
        this.#offer(type, () => field(this.#wire.fieldId));
      }
      this.#wire.endStruct();
    });
  }

  /** A struct that is a field's or an element's value. */
  innerStruct(field: (id: number) => void): void {
    this.#expect(ThriftType.struct);
    this.struct(field);
  }

  /** A list that is a field's value; `element` is called for each, and reads or leaves it. */
  innerList(element: () => void): void {
    this.#expect(ThriftType.list);
    this.list(element);
  }

  /** A list that stands by itself. */
  list(element: () => void): void {
    this.#nested(() => {
      const { type, count } = this.#wire.listHead();
      this.#admit(count);
      for (let index = 0; index < count; index += 1) this.#offer(type, element);
    });
  }

  bool(): boolean {
    this.#expect(ThriftType.bool);
    return this.#wire.bool();
  }

  i16(): number {
    this.#expect(ThriftType.i16);
    return this.#wire.i16();
  }

  i32(): number {
    this.#expect(ThriftType.i32);
    return this.#wire.i32();
  }

  i64(): bigint {
    this.#expect(ThriftType.i64);
    return this.#wire.i64();
  }

  double(): number {
    this.#expect(ThriftType.double);
    return this.#wire.double();
  }

  /** UTF-8; what is none becomes U+FFFD. */
  text(): string {
    this.#expect(ThriftType.binary);
    return this.#wire.binary().toString('utf8');
  }

  /** A copy. */
  bytes(): Uint8Array {
    this.#expect(ThriftType.binary);
    return new Uint8Array(this.#wire.binary());
  }

  #offer(type: number, read: () => void): void {
    this.#type = type;
    this.#isUnread = true;
    read();
    if (this.#isUnread) this.#skip(type);
    this.#isUnread = false;
  }

  #expect(type: number): void {
    const isSet = type === ThriftType.list && this.#type === ThriftType.set;
    if (!this.#isUnread || (this.#type !== type && !isSet)) {
      this.#wire.fail(`type ${this.#type} where ${type} belongs`);
    }
    this.#isUnread = false;
  }

  #nested(read: () => void): void {
    this.#depth += 1;
    if (this.#depth > THRIFT_DEPTH_MAX) this.#wire.fail('nested too deeply');
    read();
    this.#depth -= 1;
    this.#isUnread = false;
  }

  /** An element takes a byte at least. */
  #admit(count: number): void {
    if (count < 0 || count > this.#wire.left) this.#wire.fail(`a list of ${count} elements`);
    this.#budget.take(count);
  }

  #skip(type: number): void {
    const bytes = SKIPPED_BYTES.get(type);
    if (bytes !== undefined) {
      this.#wire.skipBytes(bytes);
      return;
    }
    switch (type) {
      case ThriftType.bool:
        this.#wire.bool();
        break;
      case ThriftType.i16:
        this.#wire.i16();
        break;
      case ThriftType.i32:
        this.#wire.i32();
        break;
      case ThriftType.i64:
        this.#wire.i64();
        break;
      case ThriftType.binary:
        this.#wire.binary();
        break;
      case ThriftType.struct:
        this.struct(() => undefined);
        break;
      case ThriftType.list:
      case ThriftType.set:
        this.list(() => undefined);
        break;
      case ThriftType.map:
        this.#skipMap();
        break;
      default:
        this.#wire.fail(`type ${type}`);
    }
  }

  #skipMap(): void {
    this.#nested(() => {
      const { keyType, valueType, count } = this.#wire.mapHead();
      this.#admit(count);
      for (let index = 0; index < count; index += 1) {
        this.#skip(keyType);
        this.#skip(valueType);
      }
    });
  }
}
