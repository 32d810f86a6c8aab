import type { Consumer, RowLink, RowStage } from '../component.ts';

/** The link of a consumer whose items are counted on their way to it, where it has one. */
export function countedLink(
  consumer: Consumer,
  count: (items: number) => void,
): RowLink | undefined {
  const { rowLink } = consumer;
  return rowLink && { stage: new CountedStage(rowLink.stage, count), after: rowLink.after };
}

class CountedStage implements RowStage {
  readonly #stage: RowStage;
  readonly #count: (items: number) => void;

  constructor(stage: RowStage, count: (items: number) => void) {
    this.#stage = stage;
    this.#count = count;
  }

  get changesResources(): boolean {
    return this.#stage.changesResources;
  }

  get isOff(): boolean {
    return this.#stage.isOff;
  }

  set isOff(isOff: boolean) {
    this.#stage.isOff = isOff;
  }

  visitOf: RowStage['visitOf'] = (telemetry) => this.#stage.visitOf(telemetry);

  passed(arrived: number, dropped: number): void {
    this.#count(arrived);
    this.#stage.passed(arrived, dropped);
  }
}
