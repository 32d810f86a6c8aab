import { ConfigError, type ConfigProblem } from './config-error.ts';
import type { PositionIndex } from './position.ts';

/** Problems listed before the rest is cut; nobody reads on. */
const PROBLEMS_MAX = 200;

/** Gathers everything that is wrong, so that one run shows it all. */
export class ProblemList {
  readonly #positions: PositionIndex;
  readonly #problems: ConfigProblem[] = [];

  constructor(positions: PositionIndex) {
    this.#positions = positions;
  }

  /** What is added now is not told: whoever would work for it need not. */
  get isFull(): boolean {
    return this.#problems.length >= PROBLEMS_MAX;
  }

  add(problem: Omit<ConfigProblem, 'position'>): void {
    if (this.isFull) return;
    const position = this.#positions.nearest(problem.path);
    this.#problems.push(position === undefined ? problem : { ...problem, position });
  }

  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }
}
