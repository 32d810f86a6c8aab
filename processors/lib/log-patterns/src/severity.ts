import { HashIndex } from './hash-index.ts';
import { foldedHash } from './word-hash.ts';

/** OTLP's severity numbers of words for levels, as the logs data model maps them. */
const NUMBERS: Readonly<Record<string, number>> = {
  TRACE: 1,
  FINEST: 1,
  VERBOSE: 2,
  FINER: 3,
  DEBUG: 5,
  DBG: 5,
  FINE: 5,
  CONFIG: 8,
  INFO: 9,
  INF: 9,
  INFORMATION: 9,
  NOTICE: 10,
  WARN: 13,
  WRN: 13,
  WARNING: 13,
  FAILURE: 17,
  ERROR: 17,
  ERR: 17,
  SEVERE: 17,
  CRIT: 21,
  CRITICAL: 21,
  FATAL: 21,
  PANIC: 21,
  ALERT: 22,
  EMERG: 24,
  EMERGENCY: 24,
};

const SINGLE: Readonly<Record<string, number>> = { V: 1, D: 5, I: 9, W: 13, E: 17, F: 21 };

export const LEVEL_LENGTH_MAX = 11;

const encoder = new TextEncoder();
const BY_HASH: HashIndex = new HashIndex(
  Object.entries(NUMBERS).map(([word, number]) => {
    const bytes = encoder.encode(word);
    return [foldedHash(bytes, 0, bytes.length), number];
  }),
);
const BY_LETTER: Uint8Array = new Uint8Array(256);
for (const [letter, number] of Object.entries(SINGLE)) BY_LETTER[letter.charCodeAt(0)] = number;

/** The severity number of a level written at [from, to): a word, or one capital letter; else 0. */
export function severityOf(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length === 1) return BY_LETTER[bytes[from]];
  if (length < 3 || length > LEVEL_LENGTH_MAX) return 0;
  return BY_HASH.get(foldedHash(bytes, from, to));
}
