import { createHash, timingSafeEqual } from 'node:crypto';
import { compare } from 'bcryptjs';
import { apr1 } from './md5-crypt.ts';

const SHA1_BYTES = 20;

/**
 * Whether `password` is the one that `hash` was made of. Knows what `htpasswd` writes: bcrypt
 * (`$2y$`), `$apr1$`, `{SHA}`, `{SSHA}`, and plain text for everything else.
 */
export async function matchesHash(password: string, hash: string): Promise<boolean> {
  if (/^\$2[aby]\$/.test(hash)) return compare(password, hash);
  if (hash.startsWith('$apr1$')) return equal(apr1(password, hash.split('$')[2] ?? ''), hash);
  if (hash.startsWith('{SHA}')) {
    return equal(`{SHA}${sha1(Buffer.from(password)).toString('base64')}`, hash);
  }
  if (hash.startsWith('{SSHA}')) return matchesSalted(password, hash);
  return equal(password, hash);
}

function matchesSalted(password: string, hash: string): boolean {
  const bytes = Buffer.from(hash.slice('{SSHA}'.length), 'base64');
  const salt = bytes.subarray(SHA1_BYTES);
  const digest = sha1(Buffer.concat([Buffer.from(password), salt]));
  return bytes.length > SHA1_BYTES && timingSafeEqual(bytes.subarray(0, SHA1_BYTES), digest);
}

function sha1(bytes: Buffer): Buffer {
  return createHash('sha1').update(bytes).digest();
}

/** In a time that says nothing about where they differ, or how long they are. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
