import type { PatternMiner } from '@sonde/log-patterns';
import { type CreateSettings, OwnTelemetry } from '@sonde/pipeline';

/** What one batch lost to the rules of people. */
export interface Dropped {
  readonly droppedRecords: number;
  readonly droppedBytes: number;
}

type Counter = ReturnType<OwnTelemetry['counter']>;

/** Counts what the miner could not give a pattern, what it let go, and what people let drop. */
export class PatternCounters {
  readonly #miner: PatternMiner;
  readonly #labels: { readonly processor: string };
  readonly #overflown: Counter;
  readonly #evicted: Counter;
  readonly #dropped: Counter;
  readonly #droppedBytes: Counter;
  #overflownBefore = 0;
  #evictedBefore = 0;

  constructor(settings: CreateSettings, miner: PatternMiner) {
    const telemetry = settings.telemetry ?? new OwnTelemetry();
    const counter = (name: string, description: string, unit = '1'): Counter =>
      telemetry.counter(`sonde_processor_log_patterns_${name}`, { unit, description });
    this.#miner = miner;
    this.#labels = { processor: settings.id };
    this.#overflown = counter('overflown_records', 'Log records that got no pattern of their own');
    this.#evicted = counter('evicted_patterns', 'Signatures that were let go for want of room');
    this.#dropped = counter('dropped_records', 'Log records that a rule of the settings dropped');
    this.#droppedBytes = counter('dropped_bytes', 'Bytes of the bodies of those', 'By');
  }

  report({ droppedRecords, droppedBytes }: Dropped): void {
    const { overflown, evicted } = this.#miner;
    this.#overflownBefore = this.#add(this.#overflown, overflown, this.#overflownBefore);
    this.#evictedBefore = this.#add(this.#evicted, evicted, this.#evictedBefore);
    if (droppedRecords === 0) return;
    this.#dropped.add(droppedRecords, this.#labels);
    this.#droppedBytes.add(droppedBytes, this.#labels);
  }

  #add(counter: Counter, now: number, before: number): number {
    if (now > before) counter.add(now - before, this.#labels);
    return now;
  }
}
