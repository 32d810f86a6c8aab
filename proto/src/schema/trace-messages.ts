import { KEY_VALUE, requestMessage } from './common-messages.ts';
import { enumeration, Message, message, scalar } from './field.ts';

/** `opentelemetry.proto.trace.v1`. */
const list = { repeated: true };
const rows = { repeated: true, row: true };

const STATUS = new Message('Status').define([
  scalar(2, 'message', 'string'),
  enumeration(3, 'code', ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']),
]);

const EVENT = new Message('Span.Event').define([
  scalar(1, 'timeUnixNano', 'fixed64'),
  scalar(2, 'name', 'string', { interned: true }),
  message(3, 'attributes', KEY_VALUE, list),
  scalar(4, 'droppedAttributesCount', 'uint32'),
]);

const LINK = new Message('Span.Link').define([
  scalar(1, 'traceId', 'traceId'),
  scalar(2, 'spanId', 'spanId'),
  scalar(3, 'traceState', 'string'),
  message(4, 'attributes', KEY_VALUE, list),
  scalar(5, 'droppedAttributesCount', 'uint32'),
  scalar(6, 'flags', 'fixed32'),
]);

export const SPAN: Message = new Message('Span').define([
  scalar(1, 'traceId', 'traceId'),
  scalar(2, 'spanId', 'spanId'),
  scalar(3, 'traceState', 'string'),
  scalar(4, 'parentSpanId', 'spanId'),
  scalar(5, 'name', 'string', { interned: true }),
  enumeration(6, 'kind', [
    'SPAN_KIND_UNSPECIFIED',
    'SPAN_KIND_INTERNAL',
    'SPAN_KIND_SERVER',
    'SPAN_KIND_CLIENT',
    'SPAN_KIND_PRODUCER',
    'SPAN_KIND_CONSUMER',
  ]),
  scalar(7, 'startTimeUnixNano', 'fixed64'),
  scalar(8, 'endTimeUnixNano', 'fixed64'),
  message(9, 'attributes', KEY_VALUE, list),
  scalar(10, 'droppedAttributesCount', 'uint32'),
  message(11, 'events', EVENT, rows),
  scalar(12, 'droppedEventsCount', 'uint32'),
  message(13, 'links', LINK, rows),
  scalar(14, 'droppedLinksCount', 'uint32'),
  message(15, 'status', STATUS, { merged: true }),
  scalar(16, 'flags', 'fixed32'),
]);

export const TRACES_REQUEST: Message = requestMessage(
  {
    request: 'ExportTraceServiceRequest',
    resources: 'resourceSpans',
    scopes: 'scopeSpans',
    rows: 'spans',
  },
  SPAN,
  { repeated: true, item: true },
);
