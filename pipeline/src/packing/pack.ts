import { SondeError } from '../errors.ts';
import { lz4Codec, snappyCodec, zstdCodec } from './codecs.ts';
import { packDeflate } from './deflate.ts';
import { deflateAddon } from './deflate-addon.ts';
import { PACK_BYTES_MAX } from './limits.ts';
import type { Packing } from './packing.ts';
import { inTurns } from './steps.ts';

/** The packing's own default. */
export const LEVEL_DEFAULT = -1;

/**
 * Packs a body, which stays the caller's and as it is meanwhile. `level` is Go's of gzip and zlib (-2
 * to 9) and the library's of zstd (1 to 22), `LEVEL_DEFAULT` the default of either (6 and 3); the
 * others have none. Works on other threads or in turns, what is short at once. Rejects with
 * `TOO_LARGE` over `PACK_BYTES_MAX`.
 */
export async function pack(
  bytes: Uint8Array,
  packing: Exclude<Packing, ''>,
  level: number = LEVEL_DEFAULT,
): Promise<Uint8Array> {
  if (bytes.length > PACK_BYTES_MAX) {
    throw new SondeError('TOO_LARGE', `more than ${PACK_BYTES_MAX} bytes cannot be packed`);
  }
  switch (packing) {
    case 'gzip':
    case 'zlib':
      return await packDeflate(bytes, { packing, level, addon: deflateAddon() });
    case 'zstd': {
      const { packZstd, ZSTD_LEVEL_DEFAULT } = await zstdCodec();
      return await packZstd(bytes, level === LEVEL_DEFAULT ? ZSTD_LEVEL_DEFAULT : level);
    }
    case 'lz4':
      return await (await lz4Codec()).packLz4(bytes);
    case 'snappy':
      return await (await snappyCodec()).packSnappy(bytes);
    case 'x-snappy-framed': {
      const { FRAMED_CHUNK_BYTES_MAX, packFramedSnappy } = await snappyCodec();
      // The work is in what is read: what is made may be a twentieth of it.
      return await inTurns(packFramedSnappy(bytes), FRAMED_CHUNK_BYTES_MAX);
    }
  }
}
