import { ByteRun } from '../columns/byte-run.ts';
import { appendVarint32 } from './copy.ts';

const VARINT_BYTES_MAX = 10;
const UTF8_BYTES_PER_UNIT = 3;
/** Up to here a loop beats the call that the engine needs for a copy. */
const COPY_LOOP_BYTES_MAX = 64;
/** Up to here a loop beats the call of the encoder; the length takes one byte. */
const ASCII_LOOP_MAX = 64;
const encoder = new TextEncoder();

/** Writes protobuf fields one behind the other into memory that grows. */
export class ProtobufWriter {
  readonly #run: ByteRun;

  constructor(capacityBytes = 1024) {
    this.#run = new ByteRun(capacityBytes);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#run.used().slice();
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#run.length;
  }

  /** Makes room for `n` more bytes: for `byte`, `length32` and `copy`, which check nothing. */
  reserve(n: number): void {
    this.#run.reserve(n);
  }

  byte(value: number): void {
    this.#run.bytes[this.#run.length++] = value;
  }

  /** A varint of up to 32 bits. */
  length32(value: number): void {
    appendVarint32(this.#run, value);
  }

  /** The bytes `[start, end)` of `from`. */
  copy(from: Uint8Array, start: number, end: number): void {
    const { bytes, length } = this.#run;
    const count = end - start;
    if (count > COPY_LOOP_BYTES_MAX) bytes.set(from.subarray(start, end), length);
    else for (let i = 0; i < count; i++) bytes[length + i] = from[start + i];
    this.#run.length = length + count;
  }

  /** What was written, valid until the next write. */
  view(): Uint8Array {
    return this.#run.used();
  }

  /** Empty again; the memory is kept. */
  reset(): void {
    this.#run.length = 0;
  }

  /** Bytes that are fields already. */
  raw(bytes: Uint8Array): void {
    const run = this.#run;
    run.reserve(bytes.length);
    run.bytes.set(bytes, run.length);
    run.length += bytes.length;
  }

  tag(field: number, wireType: number): void {
    this.varint((field << 3) | wireType, 0);
  }

  /** 64 bits as two words. */
  varint(low: number, high: number): void {
    const run = this.#run;
    run.reserve(VARINT_BYTES_MAX);
    let restLow = low;
    let restHigh = high;
    while (restHigh !== 0 || restLow >>> 0 > 127) {
      run.bytes[run.length++] = (restLow & 127) | 128;
      restLow = (restLow >>> 7) | (restHigh << 25);
      restHigh >>>= 7;
    }
    run.bytes[run.length++] = restLow;
  }

  fixed32(word: number): void {
    const run = this.#run;
    run.reserve(4);
    run.view.setInt32(run.length, word, true);
    run.length += 4;
  }

  fixed64(low: number, high: number): void {
    this.fixed32(low);
    this.fixed32(high);
  }

  double(value: number): void {
    const run = this.#run;
    run.reserve(8);
    run.view.setFloat64(run.length, value, true);
    run.length += 8;
  }

  /** Length and bytes. */
  bytes(bytes: Uint8Array): void {
    const run = this.#run;
    run.reserve(bytes.length + VARINT_BYTES_MAX);
    appendVarint32(run, bytes.length);
    run.bytes.set(bytes, run.length);
    run.length += bytes.length;
  }

  /** Length and UTF-8; a lone surrogate becomes U+FFFD. */
  text(text: string): void {
    if (text.length <= ASCII_LOOP_MAX && this.#ascii(text)) return;
    const start = this.begin();
    const run = this.#run;
    run.reserve(text.length * UTF8_BYTES_PER_UNIT);
    const { written } = encoder.encodeInto(text, run.bytes.subarray(run.length));
    run.length += written;
    this.end(start);
  }

  /** False, and nothing written, for a text with other characters. */
  #ascii(text: string): boolean {
    const run = this.#run;
    const { length } = text;
    run.reserve(length + 1);
    const { bytes } = run;
    const at = run.length + 1;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      bytes[at + i] = code;
    }
    bytes[at - 1] = length;
    run.length = at + length;
    return true;
  }

  /** Starts a part with its length in front; give the result to `end`. */
  begin(): number {
    const run = this.#run;
    run.reserve(1);
    return run.length++;
  }

  /** Writes the length, moving the part when that takes more than the byte left for it. */
  end(start: number): void {
    const run = this.#run;
    const length = run.length - start - 1;
    const prefix =
      length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : length < 1 << 28 ? 4 : 5;
    if (prefix > 1) {
      run.reserve(prefix);
      run.bytes.copyWithin(start + prefix, start + 1, run.length);
    }
    run.length = start;
    appendVarint32(run, length);
    run.length = start + prefix + length;
  }
}
