import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { TRACE_SERVICE } from './grpc-client.ts';
import { FrameTypes, frame, literals, PREFACE } from './http2-frames.ts';

const HEAD_BYTES = 9;

/** The headers of a call. */
export const CALL: Buffer = literals({
  ':method': 'POST',
  ':scheme': 'http',
  ':path': `/${TRACE_SERVICE}/Export`,
  'content-type': 'application/grpc',
  te: 'trailers',
});

export interface ReceivedFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A client that may send anything: HTTP/2 frame by frame. */
export class RawHttp2 {
  readonly socket: Socket;
  readonly frames: ReceivedFrame[] = [];
  /** The server has ended its side. */
  readonly ended: Promise<void>;
  readonly closed: Promise<void>;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(address: string, options: { readonly allowHalfOpen?: boolean } = {}) {
    const { port } = new URL(`http://${address}`);
    this.socket = connect({ ...options, port: Number(port), host: '127.0.0.1' });
    onTestFinished(() => void this.socket.destroy());
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.ended = new Promise((resolve) => this.socket.once('end', () => resolve()));
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  /** One that has said its preface and its settings. */
  static greeting(address: string, settings?: Buffer): RawHttp2 {
    const client = new RawHttp2(address);
    client.send(
      PREFACE,
      frame({ type: FrameTypes.settings, payload: settings ?? Buffer.alloc(0) }),
    );
    return client;
  }

  send(...pieces: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(pieces));
  }

  /** The first such frame, once it has come. Rejects when the connection closes before. */
  async got(isWanted: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame> {
    for (;;) {
      const found = this.frames.find(isWanted);
      if (found !== undefined) return found;
      if (this.socket.destroyed) throw new Error('closed before such a frame');
      await Promise.race([once(this.socket, 'data'), this.closed]);
    }
  }

  /** Its code and words. */
  async goodbye(): Promise<{ code: number; words: string }> {
    const { payload } = await this.got(({ type }) => type === FrameTypes.goAway);
    return { code: payload.readUInt32BE(4), words: payload.subarray(8).toString() };
  }

  /** The code that a stream was reset with. */
  async reset(stream: number): Promise<number> {
    const { payload } = await this.got(
      (got) => got.type === FrameTypes.resetStream && got.stream === stream,
    );
    return payload.readUInt32BE(0);
  }

  /** All that was sent before has been read. */
  async pong(): Promise<void> {
    const payload = Buffer.from('arrived?');
    this.send(frame({ type: FrameTypes.ping, payload }));
    await this.got((got) => got.type === FrameTypes.ping && got.payload.equals(payload));
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= HEAD_BYTES) {
      const length = this.#bytes.readUIntBE(0, 3);
      if (this.#bytes.length < HEAD_BYTES + length) return;
      this.frames.push({
        type: this.#bytes.readUInt8(3),
        flags: this.#bytes.readUInt8(4),
        stream: this.#bytes.readUInt32BE(5),
        payload: this.#bytes.subarray(HEAD_BYTES, HEAD_BYTES + length),
      });
      this.#bytes = this.#bytes.subarray(HEAD_BYTES + length);
    }
  }
}
