import { AttributeList } from './attribute-list.ts';
import { Dictionary } from './dictionary.ts';
import { growUint8, growUint32, NO_UINT8, NO_UINT32 } from './grow.ts';
import { ExponentialHistogramPointColumns, HistogramPointColumns } from './histogram-columns.ts';
import { NumberPointColumns, SummaryPointColumns } from './point-columns.ts';
import { ResourceTable } from './resource-table.ts';
import { ScopeTable } from './scope-table.ts';
import { Segments } from './segments.ts';

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
  #marked = 0;
  readonly segments: Segments = new Segments();
  readonly resources: ResourceTable = new ResourceTable();
  readonly scopes: ScopeTable = new ScopeTable();
  readonly schemaUrls: Dictionary = Dictionary.whenNeeded(16, 1 << 9);

  resource: Uint32Array = NO_UINT32;
  scope: Uint32Array = NO_UINT32;
  resourceSchemaUrl: Uint32Array = NO_UINT32;
  scopeSchemaUrl: Uint32Array = NO_UINT32;
  readonly names: Dictionary = Dictionary.whenNeeded(256, 1 << 13);
  readonly descriptions: Dictionary = Dictionary.whenNeeded(64, 1 << 12);
  readonly units: Dictionary = Dictionary.whenNeeded(16, 1 << 8);
  name: Uint32Array = NO_UINT32;
  description: Uint32Array = NO_UINT32;
  unit: Uint32Array = NO_UINT32;
  /** `MetricKind`. */
  kind: Uint8Array = NO_UINT8;
  temporality: Uint8Array = NO_UINT8;
  isMonotonic: Uint8Array = NO_UINT8;
  readonly metadata: AttributeList = AttributeList.whenNeeded(16, 1 << 8);
  metadataEnd: Uint32Array = NO_UINT32;

  /** Points of gauges and sums. */
  readonly numbers: NumberPointColumns;
  readonly histograms: HistogramPointColumns;
  readonly exponentialHistograms: ExponentialHistogramPointColumns =
    new ExponentialHistogramPointColumns(0);
  readonly summaries: SummaryPointColumns = new SummaryPointColumns(0);

  /** `rows` of the metrics table and `points` are first guesses; everything grows. */
  constructor(rows = 128, points = 1024) {
    this.numbers = new NumberPointColumns(points);
    this.histograms = new HistogramPointColumns(points >>> 2);
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

  /** Remembers the state that `rollback` returns to, to the byte; one mark at a time. */
  mark(): void {
    this.#marked = this.count;
    this.segments.mark();
    this.resources.mark();
    this.scopes.mark();
    this.schemaUrls.mark();
    this.names.mark();
    this.descriptions.mark();
    this.units.mark();
    this.metadata.mark();
    this.numbers.mark();
    this.histograms.mark();
    this.exponentialHistograms.mark();
    this.summaries.mark();
  }

  rollback(): void {
    this.count = this.#marked;
    this.segments.rollback();
    this.resources.rollback();
    this.scopes.rollback();
    this.schemaUrls.rollback();
    this.names.rollback();
    this.descriptions.rollback();
    this.units.rollback();
    this.metadata.rollback();
    this.numbers.rollback();
    this.histograms.rollback();
    this.exponentialHistograms.rollback();
    this.summaries.rollback();
  }

  /** Empty again; the memory is kept. */
  reset(): void {
    this.count = 0;
    this.segments.reset();
    this.resources.reset();
    this.scopes.reset();
    this.schemaUrls.reset();
    this.names.reset();
    this.descriptions.reset();
    this.units.reset();
    this.metadata.reset();
    this.numbers.reset();
    this.histograms.reset();
    this.exponentialHistograms.reset();
    this.summaries.reset();
  }

  /** Data points of every kind: what OTLP and the Collector count as items. */
  pointCount(): number {
    const { numbers, histograms, exponentialHistograms, summaries } = this;
    return numbers.count + histograms.count + exponentialHistograms.count + summaries.count;
  }
}
