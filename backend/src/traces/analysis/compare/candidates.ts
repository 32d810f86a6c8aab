import type { TraceFeature } from '../../../api/contract/index.ts';
import { cutName } from '../../../cut-name.ts';
import { bucketStart, type DurationBand, durationBands } from './duration-bands.ts';
import type { Feature } from './explain-groups.ts';
import type { SetFeature } from './feature-sets.ts';
import { type CountRow, type NameRow, SEPARATOR, type TimeRow } from './item-queries.ts';
import type { Share } from './significance.ts';

/** Something that traces may have, as it was counted. */
export interface Candidate extends Feature {
  readonly shown: TraceFeature;
  /** How a statement finds it; a resource's is completed when it is looked for. */
  readonly found:
    | Exclude<SetFeature, { on: 'resource' }>
    | { readonly on: 'resource'; readonly item: string };
  readonly failed?: number;
  readonly quantiles?: readonly number[];
}

const CARRIERS: ReadonlyMap<string, TraceFeature['on']> = new Map([
  ['span', 'span'],
  ['resource', 'resource'],
  ['event', 'event'],
  ['operation', 'operation'],
]);

/** Values of attributes and operations that were called. */
export function itemCandidates(rows: readonly CountRow[], names: readonly NameRow[]): Candidate[] {
  const items = new Map(names.map(({ hash, item_text: text }) => [hash, text]));
  return rows.flatMap((row) => {
    const item = items.get(row.hash) ?? '';
    const [carrier = '', key = '', ...rest] = item.split(SEPARATOR);
    const on = CARRIERS.get(carrier);
    if (on === undefined) return [];
    const value = rest.join(SEPARATOR);
    return [
      {
        // Of operations several can be called: each is a source of its own.
        source: on === 'operation' ? item : `${carrier}${SEPARATOR}${key}`,
        counts: { selected: row.selected, baseline: row.baseline },
        shown: { on, key: cutName(key), value: cutName(value) },
        found: on === 'resource' ? { on, item } : { on: 'item', hash: row.hash },
        failed: row.failed,
        quantiles: row.quantiles,
      },
    ];
  });
}

/** An operation that is what was selected says nothing about why. */
const PICKED_SHARE_MAX = 0.5;

/** Times in operations that the selected traces have more often. */
export function timeCandidates(rows: readonly TimeRow[], totals: Share): Candidate[] {
  const operations = new Map<string, TimeRow[]>();
  for (const row of rows) {
    const key = `${row.service}${SEPARATOR}${row.name}`;
    const others = operations.get(key);
    if (others === undefined) operations.set(key, [row]);
    else others.push(row);
  }
  return [...operations.values()].flatMap((ofOperation) => {
    const picked = ofOperation.reduce((sum, row) => sum + row.picked, 0);
    const selected = ofOperation.reduce((sum, row) => sum + row.selected, 0);
    if (picked > PICKED_SHARE_MAX * selected) return [];
    const histogram = new Map(ofOperation.map((row) => [row.bucket, row]));
    return durationBands(histogram, totals).map((band) => timeCandidate(ofOperation[0], band));
  });
}

function timeCandidate(row: TimeRow | undefined, band: DurationBand): Candidate {
  const { service = '', name = '' } = row ?? {};
  return {
    source: `time${SEPARATOR}${service}${SEPARATOR}${name}`,
    counts: band.counts,
    shown: {
      ...{ on: 'time', key: cutName(service), value: cutName(name) },
      minNs: Math.floor(bucketStart(band.first)),
      maxNs: Math.ceil(bucketStart(band.last + 1)),
    },
    found: { on: 'time', service, name, band },
  };
}
