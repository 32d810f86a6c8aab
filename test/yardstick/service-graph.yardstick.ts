import { mapOfSpans } from './map-of-spans.ts';
import { type RecordedSpan, readMeshEdges, readRecordings } from './recorded-traces.ts';

/**
 * The service map against recorded traces: `npm run yardstick -- service-graph DIR`, a folder with
 * `*_trace.csv.gz` files and, where a mesh watched, its `source_50.csv.gz`. Precision and recall are
 * against the mesh's edges, without it of each half of the files against the whole. `f1` is of what
 * is found when spans are dropped, shuffled, doubled or one service's clock is off, against the whole.
 * Prints one JSON line last.
 */
const DROPPED_SHARE = 0.1;
const DOUBLED_SHARE = 0.02;
const SKEW_NANO = 300_000_000_000n;
/** The recordings lie one behind the other, and the last ends so long ago that a fast clock is past. */
const FILE_EVERY_NANO = 120_000_000_000n;
const LAST_ENDED_NANO = 600_000_000_000n;

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('say which folder: service-graph DIR');
const files = moved(readRecordings(directory));
if (files.length === 0) throw new Error(`no *_trace.csv.gz below ${directory}`);
const all = files.flat();
const mesh = readMeshEdges(directory);
console.log(`${all.length} spans of ${files.length} files, ${mesh.size} edges seen by a mesh`);

const random = seeded(7);
const services = [...new Set(all.map(({ pod }) => pod.split('-').slice(0, -2).join('-')))].sort();
const skewed = services[Math.floor(services.length / 2)] ?? '';
const half = Math.ceil(files.length / 2);
const maps = await mapOfSpans([
  { name: 'whole', spans: all },
  { name: 'first half', spans: files.slice(0, half).flat() },
  { name: 'second half', spans: files.slice(half).flat() },
  { name: 'drop', spans: all.filter(() => random() >= DROPPED_SHARE) },
  { name: 'shuffle', spans: shuffled(all, random) },
  { name: 'duplicate', spans: all.flatMap((s) => (random() < DOUBLED_SHARE ? [s, s] : [s])) },
  {
    name: 'skew',
    spans: all.map((span) => (span.pod.startsWith(`${skewed}-`) ? fast(span) : span)),
  },
]);
const edgesOf = (name: string): ReadonlySet<string> => maps.get(name) ?? new Set();
const whole = edgesOf('whole');
const halves = [edgesOf('first half'), edgesOf('second half')];
console.log(`${whole.size} edges; ${halves.map(({ size }) => size).join(' and ')} in the halves`);
console.log(`the clock of ${skewed} is five minutes fast in skew`);

const truth = mesh.size > 0 ? mesh : whole;
const found = mesh.size > 0 ? [whole] : halves;
const round = (value: number): number => Math.round(value * 10_000) / 10_000;
const f1 = (name: string): number => {
  const { precision, recall } = against(edgesOf(name), whole);
  return round((2 * precision * recall) / (precision + recall));
};
console.log(
  JSON.stringify({
    precision: round(Math.min(...found.map((edges) => against(edges, truth).precision))),
    recall: round(Math.min(...found.map((edges) => against(edges, truth).recall))),
    missing: [...truth].filter((edge) => found.some((edges) => !edges.has(edge))).sort(),
    f1: {
      drop: f1('drop'),
      shuffle: f1('shuffle'),
      duplicate: f1('duplicate'),
      skew: f1('skew'),
    },
  }),
);

function against(
  edges: ReadonlySet<string>,
  expected: ReadonlySet<string>,
): { readonly precision: number; readonly recall: number } {
  const right = [...edges].filter((edge) => expected.has(edge)).length;
  return { precision: right / Math.max(edges.size, 1), recall: right / expected.size };
}

function moved(
  recordings: readonly (readonly RecordedSpan[])[],
): readonly (readonly RecordedSpan[])[] {
  const now = BigInt(Date.now()) * 1_000_000n;
  return recordings.map((spans, index) => {
    const end = now - LAST_ENDED_NANO - BigInt(recordings.length - 1 - index) * FILE_EVERY_NANO;
    let last = 0n;
    for (const { endNano } of spans) if (endNano > last) last = endNano;
    return spans.map((span) => later(span, end - last));
  });
}

function later(span: RecordedSpan, nano: bigint): RecordedSpan {
  return { ...span, startNano: span.startNano + nano, endNano: span.endNano + nano };
}

function fast(span: RecordedSpan): RecordedSpan {
  return later(span, SKEW_NANO);
}

function shuffled<T>(items: readonly T[], next: () => number): readonly T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const [a, b] = [copy[i], copy[j]];
    if (a !== undefined && b !== undefined) [copy[i], copy[j]] = [b, a];
  }
  return copy;
}

/** The same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}
