import { KAFKA_TOPICS_MAX } from '../limits.ts';

/** Names of topics by their id, which is theirs alone in all clusters; the longest known go first. */
export class KafkaTopics {
  readonly #names = new Map<string, string>();

  get size(): number {
    return this.#names.size;
  }

  /** `id`: its 16 bytes, a character each. */
  learn(id: string, name: string): void {
    if (this.#names.has(id)) return;
    const [oldest] = this.#names.keys();
    if (this.#names.size >= KAFKA_TOPICS_MAX && oldest !== undefined) this.#names.delete(oldest);
    this.#names.set(id, name);
  }

  /** Empty when it is not known. */
  nameOf(id: string): string {
    return this.#names.get(id) ?? '';
  }
}
