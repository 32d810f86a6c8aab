import type { Packer, Packing } from '@sonde/buffer';
import { SondeError } from '@sonde/pipeline';
import { LEVEL_DEFAULT, pack, type UnpackAccount, unpack } from '@sonde/pipeline/packing';

/** What snappy-java, and with it Kafka's own client, writes before its blocks. */
const XERIAL_MAGIC: Buffer = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic and two versions. */
const XERIAL_HEAD_BYTES = 16;
const BLOCK_LENGTH_BYTES = 4;

/** A reader has one fetch ahead, which is what bounds the bytes of all. */
const NO_ACCOUNT: UnpackAccount = { take: () => {}, giveBack: () => {} };

/** Packs batches of Kafka by `@sonde/pipeline/packing`. */
export const packer: Packer = {
  pack: (bytes, packing, level = LEVEL_DEFAULT) => pack(bytes, packing, level),
  unpack: (bytes, packing, bytesMax) =>
    packing === 'snappy' && isXerial(bytes)
      ? unpackXerial(bytes, bytesMax)
      : unpackWhole(bytes, packing, bytesMax),
};

function unpackWhole(bytes: Buffer, packing: Packing, bytesMax: number): Promise<Buffer> {
  return unpack(bytes, packing, { bytesMax, account: NO_ACCOUNT, tooLarge });
}

function tooLarge(bytesMax: number): SondeError {
  return new SondeError('TOO_LARGE', `a batch unpacks to more than ${bytesMax} bytes`);
}

function isXerial(bytes: Buffer): boolean {
  return bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC);
}

/** Blocks, each behind its length. */
async function unpackXerial(bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const blocks: Buffer[] = [];
  let left = bytesMax;
  let at = XERIAL_HEAD_BYTES;
  while (at < bytes.length) {
    const from = at + BLOCK_LENGTH_BYTES;
    if (from > bytes.length) throw new SondeError('INVALID_DATA', 'a block of snappy is cut');
    at = from + bytes.readUInt32BE(at);
    if (at > bytes.length) throw new SondeError('INVALID_DATA', 'a block of snappy is cut');
    const block = await unpackWhole(bytes.subarray(from, at), 'snappy', left);
    left -= block.length;
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}
