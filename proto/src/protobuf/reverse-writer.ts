/** Longest message protobuf allows. */
const MESSAGE_BYTES_MAX = 0x7fffffff;
/** Up to here a loop over words beats the call that the engine needs for a longer copy. */
const WORD_COPY_BYTES_MAX = 160;

/**
 * Writes a protobuf message from its end to its start: when a nested message begins (which is
 * written last) its length is known, so nothing is measured first or moved afterwards.
 *
 * Callers `reserve` room, then write without further checks; fields go in reverse order, and of a
 * field first the content, then the length, then the tag.
 */
export class ReverseWriter {
  bytes: Uint8Array;
  view: DataView;
  /** Where what was written starts; it ends at the end of `bytes`. */
  at: number;

  constructor(capacityBytes: number) {
    this.bytes = new Uint8Array(capacityBytes);
    this.view = new DataView(this.bytes.buffer);
    this.at = capacityBytes;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.bytes.length - this.at;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.bytes.slice(this.at);
  }

  /** Makes room for `n` more bytes. Throws `RangeError` beyond 2 GiB, the longest message there is. */
  reserve(n: number): void {
    if (this.at >= n) return;
    const length = this.length;
    if (length + n > MESSAGE_BYTES_MAX) throw new RangeError('a message over 2 GiB');
    const capacity = Math.max(this.bytes.length * 2, length + n);
    const grown = new Uint8Array(capacity);
    grown.set(this.bytes.subarray(this.at), capacity - length);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
    this.at = capacity - length;
  }

  byte(value: number): void {
    this.bytes[--this.at] = value;
  }

  /** An unsigned varint of up to 32 bits, or a tag over 127. */
  varint32(value: number): void {
    if (value >>> 0 < 128) {
      this.bytes[--this.at] = value;
      return;
    }
    const size = Math.ceil((32 - Math.clz32(value)) / 7);
    let p = this.at - size;
    this.at = p;
    const bytes = this.bytes;
    let rest = value;
    while (rest >>> 0 > 127) {
      bytes[p++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[p] = rest;
  }

  /** 64 bits as two words. */
  varint64(low: number, high: number): void {
    if (high === 0) {
      this.varint32(low);
      return;
    }
    const size = Math.ceil((64 - Math.clz32(high)) / 7);
    let p = this.at - size;
    this.at = p;
    const bytes = this.bytes;
    let restLow = low;
    let restHigh = high;
    while (restHigh !== 0 || restLow >>> 0 > 127) {
      bytes[p++] = (restLow & 127) | 128;
      restLow = (restLow >>> 7) | (restHigh << 25);
      restHigh >>>= 7;
    }
    bytes[p] = restLow;
  }

  /** An `int32`: negative ones take ten bytes. */
  int32(value: number): void {
    this.varint64(value, value >> 31);
  }

  fixed32(word: number): void {
    this.at -= 4;
    this.view.setInt32(this.at, word, true);
  }

  fixed64(low: number, high: number): void {
    this.at -= 8;
    this.view.setInt32(this.at, low, true);
    this.view.setInt32(this.at + 4, high, true);
  }

  double(value: number): void {
    this.at -= 8;
    this.view.setFloat64(this.at, value, true);
  }

  /** The bytes `[start, end)` of `from`, over which `fromView` lies. */
  copy(from: Uint8Array, fromView: DataView, start: number, end: number): void {
    const length = end - start;
    const to = this.at - length;
    this.at = to;
    if (length > WORD_COPY_BYTES_MAX) {
      this.bytes.set(from.subarray(start, end), to);
      return;
    }
    const { bytes, view } = this;
    let i = length - 4;
    for (; i >= 0; i -= 4) view.setInt32(to + i, fromView.getInt32(start + i, true), true);
    if (i === -4) return;
    if (start + i >= 0 && to + i >= 0) {
      // A word reaches over the start: what lies there is written later.
      view.setInt32(to + i, fromView.getInt32(start + i, true), true);
      return;
    }
    for (i = 0; i < (length & 3); i++) bytes[to + i] = from[start + i];
  }

  /** Length and tag of the part that was written since the writer's `length` was `before`. */
  close(before: number, tag: number): void {
    this.reserve(10);
    this.varint32(this.length - before);
    this.varint32(tag);
  }
}
