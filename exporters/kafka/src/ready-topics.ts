import type { KafkaBuffer } from '@sonde/buffer';
import { type Logger, SondeError } from '@sonde/pipeline';
import { CLIENT_TOPICS_MAX } from './message-place.ts';

/** What is known of a topic's partitions is no older, as soon as something is written. Milliseconds. */
export const TOPIC_AGE_MS_MAX = 60_000;
/** The shortest age that a configuration may ask for. Milliseconds. */
export const TOPIC_AGE_MS_MIN = 1000;

export interface ReadyTopicsSettings {
  /** The configured one; `CLIENT_TOPICS_MAX` more may be named by clients. */
  readonly topic: string;
  /** Of a topic that is made here. */
  readonly partitions: number;
  /** Whether a topic that is missing is made. */
  readonly isMade: boolean;
  readonly ageMsMax: number;
  readonly logger: Logger;
}

interface Ready {
  lookedMs: number;
  isLookedAt: boolean;
}

/**
 * Topics that are there. They are looked at again now and then, while what is written goes on: their
 * partitions may be more, and after they were deleted and made anew others.
 */
export class ReadyTopics {
  readonly #settings: ReadyTopicsSettings;
  readonly #ready: Map<string, Ready> = new Map();

  constructor(settings: ReadyTopicsSettings) {
    this.#settings = settings;
  }

  /**
   * Resolves with how many partitions the topic has, as far as is known. One that is missing is made,
   * where that may be; one that is there stays as it is. Rejects where there is none.
   */
  async partitionCount(buffer: KafkaBuffer, topic: string): Promise<number> {
    const ready = this.#ready.get(topic);
    if (ready === undefined) await this.#prepare(buffer, topic);
    else if (this.#isDue(ready)) void this.#look(buffer, topic, ready);
    return buffer.partitionCount(topic);
  }

  /** Nothing could be written: before more is, it is made sure that the topic is there. */
  forget(topic: string): void {
    this.#ready.delete(topic);
  }

  /** Something could not be written; why may lie in what is known of the topic. */
  doubt(topic: string): void {
    const ready = this.#ready.get(topic);
    if (ready !== undefined) ready.lookedMs = Number.NEGATIVE_INFINITY;
  }

  #isDue({ isLookedAt, lookedMs }: Ready): boolean {
    return !isLookedAt && performance.now() - lookedMs >= this.#settings.ageMsMax;
  }

  async #look(buffer: KafkaBuffer, topic: string, ready: Ready): Promise<void> {
    ready.isLookedAt = true;
    try {
      const before = buffer.partitionCount(topic);
      if (!(await buffer.findTopic(topic))) return this.forget(topic);
      const partitions = buffer.partitionCount(topic);
      if (partitions !== before) {
        const text = 'The topic has another number of partitions: they are written to from now on.';
        this.#settings.logger.info(text, { topic, before, partitions });
      }
    } catch {
      // Who writes hears that no broker answers; what was known holds until the next look.
    } finally {
      ready.isLookedAt = false;
      ready.lookedMs = performance.now();
    }
  }

  async #prepare(buffer: KafkaBuffer, topic: string): Promise<void> {
    const { topic: own, partitions, isMade } = this.#settings;
    if (topic !== own && this.#ready.size >= CLIENT_TOPICS_MAX) {
      const text = `clients have named ${CLIENT_TOPICS_MAX} topics already`;
      throw new SondeError('INVALID_DATA', text);
    }
    if (!(await buffer.findTopic(topic)) && isMade) await buffer.createTopic(topic, { partitions });
    if (!(await buffer.findTopic(topic))) return;
    this.#ready.set(topic, { lookedMs: performance.now(), isLookedAt: false });
  }
}
