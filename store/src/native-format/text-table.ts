import { ByteRun } from '@sonde/proto';
import type { StringTable } from './low-cardinality.ts';
import { writeText } from './scalars.ts';

/** A `StringTable` of text made here (identities, constants); not for values of every row. */
export class TextTable implements StringTable {
  readonly run: ByteRun = new ByteRun(1 << 10);
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];

  constructor() {
    this.idOf('');
  }

  get count(): number {
    return this.#ids.size;
  }

  /** The text of an id; `''` for one that was never given. */
  text(id: number): string {
    return this.#texts[id] ?? '';
  }

  /** The id of `text`, which gets one if it is new. */
  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(text, id);
    this.#texts.push(text);
    writeText(this.run, text);
    return id;
  }
}
