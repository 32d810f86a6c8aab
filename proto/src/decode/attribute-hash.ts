import type { AttributeList } from '../columns/attribute-list.ts';
import type { ByteRun } from '../columns/byte-run.ts';
import type { Dictionary } from '../columns/dictionary.ts';
import { Hash64, HashWords, stableHash64, UnorderedHash } from '../columns/stable-hash.ts';

const keyHash = new Hash64();
const valueHash = new Hash64();
const memberHash = new Hash64();
const words = new HashWords(5);
const set = new UnorderedHash();

/** `stableHash64` of a Native String, its length prefix apart. */
export function hashNativeString(run: ByteRun, at: number, out: Hash64): void {
  const bytes = run.bytes;
  let p = at;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[p++];
    length |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  stableHash64(run.view, p, length, out);
}

export function hashDictionaryString(dictionary: Dictionary, id: number, out: Hash64): void {
  if (id === 0) stableHash64(dictionary.run.view, 0, 0, out);
  else hashNativeString(dictionary.run, dictionary.offset[id], out);
}

/**
 * The hash of the attributes `[from, to)`, whatever their order: `UnorderedHash` of a hash a
 * member, `stableHash64` over five words: type, hash of the key's bytes (low, high), hash of the
 * value as `AttributeList` holds it (low, high). Stored in databases: it never changes.
 */
export function hashAttributes(list: AttributeList, from: number, to: number, out: Hash64): void {
  set.start();
  for (let i = from; i < to; i++) {
    hashDictionaryString(list.keyDictionary, list.keys[i], keyHash);
    hashNativeString(list.values, list.valueStart[i], valueHash);
    words.start().word(list.types[i]).hash(keyHash).hash(valueHash).into(memberHash);
    set.add(memberHash);
  }
  set.into(out);
}
