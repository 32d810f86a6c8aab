import {
  type ClientInfo,
  type Consumer,
  type ConsumingComponent,
  clientInfo,
  metadataKey,
  metadataOfKeys,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import type { BatchEvents } from './batch-events.ts';
import { BatchShard } from './batch-shard.ts';
import { type BatchConfig, impatientSenders } from './config.ts';

/**
 * Merges requests of many senders. Those whose headers `metadata_keys` differ are kept apart, and a
 * batch has those headers alone of its clients; without keys it has no client.
 */
export class BatchProcessor implements ConsumingComponent {
  readonly givesBack: boolean;
  readonly #config: BatchConfig;
  readonly #next: Consumer;
  readonly #events: BatchEvents;
  readonly #shards = new Map<string, BatchShard>();
  #isStopped = false;
  #unobserve: (() => void) | undefined;

  constructor(config: BatchConfig, next: Consumer, events: BatchEvents) {
    this.#config = config;
    this.#next = next;
    this.givesBack = next.givesBack === true;
    this.#events = events;
  }

  async start(): Promise<void> {
    if (this.#unobserve !== undefined) return;
    this.#unobserve = this.#events.observe(() => this.#shards.size);
    const warning = impatientSenders(this.#config);
    if (warning !== undefined) this.#events.impatientSenders(warning, this.#config.timeout);
  }

  async consume(telemetry: Telemetry): Promise<void> {
    if (this.#isStopped) throw new SondeError('SHUTTING_DOWN', 'the processor is not running');
    // A range of the buffer is a batch already, and its tokens hold for it alone.
    if (telemetry.source !== undefined || telemetry.itemCount === 0) {
      await this.#next.consume(telemetry);
      return;
    }
    const { metadata_keys: keys } = this.#config;
    // As upstream: of its clients a batch keeps what it was made by.
    const metadata = metadataOfKeys(telemetry.client, keys);
    const client = metadata.size === 0 ? undefined : clientInfo({ metadata });
    await this.#shardOf(metadataKey(client, keys), client).add(telemetry);
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#shards.values()].map((shard) => shard.drain(deadline)));
    this.#unobserve?.();
  }

  #shardOf(name: string, client: ClientInfo | undefined): BatchShard {
    const known = this.#shards.get(name);
    if (known !== undefined) return known;
    const { metadata_cardinality_limit: limit } = this.#config;
    if (limit > 0 && this.#shards.size >= limit) this.#forgetIdle();
    if (limit > 0 && this.#shards.size >= limit) {
      throw new SondeError('OVERLOADED', 'too many batcher metadata-value combinations');
    }
    const shard = new BatchShard(this.#config, this.#nextOf(client), this.#events);
    this.#shards.set(name, shard);
    return shard;
  }

  /** The next step, for batches of that client. */
  #nextOf(client: ClientInfo | undefined): Consumer {
    return { consume: (batch) => this.#next.consume(batch.withClient(client)) };
  }

  #forgetIdle(): void {
    for (const [name, shard] of this.#shards) if (shard.isEmpty) this.#shards.delete(name);
  }
}
