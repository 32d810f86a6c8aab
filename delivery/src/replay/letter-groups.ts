import type { Letter } from './letter.ts';

/** Groups that are told apart; letters of more are one group together. */
const GROUPS_MAX = 100;
/** Characters of a reason that are shown: its first line, and of that no more. */
const REASON_CHARACTERS_MAX = 200;
const OF_MORE_KINDS = 'of more kinds than are told apart';

/** Letters of one kind: of one code, signal, tenant and reason, whatever numbers the reason names. */
export interface LetterGroup {
  readonly code: string;
  readonly signal: string;
  readonly tenant: string;
  /** Of the first of them: one line. */
  readonly reason: string;
  count: number;
  bytes: number;
  /** Of those that were ever added. Milliseconds since the epoch. */
  oldestUnixMs: number;
}

/** Counts letters by kind. */
export class LetterGroups {
  readonly #groups: Map<string, LetterGroup> = new Map();

  /** Returns the group's key, for `remove`. */
  add(letter: Letter): string {
    const { code, tenant, receivedUnixMs, record } = letter;
    const signal = letter.signal ?? letter.topic;
    const reason = (letter.reason.split('\n', 1)[0] ?? '').slice(0, REASON_CHARACTERS_MAX);
    const own = JSON.stringify([code, signal, tenant, reason.replaceAll(/\d+/g, '#')]);
    const isKnown = this.#groups.has(own) || this.#groups.size < GROUPS_MAX;
    const key = isKnown ? own : OF_MORE_KINDS;
    const group = this.#groups.get(key) ?? {
      ...(isKnown
        ? { code, signal, tenant, reason }
        : { code: '', signal: '', tenant: '', reason: OF_MORE_KINDS }),
      ...{ count: 0, bytes: 0, oldestUnixMs: receivedUnixMs },
    };
    group.count += 1;
    group.bytes += record.value.length;
    group.oldestUnixMs = Math.min(group.oldestUnixMs, receivedUnixMs);
    this.#groups.set(key, group);
    return key;
  }

  /** Takes a letter of `bytes` back out of the group of `key`; the last one takes the group along. */
  remove(key: string, bytes: number): void {
    const group = this.#groups.get(key);
    if (group === undefined) return;
    group.count -= 1;
    group.bytes -= bytes;
    if (group.count === 0) this.#groups.delete(key);
  }

  /** Most letters first. */
  list(): readonly LetterGroup[] {
    return [...this.#groups.values()].sort((left, right) => right.count - left.count);
  }
}
