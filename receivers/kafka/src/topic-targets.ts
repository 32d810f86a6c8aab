import { TOPICS } from '@sonde/buffer';
import type { PumpTarget } from '@sonde/delivery';
import type { SignalTopics } from './config.ts';

/** Kafka's own, and what must not come back into a pipeline by itself. */
const NEVER_BY_PATTERN: readonly RegExp[] = [/^__/, new RegExp(`^${TOPICS.deadLetters}$`)];

/** Which pipeline a topic's messages go to: names first, then patterns in order of the signals. */
export class TopicTargets {
  readonly #byName: Map<string, PumpTarget> = new Map();
  readonly #byPattern: { readonly settings: SignalTopics; readonly target: PumpTarget }[] = [];

  add(settings: SignalTopics, target: PumpTarget): void {
    for (const topic of settings.topics) this.#byName.set(topic, target);
    if (settings.patterns.length > 0) this.#byPattern.push({ settings, target });
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  get hasPatterns(): boolean {
    return this.#byPattern.length > 0;
  }

  of(topic: string): PumpTarget | undefined {
    const named = this.#byName.get(topic);
    if (named !== undefined) return named;
    if (NEVER_BY_PATTERN.some((pattern) => pattern.test(topic))) return undefined;
    return this.#byPattern.find(({ settings }) => isMeant(settings, topic))?.target;
  }
}

function isMeant({ patterns, excluded }: SignalTopics, topic: string): boolean {
  if (!patterns.some((pattern) => pattern.test(topic))) return false;
  return !excluded.some((each) => (typeof each === 'string' ? each === topic : each.test(topic)));
}
