import type { BufferRecord } from '../contract.ts';
import type { Fetched, Fetcher, FetchOptions } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import type { KafkaOptions } from './kafka-options.ts';
import { KafkaJsLink } from './kafkajs-link.ts';
import { type FetchedMessage, type FetchResponse, loadKafkaJs } from './kafkajs-modules.ts';

const NO_REPLICA = -1;
const READ_COMMITTED = 1;

/** Fetches over connections of its own. */
export class KafkaJsFetcher implements Fetcher {
  readonly #link: KafkaJsLink;
  readonly #rackId: string;

  constructor(options: KafkaOptions) {
    this.#link = new KafkaJsLink(options);
    this.#rackId = options.rackId;
  }

  async fetch(options: FetchOptions): Promise<Fetched> {
    const { topic, partition, from, bytesMax, waitMs } = options;
    const response = await this.#link.withLeader(options, (broker) =>
      broker.fetch({
        replicaId: NO_REPLICA,
        isolationLevel: READ_COMMITTED,
        maxWaitTime: Math.max(0, Math.floor(waitMs)),
        minBytes: 1,
        maxBytes: bytesMax,
        rackId: this.#rackId,
        topics: [
          { topic, partitions: [{ partition, fetchOffset: String(from), maxBytes: bytesMax }] },
        ],
      }),
    );
    return toFetched(response, from);
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

function toFetched(response: FetchResponse, from: number): Fetched {
  const found = response.responses[0]?.partitions[0];
  if (found === undefined) throw new KafkaFailure('UNKNOWN', 'an answer without the partition');
  const { messages, abortedTransactions, highWatermark, lastStartOffset } = found;
  const visible = loadKafkaJs().filterAborted({ messages, abortedTransactions });
  const last = messages.at(-1);
  return {
    // A batch comes whole: what lies in it before `from` was not asked for.
    records: visible
      .filter(({ isControlRecord, offset }) => !isControlRecord && Number(offset) >= from)
      .map(toRecord),
    next: last === undefined ? from : Math.max(from, Number(last.offset) + 1),
    start: Math.max(0, Number(lastStartOffset ?? 0)),
    end: Number(highWatermark),
  };
}

const NOTHING: Uint8Array = new Uint8Array(0);

function toRecord({ offset, timestamp, key, value, headers }: FetchedMessage): BufferRecord {
  const record = {
    offset: Number(offset),
    timestampUnixMs: Math.max(0, Number(timestamp)),
    headers: toHeaders(headers),
    value: value ?? NOTHING,
  };
  return key === null ? record : { ...record, key };
}

/** Of a header that comes several times the last one counts. */
function toHeaders(headers: FetchedMessage['headers']): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => {
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    return [name, last instanceof Uint8Array ? Buffer.from(last).toString('utf8') : ''];
  });
  return Object.fromEntries(entries);
}
