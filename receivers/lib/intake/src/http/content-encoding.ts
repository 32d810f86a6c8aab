import { SondeError } from '@sonde/pipeline';
import type { Packing } from '@sonde/pipeline/packing';

/** How a body is packed, by the name in `Content-Encoding`; `deflate` is zlib's format (RFC 9110). */
const PACKINGS: ReadonlyMap<string, Packing> = new Map<string, Packing>([
  ['', ''],
  ['gzip', 'gzip'],
  ['zstd', 'zstd'],
  ['zlib', 'zlib'],
  ['snappy', 'snappy'],
  ['deflate', 'zlib'],
  ['lz4', 'lz4'],
  ['x-snappy-framed', 'x-snappy-framed'],
]);

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['identity', ''],
  ['x-gzip', 'gzip'],
]);

/** Encodings that are unpacked: upstream's `compression_algorithms`. */
export const CONTENT_ENCODINGS: readonly string[] = [...PACKINGS.keys()];

/**
 * The packing that a header names, `identity` being none; in any case, and `x-gzip` for `gzip` (RFC
 * 9110, 8.4.1). Throws `SondeError` `INVALID_DATA` when it is unknown or not among `allowed`.
 */
export function packingOf(header: string | undefined, allowed: readonly string[]): Packing {
  const lower = (header ?? '').toLowerCase();
  const name = ALIASES.get(lower) ?? lower;
  const packing = PACKINGS.get(name);
  if (packing === undefined || !allowed.includes(name)) {
    throw new SondeError('INVALID_DATA', `unsupported Content-Encoding: ${header}`);
  }
  return packing;
}

/** Upstream's text for a body over the limit. */
export function tooLarge(bytesMax: number): SondeError {
  return new SondeError('TOO_LARGE', `http: request body too large (limit ${bytesMax} bytes)`);
}
