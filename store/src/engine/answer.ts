import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { type AnswerCompression, type AnswerEncoding, answerEncoding } from './answer-encoding.ts';
import { CODES, type EngineError, engineError } from './engine-error.ts';
import { contentType } from './formats.ts';
import { httpStatus } from './http-status.ts';
import { ProgressHead } from './progress-head.ts';
import { endAfterBody } from './refused-body.ts';
import type { StatementSummary } from './summary.ts';

/** Results up to this size are sent whole, with their final status and summary. */
const HOLD_BYTES = 1024 * 1024;
/** The same for `wait_end_of_query=1`; a larger result is streamed all the same. */
const WAIT_BYTES_MAX = 64 * 1024 * 1024;
/** A client that takes nothing for so long is gone, and must not hold a connection of the engine. */
const STALL_TIMEOUT_MS = 300_000;
/** While others wait for a connection, a client may keep the engine waiting for so long in all. */
const STALLED_MS_MAX = 30_000;
/** And no longer than this when one of the others has waited for `WAITED_MS_MAX`. */
const STALLED_MS_BUSY_MAX = 2000;
const WAITED_MS_MAX = 10_000;
const STALL_LOOK_MS = 500;
/** What a client that was given up may still take until it is cut off. */
const GIVEN_UP_MS = 5000;
const EXCEPTION_MARKER = '__exception__';

export interface AnswerOptions {
  readonly queryId: string;
  readonly timezone: string;
  readonly version: string;
  readonly waitForEnd: boolean;
  readonly compression: AnswerCompression;
}

/** How long an answer may wait for its client. */
export interface Patience {
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  /** How long others have waited for the connection that this answer holds; undefined for nobody. */
  readonly othersWaitedMs: () => number | undefined;
}

/** Many that do not read would else keep the last of a queue waiting for half a minute each. */
function stalledMsMax(othersWaitedMs: number | undefined): number {
  if (othersWaitedMs === undefined) return Number.POSITIVE_INFINITY;
  return othersWaitedMs > WAITED_MS_MAX ? STALLED_MS_BUSY_MAX : STALLED_MS_MAX;
}

function contentEncoding(encoding: AnswerEncoding | undefined): Record<string, string> {
  return encoding?.header === undefined ? {} : { 'Content-Encoding': encoding.header };
}

/** The block at the end of a broken stream by which clients know the error (ClickHouse 25.11). */
function exceptionBlock(text: string, tag: string): Buffer {
  const message = Buffer.from(`${text}\n`);
  return Buffer.concat([
    Buffer.from(`\r\n${EXCEPTION_MARKER}\r\n${tag}\r\n`),
    message,
    Buffer.from(`${message.length} ${tag}\r\n${EXCEPTION_MARKER}\r\n`),
  ]);
}

/**
 * One answer in ClickHouse's form. Held back while it is small, so that an error that comes late
 * still has its status; streamed with the client's own speed once it is not.
 */
export class Answer {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: AnswerOptions;
  readonly #holdBytes: number;
  readonly #tag = randomBytes(8).toString('hex');
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #format = '';
  readonly #progress: ProgressHead;
  #out: Writable | undefined;
  /** Where encoded bytes go: the response, or what stands for it once progress was reported. */
  #target: Writable | undefined;
  #broken = false;
  #stalledMs = 0;

  constructor(request: IncomingMessage, response: ServerResponse, options: AnswerOptions) {
    this.#request = request;
    this.#response = response;
    this.#options = options;
    this.#progress = new ProgressHead(response);
    this.#holdBytes = options.waitForEnd ? WAIT_BYTES_MAX : HOLD_BYTES;
  }

  set format(format: string) {
    this.#format = format;
  }

  /** One more header of progress, as long as no byte of the answer is sent. */
  reportProgress(progress: string): void {
    if (this.#target === undefined) this.#progress.report(this.#baseHeaders(), progress);
  }

  /**
   * Takes a piece of the result; waits while the client is slower than the engine. Throws
   * `EngineError` 209 when it takes nothing for five minutes, or too slowly while others wait.
   */
  async write(piece: Uint8Array, summary: StatementSummary, patience: Patience): Promise<void> {
    if (this.#out === undefined) {
      this.#held.push(piece);
      this.#heldBytes += piece.length;
      if (this.#heldBytes <= this.#holdBytes) return;
      this.#out = this.#startStream(summary);
      for (const held of this.#held.splice(0)) this.#out.write(held);
    } else {
      this.#out.write(piece);
    }
    if (this.#out.writableNeedDrain) await this.#drained(this.#out, patience);
  }

  async #drained(out: Writable, { signal, othersWaitedMs }: Patience): Promise<void> {
    const giveUp = new AbortController();
    const begin = performance.now();
    const look = setInterval(() => {
      const waitedMs = performance.now() - begin;
      const tooSlow = this.#stalledMs + waitedMs > stalledMsMax(othersWaitedMs());
      if (tooSlow || waitedMs > STALL_TIMEOUT_MS) giveUp.abort();
    }, STALL_LOOK_MS);
    try {
      await once(out, 'drain', { signal: AbortSignal.any([signal, giveUp.signal]) });
    } catch (error) {
      if (!giveUp.signal.aborted) throw error;
      throw engineError(CODES.socketTimeout, 'The answer was read too slowly', error);
    } finally {
      clearInterval(look);
      this.#stalledMs += performance.now() - begin;
    }
  }

  async end(summary: StatementSummary): Promise<void> {
    if (this.#out !== undefined) {
      this.#out.end();
      return;
    }
    const body = Buffer.concat(this.#held.splice(0), this.#heldBytes);
    const encoding = this.#encoding();
    const headers = this.#resultHeaders(summary);
    if (encoding === undefined || body.length < encoding.bytesMin) {
      this.#open(200, { ...headers, 'Content-Length': body.length }).end(body);
      return;
    }
    const compressing = encoding.encoder();
    compressing.pipe(this.#open(200, { ...headers, ...contentEncoding(encoding) }));
    compressing.end(body);
  }

  /** Before the first byte: the error's status and text; after it: the exception block, then a cut. */
  fail(error: EngineError): void {
    if (this.#out !== undefined) {
      this.#cut(error);
      return;
    }
    if (this.#response.headersSent || this.#response.destroyed) return;
    const text = Buffer.from(`${this.#withVersion(error.text)}\n`);
    const out = this.#open(httpStatus(error.code), {
      ...this.#baseHeaders(),
      'X-ClickHouse-Exception-Code': String(error.code),
      'Content-Type': 'text/plain; charset=UTF-8',
      'Content-Length': text.length,
      // What is left of the request's body is not worth reading.
      ...(this.#request.complete ? {} : { Connection: 'close' }),
    });
    const isEarly = !this.#request.complete && !this.#request.destroyed;
    if (!isEarly || out !== this.#response) {
      out.end(text);
      return;
    }
    out.write(text);
    endAfterBody(this.#request, this.#response);
  }

  /** Sends the head. Once progress was reported its status is 200 and some headers are out. */
  #open(status: number, headers: Record<string, string | number>): Writable {
    if (this.#progress.started) {
      const sent = new Set(Object.keys(this.#baseHeaders()));
      const left = Object.entries(headers).filter(
        ([name]) => !sent.has(name) && name !== 'Content-Length' && name !== 'Connection',
      );
      this.#target = this.#progress.finish(Object.fromEntries(left));
    } else {
      this.#response.writeHead(status, headers);
      this.#target = this.#response;
    }
    return this.#target;
  }

  #startStream(summary: StatementSummary): Writable {
    const encoding = this.#encoding();
    const headers = { ...this.#resultHeaders(summary), ...contentEncoding(encoding) };
    const target = this.#open(200, headers);
    if (encoding === undefined) return target;
    const compressing = encoding.encoder();
    compressing.pipe(target, { end: false });
    compressing.once('end', () => {
      if (this.#broken) this.#response.socket?.end();
      else target.end();
    });
    return compressing;
  }

  /** The missing last chunk tells a client that does not know the block that the answer is broken. */
  #cut(error: EngineError): void {
    const block = exceptionBlock(this.#withVersion(error.text), this.#tag);
    const out = this.#out;
    if (out === undefined || this.#response.destroyed) return;
    this.#broken = true;
    if (error.code === CODES.socketTimeout) this.#destroyLater();
    if (out === this.#target) out.write(block, () => this.#response.socket?.end());
    else out.end(block);
  }

  /** A client that does not read would keep its socket, and what lies before it, for ever. */
  #destroyLater(): void {
    const response = this.#response;
    const timer = setTimeout(() => response.destroy(), GIVEN_UP_MS);
    response.once('close', () => clearTimeout(timer));
  }

  #encoding(): AnswerEncoding | undefined {
    const accepted = String(this.#request.headers['accept-encoding'] ?? '');
    return answerEncoding(this.#options.compression, accepted);
  }

  #withVersion(text: string): string {
    return text.includes('(version ') ? text : `${text} (version ${this.#options.version})`;
  }

  #baseHeaders(): Record<string, string> {
    return {
      'X-ClickHouse-Query-Id': this.#options.queryId,
      'X-ClickHouse-Server-Display-Name': 'sonde',
      'X-ClickHouse-Timezone': this.#options.timezone,
      'X-ClickHouse-Exception-Tag': this.#tag,
      'Cache-Control': 'no-store',
    };
  }

  #resultHeaders(summary: StatementSummary): Record<string, string> {
    return {
      ...this.#baseHeaders(),
      'X-ClickHouse-Format': this.#format,
      'X-ClickHouse-Summary': summary.header(),
      'Content-Type': contentType(this.#format),
    };
  }
}
