import {
  AnyValueType,
  AttributeList,
  appendTextItems,
  ByteRun,
  dictionaryText,
  FIRST_ENCODED_TYPE,
  type LogColumns,
  nativeText,
  withLogs,
} from '@sonde/proto';
import { endBefore, readVarint } from '@sonde/store';

/** What the processor `log_patterns` writes on records, and what has columns and rows of its own. */
const ROLES = ['id', 'variables', 'news', 'weight'] as const;
type Role = (typeof ROLES)[number];
const ATTRIBUTES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    'sonde.log.pattern.id': 'id',
    'sonde.log.pattern.variables': 'variables',
    'sonde.log.pattern.news': 'news',
    'sonde.log.sampling.weight': 'weight',
  } satisfies Record<string, Role>).map(([name, role]) => [name, ROLES.indexOf(role) + 1]),
);
const ID = 1;
const VARIABLES = 2;
const NEWS = 3;
const ID_DIGITS = 16;

/** Facts that a row brought, as the JSON of a list. */
export interface RowNews {
  readonly row: number;
  readonly json: string;
}

/** Patterns of the records of a batch. */
export interface RowPatterns {
  /** Two words a row, low first; 0 for none. */
  readonly id: Uint32Array;
  /** Native Strings end to end. */
  readonly values: ByteRun;
  readonly valueStart: Uint32Array;
  /** Two words a row: where its values end. */
  readonly valueEnd: Uint32Array;
  readonly valueCount: number;
  readonly news: readonly RowNews[];
  /** How many records each stands for; undefined where every one stands for itself. */
  readonly weight: Float64Array | undefined;
}

/** The records without what `log_patterns` wrote on them, and that apart. */
export function takePatterns(columns: LogColumns): {
  readonly columns: LogColumns;
  readonly patterns: RowPatterns;
} {
  const taker = new PatternTaker(columns);
  return { columns: taker.take(), patterns: taker };
}

class PatternTaker implements RowPatterns {
  readonly id: Uint32Array;
  readonly values: ByteRun = ByteRun.whenNeeded(1 << 12);
  valueStart: Uint32Array = new Uint32Array(0);
  readonly valueEnd: Uint32Array;
  valueCount = 0;
  readonly news: RowNews[] = [];
  weight: Float64Array | undefined;
  readonly #columns: LogColumns;

  constructor(columns: LogColumns) {
    this.#columns = columns;
    this.id = new Uint32Array(columns.count * 2);
    this.valueEnd = new Uint32Array(columns.count * 2);
  }

  take(): LogColumns {
    const { attributes, count } = this.#columns;
    const codes = codesOf(this.#columns);
    if (codes === undefined) return this.#columns;
    const keys = new Uint32Array(attributes.count);
    const types = new Uint8Array(attributes.count);
    const valueStart = new Uint32Array(attributes.count);
    const attributeEnd = new Uint32Array(count * 2);
    let kept = 0;
    let encodedCount = 0;
    let entry = 0;
    for (let row = 0; row < count; row++) {
      const end = endBefore(this.#columns.attributeEnd, row + 1);
      for (; entry < end; entry++) {
        const code = codes[attributes.keys[entry]];
        if (code !== 0) {
          this.#takeEntry(row, entry, code);
          continue;
        }
        keys[kept] = attributes.keys[entry];
        types[kept] = attributes.types[entry];
        valueStart[kept++] = attributes.valueStart[entry];
        if (attributes.types[entry] >= FIRST_ENCODED_TYPE) encodedCount++;
      }
      attributeEnd[row * 2] = kept;
      this.valueEnd[row * 2] = this.valueCount;
    }
    const list = Object.assign(new AttributeList(0, 0), attributes, {
      ...{ count: kept, capacity: keys.length, keys, types, valueStart, encodedCount },
      isDense: false,
    });
    return withLogs(this.#columns, { attributes: list, attributeEnd });
  }

  #takeEntry(row: number, entry: number, code: number): void {
    const { attributes } = this.#columns;
    const type = attributes.types[entry];
    if (code === VARIABLES) {
      if (type === AnyValueType.array) this.#takeValues(entry);
      return;
    }
    if (type >= FIRST_ENCODED_TYPE) return;
    const start = attributes.valueStart[entry];
    if (code === ID) readId(attributes.values.bytes, start, this.id, row);
    else if (code === NEWS) this.news.push({ row, json: nativeText(attributes.values, start) });
    else this.#takeWeight(row, Number(nativeText(attributes.values, start)));
  }

  #takeValues(entry: number): void {
    const { values, valueStart } = this.#columns.attributes;
    const { value: length, next } = readVarint(values.bytes, valueStart[entry]);
    const from = this.values.length;
    const part = { start: next, end: next + length };
    const added = appendTextItems(values.bytes, part, this.values);
    if (this.valueCount + added > this.valueStart.length) {
      const grown = new Uint32Array(Math.max(1024, (this.valueCount + added) * 2));
      grown.set(this.valueStart);
      this.valueStart = grown;
    }
    for (let i = 0, at = from; i < added; i++) {
      this.valueStart[this.valueCount++] = at;
      const text = readVarint(this.values.bytes, at);
      at = text.next + text.value;
    }
  }

  #takeWeight(row: number, weight: number): void {
    if (!(weight > 0 && Number.isFinite(weight))) return;
    this.weight ??= new Float64Array(this.#columns.count).fill(1);
    this.weight[row] = weight;
  }
}

/** By key id; undefined when no record has any. */
function codesOf({ attributes }: LogColumns): Uint8Array | undefined {
  const { keyDictionary } = attributes;
  const codes = new Uint8Array(keyDictionary.count);
  let isEmpty = true;
  for (let id = 1; id < keyDictionary.count; id++) {
    codes[id] = ATTRIBUTES.get(dictionaryText(keyDictionary, id)) ?? 0;
    if (codes[id] !== 0) isEmpty = false;
  }
  return isEmpty ? undefined : codes;
}

/** 16 hex digits of the Native String at `start`; what is none is no id. */
function readId(bytes: Uint8Array, start: number, ids: Uint32Array, row: number): void {
  if (bytes[start] !== ID_DIGITS) return;
  let high = 0;
  let low = 0;
  for (let i = 1; i <= ID_DIGITS; i++) {
    const digit = hexDigit(bytes[start + i]);
    if (digit < 0) return;
    if (i <= ID_DIGITS / 2) high = (high << 4) | digit;
    else low = (low << 4) | digit;
  }
  ids[row * 2] = low;
  ids[row * 2 + 1] = high;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}
