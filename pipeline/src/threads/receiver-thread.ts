import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { EngineConfig } from '../config/engine-config.ts';
import { type FromThread, STOP, type ThreadData } from './thread-messages.ts';

/** The program of a thread, as the distribution has it: it calls `runThread`. */
export interface ThreadProgram {
  readonly url: URL;
  /** What the distribution gives a new thread beside its configuration. */
  own(index: number): { readonly value: unknown; readonly transfer: readonly MessagePort[] };
}

export interface ReceiverThreadOptions {
  readonly program: ThreadProgram;
  readonly config: Pick<EngineConfig, 'root' | 'gates'>;
  readonly receiver: string;
  readonly index: number;
  readonly count: number;
  readonly onMessage: (message: FromThread) => void;
  /** It ended without being told to. */
  readonly onLost: (error: Error) => void;
}

/** One thread that runs a receiver and all behind it. */
export class ReceiverThread {
  /** The way to what the first thread holds for all. */
  readonly port: MessagePort;
  readonly #options: ReceiverThreadOptions;
  readonly #worker: Worker;
  readonly #gone: Promise<void>;
  #isStopping = false;

  constructor(options: ReceiverThreadOptions) {
    const { program, config, receiver, index, count } = options;
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const { value: own, transfer } = program.own(index);
    const { root, gates } = config;
    const workerData: ThreadData = { receiver, root, gates, index, count, port: port2, own };
    this.#worker = new Worker(program.url, { workerData, transferList: [port2, ...transfer] });
    this.#worker.on('message', options.onMessage);
    this.#worker.on('error', (error) => this.#lose(error));
    this.#gone = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        port1.close();
        this.#lose(new Error(`thread ${index} ended with ${code}`));
        resolve();
      });
    });
  }

  /** Lets it shut down until `deadline` aborts, then ends it where it is. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true;
    this.#worker.postMessage(STOP);
    const terminate = (): void => void this.#worker.terminate();
    if (deadline.aborted) terminate();
    deadline.addEventListener('abort', terminate, { once: true });
    await this.#gone;
    deadline.removeEventListener('abort', terminate);
  }

  #lose(error: unknown): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#options.onLost(error instanceof Error ? error : new Error(String(error)));
  }
}
