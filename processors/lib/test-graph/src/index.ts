/**
 * A pipeline around a processor, for its tests.
 *
 * In: the processor's configuration as YAML, requests as OTLP/JSON. Out: what arrives behind it.
 * Never: part of a distribution.
 */
export * from './test-graph.ts';
export * from './test-requests.ts';
