import { createServer, type OutgoingHttpHeaders, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { HttpLimits, ReloadListener, ServerTls } from '@sonde/pipeline';
import { RecentObjects } from '@sonde/proto';
import type { ListenAddress } from '../listen/listen-address.ts';
import { listen } from '../listen/listener.ts';
import type { CorsSettings } from './cors.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import { Http2Connections } from './http2-connections.ts';
import { hasTooMany, refuseHeaders, UnreadableRequests } from './unreadable-requests.ts';

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
  readonly handle: (request: HttpRequest, response: HttpResponse) => void;
  /** Told of each connection beyond `connectionsMax`, which is closed at once. */
  readonly dropped: () => void;
  /** Told when connections cannot be accepted. */
  readonly failed: (error: Error) => void;
  /** Told of certificates that changed. */
  readonly certificates: ReloadListener;
}

/** How often Node looks for requests that are too slow; a timeout is late by at most that. */
const TIMEOUT_CHECK_MS_MAX = 30_000;

/** What is offered by TLS, best first. In plaintext there is HTTP/1.1 alone, as upstream. */
const PROTOCOLS: readonly string[] = ['h2', 'http/1.1'];

/**
 * Listens, keeps to the limits of time and size, and stops without losing a request. HTTP/1.1, and
 * HTTP/2 for clients that choose it by TLS's ALPN.
 */
export class HttpServer {
  readonly #settings: HttpServerSettings;
  readonly #handlers: HttpHandlers;
  readonly #inFlight: Set<HttpResponse> = new Set();
  readonly #recentRequests = new RecentObjects();
  readonly #recentResponses = new RecentObjects();
  #server: Server | undefined;
  /** Of a server with TLS. */
  #http2: Http2Connections | undefined;
  #stopReloading: () => void = () => undefined;

  constructor(settings: HttpServerSettings, handlers: HttpHandlers) {
    this.#settings = settings;
    this.#handlers = handlers;
  }

  /** Resolves to the bound address. Rejects with `SondeError` and Go's text. */
  async listen(): Promise<string> {
    const server = await this.#createServer();
    const { limits, keepAlive } = this.#settings;
    // Node would leave out those over it, and take the request. Their bytes are limited anyway.
    server.maxHeadersCount = 0;
    server.maxConnections = limits.connectionsMax;
    server.keepAliveTimeout = limits.idleTimeoutMs;
    const take = (request: HttpRequest, response: HttpResponse): void => {
      if (this.#server === undefined || !keepAlive) response.shouldKeepAlive = false;
      unreadable.began(request.socket, response);
      if (hasTooMany(request, limits)) refuseHeaders(request, response, limits);
      else this.#take(request, response);
    };
    const unreadable = new UnreadableRequests(limits);
    server.on('drop', this.#handlers.dropped);
    server.on('clientError', (error, socket) => unreadable.answer(error, socket));
    server.on('request', take);
    // A sender that asks first hears of a refusal before it sends the body.
    server.on('checkContinue', take);
    if (this.#settings.tls !== undefined) this.#speakHttp2(server);
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
    const cut = (): void => {
      server.closeAllConnections();
      this.#http2?.destroy();
    };
    deadline.addEventListener('abort', cut, { once: true });
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      this.#http2?.drain();
      if (deadline.aborted) cut();
    });
    deadline.removeEventListener('abort', cut);
  }

  #take(request: HttpRequest, response: HttpResponse): void {
    const { writeTimeoutMs } = this.#settings.limits;
    this.#inFlight.add(response);
    this.#recentRequests.keep(request);
    this.#recentResponses.keep(response);
    response.once('close', () => this.#inFlight.delete(response));
    if (writeTimeoutMs > 0) cutAfter(writeTimeoutMs, request, response);
    this.#handlers.handle(request, response);
  }

  /** Whoever chose `h2` is kept from Node's server of HTTP/1.1, which reads every connection. */
  #speakHttp2(server: Server): void {
    const { limits, keepAlive } = this.#settings;
    const take = (request: HttpRequest, response: HttpResponse): void =>
      this.#take(request, response);
    const http2 = new Http2Connections({ limits, keepAlive, take });
    this.#http2 = http2;
    const http1 = server.listeners('secureConnection');
    server.removeAllListeners('secureConnection');
    server.on('secureConnection', (socket: TLSSocket) => {
      if (socket.alpnProtocol === 'h2') http2.take(socket);
      else for (const listener of http1) Reflect.apply(listener, server, [socket]);
    });
  }

  async #createServer(): Promise<Server> {
    const { limits, tls } = this.#settings;
    const options: ServerOptions = {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: headersTimeoutMs(limits),
      requestTimeout: limits.readTimeoutMs,
      connectionsCheckingInterval: checkIntervalMs(limits),
    };
    if (tls === undefined) return createServer(options);
    const handshakeTimeout = limits.readHeaderTimeoutMs;
    const server = createTlsServer({
      ...options,
      ...(await tls.read()),
      handshakeTimeout,
      ALPNProtocols: [...PROTOCOLS],
    });
    this.#stopReloading = tls.watch(server, this.#handlers.certificates);
    return server;
  }
}

/** From the end of the request to the end of the answer, as Go's `WriteTimeout`. */
function cutAfter(timeoutMs: number, request: HttpRequest, response: HttpResponse): void {
  request.once('end', () => {
    const timer = setTimeout(() => response.destroy(), timeoutMs);
    response.once('close', () => clearTimeout(timer));
  });
}

/** Node wants it to be no longer than that of the whole request, which cuts slow headers too. */
function headersTimeoutMs({ readHeaderTimeoutMs, readTimeoutMs }: HttpLimits): number {
  return readTimeoutMs > 0 ? Math.min(readHeaderTimeoutMs, readTimeoutMs) : readHeaderTimeoutMs;
}

function checkIntervalMs({ readHeaderTimeoutMs, readTimeoutMs }: HttpLimits): number {
  const timeouts = [readHeaderTimeoutMs, readTimeoutMs].filter((timeoutMs) => timeoutMs > 0);
  return Math.max(10, Math.min(TIMEOUT_CHECK_MS_MAX, ...timeouts.map((ms) => ms / 2)));
}
