import { request } from 'node:http';
import { request as requestSecurely } from 'node:https';

/** Of one answer; an instance's description has a few KiB. */
export const METADATA_BYTES_MAX: number = 256 * 1024;

export interface MetadataRequest {
  readonly method?: 'GET' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Of a service on a Unix socket; the URL then says the path alone. */
  readonly socketPath?: string;
  /** Of a service behind `https:`: whom it is trusted by, as PEM. */
  readonly ca?: string;
}

/** An answer other than 200. */
export class MetadataStatusError extends Error {
  readonly status: number;

  constructor(url: string, status: number) {
    super(`${url} answered ${status}`);
    this.name = 'MetadataStatusError';
    this.status = status;
  }
}

/**
 * One request to a metadata service, on a connection of its own and without a proxy. Resolves to the
 * body; rejects with `MetadataStatusError`, or with what went wrong.
 */
export function askMetadata(url: string, options: MetadataRequest): Promise<string> {
  const { method = 'GET', headers = {}, signal, socketPath, ca } = options;
  const send = url.startsWith('https:') ? requestSecurely : request;
  const trust = ca === undefined ? {} : { ca };
  return new Promise((resolve, reject) => {
    const how = { method, headers, signal, agent: false, socketPath, ...trust };
    const sent = send(url, how, (response) => {
      const chunks: Buffer[] = [];
      let byteCount = 0;
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => {
        byteCount += chunk.length;
        chunks.push(chunk);
        if (byteCount > METADATA_BYTES_MAX) {
          response.destroy(new Error(`${url} answers more than ${METADATA_BYTES_MAX} bytes`));
        }
      });
      response.on('end', () => {
        const { statusCode = 0 } = response;
        if (statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new MetadataStatusError(url, statusCode));
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
