import type { Intent } from '../contract.ts';

/** Where a group is in a partition. */
export interface GroupEntry {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** The first offset that is not committed. */
  readonly position: number;
  /** Begun and not committed. */
  readonly intent: Intent | null;
  /** Counts the writes of all entries: of two copies of an entry the higher one holds. */
  readonly revision?: number;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isIntent(value: unknown): value is Intent {
  if (!isFields(value)) return false;
  const { from, to, configVersion, settingsVersion } = value;
  return (
    isOffset(from) &&
    isOffset(to) &&
    typeof configVersion === 'string' &&
    typeof settingsVersion === 'number'
  );
}

function isGroupEntry(value: unknown): value is GroupEntry {
  if (!isFields(value)) return false;
  const { group, topic, partition, position, intent, revision } = value;
  return (
    typeof group === 'string' &&
    typeof topic === 'string' &&
    isOffset(partition) &&
    isOffset(position) &&
    (intent === null || isIntent(intent)) &&
    (revision === undefined || isOffset(revision))
  );
}

/** Undefined when `text` is no entry. */
export function parseGroupEntry(text: string): GroupEntry | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isGroupEntry(value) ? value : undefined;
  } catch {
    // The caller counts and reports what it could not read.
    return undefined;
  }
}
