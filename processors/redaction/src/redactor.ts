import { createHash } from 'node:crypto';
import { GoRegexp } from '@sonde/go-regexp';
import type { RedactionConfig } from './config.ts';
import { SUMMARY_KEYS } from './summary.ts';

export type KeyRule = 'ignore' | 'remove' | 'mask' | 'check';

/** Values remembered with what became of them; then they are forgotten. */
const VALUES_MAX = 8192;
/** Longer values are looked through every time: they would fill the memory. */
const REMEMBERED_LENGTH_MAX = 512;

const HASH_NAMES = { md5: 'md5', sha1: 'sha1', sha3: 'sha3-256' } as const;
const WHOLE = new GoRegexp('.*');

/** What to do about keys and values; pure. */
export class Redactor {
  readonly #allowAll: boolean;
  readonly #allowed: ReadonlySet<string>;
  readonly #ignored: ReadonlySet<string>;
  readonly #ignoredPatterns: readonly GoRegexp[];
  readonly #blockedKeys: readonly GoRegexp[];
  readonly #blockedValues: readonly GoRegexp[];
  readonly #allowedValues: readonly GoRegexp[];
  readonly #mask: (match: string) => string;
  readonly #known = new Map<string, string | undefined>();

  constructor(config: RedactionConfig) {
    const compile = (patterns: readonly string[]): GoRegexp[] =>
      patterns.map((pattern) => new GoRegexp(pattern));
    this.#allowAll = config.allow_all_keys;
    this.#allowed = new Set([...config.allowed_keys, ...SUMMARY_KEYS]);
    this.#ignored = new Set(config.ignored_keys);
    this.#ignoredPatterns = compile(config.ignored_key_patterns);
    this.#blockedKeys = compile(config.blocked_key_patterns);
    this.#blockedValues = compile(config.blocked_values);
    this.#allowedValues = compile(config.allowed_values);
    const { hash_function: hash } = config;
    this.#mask = hash === '' ? () => '****' : (match) => digest(HASH_NAMES[hash], match);
  }

  ruleFor(key: string): KeyRule {
    if (this.#ignored.has(key) || matchesAny(this.#ignoredPatterns, key)) return 'ignore';
    if (!this.#allowAll && !this.#allowed.has(key)) return 'remove';
    return matchesAny(this.#blockedKeys, key) ? 'mask' : 'check';
  }

  isAllowed(text: string): boolean {
    return matchesAny(this.#allowedValues, text);
  }

  /** The whole value masked. */
  masked(text: string): string {
    return WHOLE.replaceAll(text, this.#mask);
  }

  /** The value with every blocked match masked; undefined when there is none. */
  checked(text: string): string | undefined {
    if (text.length > REMEMBERED_LENGTH_MAX) return this.#check(text);
    const known = this.#known.get(text);
    if (known !== undefined || this.#known.has(text)) return known;
    if (this.#known.size >= VALUES_MAX) this.#known.clear();
    const checked = this.#check(text);
    this.#known.set(text, checked);
    return checked;
  }

  #check(text: string): string | undefined {
    let masked = text;
    for (const blocked of this.#blockedValues) {
      if (blocked.test(masked)) masked = blocked.replaceAll(masked, this.#mask);
    }
    return masked === text ? undefined : masked;
  }
}

function matchesAny(patterns: readonly GoRegexp[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

function digest(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}
