import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { reachedPipelines } from '../src/graph/reached-pipelines.ts';

function pipeline(id: string, receivers: readonly string[], exporters: readonly string[]) {
  return [id, { id, signal: 'traces', receivers, processors: [], exporters }] as const;
}

const ROUTES = {
  connectors: new Map([['forward', { id: 'forward', factory: neverMade(), config: null }]]),
  pipelines: new Map([
    pipeline('traces/in', ['otlp'], ['buffer']),
    pipeline('traces/store', ['buffer', 'otlp'], ['clickhouse', 'forward']),
    pipeline('traces/behind', ['forward', 'jaeger'], ['debug']),
    pipeline('traces/other', ['zipkin'], ['debug']),
  ]),
};

function neverMade() {
  return {
    kind: 'connector',
    type: 'forward',
    pairs: {},
    config: neverRead(),
    create: () => {
      throw new Error('nothing is made here');
    },
  } as const;
}

function neverRead() {
  return z.unknown();
}

describe('pipelines that the data of a receiver comes through', () => {
  it('are those that list it and those behind their connectors, with nothing else to receive from', () => {
    const reached = reachedPipelines(ROUTES, new Set(['buffer']));
    expect([...reached.values()].map(({ id, receivers }) => [id, receivers])).toEqual([
      ['traces/store', ['buffer']],
      ['traces/behind', ['forward']],
    ]);
  });

  it('are none of a receiver that no pipeline lists', () => {
    expect(reachedPipelines(ROUTES, new Set(['syslog'])).size).toBe(0);
  });
});
