import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Component, type Host, HTTP_LIMITS, listenAddress } from '@sonde/pipeline';
import type { ZpagesConfig } from './config.ts';
import { PAGES } from './pages.ts';

/** People open few connections. */
const CONNECTIONS_MAX = 64;
const REQUEST_TIMEOUT_MS = 10_000;

const HTML = 'text/html; charset=utf-8';
const PLAIN = 'text/plain; charset=utf-8';
const PREFIX = '/debug/';

/** Serves pages about the service itself. */
export class Zpages implements Component {
  readonly #config: ZpagesConfig;
  readonly #server: Server;
  #host: Host | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(config: ZpagesConfig) {
    this.#config = config;
    this.#server = createServer(
      {
        headersTimeout: REQUEST_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        keepAliveTimeout: HTTP_LIMITS.idleTimeoutMs,
        maxHeaderSize: HTTP_LIMITS.headerBytesMax,
      },
      (request, response) => this.#answer(request, response),
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Where it listens; undefined before it has started. */
  get address(): AddressInfo | undefined {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? undefined : address;
  }

  start(host: Host): Promise<void> {
    this.#starting ??= this.#listen(host);
    return this.#starting;
  }

  shutdown(): Promise<void> {
    this.#stopping ??= this.#close();
    return this.#stopping;
  }

  #listen(host: Host): Promise<void> {
    this.#host = host;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(listenAddress(this.#config.endpoint), () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => host.reportStatus({ state: 'permanent', error }));
        resolve();
      });
    });
  }

  async #close(): Promise<void> {
    if (this.#starting === undefined) return;
    // A start that failed has left nothing open.
    await Promise.allSettled([this.#starting]);
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const name = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : '';
    if (path === '/' || path === PREFIX) {
      send(response, { status: 302, type: PLAIN, body: '', location: `${PREFIX}servicez` });
    } else if (name === 'expvarz' && this.#config.expvar) {
      const body = JSON.stringify({ memory: process.memoryUsage(), argv0: process.title });
      send(response, { status: 200, type: 'application/json', body });
    } else {
      const page = this.#page(name);
      if (page === undefined) send(response, { status: 404, type: PLAIN, body: NOT_FOUND });
      else send(response, { status: 200, type: HTML, body: page });
    }
  }

  #page(name: string): string | undefined {
    if (this.#host === undefined) return undefined;
    return PAGES.get(name)?.({
      outline: this.#host.serviceOutline(),
      status: this.#host.serviceStatus(),
    });
  }
}

const NOT_FOUND = `404 page not found; there are ${[...PAGES.keys()]
  .map((name) => PREFIX + name)
  .join(', ')}\n`;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly location?: string;
}

function send(response: ServerResponse, { status, type, body, location }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    ...(location === undefined ? {} : { location }),
  });
  response.end(body);
}
