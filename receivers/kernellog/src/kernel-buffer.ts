import { closeSync, constants, openSync, readSync } from 'node:fs';
import { RECORD_BYTES_MAX } from './limits.ts';

/** The kernel's log as /dev/kmsg gives it: a record a read, from the oldest one that it still has. */
export class KernelBuffer {
  readonly #fd: number;
  readonly #bytes = Buffer.alloc(RECORD_BYTES_MAX);

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Throws where it may not be read. */
  static open(path: string): KernelBuffer {
    return new KernelBuffer(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  }

  /** The next record; undefined when there is none now. Throws when it cannot be read. */
  next(): string | undefined {
    for (;;) {
      try {
        const length = readSync(this.#fd, this.#bytes, 0, RECORD_BYTES_MAX, null);
        return length === 0 ? undefined : this.#bytes.toString('utf8', 0, length);
      } catch (error) {
        const code = codeOf(error);
        if (code === 'EAGAIN') return undefined;
        // Overwritten before it was read: the next read has the oldest one that is left.
        if (code !== 'EPIPE') throw error;
      }
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
