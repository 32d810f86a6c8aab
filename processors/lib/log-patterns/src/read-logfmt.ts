import { isDigit, isLetter } from './byte-class.ts';
import { FieldRole, type RoleFields, roleOf } from './field-roles.ts';

const EQUALS = 61;
const QUOTE = 34;
const BACKSLASH = 92;
const PAIRS_MIN = 2;

/**
 * Finds message, level and time in a line of `key=value` pairs. False when anything else stands in
 * it or no pair names a message.
 */
export function readLogfmt(
  bytes: Uint8Array,
  from: number,
  to: number,
  fields: RoleFields,
): boolean {
  fields.reset();
  let at = from;
  let pairs = 0;
  while (at < to) {
    while (at < to && bytes[at] === 32) at++;
    if (at >= to) break;
    const keyEnd = nameEnd(bytes, at, to);
    if (keyEnd === at || bytes[keyEnd] !== EQUALS) return false;
    const role = roleOf(bytes, at, keyEnd);
    let valueFrom = keyEnd + 1;
    let end = valueFrom;
    if (bytes[valueFrom] === QUOTE) {
      valueFrom++;
      end = valueFrom;
      while (end < to && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
      end = Math.min(end, to);
      at = end + 1;
    } else {
      while (end < to && bytes[end] !== 32) end++;
      at = end;
    }
    pairs++;
    // `err=` and `event=` are messages of JSON; here `msg=` is, and they vary.
    const isWeak = role !== undefined && role.role === FieldRole.message && role.rank > 2;
    if (role !== undefined && !isWeak) fields.set(role, 0, { from: valueFrom, to: end });
  }
  return pairs >= PAIRS_MIN && fields.hasMessage;
}

function nameEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const byte = bytes[at];
    const isMark = byte === 95 || byte === 46 || byte === 45 || byte === 64 || byte === 47;
    if (!isLetter(byte) && !isDigit(byte) && !isMark) break;
    at++;
  }
  return at;
}
