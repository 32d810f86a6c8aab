import { HTTP2_FRAME_BYTES_MAX } from '../limits.ts';
import { ConnectionFault } from './connection-fault.ts';
import { FRAME_HEAD_BYTES, FrameFlag, FrameType, Http2Code, ID_MASK, PREFACE } from './frames.ts';

/** The head of a frame. One object for all frames of a connection: nobody keeps it. */
export interface FrameHead {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  /** Of the payload. Bytes. */
  readonly length: number;
}

/** What frames are told to. All may throw `ConnectionFault`; bytes are valid during the call alone. */
export interface FrameSink {
  /** The peer has said its preface: it speaks HTTP/2. */
  prefaced(): void;
  /** A whole frame of any type but DATA: its payload is `bytes` from `from` to `to`. */
  frame(head: FrameHead, bytes: Buffer, from: number, to: number): void;
  /** A frame of DATA begins; its bytes follow as they come, without their padding. */
  dataBegan(head: FrameHead): void;
  data(bytes: Buffer, from: number, to: number): void;
  /** It is over: `data` has had all of it. */
  dataEnded(head: FrameHead): void;
}

type State = 'preface' | 'head' | 'payload' | 'padLength' | 'data' | 'padding' | 'stopped';

const METHODS = /^(GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|TRACE|CONNECT) /;

/**
 * Cuts what a socket brings into frames. DATA is handed on where it lies, a piece a chunk of the
 * socket; other frames are collected only where a chunk ends in their middle.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #head = { type: 0, flags: 0, streamId: 0, length: 0 };
  /** The beginning of a preface or of a head that a chunk cut. */
  readonly #start: Buffer = Buffer.alloc(PREFACE.length);
  #startLength = 0;
  #state: State = 'preface';
  /** The payload of a frame that a chunk cut. */
  #payload: Buffer = Buffer.alloc(0);
  #payloadLength = 0;
  #dataLeft = 0;
  #paddingLeft = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Whether the peer has not even said its preface, and what it says is a request of HTTP/1. */
  get isHttp1(): boolean {
    return (
      this.#state === 'preface' &&
      METHODS.test(this.#start.toString('latin1', 0, this.#startLength))
    );
  }

  /** What comes from now on is not looked at. */
  stop(): void {
    this.#state = 'stopped';
    this.#payload = Buffer.alloc(0);
  }

  /** Throws `ConnectionFault`, also from the sink. */
  read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#step(chunk, at);
  }

  /** Returns where it stopped. */
  #step(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(chunk, at);
      case 'data':
        return this.#readData(chunk, at);
      case 'payload':
        return this.#readPayload(chunk, at);
      case 'padLength':
        return this.#readPadLength(chunk, at);
      case 'padding':
        return this.#readPadding(chunk, at);
      case 'preface':
        return this.#readPreface(chunk, at);
      case 'stopped':
        return chunk.length;
    }
  }

  #readPreface(chunk: Buffer, at: number): number {
    const next = this.#collect(chunk, at, PREFACE.length);
    const length = this.#startLength;
    if (this.#start.compare(PREFACE, 0, length, 0, length) !== 0) {
      throw new ConnectionFault(Http2Code.protocolError, 'no preface of HTTP/2');
    }
    if (length < PREFACE.length) return next;
    this.#expectHead();
    this.#sink.prefaced();
    return next;
  }

  #readHead(chunk: Buffer, at: number): number {
    if (this.#startLength === 0 && chunk.length - at >= FRAME_HEAD_BYTES) {
      this.#begin(chunk, at);
      return at + FRAME_HEAD_BYTES;
    }
    const next = this.#collect(chunk, at, FRAME_HEAD_BYTES);
    if (this.#startLength === FRAME_HEAD_BYTES) this.#begin(this.#start, 0);
    return next;
  }

  #collect(chunk: Buffer, at: number, length: number): number {
    const count = Math.min(length - this.#startLength, chunk.length - at);
    chunk.copy(this.#start, this.#startLength, at, at + count);
    this.#startLength += count;
    return at + count;
  }

  #expectHead(): void {
    this.#startLength = 0;
    if (this.#state !== 'stopped') this.#state = 'head';
  }

  #begin(bytes: Buffer, at: number): void {
    const head = this.#head;
    head.length = bytes.readUIntBE(at, 3);
    head.type = bytes.readUInt8(at + 3);
    head.flags = bytes.readUInt8(at + 4);
    head.streamId = bytes.readUInt32BE(at + 5) & ID_MASK;
    this.#startLength = 0;
    if (head.length > HTTP2_FRAME_BYTES_MAX) {
      throw new ConnectionFault(Http2Code.frameSizeError, 'a frame that is too large');
    }
    if (head.type === FrameType.data) this.#beginData();
    else if (head.length === 0) this.#sink.frame(head, bytes, 0, 0);
    else this.#state = 'payload';
  }

  #beginData(): void {
    const head = this.#head;
    this.#sink.dataBegan(head);
    this.#paddingLeft = 0;
    this.#dataLeft = head.length;
    if ((head.flags & FrameFlag.padded) !== 0) {
      if (head.length === 0) {
        throw new ConnectionFault(Http2Code.frameSizeError, 'padding without a length');
      }
      this.#state = 'padLength';
    } else if (head.length === 0) this.#endData();
    else this.#state = 'data';
  }

  #readPadLength(chunk: Buffer, at: number): number {
    const padding = chunk.readUInt8(at);
    if (padding >= this.#head.length) {
      throw new ConnectionFault(Http2Code.protocolError, 'padding longer than its frame');
    }
    this.#paddingLeft = padding;
    this.#dataLeft = this.#head.length - 1 - padding;
    this.#nextOfData();
    return at + 1;
  }

  #readData(chunk: Buffer, at: number): number {
    const to = Math.min(chunk.length, at + this.#dataLeft);
    this.#dataLeft -= to - at;
    this.#sink.data(chunk, at, to);
    if (this.#dataLeft === 0) this.#nextOfData();
    return to;
  }

  #readPadding(chunk: Buffer, at: number): number {
    const to = Math.min(chunk.length, at + this.#paddingLeft);
    this.#paddingLeft -= to - at;
    if (this.#paddingLeft === 0) this.#nextOfData();
    return to;
  }

  #nextOfData(): void {
    if (this.#state === 'stopped') return;
    if (this.#dataLeft > 0) this.#state = 'data';
    else if (this.#paddingLeft > 0) this.#state = 'padding';
    else this.#endData();
  }

  #endData(): void {
    this.#expectHead();
    this.#sink.dataEnded(this.#head);
  }

  #readPayload(chunk: Buffer, at: number): number {
    const { length } = this.#head;
    if (this.#payloadLength === 0 && chunk.length - at >= length) {
      this.#expectHead();
      this.#sink.frame(this.#head, chunk, at, at + length);
      return at + length;
    }
    if (this.#payloadLength === 0) this.#payload = Buffer.allocUnsafe(length);
    const count = Math.min(length - this.#payloadLength, chunk.length - at);
    chunk.copy(this.#payload, this.#payloadLength, at, at + count);
    this.#payloadLength += count;
    if (this.#payloadLength === length) {
      this.#payloadLength = 0;
      this.#expectHead();
      this.#sink.frame(this.#head, this.#payload, 0, length);
    }
    return at + count;
  }
}
