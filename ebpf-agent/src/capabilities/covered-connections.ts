import type { KeyValue } from '@sonde/proto';
import { COVERAGE_WINDOW_MS, UNREAD_PEERS_MAX } from '../limits.ts';
import { newSeries, type Series } from '../metrics/series.ts';
import { Protocol } from '../records/layout.ts';
import { attributesOf } from '../requests/attributes.ts';

/**
 * Why requests inside of TLS are not read: by a library that has no probes, for want of the programs
 * for TLS on this kernel, by Java's own TLS.
 */
export type UnreadTls = 'tls' | 'tls_off' | 'tls_java';

/** What a record says of a connection. */
export interface SeenConnection {
  readonly protocol: number;
  /** `network.protocol.name`; undefined of what has none. */
  readonly protocolName: string | undefined;
  /** The protocol is spoken inside of TLS. */
  readonly isSecure: boolean;
  readonly unreadTls: () => UnreadTls;
  /** The other side, and what tells it apart. */
  readonly peerKey: string;
  readonly peer: () => readonly KeyValue[];
}

interface Entry {
  count: number;
  readonly attributes: readonly KeyValue[];
}

type Entries = Map<string, Entry>;

/** What a connection was counted as, and in which window. */
interface CountedAs {
  readonly window: number;
  readonly key: string;
}

/**
 * The connections of a service in the last minutes, each once: those whose requests are read by their
 * protocol, the others by why not and by their other side, of which there is a bounded number: the rest
 * are one.
 */
export class CoveredConnections {
  readonly #counted = new WeakMap<object, CountedAs>();
  readonly #series = new Map<string, Series>();
  /** Of this window and the one before. */
  #entries: Entries = new Map();
  #before: Entries = new Map();
  #window = 0;
  #sinceMs = performance.now();

  /** One was opened, or did something. `connection`: itself, which stands for it. */
  count(connection: object, seen: SeenConnection): void {
    const { protocol } = seen;
    if (protocol === Protocol.unknown || protocol === Protocol.own) return;
    const counted = this.#counted.get(connection);
    const isCounted = counted !== undefined && counted.window === this.#window;
    const reason = unreadOf(seen);
    const key = this.#keyOf(seen, reason);
    if (isCounted && counted.key === key) return;
    // It turned out to be another protocol than the one that it began with.
    if (isCounted) this.#takeBack(counted.key);
    this.#counted.set(connection, { window: this.#window, key });
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.count++;
    else this.#entries.set(key, { count: 1, attributes: attributesFor(seen, reason, key) });
  }

  /** A series each, of what there was. */
  series(nowMs: number): readonly Series[] {
    this.#turn(nowMs);
    const all = new Map([...this.#before, ...this.#entries]);
    for (const key of this.#series.keys()) if (!all.has(key)) this.#series.delete(key);
    return [...all].map(([key, { attributes }]) => {
      const series = this.#series.get(key) ?? newSeries(attributes, 0);
      this.#series.set(key, series);
      series.sum = (this.#before.get(key)?.count ?? 0) + (this.#entries.get(key)?.count ?? 0);
      return series;
    });
  }

  #keyOf({ protocol, isSecure, peerKey }: SeenConnection, reason: string | undefined): string {
    if (reason === undefined) return `${SEEN}${protocol} ${isSecure}`;
    const key = `${reason} ${peerKey}`;
    const isNew = !this.#entries.has(key);
    return isNew && this.#entries.size >= UNREAD_PEERS_MAX ? `${reason}${REST}` : key;
  }

  #takeBack(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && --entry.count === 0) this.#entries.delete(key);
  }

  #turn(nowMs: number): void {
    if (nowMs - this.#sinceMs < COVERAGE_WINDOW_MS) return;
    this.#sinceMs = nowMs;
    this.#window++;
    this.#before = this.#entries;
    this.#entries = new Map();
  }
}

const SEEN = 'seen ';
/** Ends the key of other sides beyond the limit. */
const REST = ' *';

/** Undefined: its requests are read. */
function unreadOf({ protocol, unreadTls }: SeenConnection): string | undefined {
  if (protocol === Protocol.tls) return unreadTls();
  if (protocol === Protocol.opaque) return 'unknown_protocol';
  return undefined;
}

function attributesFor(
  { protocolName, isSecure, peer }: SeenConnection,
  reason: string | undefined,
  key: string,
): readonly KeyValue[] {
  const isRest = reason !== undefined && key.endsWith(REST);
  return [
    ...attributesOf({
      'sonde.signal': 'requests',
      'sonde.coverage': reason === undefined ? 'seen' : 'unseen',
      'sonde.reason': reason,
      'network.protocol.name': reason === undefined ? protocolName : undefined,
    }),
    ...(isSecure ? SECURE : []),
    ...(isRest ? OVERFLOW : reason === undefined ? [] : peer()),
  ];
}

const SECURE: readonly KeyValue[] = [{ key: 'sonde.secure', value: { boolValue: true } }];
const OVERFLOW: readonly KeyValue[] = [{ key: 'otel.metric.overflow', value: { boolValue: true } }];
