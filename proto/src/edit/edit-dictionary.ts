import { Dictionary } from '../columns/dictionary.ts';
import { internText } from '../columns/intern.ts';
import { keyedHash } from '../columns/keyed-hash.ts';
import { dictionaryText } from '../read/native-text.ts';

const encoder = new TextEncoder();
/** The hash reads words: up to 3 bytes behind. */
const PADDING_BYTES = 4;

/** The id of `text`, or -1 when the dictionary does not have it. Writes nothing. */
export function findId(dictionary: Dictionary, text: string): number {
  if (text === '') return 0;
  const padded = new Uint8Array(text.length * 3 + PADDING_BYTES);
  const { written } = encoder.encodeInto(text, padded);
  const wanted = Buffer.from(padded.buffer, 0, written);
  const { slots, hash, run, offset } = dictionary;
  const mask = slots.length - 1;
  const h = keyedHash(new DataView(padded.buffer), 0, written);
  for (let slot = h & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
    const id = slots[slot];
    if (hash[id] !== h) continue;
    const end = offset[id + 1];
    if (wanted.equals(run.bytes.subarray(end - written, end)) && endsAlone(dictionary, id, written))
      return id;
  }
  return -1;
}

/** Whether the string of `id` is as long as that: its end alone may be a longer string's. */
function endsAlone({ offset }: Dictionary, id: number, length: number): boolean {
  const prefix = length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : 3;
  return offset[id + 1] - offset[id] === prefix + length;
}

/** A dictionary with the same ids, which may be added to. */
export function copyDictionary(source: Dictionary): Dictionary {
  const copy = new Dictionary(source.capacity, source.run.length);
  copy.offset.set(source.offset);
  copy.hash.set(source.hash);
  copy.slots.set(source.slots);
  copy.successor.set(source.successor);
  copy.count = source.count;
  copy.run.bytes.set(source.run.used());
  copy.run.length = source.run.length;
  return copy;
}

/** A column of dictionary ids that is copied when it is first written to. */
export class TextIds {
  dictionary: Dictionary;
  ids: Uint32Array;
  readonly #source: { readonly dictionary: Dictionary; readonly ids: Uint32Array };
  readonly #count: number;
  /** Texts by id: ids keep their meaning when the dictionary is copied and grows. */
  readonly #texts: string[] = [];
  /** Ids of texts that were set: at most one a row. */
  readonly #ids = new Map<string, number>();

  /** `count` in rows. */
  constructor(dictionary: Dictionary, ids: Uint32Array, count: number) {
    this.#source = { dictionary, ids };
    this.dictionary = dictionary;
    this.ids = ids;
    this.#count = count;
  }

  get changed(): boolean {
    return this.ids !== this.#source.ids;
  }

  text(row: number): string {
    const id = this.ids[row];
    this.#texts[id] ??= dictionaryText(this.dictionary, id);
    return this.#texts[id];
  }

  /** Throws `MalformedError` for a text over `DICTIONARY_STRING_BYTES_MAX`. */
  set(row: number, text: string): void {
    const id = this.#idOf(text);
    if (this.ids[row] === id) return;
    if (!this.changed) this.ids = this.ids.slice(0, this.#count);
    this.ids[row] = id;
  }

  #idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    let id = findId(this.dictionary, text);
    if (id === -1) {
      if (this.dictionary === this.#source.dictionary) {
        this.dictionary = copyDictionary(this.dictionary);
      }
      id = internText(this.dictionary, text);
    }
    this.#ids.set(text, id);
    return id;
  }
}
