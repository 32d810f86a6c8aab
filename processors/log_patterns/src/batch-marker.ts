import {
  type Leaf,
  leafId,
  type PatternMiner,
  type PatternSource,
  renderTemplate,
} from '@sonde/log-patterns';
import {
  AnyValueType,
  type AttributeEditor,
  encodeNestedValue,
  type LogColumns,
  LogEditor,
  selectLogs,
  type TextListWriter,
} from '@sonde/proto';
import { BodyReader } from './body-reader.ts';
import type { LogPatternsConfig } from './config.ts';
import { type IngestRule, type IngestRules, lineHash, weightBy } from './ingest-rules.ts';
import type { Dropped } from './pattern-counters.ts';
import { RowSources } from './row-sources.ts';

export const PATTERN_ID = 'sonde.log.pattern.id';
export const PATTERN_VARIABLES = 'sonde.log.pattern.variables';
export const PATTERN_TEMPLATE = 'sonde.log.pattern.template';
/** Facts about ids that a reader of the rows must know: JSON, a list of `LeafFact`. */
export const PATTERN_NEWS = 'sonde.log.pattern.news';
/** How many lines a sampled one stands for. */
export const SAMPLING_WEIGHT = 'sonde.log.sampling.weight';

const VARIABLES_MAX = 64;
const NEWS_PER_ROW_MAX = 8;
const DAY_MS = 86_400_000;

/** Marks the records of one batch. */
export class BatchMarker implements Dropped {
  droppedRecords = 0;
  droppedBytes = 0;
  readonly #miner: PatternMiner;
  readonly #config: LogPatternsConfig;
  readonly #columns: LogColumns;
  readonly #rules: IngestRules;
  readonly #editor: LogEditor;
  readonly #bodies: BodyReader;
  readonly #templates = new Map<Leaf, string>();
  readonly #ruled = new Map<Leaf, IngestRule | undefined>();
  readonly #texts: TextListWriter;
  /** Whoever sent the batch wrote such attributes: ours alone are believed. */
  readonly #hasIds: boolean;
  readonly #hasNews: boolean;
  /** Of rows that stay, once one does not. */
  #keep: Uint8Array | undefined;

  constructor(
    miner: PatternMiner,
    config: LogPatternsConfig,
    batch: {
      readonly columns: LogColumns;
      readonly rules: IngestRules;
      readonly texts: TextListWriter;
    },
  ) {
    this.#texts = batch.texts;
    this.#miner = miner;
    this.#config = config;
    this.#columns = batch.columns;
    this.#rules = batch.rules;
    this.#editor = new LogEditor(batch.columns);
    this.#bodies = new BodyReader(batch.columns);
    this.#hasIds = this.#editor.attributes.findKey(PATTERN_ID) !== -1;
    this.#hasNews = this.#editor.attributes.findKey(PATTERN_NEWS) !== -1;
  }

  mark(): LogColumns {
    const miner = this.#miner;
    const bodies = this.#bodies;
    const { count, segments } = this.#columns;
    const sources = new RowSources(this.#columns, miner);
    for (let row = 0; row < count; row++) {
      bodies.read(row);
      const source = sources.at(row);
      miner.day = Math.floor(segments.receivedUnixMs[sources.segment] / DAY_MS);
      const leaf = miner.add(source, bodies.bytes, bodies.from, bodies.to);
      this.#editor.openRow(row);
      this.#markSeverity(row);
      if (this.#isKept(row, leaf, source)) this.#markRow(leaf, source);
    }
    const marked = this.#editor.finish();
    return this.#keep === undefined ? marked : selectLogs(marked, this.#keep);
  }

  #markSeverity(row: number): void {
    if (!this.#config.severity || this.#columns.severityNumber[row] !== 0) return;
    const { severity } = this.#miner;
    if (severity !== 0) this.#editor.severityNumber = severity;
  }

  #markRow(leaf: Leaf, source: PatternSource): void {
    const { attributes } = this.#editor;
    const isOther = leaf === this.#miner.other;
    if (!isOther) put(attributes, PATTERN_ID, leafId(leaf));
    else if (this.#hasIds) remove(attributes, PATTERN_ID);
    if (this.#config.variables) this.#putVariables(leaf);
    if (this.#config.template) put(attributes, PATTERN_TEMPLATE, this.#templateOf(leaf.head));
    const { news } = source;
    if (news !== undefined && !news.isEmpty) {
      put(attributes, PATTERN_NEWS, JSON.stringify(news.take(NEWS_PER_ROW_MAX)));
    } else if (this.#hasNews) remove(attributes, PATTERN_NEWS);
  }

  #putVariables(leaf: Leaf): void {
    const { bytes } = this.#miner.reader;
    const { count, start, end } = this.#miner.variables(leaf);
    if (count === 0) return;
    const parts = { bytes, count: Math.min(count, VARIABLES_MAX), start, end };
    const encoded = this.#texts.encode(parts) ?? encodeNestedValue(textsOf(parts));
    put(this.#editor.attributes, PATTERN_VARIABLES, encoded);
  }

  /** What people decided about a pattern holds for its ids, and for those that were merged into it. */
  #isKept(row: number, leaf: Leaf, source: PatternSource): boolean {
    const rules = this.#rules.isEmpty ? undefined : this.#rules.of(source.key);
    if (rules === undefined) return true;
    const rule = this.#ruleOf(leaf, rules);
    if (rule === undefined) return true;
    const { timeUnixNano: time } = this.#columns;
    const hash = lineHash(this.#bodies, time[row * 2], time[row * 2 + 1]);
    const weight = weightBy(rule, this.#editor.severityNumber, hash);
    if (weight > 1) put(this.#editor.attributes, SAMPLING_WEIGHT, weight);
    if (weight > 0) return true;
    this.#keep ??= new Uint8Array(this.#columns.count).fill(1);
    this.#keep[row] = 0;
    this.droppedRecords++;
    this.droppedBytes += this.#bodies.to - this.#bodies.from;
    return false;
  }

  #ruleOf(leaf: Leaf, rules: ReadonlyMap<string, IngestRule>): IngestRule | undefined {
    if (this.#ruled.has(leaf)) return this.#ruled.get(leaf);
    const kin = [leaf, leaf.head, ...(leaf.group?.alike ?? [])].map(leafId);
    const known = kin.find((id) => rules.has(id));
    const rule = known === undefined ? undefined : rules.get(known);
    this.#ruled.set(leaf, rule);
    return rule;
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

function remove(attributes: AttributeEditor, name: string): void {
  const key = attributes.findKey(name);
  const index = key === -1 ? -1 : attributes.indexOf(key);
  if (index !== -1) attributes.remove(index);
}

interface Parts {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

function textsOf({ bytes, count, start, end }: Parts): string[] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, i) => whole.toString('utf8', start[i], end[i]));
}
