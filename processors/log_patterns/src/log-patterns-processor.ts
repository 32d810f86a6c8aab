import { PatternMiner, tendBehindBatch } from '@sonde/log-patterns';
import {
  type Consumer,
  type ConsumingComponent,
  type CreateSettings,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { type LogColumns, MalformedError, TextListWriter } from '@sonde/proto';
import { BatchMarker } from './batch-marker.ts';
import type { LogPatternsConfig } from './config.ts';
import { IngestRules } from './ingest-rules.ts';
import { PatternCounters } from './pattern-counters.ts';

/**
 * Marks records in place. Which id a line gets depends on what was seen before; ids that differ for
 * it are aliases of one another, so a replay may write another id and never another row.
 */
export class LogPatternsProcessor implements ConsumingComponent {
  readonly #config: LogPatternsConfig;
  readonly #settings: CreateSettings;
  readonly #next: Consumer;
  readonly #miner: PatternMiner;
  readonly #counters: PatternCounters;
  readonly #texts: TextListWriter = new TextListWriter();
  #rules: IngestRules;

  constructor(settings: CreateSettings, config: LogPatternsConfig, next: Consumer) {
    this.#settings = settings;
    this.#config = config;
    this.#next = next;
    this.#miner = new PatternMiner({
      leavesMax: config.max_patterns_per_source,
      leavesTotalMax: config.max_patterns,
      sourcesMax: config.max_sources,
      hasNews: config.news,
    });
    this.#counters = new PatternCounters(settings, this.#miner);
    this.#rules = new IngestRules(settings.settings.current());
  }

  async start(): Promise<void> {}

  async consume(telemetry: Telemetry): Promise<void> {
    const rules = await this.#rulesOf(telemetry);
    const columns = logsOf(telemetry);
    if (columns === undefined || columns.count === 0) return this.#next.consume(telemetry);
    const marker = new BatchMarker(this.#miner, this.#config, {
      columns,
      rules,
      texts: this.#texts,
    });
    const marked = telemetry.withColumns(marker.mark());
    tendBehindBatch(this.#miner, () => performance.now());
    this.#counters.report(marker);
    if (marked.itemCount > 0) await this.#next.consume(marked);
  }

  async shutdown(): Promise<void> {}

  /** A replay drops what the first try dropped. */
  async #rulesOf({ source }: Telemetry): Promise<IngestRules> {
    const { settings } = this.#settings;
    const current = settings.current();
    if (current.version !== this.#rules.version) this.#rules = new IngestRules(current);
    const version = source?.settingsVersion;
    if (version === undefined || version === current.version) return this.#rules;
    return new IngestRules(await settings.version(version));
  }
}

function logsOf(telemetry: Telemetry): LogColumns | undefined {
  try {
    const columns = telemetry.columns();
    return columns.signal === 'logs' ? columns : undefined;
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new SondeError('INVALID_DATA', error.message, { cause: error });
  }
}
