/** Types of thrift values, by their numbers in the binary protocol (thrift, `TType`). */
export const ThriftType = {
  stop: 0,
  bool: 2,
  byte: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  binary: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
  uuid: 16,
} as const;

export interface ThriftListHead {
  readonly type: number;
  readonly count: number;
}

export interface ThriftMapHead {
  readonly keyType: number;
  readonly valueType: number;
  readonly count: number;
}

/**
 * One encoding of thrift: reads what is next, bounded by the bytes alone. Throws
 * `MalformedFormatError` at their end.
 */
export interface ThriftWire {
  /** Where it stands. */
  readonly offset: number;
  /** Bytes that are left. */
  readonly left: number;
  /** Of the field whose head was read last. */
  readonly fieldId: number;
  bool(): boolean;
  byte(): number;
  i16(): number;
  i32(): number;
  i64(): bigint;
  double(): number;
  /** A view, not a copy. */
  binary(): Buffer;
  /** So many bytes as they are. */
  skipBytes(count: number): void;
  beginStruct(): void;
  endStruct(): void;
  /** The type of the next field; `stop` at the end of a struct. */
  fieldHead(): number;
  /** Of a set too. */
  listHead(): ThriftListHead;
  mapHead(): ThriftMapHead;
  /** Says what is wrong here; throws. */
  fail(reason: string): never;
}
