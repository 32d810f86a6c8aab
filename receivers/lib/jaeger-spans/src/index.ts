/**
 * Jaeger's spans as OTLP (step 1 of the path): for the receivers `jaeger` and `kafka`.
 *
 * In: a message of one of Jaeger's formats. Out: one `ExportTraceServiceRequest`, encoded.
 * Never: sockets, a clock; the same bytes give the same request.
 */
export * from './read-jaeger.ts';
