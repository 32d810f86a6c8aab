import { AnyValueType, type LogColumns, LogEditor, valueText } from '@sonde/proto';

const CONTINUES = 0x80;
const NO_BYTES = new Uint8Array(0);

/** Where a record's text stands: its body as bytes; the event's name where there is no body. */
export class BodyReader {
  bytes: Uint8Array = NO_BYTES;
  from = 0;
  to = 0;
  readonly #columns: LogColumns;
  readonly #editor: LogEditor;

  constructor(columns: LogColumns) {
    this.#columns = columns;
    this.#editor = new LogEditor(columns);
  }

  read(row: number): void {
    const { body, bodyType } = this.#columns;
    const type = bodyType[row];
    if (type === AnyValueType.string) {
      this.#readString(body.run.bytes, body.start[row]);
      return;
    }
    // Nested bodies as JSON, of which the message is looked for.
    this.#editor.openRow(row);
    const text =
      type === AnyValueType.empty ? this.#editor.eventName : valueText(this.#editor.body);
    this.bytes = Buffer.from(text);
    this.from = 0;
    this.to = this.bytes.length;
  }

  /** A Native String: its length as a varint, then its bytes. */
  #readString(bytes: Uint8Array, start: number): void {
    let at = start;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      length |= (byte & ~CONTINUES) << shift;
      if (byte < CONTINUES) break;
    }
    this.bytes = bytes;
    this.from = at;
    this.to = at + length;
  }
}
