import type { PathEntry, PathTable } from '../compile/context.ts';
import { Level } from '../compile/getter.ts';
import { EvaluationError } from '../errors.ts';
import { RowsValue } from '../value/value.ts';
import { attributes, leaf, readOnly } from './entries.ts';
import { expectInt, expectString, expectUint32 } from './expect-type.ts';
import { idPaths, timePaths } from './shared-entries.ts';
import type { SpanRow } from './span-row.ts';
import { traceStateValue, withTraceStateValue } from './trace-state.ts';

export interface WithSpan {
  readonly span: SpanRow;
}

export const KINDS = [
  'Unspecified',
  'Internal',
  'Server',
  'Client',
  'Producer',
  'Consumer',
] as const;
const KIND_NAMES: readonly string[] = KINDS;
const DEPRECATED_KINDS: readonly string[] = KINDS.map((kind) => `SPAN_KIND_${kind.toUpperCase()}`);

/** What is below `span`. */
export function spanPaths<C extends WithSpan>(): PathTable<C> {
  return {
    ...idPaths('trace_id', 'TraceID', ({ span }: C) => ({ column: span.traceIds, row: span.row })),
    ...idPaths('span_id', 'SpanID', ({ span }: C) => ({ column: span.spanIds, row: span.row })),
    ...idPaths('parent_span_id', 'SpanID', ({ span }: C) => ({
      column: span.parentSpanIds,
      row: span.row,
    })),
    ...timePaths(
      'start_time',
      ({ span }: C) => span.editor.startUnixNano,
      ({ span }, time) => {
        span.editor.startUnixNano = time;
      },
    ),
    ...timePaths(
      'end_time',
      ({ span }: C) => span.editor.endUnixNano,
      ({ span }, time) => {
        span.editor.endUnixNano = time;
      },
    ),
    ...kindPaths<C>(),
    ...countPaths<C>(),
    trace_state: traceState(),
    attributes: attributes(({ span }) => span.attributes),
    name: leaf(
      ({ span }) => span.editor.name,
      ({ span }, value) => {
        span.editor.name = expectString(value);
      },
    ),
    'status.code': leaf(
      ({ span }) => BigInt(span.editor.statusCode),
      ({ span }, value) => {
        span.editor.statusCode = byteOf(expectInt(value));
      },
    ),
    'status.message': leaf(
      ({ span }) => span.editor.statusMessage,
      ({ span }, value) => {
        span.editor.statusMessage = expectString(value);
      },
    ),
    flags: leaf(
      ({ span }) => BigInt(span.editor.flags),
      ({ span }, value) => {
        span.editor.flags = expectUint32(value);
      },
    ),
  };
}

/** Enums above 255 are 255, as columns hold them. */
export function byteOf(value: bigint): number {
  return value < 0n || value > 255n ? 255 : Number(value);
}

function kindPaths<C extends WithSpan>(): PathTable<C> {
  return {
    kind: leaf(
      ({ span }) => BigInt(span.editor.kind),
      ({ span }, value) => {
        span.editor.kind = byteOf(expectInt(value));
      },
    ),
    'kind.string': leaf(
      ({ span }) => KINDS[span.editor.kind] ?? '',
      ({ span }, value) => {
        const text = expectString(value);
        const kind = KIND_NAMES.indexOf(text);
        if (kind === -1) throw new EvaluationError(`unknown span kind string: ${text}`);
        span.editor.kind = kind;
      },
    ),
    'kind.deprecated_string': leaf(
      ({ span }) => DEPRECATED_KINDS[span.editor.kind] ?? '',
      ({ span }, value) => {
        const text = expectString(value);
        const kind = DEPRECATED_KINDS.indexOf(text);
        if (kind === -1) throw new EvaluationError(`unknown span kind deprecated string: ${text}`);
        span.editor.kind = kind;
      },
    ),
  };
}

function countPaths<C extends WithSpan>(): PathTable<C> {
  return {
    events: readOnly('events', ({ span }) => {
      return new RowsValue('ptrace.SpanEventSlice', span.eventCount);
    }),
    links: readOnly('links', ({ span }) => {
      return new RowsValue('ptrace.SpanLinkSlice', span.linkCount);
    }),
    dropped_attributes_count: leaf(
      ({ span }) => BigInt(span.droppedAttributes.values[span.row] ?? 0),
      ({ span }, value) => span.droppedAttributes.set(span.row, expectUint32(value)),
    ),
    dropped_events_count: leaf(
      ({ span }) => BigInt(span.droppedEvents.values[span.row] ?? 0),
      ({ span }, value) => span.droppedEvents.set(span.row, expectUint32(value)),
    ),
    dropped_links_count: leaf(
      ({ span }) => BigInt(span.droppedLinks.values[span.row] ?? 0),
      ({ span }, value) => span.droppedLinks.set(span.row, expectUint32(value)),
    ),
  };
}

function traceState<C extends WithSpan>(): PathEntry<C> {
  return {
    keyed: (keys) => {
      const [key] = keys;
      if (key === undefined) {
        return {
          level: Level.row,
          get: ({ span }) => span.editor.traceState,
          set: ({ span }, value) => {
            span.editor.traceState = expectString(value);
          },
        };
      }
      const name = (cursor: C): string => {
        const text = key.get(cursor);
        if (typeof text === 'string') return text;
        throw new EvaluationError('trace_state must be indexed by a string');
      };
      return {
        level: Level.row,
        get: (cursor) => traceStateValue(cursor.span.editor.traceState, name(cursor)),
        set: (cursor, value) => {
          const { editor } = cursor.span;
          const text = expectString(value);
          editor.traceState = withTraceStateValue(editor.traceState, name(cursor), text);
        },
      };
    },
  };
}
