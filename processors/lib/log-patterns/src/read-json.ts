import { FieldRole, type RoleFields, roleOf } from './field-roles.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const DEPTH_MAX = 2;
const COLON = 58;

/**
 * Finds message, level and time in a line that is a JSON object, without building it; a line that
 * breaks off gives what stands before. False when no text field names a message.
 */
export function readJson(bytes: Uint8Array, from: number, to: number, fields: RoleFields): boolean {
  fields.reset();
  let at = from;
  let depth = 0;
  let isKey = false;
  while (at < to) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = stringEnd(bytes, at + 1, to);
      if (isKey && depth <= DEPTH_MAX) {
        at = valueAt(bytes, end + 1, to);
        readField(bytes, { keyFrom: keyStart(bytes, end), keyTo: end, at, to, depth }, fields);
        isKey = false;
        if (bytes[at] === QUOTE) at = stringEnd(bytes, at + 1, to) + 1;
        continue;
      }
      at = end + 1;
      continue;
    }
    if (byte === 123) {
      depth++;
      isKey = true;
    } else if (byte === 125) {
      depth--;
      if (depth <= 0) break;
    } else if (byte === 91) {
      at = listEnd(bytes, at, to);
      continue;
    } else if (byte === 44) {
      isKey = true;
    }
    at++;
  }
  return fields.hasMessage;
}

interface Field {
  readonly keyFrom: number;
  readonly keyTo: number;
  readonly at: number;
  readonly to: number;
  readonly depth: number;
}

function readField(bytes: Uint8Array, field: Field, fields: RoleFields): void {
  const role = roleOf(bytes, field.keyFrom, field.keyTo);
  if (role === undefined) return;
  const { at, to } = field;
  if (bytes[at] === QUOTE) {
    fields.set(role, field.depth, { from: at + 1, to: stringEnd(bytes, at + 1, to) });
    return;
  }
  if (role.role === FieldRole.message) return;
  let end = at;
  while (end < to && bytes[end] !== 44 && bytes[end] !== 125) end++;
  if (end > at && bytes[at] !== 123) fields.set(role, field.depth, { from: at, to: end });
}

/** Where the string that ends at `end` begins. */
function keyStart(bytes: Uint8Array, end: number): number {
  let at = end;
  while (at > 0 && bytes[at - 1] !== QUOTE) at--;
  return at;
}

/** The first byte of a value behind a key's quote. */
function valueAt(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === 32 || bytes[at] === COLON)) at++;
  return at;
}

/** The closing quote, or `to`. */
function stringEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, to);
}

function listEnd(bytes: Uint8Array, from: number, to: number): number {
  let depth = 0;
  let at = from;
  while (at < to) {
    const byte = bytes[at];
    if (byte === QUOTE) at = stringEnd(bytes, at + 1, to);
    else if (byte === 91 || byte === 123) depth++;
    else if (byte === 93 || byte === 125) {
      depth--;
      if (depth === 0) return at + 1;
    }
    at++;
  }
  return to;
}
