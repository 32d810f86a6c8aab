import { HEADERS, type NewRecord } from '@sonde/buffer';
import type { Encoding } from '@sonde/kafka-client';
import {
  type EncodedRequest,
  protobufToJsonBytes,
  type SplitLimit,
  splitRequest,
} from '@sonde/proto';

/** A batch's and a record's framing, and Sonde's own headers. */
const BESIDE_BYTES = 1024;

export interface RecordLimits {
  readonly messageBytesMax: number;
  readonly encoding: Encoding;
  readonly headers: Readonly<Record<string, string>>;
  /** Of every record; undefined: they have none. */
  readonly key: Uint8Array | undefined;
}

export interface Records {
  readonly records: readonly NewRecord[];
  /** Single items that are over the limit by themselves. */
  readonly tooLarge: readonly TooLarge[];
}

export interface TooLarge {
  readonly record: NewRecord;
  readonly items: number;
  readonly reason: string;
}

/**
 * A request as one record, its bytes as they came; as several where it is over the limit, cut
 * between spans, log records or data points.
 */
export function toRecords(request: EncodedRequest, limits: RecordLimits): Records {
  const { messageBytesMax, headers, key } = limits;
  let headerBytes = 0;
  for (const name in headers) headerBytes += name.length * 3 + (headers[name]?.length ?? 0) * 3;
  const valueBytesMax = messageBytesMax - BESIDE_BYTES - headerBytes - (key?.length ?? 0);
  const whole = toRecord(request, limits);
  if (whole.value.length <= valueBytesMax) return { records: [whole], tooLarge: [] };
  // Text is longer than its protobuf: pieces get a share of the limit that corresponds.
  const share = request.bytes.length / whole.value.length;
  const max = Math.max(1, Math.floor(valueBytesMax * Math.min(1, share)));
  const records: NewRecord[] = [];
  const tooLarge: TooLarge[] = [];
  const take = (piece: EncodedRequest): void => {
    const record = toRecord(piece, limits);
    const size = record.value.length;
    if (size <= valueBytesMax) {
      records.push(record);
    } else if (piece.itemCount > 1) {
      for (const smaller of splitRequest(piece, halfOf(piece))) take(smaller);
    } else {
      const reason = `record size ${size} exceeds max ${valueBytesMax}: one item alone is too large`;
      tooLarge.push({ record, items: piece.itemCount, reason });
    }
  };
  for (const piece of splitRequest(request, { sizer: 'bytes', max })) take(piece);
  return { records, tooLarge };
}

function halfOf({ itemCount }: EncodedRequest): SplitLimit {
  return { sizer: 'items', max: Math.ceil(itemCount / 2) };
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
