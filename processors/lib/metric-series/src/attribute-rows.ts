import {
  type AttributeColumns,
  AttributeEditor,
  type AttributeValue,
  dictionaryText,
} from '@sonde/proto';

/** Reads the attributes of rows by the text of their keys. Of a key sent twice the first counts. */
export class AttributeRows {
  readonly #editor: AttributeEditor;
  /** Ids of keys that were asked for; -1 where the dictionary has none. */
  readonly #ids = new Map<string, number>();
  #row = -1;

  constructor(columns: AttributeColumns) {
    this.#editor = new AttributeEditor(columns);
  }

  open(row: number): void {
    if (row === this.#row) return;
    this.#row = row;
    this.#editor.openRow(row);
  }

  /** Undefined where the open row has no such key; null is OTLP's empty value. */
  get(key: string): AttributeValue | undefined {
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#editor.findKey(key);
      this.#ids.set(key, id);
    }
    if (id === -1) return undefined;
    const index = this.#editor.indexOf(id);
    return index === -1 ? undefined : this.#editor.valueAt(index);
  }

  /** The keys of the open row, in their order, those sent twice once. */
  keys(): readonly string[] {
    const { count, dictionary } = this.#editor;
    const ids = new Set(Array.from({ length: count }, (_, index) => this.#editor.keyAt(index)));
    return [...ids].map((id) => dictionaryText(dictionary, id));
  }
}
