import type { QueryCost } from './api/contract/index.ts';

/** Adds up what the queries of one answer read; the time is that of the answer, not their sum. */
export class CostMeter {
  readonly #startedMs = performance.now();
  #rowsRead = 0;
  #bytesRead = 0;

  /** Counts an answer and gives its rows. */
  rows<Row>(answer: { readonly rows: readonly Row[]; readonly cost: QueryCost }): readonly Row[] {
    this.#rowsRead += answer.cost.rowsRead;
    this.#bytesRead += answer.cost.bytesRead;
    return answer.rows;
  }

  get cost(): QueryCost {
    return {
      elapsedMs: Math.round(performance.now() - this.#startedMs),
      rowsRead: this.#rowsRead,
      bytesRead: this.#bytesRead,
    };
  }
}
