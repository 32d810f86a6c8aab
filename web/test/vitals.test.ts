import type { MetricInfo } from '@sonde/backend/api-contract';
import { describe, expect, it } from 'vitest';
import { isDrawn } from '../src/lib/services/fetch-vitals.ts';
import { VITALS, wantedVitals } from '../src/lib/services/vitals.ts';

function metric(name: string, type: MetricInfo['type'], isMonotonic = false): MetricInfo {
  return {
    ...{ name, type, isMonotonic, unit: '', description: '', temporality: 'cumulative' },
    ...{ services: [], own: false, seriesCount: 1, scopes: [], lastSeenMs: 1 },
  };
}

const titles = (measured: readonly MetricInfo[]): string[] =>
  wantedVitals(measured).map(({ vital }) => vital.title);

describe('the charts of a service', () => {
  it('are of what it measures, in their order', () => {
    const measured = [
      metric('jvm.gc.duration', 'histogram'),
      metric('process.memory.usage', 'sum'),
      metric('process.cpu.time', 'sum', true),
      metric('http.server.request.duration', 'histogram'),
    ];
    expect(titles(measured)).toEqual(['CPU, cores', 'Memory', 'Time in garbage collection']);
    expect(titles([])).toEqual([]);
  });

  it('take the first metric that is there for a line', () => {
    const measured = [
      metric('container.cpu.time', 'sum', true),
      metric('jvm.cpu.time', 'sum', true),
    ];
    const [wanted] = wantedVitals(measured);
    expect(wanted?.lines.map(({ source }) => source.metric)).toEqual(['container.cpu.time']);
  });

  it('are of what the agent says where the SDK measures the same', () => {
    const both = {
      ...metric('process.memory.usage', 'sum'),
      scopes: ['opentelemetry.instrumentation.system_metrics', 'sonde/ebpf'],
    };
    const wheres = (measured: readonly MetricInfo[]): unknown[] =>
      wantedVitals(measured).map(({ lines }) => lines[0]?.source.where);
    expect(wheres([both])).toEqual(['otel.scope.name="sonde/ebpf"']);
    expect(wheres([{ ...both, scopes: ['sonde/ebpf'] }])).toEqual([undefined]);
  });

  it('do without a metric whose kind is not the one of its name', () => {
    expect(titles([metric('process.cpu.time', 'gauge')])).toEqual([]);
  });

  it('need their first line: of a limit alone there is none', () => {
    expect(titles([metric('sonde.container.memory.limit', 'gauge')])).toEqual([]);
    const measured = [
      metric('sonde.container.memory.limit', 'gauge'),
      metric('process.memory.usage', 'sum'),
    ];
    const [wanted] = wantedVitals(measured);
    expect(wanted?.lines.map(({ label, isLimit }) => [label, isLimit])).toEqual([
      ['in use', false],
      ['limit', true],
    ]);
  });

  it('have titles and labels of their own', () => {
    expect(new Set(VITALS.map(({ title }) => title)).size).toBe(VITALS.length);
    for (const { lines } of VITALS) {
      expect(new Set(lines.map(({ label }) => label)).size).toBe(lines.length);
    }
  });
});

describe('a limit', () => {
  const source = { metric: 'm', aggregation: 'sum' } as const;
  const used = (most: number) => ({
    label: 'in use',
    isLimit: false,
    source,
    values: [1, null, most],
  });
  const limit = { label: 'limit', isLimit: true, source, values: [100, 100, 100] };

  it.each([
    [10, false],
    [49, false],
    [50, true],
    [120, true],
  ])('of 100 is drawn with %s in use: %s', (most, drawn) => {
    const lines = [used(most), limit];
    expect(isDrawn(limit, lines)).toBe(drawn);
    expect(isDrawn(used(most), lines)).toBe(true);
  });
});
