import type { ComponentStatus, ServiceStatus } from './component.ts';

/** Components that report are those of the configuration; a bug may not grow it further. */
const COMPONENTS_MAX = 10_000;

/** How the service and each of its components fares, for whoever asks. */
export class StatusBoard {
  readonly #components = new Map<string, ComponentStatus>();
  #phase: ServiceStatus['phase'] = 'starting';
  #readySinceUnixMs: number | undefined;

  /** True when this changes the component's state. */
  report(name: string, status: ComponentStatus): boolean {
    const before = this.#components.get(name);
    if (before === undefined && this.#components.size >= COMPONENTS_MAX) return false;
    this.#components.set(name, status);
    return before?.state !== status.state;
  }

  enter(phase: ServiceStatus['phase']): void {
    this.#phase = phase;
    if (phase === 'ready') this.#readySinceUnixMs = Date.now();
  }

  get phase(): ServiceStatus['phase'] {
    return this.#phase;
  }

  snapshot(): ServiceStatus {
    return {
      phase: this.#phase,
      readySinceUnixMs: this.#readySinceUnixMs,
      components: new Map(this.#components),
    };
  }
}
