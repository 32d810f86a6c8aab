import { type Entry, typeName } from '../entry.ts';
import type { Field } from '../field.ts';
import { RECOMBINED_LENGTH_MAX, SOURCES_MAX } from '../limits.ts';
import type { Operator, WriteEntry } from '../operator.ts';
import { OperatorError } from '../operator-error.ts';

export interface RecombinerOptions {
  /** Which entry the test tells: the first of a series or the last. */
  readonly which: 'first' | 'last';
  readonly test: (entry: Entry) => boolean;
  readonly combineField: Field;
  readonly combineWith: string;
  /** 0 for any. */
  readonly batchMax: number;
  readonly unmatchedBatchMax: number;
  /** UTF-16 units; 0 for `RECOMBINED_LENGTH_MAX`. */
  readonly lengthMax: number;
  readonly sourcesMax: number;
  readonly holdMs: number;
  readonly overwriteWith: 'oldest' | 'newest';
  readonly sourceOf: (entry: Entry) => string;
}

interface Series {
  base: Entry;
  /** The first entry, whose place in its file is the series'. */
  readonly first: Entry;
  readonly sinceMs: number;
  readonly parts: string[];
  length: number;
  count: number;
  matched: boolean;
}

/** Makes one entry of several that follow each other, source by source. */
export class Recombiner implements Operator {
  readonly holdMs: number;
  readonly #options: RecombinerOptions;
  readonly #series = new Map<string, Series>();

  constructor(options: RecombinerOptions) {
    this.#options = options;
    this.holdMs = options.holdMs;
  }

  process(entry: Entry, write: WriteEntry): void {
    const { which, test, sourceOf, combineField } = this.#options;
    const matches = test(entry);
    const part = combineField.get(entry);
    if (typeof part !== 'string') {
      throw new OperatorError(`entry does not contain the combine_field (${typeName(part)})`);
    }
    const source = sourceOf(entry);
    if (matches && which === 'first') this.#end(source, write);
    this.#add(source, { entry, part, matches }, write);
    if (matches && which === 'last') this.#end(source, write);
  }

  flush(heldSinceMs: number, write: WriteEntry): void {
    for (const [source, { sinceMs }] of this.#series) {
      if (sinceMs <= heldSinceMs) this.#end(source, write);
    }
  }

  *held(): Iterable<Entry> {
    for (const { first } of this.#series.values()) yield first;
  }

  #add(
    source: string,
    { entry, part, matches }: { entry: Entry; part: string; matches: boolean },
    write: WriteEntry,
  ): void {
    const series = this.#open(source, entry, write);
    series.count++;
    series.matched ||= matches;
    if (this.#options.overwriteWith === 'newest') series.base = entry;
    if (series.parts.length > 0) series.length += this.#options.combineWith.length;
    series.parts.push(part);
    series.length += part.length;
    if (this.#isFull(series)) this.#end(source, write);
  }

  #open(source: string, entry: Entry, write: WriteEntry): Series {
    const known = this.#series.get(source);
    if (known !== undefined) return known;
    const most = Math.min(this.#options.sourcesMax, SOURCES_MAX);
    if (this.#series.size >= most) this.flush(Number.POSITIVE_INFINITY, write);
    const series: Series = {
      base: entry,
      first: entry,
      sinceMs: performance.now(),
      parts: [],
      length: 0,
      count: 0,
      matched: false,
    };
    this.#series.set(source, series);
    return series;
  }

  #isFull({ length, count, matched }: Series): boolean {
    const { lengthMax, batchMax, unmatchedBatchMax: unmatchedMax } = this.#options;
    if (length > (lengthMax === 0 ? RECOMBINED_LENGTH_MAX : lengthMax)) return true;
    if (batchMax > 0 && count >= batchMax) return true;
    return !matched && unmatchedMax > 0 && count >= unmatchedMax;
  }

  #end(source: string, write: WriteEntry): void {
    const series = this.#series.get(source);
    if (series === undefined) return;
    this.#series.delete(source);
    const { base, first, parts } = series;
    base.origin = first.origin;
    this.#options.combineField.set(base, parts.join(this.#options.combineWith));
    write(base);
  }
}
