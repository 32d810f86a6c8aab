import { encodeMessage } from '../json/encode-request.ts';
import type { KeyValue, Metric } from '../json/request-objects.ts';
import { WireType } from '../protobuf/skip.ts';
import { ProtobufWriter } from '../protobuf/writer.ts';
import { METRIC } from '../schema/metric-messages.ts';
import { writeKeyValues, writeText } from './any-value-writer.ts';
import { writeAttributes } from './attribute-writer.ts';

/** 64 bits, low word first. */
export interface Words {
  readonly low: number;
  readonly high: number;
}

/** What a metric has beside its points. */
export interface MetricHead {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly metadata: ReadonlyMap<string, string>;
}

export interface ScopeFields {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** What makes a sum of a number; absent for a gauge. */
export interface SumFields {
  /** 1 is delta, 2 cumulative. */
  readonly temporality: number;
  readonly isMonotonic: boolean;
}

export interface NumberPointFields {
  /** What `encodePointAttributes` made. */
  readonly attributes: Uint8Array;
  /** Undefined where the point has none. */
  readonly start: Words | undefined;
  readonly time: Words;
  /** Undefined for no recorded value, which is flagged. */
  readonly value: number | undefined;
}

/** A point of a histogram whose buckets are explicit. */
export interface HistogramPointFields {
  readonly attributes: readonly KeyValue[];
  readonly start: Words;
  readonly time: Words;
  readonly count: number;
  readonly sum: number;
  /** Undefined where nobody knows the extremes. */
  readonly extremes: { readonly min: number; readonly max: number } | undefined;
  /** One more than bounds. */
  readonly bucketCounts: ArrayLike<number>;
  readonly bounds: readonly number[];
}

const FIRST_BYTES: number = 64 * 1024;
const WORD = 2 ** 32;
const HISTOGRAM = 9;
const NO_RECORDED_VALUE = 1;
const GAUGE = 5;
const SUM = 7;
/** Messages that are open around a point: resource, scope, metric and its data. */
const Level = { resource: 0, scope: 1, metric: 2 } as const;

/** The attributes of a number point, to be kept and written with every value of the series. */
export function encodePointAttributes(attributes: ReadonlyMap<string, string>): Uint8Array {
  const writer = new ProtobufWriter(256);
  writeKeyValues(writer, 7, attributes);
  return writer.finish();
}

/** To be kept and written with every request that has points of the metric. */
export function encodeMetricHead(head: MetricHead): Uint8Array {
  const writer = new ProtobufWriter(256);
  writeOptional(writer, 1, head.name);
  writeOptional(writer, 2, head.description);
  writeOptional(writer, 3, head.unit);
  writeKeyValues(writer, 12, head.metadata);
  return writer.finish();
}

/**
 * Writes points one by one into an `ExportMetricsServiceRequest`: for receivers that have the same
 * series again and again. What does not change is encoded once by the caller.
 *
 * Open a resource, in it a scope, in it metrics; each closes what was open of its kind. Memory is kept
 * from one request to the next.
 */
export class MetricRequestWriter {
  readonly #writer = new ProtobufWriter(FIRST_BYTES);
  /** Where the parts that are open start, the outermost first. */
  readonly #open: number[] = [];
  #itemCount = 0;

  /** Data points so far. */
  get itemCount(): number {
    return this.#itemCount;
  }

  openResource(attributes: ReadonlyMap<string, string>): void {
    this.#close(Level.resource);
    this.#begin(1);
    this.#begin(1);
    writeKeyValues(this.#writer, 1, attributes);
    this.#close(Level.scope);
  }

  /** As `openResource`, of attributes that are no text alone. */
  openResourceOf(attributes: readonly KeyValue[]): void {
    this.#close(Level.resource);
    this.#begin(1);
    this.#begin(1);
    writeAttributes(this.#writer, 1, attributes);
    this.#close(Level.scope);
  }

  openScope({ name, version, schemaUrl, attributes }: ScopeFields): void {
    this.#close(Level.scope);
    this.#begin(2);
    writeOptional(this.#writer, 3, schemaUrl);
    this.#begin(1);
    writeOptional(this.#writer, 1, name);
    writeOptional(this.#writer, 2, version);
    writeKeyValues(this.#writer, 3, attributes);
    this.#close(Level.metric);
  }

  /** A gauge, or a sum; its points follow. `head` is what `encodeMetricHead` made. */
  openNumbers(head: Uint8Array, sum?: SumFields): void {
    this.#close(Level.metric);
    const writer = this.#writer;
    this.#begin(2);
    writer.raw(head);
    this.#begin(sum === undefined ? GAUGE : SUM);
    if (sum === undefined) return;
    writer.tag(2, WireType.varint);
    writer.varint(sum.temporality, 0);
    if (!sum.isMonotonic) return;
    writer.tag(3, WireType.varint);
    writer.varint(1, 0);
  }

  number({ attributes, start, time, value }: NumberPointFields): void {
    const writer = this.#writer;
    writer.tag(1, WireType.bytes);
    const begin = writer.begin();
    writer.raw(attributes);
    if (start !== undefined) writeFixed64(writer, 2, start);
    writeFixed64(writer, 3, time);
    if (value === undefined) {
      writer.tag(8, WireType.varint);
      writer.varint(NO_RECORDED_VALUE, 0);
    } else {
      writer.tag(4, WireType.fixed64);
      writer.double(value);
    }
    writer.end(begin);
    this.#itemCount++;
  }

  /** As `number`, of a whole number up to 2^53 where `isInteger`; the attributes as they are. */
  numberOf(
    attributes: readonly KeyValue[],
    { start, time }: { readonly start: Words; readonly time: Words },
    { value, isInteger }: { readonly value: number; readonly isInteger: boolean },
  ): void {
    const writer = this.#writer;
    writer.tag(1, WireType.bytes);
    const begin = writer.begin();
    writeFixed64(writer, 2, start);
    writeFixed64(writer, 3, time);
    if (isInteger) {
      writeInteger(writer, 6, value);
    } else {
      writer.tag(4, WireType.fixed64);
      writer.double(value);
    }
    writeAttributes(writer, 7, attributes);
    writer.end(begin);
    this.#itemCount++;
  }

  /** A histogram; its points follow. */
  openHistograms(head: Uint8Array, temporality: number): void {
    this.#close(Level.metric);
    this.#begin(2);
    this.#writer.raw(head);
    this.#begin(HISTOGRAM);
    this.#writer.tag(2, WireType.varint);
    this.#writer.varint(temporality, 0);
  }

  histogram(point: HistogramPointFields): void {
    const writer = this.#writer;
    writer.tag(1, WireType.bytes);
    const begin = writer.begin();
    writeFixed64(writer, 2, point.start);
    writeFixed64(writer, 3, point.time);
    writeInteger(writer, 4, point.count);
    writeDouble(writer, 5, point.sum);
    writer.tag(6, WireType.bytes);
    const counts = writer.begin();
    for (let i = 0; i < point.bucketCounts.length; i++) {
      const count = point.bucketCounts[i] ?? 0;
      writer.fixed64((count % WORD) | 0, Math.floor(count / WORD));
    }
    writer.end(counts);
    writer.tag(7, WireType.bytes);
    const bounds = writer.begin();
    for (const bound of point.bounds) writer.double(bound);
    writer.end(bounds);
    writeAttributes(writer, 9, point.attributes);
    if (point.extremes !== undefined) {
      writeDouble(writer, 11, point.extremes.min);
      writeDouble(writer, 12, point.extremes.max);
    }
    writer.end(begin);
    this.#itemCount++;
  }

  /** A whole metric of so many points. */
  metric(metric: Metric, points: number): void {
    this.#close(Level.metric);
    this.#writer.tag(2, WireType.bytes);
    this.#writer.bytes(encodeMessage(METRIC, metric));
    this.#itemCount += points;
  }

  /** The request, which owns its bytes. The writer is empty again. */
  finish(): { readonly bytes: Uint8Array; readonly itemCount: number } {
    this.#close(Level.resource);
    const finished = { bytes: this.#writer.finish(), itemCount: this.#itemCount };
    this.#writer.reset();
    this.#itemCount = 0;
    return finished;
  }

  #begin(field: number): void {
    this.#writer.tag(field, WireType.bytes);
    this.#open.push(this.#writer.begin());
  }

  /** Ends what is open at `level` and within. */
  #close(level: number): void {
    while (this.#open.length > level) this.#writer.end(this.#open.pop() ?? 0);
  }
}

function writeFixed64(writer: ProtobufWriter, field: number, { low, high }: Words): void {
  writer.tag(field, WireType.fixed64);
  writer.fixed64(low, high);
}

function writeDouble(writer: ProtobufWriter, field: number, value: number): void {
  writer.tag(field, WireType.fixed64);
  writer.double(value);
}

/** A whole number as 64 bits; a negative one in two's complement. */
function writeInteger(writer: ProtobufWriter, field: number, value: number): void {
  const high = Math.floor(value / WORD);
  writer.tag(field, WireType.fixed64);
  writer.fixed64((value - high * WORD) | 0, high | 0);
}

/** Nothing for an empty text, as proto3 has it. */
function writeOptional(writer: ProtobufWriter, field: number, text: string): void {
  if (text !== '') writeText(writer, field, text);
}
