import { EvaluationError, RESOURCES } from '@sonde/ottl';
import { type Consumer, type ConsumingComponent, SondeError, Telemetry } from '@sonde/pipeline';
import {
  type Columns,
  decodeRequests,
  dictionaryText,
  type EncodedRequest,
  encodeRequest,
  type KeyValue,
  MalformedError,
  type Metric,
  type MetricColumns,
  MetricKind,
  scanRequest,
} from '@sonde/proto';
import { type RowGroup, rowGroups } from './row-groups.ts';
import type { SectionCounter } from './section-counter.ts';
import { anyValue } from './value-fields.ts';

const SCOPE = {
  name: 'github.com/open-telemetry/opentelemetry-collector-contrib/connector/countconnector',
};

/** Counts the rows of each batch and hands the counts on as metrics; holds nothing. */
export class Count implements ConsumingComponent {
  readonly #id: string;
  readonly #counters: readonly SectionCounter[];
  readonly #next: Consumer;

  constructor(id: string, counters: readonly SectionCounter[], next: Consumer) {
    this.#id = id;
    this.#counters = counters;
    this.#next = next;
  }

  async start(): Promise<void> {}

  async shutdown(): Promise<void> {}

  async consume(telemetry: Telemetry): Promise<void> {
    const requests = this.#counted(telemetry);
    if (requests.length === 0) return;
    const { source, client } = telemetry;
    const counts = new Telemetry({
      signal: 'metrics',
      requests,
      ...(source && { source }),
      ...(client && { client }),
      decode: (all) => decodeRequests('metrics', all),
    });
    // Counts of metrics may reach the table that the metrics reach.
    await this.#next.consume(counts.withShare(this.#id));
  }

  #counted(telemetry: Telemetry): readonly EncodedRequest[] {
    try {
      return this.#requestsOf(telemetry.columns(), telemetry);
    } catch (error) {
      if (!(error instanceof MalformedError) && !(error instanceof EvaluationError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  }

  /** A request of counts for each request that has some, with its tenant and time of receipt. */
  #requestsOf(columns: Columns, { client }: Telemetry): readonly EncodedRequest[] {
    if (columns.signal === 'metrics') refuseEmpty(columns);
    const { segments } = columns;
    const groups = rowGroups(columns);
    const receivedUnixMs = ({ segment }: RowGroup) =>
      segments.receivedUnixMs[segment] || Date.now();
    const counted = { columns, client, groups, receivedUnixMs };
    const sections = this.#counters.map((counter) => counter(counted));
    const attributesOf = resourceReader(columns);
    const bySegment = new Map<number, ResourceCounts[]>();
    for (const [index, group] of groups.entries()) {
      const metrics = sections.flatMap((section) => section[index] ?? []);
      if (metrics.length === 0) continue;
      const counts = { attributes: attributesOf(group.firstRow), metrics };
      bySegment.set(group.segment, [...(bySegment.get(group.segment) ?? []), counts]);
    }
    return [...bySegment].map(([segment, counts]): EncodedRequest => {
      const bytes = encodeRequest('metrics', { resourceMetrics: counts.map(resourceMetrics) });
      return {
        signal: 'metrics',
        bytes,
        itemCount: scanRequest('metrics', bytes),
        tenant: dictionaryText(segments.tenants, segments.tenant[segment] ?? 0),
        receivedUnixMs: segments.receivedUnixMs[segment] ?? 0,
      };
    });
  }
}

interface ResourceCounts {
  readonly attributes: readonly KeyValue[];
  readonly metrics: readonly Metric[];
}

function resourceMetrics({ attributes, metrics }: ResourceCounts): {
  readonly resource: { readonly attributes: readonly KeyValue[] };
  readonly scopeMetrics: readonly {
    readonly scope: { readonly name: string };
    readonly metrics: readonly Metric[];
  }[];
} {
  return { resource: { attributes }, scopeMetrics: [{ scope: SCOPE, metrics }] };
}

/** The attributes of the resource of a row; rows in ascending order. */
function resourceReader(columns: Columns): (row: number) => readonly KeyValue[] {
  const cursor = RESOURCES.cursorOf(columns, undefined);
  return (row) => {
    cursor?.open(row);
    const map = cursor?.group.resource;
    return Array.from({ length: map?.size ?? 0 }, (_, index) => ({
      key: map?.keyAt(index) ?? '',
      value: anyValue(map?.valueAt(index) ?? null),
    }));
  };
}

/** As upstream: a metric of no kind cannot be counted. */
function refuseEmpty({ kind, count, names, name }: MetricColumns): void {
  const row = kind.subarray(0, count).indexOf(MetricKind.none);
  if (row === -1) return;
  const quoted = JSON.stringify(dictionaryText(names, name[row] ?? 0));
  throw new SondeError('INVALID_DATA', `metric ${quoted}: invalid metric type: Empty`);
}
