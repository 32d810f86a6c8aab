import { ByteRun } from '@sonde/proto';

const WIDTH = 8;

/** Lists of 8-byte numbers, a list a row, end to end; written anew once a row has another list. */
export class ListColumn {
  readonly #run: ByteRun;
  readonly #end: Uint32Array;
  readonly #count: number;
  readonly #lists = new Map<number, DataView>();

  /** `end` has two words a row, `count` is in rows. */
  constructor(run: ByteRun, end: Uint32Array, count: number) {
    this.#run = run;
    this.#end = end;
    this.#count = count;
  }

  get changed(): boolean {
    return this.#lists.size > 0;
  }

  /** The row's numbers, end to end. */
  view(row: number): DataView {
    return this.#lists.get(row) ?? this.#sourceView(row);
  }

  set(row: number, list: DataView): void {
    this.#lists.set(row, list);
  }

  /** The run and the ends, new where a list is. */
  finish(): { readonly run: ByteRun; readonly end: Uint32Array } {
    if (!this.changed) return { run: this.#run, end: this.#end };
    const run = new ByteRun(this.#run.length);
    const end = new Uint32Array(this.#count * 2);
    for (let row = 0; row < this.#count; row++) {
      const { buffer, byteOffset, byteLength } = this.view(row);
      run.reserve(byteLength);
      run.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), run.length);
      run.length += byteLength;
      end[row * 2] = run.length / WIDTH;
    }
    return { run, end };
  }

  #sourceView(row: number): DataView {
    const from = row === 0 ? 0 : (this.#end[row * 2 - 2] ?? 0);
    const to = this.#end[row * 2] ?? 0;
    const { buffer, byteOffset } = this.#run.bytes;
    return new DataView(buffer, byteOffset + from * WIDTH, (to - from) * WIDTH);
  }
}

/** Unsigned 64-bit integers as int64, which is how OTTL has them. */
export function readIntegers(view: DataView): bigint[] {
  const list: bigint[] = [];
  for (let at = 0; at < view.byteLength; at += WIDTH) list.push(view.getBigInt64(at, true));
  return list;
}

export function readDoubles(view: DataView): number[] {
  const list: number[] = [];
  for (let at = 0; at < view.byteLength; at += WIDTH) list.push(view.getFloat64(at, true));
  return list;
}

export function integerList(list: readonly bigint[]): DataView {
  const view = new DataView(new ArrayBuffer(list.length * WIDTH));
  for (const [i, value] of list.entries()) view.setBigInt64(i * WIDTH, value, true);
  return view;
}

export function doubleList(list: readonly number[]): DataView {
  const view = new DataView(new ArrayBuffer(list.length * WIDTH));
  for (const [i, value] of list.entries()) view.setFloat64(i * WIDTH, value, true);
  return view;
}
