import type { Splitter } from '@sonde/log-operators';
import { LENGTH_DIGITS_MAX } from './limits.ts';

const BLANK = 0x20;
const LINE_FEED = 0x0a;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Messages with their length in front (RFC 6587, octet counting); the length stays with the message,
 * for the parser. What begins without a length is a record up to the end of its line.
 */
export class OctetSplitter implements Splitter {
  start = 0;
  end = 0;
  position = 0;
  #bytes: Buffer = NOTHING;

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.position = 0;
  }

  next(final: boolean): boolean {
    const from = this.position;
    const left = this.#bytes.length - from;
    if (left <= 0) return false;
    const length = this.#length(from);
    const size = length === undefined ? this.#line(from) : length;
    if (size === 0 || size > left) return final && this.#take(from, left);
    return this.#take(from, size);
  }

  #take(from: number, size: number): boolean {
    this.start = from;
    this.end = from + size;
    this.position = this.end;
    return true;
  }

  /** Of the whole frame; 0 where the length is not there yet, undefined where there is none. */
  #length(from: number): number | undefined {
    const blank = this.#bytes.subarray(from, from + LENGTH_DIGITS_MAX + 1).indexOf(BLANK);
    const isCut = blank < 0 && this.#bytes.length - from <= LENGTH_DIGITS_MAX;
    const digits = this.#bytes.toString('latin1', from, blank < 0 ? undefined : from + blank);
    if (isCut) return /^[0-9]+$/.test(digits) ? 0 : undefined;
    if (blank < 0 || !/^[1-9][0-9]*$/.test(digits)) return undefined;
    return blank + 1 + Number(digits);
  }

  /** Up to the end of the line; 0 where there is none yet. */
  #line(from: number): number {
    const end = this.#bytes.indexOf(LINE_FEED, from);
    return end < 0 ? 0 : end + 1 - from;
  }
}
