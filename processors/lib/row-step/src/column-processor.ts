import {
  type Consumer,
  type ConsumingComponent,
  type RowLink,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { type Columns, itemsOf, MalformedError } from '@sonde/proto';
import type { Passed, WireStep } from './wire-step.ts';

/**
 * A pure function of the columns, of who sent them (`telemetry.client`) and of configuration: no
 * clock, no random draw. Gives the columns themselves when nothing changes.
 */
export type ColumnStep = (columns: Columns, telemetry: Telemetry) => Columns;

/**
 * A processor that is one step: on the bytes of a batch that nobody has decoded, where it has a step for
 * them, else on columns. It is done when the next one is; a batch of which no item is left goes no
 * further, and is done.
 */
export class ColumnProcessor implements ConsumingComponent {
  readonly rowLink: RowLink | undefined;
  readonly #step: ColumnStep;
  readonly #wireStep: WireStep | undefined;
  readonly #next: Consumer;

  constructor(step: ColumnStep, next: Consumer, wireStep?: WireStep) {
    this.#step = step;
    this.#wireStep = wireStep;
    this.#next = next;
    this.rowLink = wireStep && { stage: wireStep, after: next };
  }

  async start(): Promise<void> {}

  async consume(telemetry: Telemetry): Promise<void> {
    const { telemetry: changed, next } = this.#apply(telemetry);
    if (changed !== telemetry && changed.itemCount === 0) return;
    await next.consume(changed);
  }

  async shutdown(): Promise<void> {}

  #apply(telemetry: Telemetry): Passed {
    try {
      const next = this.#next;
      const passed = telemetry.isEncoded ? this.#wireStep?.pass(telemetry, next) : undefined;
      if (passed !== undefined) return passed;
      const columns = telemetry.columns();
      if (itemsOf(columns) === 0) return { telemetry, next };
      return { telemetry: telemetry.withColumns(this.#step(columns, telemetry)), next };
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  }
}
