/**
 * What receivers that take requests over HTTP and gRPC have in common (step 1 of the path): servers
 * with their configuration, limits, packings, authentication and the room that bodies may take.
 *
 * In: requests. Out: their unpacked bytes with sender and client, to the receiver that serves them; its
 * answer, or a refusal in the words of its protocol, to the sender.
 * Never: looks into the bytes, keeps them, names a component.
 */
export * from './authentication.ts';
export type { GrpcCall, GrpcService } from './grpc/grpc-service.ts';
export { Http2GrpcServer } from './grpc/http2-grpc-server.ts';
export * from './hand-on.ts';
export { HttpEndpoint, type HttpService, type HttpUpload } from './http/http-endpoint.ts';
export type { HttpRequest } from './http/http-message.ts';
export { HttpServer } from './http/http-server.ts';
export {
  METHOD_NOT_ALLOWED,
  type PlainAnswer,
  refusalHeaders,
  textAnswer,
  textRefusal,
} from './http/plain-answer.ts';
export { type InFlightAccount, InFlightBytes } from './in-flight-bytes.ts';
export { BODIES_IN_FLIGHT_MIN, BODY_PACE_MS, IN_FLIGHT_BYTES_MAX } from './limits.ts';
export { resolveHost } from './listen/listen-address.ts';
export { listen } from './listen/listener.ts';
export { RefusalCounter } from './refusal-counter.ts';
export { senderMessage, statusBytes } from './rpc-status.ts';
export { SENDER_ANSWERS } from './sender-answers.ts';
export * from './server-config.ts';
export { grpcSettings, httpSettings, inFlightBytesMax } from './server-settings.ts';
export { turnOf } from './turns.ts';
