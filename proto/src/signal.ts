/** The four kinds of telemetry of OTLP, named as the Collector's pipelines name them. */
export type Signal = 'traces' | 'metrics' | 'logs' | 'profiles';

export const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs', 'profiles'];
