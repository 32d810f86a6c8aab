import {
  type BufferRecord,
  DEAD_LETTER_HEADERS,
  HEADERS,
  type NewRecord,
  type PartitionReader,
} from '@sonde/buffer';
import type { SondeError } from '@sonde/pipeline';

/** Characters of an error's message that are kept. */
const REASON_LENGTH_MAX = 2000;

/**
 * The record as it was, with why and from where. Its time stays the time of receipt. Of its headers
 * it keeps those that Sonde knows: any others might leave no room for the reason.
 */
export function toDeadLetter(
  record: BufferRecord,
  { topic, topicId, partition }: Pick<PartitionReader, 'topic' | 'topicId' | 'partition'>,
  error: SondeError,
): NewRecord {
  const { key, value, timestampUnixMs } = record;
  const headers = {
    ...kept(record, HEADERS.tenant),
    ...kept(record, HEADERS.items),
    [DEAD_LETTER_HEADERS.reason]: error.message.slice(0, REASON_LENGTH_MAX),
    [DEAD_LETTER_HEADERS.code]: error.code,
    [DEAD_LETTER_HEADERS.topic]: topic,
    ...(topicId === undefined ? {} : { [DEAD_LETTER_HEADERS.topicId]: topicId }),
    [DEAD_LETTER_HEADERS.partition]: String(partition),
    [DEAD_LETTER_HEADERS.offset]: String(record.offset),
  };
  return { ...(key === undefined ? {} : { key }), value, headers, timestampUnixMs };
}

function kept({ headers }: BufferRecord, name: string): Record<string, string> {
  const value = headers[name];
  return value === undefined ? {} : { [name]: value };
}
