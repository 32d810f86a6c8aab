import { addValue, newSeries, type Series } from '../metrics/series.ts';
import { attributesOf } from '../requests/attributes.ts';

/** A counter that the kernel keeps: reported is what was added since it was first looked at. */
export class FollowedCounter {
  readonly series: Series;
  #last: number | undefined;

  constructor(attributes: Parameters<typeof attributesOf>[0] = {}) {
    this.series = newSeries(attributesOf(attributes), 0);
  }

  /** What it says now; one that begins anew counts from 0. */
  follow(now: number): void {
    const last = this.#last ?? now;
    this.#last = now;
    const added = now < last ? now : now - last;
    if (added > 0) addValue(this.series, added, []);
  }
}
