import { SondeError } from '@sonde/pipeline';
import type { InFlightAccount } from '../in-flight-bytes.ts';
import { MESSAGE_SLACK_BYTES } from '../limits.ts';
import { notServed, unreadable } from './wire-fault.ts';

/** One byte that says whether the message is packed, four bytes of its length. */
const HEAD_BYTES = 5;

/** A frame shorter than this is copied: an object for each of a million bytes would be a bomb. */
const KEPT_CHUNK_BYTES_MIN = 4096;

export interface ReceivedMessage {
  readonly isPacked: boolean;
  readonly bytes: Buffer;
}

/**
 * The one message of a unary call, from the frames it comes in (gRPC over HTTP2,
 * "Length-Prefixed-Message").
 *
 * What it holds is what has arrived, and at most `MESSAGE_SLACK_BYTES` more, however small the frames
 * are and whatever length is declared; the account takes it as it comes.
 */
export class MessageReader {
  readonly #bytesMax: number;
  readonly #account: InFlightAccount;
  readonly #head: Buffer = Buffer.alloc(HEAD_BYTES);
  #headLength = 0;
  #length = 0;
  #received = 0;
  readonly #parts: Buffer[] = [];
  /** Where small frames are copied to; `#parts` has what lies before `#pendingFrom`. */
  #pending: Buffer = Buffer.alloc(0);
  #pendingFrom = 0;
  #pendingTo = 0;

  constructor(bytesMax: number, account: InFlightAccount) {
    this.#bytesMax = bytesMax;
    this.#account = account;
  }

  /** Throws `TOO_LARGE`, `OVERLOADED`, or a `WireFault` for what is no single message. */
  take(chunk: Buffer): void {
    const rest = this.#headLength < HEAD_BYTES ? this.#takeHead(chunk) : chunk;
    if (rest.length === 0) return;
    this.#received += rest.length;
    if (this.#received > this.#length) throw notServed('a unary call has one message');
    this.#account.take(rest.length);
    this.#keep(rest);
  }

  /** The message. Throws a `WireFault` when it is cut or missing. */
  finish(): ReceivedMessage {
    if (this.#headLength === 0) throw notServed('a unary call has one message, and this one none');
    if (this.#headLength < HEAD_BYTES || this.#received < this.#length) {
      throw unreadable('the message is cut');
    }
    this.#flush();
    return { isPacked: this.#head[0] === 1, bytes: this.#whole() };
  }

  /** Returns what follows the head. */
  #takeHead(chunk: Buffer): Buffer {
    const count = chunk.copy(this.#head, this.#headLength, 0, HEAD_BYTES - this.#headLength);
    this.#headLength += count;
    if (this.#headLength === HEAD_BYTES) {
      this.#length = this.#head.readUInt32BE(1);
      if (this.#head.readUInt8(0) > 1) throw unreadable('a message flag that is not 0 or 1');
      if (this.#length > this.#bytesMax) throw messageTooLarge(this.#length, this.#bytesMax);
    }
    return chunk.subarray(count);
  }

  #keep(chunk: Buffer): void {
    if (chunk.length >= KEPT_CHUNK_BYTES_MIN) {
      this.#flush();
      this.#parts.push(chunk);
      return;
    }
    let from = 0;
    while (from < chunk.length) {
      if (this.#pendingTo === this.#pending.length) this.#renew();
      const count = chunk.copy(this.#pending, this.#pendingTo, from);
      this.#pendingTo += count;
      from += count;
    }
  }

  #renew(): void {
    this.#flush();
    const missing = this.#length - this.#received + KEPT_CHUNK_BYTES_MIN;
    this.#pending = Buffer.allocUnsafeSlow(Math.min(MESSAGE_SLACK_BYTES, missing));
    this.#pendingFrom = 0;
    this.#pendingTo = 0;
  }

  #flush(): void {
    if (this.#pendingTo === this.#pendingFrom) return;
    this.#parts.push(this.#pending.subarray(this.#pendingFrom, this.#pendingTo));
    this.#pendingFrom = this.#pendingTo;
  }

  #whole(): Buffer {
    const [only] = this.#parts;
    // A part of a socket's buffer would keep all of that alive while the pipeline has the request.
    if (
      only !== undefined &&
      this.#parts.length === 1 &&
      only.buffer.byteLength < 2 * only.length
    ) {
      return only;
    }
    return Buffer.concat(this.#parts, this.#length);
  }
}

/** The words of gRPC's Go server. */
function messageTooLarge(length: number, bytesMax: number): SondeError {
  const words = `grpc: received message larger than max (${length} vs. ${bytesMax})`;
  return new SondeError('TOO_LARGE', words);
}

/** The words of gRPC's Go server. */
export function unpackedTooLarge(bytesMax: number): SondeError {
  const words = `grpc: received message after decompression larger than max ${bytesMax}`;
  return new SondeError('TOO_LARGE', words);
}

/** A message as it travels, not packed. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEAD_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, HEAD_BYTES);
  return frame;
}
