export { hashAttributes, hashDictionaryString } from './attribute-hash.ts';
export * from './decode-request.ts';
export { NESTED_VALUES_MAX } from './nested-value.ts';
