import type { KeyValue } from '@sonde/proto';
import type { UnreadTls } from '../capabilities/covered-connections.ts';
import type { ProcessTable } from '../entities/process-table.ts';
import type { Workload } from '../entities/workload.ts';
import type { Http2Stream } from '../http2/http2-connection.ts';
import { ROUTES_MAX } from '../limits.ts';
import { CONNECTIONS_ACTIVE, type MetricDefinition } from '../metrics/definitions.ts';
import { addValue } from '../metrics/series.ts';
import { ConnectionFlag, ExchangeFlag, Kind, Protocol, Role } from '../records/layout.ts';
import type { RecordView } from '../records/record-view.ts';
import type { Connection, ConnectionTable, LastCounted, WaitingRequest } from './connection.ts';
import { countConnection, sideOf } from './connection-counts.ts';
import { Datagrams } from './datagrams.ts';
import type { Exchange } from './exchange.ts';
import { authorityHost, http2Exchange, linksOf } from './http2-protocol.ts';
import { Http2Requests } from './http2-requests.ts';
import { likeLast, remember } from './last-counted.ts';
import { countListener } from './listener-counts.ts';
import { Meanings } from './meanings.ts';
import type { Outcome } from './outcome.ts';
import { countPlainly, NO_PLACE, PlainExchanges, type PlainListener } from './plain-exchanges.ts';
import { exchangeAttributes, metricOf, protocolOf, seriesKeyOf } from './protocols.ts';
import { completed, outcomeOf, requestOf, togetherOf, UNANSWERED } from './read-exchange.ts';
import type { RequestProtocol } from './request-protocol.ts';

const NS_PER_S = 1e9;

export interface TrafficOptions {
  readonly processes: Pick<ProcessTable, 'workloadOf'>;
  readonly connections: ConnectionTable;
  /** A process has a secure connection: called for each of them. */
  readonly onSecure: (pid: number) => void;
  /** Why requests inside of TLS of a process are not read, where they are not. */
  readonly unreadTls?: (pid: number) => UnreadTls;
  /** Left out: no exchange is plain, each is read. */
  readonly plain?: PlainListener;
  /** Every exchange once, when it is over, but those that `plain` took; for spans. */
  readonly onExchange: (exchange: Exchange) => void;
}

/** Turns the records of connections and requests into the numbers of the services that had them. */
export class Traffic {
  readonly connections: ConnectionTable;
  readonly #options: TrafficOptions;
  readonly #meanings = new Meanings();
  readonly #datagrams = new Datagrams((connection, request, end) =>
    this.#conclude(connection, request, end),
  );
  readonly #http2 = new Http2Requests((connection, stream) => this.#finished(connection, stream));
  readonly #routes = new WeakMap<Workload, Set<string>>();
  readonly #plain = new PlainExchanges();
  /** Where the exchange that is read now is kept for those like it; `NO_PLACE` once it was counted. */
  #place = NO_PLACE;
  #nowMs: number = performance.now();
  #unowned = 0;
  #unjoined = 0;
  #unplaced = 0;

  constructor(options: TrafficOptions) {
    this.connections = options.connections;
    this.#options = options;
  }

  /** Records whose process nobody knows. */
  get unowned(): number {
    return this.#unowned;
  }

  /** Answers without their request, and pipelined requests beyond the limit. */
  get unjoined(): number {
    return this.#unjoined + this.#datagrams.unjoined + this.#http2.dropped;
  }

  /** Exchanges whose other side nobody knows: of secure connections without a known socket. */
  get unplaced(): number {
    return this.#unplaced;
  }

  /** Whether records of that kind are its. */
  static takes(kind: number): boolean {
    return kind <= Kind.connection || (kind >= Kind.frames && kind <= Kind.listener);
  }

  /** Gives up on answers that will not come. `nowNs`: CLOCK_MONOTONIC. */
  expire(nowNs: number): void {
    this.#datagrams.expire(nowNs);
  }

  /** Records of another batch follow. */
  begin(): void {
    this.#nowMs = performance.now();
  }

  take(record: RecordView): void {
    switch (record.kind) {
      case Kind.exchange:
        this.#exchanged(record);
        return;
      case Kind.request:
        this.#asked(record);
        return;
      case Kind.answer:
        this.#answered(record);
        return;
      case Kind.frames:
        this.#http2.take(record, this.connections.of(record));
        return;
      case Kind.placed:
        this.#http2.placed(record.formerCookie, record.cookie, this.connections.placed(record));
        return;
      case Kind.connection:
        this.#connected(record);
        return;
      case Kind.listener:
        this.#listening(record);
        return;
    }
  }

  #exchanged(record: RecordView): void {
    const connection = this.connections.of(record);
    if (this.#countedPlainly(record, connection)) return;
    const protocol = protocolOf(record.protocol);
    if (protocol === undefined) return;
    const request = requestOf(record, protocol);
    this.#conclude(connection, request, {
      outcome: outcomeOf(record, request, connection),
      durationNs: record.durationNs,
    });
    this.#place = NO_PLACE;
  }

  /** It is like one before, and no more than a count. */
  #countedPlainly(record: RecordView, connection: Connection): boolean {
    if (record.protocol !== Protocol.http1) return false;
    const { processes, plain } = this.#options;
    if (plain === undefined) return false;
    const workload = processes.workloadOf(record.tgid, connection.role === Role.server);
    if (workload === undefined || workload.identity.isOwn) return false;
    const place = this.#plain.placeOf(record, connection, workload);
    const known = place === NO_PLACE ? undefined : this.#plain.at(place);
    if (known === undefined || !plain.take(this.#plain.exchange(record, workload, known))) {
      this.#place = place;
      return false;
    }
    if (!connection.isPlaced) this.#unplaced++;
    countPlainly(known, record.durationNs, this.#nowMs);
    return true;
  }

  #asked(record: RecordView): void {
    const protocol = protocolOf(record.protocol);
    if (protocol === undefined) return;
    if (record.exchangeFlags & ExchangeFlag.datagram) {
      this.#datagrams.take(record, protocol);
      return;
    }
    const connection = this.connections.of(record);
    const request = requestOf(record, protocol);
    if (!connection.wait(record.sequence, request)) this.#unjoined++;
  }

  #answered(record: RecordView): void {
    const protocol = protocolOf(record.protocol);
    if (protocol !== undefined && record.exchangeFlags & ExchangeFlag.datagram) {
      this.#datagrams.take(record, protocol);
      return;
    }
    const connection = this.connections.of(record);
    if (record.exchangeFlags & ExchangeFlag.up_to) {
      this.#answeredUpTo(record, connection);
      return;
    }
    const request = connection.answered(record.sequence);
    if (request === undefined) {
      this.#unjoined++;
      return;
    }
    const { outcome: begun } = request;
    const outcome =
      begun === undefined ? outcomeOf(record, request, connection) : completed(begun, record);
    if (record.exchangeFlags & ExchangeFlag.continues) {
      request.outcome = outcome;
      connection.wait(record.sequence, request);
      return;
    }
    this.#conclude(connection, request, {
      outcome,
      durationNs: Math.max(0, record.atNs - request.startNs),
    });
  }

  /** Answers without numbers: everything that was asked before has its answer. */
  #answeredUpTo(record: RecordView, connection: Connection): void {
    for (const request of connection.answeredUpTo(record.sequence)) {
      this.#conclude(connection, request, {
        outcome: outcomeOf(record, request, connection),
        durationNs: Math.max(0, record.atNs - request.startNs),
      });
    }
  }

  #conclude(
    connection: Connection,
    request: WaitingRequest,
    { outcome, durationNs }: { readonly outcome: Outcome; readonly durationNs: number },
  ): void {
    const workload = this.#ownerOf(request.tgid, connection);
    if (workload === undefined) return;
    const { protocol, text, startNs, requestBytes, commands, links } = request;
    const read = this.#meanings.of(protocol, text);
    const meaning = togetherOf(protocol.onConnection?.(connection, text, read) ?? read, commands);
    const { status, flags, code, answerBytes } = outcome;
    this.#count({
      workload,
      connection,
      protocol,
      meaning,
      startNs,
      durationNs,
      status,
      flags,
      code,
      requestBytes,
      answerBytes,
      commands,
      links,
    });
  }

  /** A request of HTTP/2. */
  #finished(connection: Connection, stream: Http2Stream): void {
    const { startNs = 0, endNs = startNs, tgid } = stream;
    const workload = this.#ownerOf(tgid, connection);
    if (workload === undefined) return;
    if (connection.host === undefined) connection.nameHost(authorityHost(stream.authority));
    this.#count({
      workload,
      connection,
      ...http2Exchange(stream, this.#meanings),
      startNs,
      durationNs: Math.max(0, endNs - startNs),
      requestBytes: 0,
      answerBytes: 0,
      commands: 1,
      links: linksOf(stream),
    });
  }

  #connected(record: RecordView): void {
    const connection = this.connections.of(record);
    const flags = record.connectionFlags;
    const workload = this.#ownerOf(record.tgid, connection);
    if (record.protocol === Protocol.tls) this.#options.onSecure(record.tgid);
    if (workload !== undefined) {
      const unreadTls = (): UnreadTls => this.#options.unreadTls?.(record.tgid) ?? 'tls';
      countConnection(record, { connection, workload, table: this.connections, unreadTls });
    }
    if (flags & (ConnectionFlag.closed | ConnectionFlag.refused)) {
      this.#close(record, connection);
    }
  }

  #listening(record: RecordView): void {
    const workload = this.#options.processes.workloadOf(record.tgid, true);
    if (workload === undefined) this.#unowned++;
    else countListener(record, workload);
  }

  #close(record: RecordView, connection: Connection): void {
    const { openAs } = connection;
    openAs?.workload.metrics.add(CONNECTIONS_ACTIVE, sideOf(openAs.role), -1);
    for (const request of connection.takeWaiting()) {
      this.#conclude(connection, request, {
        outcome: request.outcome ?? UNANSWERED,
        durationNs: Math.max(0, record.atNs - request.startNs),
      });
    }
    this.#http2.closed(record.cookie, record.atNs);
    this.connections.closed(record.cookie);
  }

  #count(exchange: Exchange): void {
    const { workload, connection, protocol, durationNs } = exchange;
    if (protocol.commands !== undefined) this.#countCommands(exchange, protocol.commands);
    if (protocol.messages !== undefined && exchange.flags & ExchangeFlag.one_way) {
      this.#countMessage(exchange, protocol.messages(exchange));
      return;
    }
    if (!connection.isPlaced) this.#unplaced++;
    const seconds = durationNs / NS_PER_S;
    const last = likeLast(exchange);
    if (last !== undefined) {
      addValue(last.series, seconds, last.bounds);
      this.#keep(exchange, last);
      this.#options.onExchange(exchange);
      return;
    }
    workload.lastSeenMs = performance.now();
    if (connection.role === Role.server && this.connections.listens(connection, workload)) {
      this.#plain.forget();
    }
    const known = protocol.hasRoutes ? this.#withKnownRoute(exchange) : exchange;
    const metric = metricOf(known);
    const series = workload.metrics.series(metric, seriesKeyOf(known), () => [
      ...exchangeAttributes(known),
      ...this.connections.peerAttributes(connection),
    ]);
    const { bounds } = metric;
    addValue(series, seconds, bounds);
    if (known === exchange && exchange.flags === 0) remember(exchange, series, metric);
    this.#keep(exchange, { series, bounds });
    this.#options.onExchange(known);
  }

  /** Those like it are counted in the same series, without being read. */
  #keep(exchange: Exchange, { series, bounds }: Pick<LastCounted, 'series' | 'bounds'>): void {
    if (this.#place === NO_PLACE) return;
    const span = this.#options.plain?.spanOf(exchange);
    this.#plain.keep(this.#place, { series, bounds, span });
  }

  #countCommands(
    { workload, connection, commands }: Exchange,
    { server, client }: Required<RequestProtocol>['commands'],
  ): void {
    const metric = connection.role === Role.server ? server : client;
    const attributes = (): readonly KeyValue[] => this.connections.peerAttributes(connection);
    workload.metrics.add(metric, { key: connection.peerKey, attributes }, commands);
  }

  /** A message takes no time, and is no span. */
  #countMessage(exchange: Exchange, metric: MetricDefinition): void {
    const { workload, connection } = exchange;
    const attributes = (): readonly KeyValue[] => [
      ...exchangeAttributes(exchange),
      ...this.connections.peerAttributes(connection),
    ];
    workload.metrics.add(metric, { key: seriesKeyOf(exchange), attributes }, 1);
  }

  /** A service has a bounded number of routes: the rest are one. */
  #withKnownRoute(exchange: Exchange): Exchange {
    const { workload, meaning } = exchange;
    let routes = this.#routes.get(workload);
    if (routes === undefined) {
      routes = new Set();
      this.#routes.set(workload, routes);
    }
    if (routes.has(meaning.target)) return exchange;
    if (routes.size >= ROUTES_MAX) return { ...exchange, meaning: { ...meaning, target: '/*' } };
    routes.add(meaning.target);
    return exchange;
  }

  #ownerOf(tgid: number, connection: Connection): Workload | undefined {
    const workload = this.#options.processes.workloadOf(tgid, connection.role === Role.server);
    if (workload === undefined) this.#unowned++;
    return workload?.identity.isOwn === true ? undefined : workload;
  }
}
