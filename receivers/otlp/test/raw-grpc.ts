import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { onTestFinished } from 'vitest';
import { TRACE_SERVICE } from './grpc-client.ts';

/** A message as it travels. */
export function framed(message: Uint8Array, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

export interface RawAnswer {
  /** Headers, and the trailers over them. */
  readonly headers: IncomingHttpHeaders;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly body: Buffer;
}

/** HTTP/2 written by hand: what no client library would send. */
export class RawGrpc {
  readonly session: ClientHttp2Session;

  constructor(address: string) {
    this.session = connect(`http://${address}`);
    this.session.on('error', () => undefined);
    onTestFinished(() => this.session.destroy());
  }

  open(headers: OutgoingHttpHeaders = {}): ClientHttp2Stream {
    const stream = this.session.request({
      ':method': 'POST',
      ':path': `/${TRACE_SERVICE}/Export`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    stream.on('error', () => undefined);
    return stream;
  }

  /** Each piece is a write of its own, and an END_STREAM after the last. */
  async call(pieces: readonly Buffer[], headers: OutgoingHttpHeaders = {}): Promise<RawAnswer> {
    const stream = this.open(headers);
    const answer = answerOf(stream);
    for (const piece of pieces) {
      if (stream.destroyed || stream.writableEnded) break;
      await new Promise<void>((resolve) => stream.write(piece, () => resolve()));
    }
    stream.end();
    return await answer;
  }

  /** Resolves when the server says goodbye, with its code and its words. */
  goodbye(): Promise<{ code: number; lastStreamId: number; words: string }> {
    return new Promise((resolve) => {
      this.session.on('goaway', (code: number, lastStreamId: number, words?: Uint8Array) => {
        resolve({ code, lastStreamId, words: Buffer.from(words ?? []).toString() });
      });
    });
  }

  /** Resolves when the server has said its settings: no ping can be sent before. */
  connected(): Promise<void> {
    return new Promise((resolve) => this.session.once('remoteSettings', () => resolve()));
  }

  closed(): Promise<void> {
    return new Promise((resolve) => this.session.once('close', () => resolve()));
  }

  ping(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.session.ping((error) => (error === null ? resolve() : reject(error)));
    });
  }
}

/** What a stream got until it closed. */
export function answerOf(stream: ClientHttp2Stream): Promise<RawAnswer> {
  const headers: IncomingHttpHeaders = {};
  const chunks: Buffer[] = [];
  stream.on('response', (received) => Object.assign(headers, received));
  stream.on('trailers', (received) => Object.assign(headers, received));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    stream.once('close', () => {
      const status = headers[':status'];
      const code = headers['grpc-status'];
      resolve({
        headers,
        status: typeof status === 'number' ? status : undefined,
        code: typeof code === 'string' ? code : undefined,
        body: Buffer.concat(chunks),
      });
    });
  });
}
