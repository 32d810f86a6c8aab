import { StringColumn } from '../columns/string-column.ts';
import { copyBytes } from './gather.ts';

/** Room for new strings, beside the old ones. */
const BYTES_MIN = 256;

/**
 * A string column whose rows are replaced in order; those between stay. The row that was replaced
 * last may be replaced again.
 */
export class StringEditor {
  readonly #source: StringColumn;
  readonly #count: number;
  #edited: StringColumn | undefined;
  #last = -1;

  /** `count` in rows. */
  constructor(source: StringColumn, count: number) {
    this.#source = source;
    this.#count = count;
  }

  get changed(): boolean {
    return this.#edited !== undefined;
  }

  /** Where the row's Native String lies now. */
  columnOf(row: number): StringColumn {
    return row === this.#last && this.#edited !== undefined ? this.#edited : this.#source;
  }

  /** The column whose run the caller appends the row's Native String to. */
  replace(row: number): StringColumn {
    this.#edited ??= new StringColumn(this.#count, this.#source.run.length + BYTES_MIN);
    const edited = this.#edited;
    if (row === this.#last) {
      edited.run.length = edited.start[row];
      return edited;
    }
    this.#copyTo(edited, row);
    edited.start[row] = edited.run.length;
    this.#last = row;
    return edited;
  }

  finish(): StringColumn {
    if (this.#edited === undefined) return this.#source;
    this.#copyTo(this.#edited, this.#count);
    this.#last = this.#count;
    return this.#edited;
  }

  /** Copies the rows behind the last replaced one, up to `row`. */
  #copyTo(edited: StringColumn, row: number): void {
    const { run, start } = this.#source;
    const first = this.#last + 1;
    if (first >= row) return;
    const from = start[first];
    const size = (row === this.#count ? run.length : start[row]) - from;
    edited.run.reserve(size);
    const shift = edited.run.length - from;
    for (let i = first; i < row; i++) edited.start[i] = start[i] + shift;
    copyBytes(run, from, size, edited.run);
  }
}
