import {
  type AttributeList,
  Dictionary,
  dictionaryText,
  FIRST_ENCODED_TYPE,
  intern,
} from '@sonde/proto';
import { endBefore, readVarint } from '@sonde/store';

/** Columns of `spans` that copy a text attribute; the first name wins where a span has both. */
const TEXT_COLUMNS = {
  http_request_method: ['http.request.method', 'http.method'],
  http_route: ['http.route'],
  db_system: ['db.system.name', 'db.system'],
  rpc_method: ['rpc.method'],
  messaging_destination: ['messaging.destination.name', 'messaging.destination'],
  peer_service: ['service.peer.name', 'peer.service'],
} as const;

type TextColumn = keyof typeof TEXT_COLUMNS;

const STATUS_CODES: readonly string[] = ['http.response.status_code', 'http.status_code'];

/** What to do with an attribute of a key: which column, and whether it gives way to another name. */
type Promotion = (row: number, value: number) => void;

export interface PromotedText {
  readonly name: TextColumn;
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
    this.texts = textColumnNames().map((name) => ({
      name,
      dictionary: new Dictionary(16, 256),
      ids: new Uint32Array(count),
    }));
    this.#fill(this.#promotions(), ends, count);
  }

  #fill(promotions: readonly (Promotion | undefined)[], ends: Uint32Array, count: number): void {
    if (!promotions.some((promotion) => promotion !== undefined)) return;
    const isPromoted = Uint8Array.from(promotions, (promotion) => (promotion ? 1 : 0));
    const { keys, types } = this.#attributes;
    let entry = 0;
    for (let row = 0; row < count; row++) {
      for (const end = endBefore(ends, row + 1); entry < end; entry++) {
        if (isPromoted[keys[entry]] === 0 || types[entry] >= FIRST_ENCODED_TYPE) continue;
        promotions[keys[entry]]?.(row, entry);
      }
    }
  }

  /** By key id. */
  #promotions(): readonly (Promotion | undefined)[] {
    const byName = new Map<string, Promotion>();
    for (const column of this.texts) {
      const names: readonly string[] = TEXT_COLUMNS[column.name];
      names.forEach((name, rank) => {
        byName.set(name, (row, entry) => this.#promoteText(column, row, { entry, rank }));
      });
    }
    STATUS_CODES.forEach((name, rank) => {
      byName.set(name, (row, entry) => this.#promoteStatus(row, { entry, rank }));
    });
    const { keyDictionary } = this.#attributes;
    return Array.from({ length: keyDictionary.count }, (_, id) =>
      id === 0 ? undefined : byName.get(dictionaryText(keyDictionary, id)),
    );
  }

  #promoteText(column: PromotedText, row: number, found: Found): void {
    if (found.rank > 0 && column.ids[row] !== 0) return;
    const { bytes, view } = this.#attributes.values;
    const { value: length, next } = readVarint(bytes, this.#attributes.valueStart[found.entry]);
    column.ids[row] = intern(column.dictionary, bytes, view, next, length);
  }

  #promoteStatus(row: number, found: Found): void {
    if (found.rank > 0 && this.httpStatusCode[row] !== 0) return;
    const { bytes } = this.#attributes.values;
    const start = this.#attributes.valueStart[found.entry];
    this.httpStatusCode[row] = shortDecimal(bytes, start);
  }
}

interface Found {
  readonly entry: number;
  /** 0 is the name that wins. */
  readonly rank: number;
}

function textColumnNames(): readonly TextColumn[] {
  return [
    'http_request_method',
    'http_route',
    'db_system',
    'rpc_method',
    'messaging_destination',
    'peer_service',
  ];
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
