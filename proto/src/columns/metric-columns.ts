import { AttributeList } from './attribute-list.ts';
import { ByteRun } from './byte-run.ts';
import { Dictionary } from './dictionary.ts';
import { growFloat64, growInt32, growUint8, growUint32 } from './grow.ts';
import { ResourceTable } from './resource-table.ts';
import { ScopeTable } from './scope-table.ts';
import { Segments } from './segments.ts';

/** Which member of `Metric.data` is set: the field numbers of the oneof, 0 when none is. */
export const MetricKind = {
  none: 0,
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 10,
  summary: 11,
} as const;

/** Which member of a number's oneof is set. `none` is "no recorded value". */
export const NumberType = { none: 0, double: 1, int: 2 } as const;

/** Bits of `presence` in histogram points: which optional fields were sent. */
export const HistogramPresence = { sum: 1, min: 2, max: 4 } as const;

/**
 * Metrics as columns: a table of metrics (one row a `Metric` message, in wire order) and one point
 * table a kind of point. A point holds the row of its metric; resource, scope and schema URLs hang
 * on the metric. Segments count rows of the metrics table. The rules of `SpanColumns` hold.
 */
export class MetricColumns {
  readonly signal = 'metrics';
  /** Rows of the metrics table. */
  count = 0;
  capacity = 0;
  readonly segments: Segments = new Segments();
  readonly resources: ResourceTable = new ResourceTable();
  readonly scopes: ScopeTable = new ScopeTable();
  readonly schemaUrls: Dictionary = new Dictionary(64, 1 << 12);

  resource: Uint32Array = new Uint32Array(0);
  scope: Uint32Array = new Uint32Array(0);
  resourceSchemaUrl: Uint32Array = new Uint32Array(0);
  scopeSchemaUrl: Uint32Array = new Uint32Array(0);
  readonly names: Dictionary = new Dictionary(4096, 1 << 16);
  readonly descriptions: Dictionary = new Dictionary(1024, 1 << 15);
  readonly units: Dictionary = new Dictionary(64, 1 << 10);
  name: Uint32Array = new Uint32Array(0);
  description: Uint32Array = new Uint32Array(0);
  unit: Uint32Array = new Uint32Array(0);
  /** `MetricKind`. */
  kind: Uint8Array = new Uint8Array(0);
  temporality: Uint8Array = new Uint8Array(0);
  isMonotonic: Uint8Array = new Uint8Array(0);
  readonly metadata: AttributeList = new AttributeList(64, 1 << 10);
  metadataEnd: Uint32Array = new Uint32Array(0);

  /** Points of gauges and sums. */
  readonly numbers: NumberPointColumns = new NumberPointColumns();
  readonly histograms: HistogramPointColumns = new HistogramPointColumns();
  readonly exponentialHistograms: ExponentialHistogramPointColumns =
    new ExponentialHistogramPointColumns();
  readonly summaries: SummaryPointColumns = new SummaryPointColumns();

  constructor(rows = 2048) {
    this.growTo(rows);
  }

  growTo(rows: number): void {
    this.resource = growUint32(this.resource, rows);
    this.scope = growUint32(this.scope, rows);
    this.resourceSchemaUrl = growUint32(this.resourceSchemaUrl, rows);
    this.scopeSchemaUrl = growUint32(this.scopeSchemaUrl, rows);
    this.name = growUint32(this.name, rows);
    this.description = growUint32(this.description, rows);
    this.unit = growUint32(this.unit, rows);
    this.kind = growUint8(this.kind, rows);
    this.temporality = growUint8(this.temporality, rows);
    this.isMonotonic = growUint8(this.isMonotonic, rows);
    this.metadataEnd = growUint32(this.metadataEnd, rows * 2);
    this.capacity = rows;
  }

  /** Data points of every kind: what OTLP and the Collector count as items. */
  pointCount(): number {
    const { numbers, histograms, exponentialHistograms, summaries } = this;
    return numbers.count + histograms.count + exponentialHistograms.count + summaries.count;
  }
}

/** What every kind of data point has. */
export class PointColumns {
  count = 0;
  capacity = 0;
  /** Rows of the metrics table. */
  metric: Uint32Array = new Uint32Array(0);
  startTimeUnixNano: Int32Array = new Int32Array(0);
  timeUnixNano: Int32Array = new Int32Array(0);
  flags: Uint32Array = new Uint32Array(0);
  readonly attributes: AttributeList = new AttributeList(4096, 1 << 16);
  attributeEnd: Uint32Array = new Uint32Array(0);

  growTo(rows: number): void {
    this.metric = growUint32(this.metric, rows);
    this.startTimeUnixNano = growInt32(this.startTimeUnixNano, rows * 2);
    this.timeUnixNano = growInt32(this.timeUnixNano, rows * 2);
    this.flags = growUint32(this.flags, rows);
    this.attributeEnd = growUint32(this.attributeEnd, rows * 2);
    this.capacity = rows;
  }
}

/** The exemplars of one point table, flat; point i owns `[exemplarEnd(i - 1), exemplarEnd(i))`. */
export class ExemplarColumns {
  count = 0;
  capacity = 0;
  timeUnixNano: Int32Array = new Int32Array(0);
  /** `NumberType`. */
  valueType: Uint8Array = new Uint8Array(0);
  double: Float64Array = new Float64Array(0);
  int: Int32Array = new Int32Array(0);
  traceId: Uint8Array = new Uint8Array(0);
  spanId: Uint8Array = new Uint8Array(0);
  /** `filtered_attributes`. */
  readonly attributes: AttributeList = new AttributeList(64, 1 << 10);
  attributeEnd: Uint32Array = new Uint32Array(0);

  growTo(rows: number): void {
    this.timeUnixNano = growInt32(this.timeUnixNano, rows * 2);
    this.valueType = growUint8(this.valueType, rows);
    this.double = growFloat64(this.double, rows);
    this.int = growInt32(this.int, rows * 2);
    this.traceId = growUint8(this.traceId, rows * 16);
    this.spanId = growUint8(this.spanId, rows * 8);
    this.attributeEnd = growUint32(this.attributeEnd, rows * 2);
    this.capacity = rows;
  }
}

/** Points of gauges and sums; `double` or `int` holds the value, as `valueType` says. */
export class NumberPointColumns extends PointColumns {
  /** `NumberType`. */
  valueType: Uint8Array = new Uint8Array(0);
  /** The value as a double for every type (an int above 2^53 is rounded here, exact in `int`). */
  double: Float64Array = new Float64Array(0);
  int: Int32Array = new Int32Array(0);
  readonly exemplars: ExemplarColumns = new ExemplarColumns();
  exemplarEnd: Uint32Array = new Uint32Array(0);

  constructor(rows = 8192) {
    super();
    this.growTo(rows);
  }

  override growTo(rows: number): void {
    super.growTo(rows);
    this.valueType = growUint8(this.valueType, rows);
    this.double = growFloat64(this.double, rows);
    this.int = growInt32(this.int, rows * 2);
    this.exemplarEnd = growUint32(this.exemplarEnd, rows * 2);
  }
}

/** Points of explicit histograms. Counts are u64, bounds f64, both end to end in Native order. */
export class HistogramPointColumns extends PointColumns {
  /** `HistogramPresence` bits. */
  presence: Uint8Array = new Uint8Array(0);
  /** Two words, u64. */
  countValue: Int32Array = new Int32Array(0);
  sum: Float64Array = new Float64Array(0);
  min: Float64Array = new Float64Array(0);
  max: Float64Array = new Float64Array(0);
  /** 8 bytes a bucket. */
  readonly bucketCounts: ByteRun = new ByteRun(1 << 16);
  /** Buckets, not bytes. */
  bucketEnd: Uint32Array = new Uint32Array(0);
  readonly explicitBounds: ByteRun = new ByteRun(1 << 16);
  boundEnd: Uint32Array = new Uint32Array(0);
  readonly exemplars: ExemplarColumns = new ExemplarColumns();
  exemplarEnd: Uint32Array = new Uint32Array(0);

  constructor(rows = 1024) {
    super();
    this.growTo(rows);
  }

  override growTo(rows: number): void {
    super.growTo(rows);
    this.presence = growUint8(this.presence, rows);
    this.countValue = growInt32(this.countValue, rows * 2);
    this.sum = growFloat64(this.sum, rows);
    this.min = growFloat64(this.min, rows);
    this.max = growFloat64(this.max, rows);
    this.bucketEnd = growUint32(this.bucketEnd, rows * 2);
    this.boundEnd = growUint32(this.boundEnd, rows * 2);
    this.exemplarEnd = growUint32(this.exemplarEnd, rows * 2);
  }
}

/** Points of exponential histograms, kept as sent: scale, offsets and the counts of both sides. */
export class ExponentialHistogramPointColumns extends PointColumns {
  /** `HistogramPresence` bits. */
  presence: Uint8Array = new Uint8Array(0);
  countValue: Int32Array = new Int32Array(0);
  sum: Float64Array = new Float64Array(0);
  min: Float64Array = new Float64Array(0);
  max: Float64Array = new Float64Array(0);
  scale: Int32Array = new Int32Array(0);
  zeroCount: Int32Array = new Int32Array(0);
  zeroThreshold: Float64Array = new Float64Array(0);
  positiveOffset: Int32Array = new Int32Array(0);
  /** u64, 8 bytes a bucket. */
  readonly positiveCounts: ByteRun = new ByteRun(1 << 14);
  positiveEnd: Uint32Array = new Uint32Array(0);
  negativeOffset: Int32Array = new Int32Array(0);
  readonly negativeCounts: ByteRun = new ByteRun(1 << 12);
  negativeEnd: Uint32Array = new Uint32Array(0);
  readonly exemplars: ExemplarColumns = new ExemplarColumns();
  exemplarEnd: Uint32Array = new Uint32Array(0);

  constructor(rows = 256) {
    super();
    this.growTo(rows);
  }

  override growTo(rows: number): void {
    super.growTo(rows);
    this.presence = growUint8(this.presence, rows);
    this.countValue = growInt32(this.countValue, rows * 2);
    this.sum = growFloat64(this.sum, rows);
    this.min = growFloat64(this.min, rows);
    this.max = growFloat64(this.max, rows);
    this.scale = growInt32(this.scale, rows);
    this.zeroCount = growInt32(this.zeroCount, rows * 2);
    this.zeroThreshold = growFloat64(this.zeroThreshold, rows);
    this.positiveOffset = growInt32(this.positiveOffset, rows);
    this.positiveEnd = growUint32(this.positiveEnd, rows * 2);
    this.negativeOffset = growInt32(this.negativeOffset, rows);
    this.negativeEnd = growUint32(this.negativeEnd, rows * 2);
    this.exemplarEnd = growUint32(this.exemplarEnd, rows * 2);
  }
}

/** Points of summaries; quantiles and values are f64, end to end. */
export class SummaryPointColumns extends PointColumns {
  countValue: Int32Array = new Int32Array(0);
  sum: Float64Array = new Float64Array(0);
  readonly quantiles: ByteRun = new ByteRun(1 << 10);
  readonly quantileValues: ByteRun = new ByteRun(1 << 10);
  /** Quantiles, not bytes. */
  quantileEnd: Uint32Array = new Uint32Array(0);

  constructor(rows = 256) {
    super();
    this.growTo(rows);
  }

  override growTo(rows: number): void {
    super.growTo(rows);
    this.countValue = growInt32(this.countValue, rows * 2);
    this.sum = growFloat64(this.sum, rows);
    this.quantileEnd = growUint32(this.quantileEnd, rows * 2);
  }
}
