import { EXEMPLARS_MAX } from '../limits.ts';
import type { MetadataKind, PageExemplar, PageSink, Series } from '../page/read-page.ts';
import { parseLabels, parseSeries } from '../page/series-text.ts';
import { Families } from './families.ts';
import { fillPoint } from './fill-point.ts';
import { readExemplar } from './read-exemplar.ts';
import { type Place, type ResourceNode, TargetTree } from './target-tree.ts';

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
  readonly name: string;
  /** Undefined where relabelling dropped it. */
  readonly labels: ReadonlyMap<string, string> | undefined;
  readonly firstIteration: number;
  lastIteration: number;
  /** Its end is said when it is no more on the page. */
  isTracked: boolean;
  place: Place | undefined;
  /** When `place` was found: it is found anew when types change. */
  placeVersion: number;
}

const NOTHING: Series = { exemplar: () => undefined };
const TARGET_INFO = 'target_info';
/** Points of series that are gone stay until there are so many. */
const GONE_MAX = 1000;

/** The series of one target, from scrape to scrape. */
export class TargetSeries implements PageSink {
  readonly #rules: LabelRules;
  readonly #families = new Families();
  #tree: TargetTree = new TargetTree(this.#families);
  readonly #entries = new Map<string, Entry>();
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
      if (entry.firstIteration === this.#iteration) this.#entries.delete(key);
    }
    this.#iteration += 1;
  }

  metadata(kind: MetadataKind, family: string, text: string): void {
    this.#families.note(kind, family, text);
  }

  sample(key: string, value: number, unixMs: number | undefined, line: number): Series {
    this.#scraped += 1;
    let entry = this.#entries.get(key);
    if (entry === undefined) entry = this.#create(key, line);
    entry.lastIteration = this.#iteration;
    if (entry.labels === undefined) return NOTHING;
    this.#kept += 1;
    const { samplesMax, honorTimestamps, trackTimestamps } = this.#rules;
    if (samplesMax > 0 && this.#kept > samplesMax) throw new Error('sample limit exceeded');
    const own = honorTimestamps ? unixMs : undefined;
    entry.isTracked = own === undefined || trackTimestamps;
    return this.#give(entry, { value, unixMs: own ?? this.#unixMs, isStale: false });
  }

  /** A sample that is on no page: `up` and its like. */
  report(name: string, labels: ReadonlyMap<string, string>, value: number, isStale = false): void {
    const key = `\0${name}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = newEntry(name, labels, this.#iteration);
      this.#entries.set(key, entry);
    }
    // Ends with the target, not with a page.
    entry.isTracked = false;
    entry.lastIteration = this.#iteration;
    this.#give(entry, { value, unixMs: this.#unixMs, isStale });
  }

  /** Says the end of every series that the last page had and this one has not. */
  endMissing(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.lastIteration >= this.#iteration) continue;
      if (entry.labels !== undefined && entry.isTracked) {
        this.#give(entry, { value: Number.NaN, unixMs: this.#unixMs, isStale: true });
      }
      if (key.startsWith('\0')) continue;
      this.#entries.delete(key);
      this.#gone += 1;
    }
  }

  /** Forgets points of series that are gone, when they are more than those that are there. */
  tidy(): void {
    if (this.#gone < Math.max(GONE_MAX, this.#entries.size)) return;
    this.#gone = 0;
    this.#tree = new TargetTree(this.#families);
    this.#treeVersion += 1;
  }

  #create(key: string, line: number): Entry {
    const { name, labels } = parseSeries(Buffer.from(key, 'latin1').toString('utf8'), line);
    const changed = this.#rules.change(name, labels);
    const entry = newEntry(changed?.get('__name__') ?? '', changed, this.#iteration);
    if (changed !== undefined) this.#added += 1;
    this.#entries.set(key, entry);
    return entry;
  }

  #give(
    entry: Entry,
    sample: { readonly value: number; readonly unixMs: number; readonly isStale: boolean },
  ): Series {
    const place = this.#placeOf(entry);
    if (place === undefined) return NOTHING;
    if (!fillPoint(place, sample, this.#iteration)) {
      this.#unusable += 1;
      return NOTHING;
    }
    return {
      exemplar: (exemplar: PageExemplar, line: number) => {
        if (place.point.exemplars.length >= EXEMPLARS_MAX) return;
        const labels = parseLabels(exemplar.labelsText, line);
        place.point.exemplars.push(readExemplar(exemplar, labels, sample.unixMs));
      },
    };
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

function newEntry(
  name: string,
  labels: ReadonlyMap<string, string> | undefined,
  iteration: number,
): Entry {
  return {
    name,
    labels,
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
