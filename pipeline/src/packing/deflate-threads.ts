import { SondeError } from '../errors.ts';
import { Fifo } from '../exporting/fifo.ts';
import { DEFLATE_JOBS_MAX, DEFLATE_THREADS_MAX } from './limits.ts';

/**
 * Lets a few bodies at once onto libuv's threads, in the order that they came: a body is on its thread
 * until it is done, and files are read and synced by the same threads.
 */
class DeflateThreads {
  readonly #waiting = new Fifo<() => void>();
  #running = 0;

  /**
   * Calls `work`, which gives the body to a thread, when there is one for it. Rejects with
   * `OVERLOADED` when `DEFLATE_JOBS_MAX` wait, and as `work` does.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < DEFLATE_THREADS_MAX) this.#running += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length < DEFLATE_JOBS_MAX) this.#waiting.push(resolve);
      else reject(new SondeError('OVERLOADED', 'too many bodies wait for a thread'));
    });
  }
}

/** Of this JavaScript thread. */
export const deflateThreads: DeflateThreads = new DeflateThreads();
