import { isIP } from 'node:net';

const V4_BYTES = 4;
const V6_BYTES = 16;
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** An address out of its bytes; empty where there are none, `?` and hex where they are none. */
export function ipOfBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  if (bytes.length === V4_BYTES) return bytes.join('.');
  const hex = Buffer.from(bytes).toString('hex');
  if (bytes.length !== V6_BYTES) return `?${hex}`;
  return canonicalIpv6(hex.match(/.{4}/g)?.join(':') ?? '');
}

/** An address as Go writes it; undefined for a text that is none. */
export function ipOfText(text: string): string | undefined {
  const family = isIP(text);
  if (family === 4) return text;
  return family === 6 && !text.includes('%') ? canonicalIpv6(text) : undefined;
}

/** RFC 5952; a mapped IPv4 address is that address. */
function canonicalIpv6(text: string): string {
  const short = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [, high, low] = MAPPED.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const word = Buffer.from(high.padStart(4, '0') + low.padStart(4, '0'), 'hex');
  return word.join('.');
}
