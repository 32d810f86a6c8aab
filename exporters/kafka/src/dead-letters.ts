import { DEAD_LETTER_HEADERS, type KafkaBuffer, TOPICS } from '@sonde/buffer';
import type { Logger } from '@sonde/pipeline';
import type { TooLarge } from './to-records.ts';

/** Single items that no message may hold, in the topic of dead letters, which takes 32 MiB. */
export class DeadLetters {
  readonly #logger: Logger;
  readonly #topic: string;
  #isReady = false;

  /** `topic` is the one that they were meant for. */
  constructor(logger: Logger, topic: string) {
    this.#logger = logger;
    this.#topic = topic;
  }

  /** Resolves when the brokers have them. Rejects with `BufferError`. */
  async put(buffer: KafkaBuffer, letters: readonly TooLarge[]): Promise<void> {
    if (!this.#isReady) await buffer.createTopic(TOPICS.deadLetters, { partitions: 1 });
    this.#isReady = true;
    for (const { record, reason } of letters) {
      const headers = {
        ...record.headers,
        [DEAD_LETTER_HEADERS.reason]: reason,
        [DEAD_LETTER_HEADERS.code]: 'TOO_LARGE',
        [DEAD_LETTER_HEADERS.topic]: this.#topic,
      };
      await buffer.append(TOPICS.deadLetters, 0, [{ ...record, headers }]);
      const fields = { topic: this.#topic, error: reason };
      this.#logger.error('An item is too large, it is in the dead letters.', fields);
    }
  }
}
