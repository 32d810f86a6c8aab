import { z } from 'zod';
import { type IssueSink, refuseMeaning } from '../config/fields/refuse.ts';
import { LEVEL_DEFAULT, type Packing } from '../packing/index.ts';

/** `compression` of `confighttp`. */
export const HTTP_COMPRESSIONS = [
  'gzip',
  'zlib',
  'deflate',
  'zstd',
  'snappy',
  'x-snappy-framed',
  'lz4',
  'none',
] as const;
export type HttpCompression = (typeof HTTP_COMPRESSIONS)[number];

/** The same of `configgrpc`. */
export const GRPC_COMPRESSIONS = ['gzip', 'snappy', 'zstd', 'none'] as const;
export type GrpcCompression = (typeof GRPC_COMPRESSIONS)[number];

const HTTP_PACKINGS: Readonly<Record<HttpCompression, Packing>> = {
  gzip: 'gzip',
  zlib: 'zlib',
  // `Content-Encoding: deflate` is zlib's format (RFC 9110, 8.4.1.2).
  deflate: 'zlib',
  zstd: 'zstd',
  snappy: 'snappy',
  'x-snappy-framed': 'x-snappy-framed',
  lz4: 'lz4',
  none: '',
};

/** How requests are packed. */
export interface HttpPacking {
  readonly packing: Packing;
  readonly level: number;
}

export interface CompressionConfig {
  readonly compression: HttpCompression;
  /** 0 is the packing's default. */
  readonly compression_params: { readonly level: number };
}

/** What a checked configuration packs with. */
export function httpPacking(config: CompressionConfig): HttpPacking {
  const { compression, compression_params: params } = config;
  const packing = HTTP_PACKINGS[compression];
  // Upstream: 0 is nothing said, and nothing said is -1.
  const level = params.level === 0 ? LEVEL_DEFAULT : params.level;
  return { packing, level: packing === 'zstd' ? zstdLevel(level) : level };
}

/**
 * Upstream's client has four levels of zstd, which it chooses among by the given one; -1 is the
 * fastest. These are the library's that pack as they do.
 */
function zstdLevel(level: number): number {
  if (level < 3) return 1;
  if (level < 6) return 3;
  return level < 10 ? 7 : 11;
}

const ZLIB_LEVEL_MIN = -2;
const ZLIB_LEVEL_MAX = 9;

/** Refuses a level that the compression has not, with upstream's text. */
export function checkCompressionLevel(config: CompressionConfig, sink: IssueSink): void {
  const { compression, compression_params: params } = config;
  if (compression === 'none' || compression === 'zstd' || params.level === 0) return;
  const { level } = params;
  const packing = HTTP_PACKINGS[compression];
  const isZlib = packing === 'gzip' || packing === 'zlib';
  if (isZlib && level >= ZLIB_LEVEL_MIN && level <= ZLIB_LEVEL_MAX) return;
  refuseMeaning(sink, {
    text: `unsupported parameters {Level:${level}} for compression type "${compression}"`,
    path: ['compression_params'],
    hint: isZlib ? 'a level is -2 to 9, -1 the default' : `${compression} has no levels`,
  });
}

/** One of `names`; '' is `none`. */
export function compressionField<T extends string>(
  names: readonly T[],
  initial: T,
): z.ZodType<T | 'none'> {
  return z
    .string()
    .transform((name, context): T | 'none' => {
      if (name === '') return 'none';
      const known = names.find((each) => each === name);
      if (known !== undefined) return known;
      refuseMeaning(context, {
        text: `unsupported compression type ${JSON.stringify(name)}`,
        hint: `write one of ${names.join(', ')}`,
      });
      return z.NEVER;
    })
    .prefault(initial);
}
