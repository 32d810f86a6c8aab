import { MEANINGS_MAX } from '../limits.ts';
import { Protocol } from '../records/layout.ts';
import { httpRequest } from './http-request.ts';
import type { Meaning } from './meaning.ts';
import { postgresqlRequest } from './postgresql-request.ts';
import { redisRequest } from './redis-request.ts';

const READERS: Readonly<Record<number, (text: string) => Meaning>> = {
  [Protocol.http1]: httpRequest,
  [Protocol.postgresql]: postgresqlRequest,
  [Protocol.redis]: redisRequest,
};

const NOTHING: Meaning = { operation: '', target: '', text: '' };

/** What of a request its meaning depends on: of HTTP the first line, without its query. */
function essence(protocol: number, text: string): string {
  if (protocol !== Protocol.http1) return text;
  const end = text.search(/[?\r]/);
  return end < 0 ? text : text.slice(0, end);
}

/** Reads requests, and remembers what it read: services ask the same again and again. */
export class Meanings {
  readonly #known = new Map<number, Map<string, Meaning>>();

  of(protocol: number, text: string): Meaning {
    let known = this.#known.get(protocol);
    if (known === undefined) {
      known = new Map();
      this.#known.set(protocol, known);
    }
    const key = essence(protocol, text);
    const found = known.get(key);
    if (found !== undefined) return found;
    const meaning = READERS[protocol]?.(key) ?? NOTHING;
    if (known.size >= MEANINGS_MAX) known.clear();
    known.set(key, meaning);
    return meaning;
  }
}
