import { createServer, type Server } from 'node:http';

/** What came in one request, as it was sent. */
export interface SunkRequest {
  /** With a slash at its beginning. */
  readonly path: string;
  /** `Content-Encoding`; empty for none. */
  readonly encoding: string;
  readonly body: Buffer;
}

/** An HTTP server on a port of its own that answers every request with 200, having told of it. */
export class HttpSink {
  readonly #server: Server;

  constructor(onRequest: (request: SunkRequest) => void) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url: path = '', headers } = request;
        const encoding = headers['content-encoding'] ?? '';
        onRequest({ path, encoding, body: Buffer.concat(chunks) });
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
  }

  /** Resolves to its URL. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
