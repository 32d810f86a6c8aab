import { type LogColumns, LogEditor, selectLogs, valueText } from '@sonde/proto';
import type { SamplerConfig } from './config.ts';
import { hashedRandomness, traceIdRandomness } from './randomness.ts';
import { type Arriving, type Decision, Sampler } from './sampler.ts';
import {
  ALWAYS,
  NEVER,
  parseRandomness,
  parseThreshold,
  randomnessText,
  thresholdOf,
  thresholdText,
} from './threshold.ts';

const THRESHOLD = 'sampling.threshold';
const RANDOMNESS = 'sampling.randomness';

/** The log records that are sampled, with their thresholds as attributes. */
export function sampleLogs(config: SamplerConfig): (columns: LogColumns) => LogColumns {
  const sampler = new Sampler(config);
  return (columns) => {
    const keep = new Uint8Array(columns.count);
    const decisions: Decision[] = [];
    const reader = new LogRow(columns, config);
    for (let row = 0; row < columns.count; row += 1) {
      const arriving = reader.open(row);
      const decision = sampler.decide(arriving, reader.least());
      if (!decision.isSampled) continue;
      keep[row] = 1;
      decisions.push(decision);
    }
    return withThresholds(selectLogs(columns, keep), decisions);
  };
}

class LogRow {
  readonly #columns: LogColumns;
  readonly #config: SamplerConfig;
  readonly #editor: LogEditor;
  readonly #keys: Readonly<Record<'threshold' | 'randomness' | 'source' | 'priority', number>>;

  constructor(columns: LogColumns, config: SamplerConfig) {
    this.#columns = columns;
    this.#config = config;
    this.#editor = new LogEditor(columns);
    const keyOf = (name: string): number =>
      name === '' ? -1 : this.#editor.attributes.findKey(name);
    this.#keys = {
      threshold: keyOf(THRESHOLD),
      randomness: keyOf(RANDOMNESS),
      source: keyOf(config.from_attribute),
      priority: keyOf(config.sampling_priority),
    };
  }

  open(row: number): Arriving {
    this.#editor.openRow(row);
    const th = this.#text(this.#keys.threshold);
    const rv = this.#text(this.#keys.randomness);
    const threshold = th === '' ? undefined : parseThreshold(th);
    const randomness = rv === '' ? undefined : parseRandomness(rv);
    const isSound =
      (th === '' || threshold !== undefined) && (rv === '' || randomness !== undefined);
    return { threshold, randomness, derived: this.#derived(row), isSound };
  }

  /** The threshold that the record's priority, a percentage, asks for at least. */
  least(): bigint {
    const index = this.#indexOf(this.#keys.priority);
    if (index === -1) return NEVER;
    const value = this.#editor.attributes.valueAt(index);
    if (typeof value !== 'bigint' && typeof value !== 'number') return NEVER;
    const percentage = Number(value);
    if (!(percentage > 0)) return NEVER;
    return percentage >= 100
      ? ALWAYS
      : thresholdOf(percentage / 100, this.#config.sampling_precision);
  }

  #derived(row: number): bigint | undefined {
    const { mode, hash_seed: seed, attribute_source: from } = this.#config;
    const { traceId, traceIdView } = this.#columns;
    const ofTrace = from === 'traceID' ? traceIdRandomness(traceIdView, row) : undefined;
    if (ofTrace !== undefined) {
      if (mode !== 'hash_seed') return ofTrace;
      return hashedRandomness(traceId.subarray(row * 16, row * 16 + 16), seed);
    }
    const index = this.#indexOf(this.#keys.source);
    if (index === -1) return undefined;
    const text = valueText(this.#editor.attributes.valueAt(index));
    return text === '' ? undefined : hashedRandomness(Buffer.from(text), seed);
  }

  #indexOf(key: number): number {
    return key === -1 ? -1 : this.#editor.attributes.indexOf(key);
  }

  #text(key: number): string {
    const index = this.#indexOf(key);
    const value = index === -1 ? '' : this.#editor.attributes.valueAt(index);
    return typeof value === 'string' ? value : '';
  }
}

function withThresholds(columns: LogColumns, decisions: readonly Decision[]): LogColumns {
  const editor = new LogEditor(columns);
  const { attributes } = editor;
  const put = (name: string, value: string): void => {
    const key = attributes.internKey(name);
    const index = attributes.indexOf(key);
    if (index === -1) attributes.append(key, value);
    else if (attributes.valueAt(index) !== value) attributes.set(index, value);
  };
  for (const [row, { threshold, writtenRandomness }] of decisions.entries()) {
    editor.openRow(row);
    if (writtenRandomness !== undefined) put(RANDOMNESS, randomnessText(writtenRandomness));
    if (threshold !== NEVER) put(THRESHOLD, thresholdText(threshold));
  }
  return editor.finish();
}
