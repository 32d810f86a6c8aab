import type { Settings } from '@sonde/pipeline';

/** First of OTLP's severity numbers that are errors. */
const ERROR = 17;

/** What is kept of the lines of a pattern. */
export interface IngestRule {
  /** One in so many; 0: none. */
  readonly keepOneIn: number;
  readonly alsoErrors: boolean;
}

/** Rules of one version of the settings, by source and id. */
export class IngestRules {
  readonly version: number;
  readonly #bySource = new Map<string, Map<string, IngestRule>>();

  constructor({ version, logPatterns }: Settings) {
    this.version = version;
    for (const setting of logPatterns) {
      if (setting.keepOneIn === 1) continue;
      const key = sourceKey(setting.tenant, setting.service);
      const rules = this.#bySource.get(key) ?? new Map<string, IngestRule>();
      this.#bySource.set(key, rules);
      for (const id of [setting.id, ...setting.leaves]) rules.set(id, setting);
    }
    // What people merged into another pattern is dropped as that one is.
    for (const { tenant, service, id, leaves, mergedInto, keepOneIn } of logPatterns) {
      if (mergedInto === null || keepOneIn !== 1) continue;
      const rules = this.#bySource.get(sourceKey(tenant, service));
      const rule = rules?.get(mergedInto);
      if (rule !== undefined) for (const own of [id, ...leaves]) rules?.set(own, rule);
    }
  }

  get isEmpty(): boolean {
    return this.#bySource.size === 0;
  }

  /** By id of the lines of a source; undefined for most. */
  of(source: string): ReadonlyMap<string, IngestRule> | undefined {
    return this.#bySource.get(source);
  }
}

/** The miner's key of a tenant's service. */
export function sourceKey(tenant: string, service: string): string {
  return `${tenant}\n${service}`;
}

/**
 * How many lines a kept one stands for; 0 when it is not kept. `hash` is of the line: the same one
 * is kept whenever it is read.
 */
export function weightBy(rule: IngestRule, severity: number, hash: number): number {
  if (severity >= ERROR && !rule.alsoErrors) return 1;
  if (rule.keepOneIn === 0) return 0;
  return (hash >>> 0) % rule.keepOneIn === 0 ? rule.keepOneIn : 0;
}

/** A hash of a line's time and its first bytes. */
export function lineHash(
  line: { readonly bytes: Uint8Array; readonly from: number; readonly to: number },
  timeLow: number,
  timeHigh: number,
): number {
  let hash = Math.imul(timeLow ^ 0x9e3779b1, 0x85ebca6b) ^ timeHigh;
  const end = Math.min(line.to, line.from + HASHED_BYTES_MAX);
  for (let i = line.from; i < end; i++) hash = Math.imul(hash ^ line.bytes[i], 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

const HASHED_BYTES_MAX = 512;
