export {
  type Encoding,
  encodeExportResponse,
  type PartialSuccess,
  RPC_MESSAGE_LENGTH_MAX,
} from './export-response.ts';
export * from './paths.ts';
export { type ReceivedStatus, readExportResponse, readStatus } from './read-answer.ts';
export { encodeStatus, type FieldViolation, RpcCode, type RpcStatus } from './status.ts';
