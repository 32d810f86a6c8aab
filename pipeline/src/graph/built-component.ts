import type { Component, ComponentKind } from '../component.ts';

/** A component of a graph, with the name that status, log lines and errors give it. */
export interface BuiltComponent {
  readonly kind: ComponentKind;
  readonly id: string;
  /** `receiver otlp`, `processor batch traces/2`, `exporter clickhouse logs`. */
  readonly name: string;
  readonly component: Component;
}

/** Everything that lives while a service runs, each list in the order of starting. */
export interface Graph {
  readonly extensions: readonly BuiltComponent[];
  readonly exporters: readonly BuiltComponent[];
  /** Processors and connectors, the step nearest to the exporters first. */
  readonly steps: readonly BuiltComponent[];
  readonly receivers: readonly BuiltComponent[];
}
