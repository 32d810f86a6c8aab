import type { Logger } from '@sonde/pipeline';

/** Text, a whole number, or a list of texts. */
export type DetectedValue = string | bigint | readonly string[];
export type DetectedAttributes = ReadonlyMap<string, DetectedValue>;

/** What a detector may look at. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** When it must have given up. */
  readonly signal: AbortSignal;
  /** Nothing there is a failure, not an answer (`fail_on_missing_metadata`). */
  readonly failOnMissing: boolean;
}

/**
 * Finds out attributes of where Sonde runs. Without any where it runs elsewhere; rejects when it could
 * not find out.
 */
export type Detect = (surroundings: Surroundings) => Promise<DetectedAttributes>;

export const NOTHING: DetectedAttributes = new Map();

/** Leaves out what is not enabled, and what is empty. */
export function enabledOf(
  found: Readonly<Record<string, DetectedValue | undefined>>,
  enabled: ReadonlySet<string>,
): Map<string, DetectedValue> {
  const kept = new Map<string, DetectedValue>();
  for (const [key, value] of Object.entries(found)) {
    if (value === undefined || value === '' || !enabled.has(key)) continue;
    kept.set(key, value);
  }
  return kept;
}
