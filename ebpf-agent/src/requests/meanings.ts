import { MEANINGS_MAX } from '../limits.ts';
import type { Meaning } from './meaning.ts';
import type { RequestProtocol } from './request-protocol.ts';

/** Reads requests, and remembers what it read: services ask the same again and again. */
export class Meanings {
  readonly #known = new Map<RequestProtocol, Map<string, Meaning>>();

  of(protocol: RequestProtocol, text: string): Meaning {
    let known = this.#known.get(protocol);
    if (known === undefined) {
      known = new Map();
      this.#known.set(protocol, known);
    }
    const key = protocol.essence?.(text) ?? text;
    const found = known.get(key);
    if (found !== undefined) return found;
    const meaning = protocol.read(key);
    if (known.size >= MEANINGS_MAX) known.clear();
    known.set(key, meaning);
    return meaning;
  }
}
