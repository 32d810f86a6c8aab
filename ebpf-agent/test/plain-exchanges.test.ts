import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SHAPES_MAX } from '../src/limits.ts';
import { newSeries } from '../src/metrics/series.ts';
import { httpRequest } from '../src/requests/http-request.ts';
import { COUNTED_ALONE } from '../src/requests/plain-exchanges.ts';
import { PeerNumbers, PlainSeriesTable } from '../src/requests/plain-series.ts';
import { NO_SHAPE, RouteShapes } from '../src/requests/route-shapes.ts';
import { MAY_COMPILE } from './conversation.ts';
import { talk } from './plain-talk.ts';

function shapeOf(shapes: RouteShapes, text: string): number {
  const bytes = Buffer.from(`before${text}behind`, 'latin1');
  return shapes.of(bytes, 'before'.length, bytes.length - 'behind'.length);
}

describe('shapes of requests', () => {
  it('are the same for paths that differ in their variable parts alone', () => {
    const shapes = new RouteShapes();
    const one = shapeOf(shapes, 'GET /users/17/orders HTTP/1.1\r\n');
    expect(one).not.toBe(NO_SHAPE);
    for (const other of [
      'GET /users/4711/orders?page=2 HTTP/1.1\r\n',
      'GET /users/9f8b7c6d-1234-4abc-8def-001122334455/orders HTTP/1.1\r\n',
      'GET /users/jane@example.com/orders#x',
    ]) {
      expect(shapeOf(shapes, other)).toBe(one);
    }
    expect(shapeOf(shapes, 'POST /users/17/orders HTTP/1.1\r\n')).not.toBe(one);
    expect(shapes.size).toBe(2);
  });

  it.each([
    'GET http://host/a HTTP/1.1\r\n',
    'OPTIONS * HTTP/1.1\r\n',
    'GET /\x01 HTTP/1.1',
    'GET /caf\xe9 HTTP/1.1',
    'GET ',
    '',
  ])('there is none of %j', (text) => {
    expect(shapeOf(new RouteShapes(), text)).toBe(NO_SHAPE);
  });

  it('have one method and one route each', () => {
    const letter = fc.constantFrom(...'av1e09-._~%@/ ?#\r\x01\xff'.split(''), 'v1', '123', 'feed');
    const path = fc.array(letter, { maxLength: 60 }).map((letters) => letters.join(''));
    const method = fc.constantFrom('GET', 'POST', 'OPTIONS');
    const lines = fc.array(fc.tuple(method, path), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(lines, fc.nat({ max: 80 }), (all, cut) => {
        const shapes = new RouteShapes();
        const known = new Map<number, string>();
        for (const [verb, rest] of all) {
          const line = `${verb} /${rest} HTTP/1.1\r\n`.slice(0, 20 + cut);
          const shape = shapeOf(shapes, line);
          if (shape === NO_SHAPE) continue;
          const { operation, target } = httpRequest(line.slice(0, line.search(/[?\r]|$/)));
          const route = `${operation} ${target}`;
          expect(known.get(shape) ?? route).toBe(route);
          known.set(shape, route);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('never get the number of one that was forgotten', () => {
    const shapes = new RouteShapes();
    const numbers = new Set<number>();
    const names = Array.from({ length: SHAPES_MAX + 100 }, (_, i) =>
      i.toString(26).replace(/\d/g, 'z'),
    );
    const texts = new Set(names.map((name, i) => `GET /${name}/${'y'.repeat(i % 40)} `));
    for (const text of texts) numbers.add(shapeOf(shapes, text));
    for (const text of texts) numbers.add(shapeOf(shapes, text));
    expect(shapes.size).toBeLessThanOrEqual(SHAPES_MAX);
    expect(numbers.size).toBeGreaterThanOrEqual(texts.size);
    expect(numbers.has(NO_SHAPE)).toBe(false);
  });
});

describe('series found by numbers', () => {
  it('are those that were kept under all four of them', () => {
    const table = new PlainSeriesTable();
    const kept = new Map<string, ReturnType<typeof newSeries>>();
    for (let i = 0; i < 3_000; i++) {
      const key = [i % 7, i % 11, i % 13, i % 3] as const;
      if (kept.has(key.join())) continue;
      const series = newSeries([], 0);
      kept.set(key.join(), series);
      table.put(table.slotOf(...key), { series, bounds: [], span: undefined });
    }
    for (const [key, series] of kept) {
      const [peer = 0, workload = 0, shape = 0, status = 0] = key.split(',').map(Number);
      expect(table.at(table.slotOf(peer, workload, shape, status))?.series).toBe(series);
    }
    expect(table.at(table.slotOf(8, 0, 0, 0))).toBeUndefined();
    const isThere = () => table.at(table.slotOf(2, 2, 2, 2)) !== undefined;
    expect(isThere()).toBe(true);
    table.clear();
    expect([isThere(), table.size]).toEqual([false, 0]);
  });

  it('are gone where they expired', () => {
    const table = new PlainSeriesTable();
    const series = newSeries([], 0);
    table.put(table.slotOf(1, 1, 1, 1), { series, bounds: [], span: undefined });
    expect(table.at(table.slotOf(1, 1, 1, 1))?.series).toBe(series);
    series.isExpired = true;
    expect(table.at(table.slotOf(1, 1, 1, 1))).toBeUndefined();
  });

  it('are told apart by the other side, whose numbers are never given twice', () => {
    const peers = new PeerNumbers(2);
    const [a, b] = [peers.of('a'), peers.of('b')];
    expect(peers.of('a')).toBe(a);
    expect(new Set([a, b, peers.of('c'), peers.of('a')]).size).toBe(4);
  });
});

describe.runIf(MAY_COMPILE)('plain exchanges', () => {
  it.each(['client', 'server'] as const)('are counted as if each were read, by the %s', (side) => {
    const told = talk().heardBy(side);
    const counted = talk().heardBy(side, { plain: COUNTED_ALONE });
    expect(told.heard.length).toBe(60);
    // The first without a name, and the first of each kind.
    expect(counted.heard.length).toBeLessThan(8);
    expect(counted.durations).toEqual(told.durations);
    expect(told.durations.reduce((sum, { count }) => sum + count, 0)).toBe(60);
  });

  it.each(['client', 'server'] as const)(
    'are not mixed up with pipelined ones, by the %s',
    (side) => {
      const conversation = talk();
      for (let i = 1; i <= 30; i++) {
        const paths = [`/r/${i}`, '/health', `/other/${i}`];
        conversation.ask(
          paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: shop\r\n\r\n`).join(''),
        );
        const status = i % 3 === 0 ? 404 : 200;
        for (const _ of paths) {
          conversation.answer(`HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nok`);
        }
        conversation.ask(`GET /r/${i} HTTP/1.1\r\nHost: shop\r\n\r\n`);
        conversation.answer('HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok');
      }
      const counted = conversation.heardBy(side, { plain: COUNTED_ALONE });
      expect(counted.durations).toEqual(conversation.heardBy(side).durations);
    },
  );
});
