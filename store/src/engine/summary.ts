import type { NativeResult } from './native-addon.ts';

/** The sum of what the pieces of one statement read and wrote. */
export class StatementSummary {
  readonly #startedNs = process.hrtime.bigint();
  #readRows = 0;
  #readBytes = 0;
  #writtenRows = 0;
  #writtenBytes = 0;
  #resultRows = 0;
  #resultBytes = 0;

  add(piece: NativeResult): void {
    this.#readRows += piece.readRows;
    this.#readBytes += piece.readBytes;
    this.#writtenRows += piece.writtenRows;
    this.#writtenBytes += piece.writtenBytes;
    this.#resultRows += piece.resultRows;
    this.#resultBytes += piece.resultBytes;
  }

  /** The value of `X-ClickHouse-Summary`: numbers as text, as ClickHouse writes them. */
  header(): string {
    return JSON.stringify({
      read_rows: String(this.#readRows),
      read_bytes: String(this.#readBytes),
      written_rows: String(this.#writtenRows),
      written_bytes: String(this.#writtenBytes),
      total_rows_to_read: String(this.#readRows),
      result_rows: String(this.#resultRows),
      result_bytes: String(this.#resultBytes),
      elapsed_ns: String(process.hrtime.bigint() - this.#startedNs),
    });
  }
}
