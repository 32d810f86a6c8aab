/**
 * Clients of exporters: fields of the Collector's `confighttp`, `configgrpc` and `configtls`, and the
 * connections that they describe. What upstream has and these clients have not is refused in words.
 */
export * from './client-authenticator.ts';
export {
  checkCompressionLevel,
  type GrpcCompression,
  type HttpCompression,
} from './client-compression.ts';
export * from './client-tls.ts';
export * from './grpc-client.ts';
export * from './grpc-client-config.ts';
export * from './grpc-endpoint.ts';
export * from './header-list.ts';
export * from './http-client.ts';
export * from './http-client-config.ts';
export * from './refuse-unsupported.ts';
export * from './server-labels.ts';
export * from './user-agent.ts';
