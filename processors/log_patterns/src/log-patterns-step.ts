import { type Leaf, PatternMiner, renderTemplate } from '@sonde/log-patterns';
import { type CreateSettings, OwnTelemetry } from '@sonde/pipeline';
import {
  AnyValueType,
  type AttributeEditor,
  encodeNestedValue,
  type LogColumns,
  LogEditor,
} from '@sonde/proto';
import type { ColumnStep } from '@sonde/row-step';
import { BodyReader } from './body-reader.ts';
import type { LogPatternsConfig } from './config.ts';
import { RowSources } from './row-sources.ts';

export const PATTERN_ID = 'sonde.log.pattern.id';
export const PATTERN_VARIABLES = 'sonde.log.pattern.variables';
export const PATTERN_TEMPLATE = 'sonde.log.pattern.template';

/** Grouping that is done behind a batch: about a millisecond. */
const STEPS_A_BATCH = 4;
const VARIABLES_MAX = 64;

/**
 * Marks records in place. Which id a line gets depends on what was seen before; ids that differ for
 * it are aliases of one another, so a replay may write another id and never another row.
 */
export function logPatternsStep(config: LogPatternsConfig, settings: CreateSettings): ColumnStep {
  const miner = new PatternMiner({
    leavesMax: config.max_patterns_per_source,
    leavesTotalMax: config.max_patterns,
    sourcesMax: config.max_sources,
  });
  const report = makeReport(settings, miner);
  return (columns) => {
    if (columns.signal !== 'logs') return columns;
    const marked = new BatchMarker(miner, config, columns).mark();
    miner.tend(STEPS_A_BATCH);
    report();
    return marked;
  };
}

class BatchMarker {
  readonly #miner: PatternMiner;
  readonly #config: LogPatternsConfig;
  readonly #columns: LogColumns;
  readonly #editor: LogEditor;
  readonly #bodies: BodyReader;
  readonly #templates = new Map<Leaf, string>();
  readonly #ids = new Map<Leaf, string>();

  constructor(miner: PatternMiner, config: LogPatternsConfig, columns: LogColumns) {
    this.#miner = miner;
    this.#config = config;
    this.#columns = columns;
    this.#editor = new LogEditor(columns);
    this.#bodies = new BodyReader(columns);
  }

  mark(): LogColumns {
    const miner = this.#miner;
    const editor = this.#editor;
    const bodies = this.#bodies;
    const sources = new RowSources(this.#columns, miner);
    for (let row = 0; row < this.#columns.count; row++) {
      bodies.read(row);
      const leaf = miner.add(sources.at(row), bodies.bytes, bodies.from, bodies.to);
      editor.openRow(row);
      put(editor.attributes, PATTERN_ID, this.#idOf(leaf));
      if (this.#config.variables) this.#putVariables(leaf);
      if (this.#config.template) {
        put(editor.attributes, PATTERN_TEMPLATE, this.#templateOf(leaf.head));
      }
      if (!this.#config.severity || this.#columns.severityNumber[row] !== 0) continue;
      const { severity } = miner;
      if (severity !== 0) editor.severityNumber = severity;
    }
    return editor.finish();
  }

  #putVariables(leaf: Leaf): void {
    const { bytes } = this.#miner.reader;
    const { count, start, end } = this.#miner.variables(leaf);
    if (count === 0) return;
    const values: string[] = [];
    for (let i = 0; i < Math.min(count, VARIABLES_MAX); i++) {
      values.push(textOf(bytes, start[i], end[i]));
    }
    put(this.#editor.attributes, PATTERN_VARIABLES, encodeNestedValue(values));
  }

  #idOf(leaf: Leaf): string {
    let id = this.#ids.get(leaf);
    if (id === undefined) {
      id = leaf.id.toString(16).padStart(16, '0');
      this.#ids.set(leaf, id);
    }
    return id;
  }

  #templateOf(head: Leaf): string {
    let template = this.#templates.get(head);
    if (template === undefined) {
      template = renderTemplate(head, this.#miner.tokenizer);
      this.#templates.set(head, template);
    }
    return template;
  }
}

type Value = Parameters<AttributeEditor['append']>[1];

function put(attributes: AttributeEditor, name: string, value: Value): void {
  const key = attributes.internKey(name);
  const index = attributes.indexOf(key);
  if (index === -1) attributes.append(key, value);
  else if (attributes.typeAt(index) !== AnyValueType.empty || value !== '') {
    attributes.set(index, value);
  }
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
}

/** Counts what the miner could not give a pattern, and what it let go. */
function makeReport(settings: CreateSettings, miner: PatternMiner): () => void {
  const telemetry = settings.telemetry ?? new OwnTelemetry();
  const counter = (name: string, description: string) =>
    telemetry.counter(`sonde_processor_log_patterns_${name}`, { unit: '1', description });
  const overflown = counter('overflown_records', 'Log records that got no pattern of their own');
  const evicted = counter('evicted_patterns', 'Signatures that were let go for want of room');
  const before = { overflown: 0, evicted: 0 };
  const labels = { processor: settings.id };
  return () => {
    if (miner.overflown > before.overflown) {
      overflown.add(miner.overflown - before.overflown, labels);
      before.overflown = miner.overflown;
    }
    if (miner.evicted > before.evicted) {
      evicted.add(miner.evicted - before.evicted, labels);
      before.evicted = miner.evicted;
    }
  };
}
