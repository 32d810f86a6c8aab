/**
 * Zipkin's spans as OTLP (step 1 of the path): for the receivers `zipkin` and `kafka`.
 *
 * In: a list of spans in one of Zipkin's formats. Out: one `ExportTraceServiceRequest`, encoded.
 * Never: sockets, a clock; the same bytes give the same request.
 */
export * from './read-zipkin.ts';
