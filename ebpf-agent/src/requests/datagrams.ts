import { DATAGRAM_PATIENCE_NS, DATAGRAMS_WAITING_MAX } from '../limits.ts';
import { ExchangeFlag, Kind, Role } from '../records/layout.ts';
import type { RecordView } from '../records/record-view.ts';
import { Connection, type WaitingRequest } from './connection.ts';
import type { Outcome } from './outcome.ts';
import { requestOf, UNANSWERED } from './read-exchange.ts';
import type { RequestProtocol } from './request-protocol.ts';

interface Waiting {
  readonly connection: Connection;
  readonly request: WaitingRequest;
}

/** A request and what became of it. */
export type Conclude = (
  connection: Connection,
  request: WaitingRequest,
  end: { readonly outcome: Outcome; readonly durationNs: number },
) => void;

/**
 * Requests that are datagrams: joined with their answers by socket and number, for as long as it makes
 * sense to wait. Nobody sees such sockets closing.
 */
export class Datagrams {
  readonly #waiting = new Map<string, Waiting>();
  readonly #conclude: Conclude;
  #unjoined = 0;

  constructor(conclude: Conclude) {
    this.#conclude = conclude;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Answers without their request. */
  get unjoined(): number {
    return this.#unjoined;
  }

  take(record: RecordView, protocol: RequestProtocol): void {
    const key = `${record.cookie}/${record.sequence}`;
    const before = this.#waiting.get(key);
    if (record.kind === Kind.answer) {
      if (before === undefined) this.#unjoined++;
      else this.#answered(key, before, record);
      return;
    }
    // Asked again: the one before was in vain.
    if (before !== undefined) this.#abandon(key, before, record.atNs);
    this.#makeRoom(record.atNs);
    const request = requestOf(record, protocol);
    this.#waiting.set(key, { connection: new Connection(record), request });
  }

  /** Gives up on what was asked long ago. `nowNs`: CLOCK_MONOTONIC. */
  expire(nowNs: number): void {
    for (const [key, waiting] of this.#waiting) {
      if (nowNs - waiting.request.startNs < DATAGRAM_PATIENCE_NS) return;
      this.#abandon(key, waiting, nowNs);
    }
  }

  #answered(key: string, { connection, request }: Waiting, record: RecordView): void {
    this.#waiting.delete(key);
    const { status, answerBytes } = record;
    // Where a query came from is known when it is answered.
    const isServer = record.role === Role.server;
    const flags = record.exchangeFlags & ~ExchangeFlag.datagram;
    this.#conclude(isServer ? new Connection(record) : connection, request, {
      outcome: { status, flags, code: '', answerBytes },
      durationNs: Math.max(0, record.atNs - request.startNs),
    });
  }

  #abandon(key: string, { connection, request }: Waiting, nowNs: number): void {
    this.#waiting.delete(key);
    const durationNs = Math.max(0, nowNs - request.startNs);
    this.#conclude(connection, request, { outcome: UNANSWERED, durationNs });
  }

  #makeRoom(nowNs: number): void {
    if (this.#waiting.size < DATAGRAMS_WAITING_MAX) return;
    const [oldest] = this.#waiting;
    if (oldest !== undefined) this.#abandon(...oldest, nowNs);
  }
}
