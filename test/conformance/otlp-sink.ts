import { createServer, type IncomingMessage, type Server } from 'node:http';
import { SIGNALS, type Signal, scanRequest } from '@sonde/proto';

/** One request that an engine sent. */
export interface SinkRequest {
  readonly signal: Signal;
  readonly bytes: Uint8Array;
}

/** An OTLP/HTTP server that keeps everything, by the path before `/v1/`. */
export class OtlpSink {
  readonly #server: Server;
  readonly #kept = new Map<string, SinkRequest[]>();
  #onRequest: () => void = () => {};

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.#keep(request, Buffer.concat(chunks));
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What came to `path` and below, in the order of coming: `[path, requests]`. */
  under(path: string): readonly (readonly [string, readonly SinkRequest[]])[] {
    return [...this.#kept]
      .filter(([key]) => key === path || key.startsWith(`${path}-`))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Resolves when `items` have come to `path` and below; rejects after `timeoutMs`. */
  async until(path: string, items: number, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.#itemCount(path) < items) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${path}: ${this.#itemCount(path)} items of ${items}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#onRequest = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #itemCount(path: string): number {
    return this.under(path)
      .flatMap(([, requests]) => requests)
      .reduce((sum, { signal, bytes }) => sum + scanRequest(signal, bytes), 0);
  }

  #keep(request: IncomingMessage, bytes: Buffer): void {
    const [path = '', name = ''] = (request.url ?? '').slice(1).split('/v1/');
    const signal = SIGNALS.find((known) => known === name);
    if (signal === undefined) return;
    const kept = this.#kept.get(path) ?? [];
    kept.push({ signal, bytes });
    this.#kept.set(path, kept);
    this.#onRequest();
  }
}
