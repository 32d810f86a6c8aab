export { encodeRequest, type RequestObjects } from './encode-request.ts';
export { JSON_DEPTH_MAX } from './json-reader.ts';
export { jsonText } from './json-text.ts';
export { jsonToProtobuf } from './json-to-protobuf.ts';
export type * from './profile-objects.ts';
export { protobufToJson, protobufToJsonBytes } from './protobuf-to-json.ts';
export type * from './request-objects.ts';
