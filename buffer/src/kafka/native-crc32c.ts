import { crc32c } from '@node-rs/crc32';
import { BufferError } from '../contract.ts';

/** kafkajs computes the checksum of every batch here, in JavaScript: 40 % of its cost. */
const CHECKSUM = 'kafkajs/src/protocol/recordBatch/crc32C/crc32C.js';
/** What its writers of batches call; it takes the module above when it is loaded itself. */
const CALLER = 'kafkajs/src/protocol/recordBatch/crc32C/index.js';

const SAMPLES: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('123456789'),
  Buffer.from(Uint8Array.from({ length: 1021 }, (_, index) => (index * 31) % 256)),
];

/** Calls of the native checksum that kafkajs made. */
let calls = 0;

function native(bytes: Buffer): number {
  calls += 1;
  return crc32c(bytes);
}

/**
 * Puts the native checksum in the place of kafkajs' own, before anything else of it is loaded.
 * Throws `BUFFER_MISUSE` when the two differ on a sample, or kafkajs would not call ours: another
 * version of it than the pinned one.
 */
export function installNativeCrc32c(load: NodeJS.Require): void {
  const original: unknown = load(CHECKSUM);
  const entry = load.cache[load.resolve(CHECKSUM)];
  if (typeof original !== 'function' || entry === undefined) throw unexpected('has no checksum');
  for (const sample of SAMPLES) {
    const expected: unknown = original(sample);
    if (Number(expected) >>> 0 !== crc32c(sample)) throw unexpected('computes another checksum');
  }
  entry.exports = native;
  const caller: unknown = load(CALLER);
  const before = calls;
  if (typeof caller === 'function') caller(SAMPLES[0]);
  if (calls === before) throw unexpected('was loaded before its checksum could be replaced');
}

function unexpected(what: string): BufferError {
  return new BufferError('BUFFER_MISUSE', `kafkajs ${what}: it is not the version Sonde pins`);
}
