/** What the points of a metric mean; `counter` and `upDownCounter` are cumulative sums. */
export type MetricKind = 'gauge' | 'counter' | 'upDownCounter';

/** A metric as OpenTelemetry's semantic conventions and the Collector's receiver define it. */
export interface MetricDefinition {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: MetricKind;
  readonly valueType: 'int' | 'double';
  /** Written in YAML as `metrics: {<name>: {enabled: true}}`. */
  readonly enabledByDefault: boolean;
}

export interface Point {
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  readonly definition: MetricDefinition;
  readonly points: readonly Point[];
}
