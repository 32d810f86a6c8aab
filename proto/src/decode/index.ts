export { hashAttributes, hashDictionaryString } from './attribute-hash.ts';
export {
  decodeLogs,
  decodeMetrics,
  decodeProfiles,
  decodeTraces,
  type SegmentOptions,
} from './decode-request.ts';
export { decodeRequests, decodeRequestsInTurns, releaseColumns } from './decode-requests.ts';
export { NESTED_VALUES_MAX } from './nested-value.ts';
export { RESOLVED_BYTES_MAX } from './resolve-references.ts';
