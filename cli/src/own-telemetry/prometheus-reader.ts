import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MetricProducer, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  formatEndpoint,
  HTTP_LIMITS,
  listenAddress,
  listenProblem,
  type PrometheusReaderConfig,
} from '@sonde/pipeline';
import { formatPrometheus } from './prometheus-text.ts';

/** Scrapers open few connections; more at once are not scrapers. */
const CONNECTIONS_MAX = 64;
const REQUEST_TIMEOUT_MS = 10_000;
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Own metrics for whoever asks on `/metrics`. */
export class PrometheusReader extends MetricReader {
  readonly #config: PrometheusReaderConfig;
  readonly #server: Server;

  private constructor(config: PrometheusReaderConfig, producers: readonly MetricProducer[]) {
    super({ metricProducers: [...producers] });
    this.#config = config;
    this.#server = createServer(
      {
        headersTimeout: REQUEST_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        keepAliveTimeout: HTTP_LIMITS.idleTimeoutMs,
        maxHeaderSize: HTTP_LIMITS.headerBytesMax,
      },
      (request, response) => void this.#answer(request.url ?? '/', response),
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Rejects with upstream's text when the port cannot be opened. */
  static async open(
    config: PrometheusReaderConfig,
    producers: readonly MetricProducer[] = [],
  ): Promise<PrometheusReader> {
    const reader = new PrometheusReader(config, producers);
    try {
      await reader.#listen();
    } catch (error) {
      const where = formatEndpoint(config);
      throw new Error(
        `failed to create meter provider: binding address ${where} for Prometheus exporter: ` +
          listenProblem(error),
        { cause: error },
      );
    }
    return reader;
  }

  /** Where it listens; undefined once it is closed. */
  get address(): AddressInfo | undefined {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? undefined : address;
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(listenAddress(this.#config), () => {
        this.#server.off('error', reject);
        // A connection that breaks is its scraper's to repeat.
        this.#server.on('error', () => undefined);
        resolve();
      });
    });
  }

  async #answer(url: string, response: ServerResponse): Promise<void> {
    if (url.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('404 page not found\n');
      return;
    }
    try {
      const { resourceMetrics } = await this.collect();
      response.writeHead(200, { 'content-type': CONTENT_TYPE });
      response.end(formatPrometheus(resourceMetrics, this.#config));
    } catch (error) {
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`collecting failed: ${error instanceof Error ? error.message : error}\n`);
    }
  }
}
