/** A map of a record's body, attributes or resource; keys keep their order. */
export type EntryMap = Map<string, EntryValue>;

/** A value of a record: an int64 is a `bigint`, a `number` always a double. */
export type EntryValue =
  | string
  | boolean
  | bigint
  | number
  | null
  | Uint8Array
  | EntryValue[]
  | EntryMap;

/**
 * Where a record came from. Operators hand it on, so that whoever reads knows what they still hold
 * back.
 */
export interface EntryOrigin {
  /** The file; compared by identity. */
  readonly source: object;
  /** Where the record starts. Bytes. */
  readonly offset: number;
  /** How many records of the source came before. */
  readonly number: number;
}

/** A log record on its way through operators, which change it in place. */
export class Entry {
  body: EntryValue;
  attributes: EntryMap = new Map();
  resource: EntryMap = new Map();
  timeUnixNano: bigint | undefined;
  observedUnixNano: bigint;
  /** OpenTelemetry's severity number; 0 for none. */
  severityNumber = 0;
  severityText = '';
  traceId: Uint8Array | undefined;
  spanId: Uint8Array | undefined;
  flags = 0;
  scopeName = '';
  origin: EntryOrigin | undefined;

  constructor(body: EntryValue, observedUnixNano: bigint) {
    this.body = body;
    this.observedUnixNano = observedUnixNano;
  }

  /** Shares nothing that operators change. */
  copy(): Entry {
    const copy = new Entry(copyValue(this.body), this.observedUnixNano);
    copy.attributes = copyMap(this.attributes);
    copy.resource = copyMap(this.resource);
    copy.timeUnixNano = this.timeUnixNano;
    copy.severityNumber = this.severityNumber;
    copy.severityText = this.severityText;
    copy.traceId = this.traceId;
    copy.spanId = this.spanId;
    copy.flags = this.flags;
    copy.scopeName = this.scopeName;
    copy.origin = this.origin;
    return copy;
  }
}

export function isMap(value: EntryValue | undefined): value is EntryMap {
  return value instanceof Map;
}

export function copyMap(map: EntryMap): EntryMap {
  const copy: EntryMap = new Map();
  for (const [key, value] of map) copy.set(key, copyValue(value));
  return copy;
}

export function copyValue(value: EntryValue): EntryValue {
  if (isMap(value)) return copyMap(value);
  return Array.isArray(value) ? value.map(copyValue) : value;
}

/** What Go calls the type of a value, for texts that people search for. */
export function typeName(value: EntryValue | undefined): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int64';
    case 'number':
      return 'float64';
    default:
  }
  if (isMap(value)) return 'map[string]interface {}';
  if (Array.isArray(value)) return '[]interface {}';
  return value instanceof Uint8Array ? '[]uint8' : '<nil>';
}

/** A value of JSON or YAML as an entry holds it; whole numbers become int64 where `ints` says so. */
export function toEntryValue(value: unknown, { ints }: { readonly ints: boolean }): EntryValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      return ints && Number.isSafeInteger(value) ? BigInt(value) : value;
    case 'object':
      break;
    default:
      return null;
  }
  if (value === null) return null;
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((element: unknown) => toEntryValue(element, { ints }));
  const map: EntryMap = new Map();
  for (const [key, member] of Object.entries(value)) map.set(key, toEntryValue(member, { ints }));
  return map;
}
