import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Component,
  type Host,
  HTTP_LIMITS,
  listenAddress,
  type ServiceStatus,
} from '@sonde/pipeline';
import type { HealthCheckConfig } from './config.ts';
import { healthAnswer } from './health-answer.ts';

/** Probes open few connections; more at once are not probes. */
const CONNECTIONS_MAX = 64;
const REQUEST_TIMEOUT_MS = 10_000;

const NOT_STARTED: ServiceStatus = {
  phase: 'starting',
  readySinceUnixMs: undefined,
  components: new Map(),
};

/** Answers probes over HTTP with how the service fares. Never waits for anything to answer. */
export class HealthCheck implements Component {
  readonly #config: HealthCheckConfig;
  readonly #server: Server;
  #status: () => ServiceStatus = () => NOT_STARTED;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(config: HealthCheckConfig) {
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
    this.#status = () => host.serviceStatus();
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
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path !== this.#config.path) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('404 page not found\n');
      return;
    }
    const answer = healthAnswer(this.#status(), this.#config, Date.now());
    response.writeHead(answer.statusCode, { 'content-type': answer.contentType });
    response.end(answer.body);
  }
}
