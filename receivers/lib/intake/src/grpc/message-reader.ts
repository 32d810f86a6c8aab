import { SondeError } from '@sonde/pipeline';
import type { InFlightAccount } from '../in-flight-bytes.ts';
import { MESSAGE_BYTES_PER_BYTE_RECEIVED, MESSAGE_FIRST_BYTES } from '../limits.ts';
import { notServed, unreadable } from './wire-fault.ts';

/** One byte that says whether the message is packed, four bytes of its length. */
const HEAD_BYTES = 5;

const NOTHING: Buffer = Buffer.alloc(0);

export interface ReceivedMessage {
  readonly isPacked: boolean;
  readonly bytes: Buffer;
}

/**
 * The one message of a unary call, from the frames it comes in (gRPC over HTTP2,
 * "Length-Prefixed-Message"), copied once to where it stays.
 *
 * Whatever length is declared, it holds `MESSAGE_FIRST_BYTES` or a few times what has arrived
 * (`MESSAGE_BYTES_PER_BYTE_RECEIVED`), and the account pays for what it holds.
 */
export class MessageReader {
  readonly #bytesMax: number;
  #account: InFlightAccount | undefined;
  #headLength = 0;
  #flag = 0;
  #length = 0;
  #bytes: Buffer = NOTHING;
  #received = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The account pays from now on, also for what is held. Throws `OVERLOADED`. */
  payFrom(account: InFlightAccount): void {
    account.take(this.#bytes.length);
    this.#account = account;
  }

  /** Throws `TOO_LARGE`, `OVERLOADED`, or a `WireFault` for what is no single message. */
  take(chunk: Buffer, from: number, to: number): void {
    const start = this.#headLength < HEAD_BYTES ? this.#takeHead(chunk, from, to) : from;
    if (start === to) return;
    const received = this.#received + to - start;
    if (received > this.#length) throw notServed('a unary call has one message');
    if (received > this.#bytes.length) this.#grow(received);
    chunk.copy(this.#bytes, this.#received, start, to);
    this.#received = received;
  }

  /** The message. Throws a `WireFault` when it is cut or missing. */
  finish(): ReceivedMessage {
    if (this.#headLength === 0) throw notServed('a unary call has one message, and this one none');
    if (this.#headLength < HEAD_BYTES || this.#received < this.#length) {
      throw unreadable('the message is cut');
    }
    return { isPacked: this.#flag === 1, bytes: this.#bytes };
  }

  /** Returns where the message itself begins. */
  #takeHead(chunk: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to && this.#headLength < HEAD_BYTES) {
      const byte = chunk.readUInt8(at);
      if (this.#headLength === 0) this.#flag = byte;
      else this.#length = this.#length * 0x100 + byte;
      this.#headLength += 1;
      at += 1;
    }
    if (this.#headLength === HEAD_BYTES) {
      if (this.#flag > 1) throw unreadable('a message flag that is not 0 or 1');
      if (this.#length > this.#bytesMax) throw messageTooLarge(this.#length, this.#bytesMax);
    }
    return at;
  }

  #grow(received: number): void {
    const wanted = Math.max(MESSAGE_FIRST_BYTES, MESSAGE_BYTES_PER_BYTE_RECEIVED * received);
    const length = Math.min(this.#length, wanted);
    this.#account?.take(length - this.#bytes.length);
    const bytes = Buffer.allocUnsafeSlow(length);
    this.#bytes.copy(bytes, 0, 0, this.#received);
    this.#bytes = bytes;
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
