import { SIGNALS, type Signal, scanRequest } from '@sonde/proto';
import { HttpSink, type SunkRequest } from '../http-sink.ts';

/** One request that an engine sent. */
export interface SinkRequest {
  readonly signal: Signal;
  readonly bytes: Uint8Array;
}

/** An OTLP/HTTP server that keeps everything, by the path before `/v1/`. */
export class OtlpSink {
  readonly #sink: HttpSink = new HttpSink((request) => this.#keep(request));
  readonly #kept = new Map<string, SinkRequest[]>();
  #onRequest: () => void = () => {};

  listen(): Promise<string> {
    return this.#sink.listen();
  }

  close(): Promise<void> {
    return this.#sink.close();
  }

  /** What came to `path` and below, in the order of coming: `[path, requests]`. */
  under(path: string): readonly (readonly [string, readonly SinkRequest[]])[] {
    return [...this.#kept]
      .filter(([key]) => key === path || key.startsWith(`${path}-`))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Resolves when `items` have come to `path` and below; rejects after `timeoutMs`. */
  async until(path: string, items: number, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.#itemCount(path) < items) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${path}: ${this.#itemCount(path)} items of ${items}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#onRequest = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #itemCount(path: string): number {
    return this.under(path)
      .flatMap(([, requests]) => requests)
      .reduce((sum, { signal, bytes }) => sum + scanRequest(signal, bytes), 0);
  }

  #keep({ path: url, body: bytes }: SunkRequest): void {
    const [path = '', name = ''] = url.slice(1).split('/v1/');
    const signal = SIGNALS.find((known) => known === name);
    if (signal === undefined) return;
    const kept = this.#kept.get(path) ?? [];
    kept.push({ signal, bytes });
    this.#kept.set(path, kept);
    this.#onRequest();
  }
}
