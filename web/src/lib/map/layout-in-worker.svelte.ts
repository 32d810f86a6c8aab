import { type LayoutRequest, layOut } from './layered-layout.ts';
import type { Layout } from './layout-sizes.ts';

/** So few are laid out at once: there is no need to wait for a worker. */
const NODES_AT_ONCE_MAX = 60;

/** The layout of what is asked for; the last one stays until the next is there. */
export class LayoutInWorker {
  layout: Layout | undefined = $state.raw();
  #worker: Worker | undefined;
  #asked = 0;
  #key = '';
  #request: LayoutRequest | undefined;

  /** The same question is not asked again. */
  ask(request: LayoutRequest): void {
    const key = JSON.stringify(request);
    if (key === this.#key) return;
    this.#key = key;
    this.#asked++;
    this.#request = request;
    if (request.ids.length <= NODES_AT_ONCE_MAX || typeof Worker === 'undefined') {
      this.layout = layOut(request);
      return;
    }
    this.#start().postMessage({ id: this.#asked, request });
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', (event: MessageEvent<{ id: number; layout: Layout }>) => {
      if (event.data.id === this.#asked) this.layout = event.data.layout;
    });
    worker.addEventListener('error', () => {
      this.close();
      if (this.#request !== undefined) this.layout = layOut(this.#request);
    });
    this.#worker = worker;
    return worker;
  }
}
