import type { BufferRecord } from '@sonde/buffer';
import { type ReadRequest, toRequest } from '@sonde/delivery';
import {
  decodeRequests,
  type EncodedRequest,
  encodeSegments,
  rewriteResources,
  type Signal,
  withGroups,
} from '@sonde/proto';

const PREFIX = 'kafka.header.';

/**
 * Reads requests whose resources have the values of these headers of their message as attributes
 * `kafka.header.NAME`. A message without any of them stays the bytes that came in.
 */
export function withHeaders(
  signal: Signal,
  names: readonly string[],
  read: ReadRequest = (record) => toRequest(signal, record),
): ReadRequest {
  if (names.length === 0) return read;
  return (record) => {
    const found = valuesOf(record, names);
    const request = read(record);
    return found.length === 0 ? request : rewritten(request, found);
  };
}

function valuesOf({ headers }: BufferRecord, names: readonly string[]) {
  return names.flatMap((name): (readonly [string, string])[] => {
    const value = headers[name];
    return value === undefined ? [] : [[`${PREFIX}${name}`, value]];
  });
}

function rewritten(
  request: EncodedRequest,
  found: readonly (readonly [string, string])[],
): EncodedRequest {
  const columns = decodeRequests(request.signal, [request]);
  const changes = rewriteResources(columns, (attributes) => {
    for (const [name, value] of found) {
      const key = attributes.internKey(name);
      const at = attributes.indexOf(key);
      if (at < 0) attributes.append(key, value);
      else attributes.set(at, value);
    }
  });
  if (changes === undefined) return request;
  const [encoded] = encodeSegments(withGroups(columns, changes));
  return encoded ?? request;
}
