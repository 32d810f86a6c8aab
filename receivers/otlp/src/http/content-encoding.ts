import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { SondeError } from '@sonde/pipeline';
import type { InFlightAccount } from '../in-flight-bytes.ts';
import { UNPACK_CHUNK_BYTES } from '../limits.ts';

/** Encodings that are unpacked, as in a `Content-Encoding` header. */
export const CONTENT_ENCODINGS = ['', 'gzip', 'zlib', 'deflate'] as const;

export type ContentEncoding = (typeof CONTENT_ENCODINGS)[number];

/**
 * The encoding a header names, `identity` being none. Throws `SondeError` `INVALID_DATA` when it is
 * unknown or not among `allowed`.
 */
export function contentEncoding(
  header: string | undefined,
  allowed: readonly string[],
): ContentEncoding {
  const name = header === undefined || header === 'identity' ? '' : header;
  const known = CONTENT_ENCODINGS.find((encoding) => encoding === name);
  if (known === undefined || !allowed.includes(known)) {
    throw new SondeError('INVALID_DATA', `unsupported Content-Encoding: ${name}`);
  }
  return known;
}

/** `deflate` is the zlib format (RFC 9110), as the Collector reads it. */
function unpacker(encoding: Exclude<ContentEncoding, ''>): Gunzip | Inflate {
  const options = { chunkSize: UNPACK_CHUNK_BYTES };
  return encoding === 'gzip' ? createGunzip(options) : createInflate(options);
}

export interface UnpackLimits {
  readonly decompressedBytesMax: number;
}

/**
 * Unpacks a body. Takes from `account` what it holds. Rejects with `TOO_LARGE` at the limit, without
 * having unpacked more, and with `INVALID_DATA` when the body is cut or corrupt.
 */
export function unpack(
  packed: Uint8Array,
  encoding: Exclude<ContentEncoding, ''>,
  { decompressedBytesMax }: UnpackLimits,
  account: InFlightAccount,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stream = unpacker(encoding);
    const chunks: Buffer[] = [];
    let length = 0;
    stream.on('error', (error) => {
      const corrupt = new SondeError('INVALID_DATA', `${encoding}: ${error.message}`, {
        cause: error,
      });
      reject(error instanceof SondeError ? error : corrupt);
    });
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      try {
        if (length > decompressedBytesMax) throw tooLarge(decompressedBytesMax);
        account.take(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        stream.destroy(SondeError.from(error));
      }
    });
    stream.on('end', () => resolve(Buffer.concat(chunks, length)));
    stream.end(packed);
  });
}

/** Upstream's text for a body over the limit. */
export function tooLarge(bytesMax: number): SondeError {
  return new SondeError('TOO_LARGE', `http: request body too large (limit ${bytesMax} bytes)`);
}
