import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface HttpGetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly bodyBytesMax: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: string;
}

/** One GET on a connection of its own, bounded in time and size. Rejects with what went wrong. */
export function httpGet(url: URL, options: HttpGetOptions): Promise<HttpAnswer> {
  const { headers, timeoutMs, bodyBytesMax, signal } = options;
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const sent = request(url, { headers, signal: limited, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let byteCount = 0;
      response.on('data', (chunk: Buffer) => {
        byteCount += chunk.length;
        if (byteCount > bodyBytesMax) {
          response.destroy(new Error(`answer larger than ${bodyBytesMax} bytes`));
        } else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          etag: response.headers.etag,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}
