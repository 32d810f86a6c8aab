import { HEADERS } from '@sonde/buffer';
import type { ReadRequest } from '@sonde/delivery';
import { DEFAULT_TENANT } from '@sonde/pipeline';
import { jsonToProtobuf, type Signal, scanRequest } from '@sonde/proto';

/** Reads messages that are OTLP/JSON: what goes on is the protobuf request they stand for. */
export function readJson(signal: Signal): ReadRequest {
  return ({ value, headers, timestampUnixMs: receivedUnixMs }) => {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
    const bytes = jsonToProtobuf(signal, text);
    const itemCount = scanRequest(signal, bytes);
    const tenant = headers[HEADERS.tenant] ?? DEFAULT_TENANT;
    return { signal, bytes, itemCount, tenant, receivedUnixMs };
  };
}
