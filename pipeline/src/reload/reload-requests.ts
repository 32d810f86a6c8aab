/** Where requests to read the configuration again come from: SIGHUP, as the caller listens to it. */
export interface ReloadSource {
  /** Calls `listener` at each request, until what is returned is called. */
  subscribe(listener: () => void): () => void;
}

/** Requests of a source, one at a time: those that come while one is worked on are one more. */
export class ReloadRequests {
  readonly #unsubscribe: () => void;
  #pending = false;
  #notify: () => void = () => {};

  constructor(source: ReloadSource | undefined) {
    const listener = (): void => {
      this.#pending = true;
      this.#notify();
    };
    this.#unsubscribe = source?.subscribe(listener) ?? (() => {});
  }

  /** Resolves when there is a request that has not been taken. */
  async waiting(): Promise<'reload'> {
    if (!this.#pending) {
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
    return 'reload';
  }

  take(): void {
    this.#pending = false;
  }

  close(): void {
    this.#unsubscribe();
  }
}
