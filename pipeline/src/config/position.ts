import { KEY_DELIMITER } from './config-value.ts';

/** Where a key stands. Lines and columns count from 1. */
export interface Position {
  /** A file's path, `env:NAME`, or the text of a `--set`. */
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** Positions by path (`receivers::otlp::protocols`); a later source wins, as its values do. */
export class PositionIndex {
  readonly #positions = new Map<string, Position>();

  set(path: readonly string[], position: Position): void {
    this.#positions.set(path.join(KEY_DELIMITER), position);
  }

  addAll(later: PositionIndex): void {
    for (const [path, position] of later.#positions) this.#positions.set(path, position);
  }

  /** Of the path itself or of the nearest ancestor that was written down. */
  nearest(path: readonly string[]): Position | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const position = this.#positions.get(path.slice(0, length).join(KEY_DELIMITER));
      if (position !== undefined) return position;
    }
    return undefined;
  }
}

/** A `--set` is one line: its name says where. */
export const SET_LABEL = '--set ';

export function formatPosition(position: Position): string {
  if (position.source.startsWith(SET_LABEL)) return position.source;
  return `${position.source}:${position.line}:${position.column}`;
}
