import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { HttpLimits } from '@sonde/pipeline';
import type { Signal } from '@sonde/proto';
import type { ListenAddress } from '../listen/listen-address.ts';
import { listen } from '../listen/listener.ts';
import type { TlsFiles } from '../listen/tls-files.ts';
import type { CorsSettings } from './cors.ts';

export interface HttpServerSettings {
  readonly address: ListenAddress;
  readonly limits: HttpLimits;
  readonly tls: TlsFiles | undefined;
  readonly cors: CorsSettings | undefined;
  readonly paths: ReadonlyMap<string, Signal>;
  /** `Content-Encoding`s that are taken, '' for none. */
  readonly contentEncodings: readonly string[];
  /** Sent with every answer. */
  readonly responseHeaders: OutgoingHttpHeaders;
  readonly keepAlive: boolean;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** How often Node looks for requests that are too slow; a timeout is late by at most that. */
const TIMEOUT_CHECK_MS_MAX = 30_000;

/** Listens, keeps to the limits of time and size, and stops without losing a request. */
export class OtlpHttpServer {
  readonly #settings: HttpServerSettings;
  readonly #handle: RequestHandler;
  #server: Server | undefined;
  #isClosing = false;

  constructor(settings: HttpServerSettings, handle: RequestHandler) {
    this.#settings = settings;
    this.#handle = handle;
  }

  /** Resolves to the bound address. Rejects with `SondeError` and Go's text. */
  async listen(): Promise<string> {
    const server = await this.#createServer();
    const { limits, keepAlive } = this.#settings;
    server.maxHeadersCount = limits.headersMax;
    server.maxConnections = limits.connectionsMax;
    server.keepAliveTimeout = limits.idleTimeoutMs;
    const take = (request: IncomingMessage, response: ServerResponse): void => {
      if (this.#isClosing || !keepAlive) response.shouldKeepAlive = false;
      response.setTimeout(0);
      this.#handle(request, response);
    };
    server.on('request', take);
    // A sender that asks first hears of a refusal before it sends the body.
    server.on('checkContinue', take);
    this.#server = server;
    return await listen(server, this.#settings.address);
  }

  /** Takes no new connections, answers what is in flight; cuts it when `deadline` aborts. */
  async close(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#isClosing = true;
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
    const { key, cert, clientCa } = await tls.read();
    const verify = clientCa === undefined ? {} : { ca: clientCa, requestCert: true };
    return createTlsServer({ ...options, key, cert, ...verify });
  }
}

function checkIntervalMs({ readHeaderTimeoutMs, readTimeoutMs }: HttpLimits): number {
  const timeouts = [readHeaderTimeoutMs, readTimeoutMs].filter((timeoutMs) => timeoutMs > 0);
  return Math.max(10, Math.min(TIMEOUT_CHECK_MS_MAX, ...timeouts.map((ms) => ms / 2)));
}
