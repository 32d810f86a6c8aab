import type { Signal } from '@sonde/proto';

/** gRPC services of OTLP: one unary method each, `Export`. */
const SERVICE_BY_SIGNAL: Readonly<Record<Signal, string>> = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
  profiles: 'opentelemetry.proto.collector.profiles.v1development.ProfilesService',
};

export function serviceName(signal: Signal): string {
  return SERVICE_BY_SIGNAL[signal];
}

/** `/opentelemetry.proto.collector.trace.v1.TraceService/Export`. */
export function exportPath(signal: Signal): string {
  return `/${SERVICE_BY_SIGNAL[signal]}/Export`;
}
