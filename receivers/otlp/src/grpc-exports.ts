import type { GrpcService } from '@sonde/intake';
import { EXPORT_PATHS, encodeExportResponse, SIGNALS, type Signal } from '@sonde/proto';

const SIGNAL_BY_PATH: ReadonlyMap<string, Signal> = new Map(
  SIGNALS.map((signal) => [EXPORT_PATHS[signal].grpc, signal]),
);

/** The response of each signal: all was taken. */
const SUCCESS: Readonly<Record<Signal, Uint8Array>> = {
  traces: encodeExportResponse('traces', 'protobuf'),
  metrics: encodeExportResponse('metrics', 'protobuf'),
  logs: encodeExportResponse('logs', 'protobuf'),
  profiles: encodeExportResponse('profiles', 'protobuf'),
};

/** The export methods of OTLP/gRPC, one a signal. */
export const GRPC_EXPORTS: Pick<GrpcService<Signal>, 'methodOf' | 'hasService' | 'answer'> = {
  methodOf: (path) => SIGNAL_BY_PATH.get(path),
  hasService: (name) => SIGNALS.some((signal) => EXPORT_PATHS[signal].grpc.startsWith(`/${name}/`)),
  answer: (signal) => SUCCESS[signal],
};
