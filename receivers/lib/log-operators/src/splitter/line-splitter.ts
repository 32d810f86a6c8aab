import type { EncodingKind } from '../encoding.ts';
import type { Splitter } from './splitter.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NOTHING: Buffer = Buffer.alloc(0);

/** Where the line feed of the line that starts at `from` is; -1 for none. */
export type FindLineFeed = (bytes: Buffer, from: number) => number;

export interface LineFeed {
  readonly find: FindLineFeed;
  /** Bytes. */
  readonly size: number;
  /** Where a line ends that ends before `end`: a carriage return there belongs to the line feed. */
  readonly lineEnd?: (bytes: Buffer, start: number, end: number) => number;
}

/** Ends records instead of a line feed. */
export const NUL_FEED: LineFeed = { find: (bytes, from) => bytes.indexOf(0, from), size: 1 };

/** A line feed of one byte, or of two in UTF-16. */
export function lineFeedOf(kind: EncodingKind): LineFeed {
  switch (kind) {
    case 'utf16le':
      return { find: (bytes, from) => findWide(bytes, from, 0), size: 2, lineEnd: endOfWide(0) };
    case 'utf16be':
      return { find: (bytes, from) => findWide(bytes, from, 1), size: 2, lineEnd: endOfWide(1) };
    default:
      return { find: (bytes, from) => bytes.indexOf(LINE_FEED, from), size: 1, lineEnd: endOf };
  }
}

function endOf(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
}

/** `at` is where the byte of the carriage return stands in its pair. */
function endOfWide(at: 0 | 1): NonNullable<LineFeed['lineEnd']> {
  return (bytes, start, end) => {
    const pair = end - 2;
    const isReturn = bytes[pair + at] === CARRIAGE_RETURN && bytes[pair + 1 - at] === 0;
    return pair >= start && isReturn ? pair : end;
  };
}

/** `feedAt` is where the byte of the line feed stands in its pair. */
function findWide(bytes: Buffer, from: number, feedAt: number): number {
  for (let at = bytes.indexOf(LINE_FEED, from); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
    const pair = at - feedAt;
    if ((pair - from) % 2 !== 0 || pair < from) continue;
    if (pair + 1 < bytes.length && bytes[pair + 1 - feedAt] === 0) return pair;
  }
  return -1;
}

/** A record a line; the line feed belongs to none. */
export class LineSplitter implements Splitter {
  start = 0;
  end = 0;
  position = 0;
  #bytes: Buffer = NOTHING;
  readonly #find: FindLineFeed;
  readonly #size: number;
  readonly #lineEnd: LineFeed['lineEnd'];

  constructor({ find, size, lineEnd }: LineFeed) {
    this.#find = find;
    this.#size = size;
    this.#lineEnd = lineEnd;
  }

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.position = 0;
  }

  next(final: boolean): boolean {
    const from = this.position;
    const at = this.#find(this.#bytes, from);
    if (at < 0) {
      if (!final || from >= this.#bytes.length) return false;
      this.start = from;
      this.end = this.#bytes.length;
      this.position = this.end;
      return true;
    }
    this.start = from;
    this.end = this.#lineEnd?.(this.#bytes, from, at) ?? at;
    this.position = at + this.#size;
    return true;
  }
}

/** What is there is a record. */
export class WholeSplitter implements Splitter {
  start = 0;
  end = 0;
  position = 0;
  #length = 0;

  begin(bytes: Buffer): void {
    this.#length = bytes.length;
    this.position = 0;
  }

  next(_final: boolean): boolean {
    if (this.position >= this.#length) return false;
    this.start = this.position;
    this.end = this.#length;
    this.position = this.#length;
    return true;
  }
}
