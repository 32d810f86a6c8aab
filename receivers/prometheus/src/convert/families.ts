import { FAMILIES_MAX } from '../limits.ts';
import type { MetadataKind } from '../page/read-page.ts';

export type PrometheusType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown';

/** What a page says of a family in its comments. */
export interface FamilyMetadata {
  readonly name: string;
  readonly type: PrometheusType;
  readonly help: string;
  /** In Prometheus' words: `seconds`. */
  readonly unit: string;
}

const TYPES: ReadonlyMap<string, PrometheusType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['gaugehistogram', 'gaugehistogram'],
  ['summary', 'summary'],
  ['info', 'info'],
  ['stateset', 'stateset'],
  ['untyped', 'unknown'],
  ['unknown', 'unknown'],
]);

/** In the order in which they are tried. */
const SUFFIXES = ['_bucket', '_count', '_sum', '_total', '_info', '_created'];

function gauge(name: string, help: string, unit = ''): readonly [string, FamilyMetadata] {
  return [name, { name, type: 'gauge', help, unit }];
}

/** What a scrape says of itself. */
const OWN: ReadonlyMap<string, FamilyMetadata> = new Map([
  gauge('up', 'The scraping was successful'),
  gauge('scrape_duration_seconds', 'Duration of the scrape', 'seconds'),
  gauge('scrape_samples_scraped', 'The number of samples the target exposed'),
  gauge('scrape_series_added', 'The approximate number of new series in this scrape'),
  gauge(
    'scrape_samples_post_metric_relabeling',
    'The number of samples remaining after metric relabeling was applied',
  ),
]);

/** The families of one target, remembered from scrape to scrape. */
export class Families {
  readonly #families = new Map<string, FamilyMetadata>();
  #version = 0;

  /** Changes whenever what `of` answers may have changed. */
  get version(): number {
    return this.#version;
  }

  note(kind: MetadataKind, name: string, text: string): void {
    const known = this.#families.get(name);
    if (known === undefined && this.#families.size >= FAMILIES_MAX) return;
    const family = known ?? { name, type: 'unknown', help: '', unit: '' };
    const changed = withMetadata(family, kind, text);
    if (known !== undefined && changed === family) return;
    this.#families.set(name, changed);
    this.#version += 1;
  }

  /**
   * The family of a metric and the name that it has in OTLP. Counters keep their `_total`, of what is
   * assembled from several metrics the suffixes go.
   */
  of(metricName: string): { readonly name: string; readonly metadata: FamilyMetadata } {
    const own = OWN.get(metricName) ?? this.#families.get(metricName);
    if (own !== undefined) return { name: metricName, metadata: own };
    const stem = withoutSuffix(metricName);
    const metadata = this.#families.get(stem);
    if (metadata === undefined) {
      const unknown = { name: metricName, type: 'unknown', help: '', unit: '' } as const;
      return { name: metricName, metadata: unknown };
    }
    if (metadata.type !== 'counter') return { name: stem, metadata };
    const name = metricName.endsWith('_created') ? `${stem}_total` : metricName;
    return { name, metadata };
  }
}

function withMetadata(family: FamilyMetadata, kind: MetadataKind, text: string): FamilyMetadata {
  if (kind === 'HELP') return family.help === text ? family : { ...family, help: text };
  if (kind === 'UNIT') return family.unit === text ? family : { ...family, unit: text };
  const type = TYPES.get(text.toLowerCase()) ?? 'unknown';
  return family.type === type ? family : { ...family, type };
}

function withoutSuffix(name: string): string {
  const suffix = SUFFIXES.find((each) => name.endsWith(each) && name !== each);
  return suffix === undefined ? name : name.slice(0, -suffix.length);
}
