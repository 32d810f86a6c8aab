import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { HttpLimits, ReloadListener, ServerTls } from '@sonde/pipeline';
import type { ListenAddress } from '../listen/listen-address.ts';
import { listen } from '../listen/listener.ts';
import type { CorsSettings } from './cors.ts';

export interface HttpServerSettings {
  readonly address: ListenAddress;
  readonly limits: HttpLimits;
  readonly tls: ServerTls | undefined;
  readonly cors: CorsSettings | undefined;
  /** `Content-Encoding`s that are taken, '' for none. */
  readonly contentEncodings: readonly string[];
  /** Sent with every answer. */
  readonly responseHeaders: OutgoingHttpHeaders;
  readonly keepAlive: boolean;
  /** Whether the headers of a request travel with its data. */
  readonly includesMetadata: boolean;
}

export interface HttpHandlers {
  /** Answers a request; never throws. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Told of each connection beyond `connectionsMax`, which is closed at once. */
  readonly dropped: () => void;
  /** Told when connections cannot be accepted. */
  readonly failed: (error: Error) => void;
  /** Told of certificates that changed. */
  readonly certificates: ReloadListener;
}

/** How often Node looks for requests that are too slow; a timeout is late by at most that. */
const TIMEOUT_CHECK_MS_MAX = 30_000;

/** Listens, keeps to the limits of time and size, and stops without losing a request. */
export class HttpServer {
  readonly #settings: HttpServerSettings;
  readonly #handlers: HttpHandlers;
  readonly #inFlight: Set<ServerResponse> = new Set();
  #server: Server | undefined;
  #stopReloading: () => void = () => undefined;

  constructor(settings: HttpServerSettings, handlers: HttpHandlers) {
    this.#settings = settings;
    this.#handlers = handlers;
  }

  /** Resolves to the bound address. Rejects with `SondeError` and Go's text. */
  async listen(): Promise<string> {
    const server = await this.#createServer();
    const { limits, keepAlive } = this.#settings;
    server.maxHeadersCount = limits.headersMax;
    server.maxConnections = limits.connectionsMax;
    server.keepAliveTimeout = limits.idleTimeoutMs;
    const take = (request: IncomingMessage, response: ServerResponse): void => {
      if (this.#server === undefined || !keepAlive) response.shouldKeepAlive = false;
      this.#inFlight.add(response);
      response.once('close', () => this.#inFlight.delete(response));
      if (limits.writeTimeoutMs > 0) cutAfter(limits.writeTimeoutMs, request, response);
      this.#handlers.handle(request, response);
    };
    server.on('drop', this.#handlers.dropped);
    server.on('request', take);
    // A sender that asks first hears of a refusal before it sends the body.
    server.on('checkContinue', take);
    this.#server = server;
    return await listen(server, this.#settings.address, this.#handlers.failed);
  }

  /** Takes no new connections, answers what is in flight; cuts it when `deadline` aborts. */
  async close(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#stopReloading();
    // A connection that stays open after its answer would keep the server from closing.
    for (const response of this.#inFlight) response.shouldKeepAlive = false;
    const cut = (): void => server.closeAllConnections();
    deadline.addEventListener('abort', cut, { once: true });
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      if (deadline.aborted) cut();
    });
    deadline.removeEventListener('abort', cut);
  }

  async #createServer(): Promise<Server> {
    const { limits, tls } = this.#settings;
    const options: ServerOptions = {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.readHeaderTimeoutMs,
      requestTimeout: limits.readTimeoutMs,
      connectionsCheckingInterval: checkIntervalMs(limits),
    };
    if (tls === undefined) return createServer(options);
    const handshakeTimeout = limits.readHeaderTimeoutMs;
    const server = createTlsServer({ ...options, ...(await tls.read()), handshakeTimeout });
    this.#stopReloading = tls.watch(server, this.#handlers.certificates);
    return server;
  }
}

/** From the end of the request to the end of the answer, as Go's `WriteTimeout`. */
function cutAfter(timeoutMs: number, request: IncomingMessage, response: ServerResponse): void {
  request.once('end', () => {
    const timer = setTimeout(() => response.destroy(), timeoutMs);
    response.once('close', () => clearTimeout(timer));
  });
}

function checkIntervalMs({ readHeaderTimeoutMs, readTimeoutMs }: HttpLimits): number {
  const timeouts = [readHeaderTimeoutMs, readTimeoutMs].filter((timeoutMs) => timeoutMs > 0);
  return Math.max(10, Math.min(TIMEOUT_CHECK_MS_MAX, ...timeouts.map((ms) => ms / 2)));
}
