import { DEAD_LETTER_HEADERS, type KafkaBuffer, TOPICS } from '@sonde/buffer';
import type { Logger } from '@sonde/pipeline';
import type { TooLarge } from './to-records.ts';

/** An item that no message may hold, and where it was meant to go. */
export interface Misfit extends TooLarge {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Single items that no message may hold, in the topic of dead letters, which takes 32 MiB. They lay
 * nowhere before: `sonde replay` puts them where they were meant to go, if the topic takes them.
 */
export class DeadLetters {
  readonly #logger: Logger;
  #isReady = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Resolves when the brokers have them. Rejects with `BufferError`. */
  async put(buffer: KafkaBuffer, letters: readonly Misfit[]): Promise<void> {
    if (!this.#isReady) await buffer.createTopic(TOPICS.deadLetters, { partitions: 1 });
    this.#isReady = true;
    for (const { record, reason, topic, partition } of letters) {
      const headers = {
        ...record.headers,
        [DEAD_LETTER_HEADERS.reason]: reason,
        [DEAD_LETTER_HEADERS.code]: 'TOO_LARGE',
        [DEAD_LETTER_HEADERS.topic]: topic,
        [DEAD_LETTER_HEADERS.partition]: String(partition),
      };
      await buffer.append(TOPICS.deadLetters, 0, [{ ...record, headers }]);
      const fields = { topic, error: reason };
      this.#logger.error('An item is too large, it is in the dead letters.', fields);
    }
  }
}
