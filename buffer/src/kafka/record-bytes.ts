import { BufferError, type NewRecord } from '../contract.ts';

/** Of key and headers together, as in the embedded log. */
const KEY_AND_HEADERS_BYTES_MAX: number = 64 * 1024;
/** Lengths, offset and time of a record, and of each header, at most. */
const RECORD_FRAME_BYTES = 32;
const HEADER_FRAME_BYTES = 10;

/**
 * Bytes that a record takes in a batch, at most. Throws `RECORD_TOO_LARGE` over a named limit,
 * `BUFFER_MISUSE` for a timestamp that is no whole number of milliseconds from 0 on.
 */
export function recordBytesOf(record: NewRecord, valueBytesMax: number): number {
  const { value, key, headers, timestampUnixMs } = record;
  if (value.length > valueBytesMax) {
    const text = `a record of ${value.length} bytes is over the limit of ${valueBytesMax}`;
    throw new BufferError('RECORD_TOO_LARGE', text);
  }
  if (!Number.isSafeInteger(timestampUnixMs) || timestampUnixMs < 0) {
    throw new BufferError('BUFFER_MISUSE', `timestampUnixMs ${timestampUnixMs} is no time`);
  }
  let besideBytes = key?.length ?? 0;
  for (const name in headers) {
    besideBytes += Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? '');
    besideBytes += HEADER_FRAME_BYTES;
  }
  if (besideBytes > KEY_AND_HEADERS_BYTES_MAX) {
    throw new BufferError('RECORD_TOO_LARGE', `key and headers of ${besideBytes} bytes`);
  }
  return RECORD_FRAME_BYTES + besideBytes + value.length;
}
