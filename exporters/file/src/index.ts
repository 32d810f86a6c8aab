/**
 * The end of a path that programs read: files of OTLP.
 *
 * In: telemetry of any signal. Out: a line of OTLP/JSON a batch, or protobuf with its length in front.
 * Never: keeps data in memory after acknowledging it; writes outside the configured path.
 */
export { fileExporterFactory } from './factory.ts';
