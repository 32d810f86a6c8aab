import { STATIC_TABLE } from './static-table.ts';

/**
 * Says that no table is used, before the first block of a connection: whatever table the peer allows,
 * it needs no other word about it (RFC 7541, 4.2).
 */
export const NO_TABLE: Buffer = Buffer.from([0x20]);

const INDEX_BY_NAME: ReadonlyMap<string, number> = new Map(
  STATIC_TABLE.map(({ name }, index): [string, number] => [name, index + 1]).reverse(),
);

const INDEX_BY_FIELD: ReadonlyMap<string, number> = new Map(
  STATIC_TABLE.map(({ name, value }, index): [string, number] => [`${name} ${value}`, index + 1]),
);

/**
 * A header block by the static table and literals that nobody keeps (RFC 7541, 6.2.2): the same bytes
 * on every connection, so that what is fixed is encoded once. Values are Latin-1.
 */
export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(Object.entries(headers).flatMap(([name, value]) => field(name, value)));
}

function field(name: string, value: string): Buffer[] {
  const whole = INDEX_BY_FIELD.get(`${name} ${value}`);
  if (whole !== undefined) return [integer(whole, 7, 0x80)];
  const index = INDEX_BY_NAME.get(name);
  const named = index === undefined ? [Buffer.of(0), ...text(name)] : [integer(index, 4, 0)];
  return [...named, ...text(value)];
}

function text(value: string): Buffer[] {
  const bytes = Buffer.from(value, 'latin1');
  return [integer(bytes.length, 7, 0), bytes];
}

/** RFC 7541, 5.1: in the lower `bits` of a byte that begins with `prefix`, and in those after it. */
function integer(value: number, bits: number, prefix: number): Buffer {
  const mask = 2 ** bits - 1;
  if (value < mask) return Buffer.of(prefix | value);
  const bytes = [prefix | mask];
  let rest = value - mask;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
