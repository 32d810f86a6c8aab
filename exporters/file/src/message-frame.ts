import { LEVEL_DEFAULT, pack } from '@sonde/pipeline/packing';
import type { EncodedRequest } from '@sonde/proto';
import { joinRequests, protobufToJsonBytes, type Signal } from '@sonde/proto';
import type { FileConfig } from './config.ts';

const LENGTH_BYTES = 4;
const LINE_END = Buffer.from('\n');

/**
 * Requests as they stand in a file, one message a batch (one a request for profiles).
 *
 * JSON without compression: a line of OTLP/JSON. Otherwise four bytes with the length of the
 * message, most significant first, and the message: protobuf or JSON, compressed or not.
 *
 * Throws `MalformedError`.
 */
export async function frameRequests(
  signal: Signal,
  requests: readonly EncodedRequest[],
  config: Pick<FileConfig, 'format' | 'compression' | 'compression_level'>,
): Promise<readonly Uint8Array[]> {
  const { format, compression, compression_level: level } = config;
  const frames = joinRequests(requests).map(async (body) => {
    const message = format === 'json' ? protobufToJsonBytes(signal, body) : body;
    if (compression === 'zstd') {
      return withLength(await pack(message, 'zstd', level === 0 ? LEVEL_DEFAULT : level));
    }
    return format === 'json' ? Buffer.concat([message, LINE_END]) : withLength(message);
  });
  return await Promise.all(frames);
}

function withLength(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + message.length);
  frame.writeUInt32BE(message.length);
  frame.set(message, LENGTH_BYTES);
  return frame;
}
