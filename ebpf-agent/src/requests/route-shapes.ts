import { SHAPE_BYTES_MAX, SHAPES_MAX } from '../limits.ts';

/** No shape: the text is read as a string. */
export const NO_SHAPE = -1;

/** Stands for a variable part; no path that has a shape has this byte. */
const VARIABLE = 1;

const [RETURN, SPACE, HASH, MINUS, SLASH, ZERO, NINE, QUESTION, AT] = [
  13, 32, 35, 45, 47, 48, 57, 63, 64,
];
const [LOWER_A, LOWER_F, LOWER_V, TILDE] = [97, 102, 118, 126];
const LOWER_CASE = 0x20;

const METHOD_BYTES_MAX = 8;
const SEGMENT_LENGTH_MAX = 48;
const DIGITS_OF_VARIABLE = 4;
const HEX_OF_VARIABLE = 8;

const TEXT_BYTES_MAX = 256;
/** Twice as many as shapes, a power of two. */
const SLOTS = 2 * SHAPES_MAX;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Numbers for what first lines of HTTP/1 requests have in common: method and path, its plainly variable
 * parts left away. Lines of one shape have one method and one route (`httpRequest` gives both, of any
 * line of the shape); the reverse is not so. Read from the bytes of a batch: no string is made.
 *
 *   "GET /users/17/orders?x HTTP/1.1"  ->  "GET /users/\1/orders"  ->  3
 *
 * A number is never used for another shape: beyond `SHAPES_MAX` all are forgotten and new ones given.
 */
export class RouteShapes {
  /** The shape that is looked for. */
  readonly #shape = new Uint8Array(2 * TEXT_BYTES_MAX);
  #length = 0;
  /** Of all shapes, one behind the other, and where each begins. */
  readonly #bytes = new Uint8Array(SHAPE_BYTES_MAX);
  readonly #starts = new Uint32Array(SHAPES_MAX + 1);
  /** By hash the place of a shape among them, from 1. */
  readonly #slots = new Uint16Array(SLOTS);
  #count = 0;
  #forgotten = 0;
  #pathStart = 0;
  #pathEnd = 0;

  /** Shapes that are known now. */
  get size(): number {
    return this.#count;
  }

  /** Where the path of the line that was asked for last begins and ends; its bytes are ASCII. */
  get pathStart(): number {
    return this.#pathStart;
  }
  get pathEnd(): number {
    return this.#pathEnd;
  }

  /** The number of the line that begins at `from`, and reaches to `to` at most; `NO_SHAPE` of what is no plain path. */
  of(bytes: Uint8Array, from: number, to: number): number {
    if (!this.#read(bytes, from, to)) return NO_SHAPE;
    let hash = FNV_OFFSET;
    for (let i = 0; i < this.#length; i++) {
      hash = Math.imul(hash ^ (this.#shape[i] ?? 0), FNV_PRIME);
    }
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (;;) {
      const place = this.#slots[slot] ?? 0;
      if (place === 0) return this.#add(slot);
      if (this.#isAt(place - 1)) return this.#forgotten + place - 1;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  /** Method and path as a shape; false of what has none. */
  #read(bytes: Uint8Array, from: number, to: number): boolean {
    const shape = this.#shape;
    const end = Math.min(to, from + TEXT_BYTES_MAX);
    let at = from;
    let length = 0;
    while (at < end && length <= METHOD_BYTES_MAX) {
      const byte = bytes[at++] ?? 0;
      shape[length++] = byte;
      if (byte === SPACE) break;
    }
    if (shape[length - 1] !== SPACE || bytes[at] !== SLASH || at >= end) return false;
    this.#length = length;
    this.#pathStart = at;
    while (at < end && bytes[at] === SLASH) {
      at = this.#readSegment(bytes, at, end);
      if (at < 0) return false;
    }
    this.#pathEnd = at;
    return true;
  }

  /** A part of the path and the slash before it: where the next begins; -1 of an unusual byte. */
  #readSegment(bytes: Uint8Array, slash: number, end: number): number {
    const shape = this.#shape;
    const start = this.#length;
    let length = start;
    shape[length++] = SLASH;
    let [digits, hex, isMail] = [0, 0, false];
    let at = slash + 1;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === SLASH || endsPath(byte)) break;
      if (byte <= SPACE || byte > TILDE) return -1;
      shape[length++] = byte;
      const lower = byte | LOWER_CASE;
      if (byte >= ZERO && byte <= NINE) digits++;
      else if (byte === AT) isMail = true;
      else if (byte === MINUS || (lower >= LOWER_A && lower <= LOWER_F)) hex++;
    }
    const size = at - slash - 1;
    const isHex = hex + digits === size && size >= HEX_OF_VARIABLE && digits > 0;
    // Versions are none.
    const hasDigits =
      digits === size || (digits >= DIGITS_OF_VARIABLE && !isVersionLike(shape, start));
    const isVariable = isMail || size > SEGMENT_LENGTH_MAX || isHex || (digits > 0 && hasDigits);
    if (isVariable) {
      length = start + 1;
      shape[length++] = VARIABLE;
    }
    this.#length = length;
    return at;
  }

  #isAt(place: number): boolean {
    const start = this.#starts[place] ?? 0;
    if ((this.#starts[place + 1] ?? 0) - start !== this.#length) return false;
    for (let i = 0; i < this.#length; i++) {
      if (this.#bytes[start + i] !== this.#shape[i]) return false;
    }
    return true;
  }

  #add(slot: number): number {
    const start = this.#starts[this.#count] ?? 0;
    if (this.#count >= SHAPES_MAX || start + this.#length > SHAPE_BYTES_MAX) {
      this.#forgotten += this.#count;
      this.#count = 0;
      this.#slots.fill(0);
      return this.#place(slot, 0);
    }
    return this.#place(slot, start);
  }

  #place(slot: number, start: number): number {
    this.#bytes.set(this.#shape.subarray(0, this.#length), start);
    const place = this.#count++;
    this.#starts[place] = start;
    this.#starts[place + 1] = start + this.#length;
    this.#slots[slot] = place + 1;
    return this.#forgotten + place;
  }
}

function endsPath(byte: number): boolean {
  return byte === SPACE || byte === QUESTION || byte === HASH || byte === RETURN;
}

/** The part that begins at `start` of a shape, behind its slash. */
function isVersionLike(shape: Uint8Array, start: number): boolean {
  return shape[start + 1] === LOWER_V;
}
