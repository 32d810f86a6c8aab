import type { Packing } from '@sonde/pipeline/packing';

/** How messages may be packed, by the name in `grpc-encoding`; '' is not at all. */
export const GRPC_PACKINGS: ReadonlyMap<string, Packing> = new Map<string, Packing>([
  ['', ''],
  ['gzip', 'gzip'],
  ['deflate', 'zlib'],
  ['zstd', 'zstd'],
  ['snappy', 'snappy'],
]);

/** The header that tells clients so. */
export const GRPC_ACCEPT_ENCODING: string = ['identity', ...GRPC_PACKINGS.keys()]
  .filter((name) => name !== '')
  .join(',');
