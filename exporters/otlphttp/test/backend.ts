import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { SondeError } from '@sonde/pipeline';
import { type Packing, unpack } from '@sonde/pipeline/packing';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked. */
  readonly body: Buffer;
  /** What came. */
  readonly packedLength: number;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** What a request is answered with; `hang` never answers, `reset` cuts the connection. */
export type Answer = Reply | 'hang' | 'reset';

/** A small HTTP server that answers as the test says. */
export class Backend {
  readonly received: Received[] = [];
  readonly server: Server;
  answer: (request: Received, index: number) => Answer | Promise<Answer> = () => ({});
  connections = 0;

  constructor(tls?: { readonly key: Buffer; readonly cert: Buffer }) {
    this.server = tls === undefined ? createServer() : createTlsServer(tls);
    this.server.on(tls === undefined ? 'connection' : 'secureConnection', () => {
      this.connections += 1;
    });
    this.server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', async () => {
        const { method = '', url: path = '', headers } = request;
        const packed = Buffer.concat(chunks);
        const body = await unpacked(packed, headers['content-encoding']);
        const received = { method, path, headers, body, packedLength: packed.length };
        this.received.push(received);
        const answer = await this.answer(received, this.received.length - 1);
        if (answer === 'hang') return;
        if (answer === 'reset') {
          request.socket.destroy();
          return;
        }
        response.writeHead(answer.status ?? 200, answer.headers ?? {});
        response.end(answer.body);
      });
    });
  }

  /** Resolves with `host:port`. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    onTestFinished(() => this.close());
    return `127.0.0.1:${this.port}`;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const PACKINGS: Readonly<Record<string, Exclude<Packing, ''>>> = {
  gzip: 'gzip',
  zlib: 'zlib',
  deflate: 'zlib',
  zstd: 'zstd',
  snappy: 'snappy',
  'x-snappy-framed': 'x-snappy-framed',
  lz4: 'lz4',
};

const BODY_BYTES_MAX = 64 * 1024 * 1024;
const NO_ACCOUNT = { take: (): void => undefined, giveBack: (): void => undefined };

async function unpacked(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  const packing = PACKINGS[encoding ?? ''];
  if (packing === undefined) return body;
  return await unpack(body, packing, {
    bytesMax: BODY_BYTES_MAX,
    account: NO_ACCOUNT,
    tooLarge: () => new SondeError('TOO_LARGE', 'too large'),
  });
}
