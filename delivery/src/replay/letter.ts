import { type BufferRecord, DEAD_LETTER_HEADERS, HEADERS, TOPICS } from '@sonde/buffer';
import { DEFAULT_TENANT } from '@sonde/pipeline';
import { SIGNALS, type Signal } from '@sonde/proto';

/** A request that no pipeline could take. */
export interface Letter {
  /** Where it was: the same of a letter that was written twice. */
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  /** Undefined of a topic that is none of Sonde's. */
  readonly signal: Signal | undefined;
  readonly code: string;
  readonly reason: string;
  readonly tenant: string;
  readonly receivedUnixMs: number;
  /** Of the record that it becomes again. */
  readonly headers: Readonly<Record<string, string>>;
  readonly record: BufferRecord;
}

/** Which letters are meant; a field that is absent means all. */
export interface LetterFilter {
  /** The error's code, or a part of its text. */
  readonly reason?: string | undefined;
  readonly signal?: string | undefined;
  readonly tenant?: string | undefined;
  /** Times of receipt, `[since, until)`. Milliseconds since the epoch. */
  readonly sinceUnixMs?: number | undefined;
  readonly untilUnixMs?: number | undefined;
}

/** Undefined when the record does not say where it came from, or was meant to go: it stays. */
export function readLetter(record: BufferRecord): Letter | undefined {
  const { headers, timestampUnixMs: receivedUnixMs } = record;
  const topic = headers[DEAD_LETTER_HEADERS.topic];
  const partition = Number(headers[DEAD_LETTER_HEADERS.partition] ?? 0);
  if (topic === undefined || !Number.isInteger(partition)) return undefined;
  const tenant = headers[HEADERS.tenant] ?? DEFAULT_TENANT;
  return {
    id: idOf(record, `${topic}${idSuffix(headers)}/${partition}`),
    topic,
    partition,
    signal: SIGNALS.find((signal) => TOPICS[signal] === topic),
    code: headers[DEAD_LETTER_HEADERS.code] ?? '',
    reason: headers[DEAD_LETTER_HEADERS.reason] ?? '',
    tenant,
    receivedUnixMs,
    headers: { [HEADERS.tenant]: tenant, ...headersBefore(headers) },
    record,
  };
}

/** What lay in no topic before has a letter of its own for each time that it was sent. */
function idOf({ headers, offset, timestampUnixMs }: BufferRecord, place: string): string {
  const before = headers[DEAD_LETTER_HEADERS.offset];
  return before === undefined
    ? `${TOPICS.deadLetters}/0/${offset}@${timestampUnixMs}`
    : `${place}/${before}`;
}

function idSuffix(headers: BufferRecord['headers']): string {
  const topicId = headers[DEAD_LETTER_HEADERS.topicId];
  return topicId === undefined ? '' : `:${topicId}`;
}

const OF_LETTERS: ReadonlySet<string> = new Set(Object.values(DEAD_LETTER_HEADERS));

/** What the record had before it became a letter. */
function headersBefore(headers: BufferRecord['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_LETTERS.has(name)));
}

export function matches(letter: Letter, filter: LetterFilter): boolean {
  const { reason, signal, tenant, sinceUnixMs, untilUnixMs } = filter;
  if (reason !== undefined && letter.code !== reason && !letter.reason.includes(reason)) {
    return false;
  }
  if (signal !== undefined && letter.signal !== signal) return false;
  if (tenant !== undefined && letter.tenant !== tenant) return false;
  if (sinceUnixMs !== undefined && letter.receivedUnixMs < sinceUnixMs) return false;
  return untilUnixMs === undefined || letter.receivedUnixMs < untilUnixMs;
}
