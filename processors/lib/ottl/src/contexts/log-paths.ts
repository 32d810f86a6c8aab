import type { PathTable } from '../compile/context.ts';
import { EvaluationError } from '../errors.ts';
import { pcommonType, type Value } from '../value/value.ts';
import { pdataText } from '../value/value-text.ts';
import { attributes, leaf, nested } from './entries.ts';
import { expectInt, expectString, expectUint32 } from './expect-type.ts';
import type { LogRow } from './log-row.ts';
import { fromColumns, toColumns } from './row-value.ts';
import { idPaths, timePaths } from './shared-entries.ts';
import { byteOf } from './span-paths.ts';

export interface WithLog {
  readonly log: LogRow;
}

/** What is below `log`. */
export function logPaths<C extends WithLog>(): PathTable<C> {
  return {
    ...idPaths('trace_id', 'TraceID', ({ log }: C) => ({ column: log.traceIds, row: log.row })),
    ...idPaths('span_id', 'SpanID', ({ log }: C) => ({ column: log.spanIds, row: log.row })),
    ...timePaths(
      'time',
      ({ log }: C) => log.editor.timeUnixNano,
      ({ log }, time) => {
        log.editor.timeUnixNano = time;
      },
    ),
    ...timePaths(
      'observed_time',
      ({ log }: C) => log.editor.observedTimeUnixNano,
      ({ log }, time) => {
        log.editor.observedTimeUnixNano = time;
      },
    ),
    ...bodyPaths<C>(),
    attributes: attributes(({ log }) => log.attributes),
    severity_number: leaf(
      ({ log }) => BigInt(log.editor.severityNumber),
      ({ log }, value) => {
        log.editor.severityNumber = byteOf(expectInt(value));
      },
    ),
    severity_text: leaf(
      ({ log }) => log.editor.severityText,
      ({ log }, value) => {
        log.editor.severityText = expectString(value);
      },
    ),
    event_name: leaf(
      ({ log }) => log.editor.eventName,
      ({ log }, value) => {
        log.editor.eventName = expectString(value);
      },
    ),
    flags: leaf(
      ({ log }) => BigInt(log.editor.flags),
      ({ log }, value) => {
        log.editor.flags = expectUint32(value);
      },
    ),
    dropped_attributes_count: leaf(
      ({ log }) => BigInt(log.droppedAttributes.values[log.row] ?? 0),
      ({ log }, value) => log.droppedAttributes.set(log.row, expectUint32(value)),
    ),
  };
}

function bodyPaths<C extends WithLog>(): PathTable<C> {
  return {
    body: nested(
      ({ log }) => fromColumns(log.editor.body),
      ({ log }, value) => {
        log.editor.body = toColumns(value);
      },
      indexedBody,
    ),
    'body.string': leaf(
      ({ log }) => pdataText(fromColumns(log.editor.body)),
      ({ log }, value) => {
        log.editor.body = expectString(value);
      },
    ),
  };
}

export function indexedBody(body: Value): Value {
  if (body === null || Array.isArray(body) || body instanceof Map) return body;
  throw new EvaluationError(`log bodies of type ${pcommonType(body)} cannot be indexed`);
}
