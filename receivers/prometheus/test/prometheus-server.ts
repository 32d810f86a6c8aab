import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A server whose pages a test decides; closed at its end. */
export class PrometheusServer {
  readonly requests: IncomingMessage[] = [];
  /** By path; every answer is the last one set. */
  readonly replies: Map<string, Reply | (() => Promise<Reply>)> = new Map();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async open(page?: string | Reply): Promise<PrometheusServer> {
    const server = new PrometheusServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => server.close());
    if (page !== undefined) server.page = page;
    return server;
  }

  get address(): string {
    const address: AddressInfo | string | null = this.#server.address();
    return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
  }

  set page(page: string | Reply) {
    this.replies.set('/metrics', typeof page === 'string' ? { body: page } : page);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(request);
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const found = this.replies.get(path) ?? { status: 404, body: 'no' };
    const { status = 200, headers, body } = typeof found === 'function' ? await found() : found;
    response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4', ...headers });
    response.end(body);
  }
}
