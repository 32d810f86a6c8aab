import { createHash, timingSafeEqual } from 'node:crypto';
import { TOKENS_MAX } from './config.ts';

export const FILE_BYTES_MAX: number = 4 * 1024 * 1024;

/** Tokens, one a line; empty lines are skipped. Throws when there are none, or too many. */
export function parseTokens(content: string): readonly string[] {
  const tokens = content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (tokens.length === 0) throw new Error('the file has no token');
  if (tokens.length > TOKENS_MAX) throw new Error(`the file has more than ${TOKENS_MAX} tokens`);
  return tokens;
}

/** The header's values that are let in, as digests: how long a look takes says nothing of them. */
export class TokenList {
  readonly #tokens: readonly string[];
  readonly #digests: readonly Buffer[];
  readonly #scheme: string;

  constructor(scheme: string, tokens: readonly string[]) {
    this.#scheme = scheme;
    this.#tokens = tokens;
    this.#digests = tokens.map((token) => digest(this.#headerValue(token)));
  }

  has(headerValue: string): boolean {
    const given = digest(headerValue);
    let found = false;
    for (const known of this.#digests) found = timingSafeEqual(known, given) || found;
    return found;
  }

  /** What Sonde shows as a client. */
  get own(): string {
    return this.#headerValue(this.#tokens[0] ?? '');
  }

  #headerValue(token: string): string {
    return this.#scheme === '' ? token : `${this.#scheme} ${token}`;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
