import type { Signal } from '../signal.ts';

/** Where a signal is exported to: HTTP path and gRPC method, from the OTLP specification. */
export interface ExportPath {
  readonly http: string;
  readonly grpc: string;
}

export const EXPORT_PATHS: Readonly<Record<Signal, ExportPath>> = {
  traces: {
    http: '/v1/traces',
    grpc: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  },
  metrics: {
    http: '/v1/metrics',
    grpc: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  },
  logs: {
    http: '/v1/logs',
    grpc: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  },
  profiles: {
    http: '/v1development/profiles',
    grpc: '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
  },
};
