import { createHash } from 'node:crypto';
import type { KeyValue, LogRecord, LogsRequest, Span, TracesRequest } from '@sonde/proto';

const COUNT = 300;
const TIME = '1750000000000000000';

/** What a trace id and its states may say of sampling; most say nothing. */
const STATES = [
  '',
  '',
  '',
  'ot=th:8',
  'ot=th:c',
  'ot=rv:abcdefabcdefab',
  'ot=rv:10000000000000;th:1',
  'vendor=a,ot=th:0',
  'ot=th:fffffffffff',
  'other=1',
];
const PRIORITIES: readonly KeyValue[] = [
  { key: 'sampling.priority', value: { intValue: 0 } },
  { key: 'sampling.priority', value: { intValue: 1 } },
  { key: 'sampling.priority', value: { doubleValue: 100 } },
  { key: 'sampling.priority', value: { doubleValue: 25.5 } },
  { key: 'sampling.priority', value: { stringValue: '1' } },
  { key: 'sampling.priority', value: { stringValue: 'high' } },
];

function idOf(index: number): string {
  return createHash('sha256').update(`trace ${index}`).digest('hex').slice(0, 32);
}

function attributesOf(index: number): readonly KeyValue[] {
  const user = { key: 'user', value: { stringValue: `user ${index}` } };
  const order = { key: 'order', value: { intValue: index } };
  const priority = index % 25 === 0 ? PRIORITIES[(index / 25) % PRIORITIES.length] : undefined;
  return priority === undefined ? [user, order] : [user, order, priority];
}

const spans: readonly Span[] = Array.from({ length: COUNT }, (_, index) => ({
  traceId: idOf(index),
  spanId: idOf(index).slice(0, 16),
  traceState: STATES[index % STATES.length] ?? '',
  name: `span ${index}`,
  startTimeUnixNano: TIME,
  endTimeUnixNano: TIME,
  attributes: attributesOf(index),
  // Every seventh says that its trace id is random (W3C level 2).
  flags: index % 7 === 0 ? 2 : 0,
}));

const records: readonly LogRecord[] = Array.from({ length: COUNT }, (_, index) => ({
  timeUnixNano: TIME,
  body: { stringValue: `record ${index}` },
  attributes: attributesOf(index),
  // Every fifth belongs to no trace.
  ...(index % 5 === 0 ? {} : { traceId: idOf(index), spanId: idOf(index).slice(0, 16) }),
}));

export const ID_SPANS: TracesRequest = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
export const ID_LOGS: LogsRequest = { resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] };
