import { loadKafkaJs } from './kafkajs-modules.ts';

/** LZ4's number in a batch's attributes. */
const LZ4 = 3;

/** Gives kafkajs the codecs that it has no code for; gzip it has. */
export function installCodecs(): void {
  const { codecs, lz4 } = loadKafkaJs();
  codecs[LZ4] = () => ({
    compress: ({ buffer }) => lz4.compressFrame(buffer),
    decompress: (bytes) => lz4.decompressFrame(bytes),
  });
}
