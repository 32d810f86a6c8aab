import type { Consumer, ConsumingComponent, Telemetry } from '@sonde/pipeline';

/** Hands on what it is given, untouched, and waits for the answer. */
export class Forward implements ConsumingComponent {
  readonly #next: Consumer;

  constructor(next: Consumer) {
    this.#next = next;
  }

  async start(): Promise<void> {}

  async shutdown(): Promise<void> {}

  consume(telemetry: Telemetry): Promise<void> {
    return this.#next.consume(telemetry);
  }
}
