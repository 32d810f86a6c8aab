import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { HTTP_LIMITS, listenAddress, listenProblem, ServerTls, SondeError } from '@sonde/pipeline';
import type { PrometheusConfig } from './config.ts';
import { negotiate } from './exposition/negotiate.ts';
import { writeFamily } from './exposition/write-family.ts';
import type { PrometheusEvents } from './prometheus-events.ts';
import type { SeriesStore } from './series/series-store.ts';

/** Pages written at once; the next request is told to come back. */
export const PAGES_MAX = 16;
/** Text that is put together before it is sent. */
const CHUNK_CHARACTERS = 64 * 1024;
const PATH = '/metrics';

export interface PageServerOptions {
  readonly config: PrometheusConfig;
  readonly store: SeriesStore;
  readonly events: PrometheusEvents;
}

/** Serves `/metrics`. */
export class PageServer {
  readonly #options: PageServerOptions;
  #server: Server | undefined;
  #unwatch: (() => void) | undefined;
  #open = 0;

  constructor(options: PageServerOptions) {
    this.#options = options;
  }

  get address(): AddressInfo | undefined {
    const address = this.#server?.address() ?? null;
    return address === null || typeof address === 'string' ? undefined : address;
  }

  /** Rejects with `SondeError` when the port or the certificates cannot be used. */
  async start(): Promise<void> {
    const limits = {
      headersTimeout: HTTP_LIMITS.readHeaderTimeoutMs,
      requestTimeout: HTTP_LIMITS.readTimeoutMs,
      keepAliveTimeout: HTTP_LIMITS.idleTimeoutMs,
      maxHeaderSize: HTTP_LIMITS.headerBytesMax,
    };
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#answer(request, response);
    const server = await this.#create(limits, answer);
    server.maxConnections = HTTP_LIMITS.connectionsMax;
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => {
        reject(new SondeError('UNAVAILABLE', listenProblem(error), { cause: error }));
      };
      server.once('error', fail);
      server.listen(listenAddress(this.#options.config.endpoint), () => {
        server.off('error', fail);
        resolve();
      });
    });
    this.#server = server;
  }

  async #create(
    limits: ServerOptions,
    answer: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<Server> {
    const { config, events } = this.#options;
    if (config.tls === undefined) return createServer(limits, answer);
    const tls = new ServerTls(config.tls);
    const server = createTlsServer({ ...limits, ...(await tls.read()) }, answer);
    this.#unwatch = tls.watch(server, {
      reloaded: () => events.certificatesReloaded(),
      failed: (error) => events.certificatesFailed(error.message),
    });
    return server;
  }

  /** Pages that are being written are finished until `deadline` aborts. */
  async close(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    this.#unwatch?.();
    if (server === undefined) return;
    const cut = (): void => server.closeAllConnections();
    deadline.addEventListener('abort', cut, { once: true });
    await new Promise<void>((resolve) => {
      if (!server.listening) resolve();
      server.close(() => resolve());
      server.closeIdleConnections();
      if (deadline.aborted) cut();
    });
    deadline.removeEventListener('abort', cut);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { config, events } = this.#options;
    for (const [name, value] of Object.entries(config.response_headers)) {
      response.setHeader(name, value);
    }
    if (new URL(request.url ?? '/', 'http://localhost').pathname !== PATH) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('404 page not found\n');
      return;
    }
    if (this.#open >= PAGES_MAX) {
      events.page('busy');
      response.writeHead(503, { 'retry-after': '1' }).end('too many requests at once\n');
      return;
    }
    this.#open += 1;
    try {
      await this.#write(request, response);
      events.page('served');
    } catch {
      // The reader went away; it gets the next page.
      events.page('failed');
      response.destroy();
    } finally {
      this.#open -= 1;
    }
  }

  async #write(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { config } = this.#options;
    const format = negotiate(request.headers.accept ?? '', config.enable_open_metrics);
    response.setHeader('content-type', format.contentType);
    const source = Readable.from(this.#chunks({ format, sendTimestamps: config.send_timestamps }));
    const gzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(
      String(request.headers['accept-encoding'] ?? ''),
    );
    if (!gzip) {
      await pipeline(source, response);
      return;
    }
    response.setHeader('content-encoding', 'gzip');
    await pipeline(source, createGzip(), response);
  }

  *#chunks(options: Parameters<typeof writeFamily>[1]): Generator<Buffer> {
    let text = '';
    for (const family of this.#options.store.families(Date.now())) {
      text += writeFamily(family, options);
      if (text.length < CHUNK_CHARACTERS) continue;
      yield Buffer.from(text);
      text = '';
    }
    if (options.format.openMetrics) text += '# EOF\n';
    yield Buffer.from(text);
  }
}
