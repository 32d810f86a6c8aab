import type { LogColumns, MetricColumns, SpanColumns } from '@sonde/proto';
import type { Cursor } from '../compile/getter.ts';
import { CachedRow } from './cached-row.ts';
import { EventRow } from './event-row.ts';
import type { GroupRow } from './group-row.ts';
import { LogRow } from './log-row.ts';
import { MetricRow } from './metric-row.ts';
import { PointRow } from './point-row.ts';
import { SpanRow } from './span-row.ts';

/** Who sent the data, as `ClientInfo` of `@sonde/pipeline` tells it. */
export interface ClientView {
  readonly address: string;
  readonly metadata: ReadonlyMap<string, readonly string[]>;
  readonly auth: ReadonlyMap<string, string>;
}

/** A cursor whose rows have a resource and a scope: every one. */
abstract class RowCursor extends CachedRow implements Cursor {
  readonly group: GroupRow;
  readonly client: ClientView | undefined;

  constructor(group: GroupRow, client: ClientView | undefined) {
    super();
    this.group = group;
    this.client = client;
  }

  get resourceEpoch(): number {
    return this.group.epoch;
  }

  /** When the row's request was received; undefined where nobody said. A replay sees the same. */
  get receivedUnixNano(): bigint | undefined {
    return nanosOf(this.group.editor.receivedUnixMs);
  }
}

/** Of a time in milliseconds; undefined for one that nobody said. */
export function nanosOf(unixMs: number): bigint | undefined {
  return unixMs > 0 ? BigInt(Math.trunc(unixMs)) * 1_000_000n : undefined;
}

/** The resource and scope of rows. */
export class GroupCursor extends RowCursor {
  open(row: number): void {
    this.group.editor.openRow(row);
    this.group.opened();
    this.forget();
  }
}

export class SpanCursor extends RowCursor {
  readonly span: SpanRow;

  constructor(columns: SpanColumns, client: ClientView | undefined) {
    const span = new SpanRow(columns);
    super(span.group, client);
    this.span = span;
  }

  open(row: number): void {
    this.span.open(row);
    this.forget();
  }
}

/** Events, each below its span. */
export class EventCursor extends RowCursor {
  readonly span: SpanRow;
  readonly event: EventRow;
  #isOpen = false;

  constructor(columns: SpanColumns, client: ClientView | undefined) {
    const span = new SpanRow(columns);
    super(span.group, client);
    this.span = span;
    this.event = new EventRow(columns.events);
  }

  /** Opens event `event`, which is one of span `span`. */
  open(span: number, event: number): void {
    if (span !== this.span.row || !this.#isOpen) this.span.open(span);
    this.#isOpen = true;
    this.event.open(event);
    this.forget();
  }
}

export class LogCursor extends RowCursor {
  readonly log: LogRow;

  constructor(columns: LogColumns, client: ClientView | undefined) {
    const log = new LogRow(columns);
    super(log.group, client);
    this.log = log;
  }

  open(row: number): void {
    this.log.open(row);
    this.forget();
  }
}

export class MetricCursor extends RowCursor {
  readonly metric: MetricRow;

  constructor(columns: MetricColumns, client: ClientView | undefined) {
    const metric = new MetricRow(columns);
    super(metric.group, client);
    this.metric = metric;
  }

  open(row: number): void {
    this.metric.open(row);
    this.forget();
  }
}

/** Data points, each below its metric. */
export class PointCursor extends RowCursor {
  readonly metric: MetricRow;
  readonly point: PointRow;

  constructor(columns: MetricColumns, client: ClientView | undefined) {
    const metric = new MetricRow(columns);
    super(metric.group, client);
    this.metric = metric;
    this.point = new PointRow(columns);
  }

  /** Opens point `row` of the table of `kind`, which is one of metric `metric`. */
  open(metric: number, kind: number, row: number): void {
    this.metric.open(metric);
    this.point.open(kind, row);
    this.forget();
  }
}
