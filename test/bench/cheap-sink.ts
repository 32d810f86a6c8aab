import { createServer, type Server } from 'node:http';

/** Takes every body and answers 200 at once; what it costs is not measured. */
export class CheapSink {
  bytes = 0;
  readonly #server: Server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
    });
    request.once('end', () => {
      response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': 0 });
      response.end();
    });
  });

  constructor() {
    // Connections are kept while the other engine is measured.
    this.#server.keepAliveTimeout = 0;
  }

  /** Its base URL. */
  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        const port = typeof address === 'object' && address !== null ? address.port : 0;
        resolve(`http://127.0.0.1:${port}`);
      });
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
