import type { GoRegexp } from '@sonde/go-regexp';
import type { TextEncoding } from '../encoding.ts';
import { type FindLineFeed, lineFeedOf } from './line-splitter.ts';
import type { Splitter } from './splitter.ts';

export interface MultilineConfig {
  readonly which: 'start' | 'end';
  readonly pattern: GoRegexp;
  /** The text that matches belongs to no record. */
  readonly omit: boolean;
}

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Records of several lines, where the pattern can be told line by line: it begins with `^` (start)
 * or ends with `$` (end). A line is looked at alone, so that no text is searched twice.
 */
export class AnchoredSplitter implements Splitter {
  start = 0;
  end = 0;
  position = 0;
  #bytes: Buffer = NOTHING;
  readonly #config: MultilineConfig;
  readonly #encoding: TextEncoding;
  readonly #find: FindLineFeed;
  readonly #size: number;

  constructor(config: MultilineConfig, encoding: TextEncoding) {
    this.#config = config;
    this.#encoding = encoding;
    const { find, size } = lineFeedOf(encoding.kind);
    this.#find = find;
    this.#size = size;
  }

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.position = 0;
  }

  next(final: boolean): boolean {
    const from = this.position;
    if (from >= this.#bytes.length) return false;
    const found = this.#config.which === 'start' ? this.#toStart(from, final) : this.#toEnd(from);
    if (found) return true;
    if (!final) return false;
    this.start = this.#afterOmitted(from);
    this.end = this.#bytes.length;
    this.position = this.end;
    return true;
  }

  /** Ends before the next line that starts a record. */
  #toStart(from: number, final: boolean): boolean {
    for (let line = this.#nextLine(from); line >= 0; line = this.#nextLine(line)) {
      const end = this.#lineEnd(line);
      // A line that is not whole yet may still match.
      if (end < 0 && !final && line >= this.#bytes.length) return false;
      if (!this.#matches(line, end < 0 ? this.#bytes.length : end)) continue;
      this.start = this.#afterOmitted(from);
      this.end = line;
      this.position = line;
      return true;
    }
    return false;
  }

  /** Ends with the first line that ends a record. */
  #toEnd(from: number): boolean {
    for (let line = from; line >= 0 && line < this.#bytes.length; line = this.#nextLine(line)) {
      const end = this.#lineEnd(line);
      if (end < 0) return false;
      if (!this.#matches(line, end)) continue;
      this.start = from;
      this.end = this.#config.omit ? this.#matchAt(line, end).start : end;
      this.position = end + this.#size;
      return true;
    }
    return false;
  }

  #afterOmitted(from: number): number {
    const { omit, which } = this.#config;
    if (!omit || which !== 'start') return from;
    const end = this.#lineEnd(from);
    return this.#matchAt(from, end < 0 ? this.#bytes.length : end).end;
  }

  /** Where the line behind the one at `from` starts; -1 for none. */
  #nextLine(from: number): number {
    const end = this.#lineEnd(from);
    return end < 0 ? -1 : end + this.#size;
  }

  #lineEnd(from: number): number {
    return this.#find(this.#bytes, from);
  }

  #matches(from: number, to: number): boolean {
    return this.#config.pattern.test(this.#text(from, to));
  }

  /** Bytes of the match within a line; of nothing where there is none. */
  #matchAt(from: number, to: number): { readonly start: number; readonly end: number } {
    const text = this.#text(from, to);
    const match = this.#config.pattern.find(text);
    if (match === undefined) return { start: from, end: from };
    const before = byteLength(text.slice(0, match.start), this.#encoding);
    const inside = byteLength(text.slice(match.start, match.end), this.#encoding);
    return { start: from + before, end: from + before + inside };
  }

  #text(from: number, to: number): string {
    return this.#encoding.decode(this.#bytes.subarray(from, to));
  }
}

/**
 * Records between matches of any pattern. It decodes each piece once and searches it from match to
 * match: some ten times the cost of an anchored pattern.
 */
export class PatternSplitter implements Splitter {
  start = 0;
  end = 0;
  position = 0;
  #text = '';
  /** The place in the text that belongs to `position`. */
  #at = 0;
  #length = 0;
  readonly #config: MultilineConfig;
  readonly #encoding: TextEncoding;

  constructor(config: MultilineConfig, encoding: TextEncoding) {
    this.#config = config;
    this.#encoding = encoding;
  }

  begin(bytes: Buffer): void {
    this.#text = this.#encoding.decode(bytes);
    this.#length = bytes.length;
    this.#at = 0;
    this.position = 0;
  }

  next(final: boolean): boolean {
    if (this.position >= this.#length) return false;
    const found = this.#config.which === 'start' ? this.#toStart(final) : this.#toEnd(final);
    if (found) return true;
    if (!final) return false;
    this.#record({ from: this.#omittedStart(), to: this.#text.length, next: this.#text.length });
    return true;
  }

  #toStart(final: boolean): boolean {
    const { pattern, omit } = this.#config;
    const first = pattern.find(this.#text, this.#at);
    if (first === undefined) return false;
    if (first.start > this.#at) {
      this.#record({ from: this.#at, to: first.start, next: first.start });
      return true;
    }
    if (first.end >= this.#text.length && !final) return false;
    const second = pattern.find(this.#text, Math.max(first.end, this.#at + 1));
    if (second === undefined) return false;
    this.#record({ from: omit ? first.end : this.#at, to: second.start, next: second.start });
    return true;
  }

  #toEnd(final: boolean): boolean {
    const { pattern, omit } = this.#config;
    const match = pattern.find(this.#text, this.#at);
    // A match at the end of what is there may become a longer one.
    if (match === undefined || (match.end >= this.#text.length && !final)) return false;
    if (match.end <= this.#at) return false;
    this.#record({ from: this.#at, to: omit ? match.start : match.end, next: match.end });
    return true;
  }

  #omittedStart(): number {
    const { pattern, omit, which } = this.#config;
    if (!omit || which !== 'start') return this.#at;
    const match = pattern.find(this.#text, this.#at);
    return match?.start === this.#at ? match.end : this.#at;
  }

  #record({ from, to, next }: { from: number; to: number; next: number }): void {
    this.start = this.position + this.#bytes(this.#at, from);
    this.end = this.start + this.#bytes(from, to);
    this.position = this.end + this.#bytes(to, next);
    this.#at = next;
  }

  #bytes(from: number, to: number): number {
    return from === to ? 0 : byteLength(this.#text.slice(from, to), this.#encoding);
  }
}

/** Bytes of a text that was decoded without errors. */
function byteLength(text: string, { unitBytes }: TextEncoding): number {
  return unitBytes === 2 ? text.length * 2 : Buffer.byteLength(text);
}
