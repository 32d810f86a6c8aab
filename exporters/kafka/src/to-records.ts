import { HEADERS, type NewRecord } from '@sonde/buffer';
import type { Encoding } from '@sonde/kafka-client';
import { SondeError } from '@sonde/pipeline';
import { type EncodedRequest, protobufToJsonBytes, splitRequest } from '@sonde/proto';

/** A batch's and a record's framing, and Sonde's own headers. */
const BESIDE_BYTES = 1024;

export interface RecordLimits {
  readonly messageBytesMax: number;
  readonly encoding: Encoding;
  readonly headers: Readonly<Record<string, string>>;
  /** Of every record; undefined: they have none. */
  readonly key: Uint8Array | undefined;
}

/**
 * A request as one record, its bytes as they came; as several where it is over the limit, cut
 * between spans, log records or data points. Throws `TOO_LARGE` when one of them alone is over it.
 */
export function toRecords(request: EncodedRequest, limits: RecordLimits): readonly NewRecord[] {
  const { messageBytesMax, headers, key } = limits;
  let headerBytes = 0;
  for (const name in headers) headerBytes += name.length * 3 + (headers[name]?.length ?? 0) * 3;
  const valueBytesMax = messageBytesMax - BESIDE_BYTES - headerBytes - (key?.length ?? 0);
  const whole = toRecord(request, limits);
  if (whole.value.length <= valueBytesMax) return [whole];
  // Text is longer than its protobuf: pieces get a share of the limit that corresponds.
  const share = request.bytes.length / whole.value.length;
  const max = Math.max(1, Math.floor(valueBytesMax * Math.min(1, share)));
  const records = splitRequest(request, { sizer: 'bytes', max }).map((piece) =>
    toRecord(piece, limits),
  );
  const largest = records.reduce((most, { value }) => Math.max(most, value.length), 0);
  if (largest <= valueBytesMax) return records;
  const text = `record size ${largest} exceeds max ${valueBytesMax}: one item alone is too large`;
  throw new SondeError('TOO_LARGE', text);
}

function toRecord(
  request: EncodedRequest,
  { encoding, headers, key }: Omit<RecordLimits, 'messageBytesMax'>,
): NewRecord {
  const { signal, bytes, tenant, itemCount, receivedUnixMs } = request;
  return {
    ...(key === undefined ? {} : { key }),
    value: encoding === 'otlp_proto' ? bytes : Buffer.from(protobufToJsonBytes(signal, bytes)),
    headers: { ...headers, [HEADERS.tenant]: tenant, [HEADERS.items]: String(itemCount) },
    timestampUnixMs: Math.max(0, Math.floor(receivedUnixMs)),
  };
}
