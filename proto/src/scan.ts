import { startRowBudget } from './protobuf/row-budget.ts';
import { openSource } from './protobuf/source.ts';
import { checkMessage } from './schema/check-message.ts';
import { requestOf } from './schema/request-of.ts';
import type { Signal } from './signal.ts';

/**
 * Walks a whole `Export*ServiceRequest` and returns how many spans, log records or data points it
 * holds (a histogram is one), without building anything.
 *
 * Throws `MalformedError` for exactly the bytes that decoding refuses: what passed here and was
 * acknowledged never fails later. Profiles have no columns yet: only their outer two frames are
 * looked at, and the count is of `ResourceProfiles`.
 */
export function scanRequest(signal: Signal, bytes: Uint8Array): number {
  const source = openSource(bytes);
  startRowBudget();
  return checkMessage(source.bytes, 0, source.length, requestOf(signal));
}
