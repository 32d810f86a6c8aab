import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { DurationValue, IdValue, TimeValue, type Value } from '../value/value.ts';

/** `clear(target)`: what a value of the target's type is when nothing was written into it. */
export const clear: FunctionDefinition = {
  name: 'clear',
  parameters: ['target'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.path('target');
    return (cursor) => {
      target.set(cursor, emptyOf(target.get(cursor)));
      return null;
    };
  },
};

function emptyOf(value: Value): Value {
  if (typeof value === 'string') return '';
  if (typeof value === 'bigint') return 0n;
  if (typeof value === 'number') return 0;
  if (typeof value === 'boolean') return false;
  if (Array.isArray(value)) return [];
  if (value instanceof Map) return new Map();
  if (value instanceof IdValue) return new IdValue(value.kind, new Uint8Array(value.bytes.length));
  // Go's zero time has no place in OTLP; without a time is 0 there.
  if (value instanceof TimeValue) return new TimeValue(0n);
  return value instanceof DurationValue ? new DurationValue(0n) : null;
}
