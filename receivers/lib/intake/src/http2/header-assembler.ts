import { HTTP2_CONTINUATIONS_MAX, HTTP2_HEADER_BLOCK_BYTES_MAX } from '../limits.ts';
import { ConnectionFault } from './connection-fault.ts';
import type { FrameHead } from './frame-reader.ts';
import { FrameFlag, FrameType, Http2Code, ID_MASK } from './frames.ts';

const PRIORITY_BYTES = 5;

/** A block of headers, whole. */
export interface HeaderBlock {
  readonly streamId: number;
  readonly endsStream: boolean;
  /** Its stream depends on itself, which nothing may (RFC 7540, 5.3.1). */
  readonly isOwnParent: boolean;
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

interface Begun {
  readonly streamId: number;
  readonly endsStream: boolean;
  readonly isOwnParent: boolean;
}

/** Joins a HEADERS with its CONTINUATIONs, as few and as short as the limits say. */
export class HeaderAssembler {
  /** The block that is not whole. */
  #begun: Begun | undefined;
  #parts: Buffer[] = [];
  #byteCount = 0;

  /** A block was begun: no other frame may come before its end. */
  get isOpen(): boolean {
    return this.#begun !== undefined;
  }

  /** Takes a HEADERS; returns the block when that is all of it. Throws `ConnectionFault`. */
  begin(head: FrameHead, bytes: Buffer, from: number, to: number): HeaderBlock | undefined {
    const { flags, streamId } = head;
    let [start, end] = [from, to];
    if ((flags & FrameFlag.padded) !== 0) {
      if (start === end) throw tooShort();
      end -= bytes.readUInt8(start);
      start += 1;
    }
    let isOwnParent = false;
    if ((flags & FrameFlag.priority) !== 0) {
      if (start + PRIORITY_BYTES > to) throw tooShort();
      isOwnParent = (bytes.readUInt32BE(start) & ID_MASK) === streamId;
      start += PRIORITY_BYTES;
    }
    if (start > end) {
      throw new ConnectionFault(Http2Code.protocolError, 'padding longer than its frame');
    }
    const endsStream = (flags & FrameFlag.endStream) !== 0;
    const begun = { streamId, endsStream, isOwnParent };
    if ((flags & FrameFlag.endHeaders) !== 0) return { ...begun, bytes, from: start, to: end };
    this.#begun = begun;
    this.#parts = [Buffer.from(bytes.subarray(start, end))];
    this.#byteCount = end - start;
    return undefined;
  }

  /** Takes what comes while a block is open. Throws `ConnectionFault` for anything but its rest. */
  go(head: FrameHead, bytes: Buffer, from: number, to: number): HeaderBlock | undefined {
    const begun = this.#begun;
    if (head.type !== FrameType.continuation || head.streamId !== begun?.streamId) {
      throw new ConnectionFault(Http2Code.protocolError, 'a frame in the midst of a header block');
    }
    this.#byteCount += to - from;
    if (
      this.#byteCount > HTTP2_HEADER_BLOCK_BYTES_MAX ||
      this.#parts.length > HTTP2_CONTINUATIONS_MAX
    ) {
      throw new ConnectionFault(Http2Code.enhanceYourCalm, 'a header block that is too long');
    }
    this.#parts.push(Buffer.from(bytes.subarray(from, to)));
    if ((head.flags & FrameFlag.endHeaders) === 0) return undefined;
    const whole = Buffer.concat(this.#parts);
    this.#begun = undefined;
    this.#parts = [];
    return { ...begun, bytes: whole, from: 0, to: whole.length };
  }
}

function tooShort(): ConnectionFault {
  return new ConnectionFault(Http2Code.frameSizeError, 'HEADERS of a wrong length');
}
