import type { ContextFunction } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import type { SpanCursor } from '../contexts/cursors.ts';

/** `IsRootSpan()`: no bit of the parent's id is set. Spans alone have it. */
export const isRootSpan: ContextFunction<SpanCursor> = {
  name: 'IsRootSpan',
  parameters: [],
  pure: false,
  create: (): Getter<SpanCursor> => {
    return ({ span }) => span.parentSpanIds.get(span.row).every((byte) => byte === 0);
  },
};
