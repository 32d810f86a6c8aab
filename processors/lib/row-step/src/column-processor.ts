import {
  type Consumer,
  type ConsumingComponent,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { type Columns, itemsOf, MalformedError } from '@sonde/proto';

/**
 * A pure function of the columns, of who sent them (`telemetry.client`) and of configuration: no
 * clock, no random draw. Gives the columns themselves when nothing changes.
 */
export type ColumnStep = (columns: Columns, telemetry: Telemetry) => Columns;

/**
 * A processor that is one step on columns. It is done when the next one is; a batch of which no item
 * is left goes no further, and is done.
 */
export class ColumnProcessor implements ConsumingComponent {
  readonly #step: ColumnStep;
  readonly #next: Consumer;

  constructor(step: ColumnStep, next: Consumer) {
    this.#step = step;
    this.#next = next;
  }

  async start(): Promise<void> {}

  async consume(telemetry: Telemetry): Promise<void> {
    const changed = telemetry.withColumns(this.#apply(telemetry));
    if (changed !== telemetry && changed.itemCount === 0) return;
    await this.#next.consume(changed);
  }

  async shutdown(): Promise<void> {}

  #apply(telemetry: Telemetry): Columns {
    try {
      const columns = telemetry.columns();
      return itemsOf(columns) === 0 ? columns : this.#step(columns, telemetry);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  }
}
