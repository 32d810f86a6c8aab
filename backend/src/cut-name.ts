import { createHash } from 'node:crypto';
import { ANSWER_LIMITS } from './limits.ts';

const DIGEST_LENGTH = 8;

/**
 * A name as lists have it: over `nameLengthMax` characters its beginning, an ellipsis and a digest,
 * by which names with the same beginning differ.
 */
export function cutName(name: string): string {
  const { nameLengthMax } = ANSWER_LIMITS;
  if (name.length <= nameLengthMax) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST_LENGTH);
  return `${name.slice(0, nameLengthMax - DIGEST_LENGTH - 1)}…${digest}`;
}
