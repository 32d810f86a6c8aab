import type { Component, ComponentStatus, Host, ThreadHost } from '../component.ts';
import type { EngineConfig } from '../config/engine-config.ts';
import type { Logger } from '../logger.ts';
import { ReceiverThread, type ThreadProgram } from './receiver-thread.ts';
import type { FromThread } from './thread-messages.ts';

export interface ThreadedReceiverOptions {
  readonly id: string;
  readonly count: number;
  /** What the threads share; undefined where they share nothing. */
  readonly shared: ThreadHost | undefined;
  readonly program: ThreadProgram;
  readonly config: EngineConfig;
  readonly logger: Logger;
}

/**
 * A receiver in the first thread whose work several others do, each with all that is behind it:
 *
 *     first thread   what they share (ThreadHost) <---- port ---- thread 0: receiver -> ... -> exporter
 *                                                 <---- port ---- thread 1: receiver -> ... -> exporter
 *
 * A thread that is lost ends the run, as an exception in the first one would.
 */
export class ThreadedReceiver implements Component {
  readonly #options: ThreadedReceiverOptions;
  readonly #threads: ReceiverThread[] = [];
  /** Of components that do not fare well, by thread and name. */
  readonly #troubles = new Map<string, ComponentStatus>();
  #host: Host | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: ThreadedReceiverOptions) {
    this.#options = options;
  }

  start(host: Host): Promise<void> {
    this.#starting ??= this.#start(host);
    return this.#starting;
  }

  shutdown(deadline: AbortSignal): Promise<void> {
    this.#stopping ??= this.#shutdown(deadline);
    return this.#stopping;
  }

  async #start(host: Host): Promise<void> {
    this.#host = host;
    const { count, shared } = this.#options;
    await shared?.start(host);
    const started = Array.from({ length: count }, (_, index) => this.#startThread(index));
    await Promise.all(started);
  }

  #startThread(index: number): Promise<void> {
    const { id, count, program, config, shared } = this.#options;
    return new Promise((resolve, reject) => {
      const thread = new ReceiverThread({
        program,
        config,
        receiver: id,
        index,
        count,
        onMessage: (message) => {
          if (message.kind === 'ready') resolve();
          else this.#take(index, message);
          if (message.kind === 'failed') reject(new Error(message.message));
        },
        onLost: (error) => {
          reject(error);
          this.#host?.reportStatus({ state: 'fatal', error });
        },
      });
      this.#threads.push(thread);
      shared?.connect(thread.port);
    });
  }

  #take(index: number, message: FromThread): void {
    if (message.kind === 'line') {
      const { level, fields } = message;
      this.#options.logger[level](message.message, { ...fields, thread: index });
    } else if (message.kind === 'status') {
      const { state, component } = message;
      const error = message.message === undefined ? {} : { error: new Error(message.message) };
      this.#note(`${component} in thread ${index}`, { state, ...error });
    }
  }

  /** The receiver fares as the worst of all that its threads run. */
  #note(name: string, status: ComponentStatus): void {
    if (status.state === 'ok') this.#troubles.delete(name);
    else this.#troubles.set(name, status);
    if (status.state === 'fatal') this.#host?.reportStatus(status);
    else this.#host?.reportStatus([...this.#troubles.values()][0] ?? { state: 'ok' });
  }

  async #shutdown(deadline: AbortSignal): Promise<void> {
    // A start that failed has told its caller; what it began is ended here all the same.
    await Promise.race([this.#starting?.catch(() => undefined), aborted(deadline)]);
    await Promise.all(this.#threads.map((thread) => thread.stop(deadline)));
    await this.#options.shared?.shutdown(deadline);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
