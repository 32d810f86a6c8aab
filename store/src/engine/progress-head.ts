import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';

/** Lines of progress before one answer; a statement that runs longer reports no more. */
const PROGRESS_LINES_MAX = 10_000;

type Headers = Readonly<Record<string, string | number>>;

function lines(headers: Headers): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

/**
 * A response whose head is sent in pieces: a line `X-ClickHouse-Progress` now and then, so that
 * whatever lies between does not take a long statement for a dead connection. Node sends a head in
 * one piece only, so these bytes go past it, and the connection ends with the answer.
 *
 *   HTTP/1.1 200 OK, headers      with the first line of progress
 *   X-ClickHouse-Progress: ...    any number of them
 *   more headers, chunked body    `finish`
 */
export class ProgressHead {
  readonly #response: ServerResponse;
  #lines = 0;
  #finished = false;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** The status 200 is out: a failure can only be told by a header and the body. */
  get started(): boolean {
    return this.#lines > 0;
  }

  report(headers: Headers, progress: string): void {
    const { socket } = this.#response;
    const over = this.#finished || this.#response.headersSent || this.#lines >= PROGRESS_LINES_MAX;
    if (over || socket === null || socket.destroyed) return;
    const head = this.#lines === 0 ? `HTTP/1.1 200 OK\r\n${lines(headers)}` : '';
    this.#lines++;
    socket.write(`${head}X-ClickHouse-Progress: ${progress}\r\n`);
  }

  /** Ends the head with the headers that were not sent yet; the body goes into what it returns. */
  finish(headers: Headers): Writable {
    this.#finished = true;
    const { socket } = this.#response;
    const last = { ...headers, 'Transfer-Encoding': 'chunked', Connection: 'close' };
    socket?.write(`${lines(last)}\r\n`);
    const body = new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (socket === null || socket.destroyed) {
          done(new Error('the client left'));
          return;
        }
        if (chunk.length === 0) {
          done();
          return;
        }
        socket.write(`${chunk.length.toString(16)}\r\n`);
        socket.write(chunk);
        socket.write('\r\n', done);
      },
      final(done) {
        socket?.end('0\r\n\r\n');
        done();
      },
    });
    // The client left: `leaving` stops the statement when the connection closes.
    body.on('error', () => socket?.destroy());
    return body;
  }
}
