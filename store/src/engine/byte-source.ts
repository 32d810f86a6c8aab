import { CODES, engineError } from './engine-error.ts';

const SKIP_BYTES = 65_536;

/** Reads exact counts of bytes from chunks of any size. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #cutOff: string;
  #pending: Buffer = Buffer.alloc(0);

  /** `cutOff` words the error when the chunks end too early. */
  constructor(chunks: AsyncIterable<Uint8Array>, cutOff: string) {
    this.#cutOff = cutOff;
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next bytes, which stay. */
  async peek(length: number): Promise<Buffer> {
    if (!(await this.#fill(length))) {
      throw engineError(CODES.cannotDecompress, `Cannot decompress the body: ${this.#cutOff}`);
    }
    return this.#pending.subarray(0, length);
  }

  /** Holds no more than a piece of them. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; left -= SKIP_BYTES)
      await this.read(Math.min(left, SKIP_BYTES));
  }

  async read(length: number): Promise<Buffer> {
    const bytes = await this.peek(length);
    this.#pending = this.#pending.subarray(length);
    return bytes;
  }

  async atEnd(): Promise<boolean> {
    return !(await this.#fill(1));
  }

  async #fill(length: number): Promise<boolean> {
    const parts = [this.#pending];
    let total = this.#pending.length;
    while (total < length) {
      const step = await this.#chunks.next();
      if (step.done === true) break;
      parts.push(Buffer.from(step.value.buffer, step.value.byteOffset, step.value.length));
      total += step.value.length;
    }
    if (parts.length > 1) this.#pending = Buffer.concat(parts, total);
    return total >= length;
  }
}
