import { ANY_VALUE, KEY_VALUE, requestMessage } from './common-messages.ts';
import { enumeration, Message, message, scalar } from './field.ts';

/** `opentelemetry.proto.logs.v1`. */
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const SEVERITIES = [
  'SEVERITY_NUMBER_UNSPECIFIED',
  ...LEVELS.flatMap((level) => ['', '2', '3', '4'].map((n) => `SEVERITY_NUMBER_${level}${n}`)),
];

const LOG_RECORD = new Message('LogRecord').define([
  scalar(1, 'timeUnixNano', 'fixed64'),
  enumeration(2, 'severityNumber', SEVERITIES),
  scalar(3, 'severityText', 'string', { interned: true }),
  message(5, 'body', ANY_VALUE),
  message(6, 'attributes', KEY_VALUE, { repeated: true }),
  scalar(7, 'droppedAttributesCount', 'uint32'),
  scalar(8, 'flags', 'fixed32'),
  scalar(9, 'traceId', 'traceId'),
  scalar(10, 'spanId', 'spanId'),
  scalar(11, 'observedTimeUnixNano', 'fixed64'),
  scalar(12, 'eventName', 'string', { interned: true }),
]);

export const LOGS_REQUEST: Message = requestMessage(
  {
    request: 'ExportLogsServiceRequest',
    resources: 'resourceLogs',
    scopes: 'scopeLogs',
    rows: 'logRecords',
  },
  LOG_RECORD,
  { repeated: true, item: true },
);
