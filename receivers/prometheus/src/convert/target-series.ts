import { EXEMPLARS_MAX } from '../limits.ts';
import type {
  MetadataKind,
  PageExemplar,
  PageSink,
  Series,
  SeriesText,
} from '../page/read-page.ts';
import { parseLabels, parseSeries } from '../page/series-text.ts';
import { Families } from './families.ts';
import { fillPoint } from './fill-point.ts';
import { readExemplar } from './read-exemplar.ts';
import { type Place, type Point, type ResourceNode, TargetTree } from './target-tree.ts';

/** What decides about the labels of a target's samples. */
export interface LabelRules {
  /** The labels that the sample gets; undefined where it is dropped. Throws for a broken limit. */
  readonly change: (
    name: string,
    labels: ReadonlyMap<string, string>,
  ) => ReadonlyMap<string, string> | undefined;
  readonly honorTimestamps: boolean;
  /** Series with times of their own end like others. */
  readonly trackTimestamps: boolean;
  /** 0 is no limit. */
  readonly samplesMax: number;
  readonly job: string;
  readonly instance: string;
}

/** Numbers of one scrape. */
export interface ScrapeCounts {
  readonly scraped: number;
  readonly kept: number;
  readonly added: number;
  /** Samples that could not become part of a point. */
  readonly unusable: number;
}

/** A line of a page that was seen before: nothing of it is read again but its value. */
interface Entry {
  /** Of the series text; empty for what is on no page. */
  readonly bytes: Uint8Array;
  readonly name: string;
  /** Undefined where relabelling dropped it. */
  readonly labels: ReadonlyMap<string, string> | undefined;
  readonly firstIteration: number;
  lastIteration: number;
  /** Its end is said when it is no more on the page. */
  isTracked: boolean;
  isGone: boolean;
  place: Place | undefined;
  /** When `place` was found: it is found anew when types change. */
  placeVersion: number;
}

const NO_BYTES = new Uint8Array(0);
const NOTHING: Series = { exemplar: () => undefined };
const TARGET_INFO = 'target_info';
/** Points of series that are gone stay until there are so many. */
const GONE_MAX = 1000;

/** The series of one target, from scrape to scrape. */
export class TargetSeries implements PageSink {
  readonly #rules: LabelRules;
  readonly #families = new Families();
  #tree: TargetTree = new TargetTree(this.#families);
  /** By the series text, a byte a character. */
  readonly #entries = new Map<string, Entry>();
  /** In the order of the page before: mostly that of the next. */
  readonly #order: Entry[] = [];
  readonly #exemplars = new ExemplarTaker();
  #iteration = 0;
  #unixMs = 0;
  #gone = 0;
  #treeVersion = 0;
  #scraped = 0;
  #kept = 0;
  #added = 0;
  #unusable = 0;

  constructor(rules: LabelRules) {
    this.#rules = rules;
  }

  get seriesCount(): number {
    return this.#entries.size;
  }

  get counts(): ScrapeCounts {
    return {
      scraped: this.#scraped,
      kept: this.#kept,
      added: this.#added,
      unusable: this.#unusable,
    };
  }

  resources(): Iterable<ResourceNode> {
    return this.#tree.resources.values();
  }

  /** `unixMs` is the time of samples that have none of their own. */
  begin(unixMs: number): void {
    this.#iteration += 1;
    this.#unixMs = unixMs;
    this.#scraped = 0;
    this.#kept = 0;
    this.#added = 0;
    this.#unusable = 0;
  }

  /** Takes back what was given since `begin`: the page could not be read to its end. */
  discard(): void {
    for (const resource of this.#tree.resources.values()) {
      for (const scope of resource.scopes.values()) {
        for (const metric of scope.metrics.values()) metric.filled.length = 0;
      }
    }
    // Nothing of this page counts: what was on the one before has ended, what is new never was.
    for (const [key, entry] of this.#entries) {
      if (entry.firstIteration === this.#iteration) this.#forget(key, entry);
    }
    this.#iteration += 1;
  }

  metadata(kind: MetadataKind, family: string, text: string): void {
    this.#families.note(kind, family, text);
  }

  sample(text: SeriesText, value: number, unixMs: number | undefined, line: number): Series {
    const expected = this.#order[this.#scraped];
    const isExpected = expected !== undefined && !expected.isGone && isText(expected.bytes, text);
    const entry = isExpected ? expected : this.#entryOf(text, line);
    this.#order[this.#scraped] = entry;
    this.#scraped += 1;
    entry.lastIteration = this.#iteration;
    if (entry.labels === undefined) return NOTHING;
    this.#kept += 1;
    const { samplesMax, honorTimestamps, trackTimestamps } = this.#rules;
    if (samplesMax > 0 && this.#kept > samplesMax) throw new Error('sample limit exceeded');
    const own = honorTimestamps ? unixMs : undefined;
    entry.isTracked = own === undefined || trackTimestamps;
    return this.#give(entry, value, own ?? this.#unixMs, false);
  }

  /** A sample that is on no page: `up` and its like. */
  report(name: string, labels: ReadonlyMap<string, string>, value: number, isStale = false): void {
    const key = `\0${name}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = newEntry(NO_BYTES, name, labels, this.#iteration);
      this.#entries.set(key, entry);
    }
    // Ends with the target, not with a page.
    entry.isTracked = false;
    entry.lastIteration = this.#iteration;
    this.#give(entry, value, this.#unixMs, isStale);
  }

  /** Says the end of every series that the last page had and this one has not. */
  endMissing(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.lastIteration >= this.#iteration) continue;
      if (entry.labels !== undefined && entry.isTracked) {
        this.#give(entry, Number.NaN, this.#unixMs, true);
      }
      if (key.startsWith('\0')) continue;
      this.#forget(key, entry);
      this.#gone += 1;
    }
    this.#order.length = Math.min(this.#order.length, this.#scraped);
  }

  #forget(key: string, entry: Entry): void {
    entry.isGone = true;
    this.#entries.delete(key);
  }

  /** Forgets points of series that are gone, when they are more than those that are there. */
  tidy(): void {
    if (this.#gone < Math.max(GONE_MAX, this.#entries.size)) return;
    this.#gone = 0;
    this.#tree = new TargetTree(this.#families);
    this.#treeVersion += 1;
  }

  #entryOf({ page, start, end }: SeriesText, line: number): Entry {
    const key = page.toString('latin1', start, end);
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const { name, labels } = parseSeries(page.toString('utf8', start, end), line);
    const changed = this.#rules.change(name, labels);
    const bytes = page.subarray(start, end);
    const own = changed?.get('__name__') ?? '';
    const entry = newEntry(Uint8Array.from(bytes), own, changed, this.#iteration);
    if (changed !== undefined) this.#added += 1;
    this.#entries.set(key, entry);
    return entry;
  }

  #give(entry: Entry, value: number, unixMs: number, isStale: boolean): Series {
    const place = this.#placeOf(entry);
    if (place === undefined) return NOTHING;
    if (!fillPoint(place, { value, unixMs, isStale }, this.#iteration)) {
      this.#unusable += 1;
      return NOTHING;
    }
    return this.#exemplars.of(place.point, unixMs);
  }

  #placeOf(entry: Entry): Place | undefined {
    const { labels, name } = entry;
    const version = this.#families.version + this.#treeVersion;
    if (entry.placeVersion === version || labels === undefined) return entry.place;
    const resource = this.#tree.resource(
      labels.get('job') || this.#rules.job,
      labels.get('instance') || this.#rules.instance,
    );
    entry.placeVersion = version;
    if (name === TARGET_INFO) {
      noteTargetInfo(resource, labels);
      entry.place = undefined;
      return undefined;
    }
    entry.place = this.#tree.place(name, labels, resource);
    if (entry.place === undefined) this.#unusable += 1;
    return entry.place;
  }
}

/** Gives exemplars to the point of the sample before them. */
class ExemplarTaker implements Series {
  #point: Point | undefined;
  #unixMs = 0;

  of(point: Point, unixMs: number): this {
    this.#point = point;
    this.#unixMs = unixMs;
    return this;
  }

  exemplar(exemplar: PageExemplar, line: number): void {
    const labels = parseLabels(exemplar.labelsText, line);
    if (this.#point === undefined || this.#point.exemplars.length >= EXEMPLARS_MAX) return;
    this.#point.exemplars.push(readExemplar(exemplar, labels, this.#unixMs));
  }
}

function isText(bytes: Uint8Array, { page, start, end }: SeriesText): boolean {
  const { length } = bytes;
  if (length !== end - start) return false;
  // From the end: neighbours differ there.
  for (let i = length - 1; i >= 0; i--) {
    if (bytes[i] !== page[start + i]) return false;
  }
  return true;
}

function newEntry(
  bytes: Uint8Array,
  name: string,
  labels: ReadonlyMap<string, string> | undefined,
  iteration: number,
): Entry {
  return {
    bytes,
    name,
    labels,
    isGone: false,
    firstIteration: iteration,
    lastIteration: iteration,
    isTracked: true,
    place: undefined,
    placeVersion: -1,
  };
}

function noteTargetInfo(resource: ResourceNode, labels: ReadonlyMap<string, string>): void {
  resource.info = [...labels]
    .filter(([name]) => name !== 'job' && name !== 'instance' && name !== '__name__')
    .map(([key, stringValue]) => ({ key, value: { stringValue } }));
}
