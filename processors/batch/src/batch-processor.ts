import {
  type Consumer,
  type ConsumingComponent,
  type Logger,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { BatchShard } from './batch-shard.ts';
import type { BatchConfig } from './config.ts';

/** Merges requests of many senders, kept apart by tenant where metadata keys are named. */
export class BatchProcessor implements ConsumingComponent {
  readonly #config: BatchConfig;
  readonly #next: Consumer;
  readonly #logger: Logger;
  readonly #shards = new Map<string, BatchShard>();
  #isStopped = false;

  constructor(config: BatchConfig, next: Consumer, logger: Logger) {
    this.#config = config;
    this.#next = next;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    if (this.#config.metadata_keys.length === 0) return;
    this.#logger.warn('Batches are kept apart by tenant, not by client metadata.', {
      metadata_keys: this.#config.metadata_keys.join(','),
      hint: 'what a client sends beside its data is not kept with the data; its tenant is',
    });
  }

  async consume(telemetry: Telemetry): Promise<void> {
    if (this.#isStopped) throw new SondeError('SHUTTING_DOWN', 'the processor is not running');
    // A range of the buffer is a batch already, and its tokens hold for it alone.
    if (telemetry.source !== undefined || telemetry.itemCount === 0) {
      await this.#next.consume(telemetry);
      return;
    }
    await this.#shardOf(telemetry).add(telemetry);
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#shards.values()].map((shard) => shard.drain(deadline)));
  }

  #shardOf({ requests }: Telemetry): BatchShard {
    const hasKeys = this.#config.metadata_keys.length > 0;
    const name = hasKeys ? (requests[0]?.tenant ?? '') : '';
    const known = this.#shards.get(name);
    if (known !== undefined) return known;
    const { metadata_cardinality_limit: limit } = this.#config;
    if (limit > 0 && this.#shards.size >= limit) this.#forgetIdle();
    if (limit > 0 && this.#shards.size >= limit) {
      throw new SondeError('OVERLOADED', 'too many batcher metadata-value combinations');
    }
    const shard = new BatchShard(this.#config, this.#next);
    this.#shards.set(name, shard);
    return shard;
  }

  #forgetIdle(): void {
    for (const [name, shard] of this.#shards) if (shard.isEmpty) this.#shards.delete(name);
  }
}
