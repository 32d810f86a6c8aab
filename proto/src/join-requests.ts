import type { EncodedRequest } from './encoded-request.ts';

/**
 * The bodies that carry requests of one signal to somebody else, with as few as possible: one, whose
 * bytes are those of all requests end to end. That is what protobuf calls merging: the only field
 * of a request is repeated. A single request is returned as the bytes that came in.
 *
 * Profiles refer to a dictionary in their request, so each of theirs stays one.
 */
export function joinRequests(requests: readonly EncodedRequest[]): readonly Uint8Array[] {
  const bodies = requests.map(({ bytes }) => bytes);
  const [first] = requests;
  if (first === undefined || requests.length === 1 || first.signal === 'profiles') return bodies;
  return [Buffer.concat(bodies)];
}
