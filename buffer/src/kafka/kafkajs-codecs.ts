import { KafkaFailure } from './kafka-failure.ts';
import { CODECS, type Packer, type Packing, UNPACKED_BYTES_MAX } from './kafka-options.ts';
import { loadKafkaJs } from './kafkajs-modules.ts';

/** Lets kafkajs read packed batches: by `packer`, gzip by itself without one. */
export function installCodecs(packer: Packer | undefined): void {
  if (packer === undefined) return;
  const { codecs } = loadKafkaJs();
  for (const packing of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    codecs[CODECS[packing]] = () => ({
      // Batches that go out are packed before kafkajs sees them.
      compress: () => Promise.reject(new KafkaFailure('UNKNOWN', 'packed elsewhere')),
      decompress: (bytes) => unpack(packer, packing, bytes),
    });
  }
}

async function unpack(packer: Packer, packing: Packing, bytes: Buffer): Promise<Buffer> {
  try {
    return await packer.unpack(bytes, packing, UNPACKED_BYTES_MAX);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new KafkaFailure('CORRUPT_MESSAGE', `a batch packed with ${packing}: ${words}`, error);
  }
}
