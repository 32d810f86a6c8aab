import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  bucketOf,
  durationBands,
  explainGroups,
  type FeatureSet,
  groupOf,
  type Share,
  strongestFeatures,
} from '@sonde/backend';

/**
 * Explanations of slow requests against injected ones: `npm run yardstick -- delag DIR`, a folder a
 * system with `*.csv.gz`: `Latency`, the time in each operation, and `anomaly` (1 and 2: two delays
 * that were put in; never shown to what is measured). What explains is the code of Compare
 * attributes: bands of time, the features that tell most, at most three groups. The selection is
 * the slowest fifth of the requests, as a box drawn in the heatmap would be. Groups are matched one to
 * one with the two labels; the score is the mean F1. Prints one JSON line last.
 */
const SELECTED_SHARE = 0.2;
const NS_PER_MS = 1_000_000;
const LABELS = [1, 2] as const;

interface Requests {
  readonly operations: readonly string[];
  /** Milliseconds, a row a request. */
  readonly latencies: readonly number[];
  readonly times: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

interface TimeFeature {
  readonly source: string;
  readonly operation: number;
  readonly first: number;
  readonly last: number;
  readonly counts: Share;
}

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('say which folder: delag DIR');
const systems = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const scores = systems.map((system) => [system, scoreOf(join(directory, system))] as const);
console.log(JSON.stringify(Object.fromEntries(scores)));

function scoreOf(folder: string): number {
  const files = readdirSync(folder).filter((file) => file.endsWith('.csv.gz'));
  const perFile = files.map((file) => {
    const score = fileScore(readRequests(join(folder, file)));
    console.log(
      `${folder.split('/').at(-1)} ${file}: ${score.map((f1) => f1.toFixed(2)).join(' ')}`,
    );
    return score;
  });
  const all = perFile.flat();
  return Math.round((1000 * all.reduce((sum, f1) => sum + f1, 0)) / all.length) / 1000;
}

function readRequests(path: string): Requests {
  const [head = '', ...lines] = gunzipSync(readFileSync(path))
    .toString('utf8')
    .trim()
    .split(/\r?\n/);
  const columns = head.split(',');
  const rows = lines.map((line) => line.split(',').map(Number));
  const latency = columns.indexOf('Latency');
  const label = columns.indexOf('anomaly');
  const operations = columns.filter((_, i) => i !== latency && i !== label);
  const places = operations.map((name) => columns.indexOf(name));
  return {
    operations,
    latencies: rows.map((row) => row[latency] ?? 0),
    times: rows.map((row) => places.map((place) => row[place] ?? 0)),
    labels: rows.map((row) => row[label] ?? 0),
  };
}

/** F1 of each label under the best matching of groups and labels. */
function fileScore(requests: Requests): number[] {
  const groups = explained(requests);
  const f1s = LABELS.map((label) =>
    [0, 1, 2].map((group) => f1(groups, requests.labels, { group, label })),
  );
  let best: number[] = [0, 0];
  for (const [a, first] of (f1s[0] ?? []).entries()) {
    for (const [b, second] of (f1s[1] ?? []).entries()) {
      if (a !== b && first + second > (best[0] ?? 0) + (best[1] ?? 0)) best = [first, second];
    }
  }
  return best;
}

/** The group of each request, -1 of what is not explained. */
function explained({ operations, latencies, times }: Requests): number[] {
  const ascending = [...latencies].sort((a, b) => a - b);
  const bound = ascending[Math.floor((1 - SELECTED_SHARE) * ascending.length)] ?? 0;
  const sides = latencies.map((latency) => (latency > bound ? 'selected' : 'baseline'));
  const totals = countSides(sides);
  const features = strongestFeatures(
    operations.flatMap((source, operation): TimeFeature[] => {
      const histogram = histogramOf(times, { operation, sides });
      return durationBands(histogram, totals).map((band) => ({ source, operation, ...band }));
    }),
    totals,
  );
  const bits = times.map((row) => bitsOf(row, features));
  const sets = new Map<number, { bits: number; selected: number; baseline: number }>();
  for (const [i, each] of bits.entries()) {
    const set = sets.get(each) ?? { bits: each, selected: 0, baseline: 0 };
    set[sides[i] ?? 'baseline'] += 1;
    sets.set(each, set);
  }
  const list: FeatureSet[] = [...sets.values()];
  const groups = explainGroups(features, list, totals).map((group) => group.features);
  return bits.map((each) => groupOf(each, groups));
}

function countSides(sides: readonly ('selected' | 'baseline')[]): Share {
  const selected = sides.filter((side) => side === 'selected').length;
  return { selected, baseline: sides.length - selected };
}

function histogramOf(
  times: Requests['times'],
  { operation, sides }: { operation: number; sides: readonly ('selected' | 'baseline')[] },
): Map<number, Share> {
  const histogram = new Map<number, { selected: number; baseline: number }>();
  for (const [i, row] of times.entries()) {
    const bucket = bucketOf((row[operation] ?? 0) * NS_PER_MS);
    const counts = histogram.get(bucket) ?? { selected: 0, baseline: 0 };
    counts[sides[i] ?? 'baseline'] += 1;
    histogram.set(bucket, counts);
  }
  return histogram;
}

function bitsOf(row: readonly number[], features: readonly TimeFeature[]): number {
  let bits = 0;
  for (const [i, { operation, first, last }] of features.entries()) {
    const bucket = bucketOf((row[operation] ?? 0) * NS_PER_MS);
    if (bucket >= first && bucket <= last) bits |= 1 << i;
  }
  return bits;
}

function f1(
  groups: readonly number[],
  labels: readonly number[],
  { group, label }: { readonly group: number; readonly label: number },
): number {
  const found = groups.filter((each) => each === group).length;
  const wanted = labels.filter((each) => each === label).length;
  const right = groups.filter((each, i) => each === group && labels[i] === label).length;
  return right === 0 ? 0 : (2 * right) / (found + wanted);
}
