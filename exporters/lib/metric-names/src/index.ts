/**
 * How OpenTelemetry and Prometheus name the same metric; both directions of step 5's edges.
 *
 * In: names, units and kinds. Out: names. Never: data points, configuration.
 * Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility".
 */
export * from './label-name.ts';
export * from './metric-name.ts';
export * from './trim-suffixes.ts';
export * from './unit-codes.ts';
export * from './unit-words.ts';
