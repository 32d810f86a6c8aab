import type { GrpcService } from '@sonde/intake';

const SERVICE = 'jaeger.api_v2.CollectorService';

export const GRPC_TRANSPORT = 'grpc';

/** The one method of `api_v2/collector.proto`; its response has no fields. */
export const POST_SPANS: Pick<GrpcService<true>, 'methodOf' | 'hasService' | 'answer'> = {
  methodOf: (path) => (path === `/${SERVICE}/PostSpans` ? true : undefined),
  hasService: (name) => name === SERVICE,
  answer: () => new Uint8Array(),
};
