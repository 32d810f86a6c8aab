import { type BufferRecord, HEADERS } from '@sonde/buffer';
import { DEFAULT_TENANT } from '@sonde/pipeline';
import { type EncodedRequest, MalformedError, type Signal, scanRequest } from '@sonde/proto';

/** Reads the request out of a record; throws `MalformedError` where there can be none. */
export type ReadRequest = (record: BufferRecord) => EncodedRequest;

/** The request that a record holds. Its bytes are the record's: a view, not a copy. */
export function toRequest(signal: Signal, record: BufferRecord): EncodedRequest {
  const { headers, value: bytes, timestampUnixMs: receivedUnixMs } = record;
  const tenant = headers[HEADERS.tenant] ?? DEFAULT_TENANT;
  const itemCount = countItems(signal, record);
  return { signal, bytes, itemCount, tenant, receivedUnixMs };
}

/** Another producer's records have no `items`: their bytes are walked. */
function countItems(signal: Signal, { headers, value }: BufferRecord): number {
  const items = Number(headers[HEADERS.items]);
  if (Number.isSafeInteger(items) && items >= 0) return items;
  try {
    return scanRequest(signal, value);
  } catch (error) {
    // The pipeline will refuse the record, and then it goes to the dead letters with this reason.
    if (error instanceof MalformedError) return 0;
    throw error;
  }
}
