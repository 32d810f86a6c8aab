import { decodeRequests, encodeRequest, type KeyValue, type SpanColumns } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { IDENTITY_FIELDS, IdentityTable, KnownIdentities, Origin } from '../src/index.ts';

const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });

/** A span of each of the resources. */
function spansOf(resources: readonly (readonly KeyValue[])[]): SpanColumns {
  const ids = { traceId: '01'.repeat(16), spanId: '02'.repeat(8) };
  const span = { ...ids, name: 'work', startTimeUnixNano: 1n, endTimeUnixNano: 2n };
  const bytes = encodeRequest('traces', {
    resourceSpans: resources.map((attributes) => ({
      resource: { attributes: [...attributes] },
      scopeSpans: [{ spans: [span] }],
    })),
  });
  const request = { signal: 'traces', tenant: 'default', receivedUnixMs: 0 } as const;
  const itemCount = resources.length;
  const columns = decodeRequests('traces', [{ ...request, bytes, itemCount }]);
  if (columns.signal !== 'traces') throw new Error('not traces');
  return columns;
}

/** Every field of every resource, as text. */
function rowsOf(columns: SpanColumns, known?: KnownIdentities): readonly unknown[] {
  const { resources } = columns;
  const table = new IdentityTable(resources, known);
  const texts = IDENTITY_FIELDS.map((name) => Buffer.from(table.fields[name].texts.run.used()));
  const ids = IDENTITY_FIELDS.map((name) => [...table.fields[name].ids]);
  return [texts, ids, [...table.origin]];
}

const service = (name: string): readonly KeyValue[] => [text('service.name', name)];

describe('identities that are remembered from batch to batch', () => {
  it('are what they would be without, whatever the order', () => {
    const known = new KnownIdentities();
    const agent = [text('service.name', 'cart'), text('sonde.origin', 'ebpf')];
    const batches = [
      spansOf([service('cart'), agent, service('x'.repeat(300))]),
      spansOf([agent, service('x'.repeat(300)), [], service('cart')]),
      spansOf([[], service('other')]),
    ];
    for (const batch of batches) expect(rowsOf(batch, known)).toEqual(rowsOf(batch));
    const origins = new IdentityTable(spansOf([agent]).resources, known).origin;
    expect(origins[0]).toBe(Origin.ebpf);
  });

  it('are forgotten and derived again when there are too many', () => {
    const known = new KnownIdentities();
    const many = spansOf(Array.from({ length: 4200 }, (_, i) => service(`service-${i}`)));
    expect(rowsOf(many, known)).toEqual(rowsOf(many));
    const few = spansOf([service('service-1'), service('service-4199')]);
    expect(rowsOf(few, known)).toEqual(rowsOf(few));
  });
});
