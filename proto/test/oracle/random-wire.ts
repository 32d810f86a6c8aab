import { ANY_VALUE } from '../../src/schema/common-messages.ts';
import type { Field, Message } from '../../src/schema/field.ts';

/** A seeded generator (mulberry32): a failing seed is a test case. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 0 <= x < 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

const WORDS = [
  '',
  'a',
  'GET',
  'http.route',
  'service.name',
  'checkout',
  'käse \u{1f9c0}',
  '\0',
  'x'.repeat(130),
];
const NUMBERS = [
  0n,
  1n,
  9n,
  10n,
  127n,
  128n,
  255n,
  256n,
  300n,
  99999n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 32n,
  999999999n,
  1000000000n,
  (1n << 53n) - 1n,
  1n << 53n,
  (1n << 53n) + 1n,
  10n ** 18n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
];
const DOUBLES = [
  0,
  -0,
  1,
  -1.5,
  0.1,
  1e21,
  5e-324,
  1.7976931348623157e308,
  -2.2250738585072014e-308,
  Number.NaN,
  Infinity,
  -Infinity,
];

/**
 * A valid message of a type as wire bytes, with everything protobuf allows: fields in any order,
 * missing, repeated, unknown, numbers packed or not, varints longer than they need be.
 */
export function randomMessage(random: Random, type: Message, depth = 0): Buffer {
  const parts: Buffer[] = [];
  const odd = random.chance(0.15);
  for (const field of type.byName.values()) {
    const count = field.repeated ? random.below(4) : random.chance(0.7) ? 1 : 0;
    if (type === ANY_VALUE && !random.chance(0.25)) continue;
    for (let i = 0; i < count + (odd && random.chance(0.3) ? 1 : 0); i++) {
      parts.push(randomField(random, field, depth, odd));
    }
  }
  if (odd) {
    if (random.chance(0.3)) parts.push(unknownField(random));
    for (let i = parts.length - 1; i > 0; i--) {
      const k = random.below(i + 1);
      [parts[i], parts[k]] = [parts[k], parts[i]];
    }
  }
  return Buffer.concat(parts);
}

function randomField(random: Random, field: Field, depth: number, odd: boolean): Buffer {
  const tag = (wireType: number): Buffer =>
    varint(BigInt(field.number * 8 + wireType), odd && random.chance(0.1) ? 1 : 0);
  const content = (bytes: Buffer): Buffer =>
    Buffer.concat([tag(2), varint(BigInt(bytes.length), odd && random.chance(0.1) ? 1 : 0), bytes]);
  switch (field.kind) {
    case 'message': {
      const nested = field.message === undefined ? undefined : field.message;
      if (nested === undefined || depth > 9) return content(Buffer.alloc(0));
      return content(randomMessage(random, nested, depth + 1));
    }
    case 'string':
    case 'bytes':
      return content(Buffer.from(WORDS[random.below(WORDS.length)]));
    case 'traceId':
      return content(randomBytes(random, random.chance(0.9) ? 16 : 0));
    case 'spanId':
      return content(randomBytes(random, random.chance(0.9) ? 8 : 0));
    case 'fixed32':
      return Buffer.concat([tag(5), randomBytes(random, 4)]);
    case 'fixed64':
    case 'sfixed64':
    case 'double': {
      const one = (): Buffer => fixed64(random, field.kind === 'double');
      if (!field.repeated || random.chance(0.2)) return Buffer.concat([tag(1), one()]);
      return content(Buffer.concat(Array.from({ length: random.below(25) }, one)));
    }
    default: {
      const one = (): Buffer =>
        varint(NUMBERS[random.below(NUMBERS.length)], odd && random.chance(0.1) ? 1 : 0);
      if (!field.repeated || random.chance(0.2)) return Buffer.concat([tag(0), one()]);
      return content(Buffer.concat(Array.from({ length: random.below(9) }, one)));
    }
  }
}

function unknownField(random: Random): Buffer {
  const number = [17, 31, 32, 1000, 536870911][random.below(5)];
  const tag = (wireType: number): Buffer => varint(BigInt(number) * 8n + BigInt(wireType));
  switch (random.below(4)) {
    case 0:
      return Buffer.concat([tag(0), varint(NUMBERS[random.below(NUMBERS.length)])]);
    case 1:
      return Buffer.concat([tag(1), randomBytes(random, 8)]);
    case 2:
      return Buffer.concat([tag(2), varint(5n), randomBytes(random, 5)]);
    default:
      return Buffer.concat([tag(5), randomBytes(random, 4)]);
  }
}

function fixed64(random: Random, isDouble: boolean): Buffer {
  const bytes = Buffer.alloc(8);
  if (isDouble) bytes.writeDoubleLE(DOUBLES[random.below(DOUBLES.length)]);
  else bytes.writeBigUInt64LE(NUMBERS[random.below(NUMBERS.length)]);
  return bytes;
}

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

/** `extra` continuation bytes more than needed, where there is room. */
export function varint(value: bigint, extra = 0): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  if (extra > 0 && bytes.length < 5) {
    bytes[bytes.length - 1] |= 128;
    bytes.push(0);
  }
  return Buffer.from(bytes);
}
