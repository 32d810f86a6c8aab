import { isIPv4, isIPv6 } from 'node:net';

/**
 * The bytes of an address: four for IPv4, also where it is written as IPv6 (`::ffff:1.2.3.4`), else
 * sixteen. Undefined for what Go's `net.ParseIP` refuses.
 */
export function ipBytes(text: string): Buffer | undefined {
  const bytes = rawIpBytes(text);
  return bytes === undefined ? undefined : shortened(bytes);
}

function rawIpBytes(text: string): Buffer | undefined {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  // An address with a zone is none.
  return isIPv6(text) && !text.includes('%') ? ipv6Bytes(text) : undefined;
}

function ipv6Bytes(text: string): Buffer {
  const [head = '', tail] = text.split('::');
  const before = wordsOf(head);
  const after = tail === undefined ? [] : wordsOf(tail);
  const bytes = Buffer.alloc(16);
  for (const [index, word] of before.entries()) bytes.writeUInt16BE(word, index * 2);
  for (const [index, word] of after.entries()) {
    bytes.writeUInt16BE(word, (8 - after.length + index) * 2);
  }
  return bytes;
}

function wordsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

const MAPPED_PREFIX = Buffer.from('00000000000000000000ffff', 'hex');

function shortened(bytes: Buffer): Buffer {
  const isMapped = bytes.length === 16 && bytes.subarray(0, 12).equals(MAPPED_PREFIX);
  return isMapped ? bytes.subarray(12) : bytes;
}

/** A network: its address and how many bits of it count. */
export interface Network {
  readonly bytes: Buffer;
  readonly prefixBits: number;
}

/** `10.0.0.0/8`; undefined for what Go's `net.ParseCIDR` refuses. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([^/]+)\/([0-9]{1,3})$/.exec(text);
  const raw = rawIpBytes(match?.[1] ?? '');
  const bits = Number(match?.[2]);
  if (raw === undefined || !(bits <= raw.length * 8)) return undefined;
  const bytes = shortened(raw);
  return { bytes, prefixBits: Math.max(bits - (raw.length - bytes.length) * 8, 0) };
}

export function isWithin(address: Buffer, { bytes, prefixBits }: Network): boolean {
  if (address.length !== bytes.length) return false;
  const whole = prefixBits >> 3;
  if (address.compare(bytes, 0, whole, 0, whole) !== 0) return false;
  const rest = prefixBits & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return (((address[whole] ?? 0) ^ (bytes[whole] ?? 0)) & mask) === 0;
}
