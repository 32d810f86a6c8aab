import { ProfileColumns } from './columns/profile-columns.ts';
import { checkProfiles, decodeProfilesRequest } from './decode/profiles-request.ts';
import { startRowBudget } from './protobuf/row-budget.ts';
import { openSource } from './protobuf/source.ts';
import { checkMessage } from './schema/check-message.ts';
import { requestOf } from './schema/request-of.ts';
import type { Signal } from './signal.ts';

/**
 * Walks a whole `Export*ServiceRequest` and returns how many spans, log records, data points or
 * samples it holds (a histogram is one, a profile without samples is one), without building
 * anything: only profiles whose attributes refer to their dictionary are decoded to be sure.
 *
 * Throws `MalformedError` for exactly the bytes that decoding refuses: what passed here and was
 * acknowledged never fails later.
 */
export function scanRequest(signal: Signal, bytes: Uint8Array): number {
  const source = openSource(bytes);
  startRowBudget();
  if (signal !== 'profiles') {
    return checkMessage(source.bytes, 0, source.length, requestOf(signal));
  }
  const { items, hasReferences } = checkProfiles(source);
  if (hasReferences) {
    startRowBudget();
    decodeProfilesRequest(source, new ProfileColumns());
  }
  return items;
}
