import {
  type AttributeList,
  Dictionary,
  dictionaryText,
  FIRST_ENCODED_TYPE,
  intern,
} from '@sonde/proto';
import { endBefore, readVarint } from '@sonde/store';

/** Columns of `spans` that copy a text attribute; the first name wins where a span has both. */
const TEXT_COLUMNS: readonly (readonly [column: string, ...names: string[]])[] = [
  ['http_request_method', 'http.request.method', 'http.method'],
  ['http_route', 'http.route'],
  ['db_system', 'db.system.name', 'db.system'],
  ['rpc_method', 'rpc.method'],
  ['messaging_destination', 'messaging.destination.name', 'messaging.destination'],
  ['peer_service', 'service.peer.name', 'peer.service'],
];

const STATUS_CODE_NAMES: readonly string[] = ['http.response.status_code', 'http.status_code'];

/**
 * What an attribute of a name is for: twice the place of its column (the status code behind the text
 * columns, counted from 1), one more for a name that gives way to the other.
 */
const CODES: ReadonlyMap<string, number> = new Map(
  [...TEXT_COLUMNS.map(([, ...names]) => names), STATUS_CODE_NAMES].flatMap((names, column) =>
    names.map((name, rank): [string, number] => [name, (column + 1) * 2 + rank]),
  ),
);

const STATUS_CODE: number = TEXT_COLUMNS.length;

export interface PromotedText {
  readonly name: string;
  readonly dictionary: Dictionary;
  readonly ids: Uint32Array;
}

/** Copies of attributes that have a column of their own, for every row of a batch. */
export class PromotedColumns {
  readonly texts: readonly PromotedText[];
  readonly httpStatusCode: Uint16Array;
  readonly #attributes: AttributeList;

  constructor(attributes: AttributeList, ends: Uint32Array, count: number) {
    this.#attributes = attributes;
    this.httpStatusCode = new Uint16Array(count);
    this.texts = TEXT_COLUMNS.map(([name]) => ({
      name,
      dictionary: new Dictionary(16, 256),
      ids: new Uint32Array(count),
    }));
    const codes = codesOf(attributes.keyDictionary);
    if (codes.some((code) => code !== 0)) this.#fill(codes, ends, count);
  }

  #fill(codes: Uint8Array, ends: Uint32Array, count: number): void {
    const { keys, types } = this.#attributes;
    let entry = 0;
    for (let row = 0; row < count; row++) {
      const end = endBefore(ends, row + 1);
      for (; entry < end; entry++) {
        const code = codes[keys[entry]];
        if (code === 0 || types[entry] >= FIRST_ENCODED_TYPE) continue;
        const column = (code >>> 1) - 1;
        if (column === STATUS_CODE) this.#promoteStatus(row, entry, code & 1);
        else this.#promoteText(this.texts[column], row, entry, code & 1);
      }
    }
  }

  #promoteText(column: PromotedText, row: number, entry: number, rank: number): void {
    if (rank === 1 && column.ids[row] !== 0) return;
    const { bytes, view } = this.#attributes.values;
    const start = this.#attributes.valueStart[entry];
    const length = bytes[start];
    if (length < 128) {
      column.ids[row] = intern(column.dictionary, bytes, view, start + 1, length);
      return;
    }
    const long = readVarint(bytes, start);
    if (long.value > PROMOTED_BYTES_MAX) return;
    column.ids[row] = intern(column.dictionary, bytes, view, long.next, long.value);
  }

  #promoteStatus(row: number, entry: number, rank: number): void {
    if (rank === 1 && this.httpStatusCode[row] !== 0) return;
    const { bytes } = this.#attributes.values;
    this.httpStatusCode[row] = shortDecimal(bytes, this.#attributes.valueStart[entry]);
  }
}

/** Longer values are no name of anything: they stay in the map alone. */
const PROMOTED_BYTES_MAX = 4096;

/** By key id. */
function codesOf(keys: Dictionary): Uint8Array {
  const codes = new Uint8Array(keys.count);
  for (let id = 1; id < keys.count; id++) codes[id] = CODES.get(dictionaryText(keys, id)) ?? 0;
  return codes;
}

/** The number of up to four digits in the Native String at `start`; 0 for any other text. */
function shortDecimal(bytes: Uint8Array, start: number): number {
  const length = bytes[start];
  if (length > 4) return 0;
  let value = 0;
  for (let i = 1; i <= length; i++) {
    const digit = bytes[start + i] - 48;
    if (digit < 0 || digit > 9) return 0;
    value = value * 10 + digit;
  }
  return value;
}
