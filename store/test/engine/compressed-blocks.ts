import { Readable } from 'node:stream';
import { decodeNativeBlocks, nativeBlockEncoder } from '../../src/engine/native-blocks.ts';

async function gather(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

/** What a client of `compress=1` reads. */
export function decodedBlocks(bytes: Buffer): Promise<Buffer> {
  return gather(decodeNativeBlocks(Readable.from([bytes])));
}

/** What a client of `decompress=1` sends. */
export function encodedBlocks(bytes: Buffer): Promise<Buffer> {
  return gather(Readable.from([bytes]).pipe(nativeBlockEncoder()));
}
