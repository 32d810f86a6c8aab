import type { EncodedRequest } from '@sonde/proto';
import { joinRequests, protobufToJsonBytes, type Signal } from '@sonde/proto';
import type { FileConfig } from './config.ts';
import { zstdCompress } from './zstd.ts';

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
export function frameRequests(
  signal: Signal,
  requests: readonly EncodedRequest[],
  { format, compression }: Pick<FileConfig, 'format' | 'compression'>,
): readonly Uint8Array[] {
  return joinRequests(requests).map((body) => {
    const message = format === 'json' ? protobufToJsonBytes(signal, body) : body;
    if (compression === 'zstd' && zstdCompress !== undefined) {
      return withLength(zstdCompress(message));
    }
    return format === 'json' ? Buffer.concat([message, LINE_END]) : withLength(message);
  });
}

function withLength(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + message.length);
  frame.writeUInt32BE(message.length);
  frame.set(message, LENGTH_BYTES);
  return frame;
}
