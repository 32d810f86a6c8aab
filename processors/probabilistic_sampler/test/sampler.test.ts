import { createHash } from 'node:crypto';
import { jsonOf, requestOf, SOURCE, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { probabilisticSamplerFactory as factory } from '../src/index.ts';
import { hashedRandomness } from '../src/randomness.ts';
import { parseThreshold, probabilityOf, thresholdOf, thresholdText } from '../src/threshold.ts';

interface SpanJson {
  readonly traceId: string;
  readonly name: string;
  readonly traceState?: string;
}

const SPANS = 4000;
/** Seeded ids: the same in every run. */
const traceId = (i: number): string => createHash('md5').update(`trace ${i}`).digest('hex');
const span = (i: number, more: object = {}) => ({
  traceId: traceId(i),
  spanId: '2'.repeat(16),
  name: `${i}`,
  ...more,
});

async function sampled(config: string, spans: readonly object[]): Promise<SpanJson[]> {
  const graph = await TestGraph.start({ factory, signal: 'traces', config });
  const json = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
  await graph.send(telemetryOf([requestOf('traces', json)], { source: SOURCE }));
  const kept: SpanJson[] = [];
  for (const request of graph.arrived.flatMap(jsonOf)) {
    for (const group of Object(request)['resourceSpans']) {
      for (const scope of group['scopeSpans']) kept.push(...scope['spans']);
    }
  }
  return kept;
}

const many = Array.from({ length: SPANS }, (_, i) => span(i));

describe('thresholds', () => {
  it.each([
    [1, '0'],
    [0.5, '8'],
    [0.25, 'c'],
    [0.1, 'e666'],
    [0.01, 'fd70a'],
    [0.99, '028f6'],
  ])('of %s is %s', (probability, text) => {
    expect(thresholdText(thresholdOf(probability, 4))).toBe(text);
    expect(probabilityOf(parseThreshold(text) ?? 0n)).toBeCloseTo(probability, 4);
  });
});

describe('the processor probabilistic_sampler', () => {
  it.each(['hash_seed', 'proportional', 'equalizing'])('keeps a quarter by %s', async (mode) => {
    const kept = await sampled(`{sampling_percentage: 25, mode: ${mode}}`, many);
    expect(Math.abs(kept.length / SPANS - 0.25)).toBeLessThan(0.03);
    for (const { traceState } of kept) expect(traceState).toMatch(/^ot=(rv:[0-9a-f]{14};)?th:c$/);
    const again = await sampled(`{sampling_percentage: 25, mode: ${mode}}`, many);
    expect(again).toEqual(kept);
  });

  it('keeps with a smaller share only what it keeps with a larger one', async () => {
    for (const mode of ['hash_seed', 'proportional']) {
      const large = await sampled(`{sampling_percentage: 50, mode: ${mode}}`, many);
      const small = await sampled(`{sampling_percentage: 5, mode: ${mode}}`, many);
      const names = new Set(large.map(({ name }) => name));
      expect(small.length).toBeGreaterThan(0);
      expect(small.every(({ name }) => names.has(name))).toBe(true);
    }
  });

  it('hashes as FNV-1a does, seed first', () => {
    // FNV-1a of four zero bytes and "a", computed by hand from its definition.
    let hash = 0x811c9dc5n;
    for (const byte of [0n, 0n, 0n, 0n, 97n]) hash = ((hash ^ byte) * 0x01000193n) & 0xffffffffn;
    const bucket = hash & 0x3fffn;
    const randomness = hashedRandomness(Buffer.from('a'), 0);
    expect(randomness >> 42n).toBe(0x3fffn - bucket);
    expect(randomness & 0x3fffn).toBe(bucket);
  });

  it('counts what earlier samplers dropped', async () => {
    const half = many.filter(({ traceId: id }) => id.slice(18, 19) >= '8');
    const spans = half.map((each) => ({ ...each, traceState: 'a=b,ot=th:8;x:y' }));
    const proportional = await sampled('{sampling_percentage: 50, mode: proportional}', spans);
    expect(Math.abs(proportional.length / spans.length - 0.5)).toBeLessThan(0.05);
    expect(proportional[0]?.traceState).toBe('ot=th:c;x:y,a=b');
    const equalizing = await sampled('{sampling_percentage: 50, mode: equalizing}', spans);
    expect(equalizing).toHaveLength(spans.length);
    expect(equalizing[0]?.traceState).toBe('ot=th:8;x:y,a=b');
  });

  it('obeys the priority of a span', async () => {
    const priority = (value: object) => ({ attributes: [{ key: 'sampling.priority', value }] });
    const spans = [
      span(1, priority({ intValue: '1' })),
      span(2, priority({ doubleValue: 0 })),
      span(3, priority({ stringValue: '5' })),
      span(4, priority({ stringValue: 'x' })),
    ];
    const names = async (config: string) => (await sampled(config, spans)).map(({ name }) => name);
    expect(await names('{sampling_percentage: 0}')).toEqual(['1', '3']);
    expect(await names('{sampling_percentage: 100}')).toEqual(['1', '3', '4']);
  });

  it('drops what it cannot decide about, or keeps it', async () => {
    const spans = [
      { ...span(1), traceId: '' },
      span(2, { traceState: 'ot=th:zz' }),
      { ...span(3), traceId: `${'1'.repeat(18)}${'0'.repeat(14)}`, traceState: 'ot=th:8' },
    ];
    for (const mode of ['hash_seed', 'proportional']) {
      const config = `sampling_percentage: 100, mode: ${mode}`;
      expect(await sampled(`{${config}}`, spans)).toEqual([]);
      expect(await sampled(`{${config}, fail_closed: false}`, spans)).toHaveLength(3);
    }
  });
});

describe('log records', () => {
  const attribute = (key: string, value: object) => ({ key, value });

  async function kept(config: string, logRecords: readonly object[]): Promise<string> {
    const graph = await TestGraph.start({ factory, signal: 'logs', config });
    const json = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
    await graph.send(telemetryOf([requestOf('logs', json)]));
    return JSON.stringify(graph.arrived.flatMap(jsonOf));
  }

  it('are chosen by an attribute where there is no trace id', async () => {
    const logRecords = Array.from({ length: SPANS }, (_, i) => ({
      body: { stringValue: `body ${i}` },
      attributes: [attribute('id', { stringValue: `record ${i}` })],
    }));
    const config = '{sampling_percentage: 25, attribute_source: record, from_attribute: id}';
    const text = await kept(config, logRecords);
    const count = text.split('"body"').length - 1;
    expect(Math.abs(count / SPANS - 0.25)).toBeLessThan(0.03);
    expect(text.split('{"key":"sampling.threshold","value":{"stringValue":"c"}}')).toHaveLength(
      count + 1,
    );
    expect(text.split('"sampling.randomness"')).toHaveLength(count + 1);
  });

  it('are chosen as the spans of their trace', async () => {
    const ids = many.slice(0, 500).map(({ traceId: id, name }) => ({
      traceId: id,
      body: { stringValue: `n${name}.` },
    }));
    const text = await kept('{sampling_percentage: 50}', ids);
    const spans = await sampled('{sampling_percentage: 50}', many.slice(0, 500));
    const names = spans.map(({ name }) => name);
    expect(ids.filter((_, i) => text.includes(`n${i}.`)).length).toBe(names.length);
    expect(names.every((name) => text.includes(`n${name}.`))).toBe(true);
  });

  it('are kept at the percentage that their priority names', async () => {
    const logRecords = [100n, 0n].map((priority, i) => ({
      traceId: traceId(i),
      body: { stringValue: `n${i}` },
      attributes: [attribute('priority', { intValue: `${priority}` })],
    }));
    const text = await kept('{sampling_percentage: 0, sampling_priority: priority}', logRecords);
    expect(text).toContain('n0');
    expect(text).not.toContain('n1');
  });
});

describe('configuration', () => {
  it.each([
    ['{sampling_percentage: -1}', 'sampling rate is negative: -1.000000%'],
    ['{sampling_precision: 0}', 'invalid sampling precision: 0'],
    ['{sampling_precision: 15}', 'sampling precision is too great, should be <= 14: 15'],
    ['{attribute_source: span}', 'invalid attribute source: span. Expected: traceID or record'],
    ['{mode: half}', 'unsupported sampler mode "half"'],
  ])('%s is refused', async (config, words) => {
    await expect(TestGraph.start({ factory, signal: 'traces', config })).rejects.toThrow(words);
  });
});
