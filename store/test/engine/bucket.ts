import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A bucket in memory that speaks as much of S3 as ClickHouse's disk asks for, whoever asks. */
export class Bucket {
  readonly objects: Map<string, Buffer> = new Map();
  /** Methods that were asked for, with their counts. */
  readonly calls: Map<string, number> = new Map();
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}/bucket/sonde/`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    const url = new URL(request.url ?? '/', 'http://bucket');
    const body = await bodyOf(request);
    const key = decodeURIComponent(url.pathname);
    if (method === 'PUT') {
      const isChunked = headers['x-amz-decoded-content-length'] !== undefined;
      this.objects.set(key, isChunked ? unchunked(body) : body);
      response.setHeader('ETag', '"1"').end();
    } else if (method === 'DELETE') {
      this.objects.delete(key);
      response.writeHead(204).end();
    } else if (method === 'POST' && url.searchParams.has('delete')) {
      for (const [, name = ''] of body.toString().matchAll(/<Key>(.*?)<\/Key>/g)) {
        this.objects.delete(`/bucket/${name}`);
      }
      response.end('<DeleteResult></DeleteResult>');
    } else if (url.searchParams.has('list-type')) {
      response.end('<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>');
    } else {
      this.#read({ key, range: headers.range, isHead: method === 'HEAD' }, response);
    }
  }

  #read(
    asked: { readonly key: string; readonly range: string | undefined; readonly isHead: boolean },
    response: ServerResponse,
  ): void {
    const object = this.objects.get(asked.key);
    if (object === undefined) {
      response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
      return;
    }
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(asked.range ?? '') ?? [];
    const end = to === '' ? object.length : Math.min(object.length, Number(to) + 1);
    const piece = object.subarray(Number(from), end);
    response.writeHead(asked.range === undefined ? 200 : 206, {
      'Content-Length': piece.length,
      'Content-Range': `bytes ${from}-${end - 1}/${object.length}`,
      'Last-Modified': new Date().toUTCString(),
      ETag: '"1"',
    });
    response.end(asked.isHead ? undefined : piece);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Content that is signed chunk by chunk: `size;chunk-signature=...`, the bytes, and so on. */
function unchunked(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) break;
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
