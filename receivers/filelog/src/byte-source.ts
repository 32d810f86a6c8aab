import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Packed bytes that are read at a time. */
const PACKED_BYTES: number = 64 * 1024;

/** Bytes of an open file by their place. */
export interface ByteSource {
  /** How many bytes were read; fewer than `target` has room for only at the end. */
  read(target: Buffer, at: number): Promise<number>;
  close(): Promise<void>;
}

export interface OpenedFile {
  readonly source: ByteSource;
  readonly handle: FileHandle;
  /** Which file it is, whatever its name. */
  readonly key: string;
}

/** Opens a file. `gzip` reads what is packed in it. */
export async function openFile(path: string, { gzip }: { gzip: boolean }): Promise<OpenedFile> {
  const handle = await open(path, 'r');
  try {
    const { dev, ino } = await handle.stat();
    const source = gzip ? new GzipSource(handle) : new PlainSource(handle);
    return { source, handle, key: fileKey({ dev, ino }) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export function fileKey({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}

class PlainSource implements ByteSource {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(target: Buffer, at: number): Promise<number> {
    let length = 0;
    while (length < target.length) {
      const { bytesRead } = await this.#handle.read(
        target,
        length,
        target.length - length,
        at + length,
      );
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/**
 * The unpacked bytes of a gzip file. They can be read forwards only: a place before the last one
 * starts anew, and so does a file that has grown. Of a file that ends early, what is there is read.
 */
class GzipSource implements ByteSource {
  readonly #handle: FileHandle;
  #chunks: AsyncIterator<Buffer> | undefined;
  #rest: Buffer = Buffer.alloc(0);
  /** Place of the first byte of `rest`. */
  #at = 0;
  #packedSize = -1;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(target: Buffer, at: number): Promise<number> {
    const { size } = await this.#handle.stat();
    if (at < this.#at || size !== this.#packedSize) this.#restart(size);
    let length = 0;
    while (length < target.length) {
      if (this.#rest.length === 0 && !(await this.#advance())) break;
      const behind = at + length - this.#at;
      const from = Math.min(behind, this.#rest.length);
      const taken = this.#rest.copy(target, length, from);
      length += taken;
      this.#at += from + taken;
      this.#rest = this.#rest.subarray(from + taken);
    }
    return length;
  }

  async close(): Promise<void> {
    await this.#chunks?.return?.();
    await this.#handle.close();
  }

  #restart(size: number): void {
    void this.#chunks?.return?.();
    const packed = Readable.from(packedBytes(this.#handle));
    const gunzip = createGunzip();
    packed.on('error', (error) => gunzip.destroy(error));
    gunzip.once('close', () => packed.destroy());
    this.#chunks = packed.pipe(gunzip)[Symbol.asyncIterator]();
    this.#rest = Buffer.alloc(0);
    this.#at = 0;
    this.#packedSize = size;
  }

  async #advance(): Promise<boolean> {
    try {
      const next = await this.#chunks?.next();
      if (next === undefined || next.done === true) return false;
      this.#rest = next.value;
      return true;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // It is still being written.
      if (code === 'Z_BUF_ERROR') return false;
      throw error;
    }
  }
}

/** A file's bytes; a stream over the handle would close it. */
async function* packedBytes(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(PACKED_BYTES),
      0,
      PACKED_BYTES,
      at,
    );
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
