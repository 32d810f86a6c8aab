import { OtlpMessage, type OtlpValue } from '../read/otlp-message.ts';
import type { Field } from '../schema/field.ts';

/** A message as what `JSON.stringify` takes. The slow way, for messages of any order. */
export function plainMessage(message: OtlpMessage, embedded: boolean): object {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of message.fields) {
    const field = message.type.byName.get(name);
    if (field === undefined) continue;
    if (Array.isArray(value)) plain[name] = value.map((each) => plainValue(each, field, embedded));
    else if (isOneValue(value) && !isDefault(value, field)) {
      plain[name] = plainValue(value, field, embedded);
    }
  }
  if (embedded) for (const { name } of message.type.embedded) plain[name] ??= {};
  return plain;
}

function isOneValue(value: OtlpValue | readonly OtlpValue[]): value is OtlpValue {
  return !Array.isArray(value);
}

function isDefault(value: OtlpValue, field: Field): boolean {
  if (field.presence) return false;
  if (value instanceof Uint8Array) return value.length === 0;
  return value === '' || value === 0n || value === false || Object.is(value, 0);
}

function plainValue(value: OtlpValue, field: Field, embedded: boolean): unknown {
  if (value instanceof OtlpMessage) return plainMessage(value, embedded);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') return isWide(field) ? value.toString() : Number(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0';
  return value;
}

function isWide({ kind }: Field): boolean {
  return kind === 'int64' || kind === 'uint64' || kind === 'fixed64' || kind === 'sfixed64';
}
