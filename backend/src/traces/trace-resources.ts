import { param, sql } from '@sonde/store';
import { z } from 'zod';
import type { Attribute } from '../api/contract/index.ts';
import { type AttributeArrays, AttributeArraysColumn, attributesOf } from '../attributes.ts';
import { atHour } from '../instant-sql.ts';
import type { CostMeter } from '../store-cost.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import type { SpanRow, TraceScope } from './trace-queries.ts';

/** Resources that are remembered, and characters of their keys and values in all. */
const RESOURCES_MAX = 4096;
const CHARACTERS_MAX = 8 * 1024 * 1024;
const NANO_PER_MS = 1_000_000n;

type SpanOfResource = Pick<SpanRow, 'service' | 'resource'>;

interface ResourceRow {
  readonly resource: string;
  readonly attribute_arrays: AttributeArrays;
}

const ResourceRowSchema: z.ZodType<ResourceRow> = z.object({
  resource: z.string(),
  attribute_arrays: AttributeArraysColumn,
});

/** The resources that those spans name. */
function resourcesQuery(
  scope: TraceScope,
  spans: readonly SpanOfResource[],
): StoreQuery<ResourceRow> {
  const first = Number(BigInt(scope.bounds.start_nano) / NANO_PER_MS);
  const last = Number(BigInt(scope.bounds.end_nano) / NANO_PER_MS);
  const services = [...new Set(spans.map((span) => span.service))];
  const fingerprints = [...new Set(spans.map((span) => span.resource))];
  return {
    summary: 'SELECT resources of a trace',
    row: ResourceRowSchema,
    sql: sql`
      SELECT lower(hex(fingerprint)) AS resource,
        (mapKeys(attributes), mapValues(attributes), attribute_types) AS attribute_arrays
      FROM resources
      WHERE tenant = ${param.string(scope.tenant)} AND service IN ${param.strings(services)}
        AND bucket >= ${atHour(first)} AND bucket <= ${atHour(last)}
        AND resource IN ${param.strings(fingerprints)}
      LIMIT 1 BY fingerprint
      LIMIT ${param.uint64(fingerprints.length)}`,
  };
}

interface Remembered {
  readonly attributes: readonly Attribute[];
  readonly characters: number;
}

/**
 * Attributes of the resources of traces. A fingerprint is of the attributes, which therefore never
 * change under it: those lately read are remembered, and a trace of services that were looked at
 * before costs no statement. What was read longest ago is forgotten first.
 */
export class TraceResources {
  readonly #store: StoreReader;
  /** In the order they were read, by tenant and fingerprint. */
  readonly #remembered = new Map<string, Remembered>();
  #characters = 0;

  constructor(store: StoreReader) {
    this.#store = store;
  }

  /** By fingerprint; one that is not stored has no entry. */
  async of(
    scope: TraceScope,
    spans: readonly SpanOfResource[],
    meter: CostMeter,
    signal: AbortSignal,
  ): Promise<Record<string, readonly Attribute[]>> {
    const found = new Map<string, readonly Attribute[]>();
    const missing = spans.filter(({ resource }) => {
      const attributes = found.get(resource) ?? this.#recall(scope.tenant, resource);
      if (attributes !== undefined) found.set(resource, attributes);
      return attributes === undefined;
    });
    if (missing.length > 0) {
      const rows = meter.rows(await this.#store.read(resourcesQuery(scope, missing), signal));
      for (const row of rows) {
        const attributes = attributesOf(row.attribute_arrays);
        found.set(row.resource, attributes);
        this.#remember(scope.tenant, row.resource, attributes);
      }
    }
    return Object.fromEntries(found);
  }

  #recall(tenant: string, resource: string): readonly Attribute[] | undefined {
    const key = keyOf(tenant, resource);
    const remembered = this.#remembered.get(key);
    if (remembered === undefined) return undefined;
    this.#remembered.delete(key);
    this.#remembered.set(key, remembered);
    return remembered.attributes;
  }

  #remember(tenant: string, resource: string, attributes: readonly Attribute[]): void {
    const key = keyOf(tenant, resource);
    // Two requests may have read it at once.
    this.#forget(key);
    const characters = attributes.reduce((sum, of) => sum + of.key.length + of.value.length, 0);
    this.#remembered.set(key, { attributes, characters });
    this.#characters += characters;
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= RESOURCES_MAX && this.#characters <= CHARACTERS_MAX) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#characters -= this.#remembered.get(key)?.characters ?? 0;
    this.#remembered.delete(key);
  }
}

function keyOf(tenant: string, resource: string): string {
  return `${resource} ${tenant}`;
}
