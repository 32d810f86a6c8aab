import { type BufferRecord, DEAD_LETTER_HEADERS, HEADERS, TOPICS } from '@sonde/buffer';
import { DEFAULT_TENANT } from '@sonde/pipeline';
import { SIGNALS, type Signal } from '@sonde/proto';

/** A request that no pipeline could take. */
export interface Letter {
  /** `topic/partition/offset` of what it was: the same of a letter that was written twice. */
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  /** Undefined of a topic that is none of Sonde's. */
  readonly signal: Signal | undefined;
  readonly code: string;
  readonly reason: string;
  readonly tenant: string;
  readonly receivedUnixMs: number;
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

/** Undefined when the record does not say where it came from: it cannot be put back. */
export function readLetter(record: BufferRecord): Letter | undefined {
  const { headers, timestampUnixMs: receivedUnixMs } = record;
  const topic = headers[DEAD_LETTER_HEADERS.topic];
  const partition = Number(headers[DEAD_LETTER_HEADERS.partition] ?? Number.NaN);
  const offset = headers[DEAD_LETTER_HEADERS.offset];
  if (topic === undefined || offset === undefined || !Number.isInteger(partition)) return undefined;
  return {
    id: `${topic}/${partition}/${offset}`,
    topic,
    partition,
    signal: SIGNALS.find((signal) => TOPICS[signal] === topic),
    code: headers[DEAD_LETTER_HEADERS.code] ?? '',
    reason: headers[DEAD_LETTER_HEADERS.reason] ?? '',
    tenant: headers[HEADERS.tenant] ?? DEFAULT_TENANT,
    receivedUnixMs,
    record,
  };
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
