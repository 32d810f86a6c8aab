import { HashIndex } from './hash-index.ts';
import { foldedHash } from './word-hash.ts';

/** What a field of a structured line says. */
export const FieldRole = { none: 0, message: 1, level: 2, time: 3 } as const;

/** Names of fields that loggers write, the most telling first. */
const MESSAGE_NAMES = 'message msg @message log body text short_message event error err';
const LEVEL_NAMES = 'level severity lvl loglevel log.level levelname log_level severity_text';
const TIME_NAMES = 'time timestamp @timestamp ts t date datetime asctime eventtime';

const NAME_BYTES_MAX = 32;
/** Weaker than every rank. */
const NO_RANK = 1 << 20;

interface NamedRole {
  readonly role: number;
  /** Smaller is stronger. */
  readonly rank: number;
}

const NAMED: readonly (NamedRole & { readonly hash: number })[] = [
  ...ranked(MESSAGE_NAMES, FieldRole.message),
  ...ranked(LEVEL_NAMES, FieldRole.level),
  ...ranked(TIME_NAMES, FieldRole.time),
];
/** Their places, from 1. */
const PLACES: HashIndex = new HashIndex(NAMED.map(({ hash }, i) => [hash, i + 1]));

function ranked(names: string, role: number): readonly (NamedRole & { readonly hash: number })[] {
  const encoder = new TextEncoder();
  return names.split(' ').map((name, rank) => {
    const bytes = encoder.encode(name);
    return { hash: foldedHash(bytes, 0, bytes.length), role, rank };
  });
}

export function roleOf(bytes: Uint8Array, from: number, to: number): NamedRole | undefined {
  if (to - from > NAME_BYTES_MAX) return undefined;
  const place = PLACES.get(foldedHash(bytes, from, to));
  return place === 0 ? undefined : NAMED[place - 1];
}

/** The strongest field of each role of one line; ranges are of the line's bytes. */
export class RoleFields {
  messageFrom = 0;
  messageTo = 0;
  #messageRank = NO_RANK;
  levelFrom = 0;
  levelTo = 0;
  #levelRank = NO_RANK;
  timeFrom = 0;
  timeTo = 0;
  #timeRank = NO_RANK;

  reset(): void {
    this.messageTo = this.messageFrom = 0;
    this.levelTo = this.levelFrom = 0;
    this.timeTo = this.timeFrom = 0;
    this.#messageRank = NO_RANK;
    this.#levelRank = NO_RANK;
    this.#timeRank = NO_RANK;
  }

  get hasMessage(): boolean {
    return this.#messageRank !== NO_RANK;
  }

  /** `depth` of nesting makes a field weaker than every one outside. */
  set({ role, rank }: NamedRole, depth: number, value: { from: number; to: number }): void {
    const own = rank + depth * 100;
    if (role === FieldRole.message && own < this.#messageRank) {
      this.#messageRank = own;
      this.messageFrom = value.from;
      this.messageTo = value.to;
    } else if (role === FieldRole.level && own < this.#levelRank) {
      this.#levelRank = own;
      this.levelFrom = value.from;
      this.levelTo = value.to;
    } else if (role === FieldRole.time && own < this.#timeRank) {
      this.#timeRank = own;
      this.timeFrom = value.from;
      this.timeTo = value.to;
    }
  }
}
