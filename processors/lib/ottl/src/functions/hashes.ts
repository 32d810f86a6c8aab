import { createHash } from 'node:crypto';
import { xxh3 } from '@node-rs/xxhash';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import { ofString } from './define.ts';
import { murmur3x32, murmur3x64 } from './murmur3.ts';

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

function digest(algorithm: string): (text: string) => string {
  return (text) => createHash(algorithm).update(text).digest('hex');
}

/** FNV-1a of 64 bits, as an int64. */
function fnv(text: string): bigint {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  }
  return BigInt.asIntN(64, hash);
}

function hex(value: bigint, bytes: number): string {
  return value.toString(16).padStart(bytes * 2, '0');
}

export const HASHES: readonly FunctionDefinition[] = [
  ofString('MD5', digest('md5')),
  ofString('SHA1', digest('sha1')),
  ofString('SHA256', digest('sha256')),
  ofString('SHA512', digest('sha512')),
  ofString('FNV', fnv),
  ofString('XXH3', (text) => hex(xxh3.xxh64(text), 8)),
  ofString('XXH128', (text) => hex(xxh3.xxh128(text), 16)),
  ofString('Murmur3Hash', (text) => murmur3x32(Buffer.from(text))),
  ofString('Murmur3Hash128', (text) => murmur3x64(Buffer.from(text))),
];
