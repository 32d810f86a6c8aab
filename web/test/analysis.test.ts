import { createServer, type RequestListener, type Server } from 'node:http';
import type { FlameFrame, FrameTimes } from '@sonde/backend/api-contract';
import { afterEach, describe, expect, it } from 'vitest';
import { analysisQuery, readAnalysis } from '../src/lib/analysis/analysis-tabs.ts';
import { cellAt, LEVEL_PX } from '../src/lib/analysis/draw-frames.ts';
import { featureCondition, valueWord } from '../src/lib/analysis/feature-words.ts';
import { fetchAnalysis } from '../src/lib/analysis/fetch-analysis.ts';
import { frameCells, selfTimes, slowerBy } from '../src/lib/analysis/frame-layout.ts';
import { isRecord, type Shape } from '../src/lib/api/shapes.ts';
import { readExplore } from '../src/lib/trace/explore.ts';

const times = (totalNs: number, selfNs: number): FrameTimes => ({
  ...{ spans: 2, errors: 0, totalNs, selfNs },
  ...{ criticalSelfNs: 0, criticalTotalNs: 0 },
});

function frame(
  name: string,
  parent: number,
  selected: FrameTimes,
  baseline: FrameTimes,
): FlameFrame {
  const what = parent < 0 ? 'all' : 'span';
  return { parent, service: 'shop', name, kind: 'server', what, selected, baseline };
}

const FRAMES: readonly FlameFrame[] = [
  frame('', -1, times(200, 0), times(100, 0)),
  frame('buy', 0, times(200, 40), times(100, 60)),
  frame('pay', 1, times(160, 160), times(40, 40)),
];
const REQUESTS = { selected: 2, baseline: 1 };

describe('the flame graph of a selection', () => {
  it('is as wide as the time a request, callers above what they call', () => {
    const cells = frameCells(FRAMES, REQUESTS, { root: 0, time: 'wall' });
    expect(cells.map(({ depth, width }) => [depth, width])).toEqual([
      [0, 1],
      [1, 1],
      [2, 0.8],
    ]);
    expect(cells[2]).toMatchObject({ selectedNs: 80, baselineNs: 40 });
    expect(cellAt(cells, { x: 10, y: 2 * LEVEL_PX + 1, width: 100 })?.frame).toBe(2);
    expect(cellAt(cells, { x: 90, y: 2 * LEVEL_PX + 1, width: 100 })).toBeUndefined();
  });

  it('fills the width with a frame, and says what became slower and faster', () => {
    const zoomed = frameCells(FRAMES, REQUESTS, { root: 2, time: 'wall' });
    expect(zoomed).toMatchObject([{ frame: 2, depth: 0, width: 1 }]);
    const [whole, , pay] = frameCells(FRAMES, REQUESTS, { root: 0, time: 'wall' });
    if (pay === undefined) throw new Error('no cell');
    expect(slowerBy(pay, whole, true)).toBe(1);
    expect(slowerBy({ ...pay, selectedNs: 20 }, whole, true)).toBe(-1);
    expect(slowerBy(pay, whole, false)).toBe(0);
  });

  it('adds up self time by operation', () => {
    expect(selfTimes(FRAMES, REQUESTS, 'wall')).toMatchObject([
      { name: 'pay', selectedNs: 80, baselineNs: 40 },
      { name: 'buy', selectedNs: 20, baselineNs: 60 },
    ]);
  });
});

describe('what an analysis asks for', () => {
  it('is the window with its filters, and the box apart from them', () => {
    const parameters = new URLSearchParams(
      'where=service%3Dshop&set=roots&box=1000-2000-5-9&baseline=earlier&auxiliary=true&own=true',
    );
    const asked = { explore: readExplore(parameters), choice: readAnalysis(parameters) };
    expect(analysisQuery(asked, { fromMs: 0, toMs: 9000 })).toEqual({
      ...{ from: 0, to: 9000, where: 'service=shop', set: 'roots' },
      ...{ boxFrom: 1000, boxTo: 2000, boxMinNs: 5, boxMaxNs: 9 },
      ...{ auxiliary: true, baseline: 'earlier' },
    });
  });

  it('becomes a filter by a click on what it found, where spans can be filtered by that', () => {
    const span = { on: 'span', key: 'region', value: 'eu' } as const;
    expect(featureCondition(span)).toEqual({ key: 'span.region', operator: '=', value: 'eu' });
    const time = { ...span, on: 'time', minNs: 1_000_000, maxNs: 2_000_000 } as const;
    expect(featureCondition({ ...span, on: 'event' })?.key).toBe('event.region');
    expect(featureCondition(time)).toBeUndefined();
    expect(valueWord(time)).toBe('1.00\u00a0ms – 2.00\u00a0ms');
  });
});

let server: Server | undefined;

async function serve(listener: RequestListener): Promise<typeof fetch> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => {
    started.listen(0, '127.0.0.1', resolve);
  });
  const address = started.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return (input, init) => fetch(`http://127.0.0.1:${port}${String(input)}`, init);
}

afterEach(async () => {
  const running = server;
  server = undefined;
  running?.closeAllConnections();
  await new Promise<void>((resolve) => {
    if (running === undefined) resolve();
    else running.close(() => resolve());
  });
});

const hasRows: Shape<{ rows: unknown[] }> = (body): body is { rows: unknown[] } =>
  isRecord(body) && Array.isArray(body['rows']);

async function ask(body: string, status = 200): Promise<{ answer: unknown; steps: string[] }> {
  const fetchFn = await serve((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/x-ndjson' });
    // Cut in the middle of a line and of a character.
    const bytes = Buffer.from(body);
    response.write(bytes.subarray(0, 31));
    response.end(bytes.subarray(31));
  });
  const steps: string[] = [];
  const answer = await fetchAnalysis(
    {
      ...{ path: '/traces/analysis/overview', query: {}, shape: hasRows },
      signal: new AbortController().signal,
      report: ({ step }) => steps.push(step),
    },
    fetchFn,
  );
  return { answer, steps };
}

describe('an answer that says how far it is', () => {
  const progress = '{"progress":{"step":"Reading – so","done":0,"of":2}}\n';

  it('reports each step, then is the answer', async () => {
    const { answer, steps } = await ask(`${progress}${progress}{"answer":{"rows":[1]}}\n`);
    expect(answer).toEqual({ rows: [1] });
    expect(steps).toEqual(['Reading – so', 'Reading – so']);
  });

  it('fails with the code of the API after steps too, and when it ends early', async () => {
    const failure = '{"error":{"code":"QUERY_LIMIT","message":"too much","hint":"less"}}\n';
    await expect(ask(progress + failure)).rejects.toMatchObject({ code: 'QUERY_LIMIT' });
    await expect(ask(progress)).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
    await expect(ask(failure, 400)).rejects.toMatchObject({ code: 'QUERY_LIMIT' });
  });
});
