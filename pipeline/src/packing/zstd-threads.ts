import { Worker } from 'node:worker_threads';
import { SondeError } from '../errors.ts';
import { Fifo } from '../exporting/fifo.ts';
import { ZSTD_JOBS_MAX, ZSTD_THREADS_MAX } from './limits.ts';
import { joinInTurns } from './turns.ts';

interface Job {
  readonly kind: 'pack' | 'unpack';
  readonly bytes: Uint8Array;
  /** The level, or the room that the unpacked bytes have. */
  readonly number: number;
}

interface Waiting {
  readonly job: Job;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: SondeError) => void;
}

/**
 * Threads with Facebook's library as WebAssembly, of one process. A thread has one job at a time,
 * keeps the memory of the largest that it met, and keeps no process alive while it has none.
 */
class ZstdThreads {
  readonly #waiting = new Fifo<Waiting>();
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();

  /**
   * Copies the bytes: they stay the caller's. Rejects with `OVERLOADED` when `ZSTD_JOBS_MAX` wait,
   * and with `INTERNAL` when the thread fails.
   */
  run(job: Job): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= ZSTD_JOBS_MAX) {
        reject(new SondeError('OVERLOADED', 'too many zstd bodies wait for a thread'));
        return;
      }
      this.#waiting.push({ job, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#idle.length === 0 && this.#busy.size >= ZSTD_THREADS_MAX) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return;
    const thread = this.#idle.pop() ?? this.#start();
    this.#busy.set(thread, waiting);
    thread.ref();
    send(thread, waiting.job).catch((error: unknown) => this.#lose(thread, String(error)));
  }

  #start(): Worker {
    const thread = new Worker(new URL('./zstd-thread.js', import.meta.url), { execArgv: [] });
    thread.on('message', (answer: unknown) => {
      const waiting = this.#busy.get(thread);
      this.#busy.delete(thread);
      thread.unref();
      this.#idle.push(thread);
      if (waiting !== undefined) settle(waiting, answer);
      this.#next();
    });
    thread.on('error', (error) => this.#lose(thread, error.message));
    thread.on('exit', () => this.#lose(thread, 'it ended'));
    return thread;
  }

  #lose(thread: Worker, reason: string): void {
    const waiting = this.#busy.get(thread);
    this.#busy.delete(thread);
    const at = this.#idle.indexOf(thread);
    if (at >= 0) this.#idle.splice(at, 1);
    waiting?.reject(failed(reason));
    this.#next();
  }
}

/** A copy: a view's whole buffer would travel with it. */
async function send(thread: Worker, job: Job): Promise<void> {
  const bytes = await joinInTurns([job.bytes], job.bytes.length);
  thread.postMessage({ ...job, bytes }, [bytes.buffer]);
}

function settle({ resolve, reject }: Waiting, answer: unknown): void {
  const bytes: unknown = Reflect.get(Object(answer), 'bytes');
  if (bytes instanceof Uint8Array) resolve(bytes);
  else reject(failed(String(Reflect.get(Object(answer), 'reason'))));
}

function failed(reason: string): SondeError {
  return new SondeError('INTERNAL', `the thread for zstd failed: ${reason}`);
}

export const zstdThreads: ZstdThreads = new ZstdThreads();
