import { type EntryValue, isMap } from './entry.ts';

/** A value as JSON; int64 keep their digits, bytes are base64. */
export function valueToJson(value: EntryValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (Array.isArray(value)) return `[${value.map(valueToJson).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const members = [...value].map(
    ([key, member]) => `${JSON.stringify(key)}:${valueToJson(member)}`,
  );
  return `{${members.join(',')}}`;
}

/** A value as plain text: a string as it is. */
export function valueText(value: EntryValue): string {
  return typeof value === 'string' ? value : valueToJson(value);
}
