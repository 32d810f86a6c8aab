import type { PathTable } from '../compile/context.ts';
import { attributes, leaf, readOnly } from './entries.ts';
import type { EventRow } from './event-row.ts';
import { expectString, expectUint32 } from './expect-type.ts';
import { timePaths } from './shared-entries.ts';
import type { WithSpan } from './span-paths.ts';
import { startOf } from './span-row.ts';

export interface WithEvent extends WithSpan {
  readonly event: EventRow;
}

/** What is below `spanevent`. */
export function eventPaths<C extends WithEvent>(): PathTable<C> {
  return {
    ...timePaths(
      'time',
      ({ event }: C) => event.times.get(event.row),
      ({ event }, time) => event.times.set(event.row, time),
    ),
    name: leaf(
      ({ event }) => event.names.text(event.row),
      ({ event }, value) => event.names.set(event.row, expectString(value)),
    ),
    attributes: attributes(({ event }) => event.attributes),
    dropped_attributes_count: leaf(
      ({ event }) => BigInt(event.droppedAttributes.values[event.row] ?? 0),
      ({ event }, value) => event.droppedAttributes.set(event.row, expectUint32(value)),
    ),
    /** Its place among the events of its span. */
    event_index: readOnly('event_index', ({ event, span }) => {
      return BigInt(event.row - startOf(span.columns.eventEnd, span.row));
    }),
  };
}
