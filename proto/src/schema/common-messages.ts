import { type Field, type FieldOptions, Message, message, scalar } from './field.ts';

/** `opentelemetry.proto.common.v1` and `resource.v1`. */
const list = { repeated: true };
const groups = { repeated: true, row: true };
const value = { oneof: 'value' };

export const ANY_VALUE: Message = new Message('AnyValue');
export const KEY_VALUE: Message = new Message('KeyValue').define([
  scalar(1, 'key', 'string', { interned: true }),
  message(2, 'value', ANY_VALUE),
  scalar(3, 'keyStrindex', 'int32'),
]);
export const ARRAY_VALUE: Message = new Message('ArrayValue').define([
  message(1, 'values', ANY_VALUE, list),
]);
export const KEY_VALUE_LIST: Message = new Message('KeyValueList').define([
  message(1, 'values', KEY_VALUE, list),
]);
ANY_VALUE.define([
  scalar(1, 'stringValue', 'string', value),
  scalar(2, 'boolValue', 'bool', value),
  scalar(3, 'intValue', 'int64', value),
  scalar(4, 'doubleValue', 'double', value),
  message(5, 'arrayValue', ARRAY_VALUE, value),
  message(6, 'kvlistValue', KEY_VALUE_LIST, value),
  scalar(7, 'bytesValue', 'bytes', value),
  // Profiles only, as `keyStrindex`: an index in the dictionary's strings.
  scalar(8, 'stringValueStrindex', 'int32', value),
]);

export const SCOPE: Message = new Message('InstrumentationScope').define([
  scalar(1, 'name', 'string', { interned: true }),
  scalar(2, 'version', 'string', { interned: true }),
  message(3, 'attributes', KEY_VALUE, list),
  scalar(4, 'droppedAttributesCount', 'uint32'),
]);

export const ENTITY_REF: Message = new Message('EntityRef').define([
  scalar(1, 'schemaUrl', 'string'),
  scalar(2, 'type', 'string'),
  scalar(3, 'idKeys', 'string', list),
  scalar(4, 'descriptionKeys', 'string', list),
]);

export const RESOURCE: Message = new Message('Resource').define([
  message(1, 'attributes', KEY_VALUE, list),
  scalar(2, 'droppedAttributesCount', 'uint32'),
  message(3, 'entityRefs', ENTITY_REF, list),
]);

/** What the groups of the signals look like around their rows. */
export interface GroupNames {
  readonly request: string;
  readonly resources: string;
  readonly scopes: string;
  readonly rows: string;
}

/** The request message of a signal: resources, scopes, rows; `more` stands beside the resources. */
export function requestMessage(
  names: GroupNames,
  row: Message,
  rowOptions: FieldOptions,
  more: readonly Field[] = [],
): Message {
  const scopes = new Message(`Scope of ${names.rows}`).define([
    message(1, 'scope', SCOPE, { interned: true }),
    message(2, names.rows, row, rowOptions),
    scalar(3, 'schemaUrl', 'string', { interned: true }),
  ]);
  const resources = new Message(`Resource of ${names.rows}`).define([
    message(1, 'resource', RESOURCE, { interned: true }),
    message(2, names.scopes, scopes, groups),
    scalar(3, 'schemaUrl', 'string', { interned: true }),
  ]);
  return new Message(names.request).define([
    message(1, names.resources, resources, groups),
    ...more,
  ]);
}
