import type { Workload } from '../entities/workload.ts';
import { PEER_NUMBERS_MAX } from '../limits.ts';
import { addValue } from '../metrics/series.ts';
import { ExchangeFlag, Protocol } from '../records/layout.ts';
import type { RecordView } from '../records/record-view.ts';
import type { Connection } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { PeerNumbers, type PlainSeries, PlainSeriesTable, type PlainSpan } from './plain-series.ts';
import { NO_SHAPE, RouteShapes } from './route-shapes.ts';

const NS_PER_S = 1e9;

/** An exchange that is like one before, in its record; valid while somebody is called with it. */
export interface PlainExchange {
  readonly record: RecordView;
  readonly workload: Workload;
  readonly span: PlainSpan | undefined;
  /** Where in the record's batch its path begins and ends; ASCII. */
  readonly pathStart: number;
  readonly pathEnd: number;
}

/** One after the other in the same memory. */
class CurrentExchange implements PlainExchange {
  readonly #shapes: RouteShapes;
  record: RecordView;
  workload: Workload;
  span: PlainSpan | undefined;

  constructor(shapes: RouteShapes, record: RecordView, workload: Workload) {
    this.#shapes = shapes;
    this.record = record;
    this.workload = workload;
  }

  get pathStart(): number {
    return this.#shapes.pathStart;
  }
  get pathEnd(): number {
    return this.#shapes.pathEnd;
  }
}

/** What is made of plain exchanges besides counting them. */
export interface PlainListener {
  /** What those that are like this one have in common; undefined where no spans are made. */
  readonly spanOf: (exchange: Exchange) => PlainSpan | undefined;
  /** Takes one; false: it has to be read the long way. */
  readonly take: (exchange: PlainExchange) => boolean;
}

/** Where exchanges are nothing but counted. */
export const COUNTED_ALONE: PlainListener = { spanOf: () => undefined, take: () => true };

/** No place: the exchange is read the long way. */
export const NO_PLACE = -1;

/**
 * Exchanges of HTTP/1 that are like one before: same service, other side, method, route and status, and
 * nothing to be said of them but how long they took. They are counted from the record's bytes, without
 * an object or a string; the first of each kind goes the long way, and its series is kept here.
 */
export class PlainExchanges {
  readonly #shapes = new RouteShapes();
  readonly #series = new PlainSeriesTable();
  readonly #peers = new PeerNumbers(PEER_NUMBERS_MAX);
  #current: CurrentExchange | undefined;

  /** Where the series of exchanges like this one is kept; `NO_PLACE` of those that are not plain. */
  placeOf(record: RecordView, connection: Connection, workload: Workload): number {
    if (record.protocol !== Protocol.http1 || record.commands > 1) return NO_PLACE;
    // Until the name that was asked for is known, each request is looked into for it.
    if (connection.host === undefined) return NO_PLACE;
    if ((record.exchangeFlags & ~ExchangeFlag.traced) !== 0) return NO_PLACE;
    const shape = this.#shapes.of(record.bytes, record.textStart, record.textEnd);
    if (shape === NO_SHAPE) return NO_PLACE;
    connection.peerNumber ||= this.#peers.of(`${connection.peerKey} ${connection.host}`);
    return this.#series.slotOf(connection.peerNumber, workload.number, shape, record.status);
  }

  /** The exchange that `placeOf` was asked for last, whose series is `known`. */
  exchange(record: RecordView, workload: Workload, known: PlainSeries): PlainExchange {
    this.#current ??= new CurrentExchange(this.#shapes, record, workload);
    const current = this.#current;
    current.record = record;
    current.workload = workload;
    current.span = known.span;
    return current;
  }

  /** Other sides have names by now that they had not: the next of each kind goes the long way again. */
  forget(): void {
    this.#series.clear();
  }

  /** Undefined where none is kept any more, or yet. */
  at(place: number): PlainSeries | undefined {
    return this.#series.at(place);
  }

  /** Keeps what the exchange that `placeOf` was asked for last was counted in. */
  keep(place: number, series: PlainSeries): void {
    this.#series.put(place, series);
  }
}

/** `nowMs`: of `performance.now()`. */
export function countPlainly(
  { series, bounds }: PlainSeries,
  durationNs: number,
  nowMs: number,
): void {
  addValue(series, durationNs / NS_PER_S, bounds, nowMs);
}
