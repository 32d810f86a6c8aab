import {
  type ClientView,
  DATAPOINTS,
  type EventCursor,
  type PointCursor,
  SPANEVENTS,
} from '@sonde/ottl';
import { type Columns, MetricKind } from '@sonde/proto';

/** A byte a point of each kind. */
export interface PointMasks {
  readonly numbers: Uint8Array;
  readonly histograms: Uint8Array;
  readonly exponentialHistograms: Uint8Array;
  readonly summaries: Uint8Array;
}

/** Clears the bytes of events or points that go. */
export interface MemberDrop {
  events(columns: Columns, client: ClientView | undefined, keep: Uint8Array): void;
  points(
    columns: Columns,
    client: ClientView | undefined,
    kept: { readonly keep: Uint8Array | undefined; readonly masks: PointMasks },
  ): void;
}

export interface MemberTests {
  readonly events?: (cursor: EventCursor) => boolean;
  readonly points?: (cursor: PointCursor) => boolean;
}

export function memberDrop({ events, points }: MemberTests): MemberDrop {
  return {
    events: (columns, client, keep) => {
      if (events === undefined) return;
      SPANEVENTS.pass(columns, client, (cursor) => {
        if (events(cursor)) keep[cursor.event.row] = 0;
      });
    },
    points: (columns, client, { keep, masks }) => {
      if (points === undefined) return;
      DATAPOINTS.pass(columns, client, (cursor) => {
        if (keep !== undefined && keep[cursor.metric.row] === 0) return;
        if (points(cursor)) maskOf(masks, cursor.metric.kind)[cursor.point.row] = 0;
      });
    },
  };
}

function maskOf(masks: PointMasks, kind: number): Uint8Array {
  switch (kind) {
    case MetricKind.histogram:
      return masks.histograms;
    case MetricKind.exponentialHistogram:
      return masks.exponentialHistograms;
    case MetricKind.summary:
      return masks.summaries;
    default:
      return masks.numbers;
  }
}
