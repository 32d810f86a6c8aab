import type { Intent } from '../contract.ts';

/** What stands beside a group's committed offset. */
export interface CommitMark {
  /** Of the topic whose offset it is; undefined where it does not say. */
  readonly topicId: string | undefined;
  /** How many the topic had when the group began with it; undefined where it does not say. */
  readonly partitions: number | undefined;
  readonly intent: Intent | undefined;
}

/**
 * The metadata of a committed offset: the topic's id, how many partitions it had when the group began,
 * and the intent that begins there. Kafka keeps up to `offset.metadata.max.bytes` (4096 by default).
 */
export function writeMark({ topicId, partitions, intent }: CommitMark): string {
  if (intent === undefined) return JSON.stringify({ topicId, partitions });
  const { to, configVersion, settingsVersion } = intent;
  return JSON.stringify({ to, configVersion, settingsVersion, topicId, partitions });
}

/** Without any of it where the metadata is none of ours: another program's words, or none. */
export function readMark(from: number, metadata: string): CommitMark {
  const fields = readFields(metadata);
  const topicId = typeof fields['topicId'] === 'string' ? fields['topicId'] : undefined;
  const count = fields['partitions'];
  const partitions = typeof count === 'number' && Number.isSafeInteger(count) ? count : undefined;
  return { topicId, partitions, intent: readIntent(from, fields) };
}

type Fields = Readonly<Record<string, unknown>>;

function readFields(metadata: string): Fields {
  if (!metadata.startsWith('{')) return {};
  try {
    const parsed: unknown = JSON.parse(metadata);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {}; // Whoever wrote it meant it for somebody else.
  }
}

/** The range is of the topic that the mark names: its tokens carry the same id again. */
function readIntent(from: number, fields: Fields): Intent | undefined {
  const { to, configVersion, settingsVersion, topicId } = fields;
  if (typeof to !== 'number' || !Number.isSafeInteger(to) || to <= from) return undefined;
  if (typeof configVersion !== 'string' || typeof settingsVersion !== 'number') return undefined;
  const intent = { from, to, configVersion, settingsVersion };
  return typeof topicId === 'string' ? { ...intent, topicId } : intent;
}
