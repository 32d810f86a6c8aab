import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  type AttributeRow,
  type Columns,
  decodeRequests,
  type EncodedRequest,
  encodeSegments,
  jsonToProtobuf,
  protobufToJson,
  removeKey,
  rewriteAttributes,
  rewritePoints,
  rewriteResources,
  type Signal,
  scanRequest,
  selectLogs,
  selectSpans,
  WireRewriter,
  WireUnsupportedError,
  type WireVisit,
  withGroups,
  withLogs,
  withSpans,
} from '../src/index.ts';
import { requestOf } from '../src/schema/request-of.ts';
import { Random, randomMessage } from './oracle/random-wire.ts';

type RowSignal = 'traces' | 'logs' | 'metrics';

const SIGNALS: readonly RowSignal[] = ['traces', 'logs', 'metrics'];

function requestFor(signal: Signal, bytes: Uint8Array): EncodedRequest {
  return { signal, bytes, itemCount: scanRequest(signal, bytes), tenant: '', receivedUnixMs: 1 };
}

/** What it says, in the one form that encoding has for it. */
function meaning(signal: Signal, requests: readonly EncodedRequest[]): string[] {
  return encodeSegments(decodeRequests(signal, requests)).map(({ bytes }) =>
    protobufToJson(signal, bytes),
  );
}

/** Changes a row by what stands in it, as every processor does. */
function change(row: AttributeRow, seed: number): void {
  const words = ['', 'a', 'GET', 'http.route', 'new', 'x'.repeat(130)];
  const word = (n: number): string => words[n % words.length] ?? '';
  const first = row.indexOf(row.findKey(word(seed)));
  switch (seed % 7) {
    case 0:
      return;
    case 1:
      row.append(row.internKey(`k${seed}`), 'y'.repeat(seed % 300));
      row.append(row.internKey('n'), -5n);
      return;
    case 2:
      if (first !== -1) row.set(first, word(seed + 1));
      return;
    case 3:
      removeKey(row, row.findKey(word(seed)));
      return;
    case 4:
      row.clear();
      row.append(row.internKey('only'), 1.5);
      return;
    case 5:
      if (row.count > 0) row.set(row.count - 1, row.valueAt(0));
      row.append(row.internKey(word(seed)), null);
      return;
    default:
      if (first !== -1) row.append(row.internKey('copy'), row.valueAt(first));
      row.append(row.internKey('flag'), seed % 2 === 0);
  }
}

/** By what stands in a row: points of several kinds have no common order in columns. */
const seedOf = (row: AttributeRow): number => row.count * 3 + (row.count > 0 ? row.typeAt(0) : 0);
const isKept = (row: AttributeRow): boolean => row.count % 5 !== 3;

/** The same change by columns. */
function byColumns(signal: RowSignal, request: EncodedRequest): string[] {
  return encodeSegments(changed(decodeRequests(signal, [request]))).map(({ bytes }) =>
    protobufToJson(signal, bytes),
  );
}

function changed(columns: Columns): Columns {
  const keep = new Uint8Array(columns.count);
  const edit = (row: AttributeRow, index: number): void => {
    keep[index] = isKept(row) ? 1 : 0;
    change(row, seedOf(row));
  };
  switch (columns.signal) {
    case 'traces': {
      const attributes = rewriteAttributes(columns, edit);
      return selectSpans(attributes ? withSpans(columns, attributes) : columns, keep);
    }
    case 'logs': {
      const attributes = rewriteAttributes(columns, edit);
      return selectLogs(attributes ? withLogs(columns, attributes) : columns, keep);
    }
    case 'metrics':
      return rewritePoints(columns, (points) =>
        rewriteAttributes(points, (row) => change(row, seedOf(row))),
      );
    default:
      return columns;
  }
}

function rewrite(
  signal: Signal,
  requests: readonly EncodedRequest[],
  rows: WireVisit,
): readonly EncodedRequest[] {
  return new WireRewriter(signal).rewrite(requests, { rows });
}

/** What came of a request; undefined where it takes columns. Points are all kept. */
function byWire(signal: RowSignal, request: EncodedRequest): readonly EncodedRequest[] | undefined {
  try {
    return rewrite(signal, [request], ({ row }) => {
      const keeps = signal === 'metrics' || isKept(row);
      change(row, seedOf(row));
      return keeps;
    });
  } catch (error) {
    if (error instanceof WireUnsupportedError) return undefined;
    throw error;
  }
}

function expectSame(signal: RowSignal, seed: number, request: EncodedRequest): boolean {
  const requests = byWire(signal, request);
  if (requests === undefined) return false;
  const said = meaning(signal, requests);
  expect({ seed, said }).toEqual({ seed, said: byColumns(signal, request) });
  for (const { bytes, itemCount } of requests) expect(scanRequest(signal, bytes)).toBe(itemCount);
  return true;
}

const span = (attributes: object[] = [], name = 's'): object => ({
  traceId: '1'.repeat(32),
  spanId: '2'.repeat(16),
  name,
  attributes,
});
const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

function traces(...groups: object[][]): EncodedRequest {
  const resourceSpans = groups.map((spans, i) => ({
    resource: { attributes: [text('service.name', `service-${i}`)] },
    scopeSpans: [{ scope: { name: 'lib', version: '7' }, spans }],
  }));
  return requestFor('traces', jsonToProtobuf('traces', JSON.stringify({ resourceSpans })));
}

describe('requests rewritten where they lie', () => {
  it.each(SIGNALS)('say of %s what edited columns say, however it is encoded', (signal) => {
    let rewritten = 0;
    for (let seed = 0; seed < 500; seed++) {
      const bytes = randomMessage(new Random(seed), requestOf(signal));
      if (expectSame(signal, seed, requestFor(signal, bytes))) rewritten++;
    }
    expect(rewritten).toBeGreaterThan(100);
  });

  it.each(SIGNALS)('are rewritten, all of them, as encoders write %s', (signal) => {
    let rows = 0;
    for (let seed = 0; seed < 300; seed++) {
      const bytes = randomMessage(new Random(seed), requestOf(signal));
      const written = encodeSegments(decodeRequests(signal, [requestFor(signal, bytes)]));
      for (const request of written) {
        expect({ seed, isSame: expectSame(signal, seed, request) }).toEqual({ seed, isSame: true });
        rows += request.itemCount;
      }
    }
    expect(rows).toBeGreaterThan(200);
  });

  it('are not held on to afterwards, nor when a visitor fails', async () => {
    const collect = exposedGc();
    const rewriter = new WireRewriter('traces');
    const seen = [true, false].map((isFailing) => {
      const { bytes, ...rest } = traces([span([text('a', 'x'.repeat(100_000))])]);
      // Its own memory, and room behind it as a body has that is read in place.
      const memory = new Uint8Array(bytes.length + 64);
      memory.set(bytes);
      const request = { ...rest, bytes: memory.subarray(0, bytes.length) };
      const run = (): unknown =>
        rewriter.rewrite([request], {
          rows: ({ row }) => {
            row.append(row.internKey('b'), 'c'.repeat(2_000_000));
            if (isFailing) throw new RangeError('a visitor');
            return false;
          },
        });
      if (isFailing) expect(run).toThrow('a visitor');
      else expect(run()).toEqual([]);
      return new WeakRef(memory.buffer);
    });
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(seen.map((ref) => ref.deref())).toEqual([undefined, undefined]);
  });

  it('are not disturbed by visitors that read other messages', () => {
    const padded = traces([span([text('a', 'b')]), span([text('a', 'b')])]);
    // Nothing behind the bytes: they are copied to be read.
    const request = { ...padded, bytes: padded.bytes.slice() };
    const other = traces([span([text('other', 'x'.repeat(2000))])]);
    const requests = rewrite('traces', [request], ({ row }) => {
      scanRequest('traces', other.bytes.slice());
      row.set(row.indexOf(row.findKey('a')), 'c');
      return true;
    });
    const expected = traces([span([text('a', 'c')]), span([text('a', 'c')])]);
    expect(meaning('traces', requests)).toEqual(meaning('traces', [expected]));
  });

  it('are the ones that came when nobody wrote', () => {
    const requests = [traces([span()], [span()])];
    expect(rewrite('traces', requests, () => true)).toBe(requests);
  });

  it('grow and shrink over the bounds of lengths', () => {
    for (const size of [0, 1, 60, 127, 128, 400, 16_000, 16_500, 70_000]) {
      const long = traces([span([text('a', 'x'.repeat(16_300))])], [span([text('a', 'b')])]);
      const [out] = rewrite('traces', [long], ({ row }) => {
        row.set(row.indexOf(row.findKey('a')), 'y'.repeat(size));
        return true;
      });
      const expected = traces(
        [span([text('a', 'y'.repeat(size))])],
        [span([text('a', 'y'.repeat(size))])],
      );
      expect(meaning('traces', out === undefined ? [] : [out])).toEqual(
        meaning('traces', [expected]),
      );
    }
  });

  it('lose groups with their last row, and themselves with the last group', () => {
    const request = traces([span([], 'a'), span([], 'b')], [span([], 'c')], [span([], 'd')]);
    const without = (...names: string[]): readonly EncodedRequest[] =>
      rewrite('traces', [request], ({ row }) => !names.includes(row.text(5)));
    const [some] = without('a', 'c');
    expect(some?.itemCount).toBe(2);
    const json = JSON.parse(protobufToJson('traces', some?.bytes ?? new Uint8Array()));
    expect(json.resourceSpans.map(serviceOf)).toEqual(['service-0', 'service-2']);
    expect(without('a', 'b', 'c', 'd')).toEqual([]);
  });

  it('lose metrics with their last point', () => {
    const point = (mark: string): object => ({ asInt: '1', attributes: [text('mark', mark)] });
    const metrics = [
      { name: 'one', gauge: { dataPoints: [point('keep'), point('drop')] } },
      { name: 'two', sum: { dataPoints: [point('drop')], aggregationTemporality: 2 } },
    ];
    const json = { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
    const request = requestFor('metrics', jsonToProtobuf('metrics', JSON.stringify(json)));
    const [out] = rewrite('metrics', [request], ({ row, metric }) => {
      expect(['one', 'two']).toContain(metric.text(1));
      return row.isText(row.indexOf(row.findKey('mark')), Buffer.from('keep'));
    });
    expect(out?.itemCount).toBe(1);
    expect(JSON.parse(protobufToJson('metrics', out?.bytes ?? new Uint8Array()))).toEqual({
      resourceMetrics: [
        { scopeMetrics: [{ metrics: [{ name: 'one', gauge: { dataPoints: [point('keep')] } }] }] },
      ],
    });
  });

  it.each(SIGNALS)('have resources of %s changed as columns have', (signal) => {
    let written = 0;
    for (let seed = 0; seed < 300; seed++) {
      const bytes = randomMessage(new Random(seed), requestOf(signal));
      const columns = decodeRequests(signal, [requestFor(signal, bytes)]);
      const [request] = encodeSegments(columns);
      if (request === undefined) continue;
      const changes = rewriteResources(columns, (row) => change(row, seedOf(row)));
      const expected = changes === undefined ? columns : withGroups(columns, changes);
      const requests = new WireRewriter(signal).rewrite([request], {
        resources: ({ resource }) => change(resource, seedOf(resource)),
      });
      expect({ seed, said: meaning(signal, requests) }).toEqual({
        seed,
        said: encodeSegments(expected).map((one) => protobufToJson(signal, one.bytes)),
      });
      if (requests[0] !== request) written++;
    }
    expect(written).toBeGreaterThan(50);
  });

  it('have a resource written before their rows are visited, where there was none too', () => {
    const json = { resourceSpans: [{ scopeSpans: [{ spans: [span()] }] }] };
    const request = requestFor('traces', jsonToProtobuf('traces', JSON.stringify(json)));
    const [out] = new WireRewriter('traces').rewrite([request], {
      resources: ({ resource }) => resource.append(resource.internKey('env'), 'prod'),
      rows: ({ row, resource }) => {
        row.append(
          row.internKey('env'),
          resource.valueAt(resource.indexOf(resource.findKey('env'))),
        );
        return true;
      },
    });
    const env = text('env', 'prod');
    expect(JSON.parse(protobufToJson('traces', out?.bytes ?? new Uint8Array()))).toEqual({
      resourceSpans: [{ resource: { attributes: [env] }, scopeSpans: [{ spans: [span([env])] }] }],
    });
  });

  it('tell of the messages around a row', () => {
    const seen: string[] = [];
    rewrite('traces', [traces([span()], [span(), span()])], ({ resource, scope, resources }) => {
      const service = resource.valueAt(resource.indexOf(resource.findKey('service.name')));
      seen.push(`${service} ${scope.text(1)} ${scope.text(2)} ${resources}`);
      return true;
    });
    expect(seen).toEqual(['service-0 lib 7 1', 'service-1 lib 7 2', 'service-1 lib 7 2']);
  });

  it('take columns where the bytes are not as encoders write them', () => {
    const bytes = traces([span()]).bytes;
    // The same request twice is one of two groups; a group whose resource comes in two pieces is not.
    const group = bytes.subarray(1 + 1);
    const twice = Buffer.concat([Uint8Array.of(0x0a, group.length + 2, 0x0a, 0x00), group]);
    const request = requestFor('traces', twice);
    expect(() => rewrite('traces', [request], ({ resource }) => resource.count >= 0)).toThrow(
      WireUnsupportedError,
    );
    expect(() => new WireRewriter('profiles')).toThrow('profiles refer to a dictionary');
  });
});

function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

function serviceOf(group: {
  resource: { attributes: { value: { stringValue: string } }[] };
}): string | undefined {
  return group.resource.attributes[0]?.value.stringValue;
}
