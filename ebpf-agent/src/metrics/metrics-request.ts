import { encodeMetricHead, type KeyValue, MetricRequestWriter, type Words } from '@sonde/proto';
import { POINTS_PER_REQUEST } from '../limits.ts';
import type { MetricDefinition } from './definitions.ts';
import type { Series } from './series.ts';

/** `AGGREGATION_TEMPORALITY_CUMULATIVE`. */
const CUMULATIVE = 2;
const NS_PER_MS = 1_000_000;
const WORD = 2 ** 32;
/** Milliseconds whose nanoseconds a number still holds exactly. */
const MS_PART = 1_000_000;

export const SCOPE = { name: 'sonde/ebpf' } as const;
const SCOPE_FIELDS = { ...SCOPE, version: '', schemaUrl: '', attributes: new Map() } as const;

export interface EncodedMetrics {
  /** An `ExportMetricsServiceRequest`. */
  readonly bytes: Uint8Array;
  readonly itemCount: number;
}

/** What has metrics: a service, the host. */
export interface Measured {
  readonly resource: readonly KeyValue[];
  points(): Iterable<readonly [MetricDefinition, readonly Series[]]>;
}

/**
 * What each of them did, written as it is gone through: thousands of points as objects would outlive
 * the engine's young memory. A request ends with the first of them that takes it to
 * `POINTS_PER_REQUEST` points.
 */
export function encodeMetrics(
  measured: readonly Measured[],
  nowUnixMs: number,
): readonly EncodedMetrics[] {
  const times = { now: words(nowUnixMs), offsetMs: nowUnixMs - performance.now() };
  const writer = new MetricRequestWriter();
  const requests: EncodedMetrics[] = [];
  for (const one of measured) {
    writeMeasured(writer, one, times);
    if (writer.itemCount >= POINTS_PER_REQUEST) requests.push(writer.finish());
  }
  if (writer.itemCount > 0) requests.push(writer.finish());
  return requests;
}

interface Times {
  readonly now: Words;
  /** From `performance.now()` to the epoch. */
  readonly offsetMs: number;
}

function writeMeasured(writer: MetricRequestWriter, measured: Measured, times: Times): void {
  let isOpen = false;
  for (const [definition, series] of measured.points()) {
    if (!isOpen) {
      writer.openResourceOf(measured.resource);
      writer.openScope(SCOPE_FIELDS);
      isOpen = true;
    }
    writeMetric(writer, definition, { series, times });
  }
}

/** Units whose numbers are no counts. */
const FRACTIONAL_UNITS = ['s', '1', '{cpu}'];

const HEADS = new WeakMap<MetricDefinition, Uint8Array>();

function headOf(definition: MetricDefinition): Uint8Array {
  const known = HEADS.get(definition);
  if (known !== undefined) return known;
  const { name, description, unit } = definition;
  const head = encodeMetricHead({ name, description, unit, metadata: new Map() });
  HEADS.set(definition, head);
  return head;
}

function writeMetric(
  writer: MetricRequestWriter,
  definition: MetricDefinition,
  { series, times }: { readonly series: readonly Series[]; readonly times: Times },
): void {
  const { unit, kind, bounds } = definition;
  const head = headOf(definition);
  if (kind === 'histogram') {
    writer.openHistograms(head, CUMULATIVE);
    for (const one of series) writeHistogram(writer, one, { bounds, times });
    return;
  }
  const isMonotonic = kind === 'counter';
  writer.openNumbers(head, kind === 'gauge' ? undefined : { temporality: CUMULATIVE, isMonotonic });
  const isInteger = !FRACTIONAL_UNITS.includes(unit);
  for (const { attributes, startMs, sum } of series) {
    const start = words(startMs + times.offsetMs);
    writer.numberOf(attributes, { start, time: times.now }, { value: sum, isInteger });
  }
}

function writeHistogram(
  writer: MetricRequestWriter,
  { attributes, startMs, count, sum, min, max, buckets }: Series,
  { bounds, times }: { readonly bounds: readonly number[]; readonly times: Times },
): void {
  writer.histogram({
    attributes,
    start: words(startMs + times.offsetMs),
    time: times.now,
    count,
    sum,
    // What the kernel counted itself has no extremes.
    extremes: Number.isFinite(min) ? { min, max } : undefined,
    bucketCounts: buckets,
    bounds,
  });
}

/** Unix time in nanoseconds, whole milliseconds. */
function words(unixMs: number): Words {
  const ms = Math.round(unixMs);
  const [most, rest] = [Math.floor(ms / MS_PART), ms % MS_PART];
  // most * 10^12 ns + rest * 10^6 ns, each in two words.
  const upper = most * MS_PART * NS_PER_MS;
  const [upperHigh, upperLow] = [Math.floor(upper / WORD), upper % WORD];
  const low = upperLow + ((rest * NS_PER_MS) % WORD);
  const high = upperHigh + Math.floor((rest * NS_PER_MS) / WORD) + (low >= WORD ? 1 : 0);
  return { low: low | 0, high: high | 0 };
}
