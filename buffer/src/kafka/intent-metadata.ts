import type { Intent } from '../contract.ts';

/**
 * The intent as the metadata of a committed offset, which is the intent's `from`. Kafka keeps up to
 * `offset.metadata.max.bytes` (4096 by default) of it.
 */
export function writeIntent({ to, configVersion, settingsVersion }: Intent): string {
  return JSON.stringify({ to, configVersion, settingsVersion });
}

/** Undefined where the metadata is none of ours: a commit, or another program's words. */
export function readIntent(from: number, metadata: string): Intent | undefined {
  if (!metadata.startsWith('{')) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(metadata);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { to, configVersion, settingsVersion }: Record<string, unknown> = { ...parsed };
  if (typeof to !== 'number' || !Number.isSafeInteger(to) || to <= from) return undefined;
  if (typeof configVersion !== 'string' || typeof settingsVersion !== 'number') return undefined;
  return { from, to, configVersion, settingsVersion };
}
