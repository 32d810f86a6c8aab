/** A map in the order of its keys. A function that changes one it was given copies it first. */
export type ValueMap = Map<string, Value>;

/**
 * What expressions give: `null` is nil, a `bigint` is an int64 (between -2^63 and 2^63 - 1, always),
 * a `number` a float64, a `Uint8Array` bytes (never written into).
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Value[]
  | ValueMap
  | TimeValue
  | DurationValue
  | IdValue
  | RowsValue;

/** Go's `time.Time`: an instant, and the zone in which it is shown. */
export class TimeValue {
  /** Nanoseconds since the epoch; may be negative or beyond 64 bits. */
  readonly unixNano: bigint;
  /** A name of the IANA database, `UTC`, or an offset like `+02:00`. */
  readonly zone: string;

  constructor(unixNano: bigint, zone = 'UTC') {
    this.unixNano = unixNano;
    this.zone = zone;
  }
}

/** Go's `time.Duration`. */
export class DurationValue {
  /** An int64. */
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = BigInt.asIntN(64, nanos);
  }
}

export type IdKind = 'TraceID' | 'SpanID' | 'ProfileID';

/** A trace, span or profile id: 16, 8 or 16 bytes. Equal when kind and bytes are. */
export class IdValue {
  readonly kind: IdKind;
  readonly bytes: Uint8Array;

  constructor(kind: IdKind, bytes: Uint8Array) {
    this.kind = kind;
    this.bytes = bytes;
  }

  /** Lower-case hex. */
  get hex(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length).toString('hex');
  }
}

/** Rows that belong to a row, `span.events` or `metric.data_points`: how many there are. */
export class RowsValue {
  /** As Go names the type: `ptrace.SpanEventSlice`. */
  readonly goType: string;
  readonly length: number;

  constructor(goType: string, length: number) {
    this.goType = goType;
    this.length = length;
  }
}

/** What stands for the type of a value in the Collector's error texts (Go's `%T`). */
export function goType(value: Value): string {
  if (value === null) return 'nil';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int64';
    case 'number':
      return 'float64';
    case 'string':
      return 'string';
    default:
  }
  if (value instanceof Uint8Array) return '[]uint8';
  if (Array.isArray(value)) return 'pcommon.Slice';
  if (value instanceof Map) return 'pcommon.Map';
  if (value instanceof TimeValue) return 'time.Time';
  if (value instanceof DurationValue) return 'time.Duration';
  return value instanceof IdValue ? `pcommon.${value.kind}` : value.goType;
}

/** What pcommon calls the type of a value: for texts about indexing. */
export function pcommonType(value: Value): string {
  if (value === null) return 'Empty';
  switch (typeof value) {
    case 'boolean':
      return 'Bool';
    case 'bigint':
      return 'Int';
    case 'number':
      return 'Double';
    case 'string':
      return 'Str';
    default:
  }
  if (value instanceof Uint8Array) return 'Bytes';
  if (Array.isArray(value)) return 'Slice';
  return value instanceof Map ? 'Map' : goType(value);
}

/** A copy that shares no list and no map with `value`. */
export function copyValue(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyValue);
  if (value instanceof Map) return copyMap(value);
  return value;
}

export function copyMap(map: ValueMap): ValueMap {
  const copy: ValueMap = new Map();
  for (const [key, item] of map) copy.set(key, copyValue(item));
  return copy;
}
