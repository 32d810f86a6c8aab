import { hasControl, indexWithin, isDigit } from './byte-class.ts';
import { RoleFields } from './field-roles.ts';
import { messageLines } from './message-line.ts';
import { readJson } from './read-json.ts';
import { readLogfmt } from './read-logfmt.ts';
import { severityOf } from './severity.ts';
import { unescapeInto } from './unescape.ts';

/** Bytes of a record that are looked at; what stands behind belongs to the record alone. */
export const RECORD_BYTES_MAX = 16_384;
/** Formats inside formats: a container's line that holds JSON that holds a line. */
const DEPTH_MAX = 4;
const ESCAPE = 27;
const NEWLINE = 10;
const BRACE = 123;
const BACKSLASH = 92;
const CRI_TIME_BYTES_MIN = 20;
const CRI_TIME_BYTES_MAX = 36;
/** Levels that bunyan and pino write: 10 is trace, 60 is fatal. */
const LEVEL_STEP = 10;
const NUMBERED_LEVELS: readonly number[] = [0, 1, 5, 9, 13, 17, 21];

/**
 * Takes a record to the text that a person wrote: out of CRI's and Docker's wrapping, JSON, logfmt,
 * terminal colours, the first lines of a stack trace. What is none of them stays as it is.
 */
export class LineReader {
  bytes: Uint8Array = new Uint8Array(0);
  from = 0;
  to = 0;
  /** OTLP's severity number; 0 when the wrapping says none. */
  severity = 0;
  /** The time that the wrapping says, in `timeBytes`; empty when it says none. */
  timeBytes: Uint8Array = new Uint8Array(0);
  timeFrom = 0;
  timeTo = 0;
  /** CRI's mark of a line whose rest comes with the next. */
  isPartial = false;
  /** Something was taken off. */
  isUnwrapped = false;
  readonly #fields: RoleFields = new RoleFields();
  /** Two, in turn: what is written is read from the other. */
  readonly #scratch: readonly Buffer[] = [
    Buffer.alloc(RECORD_BYTES_MAX + 8),
    Buffer.alloc(RECORD_BYTES_MAX + 8),
  ];
  #turn = 0;

  read(bytes: Uint8Array, from: number, to: number): void {
    this.bytes = bytes;
    this.from = from;
    this.to = Math.min(to, from + RECORD_BYTES_MAX);
    this.severity = 0;
    this.timeFrom = 0;
    this.timeTo = 0;
    this.isPartial = false;
    this.isUnwrapped = false;
    this.#trim();
    for (let depth = 0; depth < DEPTH_MAX && this.#unwrap(); depth++) this.isUnwrapped = true;
  }

  /** Takes colours out, and what stands on further lines. False when there is nothing of that. */
  clean(): boolean {
    if (!hasControl(this.bytes, this.from, this.to)) return false;
    this.#dropColours();
    this.#oneLine();
    return true;
  }

  #trim(): void {
    const { bytes } = this;
    while (this.to > this.from && bytes[this.to - 1] <= 32) this.to--;
    if (
      bytes[this.from] === 0xef &&
      bytes[this.from + 1] === 0xbb &&
      bytes[this.from + 2] === 0xbf
    ) {
      this.from += 3;
    }
  }

  #unwrap(): boolean {
    const { bytes } = this;
    let at = this.from;
    while (at < this.to && bytes[at] === 32) at++;
    const first = bytes[at];
    if (first === BRACE) {
      return readJson(bytes, at, this.to, this.#fields) && this.#takeFields();
    }
    if (isDigit(first)) return this.#unwrapCri(at);
    return (
      this.#looksLogfmt(at) && readLogfmt(bytes, at, this.to, this.#fields) && this.#takeFields()
    );
  }

  #looksLogfmt(from: number): boolean {
    const { bytes } = this;
    const limit = Math.min(this.to, from + 32);
    for (let i = from; i < limit; i++) {
      const byte = bytes[i];
      if (byte === 61) return i > from;
      if (byte <= 44 || byte === 58) return false;
    }
    return false;
  }

  #takeFields(): boolean {
    const fields = this.#fields;
    const { bytes } = this;
    if (fields.levelTo > fields.levelFrom) {
      const level = levelNumber(bytes, fields.levelFrom, fields.levelTo);
      if (level > 0) this.severity = level;
    }
    if (fields.timeTo > fields.timeFrom) {
      this.timeBytes = bytes;
      this.timeFrom = fields.timeFrom;
      this.timeTo = fields.timeTo;
      if (this.#scratch.some((scratch) => scratch === bytes)) {
        this.timeBytes = bytes.slice(fields.timeFrom, fields.timeTo);
        this.timeTo -= this.timeFrom;
        this.timeFrom = 0;
      }
    }
    this.from = fields.messageFrom;
    this.to = fields.messageTo;
    if (indexWithin(bytes, BACKSLASH, this.from, this.to) >= 0) {
      const out = this.#nextScratch();
      this.#use(out, unescapeInto(out, bytes, this.from, this.to));
    }
    this.#trim();
    return true;
  }

  /** `2024-01-02T03:04:05.000000000Z stdout F message`. */
  #unwrapCri(from: number): boolean {
    const { bytes } = this;
    if (bytes[from + 4] !== 45 || bytes[from + 10] !== 84) return false;
    const limit = Math.min(this.to, from + CRI_TIME_BYTES_MAX);
    const blank = indexWithin(bytes, 32, from + CRI_TIME_BYTES_MIN - 1, limit);
    if (blank < 0 || blank + 10 > this.to) return false;
    if (!isStream(bytes, blank + 1)) return false;
    const mark = bytes[blank + 8];
    if ((mark !== 70 && mark !== 80) || bytes[blank + 9] !== 32) return false;
    this.timeBytes = bytes;
    this.timeFrom = from;
    this.timeTo = blank;
    this.isPartial = mark === 80;
    this.from = blank + 10;
    return true;
  }

  /** Without what sets colours on terminals. */
  #dropColours(): void {
    const { bytes, from, to } = this;
    if (indexWithin(bytes, ESCAPE, from, to) < 0) return;
    const out = this.#nextScratch();
    let length = 0;
    for (let at = from; at < to; at++) {
      if (bytes[at] === ESCAPE && bytes[at + 1] === 91) {
        at += 2;
        while (at < to && (bytes[at] < 64 || bytes[at] > 126)) at++;
      } else {
        out[length++] = bytes[at];
      }
    }
    this.#use(out, length);
    this.#trim();
  }

  #oneLine(): void {
    const { bytes, from, to } = this;
    if (indexWithin(bytes, NEWLINE, from, to) < 0) return;
    const [first, second] = messageLines(bytes, from, to);
    if (first === undefined) return;
    this.from = first.from;
    this.to = first.to;
    if (second === undefined) return;
    const out = this.#nextScratch();
    out.set(bytes.subarray(first.from, first.to));
    let length = first.to - first.from;
    out[length++] = 32;
    out.set(bytes.subarray(second.from, second.to), length);
    length += second.to - second.from;
    this.#use(out, length);
  }

  #use(bytes: Uint8Array, length: number): void {
    this.bytes = bytes;
    this.from = 0;
    this.to = length;
  }

  #nextScratch(): Buffer {
    this.#turn = 1 - this.#turn;
    const next = this.#scratch[this.#turn];
    return next === this.bytes ? this.#scratch[1 - this.#turn] : next;
  }
}

function levelNumber(bytes: Uint8Array, from: number, to: number): number {
  if (!isDigit(bytes[from])) return severityOf(bytes, from, to);
  const tens = to - from === 2 ? bytes[from] - 48 : 0;
  return bytes[from + 1] === 48 ? (NUMBERED_LEVELS[tens * (LEVEL_STEP / 10)] ?? 0) : 0;
}

function isStream(bytes: Uint8Array, from: number): boolean {
  // `stdout ` or `stderr `.
  if (bytes[from] !== 115 || bytes[from + 1] !== 116 || bytes[from + 2] !== 100) return false;
  return (bytes[from + 3] === 111 || bytes[from + 3] === 101) && bytes[from + 6] === 32;
}
