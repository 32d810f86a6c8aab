import type { KeyValue } from '@sonde/proto';
import type { Workload } from '../entities/workload.ts';
import { CONNECTIONS_MAX, LISTENERS_MAX, PIPELINED_MAX, STATEMENTS_MAX } from '../limits.ts';
import type { Series } from '../metrics/series.ts';
import { Role } from '../records/layout.ts';
import type { RecordView } from '../records/record-view.ts';
import { attributesOf } from './attributes.ts';
import type { Meaning } from './meaning.ts';
import type { Outcome } from './outcome.ts';
import type { RequestProtocol } from './request-protocol.ts';
import type { TraceLinks } from './trace-links.ts';

/** A request that waits for its answer while others are under way. */
export interface WaitingRequest {
  readonly startNs: number;
  readonly tgid: number;
  readonly protocol: RequestProtocol;
  /** Its beginning: what it means may depend on the answers of those before it. */
  readonly text: string;
  readonly requestBytes: number;
  readonly commands: number;
  readonly links: TraceLinks | undefined;
  /** What is known of its answer, which goes on. */
  outcome: Outcome | undefined;
}

/** What a request was counted as: most requests of a connection are like the one before. */
export interface LastCounted {
  readonly workload: Workload;
  readonly protocol: RequestProtocol;
  readonly code: string;
  readonly operation: string;
  readonly target: string;
  readonly status: number;
  readonly series: Series;
  readonly bounds: readonly number[];
}

/** One side of a TCP connection. */
export class Connection {
  readonly role: number;
  readonly localAddress: string;
  readonly peerAddress: string;
  readonly localPort: number;
  readonly peerPort: number;
  readonly netns: number;
  /** False where it is known by its plaintext alone: there are no addresses. */
  readonly isPlaced: boolean;
  /** Its protocol is spoken inside of TLS. */
  isSecure = false;
  /** The name that the client asked for, once a request had one. */
  host: string | undefined;
  /** Of an exchange that went as it should; undefined while there is none. */
  last: LastCounted | undefined;
  /** Whose series count it as open, as which side; undefined while none does. */
  openAs: { readonly workload: Workload; readonly role: number } | undefined;
  /** Stands for the other side and the name that was asked for; 0 until there is one. */
  peerNumber = 0;
  /** Distinguishes the other side in series. */
  readonly peerKey: string;
  #waiting: Map<number, WaitingRequest> | undefined;
  #statements: Map<string, Meaning> | undefined;

  constructor(record: RecordView) {
    this.role = record.role;
    this.localAddress = record.localAddress;
    this.peerAddress = record.peerAddress;
    this.localPort = record.localPort;
    this.peerPort = record.peerPort;
    this.netns = record.netns;
    this.isPlaced = record.isPlaced;
    const isServer = this.role === Role.server;
    const ends = isServer
      ? `s${this.peerAddress}>${this.localPort}`
      : `c${this.peerAddress}:${this.peerPort}`;
    this.peerKey = this.isPlaced ? ends : ends.charAt(0);
  }

  /** What was counted without the name is another series from then on. */
  nameHost(host: string | undefined): void {
    this.host = host;
    this.last = undefined;
    this.peerNumber = 0;
  }

  /** False when it waits for too many already. */
  wait(sequence: number, request: WaitingRequest): boolean {
    this.#waiting ??= new Map();
    if (this.#waiting.size >= PIPELINED_MAX) return false;
    this.#waiting.set(sequence, request);
    return true;
  }

  answered(sequence: number): WaitingRequest | undefined {
    const request = this.#waiting?.get(sequence);
    this.#waiting?.delete(sequence);
    return request;
  }

  /** Everything that was asked up to a sequence number, in order. */
  answeredUpTo(sequence: number): readonly WaitingRequest[] {
    const answered: WaitingRequest[] = [];
    for (const [asked, request] of this.#waiting ?? []) {
      // Numbers begin anew behind 2^32.
      if (((sequence - asked) | 0) < 0) break;
      this.#waiting?.delete(asked);
      answered.push(request);
    }
    return answered;
  }

  /** What never got an answer. */
  takeWaiting(): readonly WaitingRequest[] {
    const waiting = [...(this.#waiting?.values() ?? [])];
    this.#waiting = undefined;
    return waiting;
  }

  /** Becomes what the other was, at ends that are known. */
  takeOver(former: Connection): void {
    this.host ??= former.host;
    this.peerNumber = 0;
    this.#waiting ??= former.#waiting;
    this.#statements ??= former.#statements;
  }

  prepare(name: string, meaning: Meaning): void {
    this.#statements ??= new Map();
    this.#statements.delete(name);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size >= STATEMENTS_MAX && oldest !== undefined) {
      this.#statements.delete(oldest);
    }
    this.#statements.set(name, meaning);
  }

  prepared(name: string): Meaning | undefined {
    return this.#statements?.get(name);
  }
}

/** Addresses that mean another host in each network namespace. */
const LOOPBACK = /^(127\.|::1$)/;

/** The connections there are, and which service listens where. */
export class ConnectionTable {
  readonly #byCookie = new Map<number, Connection>();
  readonly #listeners = new Map<string, Workload>();
  #evicted = 0;

  get size(): number {
    return this.#byCookie.size;
  }

  /** Connections that were forgotten while they may have been open. */
  get evicted(): number {
    return this.#evicted;
  }

  of(record: RecordView): Connection {
    const connection = this.#of(record);
    if (record.isSecure) connection.isSecure = true;
    return connection;
  }

  /** Its socket is known by now: under its own number, with what it was waiting for. */
  placed(record: RecordView): Connection | undefined {
    const former = this.#byCookie.get(record.formerCookie);
    if (former === undefined) return undefined;
    this.#byCookie.delete(record.formerCookie);
    const connection = this.of(record);
    connection.takeOver(former);
    return connection;
  }

  closed(cookie: number): void {
    this.#byCookie.delete(cookie);
  }

  /** A service that was seen to accept connections; true when that is news. */
  listens(connection: Connection, workload: Workload): boolean {
    if (!connection.isPlaced) return false;
    const key = placeOf(connection.netns, connection.localAddress, connection.localPort);
    if (this.#listeners.get(key) === workload) return false;
    if (this.#listeners.size >= LISTENERS_MAX) this.#listeners.clear();
    this.#listeners.set(key, workload);
    return true;
  }

  /** The other side in the words of the conventions; of a client its service's name where it is local. */
  peerAttributes(connection: Connection): readonly KeyValue[] {
    const { role, peerAddress, peerPort, localPort, netns, host, isPlaced } = connection;
    if (!isPlaced) {
      return role === Role.server ? [] : attributesOf({ 'server.address': host });
    }
    if (role === Role.server) {
      return attributesOf({ 'client.address': peerAddress, 'server.port': localPort });
    }
    const service = this.#listeners.get(placeOf(netns, peerAddress, peerPort));
    return attributesOf({
      'server.address': host ?? peerAddress,
      'server.port': peerPort,
      'network.peer.address': peerAddress,
      'service.peer.name': service?.identity.name,
    });
  }

  /**
   * As `peerAttributes`, of a span: whoever answers says which address was called, by which callers on
   * other hosts are told whom they called.
   */
  spanAttributes(connection: Connection): readonly KeyValue[] {
    const peer = this.peerAttributes(connection);
    const { role, isPlaced, localAddress } = connection;
    if (role !== Role.server || !isPlaced) return peer;
    return [...peer, ...attributesOf({ 'network.local.address': localAddress })];
  }

  #of(record: RecordView): Connection {
    const { cookie } = record;
    const known = this.#byCookie.get(cookie);
    // Which side it is of a connection older than the agent is known from its first request on.
    const isKnown =
      known !== undefined && (known.role !== Role.unknown || record.role === known.role);
    if (isKnown) return known;
    if (known === undefined && this.#byCookie.size >= CONNECTIONS_MAX) this.#evictOldest();
    const connection = new Connection(record);
    connection.openAs = known?.openAs;
    this.#byCookie.set(cookie, connection);
    return connection;
  }

  #evictOldest(): void {
    const oldest = this.#byCookie.keys().next().value;
    if (oldest === undefined) return;
    this.#byCookie.delete(oldest);
    this.#evicted++;
  }
}

function placeOf(netns: number, address: string, port: number): string {
  return LOOPBACK.test(address) ? `${netns}/${address}:${port}` : `${address}:${port}`;
}
