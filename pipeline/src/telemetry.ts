import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Columns,
  decodeRequestsInTurns,
  type EncodedRequest,
  encodeSegments,
  itemsOf,
  keepShape,
  LogColumns,
  releaseColumns,
  type Signal,
} from '@sonde/proto';
import { type ClientInfo, commonClient } from './client-info.ts';

/** Where in the buffer a batch was read: the half-open range `[from, to)` of one partition. */
export interface BufferRange {
  readonly topic: string;
  /** Tells the topic from one of the same name before it; absent where that cannot be. */
  readonly topicId?: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  /** The settings the range's intent names: a replay is transformed as the first try was. */
  readonly settingsVersion?: number;
  /** Which share of the range this is, where a connector made several batches of one. */
  readonly share?: string;
}

export interface TelemetryOptions {
  readonly signal: Signal;
  readonly requests: readonly EncodedRequest[];
  /** Absent for data that no buffer holds. */
  readonly source?: BufferRange;
  /** How a receiver took it, a label of its counters: `grpc`, `http`. */
  readonly transport?: string;
  /** Who sent it; absent where no receiver knows, or where several senders' data was merged. */
  readonly client?: ClientInfo;
  /** Decodes `requests` in order; called at most once, when a component first asks for columns. */
  readonly decode: (requests: readonly EncodedRequest[]) => Columns;
}

/**
 * What travels between components: the requests as they came in, and their columns once somebody
 * asks. A batch nobody looks into is forwarded as the bytes that came in.
 *
 * The columns are shared by every consumer of a fan-out and never written into. A component that
 * changes data passes on `withColumns` of new ones, in which what did not change is shared
 * (`docs/contracts.md` has the rules); one that changes nothing passes on what it was given.
 */
export class Telemetry {
  readonly signal: Signal;
  readonly source: BufferRange | undefined;
  readonly transport: string | undefined;
  readonly client: ClientInfo | undefined;
  readonly #decode: (requests: readonly EncodedRequest[]) => Columns;
  /** At least one of both is there. */
  #requests: readonly EncodedRequest[] | undefined;
  #columns: Columns | undefined;
  /** While requests are decoded in turns. */
  #decoding: Promise<Columns> | undefined;
  /** Whether somebody has the columns for as long as he likes. */
  #areKept = false;
  /** How many have them until they are done. */
  #lent = 0;

  constructor(options: TelemetryOptions) {
    this.signal = options.signal;
    this.#requests = options.requests;
    this.source = options.source;
    this.transport = options.transport;
    this.client = options.client;
    this.#decode = options.decode;
  }

  /**
   * One batch of the requests of all `parts` (of one signal, at least one), in order. No buffer holds
   * it as one: it has no source. It has a client where all parts have the same one.
   */
  static join(parts: readonly [Telemetry, ...Telemetry[]]): Telemetry {
    const [first] = parts;
    if (parts.length === 1) return first;
    const joined = first.withRequests(parts.flatMap(({ requests }) => requests));
    return joined.withClient(commonClient(parts.map(({ client }) => client)));
  }

  /** A batch of other requests of the same signal and client, without a source. */
  withRequests(requests: readonly EncodedRequest[]): Telemetry {
    const { signal, client } = this;
    return new Telemetry({ signal, requests, ...optional({ client }), decode: this.#decode });
  }

  /** The same data of another client, or of none. */
  withClient(client: ClientInfo | undefined): Telemetry {
    if (client === this.client) return this;
    return this.#copy(client);
  }

  /**
   * The same batch with other columns: they are the truth from here on. Source, transport and client
   * stay, so that a replay carries the same tokens; tenants and times of receipt are those of the segments.
   */
  withColumns(columns: Columns): Telemetry {
    if (columns === this.#columns) return this;
    const changed = this.#copy(this.client);
    changed.#requests = undefined;
    changed.#columns = columns;
    changed.#areKept = true;
    return changed;
  }

  /**
   * The same batch as other requests: they are the truth from here on. Source, transport and client
   * stay, as with `withColumns`.
   */
  withRewritten(requests: readonly EncodedRequest[]): Telemetry {
    if (requests === this.#requests) return this;
    const changed = this.#copy(this.client);
    changed.#requests = requests;
    changed.#columns = undefined;
    changed.#areKept = false;
    return changed;
  }

  /** Whether there are the requests and no columns yet: what works on bytes is cheaper than decoding. */
  get isEncoded(): boolean {
    return this.#columns === undefined;
  }

  /**
   * The same data as one of several batches made of what was one: its blocks get tokens of their own,
   * or the store would take two shares for the same. A pure function of bytes and configuration names
   * it.
   */
  withShare(name: string): Telemetry {
    const { source } = this;
    if (source === undefined) return this;
    const share = source.share === undefined ? name : `${source.share}+${name}`;
    return this.#copy(this.client, { ...source, share });
  }

  #copy(client: ClientInfo | undefined, source = this.source): Telemetry {
    const { signal, transport } = this;
    const options = optional({ source, transport, client });
    const copy = new Telemetry({ signal, requests: [], ...options, decode: this.#decode });
    copy.#requests = this.#requests;
    copy.#columns = this.#columns;
    if (this.#columns !== undefined) {
      this.#areKept = true;
      copy.#areKept = true;
    }
    return copy;
  }

  /**
   * The batch as OTLP: the bytes that came in, or, of changed columns, one request a segment, encoded
   * when somebody first asks.
   */
  get requests(): readonly EncodedRequest[] {
    this.#requests ??= this.#columns === undefined ? [] : encodeSegments(this.#columns);
    return this.#requests;
  }

  /** Spans, log records or data points. */
  get itemCount(): number {
    if (this.#requests === undefined && this.#columns !== undefined) return itemsOf(this.#columns);
    let count = 0;
    for (const request of this.requests) count += request.itemCount;
    return count;
  }

  /** Wire bytes held on to; what a memory limit counts. */
  get byteCount(): number {
    let count = 0;
    for (const request of this.requests) count += request.bytes.length;
    return count;
  }

  /** Throws `MalformedError` of `@sonde/proto` when a request is not OTLP. */
  columns(): Columns {
    this.#areKept = true;
    this.#columns ??= this.#decode(this.requests);
    return this.#columns;
  }

  /**
   * As `columns`, for who can wait and passes on nothing: they are `work`'s until it is done. What was
   * lent only is nobody's then, and its memory that of later batches. Requests that were joined are
   * decoded some milliseconds at a time, and others have the event loop in between.
   */
  async lendColumns<T>(work: (columns: Columns) => Promise<T>): Promise<T> {
    this.#lent++;
    try {
      return await work(await this.#columnsInTurns());
    } finally {
      this.#lent--;
      if (this.#lent === 0 && !this.#areKept) this.#release();
    }
  }

  async #columnsInTurns(): Promise<Columns> {
    if (this.#columns === undefined && this.requests.length > 1) {
      this.#decoding ??= decodeRequestsInTurns(this.signal, this.requests, { nextTurn });
      const columns = await this.#decoding;
      this.#decoding = undefined;
      // Somebody may have asked for all at once meanwhile.
      this.#columns ??= columns;
    }
    this.#columns ??= this.#decode(this.requests);
    return this.#columns;
  }

  #release(): void {
    const columns = this.#columns;
    this.#columns = undefined;
    if (columns !== undefined) releaseColumns(columns);
  }
}

keepShape(new Telemetry({ signal: 'logs', requests: [], decode: () => new LogColumns(0) }));

type Origin = Pick<TelemetryOptions, 'source' | 'transport' | 'client'>;

/** Absent where undefined: an optional member is one or the other. */
function optional({
  source,
  transport,
  client,
}: {
  readonly [K in keyof Origin]: Origin[K] | undefined;
}): Origin {
  return {
    ...(source === undefined ? {} : { source }),
    ...(transport === undefined ? {} : { transport }),
    ...(client === undefined ? {} : { client }),
  };
}
