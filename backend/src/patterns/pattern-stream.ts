import type { PatternEntry } from '@sonde/log-patterns';
import type { StreamMessage } from '../streams/stream-message.ts';
import { STREAM_IDS_MAX, STREAM_WAITING_MAX } from './limits.ts';

const STREAM = 'sonde.log_patterns';
const VERSION = 1;

type Publish = (messages: readonly StreamMessage[], signal: AbortSignal) => Promise<void>;

/** Who reads a pattern's lines finds it by any of its ids. */
interface PatternPayload extends Record<string, unknown> {
  readonly service: string;
  readonly patternId: string;
  readonly template: string;
  readonly sample: string;
  /** Ids that lines of it are stored with, smallest first; at most `STREAM_IDS_MAX`. */
  readonly lineIds: readonly string[];
  readonly lineIdCount: number;
}

/**
 * What is to be told of patterns: each when it is found and when its template or its ids change. What
 * could not be published waits, the newest of a pattern alone, and is told with the next look.
 */
export class PatternStream {
  /** Messages that there was no room for: their patterns are told of when they change again. */
  dropped = 0;
  readonly #publish: Publish;
  /** By name of the pattern, in the order in which they changed. */
  readonly #waiting = new Map<string, StreamMessage>();

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes a service's patterns; `told` holds what was said of each before, and is brought up to date. */
  take(
    source: {
      readonly tenant: string;
      readonly service: string;
      readonly told: Map<string, string>;
    },
    entries: readonly PatternEntry[],
    nowMs: number,
  ): void {
    const { tenant, service, told } = source;
    for (const payload of payloadsOf(service, entries)) {
      const { patternId } = payload;
      const content = JSON.stringify([payload.template, payload.lineIdCount, payload.lineIds]);
      if (told.get(patternId) === content) continue;
      const id = `${service}/${patternId}`;
      const name = JSON.stringify([tenant, id]);
      if (this.#waiting.size >= STREAM_WAITING_MAX && !this.#waiting.has(name)) {
        this.dropped++;
        continue;
      }
      told.set(patternId, content);
      const key = [service, patternId].map((part) => part.replaceAll('\u0000', ''));
      this.#waiting.delete(name);
      const message = { stream: STREAM, version: VERSION, tenant, id, key, time: nowMs, payload };
      this.#waiting.set(name, { ...message, stream: STREAM });
    }
  }

  /** Publishes what waits. Rejects with `StreamError`: then all of it waits on. */
  async flush(signal: AbortSignal): Promise<number> {
    const messages = [...this.#waiting];
    if (messages.length === 0) return 0;
    await this.#publish(
      messages.map(([, message]) => message),
      signal,
    );
    // What changed meanwhile stays.
    for (const [name, message] of messages) {
      if (this.#waiting.get(name) === message) this.#waiting.delete(name);
    }
    return messages.length;
  }
}

function* payloadsOf(service: string, entries: readonly PatternEntry[]): Generator<PatternPayload> {
  const patterns = new Map<string, { readonly first: PatternEntry; readonly ids: string[] }>();
  for (const entry of entries) {
    const known = patterns.get(entry.patternId);
    if (known === undefined) patterns.set(entry.patternId, { first: entry, ids: [entry.leafId] });
    else known.ids.push(entry.leafId);
  }
  for (const [patternId, { first, ids }] of patterns) {
    const { template, sample } = first;
    const lineIds = ids.toSorted().slice(0, STREAM_IDS_MAX);
    yield { service, patternId, template, sample, lineIds, lineIdCount: ids.length };
  }
}
