/** A line that is known saves more than looking in vain costs. */
const GAIN = 2;
const COST = 1;
const SCORE_MAX = 512;
const FIRST_SCORE = 256;
/** Where lines are not known, they are looked for again after so many. */
const REST_LINES = 4096;

/** Whether it is worth while to look a source's lines up among known ones. */
export class Recall {
  #score = FIRST_SCORE;
  #restsUntil = 0;

  /** `line`: the source's count of lines. */
  isWorthwhile(line: number): boolean {
    if (this.#score > 0) return true;
    if (this.#restsUntil === 0) this.#restsUntil = line + REST_LINES;
    if (line < this.#restsUntil) return false;
    this.#restsUntil = 0;
    this.#score = FIRST_SCORE;
    return true;
  }

  /** Counts a line that was looked up. */
  count(isKnown: boolean): void {
    const score = this.#score + (isKnown ? GAIN : -COST);
    this.#score = Math.min(score, SCORE_MAX);
  }
}
