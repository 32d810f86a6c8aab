import { createHash } from 'node:crypto';
import { ANSWER_LIMITS } from './limits.ts';

/** Characters of the digest at the end of a name that was cut. */
export const DIGEST_LENGTH = 8;

/** Half of a character that takes two places: no address could hold it. */
const HALF_AT_END = /[\ud800-\udbff]$/;

/**
 * A name as lists have it: over `nameLengthMax` characters its beginning, an ellipsis and a digest,
 * by which names with the same beginning differ.
 */
export function cutName(name: string): string {
  const { nameLengthMax } = ANSWER_LIMITS;
  if (name.length <= nameLengthMax) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST_LENGTH);
  const start = name.slice(0, nameLengthMax - DIGEST_LENGTH - 1).replace(HALF_AT_END, '');
  return `${start}…${digest}`;
}
