import type { ProfileColumns } from '../columns/profile-columns.ts';
import { malformed } from '../malformed.ts';
import { startRowBudget } from '../protobuf/row-budget.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import { checkMessage } from '../schema/check-message.ts';
import { PROFILES_REQUEST } from '../schema/profile-messages.ts';
import { decodeResourceGroup } from './groups.ts';
import { references } from './nested-value.ts';
import { decodeProfile } from './profile.ts';
import { appendDictionary } from './profile-dictionary.ts';
import { resolveReferences } from './resolve-references.ts';

const REQUEST_FIELDS = 0b110;

/**
 * Checks an `ExportProfilesServiceRequest` and returns the samples in it (a profile without any is
 * one) and whether keys or values in it refer to the dictionary's strings.
 */
export function checkProfiles(source: Source): { items: number; hasReferences: boolean } {
  references.seen = false;
  const items = checkMessage(source.bytes, 0, source.length, PROFILES_REQUEST);
  return { items, hasReferences: references.seen };
}

/**
 * Attributes of resources and scopes may name their strings by index in a dictionary that comes
 * behind them: such a request is rewritten first, so that columns hold the strings themselves.
 */
export function decodeProfilesRequest(source: Source, columns: ProfileColumns): void {
  const plain = checkProfiles(source).hasReferences ? resolveReferences(source) : source;
  startRowBudget();
  const { bytes, length: end } = plain;
  let p = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag !== 0x0a && tag !== 0x12) {
      p = skipField(bytes, p, end, tag, REQUEST_FIELDS);
      continue;
    }
    const length = readLength(bytes, p, end);
    p = result.next;
    if (tag === 0x0a) decodeResourceGroup(plain, p, p + length, columns, decodeProfile);
    else appendDictionary(plain, p, p + length, columns.dictionary);
    p += length;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.dictionary.endSegment(columns.segments.count);
}
