import { createHash } from 'node:crypto';

const MAGIC = '$apr1$';
const ROUNDS = 1000;
const SALT_CHARS_MAX = 8;
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Which digest bytes make each group of characters, most significant first. */
const GROUPS: readonly (readonly [number, number, number])[] = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
];
const LAST_BYTE = 11;

/**
 * `$apr1$salt$digest`, what `htpasswd` writes by default. Source: Apache's `apr_md5_encode`, which
 * is the MD5-crypt of Poul-Henning Kamp with another magic.
 */
export function apr1(password: string, salt: string): string {
  const key = Buffer.from(password, 'utf8');
  const used = salt.slice(0, SALT_CHARS_MAX);
  let digest = firstDigest(key, used);
  for (let round = 0; round < ROUNDS; round += 1)
    digest = nextDigest({ digest, key, salt: used, round });
  return `${MAGIC}${used}$${encode(digest)}`;
}

function firstDigest(key: Buffer, salt: string): Buffer {
  const inner = md5(key, Buffer.from(salt), key);
  const hash = createHash('md5').update(key).update(MAGIC).update(salt);
  for (let left = key.length; left > 0; left -= inner.length) {
    hash.update(inner.subarray(0, Math.min(left, inner.length)));
  }
  for (let bits = key.length; bits > 0; bits >>= 1) {
    hash.update((bits & 1) === 1 ? Buffer.alloc(1) : key.subarray(0, 1));
  }
  return hash.digest();
}

function nextDigest(step: {
  readonly digest: Buffer;
  readonly key: Buffer;
  readonly salt: string;
  readonly round: number;
}): Buffer {
  const { digest, key, salt, round } = step;
  const odd = round % 2 === 1;
  return md5(
    odd ? key : digest,
    round % 3 === 0 ? Buffer.alloc(0) : Buffer.from(salt),
    round % 7 === 0 ? Buffer.alloc(0) : key,
    odd ? digest : key,
  );
}

function md5(...parts: readonly Buffer[]): Buffer {
  return createHash('md5').update(Buffer.concat(parts)).digest();
}

function encode(digest: Buffer): string {
  const groups = GROUPS.map(([high, middle, low]) => {
    const value = ((digest[high] ?? 0) << 16) | ((digest[middle] ?? 0) << 8) | (digest[low] ?? 0);
    return chars(value, 4);
  });
  return `${groups.join('')}${chars(digest[LAST_BYTE] ?? 0, 2)}`;
}

/** Six bits a character, the least significant first. */
function chars(value: number, count: number): string {
  let text = '';
  for (let left = value; text.length < count; left >>= 6) text += ALPHABET[left & 0x3f];
  return text;
}
