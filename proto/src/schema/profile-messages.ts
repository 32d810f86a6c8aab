import { ANY_VALUE, requestMessage } from './common-messages.ts';
import { Message, message, scalar } from './field.ts';

/** `opentelemetry.proto.profiles.v1development` as of OTLP 1.11. */
const list = { repeated: true };
const rows = { repeated: true, row: true };
const merged = { merged: true };

const VALUE_TYPE = new Message('ValueType').define([
  scalar(1, 'typeStrindex', 'int32'),
  scalar(2, 'unitStrindex', 'int32'),
]);

const SAMPLE = new Message('Sample').define([
  scalar(1, 'stackIndex', 'int32'),
  scalar(2, 'attributeIndices', 'int32', list),
  scalar(3, 'linkIndex', 'int32'),
  scalar(4, 'values', 'int64', list),
  scalar(5, 'timestampsUnixNano', 'fixed64', list),
]);

const PROFILE = new Message('Profile').define([
  message(1, 'sampleType', VALUE_TYPE, merged),
  message(2, 'samples', SAMPLE, { repeated: true, item: true }),
  scalar(3, 'timeUnixNano', 'fixed64'),
  scalar(4, 'durationNano', 'uint64'),
  message(5, 'periodType', VALUE_TYPE, merged),
  scalar(6, 'period', 'int64'),
  scalar(7, 'profileId', 'traceId'),
  scalar(8, 'droppedAttributesCount', 'uint32'),
  scalar(9, 'originalPayloadFormat', 'string', { interned: true }),
  scalar(10, 'originalPayload', 'bytes'),
  scalar(11, 'attributeIndices', 'int32', list),
]);

const MAPPING = new Message('Mapping').define([
  scalar(1, 'memoryStart', 'uint64'),
  scalar(2, 'memoryLimit', 'uint64'),
  scalar(3, 'fileOffset', 'uint64'),
  scalar(4, 'filenameStrindex', 'int32'),
  scalar(5, 'attributeIndices', 'int32', list),
]);

const LINE = new Message('Line').define([
  scalar(1, 'functionIndex', 'int32'),
  scalar(2, 'line', 'int64'),
  scalar(3, 'column', 'int64'),
]);

const LOCATION = new Message('Location').define([
  scalar(1, 'mappingIndex', 'int32'),
  scalar(2, 'address', 'uint64'),
  message(3, 'lines', LINE, rows),
  scalar(4, 'attributeIndices', 'int32', list),
]);

const FUNCTION = new Message('Function').define([
  scalar(1, 'nameStrindex', 'int32'),
  scalar(2, 'systemNameStrindex', 'int32'),
  scalar(3, 'filenameStrindex', 'int32'),
  scalar(4, 'startLine', 'int64'),
]);

const LINK = new Message('Link').define([
  scalar(1, 'traceId', 'traceId'),
  scalar(2, 'spanId', 'spanId'),
]);

const ATTRIBUTE = new Message('KeyValueAndUnit').define([
  scalar(1, 'keyStrindex', 'int32'),
  message(2, 'value', ANY_VALUE),
  scalar(3, 'unitStrindex', 'int32'),
]);

const STACK = new Message('Stack').define([scalar(1, 'locationIndices', 'int32', list)]);

export const PROFILES_DICTIONARY: Message = new Message('ProfilesDictionary').define([
  message(1, 'mappingTable', MAPPING, rows),
  message(2, 'locationTable', LOCATION, rows),
  message(3, 'functionTable', FUNCTION, rows),
  message(4, 'linkTable', LINK, rows),
  scalar(5, 'stringTable', 'string', { repeated: true, interned: true }),
  message(6, 'attributeTable', ATTRIBUTE, rows),
  message(7, 'stackTable', STACK, rows),
]);

export const PROFILES_REQUEST: Message = requestMessage(
  {
    request: 'ExportProfilesServiceRequest',
    resources: 'resourceProfiles',
    scopes: 'scopeProfiles',
    rows: 'profiles',
  },
  PROFILE,
  { repeated: true, row: true, itemWhenEmpty: true },
  [message(2, 'dictionary', PROFILES_DICTIONARY, merged)],
);
