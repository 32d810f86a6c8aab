import type { Consumer, RowStage, Telemetry } from '@sonde/pipeline';
import {
  type Signal,
  WireRewriter,
  type WireRow,
  WireUnsupportedError,
  type WireVisits,
} from '@sonde/proto';

/** What is done to one batch. */
export type WireVisitFactory = (telemetry: Telemetry) => WireVisits;

export interface WireStepOptions {
  readonly signal: Signal;
  readonly visitOf: WireVisitFactory;
  /** Whether it writes to resources; false when absent. */
  readonly changesResources?: boolean;
  /** Told how many items of a batch went. */
  readonly dropped?: (items: number) => void;
}

/** A batch that has passed some steps, and who takes it. */
export interface Passed {
  readonly telemetry: Telemetry;
  readonly next: Consumer;
}

/**
 * A step on requests as they came in, for batches that nobody has decoded: the same result as the step
 * on columns, for a fraction of its cost. A pure function, as that is. Steps that follow each other
 * are done in one pass.
 */
export class WireStep implements RowStage {
  isOff = false;
  readonly #rewriter: WireRewriter;
  readonly #dropped: ((items: number) => void) | undefined;
  readonly changesResources: boolean;
  readonly visitOf: WireVisitFactory;

  constructor({ signal, visitOf, changesResources = false, dropped }: WireStepOptions) {
    this.#rewriter = new WireRewriter(signal);
    this.#dropped = dropped;
    this.changesResources = changesResources;
    this.visitOf = visitOf;
  }

  passed(_arrived: number, dropped: number): void {
    if (dropped > 0) this.#dropped?.(dropped);
  }

  /**
   * Takes a batch through this step and those like it that follow, up to `next` or somebody behind it.
   * Undefined, and nothing done, for bytes that take columns and once this step has proved to.
   */
  pass(telemetry: Telemetry, next: Consumer): Passed | undefined {
    // Each round that ends without a result turns one stage off.
    while (!this.isOff) {
      const { stages, end } = this.#stages(next);
      const run = new StageRun(stages, telemetry);
      try {
        const requests = this.#rewriter.rewrite(telemetry.requests, run.visits);
        run.tell(telemetry.itemCount);
        return { telemetry: telemetry.withRewritten(requests), next: end };
      } catch (error) {
        if (!(error instanceof WireUnsupportedError)) throw error;
        if (!error.isProgram) return undefined;
        run.turnOff();
      }
    }
    return undefined;
  }

  #stages(next: Consumer): { readonly stages: readonly RowStage[]; readonly end: Consumer } {
    const stages: RowStage[] = [this];
    let end = next;
    for (let link = end.rowLink; link !== undefined && !link.stage.isOff; link = end.rowLink) {
      // Resources are written before rows are visited: those before it would read what comes later.
      if (link.stage.changesResources && !stages.every((stage) => stage.changesResources)) break;
      stages.push(link.stage);
      end = link.after;
    }
    return { stages, end };
  }
}

/** Stages on one batch: how far they came, and what each dropped. */
class StageRun {
  readonly visits: WireVisits;
  readonly #stages: readonly RowStage[];
  readonly #visits: readonly WireVisits[];
  readonly #dropped: number[];
  #at = 0;

  constructor(stages: readonly RowStage[], telemetry: Telemetry) {
    this.#stages = stages;
    this.#visits = stages.map((stage) => stage.visitOf(telemetry));
    this.#dropped = stages.map(() => 0);
    this.visits = {
      ...(this.#visits.some(({ resources }) => resources) && {
        resources: (row: WireRow) => this.#resource(row),
      }),
      ...(this.#visits.some(({ rows }) => rows) && { rows: (row: WireRow) => this.#row(row) }),
    };
  }

  #resource(row: WireRow): void {
    const visits = this.#visits;
    for (let i = 0; i < visits.length; i++) {
      this.#at = i;
      visits[i]?.resources?.(row);
    }
  }

  #row(row: WireRow): boolean {
    const visits = this.#visits;
    for (let i = 0; i < visits.length; i++) {
      this.#at = i;
      if (visits[i]?.rows?.(row) !== false) continue;
      this.#dropped[i] = (this.#dropped[i] ?? 0) + 1;
      return false;
    }
    return true;
  }

  /** The stage that was at work takes columns, whatever comes. */
  turnOff(): void {
    const stage = this.#stages[this.#at];
    if (stage !== undefined) stage.isOff = true;
  }

  /** Nobody is told of a batch of which nothing came. */
  tell(items: number): void {
    let arrived = items;
    for (const [i, stage] of this.#stages.entries()) {
      if (arrived === 0) return;
      const dropped = this.#dropped[i] ?? 0;
      stage.passed(arrived, dropped);
      arrived -= dropped;
    }
  }
}
